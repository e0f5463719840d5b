# shellcheck shell=sh
# For scripts that run over SQLite and, under with_postgres, over PostgreSQL: a store for each name.
# They have sourced tools/processes.sh, and set $maker to inbox_maker, $slackapp, and $subcommand to one of its words.
# shellcheck disable=SC2034,SC2154 # such variables are theirs
unset SLACK_STORE

use_store() {
    SLACK_STORE=$(store_url "$1")
    export SLACK_STORE
}

# expect STATUS TEXT WORD…: the subcommand with these words ends with STATUS and prints TEXT.
expect() {
    status=$1
    text=$2
    shift 2
    got=0
    timeout 30 "$slackapp" "$subcommand" "$@" >"$work/out" 2>&1 || got=$?
    [ "$got" = "$status" ] && grep -qF -- "$text" "$work/out" && return 0
    echo "$subcommand $*: status $got, not $status, or no \"$text\" in:"
    cat "$work/out"
    return 1
}

if [ -n "${TEST_POSTGRES-}" ]; then
    engine=postgres
    sql() { psql -XAtqc "SET client_min_messages TO warning; $1" "$TEST_POSTGRES"; }
    store_url() { echo "postgres:$TEST_POSTGRES options=-csearch_path=$1"; }
    drop_store() { sql "DROP SCHEMA IF EXISTS $1 CASCADE"; }
    # change_store NAME SQL: as another program would.
    change_store() { sql "SET search_path TO $1; $2"; }
    # Everything that it holds.
    dump_store() { sql "SET search_path TO $1; SET bytea_output TO escape; SELECT * FROM kv; SELECT * FROM inbox"; }
    has_store() { [ "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = '$1'")" = 1 ]; }
    empty_store() { drop_store "$1" && "$maker" "$(store_url "$1")" none; }
else
    engine=sqlite
    store_url() { echo "sqlite:$work/$1.db"; }
    drop_store() { rm -f "$work/$1.db"*; }
    change_store() { "$maker" "$(store_url "$1")" sql "$2"; }
    dump_store() { cat "$work/$1.db"*; }
    has_store() { [ -e "$work/$1.db" ]; }
    empty_store() { drop_store "$1" && : >"$work/$1.db"; }
fi
