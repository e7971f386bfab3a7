#!/usr/bin/env bash
# Make fixtures/ again, with the Django that requirements.txt pins.
#
#   DATABASE_URL=postgres://user:password@host:port/name test/django/make-fixtures.sh
#
# DATABASE_URL must name an EMPTY throw-away Postgres database: Django's tables
# are made in it and left there; a database that has tables already is refused.
# Drop it afterwards. MYSQL_URL may name an empty MariaDB or MySQL database, of
# which the same holds; without it fixtures/import/mysql.sql stays as it is.
#
# Needs python3 (3.11 or newer, with venv), PyPI, and a pg_dump at least as new
# as the server. PYTHON names another interpreter. The fixtures were made on
# PostgreSQL 15.
set -euo pipefail

: "${DATABASE_URL:?set it to the URL of an empty throw-away Postgres database}"
export DATABASE_URL PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT

"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"

"$venv/bin/python" - <<'PY'
import os
import sys

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    (tables,) = connection.execute(
        "SELECT count(*) FROM information_schema.tables"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchone()
if tables:
    sys.exit(f"the database of DATABASE_URL is not empty: it has {tables} tables")
PY

"$venv/bin/python" "$here/project/manage.py" makemigrations --check --dry-run
"$venv/bin/python" "$here/project/manage.py" migrate --verbosity 0
"$venv/bin/python" "$here/make_fixtures.py"

# The users of a service, once from each kind of database.
"$venv/bin/python" "$here/make_import_fixtures.py"
for url in "sqlite://$venv/fixtures.sqlite3" ${MYSQL_URL:+"$MYSQL_URL"}; do
  DATABASE_URL=$url "$venv/bin/python" "$here/project/manage.py" migrate --verbosity 0
  DATABASE_URL=$url "$venv/bin/python" "$here/make_import_fixtures.py"
done
