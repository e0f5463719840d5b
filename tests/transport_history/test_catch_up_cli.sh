#!/bin/sh
# A bot that was away, the simulator and `slackapp catch-up`, as processes.
# usage: tests/transport_history/test_catch_up_cli.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/transport_history/test_catch_up_cli.sh BUILD_FOLDER}" && pwd)
slackapp=$build/slackapp
subcommand=catch-up
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
# shellcheck source=tests/support/stores.sh
. "$(dirname "$0")/../support/stores.sh"
cd "$work" || exit 1
unset SLACK_BOT_TOKEN SLACK_CATCH_UP

lines_that_make_no_sense() {
    expect 0 'usage:' --help && expect 2 'the app itself catches up' &&
        expect 2 '--loud is not an option' --loud && expect 1 'SLACK_BOT_TOKEN' --dry-run &&
        (
            export SLACK_BOT_TOKEN=xoxb-1
            expect 1 'no store is in this folder' --dry-run &&
                expect 1 '--channels=C1,foo: "foo" is no id of a channel' --dry-run --channels C1,foo &&
                expect 1 'there is no store at' --dry-run --store sqlite:none &&
                expect 1 'is inside its app' --dry-run --store memory: && [ ! -e none ]
        )
}

start_sim() {
    "$slackapp" sim --port 0 --port-file port --quiet >sim.log 2>&1 &
    pids=$!
    until_true [ -f port ] || return 1
    SLACKAPP_SIM=http://127.0.0.1:$(cat port)
    export SLACKAPP_SIM
    "$slackapp" sim env | sed 's/^export //; s/^/export /' >variables
    # shellcheck source=/dev/null
    . ./variables
    export SLACK_CATCH_UP=member SLACK_TRANSPORT=socket
    use_store bot
}

# hello LOG: the bot runs until it has caught up.
hello() {
    "$build/examples/hello" >"$1" 2>&1 &
    bot=$!
    pids="$pids $bot"
    until_true grep -qs 'event="caught up"' "$1" || return 1
}

# A kill may have made the bot answer a message twice, but none is left out.
all_are_answered() {
    "$slackapp" sim messages --json >said && [ "$(grep -c 'Hey there' said)" -ge 60 ]
}

a_bot_that_was_away() {
    start_sim && hello first && kill "$bot" && wait "$bot" &&
        "$slackapp" sim missed 60 --channels 5 --text hello &&
        expect 0 '11 channels, 60 missed messages' --dry-run &&
        expect 0 '1 channels, ' --dry-run --channels C0GENERAL1 &&
        SLACK_BOT_TOKEN=xoxb-no expect 1 'auth.test: invalid_auth: ' --dry-run || return 1
    "$build/examples/hello" >killed 2>&1 & # in the middle
    bot=$!
    pids="$pids $bot"
    "$slackapp" sim transcript --wait 15 >said
    kill -9 "$bot"
    wait "$bot"
    hello second && ! grep -q 'recovered=60 ' second &&
        until_true all_are_answered &&
        kill "$bot" && wait "$bot" && expect 0 ', 0 missed messages' --dry-run
}

echo 1..2
run 'lines that make no sense' lines_that_make_no_sense
run 'a bot that was away' a_bot_that_was_away
exit "$failed"
