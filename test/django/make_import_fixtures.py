"""
Write fixtures/import/ with Django itself: a service's users, as they lie in the
database of DATABASE_URL, which `migrate` has just made. Run by make-fixtures.sh
once for each kind of database; SQLite is dumped by `dumpdata` too.

Passwords and their hashes are those of hashes.json. Everything else is fixed.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"

sys.path.insert(0, str(HERE / "project"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from api.models import Provinces, UserProfile  # noqa: E402
from django.apps import apps  # noqa: E402
from django.contrib.auth.management import create_permissions  # noqa: E402
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

BEGIN = datetime(2024, 3, 1, 5, 59, 58, 123456, tzinfo=timezone.utc)

# Not the ids that a new database of ours has for these names.
GROUPS = {
    "cliente": ["view_provinces"],
    "admin": ["add_user", "change_user", "view_user", "view_ticket"],
    "soporte técnico": ["view_userprofile", "change_userprofile"],
}
PROVINCES = ["Limón", "San José", "Heredia", "Guanacaste", "Provincia Ñandú"]

# hasher of the password, fields of the user, groups, fields of the profile (None:
# the user is older than the signal that makes one), roles of the profile
USERS = [
    ("pbkdf2_sha256", {"username": "root", "email": "root@example.org", "is_superuser": True, "is_staff": True}, [], {}, []),
    ("pbkdf2_sha1", {"username": "maría", "email": "María.Ñ@example.org", "first_name": "María José", "last_name": "Núñez"},
     ["admin"], {"phone": "+506 2222 3333", "address": "Avenida 2ª, “La Sabana”", "birth_date": date(1990, 2, 28), "province": "San José", "picture": "profile_pics/maría.png"}, ["admin", "cliente"]),
    ("argon2", {"username": "argon", "email": "argon@example.org"}, ["cliente"], {"province": "Heredia"}, ["cliente"]),
    ("bcrypt_sha256", {"username": "bcrypt.sha256", "email": ""}, ["cliente"], {"picture": ""}, ["cliente"]),
    ("scrypt", {"username": "scrypt@example.net", "email": "Scrypt@Example.net"}, ["cliente", "soporte técnico"], {"birth_date": date(2000, 2, 29)}, ["soporte técnico"]),
    ("bcrypt", {"username": "bcrypt+1", "email": ""}, [], {"bio": "línea uno\nlínea dos\ttab \\ \"comillas\" 'simples' \\N 🐢"}, []),
    ("unusable", {"username": "sin_contraseña", "email": "sin@example.org"}, [], {"bio": ""}, []),
    ("pbkdf2_sha256", {"username": "inactiva", "email": "inactiva@example.org", "is_active": False}, ["cliente"], {"province": "Limón"}, ["cliente"]),
    ("pbkdf2_sha256", {"username": "sin-perfil", "email": "sin-perfil@example.org"}, ["cliente"], None, []),
    ("scrypt", {"username": "staff", "email": "staff@example.org", "is_staff": True}, ["soporte técnico"], {"province": "Provincia Ñandú", "picture": "profile_pics/absent.jpg"}, []),
    ("pbkdf2_sha256", {"username": "x" * 150, "email": f"{'e' * 242}@example.org", "first_name": "ñ" * 150}, [], {"address": "á" * 255, "phone": "1" * 20}, []),
    ("bcrypt_sha256", {"username": "última", "email": "ultima@example.org", "id": 1000}, ["cliente"], {"province": "Guanacaste", "picture": "profile_pics/2024/ultima.jpeg"}, ["cliente"]),
]


def hashes():
    entries = json.loads((FIXTURES / "hashes.json").read_text())
    return {h["hasher"]: h["encoded"] for h in reversed(entries) if h["cost"] == "low" or h["hasher"] == "unusable"}


def make():
    """
    Content types and permissions once more and in another order, so that their ids
    are not those of a new database; one model that only that service has.
    """
    ContentType.objects.all().delete()
    ContentType.objects.clear_cache()
    ticket = ContentType.objects.create(app_label="tickets", model="ticket")
    Permission.objects.create(content_type=ticket, codename="view_ticket", name="Can view ticket")
    for config in reversed(list(apps.get_app_configs())):
        create_permissions(config, verbosity=0)

    for name, codenames in GROUPS.items():
        Group.objects.create(name=name).permissions.set(Permission.objects.filter(codename__in=codenames))
    for name in PROVINCES:
        Provinces.objects.create(name=name)

    encoded = hashes()
    for index, (hasher, fields, groups, profile, roles) in enumerate(USERS):
        joined = BEGIN + timedelta(days=index, microseconds=index)
        last_login = None if index % 3 == 2 else joined + timedelta(hours=1)
        user = User.objects.create(password=encoded[hasher], date_joined=joined, last_login=last_login, **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        if profile is None:
            user.profile.delete()
            continue
        values = dict(profile)
        values["profile_picture"] = values.pop("picture", None)
        if "province" in values:
            values["province"] = Provinces.objects.get(name=values["province"])
        # Past `auto_now`.
        UserProfile.objects.filter(user=user).update(created_at=joined, updated_at=joined + timedelta(days=1), **values)
        user.profile.roles.set(Group.objects.filter(name__in=roles))
    maria = User.objects.get(username="maría")
    maria.user_permissions.set(Permission.objects.filter(codename__in=["view_ticket", "delete_group"]))


def run(*command, **env):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **env}).stdout.decode()


def dump_sqlite(url):
    call_command("dumpdata", "contenttypes", "auth", "api", indent=1, output=str(FIXTURES / "import/dump.json"))
    with sqlite3.connect(unquote(urlsplit(url).path)) as database:
        # The rows of that table say when it was made.
        lines = [line for line in database.iterdump() if not line.startswith('INSERT INTO "django_migrations"')]
    return "\n".join(lines) + "\n"


def dump_postgres(url):
    text = run("pg_dump", "--data-only", "--inserts", "--exclude-table=django_migrations", f"--dbname={url}")
    dropped = re.compile(r"--|\\(?:un)?restrict|SET |SELECT pg_catalog\.")
    lines = [line for line in text.splitlines() if line and not dropped.match(line)]
    return "\n".join(lines) + "\n"


def dump_mysql(url):
    parts = urlsplit(url)
    text = run(
        "mysqldump", "--no-defaults", "--skip-comments", "--skip-extended-insert", "--skip-add-locks", "--skip-dump-date",
        "--no-tablespaces", "--default-character-set=utf8mb4", f"--ignore-table={parts.path[1:]}.django_migrations",
        f"--host={parts.hostname}", f"--port={parts.port or 3306}", f"--user={unquote(parts.username)}", parts.path[1:],
        MYSQL_PWD=unquote(parts.password or ""),
    )
    return "\n".join(line for line in text.splitlines() if line and "sandbox mode" not in line) + "\n"


def main():
    make()
    (FIXTURES / "import").mkdir(exist_ok=True)
    url = os.environ["DATABASE_URL"]
    dump = {"sqlite": dump_sqlite, "postgresql": dump_postgres, "mysql": dump_mysql}[connection.vendor]
    text = dump(url)
    (FIXTURES / f"import/{connection.vendor}.sql").write_text(text, encoding="utf-8")
    print(f"import/{connection.vendor}.sql: {User.objects.count()} users")


if __name__ == "__main__":
    main()
