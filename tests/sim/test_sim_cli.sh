#!/bin/sh
# The slackapp command and ./dev demo from end to end, as processes.
# usage: tests/sim/test_sim_cli.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=${1?usage: tests/sim/test_sim_cli.sh BUILD_FOLDER}
source=$(cd "$(dirname "$0")/../.." && pwd)
slackapp=$build/slackapp
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
sim=
bot=
unset SLACKAPP_SIM

end_processes() {
    # shellcheck disable=SC2086 # none or one each
    end $bot $sim
    bot=
    sim=
}

# expect STATUS TEXT COMMAND…: the command ends with STATUS and prints TEXT.
expect() {
    status=$1
    text=$2
    shift 2
    got=0
    "$@" >"$work/out" 2>&1 || got=$?
    [ "$got" = "$status" ] && grep -qF -- "$text" "$work/out" && return 0
    echo "$*: status $got, not $status, or no \"$text\" in:"
    cat "$work/out"
    return 1
}

start_sim() {
    rm -f "$work/port"
    "$slackapp" sim --port 0 --port-file "$work/port" "$@" >"$work/sim" 2>&1 &
    sim=$!
    until_true [ -f "$work/port" ] || return 1
    port=$(cat "$work/port")
    SLACKAPP_SIM=http://127.0.0.1:$port
    export SLACKAPP_SIM
}

# An orderly end by a signal is exit 0.
stop_sim() {
    kill "-$1" "$sim" && wait "$sim"
    status=$?
    sim=
    unset SLACKAPP_SIM
    [ "$status" = 0 ] || echo "exit status $status"
    return "$status"
}

help_and_nonsense() {
    expect 0 'usage: slackapp COMMAND' "$slackapp" --help &&
        expect 0 'slackapp 0.' "$slackapp" --version &&
        expect 2 'a command is missing' "$slackapp" &&
        expect 2 'there is no command "nope"' "$slackapp" nope &&
        expect 0 'usage: slackapp sim [OPTION' "$slackapp" sim --help &&
        expect 0 'usage: slackapp sim send' "$slackapp" sim send --help &&
        expect 2 'there is no command "nope"' "$slackapp" sim nope &&
        expect 2 '--nope is not an option here' "$slackapp" sim --nope &&
        expect 2 'begins with two dashes behind a --' "$slackapp" sim send command /x --nope &&
        expect 2 '--port needs a value' "$slackapp" sim --port &&
        expect 2 'from 0 to 65535, not "65536"' "$slackapp" sim --port=65536 &&
        expect 2 'there is no kind "nope"' "$slackapp" sim send nope &&
        expect 2 'an argument is missing: slackapp sim send click ACTION_ID' "$slackapp" sim send click &&
        expect 2 'the event is not JSON' "$slackapp" sim send event '{' &&
        expect 2 '--time-scale takes a number from 1' "$slackapp" sim --time-scale 0 &&
        expect 2 '--disable-after takes a number from 1' "$slackapp" sim --disable-after x &&
        expect 2 '--people takes a number from 1' "$slackapp" sim --people 2049 &&
        expect 1 'a workspace has from 4 to 2048 people' "$slackapp" sim --port 0 --people 3 &&
        expect 2 '--workspaces takes a number from 1' "$slackapp" sim --workspaces 21 &&
        expect 1 'an organization has at most' "$slackapp" sim --port 0 --organization 2
}

fault_help_and_nonsense() {
    expect 0 'usage: slackapp sim fault [OPTION…] [PERCENT%] NAME' "$slackapp" sim fault --help &&
        expect 0 'open-status STATUS [RETRY_AFTER_S]' "$slackapp" sim fault list &&
        expect 2 'a name is missing' "$slackapp" sim fault &&
        expect 2 'there is no fault "nope"' "$slackapp" sim fault nope &&
        expect 2 'open-status needs its STATUS' "$slackapp" sim fault open-status &&
        expect 2 'not "9"' "$slackapp" sim fault open-status 9 &&
        expect 2 '--count takes a number from 1' "$slackapp" sim fault no-pong --count 0 &&
        expect 2 'not "chat.postMesage"' "$slackapp" sim fault 5% api-cut chat.postMesage &&
        expect 1 'cannot read /no/file' "$slackapp" sim fault @/no/file &&
        expect 1 'a percentage is from 0.0001%' "$slackapp" sim --port 0 --faults '101% no-pong' &&
        expect 1 'drop acts at once, on open sockets' "$slackapp" sim --port 0 --faults drop &&
        expect 2 '--seed takes a number from 1' "$slackapp" sim --seed x &&
        expect 2 'refresh acts at once' "$slackapp" sim fault refresh --for 5 &&
        expect 1 'no simulator answers' "$slackapp" sim fault no-pong --port 1
}

