#!/bin/sh
# Ties loops of every kind into a small tree, and one into the real library, and expects
# check_cycles.sh to find each. Speaks TAP.
# usage: check_cycles_test.sh BUILD_FOLDER COMPILER [ARGUMENT…]
set -eu
build=$1
shift
cases=13
echo "1..$cases"
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/build"
count=0
failed=0

# add FILE OBJECT: writes the lines of compile_commands.json that the check reads.
add() {
    printf '    "file": "../%s",\n    "output": "%s"\n' "$1" "$2" >>"$tree/build/compile_commands.json"
}

# compile FILE CODE [OPTION…]: makes the object of a file, in place of an earlier one.
compile() {
    object=$1.o
    mkdir -p "$tree/build/$(dirname "$1")"
    printf '%s\n' "$2" >"$tree/build/$1"
    add "$1" "$object"
    file=$tree/build/$1
    shift 2
    $compiler "$@" -c "$file" -o "$tree/build/$object"
}

# A sound tree: net needs util, and two files of util need a third.
sound() {
    rm -rf "$tree/build"
    mkdir "$tree/build"
    compile src/util/map.c 'int map(void); int map(void) { return 1; }' "$@"
    compile src/util/list.c 'int map(void); int list(void); int list(void) { return map(); }' "$@"
    compile src/util/form.c 'int map(void); int form(void); int form(void) { return map(); }' "$@"
    compile src/net/conn.c 'int list(void); int conn(void); int conn(void) { return list(); }' "$@"
}

# finds NAME TEXT…: the check fails and prints each text; with no text it prints nothing and passes.
finds() {
    name=$1
    shift
    count=$((count + 1))
    status=0
    found=$(sh "$here/check_cycles.sh" "$tree/build" 2>&1) || status=$?
    good=1
    if [ $# = 0 ]; then
        [ "$status" = 0 ] && [ -z "$found" ] || good=
    else
        [ "$status" = 1 ] || good=
    fi
    for text; do
        case $found in
        *"$text"*) ;;
        *) good= ;;
        esac
    done
    if [ "$good" ]; then
        echo "ok $count - $name"
    else
        failed=1
        echo "not ok $count - $name"
        printf 'exit %s\n%s\n' "$status" "$found" | sed 's/^/# /'
    fi
}

compiler=$*

sound
finds 'a sound tree has no loop'

compile src/util/map.c 'int form(void); int map(void); int map(void) { return form(); }'
finds 'a loop between files' 'loop of 2: src/util/map.c src/util/form.c' \
    'src/util/map.c needs src/util/form.c: form' 'src/util/form.c needs src/util/map.c: map'

sound
compile src/util/map.c 'int conn(void); int map(void); int map(void) { return conn(); }'
finds 'a loop between folders' 'loop of 2: src/util src/net' \
    'src/util needs src/net: conn in src/util/map.c' 'src/net needs src/util: list in src/net/conn.c'

sound
compile src/util/map.c 'int form(void); int map(void); int map(void) { return 1; }
extern int (*const table[])(void); int (*const table[])(void) = {map, form};'
finds 'a loop through a table of functions' 'src/util/map.c needs src/util/form.c: form'

sound
compile src/util/map.c 'extern int level; int map(void); int map(void) { return level; }'
compile src/util/form.c 'int map(void); extern int level; int level = 1;
int form(void); int form(void) { return map(); }'
finds 'a loop through a variable' 'src/util/map.c needs src/util/form.c: level'

sound
compile src/util/map.c 'int hook(void); __attribute__((weak)) int hook(void) { return 0; }
int map(void); int map(void) { return hook(); }'
finds 'a weak definition needs nothing'
compile src/util/form.c 'int map(void); int hook(void); int hook(void) { return map(); }'
finds 'a weak definition that is replaced needs the one in its place' \
    'src/util/map.c needs src/util/form.c: hook'

sound
compile src/util/map.c 'int form(void); int map(void);
__attribute__((weak)) int map(void) { return form(); }'
finds 'a loop through a weak definition' 'src/util/form.c needs src/util/map.c: map'

sound
compile src/util/map.c 'int list(void); int map(void);
__attribute__((weak)) int map(void) { return list(); }'
compile src/util/other.c 'int map(void); __attribute__((weak)) int map(void) { return 2; }'
finds 'a loop through one of two weak definitions' 'src/util/list.c needs src/util/map.c: map' \
    'src/util/map.c needs src/util/other.c: map'

sound
compile src/util/map.c 'int list(void); int map(void); int map(void) { return list(); }'
compile src/util/other.c 'int map(void); int map(void) { return 2; }'
finds 'a loop through one of the definitions of two programs' 'src/util/list.c needs src/util/map.c: map'

sound
compile src/util/empty.c 'typedef int empty;'
finds 'an object that nm cannot read is no pass' 'src/util/empty.c'

sound -O2 -flto
compile src/util/map.c 'int form(void); int map(void); int map(void) { return form(); }' -O2 -flto
finds 'a loop in objects for link-time optimization' 'loop of 2: src/util/map.c src/util/form.c'

# One call upward, beside the objects of the library.
rm -rf "$tree/build"
mkdir "$tree/build" "$tree/build/src"
ln -s "$build/tools" "$build/slackapp.p" "$tree/build"
ln -s "$build"/src/* "$tree/build/src"
cp "$build/compile_commands.json" "$tree/build"
add src/util/upward.c src/upward.o
echo 'void slack_app_free(void *app); void upward(void); void upward(void) { slack_app_free(0); }' |
    $compiler -xc -c - -o "$tree/build/src/upward.o"
finds 'one call from util to the app' ' src/util' 'slack_app_free in src/util/upward.c'

[ "$count" = "$cases" ] || failed=1
exit $failed
