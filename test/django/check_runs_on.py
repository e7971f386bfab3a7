"""
Does Django run on this database? Run by check-runs-on.sh; prints a line for
each thing done and stops at the first that fails (exit code 1).

What the check makes it takes away again, whether it passes or not; it says so
where the database does not let it. What stays is what `migrate` writes:
django_migrations, and content types and permissions where they were missing.
"""

import os
import secrets
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "project"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from api.models import Provinces, UserProfile  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import authenticate  # noqa: E402
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

GROUP = "admin"
PERMISSION = f"{settings.APP_LABEL}.change_userprofile"


class Failed(Exception):
    pass


def expect(true, what):
    if not true:
        raise Failed(what)
    print(f"ok   {what}")


def columns(table):
    """{name: (type, nullable, filled by the database)} of a table, {} if absent."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull,
                   atthasdef OR attidentity <> ''
            FROM pg_attribute
            WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
            """,
            [connection.ops.quote_name(table)],
        )
        return {name: tuple(rest) for name, *rest in cursor.fetchall()}


def check_columns():
    """
    Every column that the models name is there; faking migrations looks at nothing.

    The id of a many-to-many table may be integer or bigint. Where auth's models say
    integer, Django's own migrations make bigint: they go by DEFAULT_AUTO_FIELD and
    do not see the one of the auth app.
    """
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        found = columns(table)
        if not found:
            raise Failed(f"table {table} is missing")
        wanted = {f.column: f for f in model._meta.local_concrete_fields}
        wrong = []
        for name, field in wanted.items():
            kind = field.db_type(connection).replace("varchar", "character varying")
            kinds = {kind}
            if model._meta.auto_created and field.primary_key:
                kinds = {"integer", "bigint"}
            if name not in found:
                wrong.append(f"{name} is missing")
            elif found[name][0] not in kinds:
                wrong.append(f"{name} is {found[name][0]}, not {kind}")
            elif found[name][1] != field.null:
                wrong.append(f"{name} is {'' if field.null else 'not '}nullable in Django")
        for name in found.keys() - wanted.keys():
            _, nullable, filled = found[name]
            if not nullable and not filled:
                wrong.append(f"{name} is unknown to Django and has to be given")
        if wrong:
            raise Failed(f"table {table}: {'; '.join(sorted(wrong))}")
        print(f"ok   table {table}: {len(wanted)} columns")


def migrate():
    """
    --fake-initial passes over a first migration whose tables exist. Django's own
    two apps have later migrations as well, whose outcome is in the tables
    already, so theirs are faked whole. Then a plain migrate: nothing may be left.
    """
    call_command("migrate", "contenttypes", fake=True, verbosity=0)
    call_command("migrate", "auth", fake=True, verbosity=0)
    call_command("migrate", fake_initial=True, verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)
    print("ok   migrations are recorded, none is left to apply")

    models = apps.get_models()
    types = ContentType.objects.get_for_models(*models)
    expect(
        all(
            Permission.objects.filter(
                content_type=types[model],
                codename=f"{action}_{model._meta.model_name}",
            ).count()
            == 1
            for model in models
            for action in model._meta.default_permissions
        ),
        f"{len(models)} models have a content type and four permissions each",
    )


def check_orm(made):
    """`made` collects what has to be deleted afterwards, as callables."""
    name = f"check-{secrets.token_hex(6)}"
    password = secrets.token_urlsafe(12)

    user = User.objects.create_user(name, f"{name}@example.org", first_name="Sofía")
    made.append(lambda: User.objects.filter(username=name).delete())
    pk = user.pk
    expect(pk is not None, f"made user {name}")
    profile = UserProfile.objects.get(user_id=pk)
    expect(profile.created_at.tzinfo is not None, "the signal made its profile")
    expect(not User.objects.get(pk=pk).has_usable_password(), "it has no usable password")

    province = Provinces.objects.create(name=f"p{secrets.token_hex(6)}")
    made.append(lambda: Provinces.objects.filter(pk=province.pk).delete())
    profile.province = province
    profile.birth_date = date(2000, 2, 29)
    profile.profile_picture.name = "profile_pics/check.png"
    profile.bio = "línea uno\nlínea dos"
    profile.save()
    user = User.objects.get(pk=pk)
    before = user.profile.updated_at
    user.last_name = "Vargas"
    user.save()
    profile.refresh_from_db()
    expect(profile.updated_at > before, "saving the user saved the profile")
    expect(
        (profile.birth_date, profile.bio, profile.profile_picture.url, profile.province)
        == (
            date(2000, 2, 29),
            "línea uno\nlínea dos",
            "/media/profile_pics/check.png",
            province,
        ),
        "the profile's fields came back as they were written",
    )
    province.delete()
    profile.refresh_from_db()
    expect(profile.province is None, "deleting its province left the profile without one")

    group, is_new = Group.objects.get_or_create(name=GROUP)
    if is_new:
        made.append(lambda: Group.objects.filter(name=GROUP).delete())
    print(f"ok   {'made' if is_new else 'found'} group {GROUP}")
    expect(not User.objects.get(pk=pk).has_perm(PERMISSION), f"no {PERMISSION} yet")
    app_label, codename = PERMISSION.split(".")
    permission = Permission.objects.get(
        content_type__app_label=app_label, codename=codename
    )
    if not group.permissions.filter(pk=permission.pk).exists():
        group.permissions.add(permission)
        made.append(lambda: group.permissions.remove(permission))
    user.groups.add(group)
    profile.roles.add(group)
    user = User.objects.get(pk=pk)
    expect(
        [g.name for g in user.groups.all()] == [GROUP]
        and [g.name for g in user.profile.roles.all()] == [GROUP],
        f"added the user and its profile to group {GROUP}",
    )
    expect(user.has_perm(PERMISSION), f"{PERMISSION} comes with the group")

    user.set_password(password)
    user.save()
    user = User.objects.get(pk=pk)
    expect(user.check_password(password), "set a password, check_password takes it")
    expect(not user.check_password(password + "x"), "and refuses another")
    expect(authenticate(username=name, password=password) == user, "authenticate too")

    _, deleted = user.delete()
    expect(
        deleted
        == {
            f"{settings.APP_LABEL}.UserProfile_roles": 1,
            f"{settings.APP_LABEL}.UserProfile": 1,
            "auth.User_groups": 1,
            "auth.User": 1,
        },
        "deleted the user with its profile and memberships",
    )
    expect(
        not User.objects.filter(pk=pk).exists()
        and not UserProfile.objects.filter(user_id=pk).exists(),
        "both are gone",
    )


def failure(error):
    """One line; a Postgres error's second line shows the row, password hash and all."""
    if isinstance(error, Failed):
        return str(error)
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def main():
    made = []
    failures = []
    try:
        check_columns()
        migrate()
        check_orm(made)
    except Exception as error:
        failures.append(failure(error))
    for undo in reversed(made):
        try:
            undo()
        except Exception as error:
            failures.append(f"left something behind: {failure(error)}")
    for line in failures:
        print(f"FAIL {line}")
    if not failures:
        print("Django runs on this database")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
