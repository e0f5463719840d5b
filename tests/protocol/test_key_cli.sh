#!/bin/sh
# `slackapp key`. usage: tests/protocol/test_key_cli.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
slackapp=${1?usage: tests/protocol/test_key_cli.sh BUILD_FOLDER}/slackapp
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
cd "$work" || exit 1

# Standard output is 32 bytes in Base64, another key each time; the advice does not get into a file.
keys() {
    one=$("$slackapp" key 2>err) && two=$("$slackapp" key 2>/dev/null) && [ "$one" != "$two" ] &&
        echo "$one" | grep -Exq '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=' &&
        grep -q 'Keep a copy' err && ! grep -qF "$one" err &&
        [ "$("$slackapp" key 2>&1 | tr ' ' '\n' | tail -n 1 | tr -d '\n' | wc -c)" = 44 ]
}

wrong_lines() {
    "$slackapp" key --help | grep -q '^usage: slackapp key$' || return 1
    for word in --loud 32; do
        got=0
        "$slackapp" key "$word" >out 2>&1 || got=$?
        [ "$got" = 2 ] && grep -q 'See slackapp key --help' out || return 1
    done
}

# A key that nobody has received is a failure.
nowhere_to_write() {
    [ -c /dev/full ] || return 0
    ! "$slackapp" key >/dev/full 2>err && grep -q 'could not be written' err
}

echo 1..3
run 'standard output is the key' keys
run 'lines that make no sense' wrong_lines
run 'a key that cannot be written' nowhere_to_write
exit $failed
