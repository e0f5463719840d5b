#!/bin/sh
# Builds a bot against the library in each of the ways that README.md shows, with the page's own files.
# usage: tests/test_builds.sh SOURCE_FOLDER BUILD_FOLDER
# shellcheck disable=SC2317 # run calls the functions
set -u
source=$(cd "${1?usage: tests/test_builds.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
build=$(cd "${2?usage: tests/test_builds.sh SOURCE_FOLDER BUILD_FOLDER}" && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
# shellcheck source=tests/support/installed.sh
. "$source/tests/support/installed.sh"

# block NAME: prints the page's code of that language.
block() {
    awk -v name="$1" '/^```/ { inside = $0 == "```" name; next } inside' "$source/README.md"
}

# The library in a prefix of its own, and the bot's folder: always the same, which compiler caches like.
folder=$build/tests/builds
rm -rf "$folder"
install_library "$folder"
mkdir -p "$folder/subprojects/slackapp"
cd "$folder" || exit 1
cp "$source/examples/hello.c" bot.c
cp "$source/examples/bot_test.c" .
mkdir wrap
ln -s "$source/examples" . # the bot's test reads a recording
ln -s "$source/examples" wrap

# The bot is right when it asks for its token.
starts() {
    "$@" 2>&1 | grep SLACK_BOT_TOKEN
}

by_pkg_config() {
    [ "$(pkg-config --cflags --libs slackapp)" = "-I$prefix/include -L$libdir -lslackapp " ] || return 1
    # shellcheck disable=SC2046 # flags are words
    cc bot.c $(pkg-config --cflags --libs slackapp) -o bot &&
        starts env LD_LIBRARY_PATH="$libdir" ./bot &&
        cc bot_test.c $(pkg-config --cflags --libs slackapp_test) -o bot_test &&
        LD_LIBRARY_PATH="$libdir" ./bot_test
}

by_make() {
    block make >Makefile
    make -B bot && starts ./bot
}

by_cmake() {
    block cmake >CMakeLists.txt
    cmake -S . -B cmake && cmake --build cmake && starts cmake/bot
}

# As a subproject the library needs no other folder than these, and asks no network.
by_wrap() {
    block meson >meson.build
    block ini >subprojects/slackapp.wrap
    for name in meson.build meson_options.txt src include; do
        ln -s "$source/$name" subprojects/slackapp
    done
    PKG_CONFIG_PATH='' meson setup -Doptimization=0 wrap && meson compile -C wrap && starts wrap/bot &&
        meson test -C wrap | tee "$work/tests" && grep '^Ok: *1 *$' "$work/tests"
}

echo 1..4
while read -r way tool; do
    if command -v "$tool" >/dev/null; then
        run "a bot is built by $way" "by_$way"
    else
        number=$((number + 1))
        echo "ok $number - a bot is built by $way # SKIP there is no $tool"
    fi
done <<END
pkg_config pkg-config
make make
cmake cmake
wrap meson
END
exit $failed
