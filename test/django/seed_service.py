"""
Rows for test/django/shadow.ts, made through Django: two users who log in with the
password of SEED_PASSWORD (`shadow-admin` is a superuser, `shadow-user` is not), one
who can't, roles, provinces, filled profiles.
"""

import os
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "project"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service_settings")

import django  # noqa: E402

django.setup()

from api.models import Provinces  # noqa: E402
from django.contrib.auth.models import Group, Permission, User  # noqa: E402

password = os.environ["SEED_PASSWORD"]
support = Group.objects.create(name="soporte")
support.permissions.set(Permission.objects.filter(codename__startswith="view_"))
province = Provinces.objects.get_or_create(name="Guanacaste")[0]

for number in range(60):
    User.objects.create_user(f"client{number:02}", f"client{number:02}@example.org")
admin = User.objects.create_superuser("shadow-admin", "shadow-admin@example.org", password)
user = User.objects.create_user(
    "shadow-user", "shadow-user@example.org", password, first_name="Sofía", last_name="Vargas"
)
user.groups.add(support)
profile = user.profile
profile.phone = "+506 2222 3333"
profile.address = "San José, 100 m norte"
profile.birth_date = date(2000, 2, 29)
profile.bio = "línea uno\nlínea dos"
profile.profile_picture.name = "profile_pics/sofía.png"
profile.province = province
profile.save()
profile.roles.add(support)
print(f"Django made {User.objects.count()} users, {Group.objects.count()} roles and {Provinces.objects.count()} provinces.")
