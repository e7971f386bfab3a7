"""
The settings of the replaced Django service, as far as tables, hashes and
password rules depend on them. DATABASE_URL names the Postgres database.
"""

import os
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

# Signs nothing that leaves this project.
SECRET_KEY = "only-for-fixtures"
DEBUG = False

# The tables of the app begin with it.
APP_LABEL = os.environ.get("DJANGO_APP_LABEL") or "api"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "api",
]

if not os.environ.get("DATABASE_URL"):
    raise ImproperlyConfigured("DATABASE_URL is not set")

_options = conninfo_to_dict(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _options.pop("dbname", ""),
        "USER": _options.pop("user", ""),
        "PASSWORD": _options.pop("password", ""),
        "HOST": _options.pop("host", ""),
        "PORT": _options.pop("port", ""),
        "OPTIONS": _options,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "es-cr"
USE_I18N = True
TIME_ZONE = "America/Costa_Rica"
USE_TZ = True

MEDIA_URL = "/media/"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Lifetimes that no run of the tests outlasts.
SIMPLE_JWT = {
    "UPDATE_LAST_LOGIN": True,
    "ACCESS_TOKEN_LIFETIME": timedelta(days=365 * 50),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=365 * 50),
}

# Django's default list, in its order, and plain bcrypt, which Django ships but
# does not list; a database may hold any of them.
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}"
    for name in (
        "PBKDF2PasswordHasher",
        "PBKDF2SHA1PasswordHasher",
        "Argon2PasswordHasher",
        "BCryptSHA256PasswordHasher",
        "ScryptPasswordHasher",
        "BCryptPasswordHasher",
    )
]
