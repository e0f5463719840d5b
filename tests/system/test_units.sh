#!/bin/sh
# The systemd units of docs/examples/systemd: systemd reads them without a complaint, their sandbox is
# tight, and every variable and credential in them is one of the app's.
# usage: tests/system/test_units.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/system/test_units.sh BUILD_FOLDER}" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
units=$source/docs/examples/systemd
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"

# Copies a bot's units under the names that they have on a machine, with a program that exists.
install_units() { # KIND: http or socket-mode
    mkdir "$work/$1" && for unit in "$units/$1".*; do
        sed "s|/usr/local/bin/mybot|$build/examples/hello|" "$unit" >"$work/$1/mybot.${unit##*.}"
    done
}

analyze() { # KIND COMMAND [OPTION…]: what systemd-analyze says about the service
    of=$work/$1
    shift
    SYSTEMD_UNIT_PATH=$of: systemd-analyze "$@" "$of/mybot.service" >"$work/analysis" 2>&1 &&
        return 0
    cat "$work/analysis"
    return 1
}

is_understood() {
    for kind in http socket-mode; do
        install_units "$kind" && analyze "$kind" verify --man=no || return 1
        if grep mybot "$work/analysis"; then return 1; fi # a warning
    done
}

# Exposure is from 0.0 to 10.0; a service without a sandbox has 9.6.
is_sandboxed() {
    for kind in http socket-mode; do
        analyze "$kind" security --no-pager --offline=yes --threshold=15 || return 1
    done
}

has_one_sandbox() {
    for kind in http socket-mode; do
        sed -n '/^# The sandbox/,$p' "$units/$kind.service" >"$work/$kind.sandbox"
    done
    grep -q '^SystemCallFilter=@system-service$' "$work/http.sandbox" &&
        diff "$work/http.sandbox" "$work/socket-mode.sandbox"
}

# No unit has a secret or a misspelt variable.
knows_its_variables() {
    sed -n 's/^LoadCredential=\([A-Z_]*\):.*/\1/p' "$units"/*.service | sort -u >"$work/credentials"
    grep -ho 'SLACK_[A-Z_]*' "$units"/* | sort -u >"$work/names"
    [ "$(wc -l <"$work/credentials")" = 4 ] && while read -r name; do
        grep -Eq "^(FILE_)?SECRET\([a-z_]*, \"$name\"" "$source/src/app/options.def" || return 1
        if grep -E "Environment=.*$name" "$units"/*.service; then return 1; fi
    done <"$work/credentials" && while read -r name; do
        grep -qF "\"$name" "$source/src/app/options.def" || { echo "$name" && return 1; }
    done <"$work/names"
}

run_if() { # CONDITION NAME FUNCTION
    if $1; then
        run "$2" "$3"
    else
        number=$((number + 1))
        echo "ok $number - $2 # SKIP there is no systemd-analyze that can do this"
    fi
}
exists() { command -v systemd-analyze >/dev/null; }
is_250() { exists && systemd-analyze security --help | grep -q -- --offline; }

run_if exists 'systemd understands the units' is_understood
run_if is_250 'the services are sandboxed' is_sandboxed
run 'both services have the same sandbox' has_one_sandbox
run 'every variable and credential is an option of the app' knows_its_variables
echo "1..$number"
exit "$failed"
