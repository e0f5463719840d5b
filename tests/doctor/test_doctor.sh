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
unset KUBERNETES_SERVICE_HOST INVOCATION_ID

# The folder of the store is on a disk, if the temporary files or the build folder are.
app=$work/app
real_disk=no
for folder in "$work" "$build"; do
    case $(stat -fc %T "$folder") in ext* | xfs | btrfs | zfs | f2fs)
        app=$folder/doctor-$$
        real_disk=yes
        break
        ;;
    esac
done
mkdir "$app" && cd "$app" || exit 1

# The servers live as long as the script.
servers=
end_servers() {
    # shellcheck disable=SC2086 # they are words
    end $servers
}
trap 'end_servers; rm -rf "$app"; finish' EXIT

"$slackapp" sim --port 0 --port-file "$work/sim_port" >"$work/sim" 2>&1 &
servers="$servers $!"
python3 "$tests/planted.py" "$work/planted_port" simulated-signing-secret >"$work/planted_log" 2>&1 &
servers="$servers $!"
until_true [ -f "$work/sim_port" ] && until_true [ -f "$work/planted_port" ] || exit 1
SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/sim_port")
planted=http://127.0.0.1:$(cat "$work/planted_port")
export SLACKAPP_SIM
eval "$("$slackapp" sim env)"
export SLACK_TRANSPORT=http,socket SLACK_HTTP_PORT=0 SLACK_STORE=memory:

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

# fault GRADE CHECK TEXT [NAME=VALUE…] [-- OPTION… BOT]: exactly this finding names the fault, with a cure.
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
    doctor 0 --help && doctor 2 --loud && doctor 2 --timeout 0 && doctor 2 --platform-grace x &&
        doctor 2 --url http://bot.example/ && grep -q 'https URL' "$work/out"
}

# The faults of this machine's libraries are none of the bot's: somebody who has looked at them says so.
known_faults() {
    accept=
    for _ in 1 2 3 4 5; do
        "$slackapp" doctor --accept "$accept" >"$work/out" 2>&1
        id=$(sed -n 's/.*; if yours has it, --accept \(.*\)/\1/p' "$work/out")
        [ -n "$id" ] || break
        grep '^warning  libraries' "$work/out" | grep "has the fault $id: .* (https://" || return 1
        accept=$accept${accept:+,}$id
    done
    [ "$(grep -c '^good  *libraries' "$work/out")" = 1 ]
}

# findings CHECKS: no line of the report is a finding, and only these checks were skipped. On a machine
# without a disk, its memory is one.
no_findings() {
    sed -n 's/^skipped  \([a-z-]*\).*/\1/p' "$work/out" | tr '\n' ' ' >"$work/skipped"
    [ "$(cat "$work/skipped")" = "$1 " ] || { cat "$work/out" && return 1; }
    # How fast the disk of this machine is, and how full, is no property of the bot.
    places='disk'
    [ "$real_disk" = yes ] || places='disk|store'
    ! grep -vE "^[a-z]+ +($places) " "$work/out" | grep -E '^(bad|warning)'
}

healthy() {
    # Nothing listens yet.
    doctor 0 SLACK_STORE=sqlite:bot.db "$slackapp" doctor --platform-grace 30 --accept "$accept" &&
        grep -q '^skipped  request-url  .*nothing listens' "$work/out" &&
        no_findings 'bot scopes request-url event certificate store-key'
}

healthy_bot() {
    port=$(free_port)
    SLACK_STORE=sqlite:bot.db SLACK_HTTP_PORT=$port SLACK_LOG_LEVEL=debug "$build/examples/hello" >"$work/bot" 2>&1 &
    pids=$!
    until_true grep -q 'event="socket connected"' "$work/bot" || return 1
    doctor 0 SLACK_STORE=sqlite:bot.db SLACK_HTTP_PORT="$port" "$slackapp" doctor --platform-grace 30 --accept "$accept" "$build/examples/hello" &&
        grep -q 'returns the challenge, and refuses a wrong' "$work/out" &&
        grep -q '^good  *event  *the ack of an event takes' "$work/out" &&
        grep -q '^good  *store-content  *the store opens' "$work/out" || return 1
    no_findings 'certificate store-key' || return 1
    # The bot has taken the event, and goes on.
    if ! grep -q 'kind=event listener="" status=ok' "$work/bot" || grep -q 'level=error' "$work/bot"; then
        cat "$work/bot"
        return 1
    fi
    fault bad request-url 'refuses a request that is signed' "SLACK_HTTP_PORT=$port" SLACK_SIGNING_SECRET=another &&
        fault bad request-url 'does not return the challenge' "SLACK_HTTP_PORT=$port" SLACK_HTTP_PATH=/nowhere &&
        fault bad port "hello (process $pids) listens on port $port: Address already in use" "SLACK_HTTP_PORT=$port" \
            SLACK_HTTP_PATH=/nowhere
}