cannot_start() {
    expect 1 'loopback addresses only, not on: 0.0.0.0' "$slackapp" sim --host 0.0.0.0 &&
        expect 1 'a request URL is https' "$slackapp" sim --port 0 --request-url http://example.com/ &&
        expect 1 'cannot write' "$slackapp" sim --port 0 --port-file "$work/no/where"
}

not_running() {
    expect 1 'no simulator answers at http://127.0.0.1:1. Start one with' \
        "$slackapp" sim send --port 1 message hi &&
        expect 1 'SLACKAPP_SIM has to be a URL' env SLACKAPP_SIM=nonsense "$slackapp" sim env &&
        expect 1 'not "[redacted]"' env SLACKAPP_SIM=xoxb-1-secret "$slackapp" sim env &&
        expect 2 'not "[redacted]"' "$slackapp" sim --port xapp-1-secret
}

# A part of the calls fails as the file says, the same part in each run.
faults_of_a_file() {
    printf '# a comment\n50%% api-status auth.test 500\n50%% api-error auth.test fatal_error\n' \
        >"$work/faults"
    for run in 1 2; do
        start_sim --seed 7 --faults "@$work/faults" || return 1
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
            curl -s "$SLACKAPP_SIM/api/auth.test"
        done >"$work/answers$run"
        expect 0 'fault: 50% api-error auth.test fatal_error, acted ' "$slackapp" sim status &&
            expect 0 'ended 2 faults' "$slackapp" sim fault clear &&
            expect 0 '5% api-cut chat.*: acts 3 times' "$slackapp" sim fault 5% api-cut 'chat.*' --count 3 &&
            expect 0 '50% api-status auth.test 500: acts until' "$slackapp" sim fault "@$work/faults" &&
            stop_sim INT || return 1
    done
    cmp "$work/answers1" "$work/answers2" && grep -q 'went wrong' "$work/answers1" &&
        grep -q 'fatal_error' "$work/answers1"
}

running_alone() {
    start_sim --bot-token "xoxb-it's" || return 1
    expect 1 "cannot listen on port: $port (address already in use)" "$slackapp" sim --port "$port" &&
        expect 0 "listening on $SLACKAPP_SIM" "$slackapp" sim status &&
        expect 0 "$SLACKAPP_SIM/services/" "$slackapp" sim webhook random &&
        expect 1 'there is no channel "nope"' "$slackapp" sim webhook nope &&
        expect 0 "$SLACKAPP_SIM/triggers/" "$slackapp" sim trigger &&
        expect 0 "listening on $SLACKAPP_SIM" env SLACKAPP_SIM=http://127.0.0.1:1/ \
            "$slackapp" sim status --port "$port" &&
        expect 0 "listening on $SLACKAPP_SIM" env SLACKAPP_SIM=http://127.0.0.1:1/ \
            "$slackapp" sim --port "$port" status &&
        expect 2 'an argument is missing: slackapp sim request-url' "$slackapp" sim --port "$port" request-url &&
        expect 0 '[]' "$slackapp" sim --json --port="$port" transcript &&
        expect 1 'there is no person "status"' "$slackapp" sim --user status send message hi &&
        expect 1 'no app is connected' "$slackapp" sim send message hi &&
        expect 1 'no app is connected' "$slackapp" sim send --user emil4 message hi &&
        expect 0 'bot (U0BOT00001), and 296 more' "$slackapp" sim status &&
        expect 1 'did not answer url_verification' "$slackapp" sim request-url http://127.0.0.1:1/ &&
        expect 0 'the simulator has no request URL now' "$slackapp" sim request-url '' &&
        expect 0 'people wrote 250 messages' "$slackapp" sim missed 250 --channels 2 --text order &&
        expect 0 '#random  ann: bye' "$slackapp" sim send --missed --channel random message bye &&
        expect 0 '#missed-2  ' "$slackapp" sim messages &&
        [ "$(wc -l <"$work/out")" = 251 ] &&
        expect 0 '"text":"bye"' "$slackapp" sim messages --json --channel '#random' &&
        [ "$(wc -l <"$work/out")" = 1 ] &&
        expect 2 'not "x"' "$slackapp" sim missed 1 --threads x &&
        expect 1 'there are from 1 to 20000 messages' "$slackapp" sim missed 0 &&
        expect 1 'there is no such channel' "$slackapp" sim messages --channel nope &&
        expect 0 'ok' curl -s -d '{"text": "full"}' "$("$slackapp" sim webhook)" &&
        expect 0 '#general  bot: full' "$slackapp" sim transcript &&
        expect 0 'no requests from pages of other origins' curl -s -H 'Origin: https://example.com' \
            -d 'token=xoxb-it%27s' "$SLACKAPP_SIM/api/auth.test" &&
        expect 0 'calls of webhook: 1' "$slackapp" sim status &&
        expect 0 '3600 s have passed' "$slackapp" sim pass 3600 &&
        expect 1 'is a number of milliseconds' "$slackapp" sim pass 0 &&
        expect 2 'SECONDS is a number' "$slackapp" sim pass 1h &&
        expect 1 'there is no delivery with that number' "$slackapp" sim resend 7 &&
        expect 2 'a delivery has a number' "$slackapp" sim resend x &&
        expect 0 '#random  ann: (edited) new' "$slackapp" sim send --missed edit new &&
        expect 0 'told 0 sockets to reconnect' "$slackapp" sim disconnect || return 1
    eval "$("$slackapp" sim env)"
    [ "$SLACK_API_URL" = "$SLACKAPP_SIM/api/" ] && [ "$SLACK_BOT_TOKEN" = "xoxb-it's" ] &&
        [ -n "$SLACK_SIGNING_SECRET" ] && [ -n "$SLACK_APP_TOKEN" ] || return 1
    stop_sim INT
}

