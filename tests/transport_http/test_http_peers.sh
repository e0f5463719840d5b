#!/bin/sh
# The HTTP transport with real programs: curl, wrk, and nginx with the configuration of
# docs/http.md. A case without its program is skipped.
# usage: tests/transport_http/test_http_peers.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run_with() calls the functions
set -u
build=${1?usage: tests/transport_http/test_http_peers.sh BUILD_FOLDER}
source=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
sim='' bot='' nginx=''
unset SLACKAPP_SIM http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy

# A loopback address of this process's own, so that no other program has nginx's port.
place=127.$((1 + $$ / 65536 % 100)).$(($$ / 256 % 256)).$((1 + $$ % 254))
# The address that curl calls from.
stranger=127.0.0.9

end_processes() {
    # shellcheck disable=SC2086 # none or one each
    end $nginx $bot $sim
    nginx='' bot='' sim=''
}

# run_with TOOL NAME FUNCTION: as run(), if the tool exists; the processes go on for the next case.
run_with() {
    number=$((number + 1))
    if ! command -v "$1" >/dev/null; then
        echo "ok $number - $2 # SKIP there is no $1"
    elif "$3" >"$work/said" 2>&1; then
        echo "ok $number - $2"
    else
        failed=1
        echo "not ok $number - $2"
        sed 's/^/# /' "$work/said"
        tail -n 20 "$work/bot.log" | sed 's/^/# bot: /'
    fi
}

# same WANTED GOT
same() {
    [ "$1" = "$2" ] && return 0
    echo "wanted: $1"
    echo "got:    $2"
    return 1
}

logged() { grep -qF -- "$1" "$work/bot.log"; }

start_sim() {
    "$build/slackapp" sim --port 0 --port-file "$work/port" >"$work/sim.log" 2>&1 &
    sim=$!
    until_true [ -s "$work/port" ] || return 1
    SLACKAPP_SIM=http://127.0.0.1:$(cat "$work/port")
    export SLACKAPP_SIM
    eval "$("$build/slackapp" sim env)"
    export SLACK_SIGNING_SECRET SLACK_API_URL SLACK_BOT_TOKEN
}

# start_bot [VARIABLE=VALUE…]: by default the kernel chooses the port.
start_bot() {
    [ -z "$bot" ] || { kill "$bot" && wait "$bot"; }
    : >"$work/bot.log"
    (
        cd "$work" && exec env SLACK_TRANSPORT=http SLACK_STORE=memory: SLACK_LOG_LEVEL=info \
            SLACK_HTTP_HOST=127.0.0.1 SLACK_HTTP_PORT=0 SLACK_HTTP_ADMIN_PORT=0 "$@" \
            "$build/examples/hello"
    ) 2>"$work/bot.log" &
    bot=$!
    until_true grep -q 'transport=http state=ready' "$work/bot.log" || return 1
    port=$(sed -n 's/.*transport=http state=ready .*port=\([0-9]*\).*/\1/p' "$work/bot.log")
    admin=$(sed -n 's/.*admin server listening.*port=\([0-9]*\).*/\1/p' "$work/bot.log")
    url=http://127.0.0.1:$port/slack/events
}

