#!/bin/sh
# Installs the packages of the lock file beside it into FOLDER/node_modules, unless they are there.
# FOLDER/package-lock.json is the lock file that node_modules was made from.
# Without node, npm or its registry it warns and succeeds; the tests that need the packages are skipped.
# usage: install.sh FOLDER
set -eu
unset CDPATH
here=$(cd -- "$(dirname -- "$0")" && pwd)
mkdir -p -- "$1"
cd -- "$1"

give_up() {
    echo "npm: $*; what needs Slack's SDKs or the ws package is skipped" >&2
    exit 0
}

if [ -d node_modules ] && cmp -s "$here/package-lock.json" package-lock.json; then
    touch package-lock.json
    exit 0
fi
rm -rf node_modules package-lock.json
command -v node >/dev/null || give_up 'there is no node'
command -v npm >/dev/null || give_up 'there is no npm'
new=$(mktemp -d "$PWD/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$new"
timeout 180 npm ci --prefix "$new" --ignore-scripts --no-audit --no-fund --fetch-retries=1 \
    --fetch-retry-mintimeout=1000 --fetch-timeout=20000 >npm.log 2>&1 || give_up "npm ci failed, see $PWD/npm.log"
mv "$new/node_modules" .
mv "$new/package-lock.json" .