# What a bot says of itself.
bots() {
    fault bad bot 'cannot start' -- "$app/nowhere" && fault bad bot 'without a description' -- true &&
        fault bad bot 'ended by signal' -- sh -c 'kill -9 $$' &&
        fault bad configuration 'without SLACK_CLIENT_SECRET' SLACK_CLIENT_ID=1.2 -- "$build/examples/distributed" &&
        fault bad scopes 'chat:write (the call chat.postMessage)' "SLACK_API_URL=$planted/scopes/app_mentions:read/" -- \
            "$build/examples/incident" &&
        fault bad scopes 'im:history (the event message.im)' "SLACK_API_URL=$planted/scopes/assistant:write/" -- \
            "$build/examples/assistant" &&
        fault bad scopes 'SLACK_SCOPES lacks 6' SLACK_BOT_TOKEN= SLACK_CLIENT_ID=1.2 SLACK_CLIENT_SECRET=secret \
            SLACK_SCOPES=chat:write -- "$build/examples/incident" || return 1
    # A kind of channel that the bot is not in is no fault.
    doctor 0 SLACK_TRANSPORT=http "SLACK_API_URL=$planted/scopes/channels:history,chat:write/" "$slackapp" doctor \
        "$build/examples/hello" && grep -q '^good  *scopes .* group, im, mpim' "$work/out"
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
        fault bad configuration 'SLACK_REDIRECT_URI is set without' SLACK_REDIRECT_URI=https://bot.example/ &&
        fault bad configuration 'SLACK_CLIENT_ID is set without SLACK_SCOPES' SLACK_CLIENT_ID=1.2 SLACK_CLIENT_SECRET=x &&
        fault bad configuration 'not an https URL' SLACK_API_URL=http://slack.example/api/
}

variables() {
    fault warning variables 'is SLACK_BOT_TOKEN meant' SLACK_BOT_TOKN=x &&
        fault warning variables 'is SLACK_LOG_LEVEL meant' SLACK_LOGLEVEL=debug || return 1
    echo 'SLACK_ACK_MS=1000' >.env
    fault warning variables 'SLACK_ACK_MS has one value in the environment' SLACK_ACK_MS=2000 &&
        doctor 0 --strict --accept "$accept" && doctor 1 SLACK_ACK_MS=2000 "$slackapp" doctor --strict --accept "$accept"
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
        fault warning clock '100 s behind' "SLACK_API_URL=$planted/clock/100/" SLACK_TRANSPORT=http &&
        fault bad socket-host 'takes no connection' "SLACK_API_URL=$planted/socket/ws/127.0.0.1:1/" &&
        fault bad socket-host 'has no address' "SLACK_API_URL=$planted/socket/wss/$long/" &&
        fault bad socket-mode 'without the URL of a socket' "SLACK_API_URL=$planted/socket/ftp/127.0.0.1/"
}

# An authority, one below it that signs, and certificates of servers.
make_certificates() {
    mkdir "$work/tls" && cd "$work/tls" || return 1
    for name in root middle server; do
        openssl ecparam -name prime256v1 -genkey -noout -out "$name.key" || return 1
    done
    ends=$(date -u -d '3 days ago' +%Y%m%d%H%M%SZ)
    {
        openssl req -x509 -new -key root.key -subj '/CN=Planted Root' -days 90 -out root.pem
        echo basicConstraints=CA:TRUE >ca.ext
        openssl req -new -key middle.key -subj '/CN=Planted Middle' -out middle.csr
        openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 90 -extfile ca.ext \
            -out middle.pem
        sign good IP:127.0.0.1 -days 60 && sign soon IP:127.0.0.1 -days 3 && sign other DNS:bot.example -days 60
        openssl req -x509 -new -key server.key -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 60 -out self.pem
        mkdir -p ca && : >ca/index && echo 01 >ca/serial
        printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca/index\nserial=ca/serial\nnew_certs_dir=ca\ndefault_md=sha256\n%s' \
            'policy=p
[p]
commonName=supplied
[e]
subjectAltName=IP:127.0.0.1
' >ca.conf
        openssl ca -batch -config ca.conf -extensions e -in good.csr -cert middle.pem -keyfile middle.key \
            -startdate 20200101000000Z -enddate "$ends" -notext -out ended.pem
    } >openssl.log 2>&1
    cat middle.pem >>chain.pem
    cd "$app" || return 1
    [ -s "$work/tls/ended.pem" ] || { cat "$work/tls/openssl.log" && return 1; }
}

