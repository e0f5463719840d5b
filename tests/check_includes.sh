#!/bin/sh
# Includes run one way; the table below says which. Prints every #include that breaks it as
# FILE:LINE with the rule. usage: check_includes.sh [SOURCE_FOLDER]
set -eu
cd "${1-$(dirname "$0")/..}"

files=$(for top in include src tools examples tests fuzz bench; do
    [ ! -d "$top" ] || find "$top" -path tools/new/templates -prune -o \( -name '*.[ch]' -o -name '*.inc' -o -name '*.def' \) -print
done | LC_ALL=C sort)

# shellcheck disable=SC2086 # a list of paths, none of which has a space
printf '%s\n' $files | awk '
BEGIN {
    # What a layer may include beside itself.
    below["util"] = "include"
    below["protocol"] = "include util"
    below["net"] = below["protocol"] " protocol"
    below["store"] = below["webapi"] = below["net"] " net"
    below["queue"] = below["store"] " store"
    below["transport"] = below["store"] " store webapi"
    below["cluster"] = below["transport"] " transport queue"
    below["wire"] = below["net"] " net webapi transport"
    below["history"] = below["wire"] " store" # its cursors
    below["ops"] = below["listeners"] = below["identity"] = below["transport"] " transport"
    below["context"] = below["ops"] " ops listeners identity"
    below["dispatch"] = below["context"] " context queue"
    below["inbox"] = below["dispatch"] " dispatch"
    below["outbox"] = below["inbox"] " inbox"
    below["oauth"] = below["outbox"] " outbox"
    below["app"] = below["oauth"] " oauth cluster"
    below["transports.c"] = below["transport"] " transport wire"
    below["testkit"] = below["app"] " app wire"
    below["sim"] = below["store"] " store"
    below["cli"] = below["testkit"] " history testkit sim"
    below["run"] = below["cli"] " cli"
    below["doctor"] = below["run"] " manifest"
    below["manifest"] = below["advise"] = below["version"] = below["new"] = below["run"]
    below["hooks"] = below["run"] " run manifest"
    below["tools"] = below["hooks"] " doctor advise version hooks new"

    # The folders whose headers a folder of tests may include beside those that it is named after, or
    # the most that any test includes.
    subjects["support"] = "cluster oauth app wire sim"
    subjects["transport"] = subjects["cluster"] = "wire"
    subjects["bench"] = "wire"
    subjects["sim"] = "tools cli"
    subjects["installs"] = "tools cli oauth"
    subjects["fuzz"] = "oauth wire sim testkit cluster advise"
    low = below["ops"] " queue"

    split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal " \
          "stdarg stdbool stddef stdint stdio stdlib string tgmath time wchar wctype", names, " ")
    for (i in names) standard[names[i] ".h"] = 1
}

# The folder that a file belongs to, and the layer of that folder: each transport is a wire.
function home_of(path, part)
{
    split(path, part, "/")
    if (path == "src/transports.c" || path == "src/transports.h") return "transports.c"
    if (path ~ /^tools\/.*\//) return part[2]
    if (part[1] == "tests") return "tests/" part[2]
    return part[1] == "src" ? part[2] : part[1]
}
function layer_of(home)
{
    if (home == "transport_history") return "history"
    return home ~ /^transport_/ ? "wire" : home
}

# The file of the repository that an #include means, or "" for other files.
function resolve(from, name, quoted, folder, i, tries)
{
    folder = from
    sub(/[^\/]*$/, "", folder)
    tries = "include/" name " src/" name " tools/" name
    if (from ~ /^(tests|fuzz|bench)\//) tries = tries " tests/" name " " name
    tries = split((quoted ? folder name " " : "") tries, try, " ")
    for (i = 1; i <= tries; i++)
        if (try[i] in ours) return try[i]
    return ""
}

# Whether a test may include a file: no part of the app but the one that the test is named after.
function test_may(from, to, home, target, folder, layer, module)
{
    home = folder = home_of(from)
    target = home_of(to)
    if (target ~ /^(include|examples|bench|tests\/support)$/ || target == home) return 1
    if (to == "src/app/inspect.h") return 1
    sub(/^tests\//, "", folder)
    layer = layer_of(target)
    if (target == folder || index(" " subjects[folder] " ", " " layer " ")) return 1
    module = from # of a fuzzer: its name says it
    gsub(/^fuzz\/fuzz_|\.c$/, "", module)
    if (home == "fuzz" && to ~ "/" module "(_json)?\\.h$") return 1
    return index(" " low " ", " " layer " ") &&
           (!(layer_of(folder) in below) || index(" " below[layer_of(folder)] " ", " " layer " "))
}

# Says which rule an include breaks, or "".
function broken(from, name, quoted, to, home, target)
{
    home = home_of(from)
    if (home ~ /^(tests\/.*|fuzz|bench|testkit)$/ && name ~ /^(app\/app|context\/ctx)\.h$/)
        return "tests and the test kit look into the app through app/inspect.h"
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
    if (home == "util" && name ~ /^(mbedtls\/|openssl\/|psa\/)/)
        return "util knows no library of cryptography"
    if (to == "")
        return quoted ? "no such file here; system headers are included with <>" : ""
    if (home ~ /^(tests\/|fuzz$|bench$)/)
        return test_may(from, to) ? "" : "a test includes support, what it tests, and the folders below; the app through app/inspect.h"

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
