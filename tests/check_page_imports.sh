#!/bin/sh
# The modules of the simulator's page import one way; the table below says which. Prints every import
# that breaks it as FILE:LINE with the rule, and every module or sheet that the page does not use.
# A type that a comment imports counts, too. usage: check_page_imports.sh [SOURCE_FOLDER]
set -eu
cd "${1-$(dirname "$0")/..}/tools/sim/page"

# The build makes this one.
made=text/emoji.js
pairs=$(mktemp)
trap 'rm -f "$pairs"' EXIT

bad=0
find . -name '*.js' -o -name '*.css' | sed 's|^\./||' | LC_ALL=C sort | PAIRS=$pairs MADE=$made awk '
BEGIN {
    # The modules of a folder import each other, and those of these folders. main.js imports all.
    may["base"] = ""
    may["text"] = "base"
    may["state"] = "base text"
    may["elements"] = "base text"
    may["blocks"] = "base text elements"
    may["views"] = "base text state elements blocks"
    may["messages"] = may["views"] " views"
    may["drawer"] = may["shell"] = "base state"
}

function folder_of(path) { return path ~ /\// ? substr(path, 1, index(path, "/") - 1) : "" }

# The file that an import in another one means.
function resolve(from, name)
{
    if (from ~ /\.css$/) return name
    if (sub(/^\.\.\//, "", name)) return name
    sub(/^\.\//, "", name)
    return from ~ /\// ? folder_of(from) "/" name : name
}

# Says which rule an import breaks, or "".
function broken(from, name, to, home, target)
{
    if (!(to in ours) && to != ENVIRON["MADE"]) return "there is no such file"
    home = folder_of(from)
    target = folder_of(to)
    if (home == "" || home == target) return ""
    if (!(home in may)) return home "/ has no line in tests/check_page_imports.sh"
    if (index(" " may[home] " ", " " target " ")) return ""
    return home "/ may import " (may[home] == "" ? "no other folder" : "only " may[home])
}

function look(file, line, number, name, to, rule)
{
    if (line ~ /^(import |\} from |@import )/) {
        if (line !~ /"[^"]+";$/) return # the first line of a long import
    } else if (line !~ /^ *\*.*import\("/) {
        return
    }
    name = line
    sub(/^[^"]*"/, "", name)
    sub(/".*/, "", name)
    to = resolve(file, name)
    rule = broken(file, name, to)
    if (rule != "") {
        printf "%s:%d: imports %s: %s\n", file, number, name, rule
        bad = 1
    }
    if (line ~ /^ *\*/) return
    used[to] = 1
    if (file ~ /\.js$/) print file, to > ENVIRON["PAIRS"]
}

{ ours[$0] = 1; list[++count] = $0 }

END {
    for (i = 1; i <= count; i++) {
        number = 0
        while ((getline line < list[i]) > 0) look(list[i], line, ++number)
        close(list[i])
    }
    for (i = 1; i <= count; i++) {
        if (list[i] in used || list[i] ~ /^(main\.js|page\.css)$/) continue
        printf "%s: nothing imports it\n", list[i]
        bad = 1
    }
    exit bad
}' || bad=1

tsort "$pairs" >/dev/null || bad=1
exit $bad
