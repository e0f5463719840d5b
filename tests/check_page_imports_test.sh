#!/bin/sh
# Breaks every rule of check_page_imports.sh once, in a page of its own, and wants each break found
# and nothing else. Speaks TAP.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/check_page_imports.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
page=$tree/tools/sim/page
count=0
failed=0

# put FILE LINE: adds a line to a file of the page.
put() {
    mkdir -p "$(dirname "$page/$1")"
    echo "$2" >>"$page/$1"
}

report() {
    count=$((count + 1))
    case $1 in
    *"$2"*) echo "ok $count - $3" ;;
    *)
        failed=1
        echo "not ok $count - $3"
        printf 'wanted: %s\ngot:    %s\n' "$2" "$1" | sed 's/^/# /'
        ;;
    esac
}

# breaks FILE LINE SENTENCE: with that line the check fails, in one sentence.
breaks() {
    cp -R "$page" "$page.sound"
    put "$1" "$2"
    if found=$("$check" "$tree" 2>&1); then found="nothing"; fi
    [ "$(echo "$found" | grep -c ': ')" -le 3 ] || found="too much: $found"
    report "$found" "$3" "$1: $2"
    rm -rf "$page"
    mv "$page.sound" "$page"
}

put main.js 'import { drawBlocks } from "./blocks/blocks.js";'
put main.js 'import { Page } from "./state/page.js";'
put base/dom.js 'export function h() {}'
put text/text.js 'import { h } from "../base/dom.js";'
put text/text.js 'import { parseMrkdwn } from "./mrkdwn.js";'
put text/mrkdwn.js 'export function parseMrkdwn() {}'
put state/page.js 'import { emoji } from "../text/emoji.js";'
put elements/place.js 'import { drawText } from "../text/text.js";'
put blocks/blocks.js 'import { perform } from "../elements/place.js";'
put blocks/blocks.js ' * @param {import("../elements/place.js").Context} context'
put page.css '@import "base/base.css";'
put base/base.css 'a { color: red; }'
if found=$("$check" "$tree" 2>&1); then found="sound"; fi
report "$found" sound "a sound page has no breaks"

breaks base/dom.js 'import { drawText } from "../text/text.js";' 'base/dom.js:2: imports ../text/text.js: base/ may import no other folder'
breaks elements/place.js 'import { Page } from "../state/page.js";' 'elements/place.js:2: imports ../state/page.js: elements/ may import only base text'
breaks elements/place.js ' * @param {import("../blocks/blocks.js").Context} context' 'elements/place.js:2: imports ../blocks/blocks.js'
breaks elements/place.js '} from "../blocks/blocks.js";' 'elements/place.js:2: imports ../blocks/blocks.js'
breaks main.js 'import { gone } from "./base/gone.js";' 'main.js:3: imports ./base/gone.js: there is no such file'
breaks page.css '@import "base/gone.css";' 'page.css:2: imports base/gone.css: there is no such file'
breaks base/unused.js 'export const unused = 1;' 'base/unused.js: nothing imports it'
breaks base/unused.css 'a { color: red; }' 'base/unused.css: nothing imports it'
breaks other/other.js 'import { h } from "../base/dom.js";' 'other/ has no line'
breaks text/mrkdwn.js 'import { drawText } from "./text.js";' 'loop'

echo "1..$count"
exit $failed
