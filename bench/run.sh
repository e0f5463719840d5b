#!/bin/sh
# Measures what docs/performance.md has budgets for, side by side: rounds of each, one after the
# other, so that whatever else the machine does falls on all of them. Prints the best figure of each
# and says of every budget whether it was met; time never makes it fail.
# usage: bench/run.sh BUILD_FOLDER [inbox|postgres]
#   inbox: only what the durable inbox costs
#   postgres: only what the engine over PostgreSQL costs
#   BENCH_ROUNDS (5), BENCH_EVENTS (20000 in a round), BENCH_SECONDS (10 at most for a round),
#   BENCH_PAIRS (20)
set -eu

given=${1?usage: bench/run.sh BUILD_FOLDER [inbox|postgres]}
part=${2-all}
case $part in
all | inbox | postgres) ;;
*)
    echo "bench: there is no part \"$part\", there are \"inbox\" and \"postgres\"" >&2
    exit 2
    ;;
esac
build=$(cd "$given" && pwd)
bench=$(cd "$(dirname "$0")" && pwd)
rounds=${BENCH_ROUNDS-5}
events=${BENCH_EVENTS-20000}
seconds=${BENCH_SECONDS-10}
connections=32
many_connections=192 # where an ack waits for the disk, and one sync serves many
bot_pid= # start() sets these
bot_port=
export TMPDIR="$build" # on a disk: /tmp may be memory
# shellcheck source=tools/processes.sh
. "$bench/../tools/processes.sh"

say() {
    printf 'bench: %s\n' "$*" >&2
}

# fail WORD…: says what could not be run, and all that was logged on the way.
fail() {
    say "$*"
    for log in "$work"/*.log; do
        [ ! -s "$log" ] || sed "s|^|  ${log##*/}: |" "$log" >&2
    done
    exit 1
}

# --- programs ---------------------------------------------------------------------------------

# clean COMMAND…: what a shell has set, and what a .env file says, is not to change a bot.
clean() {
    cd "$work"
    exec env -i PATH="$PATH" SLACK_STORE=memory: SLACK_LOG_LEVEL=info SLACK_HTTP_HOST=127.0.0.1 \
        SLACK_SOCKET_CONNECTIONS=1 SLACK_APP_ID=A0MDYCDME "SLACK_API_URL=$SLACK_API_URL" \
        "SLACK_BOT_TOKEN=$SLACK_BOT_TOKEN" "SLACK_APP_TOKEN=$SLACK_APP_TOKEN" \
        "SLACK_SIGNING_SECRET=$SLACK_SIGNING_SECRET" "$@"
}

port_in() {
    port=$(sed -n 's/.*port=\([1-9][0-9]*\).*/\1/p' "$1" 2>/dev/null | head -n 1)
    [ -n "$port" ]
}

# start NAME COMMAND…: sets NAME_pid and NAME_port once it listens.
start() {
    name=$1
    shift
    clean "$@" >"$work/$name.log" 2>&1 &
    pids="$pids $!"
    eval "${name}_pid=$!"
    until_true port_in "$work/$name.log" || fail "$name did not begin to listen"
    eval "${name}_port=$port"
}

start_sim() {
    "$build/slackapp" sim --port 0 --port-file "$work/sim.port" --quiet >"$work/sim.log" 2>&1 &
    pids="$pids $!"
    until_true [ -s "$work/sim.port" ] || fail 'the simulator did not start'
    SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/sim.port")
    export SLACKAPP_SIM
    eval "$("$build/slackapp" sim env)"
    export SLACK_API_URL SLACK_BOT_TOKEN SLACK_APP_TOKEN SLACK_SIGNING_SECRET
}

# start_bot NAME STORE LISTENERS PATTERNS
start_bot() {
    start "$1" env SLACK_TRANSPORT=http "SLACK_STORE=$2" SLACK_HTTP_PORT=0 "BENCH_LISTENERS=$3" \
        "BENCH_PATTERNS=$4" "$build/bench/bench_bot"
}

# Bolt for JavaScript, where there is node and npm.
install_bolt() {
    modules=$build/tests/npm/node_modules
    bolt=
    "$bench/../tests/npm/install.sh" "$build/tests/npm"
    [ ! -d "$modules/@slack/bolt" ] ||
        bolt=$(sed -n 's/^  "version": "\(.*\)".*/\1/p' "$modules/@slack/bolt/package.json")
}

# shellcheck source=/dev/null
. "$bench/inbox.sh"
# shellcheck source=/dev/null
. "$bench/postgres.sh"

