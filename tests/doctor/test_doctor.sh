#!/bin/sh
# `slackapp doctor` with faults planted one by one, beside the simulator, a bot and servers that are wrong.
# usage: tests/doctor/test_doctor.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/doctor/test_doctor.sh BUILD_FOLDER}" && pwd)
tests=$(cd "$(dirname "$0")" && pwd)
slackapp=$build/slackapp
# shellcheck source=tools/processes.sh
. "$tests/../../tools/processes.sh"
for name in $(env | sed -n 's/^\(SLACK_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
unset HTTPS_PROXY https_proxy NO_PROXY no_proxy PORT LISTEN_FDS CREDENTIALS_DIRECTORY
# A folder that is on a disk, if the temporary files are not.
mkdir "$work/app" && cd "$work/app" || exit 1

# The servers live as long as the script.
servers=
end_servers() {
    # shellcheck disable=SC2086 # they are words
    end $servers
}
trap 'end_servers; finish' EXIT

"$slackapp" sim --port 0 --port-file "$work/sim_port" >"$work/sim" 2>&1 &
servers="$servers $!"
python3 "$tests/planted.py" "$work/planted_port" >"$work/planted_log" 2>&1 &
servers="$servers $!"
until_true [ -f "$work/sim_port" ] && until_true [ -f "$work/planted_port" ] || exit 1
SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/sim_port")
planted=http://127.0.0.1:$(cat "$work/planted_port")
export SLACKAPP_SIM
eval "$("$slackapp" sim env)"
export SLACK_TRANSPORT=http,socket SLACK_HTTP_PORT=0 SLACK_STORE=sqlite:bot.db
authority=$work/authority.pem

# doctor STATUS [NAME=VALUE…] [OPTION…]: runs it; its report is in the file out.
doctor() {
    status=$1
    shift
    got=0
    case ${1-} in *=*) timeout 30 env "$@" >"$work/out" 2>&1 || got=$? ;;
    *) timeout 30 "$slackapp" doctor "$@" >"$work/out" 2>&1 || got=$? ;;
    esac
    [ "$got" = "$status" ] && return 0
    echo "status $got, not $status:"
    cat "$work/out"
    return 1
}

