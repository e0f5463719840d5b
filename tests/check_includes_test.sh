#!/bin/sh
# Breaks every rule of check_includes.sh once, in a tree of its own, and wants each break found and
# nothing else. Speaks TAP.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/check_includes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
count=0
failed=0

# put FILE INCLUDE: adds an include to a file of the tree.
put() {
    mkdir -p "$tree/$(dirname "$1")"
    echo "#include $2" >>"$tree/$1"
}

report() {
    count=$((count + 1))
    if [ "$1" = "$2" ]; then
        echo "ok $count - $3"
    else
        failed=1
        echo "not ok $count - $3"
        printf 'wanted: %s\ngot:    %s\n' "$2" "$1" | sed 's/^/# /'
    fi
}

# breaks FILE INCLUDE: that one line is found, and no other.
breaks() {
    cp -R "$tree" "$tree.sound"
    put "$1" "$2"
    wanted=$1:$(wc -l <"$tree/$1" | tr -d ' ')
    found=$("$check" "$tree" || true)
    report "$(echo "$found" | cut -d: -f1,2)" "$wanted" "$1 may not include $2"
    rm -rf "$tree"
    mv "$tree.sound" "$tree"
}

put include/slack/json.h '<stddef.h>'
put include/slack/slack.h '<slack/json.h>'
put src/util/arena.h '<slack/json.h>'
put src/util/arena.c '"util/arena.h"'
put src/util/arena.c '<yyjson.h>'
put src/net/tcp.h '"util/arena.h"'
put src/net/tcp.h '<uv.h>'
put src/store/store.h '"net/tcp.h"'
put src/webapi/call.h '"net/tcp.h"'
put src/protocol/tenant.h '"util/arena.h"'
put src/protocol/signature.c '<mbedtls/md.h>'
put src/net/tcp.c '"protocol/tenant.h"'
put src/transport/transport.h '"store/store.h"'
put src/transport/transport.h '"webapi/call.h"'
put src/ops/recorder.h '"util/arena.h"'
put src/ops/recorder.c '"transport/transport.h"'
put src/listeners/registry.h '"protocol/tenant.h"'
put src/identity/identity.h '"webapi/call.h"'
put src/context/ctx.h '"identity/identity.h"'
put src/context/say.c '"ops/recorder.h"'
put src/dispatch/run.h '"context/ctx.h"'
put src/dispatch/dispatch.c '"listeners/registry.h"'
put src/inbox/inbox.h '"dispatch/run.h"'
put src/inbox/inbox.c '"store/store.h"'
put src/app/app.h '"inbox/inbox.h"'
put src/transport_http/http.h '"transport/transport.h"'
put src/transport_socket/socket.h '"transport/transport.h"'
put src/transport_socket/socket.h '"net/tcp.h"'
put src/transports.c '"transport_http/http.h"'
put src/transports.c '"transport_socket/socket.h"'
put src/testkit/kit.c '"transport_http/http.h"'
put src/app/inspect.h '<slack/slack.h>'
put src/testkit/kit.c '"app/inspect.h"'
put tests/inbox/test_inbox.c '"app/inspect.h"'
put tests/inbox/test_inbox.c '"inbox/inbox.h"'
put src/app/options.h '<slack/slack.h>'
put tests/support/fixture.h '"app/inspect.h"'
put tests/support/fixture.h '"app/options.h"'
put tests/support/fixture.h '"transport_http/http.h"'
put tests/inbox/test_inbox.c '"support/fixture.h"'
put tests/inbox/test_inbox.c '"net/tcp.h"'
put tests/net/clock.h '"net/tcp.h"'
put tests/net/test_tcp.c '"net/clock.h"'
put tests/transport/test_contract.c '"transport_http/http.h"'
put tests/transport_http/test_http.c '"transport_http/http.h"'
put tests/sim/test_sim.c '"command.h"'
put tests/system/test_ways.c '"examples/hello.c"'
put tests/system/test_ways.c '"net/tcp.h"'
put tests/load/load.c '"bench/request.h"'
put bench/request.h '<slack/json.h>'
put bench/bot.c '"request.h"'
put fuzz/fuzz_recorder.c '"ops/recorder.h"'
put fuzz/fuzz_recorder.c '"util/arena.h"'
put tools/command.h '"inbox/inbox.h"'
put tools/main.c '"command.h"'
put tools/sim/sim.h '"util/arena.h"'
put tools/sim/sim.c '"sim/sim.h"'
put examples/hello.c '<slack/slack.h>'
put examples/hello.c '<sys/socket.h>'

