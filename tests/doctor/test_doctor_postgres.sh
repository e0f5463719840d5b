#!/bin/sh
# `slackapp doctor` with a store in PostgreSQL. tests/support/with_postgres runs it beside a server.
# usage: tests/doctor/test_doctor_postgres.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/doctor/test_doctor_postgres.sh BUILD_FOLDER}" && pwd)
tests=$(cd "$(dirname "$0")" && pwd)
slackapp=$build/slackapp
# shellcheck source=tools/processes.sh
. "$tests/../../tools/processes.sh"
for name in $(env | sed -n 's/^\(SLACK_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
unset HTTPS_PROXY https_proxy PORT LISTEN_FDS CREDENTIALS_DIRECTORY
cd "$work" || exit 1

# No request is sent: only the store is of interest.
SLACK_TRANSPORT=http SLACK_SIGNING_SECRET=secret SLACK_BOT_TOKEN=xoxb-1 SLACK_API_URL=http://127.0.0.1:1/ SLACK_HTTP_PORT=0
SLACK_STORE="postgres:$TEST_POSTGRES"
export SLACK_TRANSPORT SLACK_SIGNING_SECRET SLACK_BOT_TOKEN SLACK_API_URL SLACK_HTTP_PORT SLACK_STORE

sql() { psql -XAtqc "SET client_min_messages TO warning; $1" "$TEST_POSTGRES"; }

# content GRADE TEXT: what the check says.
content() {
    timeout 60 "$slackapp" doctor >"$work/out" 2>&1
    grep "^$1  *store-content  " "$work/out" | grep -qF -- "$2" && return 0
    cat "$work/out"
    return 1
}

# The first look makes no schema.
missing() {
    content good 'there is no store yet' && [ "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 'slackapp'")" = 0 ]
}

# The server of tests does not sync. The sentence is that of the log, without the words around it.
promises() {
    "$build/tests/inbox_maker" "$SLACK_STORE" none && content warning 'fsync is off, so a power cut loses acknowledged events' &&
        ! grep -q 'store warns' "$work/out"
}

unreachable() {
    good=$SLACK_STORE
    SLACK_STORE="postgres:host=$work dbname=postgres"
    content bad 'postgres'
    told=$?
    SLACK_STORE=$good
    [ "$told" = 0 ]
}

schemas() {
    sql 'UPDATE slackapp.schema_version SET version = 99, oldest = 99' && content bad 'a newer slackapp' &&
        sql 'CREATE SCHEMA other; CREATE TABLE other.theirs(id int)' || return 1
    SLACK_STORE="$SLACK_STORE options=-csearch_path=other"
    content bad "another program's tables"
}

run "a missing store is not made" missing
run "a server that cannot be reached is named" unreachable
run "promises that do not hold are named" promises
run "schemas that are not for this program are named" schemas
echo "1..$number"
# shellcheck disable=SC2154 # processes.sh sets it
exit "$failed"
