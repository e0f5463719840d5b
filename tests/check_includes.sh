#!/bin/sh
# Includes run one way; the table below says which. Prints every #include that breaks it as
# FILE:LINE with the rule. usage: check_includes.sh [SOURCE_FOLDER]
set -eu
cd "${1-$(dirname "$0")/..}"

files=$(for top in include src tools examples tests; do
    [ ! -d "$top" ] || find "$top" -name '*.[ch]' -o -name '*.inc' -o -name '*.def'
done | LC_ALL=C sort)

# shellcheck disable=SC2086 # a list of paths, none of which has a space
printf '%s\n' $files | awk '
BEGIN {
    # What a layer may include beside itself.
    below["util"] = "include"
    below["protocol"] = "include util"
    below["net"] = below["protocol"] " protocol"
    below["store"] = below["webapi"] = below["net"] " net"
    below["transport"] = below["store"] " store webapi"
    below["wire"] = below["net"] " net webapi transport"
    below["ops"] = below["listeners"] = below["identity"] = below["transport"] " transport"
    below["context"] = below["ops"] " ops listeners identity"
    below["dispatch"] = below["context"] " context"
    below["inbox"] = below["dispatch"] " dispatch"
    below["app"] = below["inbox"] " inbox"
    below["transports.c"] = below["transport"] " transport wire"
    below["testkit"] = below["app"] " app wire"
    below["sim"] = below["store"] " store"
    below["tools"] = below["testkit"] " sim testkit"

    split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal " \
          "stdarg stdbool stddef stdint stdio stdlib string tgmath time wchar wctype", names, " ")
    for (i in names) standard[names[i] ".h"] = 1
}

# The folder that a file belongs to, and the layer of that folder: each transport is a wire.
function home_of(path, part)
{
    split(path, part, "/")
    if (path == "src/transports.c" || path == "src/transports.h") return "transports.c"
    if (path ~ /^tools\/sim\//) return "sim"
    return part[1] == "src" ? part[2] : part[1]
}
function layer_of(home)
{
    return home ~ /^transport_/ ? "wire" : home
}

# The file of the repository that an #include means, or "" for other files.
function resolve(from, name, quoted, folder, i, tries)
{
    folder = from
    sub(/[^\/]*$/, "", folder)
    tries = split((quoted ? folder name " " : "") "include/" name " src/" name " tools/" name, try, " ")
    for (i = 1; i <= tries; i++)
        if (try[i] in ours) return try[i]
    return ""
}

# Says which rule an include breaks, or "".
function broken(from, name, quoted, to, home, target)
{
    home = home_of(from)
    if (home ~ /^(tests|testkit)$/ && name ~ /^(app\/app|context\/ctx)\.h$/)
        return "tests and the test kit look into the app through app/inspect.h"
    if (home == "tests") return ""
    if (name ~ /(^|\/)\.\.?\//) return "no path of an include has . or .. in it"
    to = resolve(from, name, quoted)
    if (home == "include") {
        if (to ~ /^include\// || (!quoted && name in standard)) return ""
        return "a public header includes public and C standard headers only"
    }
    if (home == "examples")
        return !quoted && (to == "" || to ~ /^include\//) ? "" : "an example includes <slack/...> and system headers only"
    if (home ~ /^(util|protocol|listeners)$/ && name ~ /^(uv\.h|uv\/|curl\/|llhttp\.h|wslay\/)/)
        return home " knows no I/O library"
    if (home == "util" && name ~ /^(mbedtls\/|psa\/)/)
        return "util knows no library of cryptography"
    if (to == "")
        return quoted ? "no such file here; system headers are included with <>" : ""

    target = home_of(to)
    if (target == home) return ""
    if (target ~ /^transport_/ && home !~ /^(transports\.c|testkit|tools)$/)
        return "only src/transports.c includes a transport"
    if (index(" " below[layer_of(home)] " ", " " layer_of(target) " ")) return ""
    return home " may include " (below[layer_of(home)] == "" ? "nothing" : below[layer_of(home)]) " only"
}

{ ours[$0] = 1; list[++count] = $0 }

END {
    for (i = 1; i <= count; i++) {
        number = 0
        while ((getline line < list[i]) > 0) {
            number++
            if (line !~ /^[ \t]*#[ \t]*include[ \t]*[<"]/) continue
            quoted = line ~ /^[^<"]*"/
            name = line
            sub(/^[^<"]*[<"]/, "", name)
            sub(/[>"].*/, "", name)
            rule = broken(list[i], name, quoted)
            if (rule == "") continue
            printf "%s:%d: includes %s: %s\n", list[i], number, name, rule
            bad = 1
        }
        close(list[i])
    }
    exit bad
}'
