#!/bin/sh
# Each template of `slackapp new`, against an installed library: it builds by make and by Meson, with gcc and
# with clang, passes its test, has the manifest of its bot, and answers the simulator over both transports.
# Meson takes its time: it builds only `hello` with both compilers.
# usage: tests/new/test_new.sh SOURCE_FOLDER BUILD_FOLDER
# shellcheck disable=SC2317 # run calls the functions
set -u
source=$(cd "${1?usage: tests/new/test_new.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
build=$(cd "${2?usage: tests/new/test_new.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
slackapp=$build/slackapp
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
# shellcheck source=tests/support/installed.sh
. "$source/tests/support/installed.sh"

install_library "$work" || exit 1
export LD_LIBRARY_PATH="$libdir"
cd "$work" || exit 1

refuses() {
    wanted=$1
    shift
    "$slackapp" new "$@" >out 2>&1
    status=$?
    [ "$status" = "$wanted" ] || { echo "new $*: status $status"; cat out; return 1; }
}

words() {
    refuses 2 && refuses 2 a b && refuses 2 full/../bot && grep -q 'lower-case letters' out && [ ! -e bot ] &&
        refuses 2 --template nothing bot && grep -q 'hello, agent, distributed or worker' out && [ ! -e bot ] &&
        mkdir full empty && : >full/file && refuses 1 full && grep -q 'not empty' out &&
        [ "$(ls -A full)" = file ] && refuses 0 empty && [ -f empty/.slack/hooks.json ] &&
        "$slackapp" new --list | grep -q '^  worker'
}

makes() {
    "$slackapp" new --template "$template" "$template-bot" && [ -f "$template-bot/listeners_test.c" ]
}

by_make() {
    for compiler in gcc clang; do
        command -v "$compiler" >/dev/null || continue
        make -B CC="$compiler" CFLAGS=-Werror "build/$template-bot" test || return 1
    done
    make clean
}

by_meson() {
    compilers=gcc
    [ "$template" != hello ] || compilers='clang gcc'
    for compiler in $compilers; do
        command -v "$compiler" >/dev/null || continue
        rm -rf build
        CC=$compiler meson setup --werror build && meson test -C build && meson compile -C build || return 1
    done
}

same_manifest() {
    if [ "$template" = distributed ]; then
        SLACK_CLIENT_ID=1.2 SLACK_CLIENT_SECRET=0123456789abcdef0123456789abcdef \
            SLACK_REDIRECT_URI=https://bot.example.com/slack/oauth_redirect \
            "$slackapp" manifest --transport http --url https://bot.example.com "build/$template-bot" >made.json
    else
        "$slackapp" manifest "build/$template-bot" >made.json
    fi
    diff manifest.json made.json
}

said() {
    until_true grep -q "$1" out || { echo "not said: $1"; cat out; return 1; }
}

# answers TRANSPORT: by the words of the project's README.
answers() {
    rm -f port out ./*.db*
    "$slackapp" run --transport "$1" --port 0 --port-file port "build/$template-bot" >out 2>&1 &
    pids=$!
    said 'run: the bot is ready' && SLACKAPP_SIM=http://127.0.0.1:$(cat port) && export SLACKAPP_SIM || return 1
    [ "$1" = socket ] || said 'request URL verified' || return 1
    line=$(sed -n 's/^slackapp sim send //p' README.md)
    # shellcheck disable=SC2086 # they are words
    "$slackapp" sim send $line && said "$answer"
}

over_socket() {
    answers socket
}

over_http() {
    answers http
}

echo 1..25
run 'wrong words, and folders in the way, are refused with the cure' words
while read -r template answer; do
    cd "$work" || exit 1
    run "$template: the folder is made" makes
    cd "$work/$template-bot" || exit 1
    run "$template: make builds it without warnings, and its test passes" by_make
    run "$template: Meson builds it without warnings, and its test passes" by_meson
    run "$template: its manifest is that of its bot" same_manifest
    run "$template: it answers over Socket Mode" over_socket
    run "$template: it answers over HTTP" over_http
done <<END
hello bot: Hey there
agent bot: Hello! What would you like to know?
distributed bot: Hey there
worker bot: Report on sales: 5 letters
END
exit $failed