several_workspaces() {
    start_sim --workspaces 3 --organization 1 --bot-token "xoxb-it's" || return 1
    expect 0 'simulated2  #general  ann: there' \
        "$slackapp" sim send --workspace simulated2 message there &&
        expect 1 'not installed in simulated3' "$slackapp" sim send --workspace T0SIM00003 command /x &&
        expect 1 'there is no such workspace' "$slackapp" sim --workspace nope messages &&
        expect 0 '#general  ann: there' "$slackapp" sim messages --workspace T0SIM00002 &&
        expect 0 "$SLACKAPP_SIM/services/T0SIM00002/C0RANDOM02/" \
            "$slackapp" sim webhook random --workspace simulated2 &&
        expect 0 'workspace: simulated3 (T0SIM00003, in simulated-org, E0SIM00001), the app is not installed' \
            "$slackapp" sim status &&
        expect 0 'unset SLACK_BOT_TOKEN' "$slackapp" sim env --workspace simulated2 || return 1
    stop_sim INT
}

# The simulator's own page at / stands for the app.
installations() {
    start_sim --not-installed --rotate 60 || return 1
    page="$SLACKAPP_SIM/oauth/v2/authorize?client_id=1000000000001.2000000000002&scope=chat:write"
    expect 0 'unset SLACK_BOT_TOKEN' "$slackapp" sim env --distributed &&
        expect 0 '200 ' "$slackapp" sim install --as ben --url "$page&redirect_uri=$SLACKAPP_SIM/" &&
        expect 1 'the app has answered with 404' \
            "$slackapp" sim install --verbose --url "$page&redirect_uri=$SLACKAPP_SIM/none" &&
        ! grep -q 'code=' "$work/out" &&
        expect 0 '' "$slackapp" sim install --cancel --url "$page&redirect_uri=$SLACKAPP_SIM/" &&
        expect 1 'invalid_scope' "$slackapp" sim install --url "$page,x" &&
        expect 1 'does not answer' "$slackapp" sim install --url http://127.0.0.1:1/ &&
        expect 1 'restricted_action' \
            "$slackapp" sim install --as dan --url "$page&redirect_uri=$SLACKAPP_SIM/" &&
        expect 0 'ben installs the app' "$slackapp" sim transcript &&
        expect 1 'the app is not installed' "$slackapp" sim uninstall &&
        expect 1 'granted the app nothing' "$slackapp" sim uninstall --as ben &&
        expect 1 'no organization' "$slackapp" sim access revoked &&
        expect 2 'granted or revoked' "$slackapp" sim access maybe &&
        expect 0 'new tokens live 90 s' "$slackapp" sim rotate 90 &&
        expect 2 'SECONDS' "$slackapp" sim rotate never &&
        expect 2 'too many arguments' "$slackapp" sim install here || return 1
    stop_sim INT
}