# new_event [PADDING]: writes an event to $work/body and its headers to $work/signed.
events=0
new_event() {
    events=$((events + 1))
    printf '{"type":"event_callback","event_id":"Ev%s-%s","team_id":"T1","padding":"%s","event":%s}' \
        "$$" "$events" "${1-}" '{"type":"message","channel":"C1","user":"U1","ts":"1.0","text":"x"}' \
        >"$work/body"
    now=$(date +%s)
    mac=$({ printf 'v0:%s:' "$now" && cat "$work/body"; } |
        openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" | sed 's/.* //')
    printf 'X-Slack-Request-Timestamp: %s\nX-Slack-Signature: v0=%s\nContent-Type: application/json\n' \
        "$now" "$mac" >"$work/signed"
}

# ask FORMAT OPTION…: prints curl's --write-out. Head and body are in $work/head and $work/answer.
ask() {
    format=$1
    shift
    curl -q --silent --show-error --noproxy '*' --max-time 20 --dump-header "$work/head" \
        --output "$work/answer" --write-out "$format" "$@"
}
# The same with a new, signed event.
tell() {
    format=$1
    shift
    new_event
    ask "$format" --header "@$work/signed" --data-binary "@$work/body" "$@"
}
has() { tr -d '\r' <"$work/head" | grep -qixF -- "$1" || { cat "$work/head" && return 1; }; }

# --- curl -------------------------------------------------------------------------------------

http_1_0() {
    same '200 1.1' "$(tell '%{http_code} %{http_version}' --http1.0 "$url")" &&
        has 'Connection: close' && same '' "$(cat "$work/answer")"
}

http_1_1() {
    new_event
    # Two requests in one call: the second one uses the same connection.
    same '200 1 200 0 ' "$(ask '%{http_code} %{num_connects} ' --header "@$work/signed" \
        --data-binary "@$work/body" "$url" --output "$work/answer" "$url")" &&
        ! grep -qi '^connection: close' "$work/head" && ! grep -qi '^transfer-encoding' "$work/head"
}

chunked() {
    same 200 "$(tell '%{http_code}' --header 'Transfer-Encoding: chunked' "$url")" || return 1
    new_event "$(head -c 300000 /dev/zero | tr '\0' x)"
    same 200 "$(ask '%{http_code}' --header "@$work/signed" --header 'Transfer-Encoding: chunked' \
        --data-binary "@$work/body" "$url")" || return 1
    head -c 1100000 /dev/zero >"$work/body" # more than 1 MiB, and nobody knows before
    same 413 "$(ask '%{http_code}' --header "@$work/signed" --header 'Transfer-Encoding: chunked' \
        --data-binary "@$work/body" "$url")"
}

expect_continue() {
    # curl waits this long for the 100; without one the case fails by its time.
    same 200 "$(tell '%{http_code}' --header 'Expect: 100-continue' --expect100-timeout 15 \
        --max-time 10 "$url")" && has 'HTTP/1.1 100 Continue' || return 1
    # A body that is too long is refused before it is sent.
    head -c 1100000 /dev/zero >"$work/body"
    same '413 0' "$(ask '%{http_code} %{size_upload}' --header "@$work/signed" \
        --header 'Expect: 100-continue' --expect100-timeout 15 --data-binary "@$work/body" "$url")" &&
        same 417 "$(tell '%{http_code}' --header 'Expect: a-miracle' "$url")"
}

other_methods() {
    same '405 0' "$(ask '%{http_code} %{size_download}' --head "$url")" && has 'Allow: POST' &&
        same 405 "$(ask '%{http_code}' --request OPTIONS "$url")" && has 'Allow: POST' &&
        same 405 "$(ask '%{http_code}' "$url")" && has 'Allow: POST' &&
        same 404 "$(ask '%{http_code}' --request OPTIONS --request-target '*' "$url")" &&
        same '200 0' "$(ask '%{http_code} %{size_download}' --head "http://127.0.0.1:$admin/healthz")" &&
        has 'Content-Length: 3' && same 200 "$(ask '%{http_code}' "http://127.0.0.1:$admin/healthz")" &&
        same ok "$(cat "$work/answer")"
}

what_is_refused() {
    new_event
    sed 's/v0=.\{8\}/v0=00000000/' "$work/signed" >"$work/forged"
    same 401 "$(ask '%{http_code}' --header "@$work/forged" --data-binary "@$work/body" "$url")" &&
        same 401 "$(ask '%{http_code}' --data-binary "@$work/body" "$url")" &&
        same 404 "$(tell '%{http_code}' "http://127.0.0.1:$port/slack/other")" &&
        same 414 "$(ask '%{http_code}' "$url?$(head -c 9000 /dev/zero | tr '\0' x)")" &&
        same 431 "$(ask '%{http_code}' --header "A: $(head -c 20000 /dev/zero | tr '\0' x)" "$url")" &&
        same 200 "$(ask '%{http_code}' --data 'ssl_check=1&token=x' "$url")" || return 1
    printf '{"type":"url_verification","challenge":"3eZbrw1aB"}' >"$work/body"
    same 401 "$(ask '%{http_code}' --data-binary "@$work/body" "$url")"
}

# --- wrk --------------------------------------------------------------------------------------

# wrk_is_content ARGUMENT…: every answer is a 2xx and no connection breaks.
wrk_is_content() {
    timeout 60 wrk -t 1 -c 16 "$@" >"$work/wrk.log" 2>&1 || { cat "$work/wrk.log" && return 1; }
    if grep -E 'Non-2xx|Socket errors' "$work/wrk.log"; then return 1; fi
    grep -E '^ +[1-9][0-9]* requests in' "$work/wrk.log"
}

keeps_alive() {
    wrk_is_content -d 1 "http://127.0.0.1:$admin/healthz"
}

keeps_alive_signed() {
    "$build/bench/load_http" --write "$work/requests" 5000 &&
        wrk_is_content -d 5 -s "$source/bench/wrk.lua" "$url" -- "$work/requests" || return 1
    sent=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/wrk.log")
    [ "$sent" -ge 4900 ]
}

# --- nginx ------------------------------------------------------------------------------------

# Certificates of the site and of two clients.
make_certificates() {
    [ ! -f "$work/bot.pem" ] || return 0
    for name in bot slack-ca; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj "/CN=$name" -addext subjectAltName=DNS:bot.example.com \
            -keyout "$work/$name.key" -out "$work/$name.pem" || return 1
    done
    for name in platform-tls-client.slack.com somebody.example.com; do
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
            -subj "/C=US/O=Slack/CN=$name" -keyout "$work/$name.key" -out "$work/$name.csr" &&
            openssl x509 -req -in "$work/$name.csr" -CA "$work/slack-ca.pem" -days 2 \
                -CAkey "$work/slack-ca.key" -CAcreateserial -out "$work/$name.pem" || return 1
    done
}

# The configuration of docs/http.md with other paths and ports.
site() {
    awk '/^```nginx$/ { on = 1; next } /^```$/ { on = 0 } on' "$source/docs/http.md" |
        sed -e "s|/run/slackapp|$work|g" -e "s|/etc/ssl|$work|g" -e "s|listen 443|listen $place:8443|"
}

# start_nginx [SED_EXPRESSION…]: the site, changed by these.
start_nginx() {
    [ -z "$nginx" ] || { kill "$nginx" && wait "$nginx"; }
    make_certificates >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log" && return 1; }
    site >"$work/site.conf"
    for expression; do
        sed -i -e "$expression" "$work/site.conf"
    done
    {
        [ -z "$proxy_group" ] || echo "user $proxy_group;"
        echo "daemon off; pid $work/nginx.pid; worker_processes 1; events { worker_connections 64; }"
        echo 'http { access_log off;'
        for kind in client_body proxy fastcgi uwsgi scgi; do
            echo "${kind}_temp_path $work/nginx-$kind;"
        done
        echo "include $work/site.conf; }"
    } >"$work/nginx.conf"
    nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf" 2>"$work/nginx.err" &
    nginx=$!
    until_true ask '' --cacert "$work/bot.pem" --resolve "bot.example.com:8443:$place" \
        https://bot.example.com:8443/ 2>"$work/curl.err" && return 0
    cat "$work/nginx.err" "$work/nginx.log" "$work/curl.err"
    return 1
}

site_url=https://bot.example.com:8443/slack/events
by_nginx() { # ask or tell, FORMAT, OPTION…
    how=$1
    shift
    "$how" "$@" --interface "$stranger" --cacert "$work/bot.pem" \
        --resolve "bot.example.com:8443:$place" "$site_url"
}

# A client is known by its address, not by its own header.
stranger_is_known() {
    same 401 "$(by_nginx ask '%{http_code}' --data x)" && logged "peer=$stranger" &&
        same 401 "$(by_nginx ask '%{http_code}' --data x --header 'X-Forwarded-For: 192.0.2.7' \
            --header 'Forwarded: for=192.0.2.8')" || return 1
    if logged 'peer=192.0.2.' || logged 'peer=unix'; then return 1; fi
    [ "$(grep -cF "peer=$stranger" "$work/bot.log")" = 2 ]
}

# A bot on a Unix socket for nginx. Started by root, nginx runs as another user than the bot.
proxy_group=
if [ "$(id -u)" = 0 ] && getent group www-data >/dev/null; then
    proxy_group=www-data
    chmod 711 "$work"
fi
start_unix_bot() { # [VARIABLE=VALUE…]
    start_bot SLACK_HTTP_HOST="unix:$work/http.sock" SLACK_HTTP_UNIX_GROUP="$proxy_group" "$@"
}

proxied() {
    start_unix_bot && start_nginx &&
        same 200 "$(by_nginx tell '%{http_code}')" &&
        same 200 "$(by_nginx tell '%{http_code}' --header 'Transfer-Encoding: chunked')" &&
        same 200 "$(by_nginx tell '%{http_code}' --header 'Expect: 100-continue')" &&
        stranger_is_known
}

upstream_is_kept() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        same "200 $i" "$(by_nginx tell '%{http_code}') $i" || return 1
    done
    curl -q --silent --noproxy '*' "http://127.0.0.1:$admin/metrics" >"$work/metrics" &&
        same 1 "$(awk '/^[^#].*transport_connections.*http/ { print $NF; exit }' "$work/metrics")"
}

