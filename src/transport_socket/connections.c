/* SPDX-License-Identifier: MIT */
#include "transport_socket/connections.h"

#include <stdio.h>
#include <string.h>

#include "net/url.h"
#include "net/websocket.h"
#include "protocol/api_error.h"
#include "util/alloc.h"
#include "util/error.h"
#include "webapi/webapi.h"

/* A connection. It is freed when its call has returned and its descriptor is closed, even if its
 * slot has held another connection for long. */
typedef struct slack_connection {
    slack_link_t link; /* in slack_connections.all */
    slack_connections_t *owner;
    unsigned slot;
    uint32_t generation;
    bool calling;     /* apps.connections.open is under way */
    const char *url;  /* while SLACK_INPUT_URL is being fed */
    slack_ws_t *ws;   /* from the dial to `closed`, else NULL */
    uint64_t ping_us; /* when the last ping was sent */
} slack_connection_t;

static slack_connection_t *connection_find(const slack_connections_t *connections, unsigned slot,
                                           uint32_t generation)
{
    slack_connection_t *c = connections->slots[slot];
    return c && c->generation == generation ? c : NULL;
}

static bool connection_is_current(const slack_connection_t *c)
{
    return c->owner->slots[c->slot] == c;
}

static slack_session_input_t connection_input(const slack_connection_t *c,
                                              enum slack_session_input_type type)
{
    return (slack_session_input_t){.type = type, .slot = c->slot, .generation = c->generation};
}

static void connection_feed(const slack_connection_t *c, enum slack_session_input_type type)
{
    const slack_session_input_t in = connection_input(c, type);
    c->owner->events->feed(c->owner, &in);
}

static void connection_release(slack_connection_t *c)
{
    slack_connections_t *owner = c->owner;
    if (c->calling || c->ws) return;
    if (connection_is_current(c)) owner->slots[c->slot] = NULL;
    slack__unlink(&c->link);
    slack__free(c);
    owner->events->gone(owner);
}

/* --- apps.connections.open ---------------------------------------------------------------------
 */

static void call_failed(const slack_connection_t *c, const slack_response_t *response)
{
    slack_connections_t *owner = c->owner;
    slack_session_input_t in = connection_input(c, SLACK_INPUT_CALL_FAILED);
    int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    int64_t retry_after_s = slack__response_retry_after_s(response);
    in.cause = slack__response_unsent(response) ? SLACK_CAUSE_UNREACHED : SLACK_CAUSE_REFUSED;
    if (status == SLACK_EAPI && slack__api_error_is_fatal(error)) {
        in.cause = SLACK_CAUSE_FATAL;
        const char *hint = "is it still valid?";
        if (strcmp(error, "missing_scope") == 0 || strcmp(error, "no_permission") == 0)
            hint = "it needs the scope connections:write";
        if (strcmp(error, "not_allowed_token_type") == 0) hint = "an app-level token is needed";
        owner->transport->host->error(owner->transport,
                                      "Slack refuses SLACK_APP_TOKEN for Socket Mode (%.64s): %s",
                                      error, hint);
    }
    SLACK_LOG(owner->net->log, WARN, "apps.connections.open failed",
              "status=%s error=%.128s http_status=%d retry_after_s=%lld",
              status ? slack_err_name(status) : "ok", *error ? error : "no url",
              slack_response_http_status(response), (long long)retry_after_s);
    if (retry_after_s > 0) in.retry_after_ms = (uint64_t)retry_after_s * 1000;
    owner->events->feed(owner, &in);
}

static void call_returned(const slack_response_t *response, void *user_data)
{
    slack_connection_t *c = user_data;
    c->calling = false;
    if (connection_is_current(c)) {
        bool ok = slack_response_status(response) == 0;
        c->url = ok ? slack_response_str(response, "/url") : "";
        if (*c->url) {
            /* "[WARN] Socket Mode is not turned on." and others (docs/protocol.md, Opening). */
            const char *warnings =
                slack__response_warnings(response, slack__webapi_arena(response));
            if (warnings)
                SLACK_LOG(c->owner->net->log, WARN, "apps.connections.open warns", "warning=%s",
                          warnings);
            connection_feed(c, SLACK_INPUT_URL);
        } else {
            call_failed(c, response);
        }
        c->url = NULL;
    }
    connection_release(c);
}