# Runs commands that print what others wrote; a terminal obeys ESC, the one character for
# ESC [, and those that turn the text round.
control_characters() {
    esc=$(printf '\033') csi=$(printf '\302\233') rlo=$(printf '\342\200\256')
    expect 0 'ann: a\u001b[2J\u009bb\u202ec' "$slackapp" sim send message "a${esc}[2J${csi}b${rlo}c" &&
        expect 0 '[2J\u009bb\u202ec' "$slackapp" sim transcript --json &&
        expect 0 'runs /echo \u001bx' "$slackapp" sim send command /echo "${esc}x" &&
        expect 0 'ann: a\u001b[2J' "$slackapp" sim transcript --long &&
        expect 1 'there is no person "\u001bx"' "$slackapp" sim send --user "${esc}x" message hi &&
        ! grep -q "$esc\|$csi\|$rlo" "$work/sim" "$work/out"
}

# A reaction and a pin are about a message whose blocks the transcript has shown before.
blocks_are_shown_once() {
    "$slackapp" sim transcript --wait 4 --long >"$work/out" || return 1
    ts=$(sed -n 's/^    ts \([0-9.]*\) in C0GENERAL1$/\1/p' "$work/out" | tail -n 1)
    blocks=$(grep -c '^    actions:' "$work/out")
    eval "$("$slackapp" sim env)"
    for method in 'reactions.add -d name=eyes' pins.add; do
        # shellcheck disable=SC2086 # a method and its arguments
        curl -sf -H "Authorization: Bearer $SLACK_BOT_TOKEN" -d channel=C0GENERAL1 \
            -d "timestamp=$ts" "$SLACK_API_URL"$method >"$work/out" || return 1
    done
    "$slackapp" sim transcript --long >"$work/out"
    [ "$(grep -c 'pins:\|reacts with' "$work/out")" = 2 ] &&
        [ "$(grep -c '^    actions:' "$work/out")" = "$blocks" ]
}

with_a_bot() {
    start_sim || return 1
    (
        eval "$("$slackapp" sim env)"
        cd "$work" && SLACK_TRANSPORT=socket SLACK_STORE=memory: exec "$build/examples/showcase"
    ) >"$work/bot" 2>&1 &
    bot=$!
    expect 0 'sockets of the app: ' "$slackapp" sim status --wait &&
        expect 0 '#general  ann: hello' "$slackapp" sim send message hello &&
        expect 0 'acknowledged over Socket Mode after' \
            "$slackapp" sim send --user ben --channel @cleo message -- --hello &&
        expect 1 'there is no person "zoe"' "$slackapp" sim send --user zoe message hi &&
        expect 0 '    ts 1' "$slackapp" sim transcript --wait 2 --long &&
        expect 0 '[Click me: hello_click]' "$slackapp" sim --wait 2 --long transcript &&
        blocks_are_shown_once &&
        expect 0 'ann runs /echo -1' "$slackapp" sim send command /echo -1 &&
        expect 0 'cleo: --hello' "$slackapp" sim transcript --wait 7 &&
        control_characters &&
        expect 0 '"where":"DM with cleo"' "$slackapp" sim transcript --json --clear || return 1
    [ -z "$("$slackapp" sim transcript)" ] || return 1
    kill "$bot" && wait "$bot" || return 1
    bot=
    grep -q '^#general  bot: Hey there @ann' "$work/sim" && stop_sim TERM
}

sockets_so_far() {
    [ "$("$slackapp" sim status | sed -n 's/^sockets so far: //p')" -ge "$1" ]
}

