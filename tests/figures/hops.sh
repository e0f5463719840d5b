#!/bin/sh
# How often control passes from one source file to another while a bot handles one message: it comes
# over HTTP, is kept in a SQLite store, and its handler calls slack_say() once. A hop is a call into
# another file, or a return to another file that then goes on to call something. src/util/, headers
# and the bot itself do not count: a call through them is a call by whoever called them.
# usage: hops.sh [-v] BUILD_FOLDER, compiled with -finstrument-functions
#   -v  lists the hops in order
set -eu
unset CDPATH
verbose=
if [ "$1" = -v ]; then
    verbose=1
    shift
fi
build=$(cd -- "$1" && pwd)
here=$(cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tools/processes.sh
. "$here/../../tools/processes.sh"

# What src/core was, or has become.
trunk='^src/(core|transport|ops|listeners|identity|context|dispatch|inbox|app)/|^src/protocol/(payload|kind|tenant|token_kind|api_error)'

fail() {
    echo "hops: $*" >&2
    cat "$work"/*.log >&2
    exit 1
}

listens() {
    port=$(sed -n 's/.*port=\([1-9][0-9]*\).*/\1/p' "$work/bot.log" | head -n 1)
    [ -n "$port" ]
}

said() {
    "$build/slackapp" sim transcript | grep -q 'bot: Hey there'
}

# Delivers a signed message as Slack does.
post() {
    body='{"token": "t", "team_id": "T0SIMULATE", "context_team_id": "T0SIMULATE", "api_app_id": "A0",
        "type": "event_callback", "event_id": "Ev1", "event_time": 1767225600, "event": {"type":
        "message", "channel": "C0GENERAL1", "channel_type": "channel", "user": "U1", "team":
        "T0SIMULATE", "text": "hello", "ts": "1767225600.000100", "event_ts": "1767225600.000100"},
        "authorizations": [{"enterprise_id": null, "team_id": "T0SIMULATE", "user_id": "U2",
        "is_bot": true, "is_enterprise_install": false}]}'
    now=$(date +%s)
    signature=$(printf 'v0:%s:%s' "$now" "$body" |
        openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" | sed 's/.* //')
    curl -sf -o "$work/answer" -H 'Content-Type: application/json' \
        -H "X-Slack-Request-Timestamp: $now" -H "X-Slack-Signature: v0=$signature" \
        --data-binary "$body" "http://127.0.0.1:$port/slack/events"
}

${CC-cc} -O2 -shared -fPIC -o "$work/trace.so" "$here/trace.c"

: >"$work/bot.log"
# The simulator answers the calls. It knows no request URL, and so it delivers nothing of its own.
"$build/slackapp" sim --port 0 --port-file "$work/port" >"$work/sim.log" 2>&1 &
pids="$pids $!"
until_true [ -s "$work/port" ] || fail 'the simulator did not start'
SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/port")
export SLACKAPP_SIM
eval "$("$build/slackapp" sim env)"
(
    cd "$work"
    exec env -i PATH="$PATH" FIGURES_TRACE="$work/trace" LD_PRELOAD="$work/trace.so" \
        SLACK_TRANSPORT=http "SLACK_STORE=sqlite:$work/bot.db" SLACK_HTTP_HOST=127.0.0.1 \
        SLACK_HTTP_PORT=0 "SLACK_API_URL=$SLACK_API_URL" "SLACK_BOT_TOKEN=$SLACK_BOT_TOKEN" \
        "SLACK_SIGNING_SECRET=$SLACK_SIGNING_SECRET" "$build/examples/hello"
) >"$work/bot.log" 2>&1 &
bot=$!
pids="$pids $bot"
until_true listens || fail 'the bot does not listen'
sleep 0.5 # the start is over
kill -USR1 $bot
post || fail 'the bot refused the message'
until_true said || fail 'the bot said nothing'
sleep 0.5 # the store has noted the end
kill -USR1 $bot
end $bot
[ -s "$work/trace" ] || fail 'the bot left no trace'

# Lines "ADDRESS FUNCTION FILE".
cut -d" " -f3 "$work/trace" | sort -u >"$work/addresses"
addr2line -f -e "$build/examples/hello" <"$work/addresses" >"$work/places"
paste -d" " - - <"$work/places" | sed -E "s@ .*/((src|examples)/[^:]*):.*@ \\1@" >"$work/names"
paste -d" " "$work/addresses" "$work/names" >"$work/functions"

awk -v trunk="$trunk" -v verbose="$verbose" '
function shown(file)
{
    return file != "" && file !~ /\.h$|^src\/util\/|^examples\//
}

# Control of a thread is in a file.
function pass(thread, file, function_name, back,    before)
{
    before = here[thread]
    here[thread] = file
    seen[file]
    if (before != "" && before != file) {
        hops++
        calls += !back
        if (before ~ trunk && file ~ trunk) {
            inside++
            inside_calls += !back
        }
        entries[file]++
        if (verbose) printf "%4d  %-34s %s %s%s\n", hops, before, \
            back ? "<-" : "->", file, ": " function_name
    }
}

FNR == NR { name[$1] = $2; file_of[$1] = $3; next }
$1 == "!" { on = !on; next }
$1 == ">" {
    above = depth[$2]++
    stack[$2, depth[$2]] = $3
    if (!on || !shown(file_of[$3])) next
    while (above > 0 && !shown(file_of[stack[$2, above]])) above--
    if (above > 0) pass($2, file_of[stack[$2, above]], name[stack[$2, above]], 1)
    pass($2, file_of[$3], name[$3])
    next
}
depth[$2] > 0 { depth[$2]-- }

END {
    for (file in seen) {
        files++
        if (entries[file] > most) {
            most = entries[file]
            busiest = file
        }
    }
    if (!files) exit 1
    if (verbose) print ""
    print hops " (" calls " of them calls) between " files " files; inside the core " inside + 0 \
        " (" inside_calls + 0 "); most often into " busiest ", " most
}' "$work/functions" "$work/trace" || fail 'no function of the trace is known: is the build instrumented?'
