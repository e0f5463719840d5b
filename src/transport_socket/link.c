/* SPDX-License-Identifier: MIT */
#include "transport_socket/link.h"

#include <stdio.h>
#include <string.h>

#include "net/url.h"
#include "util/alloc.h"
#include "webapi/webapi.h"

static const slack_logger_t *log_of(const slack_socket_t *s)
{
    return slack__net_log(s->base.host->net);
}

static bool is_current(const slack_socket_link_t *link)
{
    return link->socket->slots[link->slot] == link;
}

static void feed(const slack_socket_link_t *link, enum slack_session_input_type type)
{
    const slack_session_input_t in = slack__socket_link_input(link, type);
    slack__socket_feed(link->socket, &in);
}

/* Free a link that nothing can call back any more. */
static void release(slack_socket_link_t *link)
{
    slack_socket_t *s = link->socket;
    if (link->calling || link->ws) return;
    if (is_current(link)) s->slots[link->slot] = NULL;
    slack__unlink(&link->link);
    slack__free(link);
    slack__socket_link_gone(s);
}

/* --- apps.connections.open ---------------------------------------------------------------------
 */

/* The errors that no repetition heals (docs/protocol.md, Opening). */
static bool is_fatal(const char *error)
{
    static const char *const fatal[] = {
        "not_authed",    "invalid_auth",  "account_inactive", "user_removed_from_team",
        "team_disabled", "token_revoked", "token_expired",    "not_allowed_token_type",
        "missing_scope", "no_permission", "forbidden_team"};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        if (strcmp(error, fatal[i]) == 0) return true;
    return false;
}

static void tell_fatal(slack_socket_t *s, const char *error)
{
    const char *hint = "is it still valid?";
    if (strcmp(error, "missing_scope") == 0 || strcmp(error, "no_permission") == 0)
        hint = "it needs the scope connections:write";
    if (strcmp(error, "not_allowed_token_type") == 0) hint = "an app-level token is needed";
    s->base.host->error(&s->base, "Slack refuses SLACK_APP_TOKEN for Socket Mode (%.64s): %s",
                        error, hint);
}

static void call_failed(slack_socket_link_t *link, const slack_response_t *response)
{
    slack_socket_t *s = link->socket;
    slack_session_input_t in = slack__socket_link_input(link, SLACK_INPUT_CALL_FAILED);
    int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    int64_t retry_after_s = slack__response_retry_after_s(response);
    if (retry_after_s > 0)
        in.retry_after_ms = (uint64_t)(retry_after_s < 86400 ? retry_after_s : 86400) * 1000;
    in.cause = slack__response_unsent(response) ? SLACK_CAUSE_UNREACHED : SLACK_CAUSE_REFUSED;
    if (status == SLACK_EAPI && is_fatal(error)) {
        in.cause = SLACK_CAUSE_FATAL;
        tell_fatal(s, error);
    }
    SLACK_LOG(log_of(s), WARN, "apps.connections.open failed",
              "status=%s error=%.128s http_status=%d retry_after_s=%lld",
              status ? slack_err_name(status) : "ok", *error ? error : "no url",
              slack_response_http_status(response), (long long)retry_after_s);
    slack__socket_feed(s, &in);
}

/* "[WARN] Socket Mode is not turned on." and the like (docs/protocol.md, Opening). */
static void log_warnings(slack_socket_t *s, const slack_response_t *response)
{
    slack_json_iter_t it = {0};
    const slack_json_t *list =
        slack_json_get(slack_response_json(response), "/response_metadata/messages");
    while (slack_json_next(list, &it))
        SLACK_LOG(log_of(s), WARN, "apps.connections.open warns", "message=%.200s",
                  slack_json_str(it.value, ""));
}

static void on_call(const slack_response_t *response, void *user_data)
{
    slack_socket_link_t *link = user_data;
    link->calling = false;
    if (is_current(link) && !link->socket->over) {
        const char *url =
            slack_response_status(response) == 0 ? slack_response_str(response, "/url") : "";
        if (*url) {
            log_warnings(link->socket, response);
            link->url = url;
            feed(link, SLACK_INPUT_URL);
            link->url = NULL;
        } else {
            call_failed(link, response);
        }
    }
    release(link);
}

