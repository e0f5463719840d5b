#!/bin/sh
# Dependencies run one way. The objects of a build tell which file defines a symbol and which files
# need it. Prints each loop between the files of a folder, and each between folders, with symbols that
# make it; there are no exceptions.
# usage: check_cycles.sh [-l] BUILD_FOLDER
#   -l  only lists the loops, one a line
set -eu
unset CDPATH
export LC_ALL=C
list=
if [ "$1" = -l ]; then
    list=1
    shift
fi
cd -- "$1"

# Lines "FILE OBJECT": the library, the test kit and the tools.
objects=$(awk '
    function value(text)
    {
        sub(/^[^:]*: "/, "", text)
        sub(/",?$/, "", text)
        return text
    }
    /^ *"file": / {
        count = split(value($0), part, "/")
        for (top = count; top > 1 && part[top] != "src" && part[top] != "tools"; top--);
        for (file = part[top]; top < count; ) file = file "/" part[++top]
    }
    /^ *"output": / && value($0) ~ /^(src\/|tools\/|slackapp\.p\/)/ { print file, value($0) }
' compile_commands.json)
if [ -z "$objects" ]; then
    echo "$PWD/compile_commands.json names no objects" >&2
    exit 2
fi

# shellcheck disable=SC2046 # a list of paths, none of which has a space
symbols=$(nm -A -P -g $(echo "$objects" | cut -d' ' -f2))

printf '%s\n' "$objects" "$symbols" | awk -v list="$list" '
function folder_of(file)
{
    sub(/\/[^\/]*$/, "", file)
    return file
}

# Notes that from needs to, and the first reasons.
function need(from, to, reason)
{
    if (from == to || (from, to, reason) in noted) return
    noted[from, to, reason]
    if (!needed[from, to]++) needs[from] = needs[from] " " to
    if (needed[from, to] <= 2) reasons[from, to] = reasons[from, to] ", " reason
}

# Marks what node needs, near or far, as reached from start.
function reach(start, node, other, count, i)
{
    count = split(needs[node], other, " ")
    for (i = 1; i <= count; i++) {
        if ((start, other[i]) in reached) continue
        reached[start, other[i]]
        reach(start, other[i])
    }
}

# The loop that start is in: the names of all, or "".
function loop_of(start, all, total, i, loop)
{
    for (i = 1; i <= total; i++)
        if ((start, all[i]) in reached && (all[i], start) in reached) loop = loop " " all[i]
    return substr(loop, 2)
}

function explain(loop, node, count, i, k, more)
{
    count = split(loop, node, " ")
    print "loop of " count ": " loop
    for (i = 1; i <= count; i++)
        for (k = 1; k <= count; k++) {
            if (!((node[i], node[k]) in needed)) continue
            more = needed[node[i], node[k]] - 2
            print "    " node[i] " needs " node[k] ": " substr(reasons[node[i], node[k]], 3) \
                (more > 0 ? " and " more " more" : "")
        }
}

function check(all, total, i, loop)
{
    for (i = 1; i <= total; i++) reach(all[i], all[i])
    for (i = 1; i <= total; i++) {
        loop = loop_of(all[i], all, total)
        if (loop == "" || loop in seen) continue
        seen[loop]
        if (list) print loop
        else {
            explain(loop)
            bad = 1
        }
    }
}

NF == 2 {
    file_of[$2] = $1
    if (!($1 in is_file)) file[++files] = $1
    is_file[$1]
    if (!(folder_of($1) in is_folder)) folder[++folders] = folder_of($1)
    is_folder[folder_of($1)]
    next
}

{
    user = file_of[substr($1, 1, length($1) - 1)]
    if (!($2 in users)) symbol[++symbols] = $2
    if ($3 ~ /^[UvwVW]$/) users[$2] = users[$2] " " user
    if ($3 ~ /^[VW]$/) weak[$2] = weak[$2] " " user
    if ($3 !~ /^[UvwVW]$/) strong[$2] = strong[$2] " " user
    readable[user]
}

END {
    for (i = 1; i <= files; i++)
        if (!(file[i] in readable)) {
            print file[i] ": nm reads no symbols of its object"
            exit 1
        }
    # A user needs each strong definition, as several programs may have one each. Without a strong one
    # it needs each weak one, as the order of the linker chooses. A weak definition counts as a use.
    for (i = 1; i <= symbols; i++) {
        count = split(users[symbol[i]], user_of, " ")
        defined = split(symbol[i] in strong ? strong[symbol[i]] : weak[symbol[i]], definer, " ")
        for (k = 1; k <= count * defined; k++) {
            from = user_of[(k - 1) % count + 1]
            to = definer[int((k - 1) / count) + 1]
            if (folder_of(from) == folder_of(to)) need(from, to, symbol[i])
            else need(folder_of(from), folder_of(to), symbol[i] " in " from)
        }
    }
    check(file, files)
    check(folder, folders)
    exit bad
}'
