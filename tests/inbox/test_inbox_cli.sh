#!/bin/sh
# `slackapp inbox` from end to end, on stores that INBOX_MAKER makes.
# usage: tests/inbox/test_inbox_cli.sh BUILD_FOLDER INBOX_MAKER
# shellcheck disable=SC2317 # run() calls the functions
set -u
slackapp=${1?usage: tests/inbox/test_inbox_cli.sh BUILD_FOLDER INBOX_MAKER}/slackapp
subcommand=inbox
maker=$(cd "$(dirname "${2?}")" && pwd)/$(basename "$2")
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
# shellcheck source=tests/support/stores.sh
. "$(dirname "$0")/../support/stores.sh"
store=$(store_url inbox)
cd "$work" || exit 1

lines_that_make_no_sense() {
    expect 2 'a command is missing' && expect 2 'no command "fly"' fly &&
        expect 2 '--loud is not an option' list --loud && expect 2 '--limit needs a value' list --limit &&
        expect 2 'show takes an ID' show && expect 2 'show takes an ID' show all &&
        expect 2 'an ID, or all' retry -x && expect 2 'an ID, or all' drop 1 2 &&
        expect 2 'stats takes options only' stats 1 &&
        expect 2 'waiting, running, done or dead, not "odd"' list --state odd &&
        expect 2 'from 1 to 1000000, not "0"' list --limit 0 && expect 0 'usage:' --help
}

no_store() {
    expect 1 "--store: there is no store at $work/none" --store "sqlite:$work/none" stats &&
        expect 1 '--store: a store is "sqlite:PATH", "postgres://HOST/DATABASE" or "memory:"' --store reminder.db list &&
        expect 1 '--store: there is no store "mysql:"' --store mysql:x list &&
        expect 1 "--store: $work: " --store "sqlite:$work" list &&
        SLACK_STORE=reminder.db expect 1 'SLACK_STORE: a store is' list &&
        [ ! -e "$work/none" ] && expect 1 'is inside its app' --store memory: stats &&
        expect 1 'no store is in this folder' stats
}

an_inbox() {
    "$maker" "$store" || return 1
    expect 0 'dead              3' --store "$store" stats &&
        expect 0 'channel_not_found' --store "$store" list &&
        expect 0 'nothing is running' --store "$store" list --state running &&
        expect 0 'event message' --store "$store" list --limit 1 &&
        [ "$(grep -c 'event message' "$work/out")" = 1 ]
}

one_of_them() {
    expect 0 '"ts":"2.0"' --store "$store" show 2 && grep -qF '"é\u009b2J"' "$work/out" &&
        grep -q '^state *dead' "$work/out" && grep -q '^done *hello' "$work/out" &&
        expect 1 'no delivery has that id' --store "$store" show 99
}

again_and_away() {
    expect 0 '1 queued again' --store "$store" retry 1 &&
        expect 1 'no dead letter' --store "$store" retry 1 &&
        expect 0 '1 dropped' --store "$store" drop 1 &&
        expect 0 '2 queued again' --store "$store" retry all &&
        expect 0 'waiting           2   the oldest: ' --store "$store" stats &&
        expect 0 '0 dropped' --store "$store" drop all
}

from_the_environment() {
    SLACK_STORE=$store expect 0 'done' stats && echo "SLACK_STORE='$store'" >.env && expect 0 'done' stats
}

whose_they_are() {
    expect 0 '  T1/B1  event message  Ev' --store "$store" list --state waiting &&
        expect 0 'due in  attempts, app, what' --store "$store" list --state waiting &&
        expect 0 'app        T1/B1' --store "$store" show 2
}

# Values that no app writes: they are shown, nothing of them is obeyed, and the row can be dropped.
values_of_others() {
    use_store damaged
    set -- 'received_ms = -9223372036854775807 - 1' 'due_ms = 9223372036854775807, state = 0' 'attempt = -5'
    case $engine in
    sqlite) set -- "$@" 'state = 7' 'state = -1' "planned_ms = 'x'" "kind = 'a' || char(0, 27)" \
        'error = zeroblob(9000000)' "app = 99, done = x'1b5b324a00'" ;;
    *) set -- "$@" 'retry_num = -1' "kind = '\\x61001b'" "error = convert_to(repeat('a', 9000000), 'UTF8')" \
        "tenant = '\\x1b5b324a00'" ;;
    esac
    for change; do
        drop_store damaged
        if ! { "$maker" "$SLACK_STORE" && change_store damaged "UPDATE inbox SET $change WHERE id = 2" &&
            expect 0 'damaged    a value is not as it was stored' show 2 &&
            ! grep -q "$(printf '\033')" "$work/out" && expect 0 ' ' list && expect 0 'dead ' stats &&
            case $change in 'state = 7' | 'state = -1') grep -q 'damaged *1 .* the id 2:' "$work/out" ;; esac &&
            expect 0 '1 dropped' drop 2; }; then
            echo "with $change"
            return 1
        fi
    done
}

