#!/bin/sh
# `slackapp advise`: answers by options, by a file and by questions; its exit status; what it writes.
# usage: tests/advise/test_advise_cli.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/advise/test_advise_cli.sh BUILD_FOLDER}" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
cd "$work" || exit 1

# expect STATUS TEXT WORD…: the command with these words, and no input.
expect() {
    status=$1 text=$2
    shift 2
    timeout 20 "$build/slackapp" advise "$@" >out 2>&1 </dev/null
    got=$?
    if [ "$got" != "$status" ] || ! grep -q -e "$text" out; then
        echo "advise $*: status $got, no \"$text\" in: $(head -c 600 out)"
        return 1
    fi
}

answers() {
    printf 'platform = kubernetes\nmachines = 3\ningress = yes\n' >case
    expect 0 'Recommended: Socket Mode' && expect 0 'Recommended: HTTP' --case case &&
        expect 0 'Recommended: Socket Mode' --case case --ingress no && expect 0 'machines = 4$' --machines=4 &&
        expect 1 'Neither mode works' --audience marketplace && expect 0 '"mode":"http"' --case case --json &&
        expect 0 '| public ingress |' --markdown --part matrix && ! grep -q 'Recommended' out &&
        expect 0 'refresh_requested' --part diagram
}

wrong() {
    echo 'platform = moon' >moon
    expect 2 '\-\-platform takes kubernetes, vm, .*, not "moon"' --platform moon && expect 2 'moon, line 1: platform takes' --case moon &&
        expect 2 'cannot read nothing: No such file' --case nothing && expect 2 'machines takes a whole number' --machines 0 &&
        expect 2 'part takes decision' --part all && expect 2 'options only, not "bot"' bot && expect 2 'exclude each other' --json --markdown &&
        expect 2 'peak is 1 events a second' --rate 2 --peak 1 && expect 1 'cannot write /nowhere/x: No such' --svg /nowhere/x &&
        expect 2 'is not an option' --moon && expect 0 'usage: slackapp advise' --help && expect 2 'input ended' --ask
}

# Questions are on standard error, the answer alone on standard output. A wrong answer is asked again.
questions() {
    printf 'moon\nserverless\n\nyes\n\n\n\n700\n\n\n\n\n' >input
    "$build/slackapp" advise --ask --part decision <input >out 2>err || return 1
    grep -q 'not "moon"' err && grep -q 'platform \[vm\]' err && grep -q 'Recommended: HTTP' out &&
        grep -q 'cold-start = 700$' out && ! grep -q 'platform \[' out
}

# The image is well formed, and is of the recommended mode.
image() {
    expect 0 Recommended --svg socket.svg && expect 0 Recommended --ingress yes --machines 3 --svg http.svg &&
        python3 -c 'import sys, xml.dom.minidom as x; [x.parse(name) for name in sys.argv[1:]]' socket.svg http.svg &&
        grep -q 'WebSocket' socket.svg && grep -q 'POST, signed' http.svg
}

# The pages of these docs that rules and reports name are there, with their headings.
sources() {
    grep -ohE 'docs/[a-z/-]+\.md(#[a-z-]+)?' "$source"/tools/advise/*.def "$source"/tools/advise/*.c | sort -u >named
    [ -s named ] || return 1
    while IFS='#' read -r page heading; do
        if [ ! -f "$source/$page" ] || { [ -n "$heading" ] && ! sed -n 's/^##* //p' "$source/$page" | tr 'A-Z ' 'a-z-' | grep -qxF "$heading"; }; then
            echo "$page#$heading is not there"
            return 1
        fi
    done <named
}

echo 1..5
run 'answers by options and by a file' answers
run 'wrong answers and words' wrong
run 'questions' questions
run 'the image' image
run 'the pages that are named' sources
exit $failed