body_is_buffered() {
    new_event "$(head -c 900000 /dev/zero | tr '\0' x)"
    same 200 "$(by_nginx ask '%{http_code}' --header "@$work/signed" --limit-rate 2M \
        --data-binary "@$work/body")"
}

app_goes_and_comes() {
    kill "$bot" && wait "$bot"
    bot=
    same 502 "$(by_nginx tell '%{http_code}')" && start_unix_bot &&
        same 200 "$(by_nginx tell '%{http_code}')"
}

# Without a group only the bot's own user may connect; the admin socket is like the other one.
of_another_user() {
    start_bot SLACK_HTTP_HOST="unix:$work/http.sock" SLACK_HTTP_ADMIN_HOST="unix:$work/admin.sock" &&
        same '600 600' "$(stat -c %a "$work/http.sock" "$work/admin.sock" | xargs)" &&
        same 502 "$(by_nginx tell '%{http_code}')" || return 1
    start_unix_bot SLACK_HTTP_ADMIN_HOST="unix:$work/admin.sock" &&
        same '660 www-data 660 www-data' \
            "$(stat -c '%a %G' "$work/http.sock" "$work/admin.sock" | xargs)" &&
        same 200 "$(by_nginx tell '%{http_code}')"
}

client_certificate() {
    slack=platform-tls-client.slack.com subject=CN=platform-tls-client.slack.com,O=Slack,C=US
    other=somebody.example.com
    start_unix_bot SLACK_HTTP_CLIENT_CERT_HEADER="X-Client-DN: $subject" &&
        start_nginx 's/# \(ssl_client_certificate\|ssl_verify_client\|proxy_set_header X-Client-DN\)/\1/' &&
        same 200 "$(by_nginx tell '%{http_code}' --cert "$work/$slack.pem" --key "$work/$slack.key")" &&
        same 401 "$(by_nginx tell '%{http_code}' --cert "$work/$other.pem" --key "$work/$other.key")" &&
        same 401 "$(by_nginx tell '%{http_code}' --cert "$work/$other.pem" --key "$work/$other.key" \
            --header "X-Client-DN: $subject")" &&
        same 400 "$(by_nginx tell '%{http_code}')"
}

