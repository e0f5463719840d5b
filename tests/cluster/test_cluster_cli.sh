#!/bin/sh
# `slackapp cluster` beside bots that share a store, as processes.
# usage: tests/cluster/test_cluster_cli.sh BUILD_FOLDER INBOX_MAKER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/cluster/test_cluster_cli.sh BUILD_FOLDER INBOX_MAKER}" && pwd)
slackapp=$build/slackapp
subcommand=cluster
maker=$(cd "$(dirname "${2?}")" && pwd)/$(basename "$2")
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../../tools/processes.sh"
# shellcheck source=tests/support/stores.sh
. "$(dirname "$0")/../support/stores.sh"
cd "$work" || exit 1

lines_that_make_no_sense() {
    expect 0 'usage:' --help && expect 2 '--loud is not an option' --loud && expect 2 'takes options only' 5 &&
        expect 2 'from 1 to 86400, not "0"' --watch 0 && expect 2 '--max-lag takes a number' --max-lag none &&
        expect 2 'no store is in this folder' && expect 2 'is inside its app' --store memory: &&
        expect 2 'the app makes it when it starts' --store "$(store_url none)"
}

# Rows that wait, and nobody who runs them.
no_process() {
    use_store alone && "$maker" "$SLACK_STORE" && expect 1 'look at   no process runs' && grep -q '^dead  *3, the oldest: ' out &&
        "$slackapp" inbox retry all >out 2>&1 && sleep 1.1 && expect 1 'a row has been due for' --max-lag 1 &&
        expect 1 '"healthy":false,"problems":["no process runs"]' --json && grep -q '"waiting":{"count":3,' out
}

# Entries of others do no harm.
strangers() {
    use_store strange && "$maker" "$SLACK_STORE" none
    value="'{\"role\":\"work\",\"state\":\"running\",\"host\":\"h\",\"pid\":7,\"version\":\"0\",\"since_ms\":1,\"seen_ms\":1,
        \"sockets\":{\"candidate\":true}}'"
    for key in process/A1/0123456789abcdef process/A2/0123456789abcdef process/A1/x process/A1 socket/A1/0 socket/A1/11 socket/x/; do
        change_store strange "INSERT INTO kv(key, version, until_ms, value$sums) VALUES
            (CAST('$key' AS $bytes), CAST('fedcba9876543210 ready' AS $bytes), 9223372036854775807,
             CAST($value AS $bytes)$sum)" || return 1
    done
    expect 1 ' entries are not valid' && grep -q 'no process receives' out &&
        # In SQLite, an entry without its checksum is damaged.
        { [ "$engine" = sqlite ] || { grep -q 'process 0123456789abcdef on h was last seen' out &&
            grep -q 'app A2: no process has a connection of Socket Mode' out; }; }
}

# bot NAME ROLE: hello in that role, with the store. Its process number is in $bot.
bot() {
    SLACK_ROLE=$2 "$build/examples/hello" >"$1" 2>&1 &
    bot=$!
    pids="$pids $bot"
    until_true grep -q 'event="process joins' "$1"
}

healthy() {
    expect 0 'healthy' >/dev/null
}

stands_by() {
    healthy && grep -q ' receive  standby ' out && grep -q '^  slot 0  *ready  ' out && grep -q '^  spare  *free' out
}

roles() {
    "$slackapp" sim --port 0 --port-file port --quiet >sim.log 2>&1 &
    pids=$!
    until_true [ -f port ] || return 1
    SLACKAPP_SIM=http://127.0.0.1:$(cat port)
    export SLACKAPP_SIM SLACK_TRANSPORT=socket SLACK_SOCKET_CONNECTIONS=1
    "$slackapp" sim env | sed 's/^export //; s/^/export /' >variables
    # shellcheck source=/dev/null
    . ./variables
    use_store bot
    bot first receive && until_true expect 1 'no process works' && bot worker work && worker=$bot &&
        bot second receive && until_true stands_by && grep -q ' work     running ' out || return 1
    expect 0 '"healthy":true' --json && tail -n 1 out | python3 -m json.tool >pretty && grep -q '"role": "work"' pretty &&
        "$slackapp" inbox stats >out 2>&1 && until_true healthy &&
        kill -9 "$worker" && until_true expect 1 'no process works' && ! grep '^owners ' out &&
        timeout -s INT 3 "$slackapp" cluster --watch 1 >watched 2>&1
    [ "$(grep -c 'no process works' watched)" -ge 2 ]
}

if [ "$engine" = sqlite ]; then
    sums=', sum' sum=', 0' bytes=BLOB
else
    sums='' sum='' bytes=bytea
fi
echo 1..4
run 'lines that make no sense' lines_that_make_no_sense
run 'no process' no_process
run 'entries of others' strangers
run 'roles' roles
exit "$failed"
