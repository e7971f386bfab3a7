#!/usr/bin/env bash
# Does what `docker build` and `docker run --read-only` would, without Docker: the build's steps, one by one, on the files
# that .dockerignore lets through; then starts what the image would hold, as another user to whom all but the data folder
# and /tmp is read-only, with its health check, and ends it. Prints sizes.
#
#   DATABASE_URL=postgres://… deploy/rehearse-image.sh
#
# As root it needs setpriv and unshare (util-linux); as anybody else it runs as that user, in a folder without write bits.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DATABASE_URL:?names an empty Postgres database}"
work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
  chmod -R u+w "$work"
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"

step() { printf '\n== %s\n' "$*"; }

step "context: what .dockerignore lets through"
mkdir "$work/context" "$work/app" "$work/data"
sed -n 's/^!//p' .dockerignore | xargs -I{} cp -r {} "$work/context/"
ls "$work/context"

# Each RUN of the build stage, in its order, as the Dockerfile has it.
(
  cd "$work/context"
  sed -n '/ AS build$/,/^FROM node[^A]*$/s/^RUN //p' "$OLDPWD/Dockerfile" | while IFS= read -r command; do
    step "$command"
    bash -c "$command" < /dev/null
  done
)

step "image: package.json, sbom.cdx.json, node_modules, dist"
mv "$work"/context/{package.json,sbom.cdx.json,node_modules,dist} "$work/app/"
node -e 'const { components } = JSON.parse(require("node:fs").readFileSync(process.argv[1])); console.log(`SBOM: ${components.length} components`)' "$work/app/sbom.cdx.json"
(cd "$work/app" && du -sh node_modules dist sbom.cdx.json && du -sh .)
chmod -R a+rX,a-w "$work/app"

# The Dockerfile's own command and health check, which are JSON.
readarray -t command < <(sed -n 's/^CMD //p' Dockerfile | node -e 'console.log(JSON.parse(require("node:fs").readFileSync(0)).join("\n"))')
readarray -t health < <(sed -n 's/^  CMD //p' Dockerfile | node -e 'console.log(JSON.parse(require("node:fs").readFileSync(0)).join("\n"))')
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
export NODE_ENV=production HOST=127.0.0.1 PORT="$port" DATA_DIR="$work/data" MALLOC_ARENA_MAX=2
export PUBLIC_URL=http://127.0.0.1:$port PASSWORD_RESET_DELIVERY=response
export JWT_PRIVATE_KEY ADMIN_PASSWORD=a-password-for-the-rehearsal
JWT_PRIVATE_KEY=$(openssl genpkey -algorithm ed25519)
node=$(command -v node)

if [ "$(id -u)" = 0 ]; then
  step "start as nobody, with everything else mounted read-only"
  chown 65534:65534 "$work/data"
  unshare --mount bash -c '
    mount --bind /tmp /tmp && mount -o remount,ro,bind / && mount --bind "$1/app" "$1/app" && mount -o remount,ro,bind "$1/app"
    cd "$1/app"
    for place in written /written; do
      touch "$place" 2>/dev/null && echo "$place could be written" >&2 && exit 1
    done
    shift
    exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"' - "$work" "$node" "${command[@]:1}" > "$work/log" 2>&1 &
else
  step "start as $(id -un), in a folder that is read-only"
  (cd "$work/app" && exec "$node" "${command[@]:1}") > "$work/log" 2>&1 &
fi
server=$!
for _ in $(seq 120); do
  if "$node" "${health[@]:1}"; then healthy=yes; break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.5
done
cat "$work/log"
[ "${healthy:-}" = yes ] || { echo 'It never was healthy.' >&2; exit 1; }
step "healthy; a login, and SIGTERM"
curl -sf "http://127.0.0.1:$port/api/auth/token/" -d username=admin -d password="$ADMIN_PASSWORD" -o /dev/null -w '%{http_code}\n'
kill "$server"
wait "$server" && echo 'ended with 0' || { echo "ended with $?"; exit 1; }
server=
