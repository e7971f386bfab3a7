"""
The Django side of side-by-side.ts: does one thing with the ORM, or with simplejwt,
and prints what came of it as JSON.

    side_by_side.py STEP [ARGUMENT…]
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "project"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from api.models import Provinces, UserProfile  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.contrib.auth.tokens import default_token_generator  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_encode  # noqa: E402
from rest_framework.exceptions import APIException  # noqa: E402
from rest_framework_simplejwt.serializers import (  # noqa: E402
    TokenObtainPairSerializer,
)


def migrate():
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE other_app (id bigint PRIMARY KEY)")
    for name in ("admin", "cliente"):
        Group.objects.create(name=name)
    Provinces.objects.create(name="Heredia")


def register(username, email, password, kind="user"):
    create = {"user": User.objects.create_user, "superuser": User.objects.create_superuser}
    return create[kind](username, email, password).pk


def login(username, password):
    """The tokens that simplejwt gives for them, None where it refuses them."""
    serializer = TokenObtainPairSerializer(
        data={"username": username, "password": password}
    )
    try:
        serializer.is_valid(raise_exception=True)
    except APIException:
        return None
    return serializer.validated_data


def show(username):
    user = User.objects.get(username=username)
    return {
        "id": user.pk,
        "phone": user.profile.phone,
        "picture": user.profile.profile_picture.name,
        "roles": sorted(group.name for group in user.groups.all()),
        "changes_profiles": user.has_perm(f"{UserProfile._meta.app_label}.change_userprofile"),
    }


def give_role(username, role):
    User.objects.get(username=username).groups.add(Group.objects.get(name=role))


def change_password(username, password):
    user = User.objects.get(username=username)
    user.set_password(password)
    user.save()


def reset_link(username):
    user = User.objects.get(username=username)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return {"uid": uid, "token": default_token_generator.make_token(user)}


def picture(username, path):
    """Makes it the user's picture, as a form that saved the file would."""
    UserProfile.objects.filter(user__username=username).update(profile_picture=path)


def delete(username):
    return User.objects.get(username=username).delete()[1]


def exists(username):
    return User.objects.filter(username=username).exists()


def rows():
    """Every row of Django's tables, as text."""
    with connection.cursor() as cursor:
        names = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("auth_", "django_", f"{UserProfile._meta.app_label}_"))
        ]
        lines = []
        for name in names:
            cursor.execute(f'SELECT row::text FROM "{name}" row')
            lines.extend(f"{name} {line}" for (line,) in cursor.fetchall())
    return sorted(lines)


STEPS = {
    step.__name__: step
    for step in (
        migrate,
        register,
        login,
        show,
        give_role,
        change_password,
        reset_link,
        picture,
        delete,
        exists,
        rows,
    )
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
