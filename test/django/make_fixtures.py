"""
Write fixtures/ with Django itself. Run by make-fixtures.sh, on a database that
`migrate` has just filled.

Everything random is drawn from a fixed seed, so that a second run writes the
same bytes. Every expected value is what Django answered; the tables below hold
inputs only.
"""

import json
import os
import random
import re
import secrets
import subprocess
import sys
import unicodedata
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"

sys.path.insert(0, str(HERE / "project"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import argon2  # noqa: E402
import django  # noqa: E402

django.setup()

from django.contrib.auth import hashers, password_validation  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Permission, User  # noqa: E402
from django.contrib.auth.tokens import PasswordResetTokenGenerator  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import crypto  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode  # noqa: E402
from rest_framework_simplejwt import tokens as simplejwt  # noqa: E402


class SeededSecrets(random.Random):
    compare_digest = staticmethod(secrets.compare_digest)


# get_random_string() draws salts and the tail of unusable passwords from here.
crypto.secrets = SeededSecrets("fixtures")

ACCENT = "\N{COMBINING ACUTE ACCENT}"
KEYCAP = "\N{KEY}"


# --- schema.sql -------------------------------------------------------------


def schema():
    """
    pg_dump's text with all that depends on the version of pg_dump or on psql
    taken away: comments, backslash commands, session settings. What is left is
    DDL with qualified names, good for one simple query.
    """
    dump = subprocess.run(
        [
            "pg_dump",
            "--schema-only",
            "--no-owner",
            "--no-privileges",
            "--exclude-table=django_migrations",
            "--exclude-table=django_migrations_id_seq",
            f"--dbname={os.environ['DATABASE_URL']}",
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    dropped = re.compile(r"--|\\|SET |SELECT pg_catalog\.set_config\(")
    lines = [line for line in dump.splitlines() if not dropped.match(line)]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip() + "\n"


# --- rows.json --------------------------------------------------------------


def rows():
    return {
        "content_types": list(
            ContentType.objects.order_by("id").values("app_label", "model")
        ),
        "permissions": [
            {
                "app_label": permission.content_type.app_label,
                "model": permission.content_type.model,
                "codename": permission.codename,
                "name": permission.name,
            }
            for permission in Permission.objects.select_related(
                "content_type"
            ).order_by("id")
        ],
    }


# --- hashes.json ------------------------------------------------------------

PASSWORDS = {
    "ascii": "Tr0ub4dor&3x",
    "accents": "contraseña-Ñandú-2024",
    "emoji": f"pura vida {KEYCAP}\N{TURTLE}",
    "100 bytes": "The quick brown fox jumps over the lazy dog, "
    "then 72 bytes are long past and bcrypt would stop.12345",
    "spaces at the ends": "  both ends  ",
}
# For the cheap hashes only. Django hashes the code points as they come: the
# composed and the decomposed accent are two passwords.
MORE_PASSWORDS = {
    "dollar signs": "a$b$$c$1",
    "composed accent": "lètmein-é",
    "decomposed accent": f"lètmein-e{ACCENT}",
    "100 bytes, 50 characters": "ñ" * 50,
    "one character": "x",
    "empty": "",
    "tab and newline": "\tline\n",
}
BCRYPT_MAX_BYTES = 72


class Argon2Cheap(hashers.Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64
    parallelism = 1


class Argon2Older(hashers.Argon2PasswordHasher):
    """Django before 3.1: argon2i, and argon2-cffi's keys of 16 bytes."""

    time_cost = 2
    memory_cost = 512
    parallelism = 2

    def params(self):
        params = super().params()
        params.type = argon2.low_level.Type.I
        params.hash_len = 16
        return params


class Argon2Parallel(hashers.Argon2PasswordHasher):
    time_cost = 3
    memory_cost = 256
    parallelism = 4


def bcrypt_salt(rounds, prefix="2b"):
    """What bcrypt.gensalt() makes, from the seeded source."""
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    bits = crypto.secrets.getrandbits(128) << 4  # 22 digits of base64
    digits = (alphabet[(bits >> shift) & 63] for shift in range(126, -1, -6))
    return f"${prefix}${rounds:02d}${''.join(digits)}".encode()


def hash_entry(hasher, cost, about, password, encoded):
    assert hashers.check_password(password, encoded), encoded
    assert not hashers.check_password(password + "!", encoded), encoded
    return {
        "hasher": hasher,
        "cost": cost,
        "about": about,
        "password": password,
        "encoded": encoded,
    }


def default_hashes():
    """make_password() as a deployed Django calls it, at the cost of its version."""
    for hasher in (
        "pbkdf2_sha256",
        "pbkdf2_sha1",
        "scrypt",
        "bcrypt_sha256",
        "bcrypt",
        "argon2",
    ):
        for about, password in PASSWORDS.items():
            if hasher == "bcrypt" and len(password.encode()) >= BCRYPT_MAX_BYTES:
                continue
            salt = None
            if hasher.startswith("bcrypt"):
                salt = bcrypt_salt(hashers.get_hasher(hasher).rounds)
            encoded = hashers.make_password(password, salt=salt, hasher=hasher)
            yield hash_entry(hasher, "default", about, password, encoded)


def cheap_hashes():
    """The same formats at costs that a test can afford by the dozen."""
    pbkdf2_sha256 = hashers.PBKDF2PasswordHasher()
    pbkdf2_sha1 = hashers.PBKDF2SHA1PasswordHasher()
    scrypt = hashers.ScryptPasswordHasher()
    bcrypt_sha256 = hashers.BCryptSHA256PasswordHasher()
    plain_bcrypt = hashers.BCryptPasswordHasher()
    cheap_argon2 = Argon2Cheap()
    encoders = {
        "pbkdf2_sha256": lambda p: pbkdf2_sha256.encode(p, pbkdf2_sha256.salt(), 1000),
        "pbkdf2_sha1": lambda p: pbkdf2_sha1.encode(p, pbkdf2_sha1.salt(), 1000),
        "scrypt": lambda p: scrypt.encode(p, scrypt.salt(), 16, 8, 1),
        "bcrypt_sha256": lambda p: bcrypt_sha256.encode(p, bcrypt_salt(4)),
        "bcrypt": lambda p: plain_bcrypt.encode(p, bcrypt_salt(4)),
        "argon2": lambda p: cheap_argon2.encode(p, cheap_argon2.salt()),
    }
    for hasher, encode in encoders.items():
        for about, password in {**PASSWORDS, **MORE_PASSWORDS}.items():
            if hasher == "bcrypt" and len(password.encode()) >= BCRYPT_MAX_BYTES:
                continue
            yield hash_entry(hasher, "low", about, password, encode(password))


def other_hashes():
    """What older Djangos and other libraries left in the same columns."""
    password = PASSWORDS["accents"]
    pbkdf2 = hashers.PBKDF2PasswordHasher()
    scrypt = hashers.ScryptPasswordHasher()
    plain_bcrypt = hashers.BCryptPasswordHasher()
    for hasher, cost, about, encoded in (
        (
            "pbkdf2_sha256",
            "older",
            "Django 3.2: 260,000 iterations",
            pbkdf2.encode(password, pbkdf2.salt(), 260_000),
        ),
        (
            "pbkdf2_sha256",
            "older",
            "before Django 3.2: salt of 12 characters",
            pbkdf2.encode(password, crypto.get_random_string(12), 1000),
        ),
        (
            "pbkdf2_sha256",
            "low",
            "one iteration, salt with punctuation",
            pbkdf2.encode(password, "sea.salt/+=", 1),
        ),
        (
            "scrypt",
            "older",
            "before Django 5.1: p = 1",
            scrypt.encode(password, scrypt.salt(), p=1),
        ),
        (
            "bcrypt",
            "low",
            "prefix 2a",
            plain_bcrypt.encode(password, bcrypt_salt(4, "2a")),
        ),
        (
            "argon2",
            "low",
            "before Django 3.1: argon2i",
            Argon2Older().encode(password, "sea.salt/+="),
        ),
        (
            "argon2",
            "low",
            "four lanes, three passes",
            Argon2Parallel().encode(password, "sea.salt/+="),
        ),
    ):
        yield hash_entry(hasher, cost, about, password, encoded)


def unusable_hashes():
    for _ in range(3):
        encoded = hashers.make_password(None)
        assert not hashers.is_password_usable(encoded)
        yield {
            "hasher": "unusable",
            "cost": "default",
            "about": "make_password(None)",
            "password": None,
            "encoded": encoded,
        }


def hashes():
    return [
        *default_hashes(),
        *cheap_hashes(),
        *other_hashes(),
        *unusable_hashes(),
    ]


# --- password-validation.json -----------------------------------------------

ATTRIBUTES = ("username", "first_name", "last_name", "email")

MARIA = ("mrojas", "María José", "Rojas Calderón", "maria.rojas@example.co.cr")
NOBODY = ("", "", "", "")


def username(value):
    return (value, "", "", "")


def first_name(value):
    return ("", value, "", "")


def last_name(value):
    return ("", "", value, "")


def email(value):
    return ("", "", "", value)


# Eight letters beyond the Basic Multilingual Plane: two UTF-16 units each.
GOTHIC = "".join(chr(code) for code in range(0x10330, 0x10338))

# (password, user, why)
PASSWORD_CASES = [
    # nothing wrong
    ("zq7Kp-vex2Lw", MARIA, "nothing wrong"),
    ("tejado verde 41 nubes", MARIA, "a passphrase with spaces"),
    ("ñuñoá-vex2Lwq", MARIA, "accents"),
    ("zq7Kp-vex2Lw", NOBODY, "a user with no attributes"),
    (KEYCAP * 5 + "xk4", NOBODY, "eight code points, thirteen UTF-16 units"),
    # length, in code points
    ("", NOBODY, "empty"),
    ("zq7Kpv", MARIA, "six characters"),
    ("zq7Kpvx", MARIA, "seven characters"),
    ("zq7KpvxL", MARIA, "eight characters"),
    (KEYCAP * 4 + "xk4", NOBODY, "seven code points, eleven UTF-16 units"),
    (f"zq7Kpve{ACCENT}", NOBODY, "eight code points, seven as one reads them"),
    ("zq7Kp  ", NOBODY, "seven characters, the spaces count"),
    ("zq7Kp   ", NOBODY, "eight characters, the spaces count"),
    # digits only
    ("83920174651", MARIA, "eleven digits"),
    ("8392017", MARIA, "seven digits"),
    ("83920174 651", MARIA, "digits and a space"),
    ("-8392017465", MARIA, "a sign"),
    ("83920.17465", MARIA, "a decimal point"),
    ("٨٣٩٢٠١٧٤٦٥", MARIA, "Arabic-Indic digits"),
    ("８３９２０１７４６５", MARIA, "fullwidth digits"),
    ("⁸³⁹²⁰¹⁷⁴⁶⁵", MARIA, "superscript digits: isdigit() takes them"),
    ("⑧③⑨②⑦①④⑥⑤", MARIA, "circled digits: isdigit() takes them"),
    ("ⅧⅢⅨⅡⅦⅠⅣⅥⅤ", MARIA, "Roman numerals: isdigit() does not take them"),
    ("八三九二七一四六五", MARIA, "Chinese numerals: isdigit() does not take them"),
    # the best-known passwords
    ("password", MARIA, "common"),
    ("PASSWORD", MARIA, "common, upper case"),
    ("PassWord", MARIA, "common, mixed case"),
    ("  password ", MARIA, "common, spaces at the ends"),
    ("\tpassword\n", MARIA, "common, tab and newline at the ends"),
    ("pass word", MARIA, "a space within is not common"),
    ("iloveyou", MARIA, "common"),
    ("football", MARIA, "common"),
    ("qwertyuiop", MARIA, "common"),
    ("qwerty", MARIA, "common and short"),
    ("letmein", MARIA, "common and short"),
    ("123456789", MARIA, "common and digits only"),
    ("12345678", MARIA, "common and digits only"),
    ("123456", MARIA, "common, short and digits only"),
    ("12345", username("12345"), "all four"),
    ("password", username("password"), "similar and common"),
    ("football", email("football@example.org"), "similar to a part, and common"),
    # similar to the whole attribute
    ("castillo99", username("castillo99"), "the username"),
    ("CASTILLO99", username("castillo99"), "upper case against lower"),
    ("castillo99", username("CASTILLO99"), "lower case against upper"),
    ("99ollitsac", username("castillo99"), "the order of letters does not count"),
    ("castillo99castillo99", username("castillo99"), "twice: 20/30"),
    ("castillo99-casti", username("castillo99"), "and a half: 20/26"),
    ("maria.rojas@example.co.cr", MARIA, "username differs, email is the same"),
    # about 0.7, ratio = 2 * common letters / both lengths
    ("abcdefg456", username("abcdefghij"), "14/20 = 0.7"),
    ("abcdef3456", username("abcdefghij"), "12/20 = 0.6"),
    ("abcdefgh4567890", username("abcdefgh"), "16/23 = 0.696"),
    ("abcdefgh456789", username("abcdefgh"), "16/22 = 0.727"),
    ("abcdefghi456789012345", username("abcdefghijklm"), "18/34 = 0.529"),
    ("abcdefghi4567", username("abcdefghijklm"), "18/26 = 0.692"),
    ("abcdefghijk34", username("abcdefghijklm"), "22/26 = 0.846"),
    ("kkvkkvkk", username("kvwxyzbc"), "a repeated letter counts once: 4/16"),
    ("aaaaaabc", username("aaaaaaxyz"), "a repeated letter counts often: 12/17 = 0.706"),
    # similar to a part
    ("calderón9", MARIA, "a part of last_name"),
    ("calderon9", MARIA, "a part of last_name, no accent: 14/17"),
    (f"caldero{ACCENT}n9", MARIA, "a part of last_name, decomposed: 14/18"),
    ("example42", email("ana@example.org"), "domain of the email"),
    ("ana.example", email("ana@example.org"), "two parts of the email"),
    ("guanacaste7", email("x+guanacaste@example.org"), "after the plus"),
    ("monteverde1", username("zz-monteverde"), "a hyphen parts"),
    ("monteverde1", username("zzyyx_monteverde"), "an underscore does not part: 20/27"),
    ("monteverde1", username("zzyyxxwwv_monteverde"), "an underscore does not part: 20/31"),
    ("monteverde1", first_name(f"Zzyyxxwwv{KEYCAP}Monteverde"), "an emoji parts"),
    ("monteverde1", last_name("Zzyyxxwwv Monteverde"), "a space parts"),
    ("monteverde1", last_name("Zzyyxxwwvñmonteverde"), "an accented letter does not part"),
    ("obrien77x", last_name("O'Brien"), "an apostrophe parts: brien 10/14"),
    # which attribute is named
    ("rojas.maria", ("mrojas", "", "", "maria.rojas@example.co.cr"), "username first"),
    ("rojas2024", ("zz", "", "Rojas", "rojas@example.org"), "last_name before email"),
    ("joséjosé", ("zz", "José José", "José José", ""), "first_name before last_name"),
    # short values and the length bound (password at least ten times as long)
    ("ab", username("ab"), "two characters, the same"),
    ("Li1", first_name("Li"), "two of three: 4/5"),
    ("Liu2xkq9", first_name("Liu"), "three of eight: 6/11"),
    ("kkvkkvkkv", username("k"), "nine times as long: 2/10"),
    ("kkvkkvkkvk", username("k"), "ten times as long: left out"),
    ("kv" * 10, username("kv"), "ten times as long: left out"),
    ("", username("maria."), "the empty part of 'maria.' equals the empty password"),
    ("zq7Kp-vex2Lw", username("maria."), "an empty part against a password"),
    # beyond the BMP, and letters whose lower case is longer
    (GOTHIC[:5] + "wxyz", username(GOTHIC[:5] + "abc"), "10/17 in code points, 20/27 in UTF-16 units"),
    (GOTHIC + "wxyz", username(GOTHIC), "16/20 in code points"),
    ("i\N{COMBINING DOT ABOVE}pekyolu", first_name("İPEKYOLU"), "the lower case of İ is two code points"),
    ("strasseweg", last_name("STRAßEWEG"), "lower case, not case folding: 16/19"),
    ("ΟΔΥΣΣΕΥΣ", first_name("οδυσσευς"), "final sigma"),
]


def codes(password, user):
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return [e.code for e in error.error_list]
    return []


def similar_attribute(password, user):
    """The first attribute that the similarity validator refuses alone, or None."""
    for attribute in ATTRIBUTES:
        validator = password_validation.UserAttributeSimilarityValidator([attribute])
        try:
            validator.validate(password, user)
        except ValidationError:
            return attribute
    return None


def password_validation_cases():
    cases = []
    for password, values, about in PASSWORD_CASES:
        fields = dict(zip(ATTRIBUTES, values))
        user = User(**fields)
        case = {
            "about": about,
            "password": password,
            "user": fields,
            "codes": codes(password, user),
            "attribute": similar_attribute(password, user),
        }
        assert ("password_too_similar" in case["codes"]) == bool(case["attribute"])
        cases.append(case)
    return cases


# --- usernames.json ---------------------------------------------------------

# (input, why)
USERNAME_CASES = [
    ("maria", "ascii"),
    ("Maria", "case is kept"),
    ("m", "one character"),
    ("", "empty"),
    ("maria.rojas@example.co.cr", "an email address"),
    ("a.b@c+d-e_f", "all the punctuation there is"),
    (".", "a dot alone"),
    ("12345", "digits"),
    ("maría", "accent, composed"),
    (f"mari{ACCENT}a", "accent, decomposed: composed by NFKC"),
    ("ñandú", "accents"),
    (f"x{ACCENT}", "accent that has no composed form"),
    ("Жанна", "Cyrillic"),
    ("Ελένη", "Greek"),
    ("山田太郎", "Han"),
    ("やまだ", "Hiragana"),
    ("ﾔﾏﾀﾞ", "halfwidth Katakana"),
    ("محمد", "Arabic"),
    ("١٢٣", "Arabic-Indic digits"),
    ("हिन्दी", "Devanagari: vowel signs are marks, not letters"),
    ("ไทย", "Thai letters without marks"),
    ("한국", "Hangul"),
    (unicodedata.normalize("NFD", "한국"), "Hangul, decomposed: composed by NFKC"),
    ("ｍａｒｉａ", "fullwidth letters"),
    ("ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "fullwidth punctuation"),
    ("ma＿ria", "fullwidth low line"),
    ("ﬁnca", "ligature fi"),
    ("oﬃce", "ligature ffi"),
    ("\N{LATIN CAPITAL LETTER DZ WITH CARON}", "digraph"),
    ("ªº", "ordinal indicators"),
    ("x²", "superscript digit"),
    ("①②", "circled digits"),
    ("Ⅷ", "Roman numeral"),
    ("ᛮ", "runic letter number: no compatibility form"),
    ("½", "vulgar fraction: a fraction slash comes out"),
    ("㎏", "square kg"),
    ("\N{ANGSTROM SIGN}", "Ångström sign"),
    ("\N{KELVIN SIGN}", "Kelvin sign"),
    ("ſ", "long s"),
    ("ß", "sharp s"),
    ("İ", "dotted capital I"),
    ("ı", "dotless i"),
    ("𝓜𝓪𝓻𝓲𝓪", "mathematical script letters"),
    ("𠮷田", "Han beyond the BMP"),
    ("𐌰𐌱", "Gothic"),
    ("раураl", "homoglyphs: Cyrillic letters, Latin l"),
    ("paypal", "what they imitate"),
    ("mari\N{CYRILLIC SMALL LETTER A}", "one homoglyph"),
    (KEYCAP, "emoji"),
    (f"maria{KEYCAP}", "emoji at the end"),
    ("🇨🇷", "flag"),
    ("maria rojas", "space within"),
    (" maria", "space at the start"),
    ("maria ", "space at the end"),
    (" ", "space alone"),
    ("maria\u00a0rojas", "no-break space: a space by NFKC"),
    ("maria\u3000", "ideographic space: a space by NFKC"),
    ("maria\u200b", "zero width space"),
    ("ma\u200dria", "zero width joiner"),
    ("ma\u00adria", "soft hyphen"),
    ("\u202emaria", "right-to-left override"),
    ("\ufeffmaria", "byte order mark"),
    ("maria\x00", "null byte at the end"),
    ("ma\x00ria", "null byte within"),
    ("maria\n", "newline at the end"),
    ("\nmaria", "newline at the start"),
    ("maria\r\n", "carriage return and newline at the end"),
    ("maria\nrojas", "newline within"),
    ("maria\t", "tab at the end"),
    ("maria\u2028", "line separator at the end"),
    ("ma/ria", "slash"),
    ("ma\\ria", "backslash"),
    ("ma#ria", "hash"),
    ("ma'ria", "apostrophe"),
    ("ma,ria", "comma"),
    ("ma:ria", "colon"),
    ("<b>maria</b>", "markup"),
    ("maria\u2010rojas", "hyphen, U+2010"),
    ("maria\u2011rojas", "non-breaking hyphen: U+2010 by NFKC"),
    ("maria－rojas", "fullwidth hyphen-minus"),
    ("maria\u2013rojas", "en dash"),
    ("ma‿ria", "undertie: punctuation that joins, not a word character here"),
    ("…", "ellipsis: three dots by NFKC"),
    ("a" * 150, "150 characters"),
    ("a" * 151, "151 characters"),
    ("ñ" * 150, "150 characters, 300 bytes"),
    ("𠮷" * 150, "150 code points, 300 UTF-16 units"),
    ("𠮷" * 151, "151 code points"),
    (f"n\N{COMBINING TILDE}" * 150, "300 code points, 150 after NFKC"),
    ("ﬃ" * 50, "50 code points, 150 after NFKC"),
    ("ﬃ" * 51, "51 code points, 153 after NFKC"),
]


def usernames():
    """
    As create_user() and the model's validation do it: normalise, then hold the
    result against the field (not blank, at most 150, UnicodeUsernameValidator).
    """
    field = User._meta.get_field("username")
    cases = []
    for given, about in USERNAME_CASES:
        normalized = User.normalize_username(given)
        try:
            field.clean(normalized, None)
            valid = True
        except ValidationError:
            valid = False
        cases.append(
            {"about": about, "input": given, "normalized": normalized, "valid": valid}
        )
    return cases


# --- uids.json --------------------------------------------------------------


def uids():
    pairs = []
    for pk in (1, 9, 10, 123, 99999, 2147483647):
        uid = urlsafe_base64_encode(force_bytes(pk))
        assert int(urlsafe_base64_decode(uid)) == pk
        pairs.append({"id": pk, "uid": uid})
    return pairs


# --- signed.json ------------------------------------------------------------

NOW = datetime(2025, 6, 7, 8, 9, 10, 654321, tzinfo=timezone.utc)

# (id, username, email, password, last_login)
SIGNED_FOR = [
    (5, "maria", "maria@example.org", "pbkdf2_sha256$1000$sea.salt$x", None),
    (
        70001,
        "josé",
        "José.Ñandú@example.org",
        "bcrypt_sha256$$2b$04$x",
        datetime(2024, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc),
    ),
    (9, "nomail", "", "argon2$x", datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone.utc)),
]


class ResetsAt(PasswordResetTokenGenerator):
    """Django takes datetime.now(), in the time zone of its settings."""

    def __init__(self, moment):
        super().__init__()
        self.moment = moment

    def _now(self):
        zone = ZoneInfo(settings.TIME_ZONE)
        return self.moment.astimezone(zone).replace(tzinfo=None)


def signed():
    """
    Tokens and reset links of users as they come from the database; `good_for` is
    the last second at which Django takes the link, counted from `issued_at`.
    """
    simplejwt.aware_utcnow = lambda: NOW
    simplejwt.uuid4 = lambda: uuid.UUID(int=crypto.secrets.getrandbits(128), version=4)
    jwts, resets = [], []
    with transaction.atomic():
        for pk, name, address, password, last_login in SIGNED_FOR:
            User(
                pk=pk,
                username=name,
                email=address,
                password=password,
                last_login=last_login,
            ).save()
            user = User.objects.get(pk=pk)
            refresh = simplejwt.RefreshToken.for_user(user)
            text = simplejwt.RefreshToken.for_user(user)
            text["user_id"] = str(pk)  # as simplejwt 5.5.1 writes it
            text["username"], text["email"] = name, address
            for about, token in (("id", refresh), ("id as text, more claims", text)):
                jwts.append(
                    {
                        "about": about,
                        "user_id": pk,
                        "refresh": str(token),
                        "access": str(token.access_token),
                    }
                )
            token = ResetsAt(NOW).make_token(user)
            for good in (0, settings.PASSWORD_RESET_TIMEOUT):
                later = ResetsAt(NOW + timedelta(seconds=good))
                assert later.check_token(user, token)
                assert not ResetsAt(
                    NOW + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)
                ).check_token(user, token)
            resets.append(
                {
                    "id": pk,
                    "email": address,
                    "password": password,
                    "last_login": last_login and last_login.isoformat(),
                    "uid": urlsafe_base64_encode(force_bytes(pk)),
                    "token": token,
                    "issued_at": NOW.isoformat(),
                    "good_for": settings.PASSWORD_RESET_TIMEOUT,
                }
            )
        transaction.set_rollback(True)
    return {
        "secrets": [settings.SECRET_KEY],
        "tokens": jwts,
        "resets": resets,
    }


# --- writing ----------------------------------------------------------------


def write_json(name, value):
    """
    One entry a line. What is not ASCII is escaped: composed and decomposed
    letters, spaces of all widths and invisible characters stay apart, whatever
    an editor does.
    """

    def listed(entries, indent):
        inner = ",\n".join(f"{indent}  {json.dumps(entry)}" for entry in entries)
        return f"[\n{inner}\n{indent}]"

    if isinstance(value, dict):
        members = [f"  {json.dumps(k)}: {listed(v, '  ')}" for k, v in value.items()]
        text = "{\n" + ",\n".join(members) + "\n}\n"
        count = ", ".join(f"{len(v)} {k}" for k, v in value.items())
    else:
        text = listed(value, "") + "\n"
        count = f"{len(value)} entries"
    assert json.loads(text) == value
    (FIXTURES / name).write_text(text, encoding="ascii")
    print(f"{name}: {count}")


def main():
    FIXTURES.mkdir(exist_ok=True)
    ddl = schema()
    (FIXTURES / "schema.sql").write_text(ddl, encoding="utf-8")
    print(f"schema.sql: {ddl.count('CREATE TABLE')} tables")
    write_json("rows.json", rows())
    write_json("hashes.json", hashes())
    write_json("password-validation.json", password_validation_cases())
    write_json("usernames.json", usernames())
    write_json("uids.json", uids())
    write_json("signed.json", signed())


if __name__ == "__main__":
    main()
