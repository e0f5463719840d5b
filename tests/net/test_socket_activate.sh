#!/bin/sh
# A bot that systemd-socket-activate starts at the first connection: passed sockets, credentials, SIGHUP.
# usage: tests/net/test_socket_activate.sh BUILD_FOLDER
set -u
build=$(cd "${1?usage: tests/net/test_socket_activate.sh BUILD_FOLDER}" && pwd)
name='a bot is started by its socket'
echo 1..1
for tool in systemd-socket-activate curl; do
    if ! command -v $tool >/dev/null; then
        echo "ok 1 - $name # SKIP there is no $tool"
        exit 0
    fi
done

# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
sim='' bot=''
end_processes() {
    # shellcheck disable=SC2086 # none or one each
    end $bot $sim
}

fail() {
    echo "not ok 1 - $name"
    { echo "$*" && cat "$work"/*.log; } | sed 's/^/# /'
    exit 1
}

# until_said FILE TEXT: waits until the log contains the text, 20 s at most.
until_said() {
    tries=0
    until grep -qF -- "$2" "$work/$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || fail "$1 never said: $2"
        sleep 0.05
    done
}

# status SOCKET PATH: prints the status of a GET.
status() {
    curl -s --max-time 20 -o /dev/null -w '%{http_code}' --unix-socket "$work/$1.sock" "http://bot$2"
}

value() {
    sed -n "s/^export $1=//p" "$work/sim.log"
}

"$build/slackapp" sim --port 0 >"$work/sim.log" 2>&1 &
sim=$!
until_said sim.log SLACK_SIGNING_SECRET=
mkdir "$work/credentials"
value SLACK_BOT_TOKEN >"$work/credentials/SLACK_BOT_TOKEN"
value SLACK_SIGNING_SECRET >"$work/credentials/SLACK_SIGNING_SECRET"

cd "$work" || exit 1
systemd-socket-activate -l "$work/events.sock" -l "$work/pages.sock" \
    -E SLACK_TRANSPORT=http -E SLACK_STORE=memory: -E SLACK_HTTP_ADMIN_PORT=1 \
    -E "SLACK_API_URL=$(value SLACK_API_URL)" -E "CREDENTIALS_DIRECTORY=$work/credentials" \
    "$build/examples/hello" >"$work/bot.log" 2>&1 &
bot=$!
until_said bot.log 'pages.sock as 4'
[ "$(status events /slack/events)" = 405 ] || fail 'nobody answers on the first socket'
until_said bot.log 'event="http listening" fd=3 '
until_said bot.log state=ready
[ "$(status pages /readyz)" = 200 ] || fail 'nobody answers on the second socket'
[ "$(status events /readyz)" = 404 ] || fail 'the pages are on the first socket as well'
kill -HUP "$bot" # the tool has become the bot
until_said bot.log 'event="signing secret read again"'
kill -TERM "$bot"
wait "$bot" || fail "the bot ended with $?"
bot=''
echo "ok 1 - $name"