sign() {
    name=$1
    echo "subjectAltName=$2" >"$name.ext"
    shift 2
    openssl req -new -key server.key -subj /CN=server -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA middle.pem -CAkey middle.key -CAcreateserial -extfile "$name.ext" "$@" \
        -out "$name.pem"
}

# tls NAME [OPTION…]: a server of openssl, on $port, with that certificate.
tls() {
    name=$1
    shift
    port=$(free_port)
    openssl s_server -accept "127.0.0.1:$port" -cert "$work/tls/$name.pem" -key "$work/tls/server.key" -www "$@" \
        >"$work/tls/log" 2>&1 &
    pids="$pids $!"
    until_true grep -q ACCEPT "$work/tls/log"
}

certificates() {
    authority=$work/tls/root.pem chain=$work/tls/chain.pem
    make_certificates || return 1
    tls self && fault bad network 'TLS fails' "SLACK_API_URL=https://127.0.0.1:$port/" &&
        fault bad request-url 'TLS fails' -- --url "https://127.0.0.1:$port/" &&
        fault bad certificate 'is self-signed' -- --url "https://127.0.0.1:$port/" &&
        fault bad socket-host 'TLS fails' "SLACK_API_URL=$planted/socket/wss/127.0.0.1:$port/" && end_processes || return 1
    tls other -cert_chain "$chain" &&
        fault bad network 'TLS fails' "SLACK_API_URL=https://127.0.0.1:$port/" "SLACK_CA_FILE=$authority" &&
        fault bad certificate 'is not for 127.0.0.1' "SLACK_CA_FILE=$authority" -- --url "https://127.0.0.1:$port/" &&
        end_processes || return 1
    tls good && fault bad certificate 'without that of Planted Middle' "SLACK_CA_FILE=$authority" -- \
        --url "https://127.0.0.1:$port/" && end_processes || return 1
    tls good -cert_chain "$chain" &&
        fault bad certificate 'no authority that this machine trusts' -- --url "https://127.0.0.1:$port/" || return 1
    doctor 1 "SLACK_CA_FILE=$authority" "$slackapp" doctor --url "https://127.0.0.1:$port/" # -www takes no POST
    grep -q '^good  *certificate .* by Planted Middle, and ends in 59 days' "$work/out" && end_processes || return 1
    tls ended -cert_chain "$chain" &&
        fault bad certificate 'ended 3 days ago' "SLACK_CA_FILE=$authority" -- --url "https://127.0.0.1:$port/" &&
        end_processes || return 1
    # The app's own server, whose certificate nobody has renewed.
    port=$(free_port)
    cat "$work/tls/soon.pem" "$chain" >"$work/tls/full.pem"
    set -- "SLACK_HTTP_PORT=$port" "SLACK_HTTP_TLS_CERT=$work/tls/full.pem" "SLACK_HTTP_TLS_KEY=$work/tls/server.key" \
        SLACK_TRANSPORT=http "SLACK_CA_FILE=$authority"
    env "$@" "$build/examples/home" >"$work/bot" 2>&1 &
    pids=$!
    until_true grep -q 'event=.*port='"$port" "$work/bot" && fault warning certificate 'ends in 2 days' "$@"
}

request_url() {
    fault bad request-url 'takes no connection' -- --url http://127.0.0.1:1/ &&
        fault bad request-url 'an HTML page' -- --url "$planted/html/" &&
        fault warning request-url 'redirects' -- --url "$planted/redirect/" &&
        fault bad request-url 'not 401' -- --url "$planted/echo/" &&
        fault bad request-url 'no answer came in time' -- --url "$planted/silent/" --timeout 1 &&
        fault bad request-url 'a signature of ten minutes ago with HTTP status 200' -- --url "$planted/replay/" &&
        fault bad event 'an event with HTTP status 503' -- --url "$planted/full/" &&
        fault warning event 'the ack of an event takes' -- --url "$planted/slow/" &&
        fault bad event 'does not answer an event' -- --url "$planted/deaf/"
}

machine() {
    mkdir "$work/bin" && printf '#!/bin/sh\n[ "$*" = "show --value --property=TimeoutStopUSec -- bot.service" ] && echo "1min 5s"\n' \
        >"$work/bin/systemctl" && chmod +x "$work/bin/systemctl" || return 1
    fault bad drain 'kills the app after 5 s' -- --platform-grace 5 &&
        fault bad drain 'after 65 s (TimeoutStopSec of bot.service)' "PATH=$work/bin:$PATH" SLACK_DRAIN_MS=65000 -- \
            --unit bot.service &&
        fault bad drain 'after 30 s (the default of Kubernetes)' KUBERNETES_SERVICE_HOST=10.0.0.1 SLACK_DRAIN_MS=30000 &&
        fault warning descriptors 'file descriptors' SLACK_HTTP_CONNECTIONS=65536
}

