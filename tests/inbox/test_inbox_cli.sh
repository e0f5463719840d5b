#!/bin/sh
# `slackapp inbox` from end to end, on a store that INBOX_MAKER makes.
# usage: tests/inbox/test_inbox_cli.sh BUILD_FOLDER INBOX_MAKER
# shellcheck disable=SC2317 # run() calls the functions
set -u
slackapp=${1?usage: tests/inbox/test_inbox_cli.sh BUILD_FOLDER INBOX_MAKER}/slackapp
maker=$(cd "$(dirname "${2?}")" && pwd)/$(basename "$2")
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
store=sqlite:$work/inbox.db
cd "$work" || exit 1
unset SLACK_STORE

# expect STATUS TEXT WORD…: `slackapp inbox WORD…` ends with STATUS and prints TEXT.
expect() {
    status=$1
    text=$2
    shift 2
    got=0
    timeout 20 "$slackapp" inbox "$@" >"$work/out" 2>&1 || got=$?
    [ "$got" = "$status" ] && grep -qF -- "$text" "$work/out" && return 0
    echo "inbox $*: status $got, not $status, or no \"$text\" in:"
    cat "$work/out"
    return 1
}

lines_that_make_no_sense() {
    expect 2 'a command is missing' && expect 2 'no command "fly"' fly &&
        expect 2 '--loud is not an option' list --loud && expect 2 '--limit needs a value' list --limit &&
        expect 2 'show takes an id' show && expect 2 'show takes an id' show all &&
        expect 2 'an id, or all' retry -x && expect 2 'an id, or all' drop 1 2 &&
        expect 2 'stats takes options only' stats 1 &&
        expect 2 'waiting, running, done or dead, not "odd"' list --state odd &&
        expect 2 'from 1 to 1000000, not "0"' list --limit 0 && expect 0 'usage:' --help
}

no_store() {
    expect 1 "--store: there is no store at $work/none" --store "sqlite:$work/none" stats &&
        expect 1 '--store: a store is "sqlite:PATH", "postgres://HOST/DATABASE" or "memory:"' --store reminder.db list &&
        expect 1 '--store: there is no store "mysql:"' --store mysql:x list &&
        expect 1 "--store: $work: " --store "sqlite:$work" list &&
        (export SLACK_STORE=reminder.db && expect 1 'SLACK_STORE: a store is' list) &&
        [ ! -e "$work/none" ] && expect 1 'is inside its app' --store memory: stats &&
        expect 1 'no store is in this folder' stats
}

an_inbox() {
    "$maker" "$store" || return 1
    expect 0 'dead              3' --store "$store" stats &&
        expect 0 'channel_not_found' --store "$store" list &&
        expect 0 'nothing is running' --store "$store" list --state running &&
        expect 0 'event message' --store "$store" list --limit 1 &&
        [ "$(wc -l <"$work/out")" = 2 ]
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
    SLACK_STORE=$store expect 0 'done' stats && echo "SLACK_STORE=$store" >.env && expect 0 'done' stats
}

whose_they_are() {
    expect 0 '  T1/B1  event message  Ev' --store "$store" list --state waiting &&
        expect 0 'due in  attempts, app, what' --store "$store" list --state waiting &&
        expect 0 'app        T1/B1' --store "$store" show 2
}

# Values that no app writes: they are shown, nothing of them is obeyed, and the row can be dropped.
values_of_others() {
    for change in 'state = 7' 'state = -1' 'received_ms = -9223372036854775807 - 1' \
        'due_ms = 9223372036854775807, state = 0' "planned_ms = 'x'" 'attempt = -5' \
        "kind = 'a' || char(0, 27)" 'error = zeroblob(9000000)' "app = 99, done = x'1b5b324a00'"; do
        rm -f "$work/damaged.db"*
        if ! { "$maker" "sqlite:$work/damaged.db" &&
            "$maker" "sqlite:$work/damaged.db" sql "UPDATE inbox SET $change WHERE id = 2" &&
            expect 0 'damaged    a value is not as it was stored' --store "sqlite:$work/damaged.db" show 2 &&
            ! grep -q "$(printf '\033')" "$work/out" && expect 0 ' ' --store "sqlite:$work/damaged.db" list &&
            expect 0 'dead ' --store "sqlite:$work/damaged.db" stats &&
            case $change in 'state = 7' | 'state = -1') grep -q 'damaged *1 .* the id 2:' "$work/out" ;; esac &&
            expect 0 '1 dropped' --store "sqlite:$work/damaged.db" drop 2; }; then
            echo "with $change"
            return 1
        fi
    done
}

# Ids that no app writes: the rows are listed, shown, queued again and dropped as all others.
ids_of_others() {
    for id in 0 -5 -9223372036854775808 9223372036854775807; do
        rm -f "$work/ids.db"*
        if ! { "$maker" "sqlite:$work/ids.db" &&
            "$maker" "sqlite:$work/ids.db" sql "UPDATE inbox SET id = $id WHERE id = 2" &&
            expect 0 "$id  " --store "sqlite:$work/ids.db" list &&
            expect 0 "id         $id" --store "sqlite:$work/ids.db" show "$id" &&
            expect 0 '1 queued again' --store "sqlite:$work/ids.db" retry "$id" &&
            expect 0 '1 dropped' --store "sqlite:$work/ids.db" drop "$id" &&
            expect 0 'dead              2' --store "sqlite:$work/ids.db" stats; }; then
            echo "with the id $id"
            return 1
        fi
    done
}

the_store_of_the_folder() {
    (mkdir -p "$work/here" && cd "$work/here" && "$maker" sqlite:bot.db &&
        expect 0 'dead              3' stats && "$maker" sqlite:other.db &&
        expect 1 '2 stores are in this folder: name one with --store, such as sqlite:bot.db' stats)
}

echo 1..10
run 'lines that make no sense' lines_that_make_no_sense
run 'no store' no_store
run 'what is dead, and how much' an_inbox
run 'one of them' one_of_them
run 'again, and away' again_and_away
run 'whose they are' whose_they_are
run 'values of others' values_of_others
run 'ids of others' ids_of_others
run 'the store of the folder' the_store_of_the_folder
run 'the store of the environment' from_the_environment
exit $failed