int slack__socket_link_call(slack_socket_t *s, unsigned slot, uint32_t generation)
{
    slack_socket_link_t *link = slack__calloc(1, sizeof *link);
    if (!link) return SLACK_ENOMEM;
    link->socket = s;
    link->slot = slot;
    link->generation = generation;
    int rc = s->base.host->call(&s->base, "apps.connections.open", on_call, link);
    if (rc) {
        slack__free(link);
        return rc;
    }
    link->calling = true;
    slack__link_init(&link->link);
    slack__list_push(&s->links, &link->link);
    s->slots[slot] = link;
    return 0;
}

/* --- the wire ----------------------------------------------------------------------------------
 */

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    slack_socket_link_t *link = user_data;
    if (!is_current(link)) return;
    if (text)
        slack__socket_read(link, data, len);
    else
        SLACK_LOG(log_of(link->socket), DEBUG, "socket: binary message ignored",
                  "slot=%u bytes=%zu", link->slot, len);
}

static uint64_t now_us(const slack_socket_t *s)
{
    return slack__mono_us(slack__net_clock(s->base.host->net));
}

/* The data of a ping is the time at which it was sent. */
void slack__socket_link_ping(slack_socket_link_t *link)
{
    char data[32];
    link->ping_us = now_us(link->socket);
    int len = snprintf(data, sizeof data, "%llu", (unsigned long long)link->ping_us);
    if (link->ws) slack__ws_ping(link->ws, data, (size_t)len);
}

static void on_pong(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    const slack_socket_link_t *link = user_data;
    slack_socket_t *s = link->socket;
    uint64_t sent_us = 0;
    if (!slack__parse_u64((slack_slice_t){data, len}, UINT64_MAX, &sent_us)) return;
    if (sent_us == 0 || sent_us != link->ping_us) return;
    s->stats.ping_us = now_us(s) - sent_us;
    SLACK_LOG(log_of(s), DEBUG, "socket: pong", "slot=%u us=%llu", link->slot,
              (unsigned long long)s->stats.ping_us);
}

static void on_open(slack_ws_t *ws, void *user_data)
{
    slack_socket_link_t *link = user_data;
    if (is_current(link)) feed(link, SLACK_INPUT_UPGRADED);
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    slack_socket_link_t *link = user_data;
    SLACK_LOG(log_of(link->socket), DEBUG, "socket: closed",
              "slot=%u status=%s code=%u http_status=%d detail=%s", link->slot,
              status ? slack_err_name(status) : "ok", code, slack__ws_http_status(ws),
              slack__ws_reason(ws));
    link->ws = NULL;
    if (is_current(link)) {
        link->socket->slots[link->slot] = NULL;
        feed(link, SLACK_INPUT_CLOSED);
    }
    release(link);
}

static int need_tls(slack_socket_t *s, const char *url, slack_tls_context_t **ret)
{
    slack_url_t parts;
    *ret = NULL;
    if (slack__url_parse(&parts, url) || !parts.secure) return 0; /* for slack__ws_connect() */
    int rc = s->tls ? 0 : slack__tls_context_client(&s->tls, s->ca_file);
    *ret = s->tls;
    return rc;
}

int slack__socket_link_dial(slack_socket_link_t *link)
{
    static const slack_ws_events_t events = {
        .open = on_open, .message = on_message, .pong = on_pong, .closed = on_closed};
    slack_socket_t *s = link->socket;
    slack_ws_options_t options = {.proxy = s->proxy,
                                  .open_ms = s->limits->open_ms,
                                  .message_max = s->limits->message_max,
                                  .write_max = s->limits->write_max};
    int rc = need_tls(s, link->url, &options.tls);
    if (rc) return rc;
    return slack__ws_connect(&link->ws, s->base.host->net, link->url, &options, &events, link);
}

void slack__socket_link_abort(slack_socket_link_t *link)
{
    link->socket->slots[link->slot] = NULL;
    if (link->ws) slack__ws_abort(link->ws);
}

static int send_on(slack_socket_t *s, unsigned slot, const char *text, size_t len)
{
    const slack_socket_link_t *link = s->slots[slot];
    bool open = link && link->ws && s->sup.sessions[slot].state >= SLACK_SESSION_GREETING;
    return open ? slack__ws_send(link->ws, true, text, len) : SLACK_ECLOSED;
}

int slack__socket_send(slack_socket_t *s, unsigned slot, uint32_t generation, const char *text,
                       size_t len)
{
    if (s->slots[slot] && s->slots[slot]->generation == generation &&
        send_on(s, slot, text, len) == 0)
        return 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (slack__session_serves(&s->sup.sessions[i]) && send_on(s, i, text, len) == 0) return 0;
    return SLACK_ECLOSED;
}
