"""
The settings of the replaced Django service, as far as tables, hashes and
password rules depend on them. DATABASE_URL names the database: postgres://,
mysql:// or sqlite:///path.
"""

import os
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

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



def database(url):
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path)}
    if parts.scheme == "mysql":
        import pymysql

        # Stands in for mysqlclient, which has to be compiled; Django asks for its version.
        pymysql.version_info = (2, 2, 1, "final", 0)
        pymysql.install_as_MySQLdb()
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": parts.path[1:],
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname,
            "PORT": parts.port or 3306,
            "OPTIONS": {"charset": "utf8mb4"},
        }
    from psycopg.conninfo import conninfo_to_dict

    options = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "OPTIONS": options,
    }


DATABASES = {"default": database(os.environ["DATABASE_URL"])}
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