# fault GRADE CHECK TEXT [NAME=VALUE…] [-- OPTION…]: exactly this finding names the fault, with a cure.
faults=0
fault() {
    grade=$1 check=$2 text=$3
    shift 3
    got=0
    [ "$grade" = bad ] && wants=1 || wants=0
    before=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        before="$before $1"
        shift
    done
    [ $# -gt 0 ] && shift
    # shellcheck disable=SC2086 # assignments without blanks
    timeout 30 env $before "$slackapp" doctor "$@" >"$work/out" 2>&1 || got=$?
    faults=$((faults + 1))
    [ "$got" = "$wants" ] && grep "^$grade  *$check  " "$work/out" | grep -qF -- "$text" &&
        grep -A1 "^$grade  *$check  " "$work/out" | tail -1 | grep -q -- '-> .' && return 0
    echo "$check: status $got, or no \"$grade … $text\" with a cure in:"
    cat "$work/out"
    return 1
}

lines_that_make_no_sense() {
    doctor 0 --help && doctor 2 --loud && doctor 2 5 && doctor 2 --timeout 0 && doctor 2 --platform-grace x &&
        doctor 2 --url http://bot.example/ && grep -q 'https URL' "$work/out"
}

# Of the whole report; a machine's own temporary folder may be in memory.
healthy() {
    # Nothing listens yet.
    doctor 0 --platform-grace 30 && ! grep -vE ' (store|request-url) ' "$work/out" | grep -qE '^(bad|warning|skipped)' &&
        grep -q '^skipped  request-url  .*nothing listens' "$work/out" && return 0
    cat "$work/out"
    return 1
}

healthy_bot() {
    port=$(free_port)
    SLACK_HTTP_PORT=$port "$build/examples/hello" >"$work/bot" 2>&1 &
    pids=$!
    until_true grep -q 'event="socket connected"' "$work/bot" || return 1
    doctor 0 SLACK_HTTP_PORT="$port" "$slackapp" doctor --platform-grace 30 &&
        grep -q 'returns the challenge, and refuses a wrong' "$work/out" || return 1
    if grep -v ' store ' "$work/out" | grep -E '^(bad|warning|skipped)'; then return 1; fi
    fault bad request-url 'refuses a request that is signed' "SLACK_HTTP_PORT=$port" SLACK_SIGNING_SECRET=another &&
        fault bad request-url 'does not return the challenge' "SLACK_HTTP_PORT=$port" SLACK_HTTP_PATH=/nowhere &&
        fault bad port 'Address already in use' "SLACK_HTTP_PORT=$port" SLACK_HTTP_PATH=/nowhere
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

configuration() {
    fault bad configuration 'must be a bot token' SLACK_BOT_TOKEN=xapp-1-A-1-b &&
        fault bad configuration 'none of Slack' SLACK_BOT_TOKEN=nonsense &&
        fault bad configuration 'are both set' SLACK_TRANSPORT= &&
        fault bad configuration 'no token is set' SLACK_TRANSPORT= SLACK_BOT_TOKEN= SLACK_APP_TOKEN= SLACK_SIGNING_SECRET= &&
        fault bad configuration 'must be a number from 1 to 3000' SLACK_ACK_MS=3001 &&
        fault bad configuration 'must be one of' SLACK_LOG_LEVEL=loud &&
        fault bad configuration 'SLACK_PROXY' SLACK_PROXY=ftp://proxy &&
        fault bad configuration 'SLACK_STORE_KEY' SLACK_STORE_KEY=short &&
        fault bad configuration 'cannot read' SLACK_BOT_TOKEN= SLACK_BOT_TOKEN_FILE=/nowhere/token &&
        fault bad configuration 'not for secrets' SLACK_APP_ID=xoxb-1-2-abcdefabcdef &&
        fault bad configuration 'not an https URL' SLACK_API_URL=http://slack.example/api/
}

variables() {
    fault warning variables 'is SLACK_BOT_TOKEN meant' SLACK_BOT_TOKN=x &&
        fault warning variables 'is SLACK_LOG_LEVEL meant' SLACK_LOGLEVEL=debug || return 1
    echo 'SLACK_ACK_MS=1000' >.env
    fault warning variables 'SLACK_ACK_MS has one value in the environment' SLACK_ACK_MS=2000 &&
        doctor 1 --strict && return 1
    doctor 1 SLACK_ACK_MS=2000 "$slackapp" doctor --strict
}

env_file() {
    echo 'SLACK_ACK_MS=1000' >.env
    chmod 644 .env && fault bad env-file 'every user' && fault bad configuration '.env' &&
        chmod 640 .env && fault warning env-file 'the group' &&
        chmod 600 .env && echo 'no form' >.env && fault bad configuration '.env:1'
}

tokens() {
    fault bad app-token 'is not set' SLACK_APP_TOKEN= &&
        fault bad app-token 'but holds a bot token' SLACK_APP_TOKEN=xoxb-1-2-abc &&
        fault bad app-token 'none of Slack' SLACK_APP_TOKEN=nonsense &&
        fault bad bot-token 'invalid_auth' SLACK_BOT_TOKEN=xoxb-wrong &&
        fault bad socket-mode 'invalid_auth' SLACK_APP_TOKEN=xapp-1-wrong &&
        "$slackapp" sim fault api-error auth.test token_revoked && fault bad bot-token token_revoked &&
        "$slackapp" sim fault api-error auth.test account_inactive && fault bad bot-token account_inactive &&
        "$slackapp" sim fault open-error missing_scope && fault bad socket-mode missing_scope &&
        grep -q 'add the scope connections:write' "$work/out"
}

network() {
    long=$(printf '%070d' 0 | tr 0 a)
    fault bad network 'has no address' "SLACK_API_URL=https://$long/api/" &&
        fault bad network 'takes no connection' SLACK_API_URL=http://127.0.0.1:1/ &&
        fault bad network 'no answer came in time' "SLACK_API_URL=$planted/silent/" -- --timeout 1 &&
        fault bad network 'an HTML page' "SLACK_API_URL=$planted/html/" &&
        fault bad network 'the proxy does not let' SLACK_API_URL=https://slack.example/api/ SLACK_PROXY=http://127.0.0.1:1 &&
        fault bad network 'the proxy does not let' SLACK_API_URL=https://slack.example/api/ "SLACK_PROXY=$planted" &&
        fault bad clock '400 s behind' "SLACK_API_URL=$planted/clock/400/" &&
        fault bad clock '400 s ahead' "SLACK_API_URL=$planted/clock/-400/" &&
        fault warning clock '100 s behind' "SLACK_API_URL=$planted/clock/100/" SLACK_TRANSPORT=http
}

# tls NAME [OPTION…]: a server of openssl, on $port, with a certificate of its own for that name.
tls() {
    name=$1
    shift
    port=$(free_port)
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$authority" \
        -subj "/CN=$name" -addext "subjectAltName=$name" "$@" 2>"$work/openssl" || { cat "$work/openssl" && return 1; }
    openssl s_server -accept "127.0.0.1:$port" -cert "$authority" -key "$work/key.pem" -www >"$work/tls" 2>&1 &
    pids="$pids $!"
    until_true grep -q ACCEPT "$work/tls"
}

certificates() {
    tls IP:127.0.0.1 && fault bad network 'TLS fails' "SLACK_API_URL=https://127.0.0.1:$port/" &&
        fault bad request-url 'TLS fails' -- --url "https://127.0.0.1:$port/" && end_processes &&
        tls DNS:bot.example && fault bad network 'TLS fails' "SLACK_API_URL=https://127.0.0.1:$port/" "SLACK_CA_FILE=$authority"
}

request_url() {
    fault bad request-url 'takes no connection' -- --url http://127.0.0.1:1/ &&
        fault bad request-url 'an HTML page' -- --url "$planted/html/" &&
        fault warning request-url 'redirects' -- --url "$planted/redirect/" &&
        fault bad request-url 'not 401' -- --url "$planted/echo/" &&
        fault bad request-url 'no answer came in time' -- --url "$planted/silent/" --timeout 1
}

machine() {
    fault bad store 'cannot be written to' SLACK_STORE=sqlite:nowhere/bot.db &&
        fault bad drain 'kills the app after 5 s' -- --platform-grace 5 &&
        fault warning descriptors 'file descriptors' SLACK_HTTP_CONNECTIONS=65536 || return 1
    [ "$(stat -fc %T /dev/shm 2>/dev/null)" != tmpfs ] || fault warning store 'on tmpfs' SLACK_STORE=sqlite:/dev/shm/bot.db
}

# No line of any form shows a token, even if Slack's answer repeats it.
no_secrets() {
    token=xoxb-1234567890-abcdefghijklmnop
    for form in --strict --json; do
        doctor 1 "SLACK_API_URL=$planted/secret/" "SLACK_BOT_TOKEN=$token" "$slackapp" doctor "$form" || return 1
        ! grep -qE 'abcdefghijklmnop|simulated-' "$work/out" || { cat "$work/out" && return 1; }
    done
    python3 -m json.tool "$work/out" >"$work/json" && grep -q '"healthy": false' "$work/json"
}

# shellcheck disable=SC2016 # Python reads it
documented() {
    doctor 0 --json && python3 -c '
import json, re, sys
checks = [row["check"] for row in json.load(open(sys.argv[1]))["findings"]]
rows = re.findall(r"^\| `([a-z-]+)` \|", open(sys.argv[2]).read(), re.M)
sys.exit(0 if checks == rows else f"{checks} in the program, {rows} in docs/doctor.md")' \
        "$work/out" "$tests/../../docs/doctor.md"
}

enough() {
    [ "$faults" -ge 30 ] || { echo "only $faults faults" && return 1; }
    [ "$failed" = 0 ]
}

run "lines that make no sense" lines_that_make_no_sense
run "a healthy environment has no finding" healthy
run "a healthy bot has no finding over both transports; its faults have" healthy_bot
run "configuration" configuration
run "variables" variables
rm -f .env
run "the .env file" env_file
rm -f .env
run "tokens" tokens
run "the network and the clock" network
run "certificates" certificates
run "the request URL" request_url
run "the machine" machine
run "no secrets" no_secrets
run "docs/doctor.md has each check" documented
run "30 faults were planted" enough
echo "1..$number"
# shellcheck disable=SC2154 # processes.sh sets it
exit "$failed"
