#!/bin/sh
# The defences that meson.build asks for are in the library and in the programs: what checksec prints.
# usage: tests/test_hardening.sh BUILD_FOLDER true|false CC [ARGUMENT…]
# The second argument says whether the build has _FORTIFY_SOURCE.
# shellcheck disable=SC2317 # run calls the functions
set -u
build=${1?usage: tests/test_hardening.sh BUILD_FOLDER true|false CC}
fortified=$2
shift 2
cc="$*"
# shellcheck source=tools/processes.sh
. "$(dirname "$0")/../tools/processes.sh"
libraries="$build/src/libslackapp.so $build/src/testkit/libslackapp_test.so"
programs="$build/slackapp $build/examples/hello"
objects=$build/src/libslackapp.a

# has OPTIONS PATTERN FILE, lacks OPTIONS PATTERN FILE: what readelf prints of a file.
has() {
    readelf "$1" --wide "$3" | grep -Eq -- "$2" || { echo "$3: no $2" && return 1; }
}
lacks() {
    ! readelf "$1" --wide "$3" | grep -E -- "$2"
}

position_independent() {
    for file in $programs; do
        has -d '\(FLAGS_1\).* PIE' "$file" || return 1
    done
    for file in $libraries $programs; do
        has -h 'Type: +DYN' "$file" && lacks -d TEXTREL "$file" || return 1
    done
}

full_relro() {
    for file in $libraries $programs; do
        has -l GNU_RELRO "$file" && has -d '\(FLAGS_1\).* NOW' "$file" || return 1
    done
}

no_code_is_writable() {
    for file in $libraries $programs; do
        has -l 'GNU_STACK .* RW ' "$file" && lacks -l ' (RWE|WE|W E) ' "$file" || return 1
    done
}

# A program may have no buffer on its stack, but the library in it has.
stack_protector() {
    for file in $libraries $programs; do
        has -s __stack_chk_fail "$file" || return 1
    done
}

fortify() {
    for file in $libraries $programs; do
        has -s '__[a-z]*(printf|cpy)_chk' "$file" || return 1
    done
}

# The linker marks a program only if the C library's start files are marked: so the objects are read.
branch_protection() {
    mark=IBT
    [ "$(uname -m)" = x86_64 ] || mark=BTI
    members=$(readelf -h "$objects" | grep -c '^File: ')
    marked=$(readelf -n "$objects" | grep -c "$mark")
    echo "$marked of $members objects"
    [ "$members" -gt 0 ] && [ "$marked" = "$members" ]
}

# Each of these facts is missed where it is not so.
facts_can_fail() {
    echo 'int puts(const char *); int main(int n, char **text) { return n > 1 && puts(*text); }' >"$work/bare.c"
    # shellcheck disable=SC2086 # a list of words
    $cc -c -fPIC -fno-stack-protector -fcf-protection=none "$work/bare.c" -o "$work/bare.o" ||
        $cc -c -fPIC -fno-stack-protector "$work/bare.c" -o "$work/bare.o"
    $cc -no-pie -z norelro -z lazy -z execstack "$work/bare.o" -o "$work/bare" || return 1
    objects=$work/bare.o libraries='' programs=$work/bare
    for fact in position_independent full_relro no_code_is_writable stack_protector fortify branch_protection; do
        ! $fact >"$work/missed" || { echo "$fact holds for a bare program" && return 1; }
    done
}

echo 1..7
run 'programs and libraries are position independent' position_independent
run 'addresses of functions are read-only after the start' full_relro
run 'no segment is writable and executable' no_code_is_writable
run 'stacks are protected' stack_protector
if [ "$fortified" = true ]; then
    run 'calls of the C library are checked' fortify
else
    number=$((number + 1))
    echo "ok $number - calls of the C library are checked # SKIP in this build"
fi
case $(uname -m) in
x86_64 | aarch64) run 'branches are protected' branch_protection ;;
*)
    number=$((number + 1))
    echo "ok $number - branches are protected # SKIP on this machine"
    ;;
esac
run 'a bare program has none of this' facts_can_fail
exit "$failed"
