#!/bin/sh
# Every crash point in src/ is one at which a test kills a bot: a file in tests/kill names it, and
# meson.build compiles its file with crash points. usage: check_points.sh SOURCE_FOLDER
set -eu
cd "$1"

files=$(grep -rl --include='*.c' 'SLACK_CRASH(' src)
status=0
for file in $files; do
    grep -qF "'../$file'" tests/meson.build && continue
    echo "tests/meson.build: crash_points lacks $file" >&2
    status=1
done
# shellcheck disable=SC2086 # a list of paths, none of which has a space
points=$(sed -n '/SLACK_CRASH(/s/[^"]*"\([^"]*\)"[^"]*/\1 /gp' $files)
[ -n "$points" ]
for point in $points; do
    grep -qF "\"$point\"" tests/kill/*.c && continue
    echo "tests/kill: no run kills a bot at the point \"$point\"" >&2
    status=1
done
exit $status
