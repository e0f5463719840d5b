#!/bin/sh
# One bot and one conversation over two transports. Both transcripts have to be the same.
# usage: tools/demo.sh BUILD_FOLDER [--stay]
set -eu

given=${1?usage: tools/demo.sh BUILD_FOLDER [--stay]}
build=$(cd "$given" && pwd)
stay=${2-}
case $stay in
'' | --stay) ;;
*)
    echo 'usage: tools/demo.sh BUILD_FOLDER [--stay]' >&2
    exit 2
    ;;
esac

# shellcheck source=tools/processes.sh
. "$(dirname "$0")/processes.sh"

# fail TRANSPORT WORD…: prints the failure and all logs.
fail() {
    name=$1
    shift
    echo "demo: $*" >&2
    for log in talk sim bot; do
        [ ! -s "$work/$name.$log" ] || sed "s/^/  $log: /" "$work/$name.$log" >&2
    done
    exit 1
}

succeeds_or_gone() {
    process=$1
    shift
    "$@" || ! kill -0 "$process" 2>/dev/null
}

# await PID COMMAND…: repeats the command until it succeeds or the process has ended.
await() {
    until_true succeeds_or_gone "$@" && kill -0 "$1" 2>/dev/null
}

# The environment and a .env file must not change the bot.
start_bot() {
    eval "$("$build/slackapp" sim env)"
    cd "$work"
    exec env -i PATH="$PATH" "SLACK_TRANSPORT=$1" SLACK_STORE=memory: \
        SLACK_HTTP_HOST=127.0.0.1 SLACK_HTTP_PORT=0 "SLACK_API_URL=$SLACK_API_URL" \
        "SLACK_BOT_TOKEN=$SLACK_BOT_TOKEN" "SLACK_APP_TOKEN=$SLACK_APP_TOKEN" \
        "SLACK_SIGNING_SECRET=$SLACK_SIGNING_SECRET" "$build/examples/showcase"
}

# The bot's port, from its log.
bot_port() {
    port=$(sed -n 's/.*event="http listening".* port=\([0-9]*\).*/\1/p' "$work/http.bot")
    [ -n "$port" ]
}

connected() {
    "$build/slackapp" sim status 2>&1 | grep -q '^sockets of the app: [1-9]'
}

# start TRANSPORT: starts a simulator and a bot.
start() {
    "$build/slackapp" sim --port 0 --port-file "$work/$1.port" --log "$work/$1.bot" \
        >"$work/$1.sim" 2>&1 &
    sim=$!
    pids="$pids $sim"
    await "$sim" [ -f "$work/$1.port" ] || fail "$1" 'the simulator did not start'
    SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/$1.port")
    export SLACKAPP_SIM
    start_bot "$1" >"$work/$1.bot" 2>&1 &
    bot=$!
    pids="$pids $bot"
    if [ "$1" = http ]; then
        await "$bot" bot_port || fail "$1" 'the bot did not begin to listen'
        "$build/slackapp" sim request-url "http://127.0.0.1:$port/slack/events" \
            >>"$work/$1.talk" 2>&1 || fail "$1" 'the bot did not answer url_verification'
    else
        await "$bot" connected || fail "$1" 'the bot did not connect'
    fi
    echo "$SLACKAPP_SIM $sim $bot" >"$work/$1.where"
}

# say ENTRIES WORD…: does what a person does, and waits until the transcript has that many entries.
say() {
    entries=$1
    shift
    echo "send $*" >>"$work/$transport.talk"
    "$build/slackapp" sim send "$@" >>"$work/$transport.talk" 2>&1 ||
        fail "$transport" "not answered: slackapp sim send $*"
    "$build/slackapp" sim transcript --wait "$entries" >"$work/$transport.txt" 2>>"$work/$transport.talk" ||
        fail "$transport" "the bot did not say anything to: slackapp sim send $*"
}

talk() {
    transport=$1
    say 2 message hello
    say 4 click hello_click
    say 6 mention what is this?
    say 7 command /echo good morning
    say 8 command /echo
    say 10 command /later good night
    say 12 shortcut open_form
    say 13 submit form name/value=Al
    say 15 submit form name/value=Ada
    say 16 options fruit ap
}

# where TRANSPORT NAME: prints how to continue.
where() {
    read -r url sim bot <"$work/$1.where"
    echo "  $2: $url/ in a browser; the simulator is process $sim, the bot is process $bot"
    echo "    SLACKAPP_SIM=$url $given/slackapp sim send message hello"
    echo "    SLACKAPP_SIM=$url $given/slackapp sim transcript"
}

cat <<'END'
One bot, examples/showcase, runs twice against a local Slack, `slackapp sim`: once over
Socket Mode, once over HTTP. Both times a person greets it, clicks its button, mentions
it, runs its commands, fills in its form and types into its select. What was said must
be the same.

END
for transport in socket http; do
    start "$transport"
    talk "$transport"
done
echo 'Over Socket Mode:'
sed 's/^/  /' "$work/socket.txt"
echo
echo 'Over HTTP:'
sed 's/^/  /' "$work/http.txt"
echo
if ! diff -u "$work/socket.txt" "$work/http.txt"; then
    echo 'demo: the transcripts differ' >&2
    exit 1
fi
echo "The transcripts are equal: $(wc -l <"$work/http.txt" | tr -d ' ') lines each."

if [ -n "$stay" ]; then
    echo
    cat <<'END'
All of it is still running. Each simulator has a page, which is Slack in a browser: write to the
bot there, click what it sent, and look at the wire and at the bot's log. The same goes from
another terminal.
END
    where socket 'Socket Mode'
    where http HTTP
    echo 'Ctrl-C ends it.'
    wait
fi
