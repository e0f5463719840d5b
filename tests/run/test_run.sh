#!/bin/sh
# `slackapp run` beside a bot whose source changes, over both transports: no event is lost, and none is
# answered twice.
# usage: tests/run/test_run.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/run/test_run.sh BUILD_FOLDER}" && pwd)
slackapp=$build/slackapp
source=$(cd "$(dirname "$0")/../.." && pwd)
flags="-I$source/include -L$build/src -Wl,-rpath,$build/src -lslackapp"
export flags
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
mkdir "$work/bot" && cd "$work/bot" || exit 1

cat >Makefile <<'END'
bot: bot.c answer.h
	$(CC) -o bot bot.c $(flags)
END
cat >bot.c <<'END'
#include "answer.h"
#include <slack/slack.h>
#include <stdio.h>

static int hello(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "%s to %s", ANSWER, slack_json_str(slack_ctx_event(ctx), "/text"));
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = START(app);
    if (rc != 0) fprintf(stderr, "bot: %s\n", slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
END

# answers WORD [START]: the bot's source, with that answer.
answers() {
    printf '#define ANSWER "%s"\n#define START %s\n' "$1" "${2-slack_app_run}" >answer.new
    mv answer.new answer.h
}

# begin TRANSPORT: starts the command.
begin() {
    rm -f port out bot ./*.db*
    answers one
    SLACK_LOG_LEVEL=warn "$slackapp" run --transport "$1" --port 0 --port-file port ./bot >out 2>&1 &
    command=$!
    pids=$command
    said 'run: the bot is ready' && SLACKAPP_SIM=http://127.0.0.1:$(cat port) && export SLACKAPP_SIM || return 1
    [ "$1" = socket ] || said 'request URL verified'
}

said() {
    until_true grep -q "$1" out || {
        echo "not said: $1"
        cat out
        return 1
    }
}

# send FIRST LAST: messages, one after the other. Those whose ack is late are no failure here.
send() {
    seq "$1" "$2" | while read -r i; do "$slackapp" sim send message "hello $i;" >>sends 2>&1; done
}

# answered FIRST LAST: each of these messages has one answer.
answered() {
    seq "$1" "$2" | while read -r i; do
        said "bot: .* to hello $i;" && [ "$(grep -c "bot: .* to hello $i;" out)" = 1 ] || exit 1
    done
}

# ends STATUS: the command ends by SIGINT, and its bots with it.
ends() {
    kill -INT "$command"
    wait "$command"
    status=$?
    pids=
    [ "$status" = 0 ] || { echo "status $status"; cat out; return 1; }
}

# An edit while messages arrive.
edits() {
    begin "$1" && send 1 2 && said 'bot: one to hello 2;' || return 1
    send 3 42 &
    sender=$!
    answers two
    said 'run: the old bot has ended' && wait "$sender" && send 43 44 && answered 1 44 && said 'bot: two to hello 44;' &&
        ends
}

over_socket() {
    edits socket
}

over_http() {
    edits http
}

over_both() {
    edits both
}

# The old bot stays if the build fails, and if the new bot does not start.
failures() {
    begin "$1" && answers '"' && said 'run: the build failed with status .*; the old bot stays' && grep -q 'error:' out &&
        send 1 1 && said 'bot: one to hello 1;' || return 1
    answers three 'SLACK_EINVAL; (void)' && said 'new bot ended before it was ready, with status 1; the old one stays' &&
        send 2 2 && said 'bot: one to hello 2;' || return 1
    answers four && said 'run: the old bot has ended' && send 3 3 && said 'bot: four to hello 3;' && ends
}

failures_over_socket() {
    failures socket
}

# A bot that dies is started by the next change. Events wait meanwhile in the queue of its socket.
deaths() {
    begin http && ps -o pid= --ppid "$command" >children && kill -9 "$(tr -d ' \n' <children)" &&
        said 'run: the bot ended, with signal 9 (Killed); the next change starts it again' || return 1
    send 1 1 &
    answers two && said 'run: built' && wait $! && said 'bot: two to hello 1;' && ends
}

# expect STATUS TEXT WORD…: the command with these words.
expect() {
    status=$1 text=$2
    shift 2
    "$slackapp" run "$@" >out 2>&1
    got=$?
    if [ "$got" != "$status" ] || ! grep -q -e "$text" out; then
        echo "run $*: status $got, $(cat out)"
        return 1
    fi
}

words() {
    expect 0 'usage: slackapp run' --help && expect 2 'the bot is missing' && expect 2 'socket, http or both' --transport mail ./bot &&
        expect 2 '--loud is not an option' --loud ./bot && expect 2 'from 0 to 65535' --port x ./bot &&
        expect 1 '--build needs --watch' --build true /nowhere/bot && expect 1 'No such file' --build true --watch /nowhere ./bot
}

echo 1..6
run 'an edit over Socket Mode' over_socket
run 'an edit over HTTP' over_http
run 'an edit over both' over_both
run 'failures leave the old bot in place' failures_over_socket
run 'a bot that dies' deaths
run 'words that make no sense' words
exit $failed
