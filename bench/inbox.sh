# shellcheck shell=sh disable=SC2154 # part of run.sh, whose variables and functions it uses
# What the durable inbox costs: beside none, with many rows in it, at a start, and how many syncs.

pairs=${BENCH_PAIRS-20}
alone_pairs=$((5 * pairs)) # of few events each: what disturbs the one disturbs the other
alone_events=100
rows=1000000
rows_left=100000
traced_events=10000

# --- measuring --------------------------------------------------------------------------------

# in_turns COUNT COMMAND A B: both, so often, each of them first in every second pair: whatever else the
# machine does falls on both.
in_turns() {
    pair=0
    while [ $pair -lt "$1" ]; do
        pair=$((pair + 1))
        if [ $((pair % 2)) = 1 ]; then
            "$2" "$3"
            "$2" "$4"
        else
            "$2" "$4"
            "$2" "$3"
        fi
    done
}

# alone NAME: deliveries that come one by one, each when the last was acknowledged.
alone() {
    measure "$1" alone $alone_events 1
}

# make_left NAME [COUNT]: the store NAME.db as a bot leaves it, with so many unfinished rows.
make_left() {
    start_bot "$1" "sqlite:$work/$1.db" 1 0
    eval "left_pid=\$${1}_pid"
    kill "$left_pid"
    wait "$left_pid" || fail "the bot $1 did not end well"
    if [ $# = 2 ]; then fill "$1" "$2" left; fi
}

# first_ack_with NAME: the first ack of a bot that finds a copy of the store NAME.db. The disk has
# done with the copying by then.
first_ack_with() {
    cp "$work/$1.db" "$work/start.db"
    sync "$work/start.db"
    (clean env SLACK_TRANSPORT=http "SLACK_STORE=sqlite:$work/start.db" timeout 60 \
        "$build/bench/load_http" --start "$build/bench/bench_bot") >>"$work/$1.start" \
        2>"$work/start.log" || fail 'the start of a bot could not be measured'
    rm -f "$work"/start.db*
}

# fill NAME COUNT [left]: rows for the store NAME.db, which a bot has made.
fill() {
    name=$1
    shift
    say "filling an inbox with $1 rows"
    timeout 300 "$build/bench/fill_inbox" "$work/$name.db" "$@" >"$work/fill.log" 2>&1 ||
        fail 'the inbox could not be filled'
}

# count_syncs: what a bot reads, writes and syncs under load, as strace sees it. It is slower then.
count_syncs() {
    if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
        say 'strace cannot be used here: syncs are not counted'
        return
    fi
    say 'counting syncs'
    start traced env SLACK_TRANSPORT=http "SLACK_STORE=sqlite:$work/traced.db" SLACK_HTTP_PORT=0 \
        strace -D -f --seccomp-bpf -q -s 12 -e trace=read,write,fsync,fdatasync \
        -o "$work/traced.calls" "$build/bench/bench_bot"
    measure traced http $traced_events "$many_connections"
    kill "$traced_pid"
    wait "$traced_pid" || fail 'the bot that was traced did not end well'
    until_true grep -q "^$traced_pid .*exited with" "$work/traced.calls" || fail 'strace goes on'
    awk -f "$bench/syncs.awk" "$work/traced.calls" >"$work/traced.syncs"
}

start_inbox() {
    start_bot sqlite "sqlite:$work/sqlite.db" 1 0
    start_bot full "sqlite:$work/full.db" 1 0
    fill full $rows
    make_left none
    make_left left $rows_left
}

measure_inbox() {
    count_syncs
    say "one delivery after the other, in $alone_pairs pairs"
    in_turns $alone_pairs alone sqlite full
    say "starts, in $pairs pairs"
    in_turns "$pairs" first_ack_with none left
}

# --- the table --------------------------------------------------------------------------------

# values FIELD FILE: in the order in which they were measured.
values() {
    tr ' ' '\n' <"$work/$2" | sed -n "s/^$1=//p"
}

# middle: the median of the numbers that it is given.
middle() {
    sort -n | awk '{ all[NR] = $1 } END { print (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2 }'
}

# print_alone P: p50 or p99, the median over all pairs.
print_alone() {
    few=$(values "$1_us" sqlite.alone | middle)
    many=$(values "$1_us" full.alone | middle)
    row "one delivery after the other, $1" "$few us" - -
    row "  with 1,000,000 rows in the inbox" "$many us" "$(ratio "$many" "$few")" '<= 1.1'
}

print_syncs() {
    [ -s "$work/traced.syncs" ] || return 0
    acks=$(field acks traced.syncs)
    syncs=$(field syncs traced.syncs)
    row 'events acknowledged, while strace looks on' "$acks" - -
    row '  after a sync that began behind the event' "$(field after traced.syncs)" \
        "$(ratio "$(field after traced.syncs)" "$acks")" '>= 1'
    row '  fsync and fdatasync' "$syncs" - -
    row '  events to a sync' "$(ratio "$acks" "$syncs")" - -
}

print_starts() {
    values start_ms none.start >"$work/none"
    values start_ms left.start | paste "$work/none" - | awk '{ print $2 - $1 }' >"$work/later"
    row 'start to first ack, none unfinished' "$(values start_ms none.start | middle) ms" - -
    row '  100,000 unfinished' "$(values start_ms left.start | middle) ms" - -
    row "  later by, the middle of $pairs pairs, ms" '' "$(middle <"$work/later")" '<= 50'
    row '  later by, at most, ms' '' "$(sort -n "$work/later" | tail -n 1)" -
}

# The budget's ratio is to the floor, which writes nothing: what the disk takes is in it.
print_inbox() {
    sqlite=$(field rate sqlite.http)
    row 'with the SQLite store, every ack after fsync' "$sqlite" \
        "$(ratio "$sqlite" "$(field rate floor.http)")" '>= 0.4'
    row '  the same with memory' "$(field rate bot.http)" \
        "$(ratio "$sqlite" "$(field rate bot.http)")" -
    row "  p50, p99 with $many_connections connections" \
        "$(field p50_us sqlite.http), $(field p99_us sqlite.http) us" - -
    row '  cost of a delivery' "$(field cpu_us sqlite.http) us" - -
    row '    with 1,000,000 rows in the inbox' "$(field cpu_us full.http) us" \
        "$(ratio "$(field cpu_us full.http)" "$(field cpu_us sqlite.http)")" '<= 1.1'
    print_syncs
    print_alone p50
    print_alone p99
    print_starts
}