over_tcp() {
    start_bot SLACK_HTTP_TRUSTED_PROXIES=127.0.0.1 &&
        start_nginx "s|server unix:.*;|server 127.0.0.1:$port;|" &&
        same 200 "$(by_nginx tell '%{http_code}')" && stranger_is_known || return 1
    # The headers of a client that is no trusted proxy are ignored.
    same 401 "$(ask '%{http_code}' --data x --header 'X-Forwarded-For: 192.0.2.7' \
        --interface 127.0.0.10 "$url")" && logged 'peer=127.0.0.10' && ! logged 'peer=192.0.2.7'
}

if ! start_sim || ! start_bot; then
    echo 'Bail out! the simulator or the bot did not start'
    exit 1
fi
run_with curl 'curl: HTTP/1.0' http_1_0
run_with curl 'curl: HTTP/1.1 keeps its connection' http_1_1
run_with curl 'curl: chunked' chunked
run_with curl 'curl: Expect' expect_continue
run_with curl 'curl: HEAD, OPTIONS, GET' other_methods
run_with curl 'curl: what is refused' what_is_refused
run_with wrk 'wrk: keep-alive' keeps_alive
run_with wrk 'wrk: keep-alive, signed events' keeps_alive_signed
run_with nginx 'nginx: the configuration of the manual' proxied
run_with nginx 'nginx: connections to the app are kept' upstream_is_kept
run_with nginx 'nginx: a slow body is buffered' body_is_buffered
run_with nginx 'nginx: the app goes and comes' app_goes_and_comes
if [ -n "$proxy_group" ]; then
    run_with nginx 'nginx: of another user' of_another_user
else
    number=$((number + 1))
    echo "ok $number - nginx: of another user # SKIP this is not root, or there is no www-data"
fi
run_with nginx 'nginx: client certificates' client_certificate
run_with nginx 'nginx: over TCP' over_tcp
echo "1..$number"
exit $failed
