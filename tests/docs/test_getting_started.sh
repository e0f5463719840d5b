#!/bin/sh
# docs/getting-started.md, line by line: its `sh` blocks run in order in an empty folder against an installed
# library, and the `text` block behind one is what it prints. `console` blocks need Slack or root.
# usage: tests/docs/test_getting_started.sh SOURCE_FOLDER BUILD_FOLDER
# shellcheck disable=SC2317 # run calls the functions
set -u
source=$(cd "${1?usage: tests/docs/test_getting_started.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
build=$(cd "${2?usage: tests/docs/test_getting_started.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
# shellcheck source=tests/support/installed.sh
. "$source/tests/support/installed.sh"

install_library "$work" || exit 1
PATH=$prefix/bin:$PATH
export PATH LD_LIBRARY_PATH="$libdir"

# Blocks of the page: NUMBER.sh and NUMBER.text, in its order.
mkdir "$work/blocks" "$work/home"
awk -v folder="$work/blocks/" '
    /^```(sh|text)$/ { inside = 1; name = sprintf("%s%02d.%s", folder, ++count, substr($0, 4)); printf "" >name; next }
    /^```/ { inside = 0; next }
    inside { print >name }' "$source/docs/getting-started.md"
cd "$work/home" || exit 1

logged() { grep -q "$1" "$work/run.log"; }

# `slackapp run` stays in its terminal: here, in the background, with a port of the kernel.
start() {
    sed 's/^slackapp run /exec slackapp run --port 0 --port-file port /' "$1" >"$work/run.sh"
    sh "$work/run.sh" >"$work/run.log" 2>&1 &
    pids=$!
    until_true logged 'run: the bot is ready' || { cat "$work/run.log"; return 1; }
    SLACKAPP_SIM=http://127.0.0.1:$(cat port) && export SLACKAPP_SIM
}

# The lines of a text block are in what the block before it has printed, or soon will.
shows() {
    while read -r line; do
        grep -qF -- "$line" "$work/out" && continue
        sh -e "$2" >"$work/out" 2>&1
        until_true says "$line" "$2" || { echo "not shown: $line" && cat "$work/out"; return 1; }
    done <"$1"
}
says() { tail -n 1 "$2" >"$work/last" && sh -e "$work/last" >"$work/out" 2>&1 && grep -qF -- "$1" "$work/out"; }

step() {
    case $block in
        *.text) shows "$block" "$before" ;;
        *)
            before=$block
            if grep -q '^slackapp run ' "$block"; then start "$block"; return; fi
            # Each block goes on in the folder where the one before it ended.
            { cat "$block" && echo "pwd >'$work/folder'"; } >"$work/step"
            sh -e "$work/step" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }
            cd "$(cat "$work/folder")" || return 1
            ! grep -q '^sed -i' "$block" || until_true logged 'run: the old bot has ended' || { cat "$work/run.log"; return 1; }
            ;;
    esac
}

walk() {
    before=
    for block in "$work"/blocks/*; do
        step || { echo "in the block: $(cat "$block")" && return 1; }
    done
}

echo 1..1
run 'each command of the page does what the page says' walk
exit $failed
