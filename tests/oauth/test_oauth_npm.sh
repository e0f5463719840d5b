#!/bin/sh
# Installations of Slack's own library for node move to a bot of this one.
# usage: tests/oauth/test_oauth_npm.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/oauth/test_oauth_npm.sh BUILD_FOLDER}" && pwd)
slackapp=$build/slackapp
source=$(cd "$(dirname "$0")/../.." && pwd)
if [ ! -f "$build/tests/npm/package-lock.json" ]; then
    echo "1..0 # SKIP npm has installed no packages"
    exit 0
fi
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
cd "$work" || exit 1

start_sim() {
    "$slackapp" sim --port 0 --port-file port --quiet --workspaces 3 --organization 1 --rotate 60 >sim.log 2>&1 &
    pids=$!
    until_true [ -f port ] || return 1
    SLACKAPP_SIM=http://127.0.0.1:$(cat port)
    export SLACKAPP_SIM
    "$slackapp" sim env --distributed >variables
    # shellcheck source=/dev/null
    . ./variables
}

# answers WORKSPACE COUNT: the bot answers a message there; the transcript then has COUNT lines.
answers() {
    "$slackapp" sim send --workspace "$1" message hello && "$slackapp" sim transcript --wait "$2" >heard &&
        grep -q "^$1 .*bot: Hey there @ann!" heard
}

installations_move() {
    start_sim || return 1
    (umask 022 && # as everywhere; the library sets no mode
        node "$source/tests/support/oauth_peer.js" "$build/tests/npm" "$slackapp" "$work/bolt") || return 1
    SLACK_STORE=sqlite:$work/bot.db SLACK_STORE_KEY=$("$slackapp" key 2>/dev/null)
    export SLACK_STORE SLACK_STORE_KEY SLACK_TRANSPORT=socket SLACK_SCOPES=chat:write,channels:history
    : >bot.db
    "$slackapp" installs import bolt >imported && grep -q 'imported 5, unchanged 0, kept 0, skipped 0' imported || return 1
    "$build/examples/hello" >bot.log 2>&1 &
    bot=$!
    pids="$pids $bot"
    "$slackapp" sim status --wait >/dev/null && "$slackapp" sim transcript --clear >/dev/null &&
        answers simulated2 2 && answers simulated3 4 &&
        kill "$bot" && wait "$bot" && ! grep -aE 'xox[a-z]' bot.log bot.db*
}

echo 1..1
run '@slack/oauth installs and refreshes, and its installations move' installations_move
exit "$failed"
