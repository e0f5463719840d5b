#!/bin/sh
# shellcheck disable=SC2317 # check() and the trap call the functions
# A network that fails and returns. The app is connected again within 5 s of its return, loses no
# event, runs none twice, and does not busy-loop meanwhile. The app runs in a network namespace of
# its own with one link; in one case the link is set down, in the other a proxy stops forwarding.
#
#     tests/network/outage.sh BUILD_FOLDER [SECONDS]        60 by default; speaks TAP
#
# Needs namespaces (root, or user namespaces), iproute2, node with the ws package of npm, openssl.
set -eu

build=$(cd -- "$1" && pwd)
seconds=${2-60}
here=$(cd -- "$(dirname -- "$0")" && pwd)

skip() {
    echo "1..0 # SKIP $*"
    exit 0
}

for tool in unshare nsenter ip node openssl; do
    command -v "$tool" >/dev/null || skip "there is no $tool"
done
[ -d "$build/tests/npm/node_modules/ws" ] || skip 'the ws package is not installed'
if [ -z "${OUTAGE_INSIDE-}" ]; then
    user=--map-root-user
    [ "$(id -u)" != 0 ] || user=
    # shellcheck disable=SC2086 # an option or none
    unshare --net $user true 2>/dev/null || skip 'no network namespaces'
    # shellcheck disable=SC2086
    OUTAGE_INSIDE=1 exec unshare --net $user "$0" "$build" "$seconds"
fi

folder=$(mktemp -d)
pids=
end() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf -- "$folder"
}
trap end EXIT
trap 'exit 1' INT TERM

# --- the namespace ----------------------------------------------------------------------------

ip link set lo up
unshare --net sleep 3600 &
place=$!
pids="$pids $place"
while [ "$(readlink /proc/$place/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
inside() { nsenter --target "$place" --net "$@"; }
ip link add world type veth peer name app netns "$place"
ip address add 10.99.0.1/24 dev world
ip link set world up
inside ip link set lo up
inside ip address add 10.99.0.2/24 dev app
inside ip link set app up

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=outage \
    -addext subjectAltName=IP:10.99.0.1 -keyout "$folder/server.key" -out "$folder/server.pem" \
    2>/dev/null

# --- measurements -----------------------------------------------------------------------------

# Prints a number of the peer's state file.
peer() { sed -n "s/.*\b$1=\([0-9]*\).*/\1/p" "$folder/state" 2>/dev/null || true; }
now_ms() { date +%s%3N; }
# Prints the app's processor time, in hundredths of a second.
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# until_peer SECONDS NAME OPERATOR NUMBER: waits for the condition; fails after so many seconds.
until_peer() {
    limit=$(($(now_ms) + $1 * 1000))
    value=0
    while ! test "${value:-0}" "$3" "$4"; do
        [ "$(now_ms)" -lt "$limit" ] || return 1
        sleep 0.05
        value=$(peer "$2")
    done
}

number=0
failed=0
result() { # STATUS TEXT
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        failed=1
    fi
}
check() { # TEXT CONDITION…
    text=$1
    shift
    if "$@"; then result 0 "$text"; else result 1 "$text"; fi
}

clean() { ! grep -E 'p@ss|p%40ss|bWU6c|xoxb-1-1|xapp-1-1|ticket=[0-9]' "$1" >&2; }

# --- one outage -------------------------------------------------------------------------------

link_away() { inside ip link set app down; }
link_back() { inside ip link set app up; }
proxy_away() { kill -USR1 "$server"; }
proxy_back() { kill -USR1 "$server"; }

outage() { # link|proxy
    rm -f "$folder/state"
    node "$here/peer.js" "$build/tests/npm" "$folder" "$folder/state" 10.99.0.1 &
    server=$!
    pids="$pids $server"
    until_peer 10 port -gt 0 || return 1
    set -- "$1" SLACK_API_URL="https://10.99.0.1:$(peer port)/api/" \
        SLACK_CA_FILE="$folder/server.pem" SLACK_BOT_TOKEN=xoxb-1-1 SLACK_APP_TOKEN=xapp-1-1 \
        SLACK_TRANSPORT=socket SLACK_STORE=memory: SLACK_LOG_LEVEL=debug
    [ "$1" != proxy ] || set -- "$@" SLACK_PROXY="http://me:p%40ss@10.99.0.1:$(peer proxy)"
    kind=$1
    shift
    (cd "$folder" && exec nsenter --target "$place" --net \
        env -u NO_PROXY -u no_proxy -u HTTPS_PROXY -u https_proxy "$@" \
        "$build/examples/hello") 2>"$folder/$kind.log" &
    app=$!
    pids="$pids $app"
    until_peer 20 connections -ge 2 || { cat "$folder/$kind.log" >&2; return 1; }
    until_peer 20 handled -ge 5 || { cat "$folder/$kind.log" >&2; return 1; }

    before=$(ticks "$app")
    "${kind}_away"
    sleep "$seconds"
    used=$(($(ticks "$app") - before))
    back=$(now_ms)
    "${kind}_back"
    took=30000
    until_peer 30 acked_ms -gt "$back" && took=$(($(now_ms) - back))
    check "$kind: serves again after $took ms" [ "$took" -le 5000 ]
    check "$kind: $used hundredths of a second of processor time in $seconds s" [ "$used" -le "$seconds" ]

    until_peer 30 connections -ge 2 || true
    kill -USR2 "$server"
    until_peer 30 unacked -eq 0 || true
    until_peer 30 handled -eq "$(peer sent)" || true
    check "$kind: $(peer sent) events, $(peer unacked) without an ack" [ "$(peer unacked)" = 0 ]
    check "$kind: $(peer handled) of them handled" [ "$(peer handled)" = "$(peer sent)" ]
    check "$kind: $(peer twice) of them twice" [ "$(peer twice)" = 0 ]
    [ "$kind" != proxy ] || check "proxy: $(peer tunnels) tunnels" [ "$(peer tunnels)" -ge 4 ]
    echo "# $kind: $(peer opens) calls of apps.connections.open"
    check "$kind: no secret in the log" clean "$folder/$kind.log"
    kill "$app" "$server"
    wait "$app" "$server" 2>/dev/null || true
}

for way in link proxy; do
    outage "$way" || result 1 "$way: it did not even begin"
done
echo "1..$number"
exit $failed
