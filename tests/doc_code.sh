#!/bin/sh
# Each ```c block of a page must stand word for word in a file that the tests build and run.
# usage: doc_code.sh PAGE FILE
set -eu
page=${1?usage: doc_code.sh PAGE FILE}
file=${2?usage: doc_code.sh PAGE FILE}

awk -v page="$page" '
    FNR == NR { code = code $0 "\n"; next }
    /^```c$/ { inside = 1; block = ""; start = FNR; next }
    /^```$/ && inside {
        inside = 0
        blocks++
        if (!index(code, block)) {
            printf "%s:%d: this code is not in %s\n", page, start, ARGV[1]
            bad = 1
        }
        next
    }
    inside { block = block $0 "\n" }
    END {
        if (!blocks) print page ": has no code"
        exit bad || !blocks
    }' "$file" "$page"