static int connection_begin(slack_connections_t *connections, unsigned slot, uint32_t generation)
{
    slack_transport_t *t = connections->transport;
    slack_connection_t *c = slack__calloc(1, sizeof *c);
    if (!c) return SLACK_ENOMEM;
    c->owner = connections;
    c->slot = slot;
    c->generation = generation;
    int rc = t->host->call(t, "apps.connections.open", call_returned, c);
    if (rc) {
        slack__free(c);
        return rc;
    }
    c->calling = true;
    slack__link_init(&c->link);
    slack__list_push(&connections->all, &c->link);
    connections->slots[slot] = c;
    return 0;
}

/* --- the WebSocket -----------------------------------------------------------------------------
 */

static void connection_opened(slack_ws_t *ws, void *user_data)
{
    const slack_connection_t *c = user_data;
    if (connection_is_current(c)) connection_feed(c, SLACK_INPUT_UPGRADED);
}

static void connection_message(slack_ws_t *ws, bool text, const char *data, size_t len,
                               void *user_data)
{
    const slack_connection_t *c = user_data;
    slack_connections_t *owner = c->owner;
    if (!connection_is_current(c)) return;
    if (text)
        owner->events->message(owner, c->slot, c->generation, data, len);
    else
        SLACK_LOG(owner->net->log, DEBUG, "socket: binary message ignored", "slot=%u bytes=%zu",
                  c->slot, len);
}

static void connection_pong(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    const slack_connection_t *c = user_data;
    slack_connections_t *owner = c->owner;
    uint64_t sent_us = 0;
    if (!slack__parse_u64((slack_slice_t){data, len}, UINT64_MAX, &sent_us)) return;
    if (sent_us == 0 || sent_us != c->ping_us) return;
    owner->ping_us = slack__mono_us(owner->net->clock) - sent_us;
    SLACK_LOG(owner->net->log, DEBUG, "socket: pong", "slot=%u us=%llu", c->slot,
              (unsigned long long)owner->ping_us);
}

static bool connection_closing(slack_ws_t *ws, unsigned code, void *user_data)
{
    const slack_connection_t *c = user_data;
    if (!connection_is_current(c)) return false;
    connection_feed(c, SLACK_INPUT_PARTING);
    return true;
}

static void connection_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    slack_connection_t *c = user_data;
    SLACK_LOG(c->owner->net->log, DEBUG, "socket: closed",
              "slot=%u status=%s code=%u http_status=%d detail=%s", c->slot,
              status ? slack_err_name(status) : "ok", code, slack__ws_http_status(ws),
              slack__ws_reason(ws));
    c->ws = NULL;
    if (connection_is_current(c)) {
        c->owner->slots[c->slot] = NULL;
        connection_feed(c, SLACK_INPUT_CLOSED);
    }
    connection_release(c);
}

static int connection_dial(slack_connection_t *c)
{
    static const slack_ws_events_t events = {.open = connection_opened,
                                             .message = connection_message,
                                             .pong = connection_pong,
                                             .closing = connection_closing,
                                             .closed = connection_closed};
    slack_connections_t *owner = c->owner;
    slack_url_t url;
    /* slack__ws_connect() refuses a URL that cannot be parsed. */
    bool secure = slack__url_parse(&url, c->url) == 0 && url.secure;
    if (secure && !owner->tls) {
        int rc = slack__tls_context_client(&owner->tls, owner->ca_file);
        if (rc) return rc;
    }
    const slack_ws_options_t options = {.url = c->url,
                                        .events = &events,
                                        .tls = secure ? owner->tls : NULL,
                                        .proxy = owner->proxy,
                                        .open_ms = owner->limits->open_ms,
                                        .message_max = owner->limits->message_max,
                                        .write_max = owner->limits->write_max};
    return slack__ws_connect(&c->ws, owner->net, &options, c);
}

