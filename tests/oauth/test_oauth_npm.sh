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

start_bot() {
    SLACK_STORE=sqlite:$work/bot.db SLACK_STORE_KEY=$("$slackapp" key 2>/dev/null)
    export SLACK_STORE SLACK_STORE_KEY SLACK_TRANSPORT=socket SLACK_SCOPES=chat:write,channels:history
    export SLACK_HTTP_ADMIN_PORT=0 SLACK_RECORD=recording SLACK_LOG_LEVEL=debug
    : >bot.db
    "$slackapp" installs import bolt >imported && grep -q 'imported 5, unchanged 0, kept 0, skipped 0' imported || return 1
    "$build/examples/hello" >bot.log 2>&1 &
    bot=$!
    pids="$pids $bot"
    "$slackapp" sim status --wait >/dev/null && "$slackapp" sim transcript --clear >/dev/null
}

# No place but the memory of the bot and of the simulator has a token, a secret or a key in clear. The
# beginnings are too long to stand in encrypted text by chance.
no_secret_is_in_clear() {
    port=$(sed -n 's/.*event="admin server listening".* port=\([0-9]*\).*/\1/p' bot.log)
    node -e 'fetch(process.argv[1]).then((r) => r.text()).then(console.log)' "http://127.0.0.1:$port/metrics" >metrics &&
        grep -q slackapp_deliveries metrics && "$slackapp" installs list >listed &&
        "$slackapp" installs show T0SIM00002 >shown && kill "$bot" && wait "$bot" && [ -s recording ] &&
        ! grep -aF -e xoxe.xox -e xoxe-1- -e "$SLACK_CLIENT_SECRET" -e "$SLACK_STORE_KEY" \
            bot.log bot.db* recording metrics imported listed shown
}

installations_move() {
    start_sim || return 1
    (umask 022 && # as everywhere; the library sets no mode
        node "$source/tests/support/oauth_peer.js" "$build/tests/npm" "$slackapp" "$work/bolt") || return 1
    start_bot && answers simulated2 2 && answers simulated3 4 && no_secret_is_in_clear
}

echo 1..1
run '@slack/oauth installs and refreshes, and its installations move' installations_move
exit "$failed"
