#!/usr/bin/env bash
# Does the real Django run on a database that the TypeScript service migrated?
#
#   DATABASE_URL=postgres://user:password@host:port/name test/django/check-runs-on.sh
#
# Compares the tables with Django's models, records Django's migrations as
# applied (they change no table), then makes, changes and deletes a user, a
# group membership and a province through the ORM. Exit code 0 if all went well,
# 1 at the first thing that did not. Meant for a test database: django_migrations
# stays behind.
#
# Needs python3 (3.11 or newer, with venv) and PyPI. PYTHON names another
# interpreter; VENV a folder to keep the virtual environment in between runs.
set -euo pipefail

: "${DATABASE_URL:?set it to the URL of a database that the service migrated}"
export DATABASE_URL PYTHONDONTWRITEBYTECODE=1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${VENV:-}
if [[ -z $venv ]]; then
  venv=$(mktemp -d)
  trap 'rm -rf "$venv"' EXIT
fi

if [[ ! -x $venv/bin/python ]]; then
  "${PYTHON:-python3}" -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"

"$venv/bin/python" "$here/project/manage.py" makemigrations --check --dry-run --verbosity 0
"$venv/bin/python" "$here/check_runs_on.py"
