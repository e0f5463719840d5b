# shellcheck shell=sh
# For scripts that start processes and source this file. The folder $work and the processes that
# end_processes() ends are gone when the script exits, whatever happens.

# A bot refuses secrets that every user may read.
umask 077
work=$(mktemp -d)
pids=

# end PID…: terminates processes and waits for their end.
end() {
    for pid; do
        kill "$pid" 2>/dev/null || :
    done
    for pid; do
        wait "$pid" 2>/dev/null || :
    done
}

# A script that knows its processes by other names than $pids defines its own.
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

# until_true COMMAND…: repeats the command until it succeeds, for 20 s at most.
until_true() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 400 ] || return 1
        sleep 0.05
    done
}

# run NAME FUNCTION: prints one line of TAP, and the output of the function if it fails.
number=0
failed=0 # the exit status of the script
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