# --- measuring --------------------------------------------------------------------------------

# measure NAME FILE EVENTS CONNECTIONS: a round; its line goes to NAME.FILE.
measure() {
    eval "load_port=\$${1}_port load_pid=\$${1}_pid"
    # shellcheck disable=SC2154 # set by eval
    timeout 120 "$build/bench/load_http" "$load_port" "$3" "$4" "$seconds" "$load_pid" \
        >>"$work/$1.$2" || fail "$1: not every event was acknowledged: $(tail -n 1 "$work/$1.$2")"
}

# load NAME EVENTS [CONNECTIONS]
load() {
    measure "$1" http "$2" "${3-$connections}"
}

# socket NAME COMMAND…
socket() {
    name=$1
    shift
    (clean timeout 120 "$build/bench/load_socket" 5000 "$@") >>"$work/$name.socket" \
        2>>"$work/$name.socket.log" || fail "$name over Socket Mode could not be measured"
}

first_ack() {
    (clean env SLACK_TRANSPORT=http timeout 60 "$build/bench/load_http" \
        --start "$build/bench/bench_bot") >>"$work/bot.start" 2>"$work/start.log" ||
        fail 'the start of a bot could not be measured'
}

calls() {
    timeout 120 "$build/bench/calls" "${BENCH_PAIRS-20}" $((events / 4)) $connections \
        >"$work/client.calls" || fail 'calls could not be measured'
}

posts() {
    timeout 300 "$build/bench/posts" "sqlite:$work/posts.db" "$rounds" $((events / 4)) "$many_connections" \
        >"$work/outbox.posts" || fail 'stored requests could not be measured'
}

# field NAME FILE: the best of its values, as other load on the machine can only make them worse.
field() {
    order=-n
    [ "$1" != rate ] || order=-nr
    tr ' ' '\n' <"$work/$2" | sed -n "s/^$1=//p" | sort "$order" | head -n 1
}

