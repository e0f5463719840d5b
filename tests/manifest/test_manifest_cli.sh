#!/bin/sh
# `slackapp manifest` over the examples, each of which carries its manifest, and over programs that are no bots.
# usage: tests/manifest/test_manifest_cli.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/manifest/test_manifest_cli.sh BUILD_FOLDER}" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
cd "$work" || exit 1

examples() {
    for file in "$source"/examples/*.c; do
        name=$(basename "$file" .c)
        [ "$name" != bot_test ] || continue
        client=
        [ "$name" != distributed ] || client="SLACK_CLIENT_ID=1.2 SLACK_CLIENT_SECRET=0123456789abcdef0123456789abcdef
            SLACK_REDIRECT_URI=https://bot.example.com/slack/oauth_redirect SLACK_SIGNING_SECRET=0123456789abcdef0123456789abcdef"
        # shellcheck disable=SC2086 # they are words
        if ! env -i PATH="$PATH" $client "$build/slackapp" manifest "$build/examples/$name" >"$name" 2>notes ||
            ! diff -u "$source/examples/$name.manifest.json" "$name"; then
            cat notes
            return 1
        fi
    done
}

# expect STATUS TEXT WORD…: the command with these words.
expect() {
    status=$1 text=$2
    shift 2
    timeout 20 "$build/slackapp" manifest "$@" >out 2>&1
    got=$?
    if [ "$got" != "$status" ] || ! grep -q -e "$text" out; then
        echo "manifest $*: status $got, $(cat out)"
        return 1
    fi
}

words() {
    hello=$build/examples/hello
    expect 0 'usage: slackapp manifest' --help && expect 2 'the bot is missing' && expect 2 'socket, http or both' --transport x "$hello" &&
        expect 2 'https://' --url http://a "$hello" && expect 2 '35 characters' --name 123456789012345678901234567890123456 "$hello" &&
        expect 1 'cannot start ./nothing' ./nothing && expect 1 'ended with status 0 without' true &&
        expect 1 'cannot start -x' -x "$hello" && expect 2 'is not an option' --loud "$hello" && expect 2 'needs a value' --name &&
        expect 0 'replace https://bot.example.com' --transport http "$hello" &&
        expect 1 'cannot write /nowhere/x' --output /nowhere/x "$hello" &&
        expect 0 'declares no calls' --output file --name Greeter -- "$hello" && grep -q '"name": "Greeter"' file
}

# A bot that prints, dies, or gives nonsense.
strangers() {
    # shellcheck disable=SC2016 # the script's own variable
    printf '#!/bin/sh\necho "{}" >"$SLACK_DESCRIBE"\n' >nonsense
    printf '#!/bin/sh\nkill -9 $$\n' >dies
    printf '#!/bin/sh\necho noise\nexec "%s"\n' "$build/examples/hello" >noisy
    chmod +x nonsense dies noisy
    expect 1 'without a description' ./nonsense && expect 1 'signal 9' ./dies && "$build/slackapp" manifest ./noisy >out 2>err &&
        grep -q noise err && ! grep -q noise out
}

# A manifest that somebody has edited: checked, merged, pruned.
edited() {
    hello=$build/examples/showcase
    sed '/"app_mention",/d; s/"Runs .echo"/"Says it again"/; s/"chat:write"/"chat:write", "users:read"/' "$source/examples/showcase.manifest.json" >edited
    expect 1 'listener event:app_mention takes app_mention' --check edited "$hello" && grep -q '1 bad, 1 warning' out &&
        expect 1 '"good":false,"bad":1,"warning":1' --check edited --json "$hello" &&
        "$build/slackapp" manifest --merge edited --output merged "$hello" || return 1
    grep -q '"Says it again"' merged && grep -q '"users:read"' merged &&
        expect 0 '0 bad, 1 warning' --check merged "$hello" &&
        expect 0 '"app_mention"' --merge merged --prune "$hello" && ! grep -q 'users:read' out && cp out pruned &&
        expect 0 'has what the bot needs' --check pruned "$hello" &&
        expect 0 'has what the bot needs' --check "$source/examples/showcase.manifest.json" "$hello" || return 1
    # Over HTTP the place of the URLs is that of the manifest.
    sed 's/"socket_mode_enabled": true/"socket_mode_enabled": false/; s|"is_enabled": true|"is_enabled": true, "request_url": "https://my.example/a"|' edited >http
    expect 0 '"https://my.example/slack/events"' --merge http "$hello" && ! grep -q 'my.example/a' out || return 1
    echo 'a: b' >yaml
    expect 1 'yaml is no manifest in JSON' --check yaml "$hello" && expect 1 'cannot read gone: No such' --merge gone "$hello" &&
        expect 2 'exclude each other' --merge edited --check edited "$hello" && expect 2 'prune belongs to --merge' --prune "$hello" &&
        expect 2 'json belongs to --check' --json "$hello" && expect 2 'writes no manifest' --check edited --output x "$hello"
}

guides() { "$source/tests/manifest/guide_lines.py" "$source"; }

echo 1..5
run 'each example carries its manifest' examples
run 'words that make no sense' words
run 'programs that are no bots' strangers
run 'a manifest that was edited' edited
run 'the guides say what the examples need' guides
exit $failed