report "$("$check" "$tree" || true)" '' 'a sound tree is sound'
breaks include/slack/json.h '<uv.h>'
breaks include/slack/json.h '"util/arena.h"'
breaks src/util/arena.h '"net/tcp.h"'
breaks src/util/arena.c '<uv.h>'
breaks src/util/arena.c '<mbedtls/ssl.h>'
breaks src/net/tcp.h '"store/store.h"'
breaks src/net/tcp.h '"../util/arena.h"'
breaks src/net/tcp.h '"nowhere.h"'
breaks src/net/tcp.h '<inbox/inbox.h>'
breaks src/protocol/tenant.h '"net/tcp.h"'
breaks src/protocol/tenant.h '<uv.h>'
breaks src/store/store.h '"webapi/call.h"'
breaks src/webapi/call.h '"store/store.h"'
breaks src/webapi/call.h '"transport/transport.h"'
breaks src/transport/transport.h '"app/app.h"'
breaks src/ops/recorder.c '"identity/identity.h"'
breaks src/listeners/registry.h '"context/ctx.h"'
breaks src/listeners/registry.h '<curl/curl.h>'
breaks src/identity/identity.h '"ops/recorder.h"'
breaks src/context/ctx.h '"dispatch/run.h"'
breaks src/dispatch/run.h '"inbox/inbox.h"'
breaks src/inbox/inbox.c '"app/app.h"'
breaks src/inbox/inbox.c '"transport_http/http.h"'
breaks src/app/app.h '"transport_http/http.h"'
breaks src/app/app.h '"command.h"'
breaks src/transport_http/http.h '"app/app.h"'
breaks src/transport_http/http.h '"store/store.h"'
breaks src/transport_http/http.h '"identity/identity.h"'
breaks src/transport_http/http.h '"transport_socket/socket.h"'
breaks src/transports.c '"app/app.h"'
breaks src/transports.c '"command.h"'
breaks src/testkit/kit.c '"app/app.h"'
breaks tests/inbox/test_inbox.c '"app/app.h"'
breaks tests/inbox/test_inbox.c '"context/ctx.h"'
breaks tests/inbox/test_inbox.c '"dispatch/run.h"'
breaks tests/inbox/test_inbox.c '"transport_http/http.h"'
breaks tests/inbox/test_inbox.c '"net/clock.h"'
breaks tests/inbox/test_inbox.c '"support/nowhere.h"'
breaks tests/inbox/test_inbox.c '"../support/fixture.h"'
breaks tests/net/test_tcp.c '"store/store.h"'
breaks tests/transport_http/test_http.c '"transport_socket/socket.h"'
breaks tests/support/fixture.h '"app/app.h"'
breaks tests/support/fixture.h '"inbox/inbox.h"'
breaks tests/system/test_ways.c '"ops/recorder.h"'
breaks tests/load/load.c '"transport_http/http.h"'
breaks bench/bot.c '"context/ctx.h"'
breaks bench/bot.c '"inbox/inbox.h"'
breaks fuzz/fuzz_recorder.c '"app/app.h"'
breaks fuzz/fuzz_recorder.c '"inbox/inbox.h"'
breaks tools/sim/sim.c '"transport/transport.h"'
breaks tools/sim/sim.c '"app/app.h"'
breaks tools/sim/sim.c '"transport_http/http.h"'
breaks examples/hello.c '"util/arena.h"'
breaks examples/hello.c '<util/arena.h>'
echo "1..$count"
exit $failed