# memory PID LINE: in KB.
memory() {
    sed -n "s/^$2:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}

# --- the table --------------------------------------------------------------------------------

# row WHAT FIGURE RATIO BUDGET: a ratio, or figure, and what it is to be: ">= 0.8", "<= 20", "-".
row() {
    verdict=$(awk -v have="$3" -v want="$4" 'BEGIN {
        split(want, w, " ")
        met = w[1] == ">=" ? (have + 0 >= w[2] + 0) : (have + 0 <= w[2] + 0)
        print(want == "-" ? "" : met ? "met" : "not met")
    }')
    printf '%-44s %14s %9s  %-9s %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'
}

mb() {
    awk -v kb="$1" 'BEGIN { printf "%.1f", kb / 1024 }'
}

# per_second NAME: the acks that a second of processor time pays for. Where others want the
# processors too, this says more than what the clock on the wall does.
per_second() {
    awk -v us="$(field cpu_us "$1.http")" 'BEGIN { printf "%.0f", (us > 0 ? 1000000 / us : 0) }'
}

# against NAME WHAT BUDGET: how the bot does beside another.
against() {
    row "  $2" "$(field rate "$1.http")" "$(ratio "$rate" "$(field rate "$1.http")")" "$3"
    row '    in a second of processor time' "$(per_second "$1")" \
        "$(ratio "$(per_second bot)" "$(per_second "$1")")" -
}

print_http() {
    rate=$(field rate bot.http)
    row 'verified HTTP acks/s, memory store' "$rate" - -
    row '  in a second of processor time' "$(per_second bot)" - -
    against floor 'the floor' '>= 0.8'
    if [ -n "$bolt" ]; then against bolt "Bolt for JavaScript $bolt" '>= 12'; fi
    if [ -s "$work/bot.wrk" ]; then row '  wrk says' "$(field rate bot.wrk)" - -; fi
    row "  p50, p99 with $connections connections" \
        "$(field p50_us bot.http), $(field p99_us bot.http) us" - -
    print_inbox
    row 'cost of a delivery' "$(field cpu_us bot.http) us" - -
    row '  with 1,000 listeners' "$(field cpu_us many.http) us" \
        "$(ratio "$(field cpu_us many.http)" "$(field cpu_us bot.http)")" '<= 1.1'
    row '  500 of which look into the text' "$(field cpu_us texts.http) us" \
        "$(ratio "$(field cpu_us texts.http)" "$(field cpu_us bot.http)")" -
}

print_socket() {
    p50=$(field p50_us bot.socket)
    row 'Socket Mode ack round trip, p50' "$p50 us" - -
    if [ -n "$bolt" ]; then
        row "  Bolt for JavaScript $bolt" "$(field p50_us bolt.socket) us" \
            "$(ratio "$p50" "$(field p50_us bolt.socket)")" '<= 0.5'
    fi
    row '  p99' "$(field p99_us bot.socket) us" - -
    if [ -n "$bolt" ]; then
        row '  p99 of Bolt' "$(field p99_us bolt.socket) us" \
            "$(ratio "$(field p99_us bot.socket)" "$(field p99_us bolt.socket)")" -
    fi
}

print_calls() {
    row "calls/s, $connections at once" "$(field rate client.calls)" - -
    row "  libcurl's multi interface, middle of pairs" "$(field multi_rate client.calls)" \
        "$(field ratio client.calls)" '>= 0.85'
    row '  cost of a call' "$(field cpu_us client.calls) us" \
        "$(field cpu_ratio client.calls)" -
}

print_posts() {
    row 'messages/s by slack_post(), SQLite store' "$(field post_rate outbox.posts)" - -
    row '  by slack_say(), middle of rounds' "$(field say_rate outbox.posts)" \
        "$(field ratio outbox.posts)" '>= 0.7'
    row '  cost of a message by slack_post()' "$(field post_cpu_us outbox.posts) us" \
        "$(field cpu_ratio outbox.posts)" -
}

print_table() {
    printf '%-44s %14s %9s  %-9s %s\n' figure value ratio budget ''
    if [ "$part" != all ]; then
        "print_$part"
        print_end
        return
    fi
    print_http
    print_socket
    print_calls
    print_posts
    start=$(field start_ms bot.start)
    row 'start to first ack over HTTP, ms' '' "$start" '<= 20'
    row 'resident memory idle, MB' '' "$(mb "$idle")" '<= 12'
    row '  under load, peak' '' "$(mb "$peak")" '<= 24'
    [ -z "$postgres" ] || print_postgres
    print_end
}

print_end() {
    read -r busy rest </proc/loadavg
    printf 'Best of %s rounds on %s processors; load average at the beginning %s, at the end %s.\n' \
        "$rounds" "$(nproc)" "$quiet" "$busy"
}

# --- the run ----------------------------------------------------------------------------------

# wrk_round: the same load by somebody else's hand.
wrk_round() {
    command -v wrk >/dev/null || return 0
    # More than it can send in a second.
    "$build/bench/load_http" --write "$work/requests" 60000
    timeout 60 wrk -t 1 -c $connections -d 1 -s "$bench/wrk.lua" \
        "http://127.0.0.1:$bot_port" -- "$work/requests" >"$work/wrk.log" 2>&1 ||
        fail 'wrk could not be run'
    if grep -q 'Non-2xx' "$work/wrk.log"; then fail 'wrk got other answers than 200'; fi
    sed -n 's|^Requests/sec: *\([0-9]*\).*|rate=\1|p' "$work/wrk.log" >>"$work/bot.wrk"
}

read -r quiet rest </proc/loadavg
if [ "$part" = postgres ]; then
    start_postgres || exit 0
    measure_postgres
    print_table
    exit
fi
start_sim
if [ "$part" = all ]; then install_bolt; fi
start floor "$build/bench/floor_http"
start_bot bot memory: 1 0
if [ "$part" = all ]; then
    start_bot many memory: 1000 0
    start_bot texts memory: 1000 500
    if [ -n "$bolt" ]; then
        start bolt env SLACK_HTTP_PORT=0 node "$bench/bolt.js" "$modules" http
    fi
    sleep 1
    idle=$(memory "$bot_pid" VmRSS)
fi
start_inbox
measure_inbox

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    say "round $round of $rounds"
    load floor "$events"
    load bot "$events"
    load sqlite "$events" $many_connections
    load full "$events" $many_connections
    [ "$part" = all ] || continue
    load many "$events"
    load texts "$events"
    if [ -n "$bolt" ]; then load bolt $((events / 10)); fi
    socket bot env SLACK_TRANSPORT=socket "$build/bench/bench_bot"
    if [ -n "$bolt" ]; then socket bolt node "$bench/bolt.js" "$modules" socket; fi
    first_ack
    wrk_round
done
peak=$(memory "$bot_pid" VmHWM)
postgres=
if [ "$part" = all ]; then
    calls
    posts
    if start_postgres; then
        postgres=yes
        measure_postgres
    fi
fi
print_table