int slack__connections_perform(slack_connections_t *connections, const slack_action_t *action)
{
    slack_connection_t *c = connection_find(connections, action->slot, action->generation);
    char data[32];
    switch (action->type) {
    case SLACK_DO_CALL: return connection_begin(connections, action->slot, action->generation);
    case SLACK_DO_DIAL: return c ? connection_dial(c) : 0;
    case SLACK_DO_PING:
        if (c == NULL || c->ws == NULL) break;
        c->ping_us = slack__mono_us(connections->net->clock);
        snprintf(data, sizeof data, "%llu", (unsigned long long)c->ping_us);
        slack__ws_ping(c->ws, data, strlen(data)); /* it carries the time at which it was sent */
        break;
    case SLACK_DO_CLOSE:
        if (c && c->ws) slack__ws_close(c->ws, 1000, "");
        break;
    case SLACK_DO_ABORT:
        if (c) connections->slots[c->slot] = NULL;
        if (c && c->ws) slack__ws_abort(c->ws);
        break;
    case SLACK_DO_STOPPED: /* calls that are under way return unnoticed */
        memset(connections->slots, 0, sizeof connections->slots);
        break;
    case SLACK_DO_READY:
    case SLACK_DO_LEAVE:
    case SLACK_DO_LOST: break;
    }
    return 0;
}

void slack__connections_break(slack_connections_t *connections, unsigned slot, uint32_t generation)
{
    const slack_connection_t *c = connection_find(connections, slot, generation);
    if (c && c->ws) slack__ws_abort(c->ws);
}

int slack__connections_send(slack_connections_t *connections, unsigned slot, uint32_t generation,
                            const char *text, size_t len)
{
    const slack_connection_t *c = connection_find(connections, slot, generation);
    return c && c->ws ? slack__ws_send(c->ws, true, text, len) : SLACK_ECLOSED;
}

/* --- all of them -------------------------------------------------------------------------------
 */

void slack__connections_report_seen(slack_connections_t *connections)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
        const slack_connection_t *c = connections->slots[i];
        if (!c || !c->ws) continue;
        slack_session_input_t in = connection_input(c, SLACK_INPUT_SEEN);
        in.at_ms = slack__ws_last_read_ms(c->ws);
        connections->events->feed(connections, &in);
    }
}

bool slack__connections_open(const slack_connections_t *connections)
{
    for (slack_link_t *l = connections->all.next; l != &connections->all; l = l->next)
        if (SLACK_CONTAINER(l, slack_connection_t, link)->ws) return true;
    return false;
}

int slack__connections_init(slack_connections_t *connections, const slack_options_t *options,
                            char *error)
{
    const char *ca_file = options->ca_file, *why = "";
    slack__link_init(&connections->all);
    if (ca_file && *ca_file) {
        connections->ca_file = slack__strdup(ca_file);
        if (!connections->ca_file) return SLACK_ENOMEM;
        /* Read now, so that a wrong name is a configuration error and not a failed dial. */
        int rc = slack__tls_context_client(&connections->tls, ca_file);
        if (rc == SLACK_ENOMEM) return rc;
        if (rc) {
            slack__explain(error, "SLACK_CA_FILE=%.128s: no certificates can be read from it",
                           ca_file);
            return SLACK_ECONFIG;
        }
    }
    int rc = slack__proxy_new(&connections->proxy, options->proxy, options->no_proxy, &why);
    if (rc == SLACK_ECONFIG) slack__explain(error, "SLACK_PROXY cannot be used: %s", why);
    return rc;
}

void slack__connections_done(slack_connections_t *connections)
{
    slack__tls_context_unref(connections->tls);
    slack__proxy_unref(connections->proxy);
    slack__free(connections->ca_file);
}