# The bot loses its connection, meets two faults while it reconnects, and is connected again.
faults() {
    start_sim --time-scale 60 &&
        expect 1 'no socket is open for drop to act on' "$slackapp" sim fault drop || return 1
    (
        eval "$("$slackapp" sim env)"
        cd "$work" && SLACK_TRANSPORT=socket SLACK_SOCKET_CONNECTIONS=1 SLACK_STORE=memory: \
            exec "$build/examples/showcase"
    ) >"$work/bot" 2>&1 &
    bot=$!
    expect 0 'sockets of the app: 1' "$slackapp" sim status --wait &&
        expect 0 'late-pong 100: acts for 60000 ms' "$slackapp" sim fault late-pong 100 --for 60000 &&
        expect 0 'fault: late-pong 100, for ' "$slackapp" sim status &&
        expect 0 'open-status 503: acts 1 times' "$slackapp" sim fault open-status 503 &&
        expect 0 'disconnect-first: acts 1 times' "$slackapp" sim fault disconnect-first &&
        expect 0 'fault: disconnect-first, 1 more' "$slackapp" sim status &&
        expect 0 'drop: happened to 1 sockets' "$slackapp" sim fault drop &&
        until_true sockets_so_far 2 &&
        expect 0 'acknowledged over Socket Mode' "$slackapp" sim send message hello &&
        expect 0 'bot: Hey there' "$slackapp" sim transcript --wait 2 &&
        expect 1 'there is no fault "nope"' "$slackapp" sim fault clear nope &&
        expect 0 'ended 1 faults' "$slackapp" sim fault clear || return 1
    # The app has answered once, however often Slack sent the event.
    expect 0 'lost-ack: acts 2 times' "$slackapp" sim fault lost-ack --count 2 &&
        expect 1 'not acknowledged' "$slackapp" sim send message hello &&
        expect 0 'Hey there' "$slackapp" sim transcript --wait 4 || return 1
    [ "$("$slackapp" sim transcript | grep -c 'Hey there')" = 2 ]
}

demo() {
    "$source/tools/demo.sh" "$build" >"$work/demo" 2>&1 || {
        cat "$work/demo"
        return 1
    }
    sed -n '/^Over HTTP:/,/^$/p' "$work/demo" >"$work/said"
    diff - "$work/said" <<'END' && grep -q '^The transcripts are equal: 16 lines each' "$work/demo"
Over HTTP:
  #general  ann: hello
  #general  bot: Hey there @ann! [Click me: hello_click]
  ann clicks hello_click
  #general  bot: @ann clicked the button
  #general  ann: @bot what is this?
  #general (thread)  bot: You said: what is this?
  #general  ann runs /echo good morning -> bot (only to ann): good morning
  #general  ann runs /echo -> bot (only to ann): usage: /echo TEXT
  #general  ann runs /later good night
  #general  bot (only to ann): later: good night
  ann uses the shortcut open_form
  bot opens a modal for ann: form "A form" [name/value]
  ann submits form with name/value=Al -> errors: name: At least 3 characters
  ann submits form with name/value=Ada -> closed
  DM with ann  bot: Thank you, Ada
  ann types "ap" into fruit -> apple, apricot

END
}

# A demo whose bot fails is a failure, and leaves no process behind.
demo_fails() {
    mkdir -p "$work/fake/examples"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$slackapp" >"$work/fake/slackapp"
    printf '#!/bin/sh\necho "this bot ends at once, event=\\"http listening\\" port=1"\n' \
        >"$work/fake/examples/showcase"
    chmod +x "$work/fake/slackapp" "$work/fake/examples/showcase"
    expect 1 'demo: the bot did not connect' "$source/tools/demo.sh" "$work/fake" &&
        grep -q 'bot: this bot ends at once' "$work/out"
}

demo_stays() {
    "$source/tools/demo.sh" "$build" --stay >"$work/stay" 2>&1 &
    sim=$!
    until_true grep -q 'Ctrl-C ends it' "$work/stay" || return 1
    command=$(sed -n 's/^    \(SLACKAPP_SIM=.* message hello\)$/\1/p' "$work/stay" | sed -n 2p)
    pids=$(sed -n 's/.*process \([0-9]*\), the bot is process \([0-9]*\)/\1 \2/p' "$work/stay")
    expect 0 'acknowledged over HTTP' sh -c "$command" || return 1
    kill "$sim"
    wait "$sim"
    sim=
    # shellcheck disable=SC2086 # a list of words
    for pid in $pids; do
        ! kill -0 "$pid" 2>/dev/null || return 1
    done
    [ "$(echo "$pids" | wc -w)" = 4 ]
}

echo '1..13'
run 'help, and what makes no sense' help_and_nonsense
run 'help for faults, and what makes no sense of them' fault_help_and_nonsense
run 'what it cannot start with' cannot_start
run 'what it says when no simulator runs' not_running
run 'faults of a file' faults_of_a_file
run 'a simulator without an app' running_alone
run 'several workspaces' several_workspaces
run 'installations' installations
run 'a simulator with a bot' with_a_bot
run 'faults, and a bot that comes back' faults
run 'the demo' demo
run 'a demo that fails' demo_fails
run 'a demo that stays' demo_stays
exit $failed