# Ids that no app writes: the rows are listed, shown, queued again and dropped as all others.
ids_of_others() {
    use_store ids
    for id in 0 -5 -9223372036854775808 9223372036854775807; do
        drop_store ids
        if ! { "$maker" "$SLACK_STORE" && change_store ids "UPDATE inbox SET id = $id WHERE id = 2" &&
            expect 0 "$id  " list && expect 0 "id         $id" show "$id" &&
            expect 0 '1 queued again' retry "$id" && expect 0 '1 dropped' drop "$id" &&
            expect 0 'dead              2' stats; }; then
            echo "with the id $id"
            return 1
        fi
    done
}

the_store_of_the_folder() {
    (mkdir -p "$work/here" && cd "$work/here" && "$maker" sqlite:bot.db &&
        unset SLACK_STORE && expect 0 'dead              3' stats && "$maker" sqlite:other.db &&
        expect 1 '2 stores are in this folder: name one with --store, such as sqlite:bot.db' stats)
}

# A password is in no output, and each sentence has its cause and its cure.
servers_that_are_none() {
    for url in postgres://u:hunter2@localhost:1/db 'postgres:host=/none password=hunter2' \
        'postgres://localhost:1/db?user=u&password=hunter2' "postgres:host=/none password='hunter2 x'"; do
        expect 1 '--store: postgres ' --store "$url" stats && grep -qE 'check the address|without PostgreSQL' "$work/out" &&
            SLACK_STORE=$url expect 1 'SLACK_STORE: postgres ' list &&
            expect 2 'there is no command' "$url" && expect 2 'is not an option' "--stor=$url" stats &&
            expect 2 'waiting, running, done or dead' list --state "$url" || return 1
        ! grep -q hunter2 "$work/out" || return 1
    done
    long=$(head -c 3000 /dev/zero | tr '\0' x)
    expect 1 'it is longer than 2047 bytes' --store "postgres:service=$long" stats
}

# Faults of the place, on a server that runs. Nothing is made.
places_on_a_server() {
    sql 'CREATE ROLE poor LOGIN; CREATE SCHEMA foreign_tables; CREATE TABLE foreign_tables.t(a int)
         ; CREATE SCHEMA newer; CREATE TABLE newer.schema_version AS SELECT 9::bigint AS version, 9::bigint AS oldest' &&
        expect 1 'the schema "none" has no store, or none for this user; the app makes it' --store "$(store_url none)" stats &&
        [ "$(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 'none'")" = 0 ] &&
        expect 1 "another program's tables; name another schema" --store "$(store_url foreign_tables)" stats &&
        expect 1 'made by a newer slackapp; install that one' --store "$(store_url newer)" stats &&
        expect 1 'make the database with createdb' --store "postgres:$TEST_POSTGRES dbname=none" stats &&
        "$maker" "$(store_url rich)" &&
        expect 1 'the schema "rich" has no store, or none for this user' --store "$(store_url rich) user=poor" stats
}

# 100,000 dead letters: a signal ends the work between two transactions, and nothing is lost.
many_of_them() {
    use_store many
    columns='state, due_ms, planned_ms, app, attempt, retry_num, received_ms, changed_ms, payload'
    "$maker" "$SLACK_STORE" && change_store many "INSERT INTO inbox($columns) WITH RECURSIVE n(i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99997) SELECT $columns FROM inbox, n WHERE id = 2" &&
        expect 0 'dead         100000' stats && mkfifo "$work/progress" || return 1
    "$slackapp" inbox retry all >"$work/changed" 2>"$work/progress" &
    tool=$!
    exec 3<"$work/progress"
    while read -r line <&3 && [ "${line% of 100000}" = "$line" ]; do :; done
    kill "$tool"
    cat <&3 >"$work/rest"
    wait "$tool" && return 1
    grep -q 'interrupted: run the command again' "$work/rest" && changed=$(sed -n 's/ queued again//p' "$work/changed") &&
        expect 0 "waiting  $(printf %10d "$changed")" stats &&
        expect 0 "$((100000 - changed)) dropped" drop all && grep -q "^[0-9]*0000 of $((100000 - changed))" "$work/out"
}

echo 1..12
run 'lines that make no sense' lines_that_make_no_sense
run 'no store' no_store
run 'what is dead, and how much' an_inbox
run 'one of them' one_of_them
run 'again, and away' again_and_away
run 'whose they are' whose_they_are
run 'values of others' values_of_others
run 'ids of others' ids_of_others
run 'servers that are none' servers_that_are_none
run 'many of them' many_of_them
case $engine in
sqlite) run 'the store of the folder' the_store_of_the_folder ;;
*) run 'places on a server' places_on_a_server ;;
esac
run 'the store of the environment' from_the_environment
exit $failed
