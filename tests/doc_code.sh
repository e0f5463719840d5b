#!/bin/sh
# Each ```c block of a page must stand word for word in one of the files, which the tests build and run.
# usage: doc_code.sh PAGE FILE...
set -eu
page=${1?usage: doc_code.sh PAGE FILE...}
: "${2?usage: doc_code.sh PAGE FILE...}"
shift

awk -v page="$page" '
    FILENAME != page { code = code $0 "\n"; next }
    /^```c$/ { inside = 1; block = ""; start = FNR; next }
    /^```$/ && inside {
        inside = 0
        blocks++
        if (!index(code, block)) {
            printf "%s:%d: this code is in no file that the tests build\n", page, start
            bad = 1
        }
        next
    }
    inside { block = block $0 "\n" }
    END {
        if (!blocks) print page ": has no code"
        exit bad || !blocks
    }' "$@" "$page"
