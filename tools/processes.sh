# shellcheck shell=sh
# For scripts that start processes, which source it: a folder of their own, $work, which is gone in
# the end, and so is every process that end_processes() ends, whatever happens.

work=$(mktemp -d)
pids=

# end PID…: ends them, and waits until they have.
end() {
    for pid; do
        kill "$pid" 2>/dev/null || :
    done
    for pid; do
        wait "$pid" 2>/dev/null || :
    done
}

# Those in $pids. A script that ends some of them before, and knows them by names, has its own.
end_processes() {
    # shellcheck disable=SC2086 # they are words
    end $pids
    pids=
}

finish() {
    status=$?
    trap - EXIT
    end_processes
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# until_true COMMAND…: tries it for 20 s, until it succeeds.
until_true() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || return 1
        sleep 0.05
    done
}

# run NAME FUNCTION: one line of TAP; what the function wrote is shown when it fails.
number=0
failed=0 # what the script exits with
# shellcheck disable=SC2034
run() {
    number=$((number + 1))
    if "$2" >"$work/said" 2>&1; then
        echo "ok $number - $1"
    else
        failed=1
        echo "not ok $number - $1"
        sed 's/^/# /' "$work/said"
    fi
    end_processes
}
