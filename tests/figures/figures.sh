#!/bin/sh
# Prints the figures that tell how the tree is laid out.
# usage: figures.sh [-v] SOURCE_FOLDER BUILD_FOLDER, compiled with -finstrument-functions
#   -v  also lists the small helpers and the hops
set -eu
unset CDPATH
export LC_ALL=C
verbose=
if [ "$1" = -v ]; then
    verbose=-v
    shift
fi
build=$(cd -- "$2" && pwd)
here=$(cd -- "$(dirname -- "$0")" && pwd)
cd -- "$1"

# The tags of some files: "NAME FILE KIND LINE END STATIC TYPE", separated by tabs.
tags() {
    kinds=$1
    shift
    ctags --languages=C --langmap=C:.c.h --kinds-C="$kinds" --fields=+nezks --sort=no -o - "$@" |
        awk -F'\t' '{
            line = end = type = is_static = ""
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^kind:/) kind = substr($i, 6)
                else if ($i ~ /^line:/) line = substr($i, 6)
                else if ($i ~ /^end:/) end = substr($i, 5)
                else if ($i ~ /^(struct|union):/) type = $i
                else if ($i == "file:") is_static = 1
            }
            print $1 "\t" $2 "\t" kind "\t" line "\t" end "\t" is_static "\t" type
        }'
}

echo 'Loops, by tests/check_cycles.sh: the number of files or folders in each'
"$here/../check_cycles.sh" -l "$build" | awk '
    { printf "%6d  %s …\n", NF, $1 }
    END { if (!NR) print "     0" }'

# Options and limits are values that a caller fills in. A member of an anonymous struct counts as one
# of the struct around it.
echo
echo 'Structs of state with the most fields, in src and tools; without *_options and *_limits'
# shellcheck disable=SC2046 # a list of paths, none of which has a space
tags m $(find src tools -name '*.[ch]' | sort) | awk -F'\t' '
    { sub(/::.*/, "", $7); sub(/^struct:/, "", $7) }
    $7 != "" && $7 !~ /^union:|^__anon|_(options|limits)$/ { count[$2 "  " $7]++ }
    END { for (name in count) printf "%6d  %s\n", count[name], name }' | sort -k1,1nr -k2 | head -n 10

echo
# shellcheck disable=SC2046
tags f $(find src -name '*.c' | sort) >"$build/functions.tags"
# shellcheck disable=SC2046
tags p $(find src -name '*.c' | sort) >>"$build/functions.tags"
# A small helper: a static function of at most ten lines with one mention in its file, which is a call.
# shellcheck disable=SC2046
awk -F'\t' -v verbose="$verbose" '
function without_comments(text, rest, at)
{
    rest = ""
    while (text != "") {
        at = index(text, in_comment ? "*/" : "/*")
        if (!in_comment) rest = rest (at ? substr(text, 1, at - 1) : text)
        if (!at) break
        text = substr(text, at + 2)
        in_comment = !in_comment
    }
    gsub(/"([^"\\]|\\.)*"/, "\"\"", rest)
    return rest
}

FNR == NR {
    if ($3 ~ /^f/) {
        lines[++functions] = $5 - $4 + 1
        place[functions] = $2 ":" $4 ": " $1
        begins[$2, $4] = $1
        if ($6) {
            is_static[$2, $1] = functions
            statics++
        }
    } else {
        declared[$2, $4, $1]
    }
    next
}

FNR == 1 { in_comment = 0 }
{
    text = without_comments($0)
    skip = begins[FILENAME, FNR]
    count = split(text, word, /[^A-Za-z0-9_]+/)
    for (i = 1; i <= count; i++) {
        if (!((FILENAME, word[i]) in is_static)) continue
        if (word[i] == skip) {
            skip = ""
            continue
        }
        if ((FILENAME, FNR, word[i]) in declared) continue
        mentions[FILENAME, word[i]]++
        if (text ~ ("(^|[^A-Za-z0-9_])" word[i] "\\(")) calls[FILENAME, word[i]]++
    }
}

END {
    for (key in is_static) {
        if (mentions[key] != 1 || calls[key] != 1) continue
        one++
        if (lines[is_static[key]] > 10) continue
        small++
        if (verbose) print lines[is_static[key]], place[is_static[key]] | "sort -k2"
    }
    close("sort -k2")
    for (i = 1; i <= functions; i++) {
        size[lines[i]]++
        if (lines[i] > largest) {
            largest = lines[i]
            where = place[i]
        }
    }
    for (n = 1; n <= largest; n++) {
        below += size[n]
        if (!median && below * 2 >= functions) median = n
        if (!tenth && below * 10 >= functions * 9) tenth = n
    }
    print "Functions in src: " functions ", of which static " statics
    print "  largest " largest " lines (" where "), median " median ", 90th percentile " tenth
    print "  statics with one caller " one ", of which at most 10 lines long " small
}' "$build/functions.tags" $(find src -name '*.c' | sort)

echo
echo 'File hops of one message over HTTP with SQLite and one slack_say()'
# shellcheck disable=SC2086 # an option or none
"$here/hops.sh" $verbose "$build"

echo
find tests -type f ! -name package-lock.json -exec cat {} + | awk 'END { print "Lines of tests: " NR }'
