#!/bin/sh
# What no compiler checks. Prints every offence, and fails if there is one.
# usage: tests/lint.sh BUILD_FOLDER
# shellcheck disable=SC2046,SC2317 # paths have no spaces here; check() calls the functions
set -eu
build=${1?usage: tests/lint.sh BUILD_FOLDER}
failed=0

# check NAME COMMAND…: a check prints its offences and fails, or is silent.
check() {
    name=$1
    shift
    if said=$("$@" 2>&1); then
        echo "ok - $name"
    else
        failed=1
        printf 'not ok - %s\n%s\n' "$name" "$said"
    fi
}

format() {
    git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

shell() {
    shellcheck dev $(git ls-files .ci/run '*.sh')
}

# Letters in brackets, so that the rule does not find itself.
notes() {
    ! git grep -nwE 'TOD[O]|FIXM[E]|XX[X]' -- '*.c' '*.h' '*.md' '*.sh' '*.build' dev .ci
}

# Prints FILE:LINE:CODE of C files without their comments, and with empty strings.
code() {
    awk '
        FNR == 1 { inside = 0 }
        {
            line = $0
            gsub(/\\./, "", line)
            gsub(/\047"\047/, "", line)
            out = ""
            while (line != "") {
                if (inside) {
                    if (!(end = index(line, "*/"))) break
                    line = substr(line, end + 2)
                    inside = 0
                } else if (match(line, /"[^"]*"|\/\*|\/\//)) {
                    mark = substr(line, RSTART, 2)
                    out = out substr(line, 1, RSTART - 1)
                    if (mark == "//") break
                    if (mark == "/*") inside = 1
                    else out = out "\"\""
                    line = substr(line, RSTART + RLENGTH)
                } else {
                    out = out line
                    break
                }
            }
            print FILENAME ":" FNR ":" out
        }' "$@" </dev/null
}

# calls NAMES FILE…: prints the calls of these functions, members of a struct aside.
calls() {
    names=$1
    shift
    code "$@" | grep -E "(^|[^[:alnum:]_.>])($names)[[:space:]]*\("
}

banned_calls() {
    ! calls 'abort|exit|_exit|assert|v?printf|puts|v?sprintf|strcpy|strcat|strtok|gets|atoi' \
        $(git ls-files 'src/*.[ch]' 'include/*.h')
}

allocator() {
    ! calls 'malloc|calloc|realloc|free|strdup|strndup' \
        $(git ls-files 'src/*.[ch]' | grep -v '^src/util/alloc\.c$')
}

# slack__explain() redacts.
sentences() {
    ! git grep -nE 'printf\(error, SLACK_ERROR_TEXT_MAX|printf\([a-z>.-]+error, sizeof' -- 'src/*.c' ':!src/util/error.c'
}

# The log quotes a value itself: a quote in the format would cut the value at its first space.
log_formats() {
    ! awk '
        /SLACK_LOG\(/ { call = ""; inside = 1 }
        inside { call = call $0 }
        inside && /;$/ { inside = 0; if (call ~ /=(\\"|\047)/) print FILENAME ":" FNR }
        ' $(git ls-files 'src/*.c' 'tools/*.c') | grep .
}

headers() {
    status=0
    for header in include/slack/*.h include/slack/api/*.h; do
        unit="#include <${header#include/}>
extern int declared; /* C wants one declaration, and not every header has one */"
        echo "$unit" | clang -x c -std=c99 -pedantic -Wall -Wextra -Werror -Iinclude -fsyntax-only - ||
            status=1
        echo "$unit" | clang++ -x c++ -std=c++17 -pedantic -Wall -Wextra -Werror -Iinclude -fsyntax-only - ||
            status=1
    done
    # SLACK_JSON() turns tokens into text, which differ between the two languages.
    for compiler in 'clang -x c -std=c99' 'clang++ -x c++ -std=c++17'; do
        $compiler -pedantic -Wall -Wextra -Werror -Iinclude -fsyntax-only docs/examples/json.c ||
            status=1
    done
    return "$status"
}

# exported LIBRARY: prints its symbols.
exported() {
    nm -D --defined-only "$build/src/$1.so" | awk '{ print $3 }' | LC_ALL=C sort
}

symbols() {
    exported libslackapp | diff docs/symbols.txt -
}

# The test library has its own beside all of those.
test_symbols() {
    exported testkit/libslackapp_test | LC_ALL=C comm -13 docs/symbols.txt - | diff docs/symbols_test.txt -
}

# Doxygen says what it has no documentation for, but for enumerators and for headers without @file.
documented() {
    mkdir -p "$build/docs"
    status=0
    {
        cat docs/Doxyfile
        printf '%s\n' "OUTPUT_DIRECTORY=$build/docs" GENERATE_HTML=NO GENERATE_XML=YES
    } | doxygen - || status=1
    ! grep -L '@file' include/slack/*.h | sed 's/$/: has no @file/' | grep . || status=1
    awk '
        /<enumvalue / { inside = 1; name = ""; documented = 0 }
        inside && name == "" && /<name>/ { gsub(/.*<name>|<\/name>.*/, ""); name = $0 }
        inside && /<para>/ { documented = 1 }
        /<\/enumvalue>/ {
            inside = 0
            if (documented) next
            print name ": is not documented"
            bad = 1
        }
        END { exit bad }' "$build"/docs/xml/*_8h.xml || status=1
    return "$status"
}

static_analysis() {
    cppcheck --quiet --enable=warning,portability --std=c11 --inline-suppr --error-exitcode=1 \
        -j "$(nproc)" -Iinclude -Isrc -Itools $(git ls-files 'src/*.c' 'tools/*.c' 'examples/*.c')
}

cd "$(dirname "$0")/.."
check 'clang-format' format
check 'shellcheck' shell
check 'no notes to ourselves' notes
check 'includes run one way' tests/check_includes.sh
check 'no banned calls' banned_calls
check 'memory comes from the one allocator' allocator
check 'sentences about failures go through slack__explain()' sentences
check 'formats of the log have no quotes' log_formats
check 'public headers stand alone, as C99 and C++17' headers
check 'docs/symbols.txt is what the library exports' symbols
check 'docs/symbols_test.txt is what the test library adds' test_symbols
check 'every public symbol is documented' documented
check 'cppcheck' static_analysis
exit $failed