# database FILE APPLICATION VERSION: a file of SQLite, with the head of a store's.
database() {
    rm -f "$1"
    python3 -c '
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("CREATE TABLE inbox(id)")
    db.execute(f"PRAGMA application_id={sys.argv[2]}")
    db.execute(f"PRAGMA user_version={sys.argv[3]}")' "$@"
}

stores() {
    ours=$((0x736c6b69))
    umask 077
    fault bad store 'cannot be written to' SLACK_STORE=sqlite:nowhere/bot.db || return 1
    if [ "$(stat -fc %T /dev/shm 2>/dev/null)" = tmpfs ]; then
        memory=$(mktemp -d /dev/shm/doctor-XXXXXX) || return 1
        fault warning store 'on tmpfs' "SLACK_STORE=sqlite:$memory/bot.db"
        told=$?
        rm -rf "$memory"
        [ "$told" = 0 ] || return 1
    fi
    mkdir open && chmod 777 open && fault bad store 'is not safe' SLACK_STORE=sqlite:open/bot.db &&
        database newer.db "$ours" 99 && fault bad store-content 'a newer slackapp (schema 99' SLACK_STORE=sqlite:newer.db &&
        database older.db "$ours" 4 && fault warning store-content 'an older slackapp (schema 4)' SLACK_STORE=sqlite:older.db &&
        database other.db 1 1 && fault bad store-content "another program's data" SLACK_STORE=sqlite:other.db &&
        echo 'This is a text, and no database at all.' >text.db && fault bad store-content text.db SLACK_STORE=sqlite:text.db &&
        database read.db "$ours" 5 && chmod 644 read.db && fault bad store-content 'read.db' SLACK_STORE=sqlite:read.db &&
        fault bad store-content 'postgres' SLACK_STORE=postgres://127.0.0.1:1/bot || return 1
    # Nothing was changed.
    [ "$(python3 -c 'import sqlite3; print(sqlite3.connect("older.db").execute("PRAGMA user_version").fetchone()[0])')" = 4 ]
}

keys() {
    port=$(free_port)
    set -- SLACK_STORE=sqlite:keys.db SLACK_TRANSPORT=http "SLACK_HTTP_PORT=$port" SLACK_BOT_TOKEN= SLACK_CLIENT_ID=1.2 \
        SLACK_CLIENT_SECRET=secret SLACK_SCOPES=chat:write
    fault warning store-key 'SLACK_STORE_KEY is not set' "$@" || return 1
    SLACK_STORE_KEY=$("$slackapp" key) && other=$("$slackapp" key) || return 1
    env "$@" "SLACK_STORE_KEY=$SLACK_STORE_KEY" "$build/examples/distributed" >"$work/bot" 2>&1 &
    pids=$!
    until_true grep -q "event=.*port=$port" "$work/bot" || return 1
    doctor 0 "$@" "SLACK_STORE_KEY=$SLACK_STORE_KEY" "$slackapp" doctor &&
        grep -q '^good  *store-key  *SLACK_STORE_KEY opens' "$work/out" || return 1
    fault bad store-key 'is sealed with the key' "$@" "SLACK_STORE_KEY=$other"
}

roles() {
    fault warning role 'no other process of this machine' SLACK_ROLE=work SLACK_TRANSPORT= SLACK_STORE=sqlite:alone.db &&
        fault bad role 'in memory' SLACK_ROLE=receive SLACK_STORE=memory:
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
    [ "$faults" -ge 70 ] || { echo "only $faults faults" && return 1; }
    [ "$failed" = 0 ]
}

run "lines that make no sense" lines_that_make_no_sense
run "faults of this machine's libraries have a source, and can be accepted" known_faults
run "a healthy environment has no finding" healthy
run "a healthy bot has no finding over both transports; its faults have" healthy_bot
run "bots" bots
run "configuration" configuration
run "variables" variables
rm -f .env
run "the .env file" env_file
rm -f .env
run "tokens" tokens
run "the network and the clock" network
run "certificates" certificates
cd "$app" || exit 1
run "the request URL" request_url
run "the machine" machine
run "stores" stores
run "keys" keys
run "roles" roles
run "no secrets" no_secrets
run "docs/doctor.md has each check" documented
run "70 faults were planted" enough
echo "1..$number"
# shellcheck disable=SC2154 # processes.sh sets it
exit "$failed"
