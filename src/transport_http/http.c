/* SPDX-License-Identifier: MIT */
#include "transport_http/http.h"

#include <string.h>

#include "net/http_path.h"
#include "net/http_server.h"
#include "net/listen_address.h"
#include "net/trusted_proxies.h"
#include "protocol/http_request.h"
#include "transport_http/certificate.h"
#include "transport_http/signing_secret.h"
#include "util/alloc.h"
#include "util/error.h"

#define JSON_TYPE "application/json; charset=utf-8"

#define WRITE_MAX (2 * SLACK_HTTP_ACK_MAX)
#define OPEN_MS   10000

typedef struct slack_http {
    slack_transport_t base; /* first, so that a const one can be cast */
    char *path;             /* as slack__http_path_decode() leaves it */
    slack_listen_address_t address;
    bool has_pages; /* the app's pages are on this port */
    slack_http_limits_t limits;
    bool reuse_port;
    slack_trusted_proxies_t trusted;
    char *cert_header; /* of SLACK_HTTP_CLIENT_CERT_HEADER; NULL: not set */
    slack_slice_t cert_value;
    slack_signing_secret_t secret;
    slack_certificate_t certificate;
    slack_http_server_t *server; /* from the start to the stop */
    unsigned closing;            /* how many of the last three are not closed yet */
    slack_task_t announce;
    bool started;
    slack_transport_stats_t stats;
} slack_http_t;

static slack_http_t *http_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_http_t, base);
}

/* --- requests --------------------------------------------------------------------------------- */

static void refuse_without_memory(const slack_http_request_t *request)
{
    slack__http_refuse(request, 503, &slack__http_retry_after, "out of memory");
}

/* True when the request became a delivery, which owns the arena now. */
static bool http_deliver(slack_http_t *http, const slack_http_request_t *request,
                         const slack_http_verdict_t *verdict)
{
    slack_delivery_t *d = slack__delivery_new(request->arena, verdict->body, verdict->signature,
                                              request->received_us);
    if (!d) {
        refuse_without_memory(request);
        return false;
    }
    d->app_id = verdict->app_id;
    d->retry_num = verdict->retry_num;
    d->retry_reason = verdict->retry_reason;
    d->handle = request->id;
    http->stats.delivered++;
    http->base.host->deliver(&http->base, d);
    return true;
}

static slack_http_received_t received_of(const slack_http_request_t *request)
{
    return (slack_http_received_t){.arena = request->arena,
                                   .method = request->method,
                                   .headers = request->headers,
                                   .header_count = request->header_count,
                                   .body = request->body,
                                   .body_len = request->body_len};
}

/* The check of a request to the request URL. */
typedef struct http_check {
    slack_signature_check_t signature;
    unsigned version; /* of the secrets */
} http_check_t;

static bool http_check(slack_http_request_t *request, size_t *budget, void *user_data)
{
    const slack_http_t *http = user_data;
    http_check_t *check = request->checked;
    if (strcmp(request->path.ptr, http->path) != 0) return true;
    if (!check || check->version != http->secret.version) {
        const slack_http_received_t received = received_of(request);
        if (!check) check = slack__arena_alloc(request->arena, sizeof *check);
        if (!check) return true; /* http_receive() refuses the request */
        check->version = http->secret.version;
        slack__http_request_check_begin(
            &received, slack__wall_ms(http->base.host->net->clock) / 1000, &check->signature);
        request->checked = check;
    }
    return slack__signature_check_step(&check->signature, http->secret.signer, budget);
}

/* A request to the request URL. True if the arena no longer belongs to the caller. */
static bool http_receive(slack_http_t *http, const slack_http_request_t *request)
{
    const slack_http_received_t received = received_of(request);
    const http_check_t *check = request->checked;
    slack_http_response_t response = {.status = 200};
    slack_http_verdict_t verdict;
    if (!check) {
        refuse_without_memory(request);
        return false;
    }
    slack__http_request_read(&received, http->secret.signer, &check->signature, &verdict);
    switch (verdict.type) {
    case SLACK_HTTP_DELIVERY: return http_deliver(http, request, &verdict);
    case SLACK_HTTP_REFUSED:
        slack__http_refuse(request, verdict.status, verdict.header, verdict.reason);
        return false;
    case SLACK_HTTP_CHALLENGE:
        SLACK_LOG(http->base.host->net->log, INFO, "request URL verified", "path=%s", http->path);
        response.content_type = JSON_TYPE;
        response.body = verdict.answer.ptr;
        response.body_len = verdict.answer.len;
        break;
    case SLACK_HTTP_SSL_CHECK: break;
    }
    slack__http_respond(request->server, request->id, &response);
    return false;
}

/* A trusted proxy has checked that the client's certificate is Slack's. `peer` is the proxy's
 * address, not the forwarded one. */
static bool http_certificate_checked(const slack_http_t *http, const slack_http_request_t *request,
                                     slack_slice_t peer)
{
    unsigned count;
    if (!http->cert_header) return true;
    slack_slice_t value = slack__http_header(request, http->cert_header, &count);
    if (count == 1 && slack__slice_eq(value, http->cert_value) &&
        slack__trusted_proxies_match(&http->trusted, peer))
        return true;
    slack__http_refuse(request, 401, NULL,
                       "client certificate not checked, see SLACK_HTTP_CLIENT_CERT_HEADER");
    return false;
}

static const char *http_refuse_head(const slack_http_request_t *request, void *user_data)
{
    const slack_http_t *http = user_data;
    if (strcmp(request->path.ptr, http->path) != 0) return NULL;
    return slack__http_request_refuse_head(request->headers, request->header_count,
                                           slack__wall_ms(http->base.host->net->clock) / 1000);
}

static void http_requested(slack_http_server_t *server, slack_http_request_t *request,
                           void *user_data)
{
    slack_http_t *http = user_data;
    slack_arena_t *arena = request->arena;
    const slack_slice_t peer = slack__slice(request->peer);
    bool taken = false;
    slack__trusted_proxies_name_client(&http->trusted, request);
    if (strcmp(request->path.ptr, http->path) != 0) {
        int rc = http->base.host->visit(&http->base, request);
        if (rc == SLACK_ENOTFOUND)
            slack__http_refuse(request, 404, NULL, "no such path, see SLACK_HTTP_PATH");
        else if (rc != 0)
            refuse_without_memory(request);
        taken = rc == 0;
    } else if (http_certificate_checked(http, request, peer)) {
        taken = http_receive(http, request);
    }
    if (!taken) slack__arena_free(arena);
}

/* --- start and stop --------------------------------------------------------------------------- */

static void http_report(slack_http_t *http, enum slack_transport_state state)
{
    http->base.host->state(&http->base, state, 0);
}

/* Runs before the first delivery: a connection is accepted in one turn of the loop and read in a
 * later one, and the task runs between them at the latest. */
static void http_announce(slack_task_t *task)
{
    slack_http_t *http = SLACK_CONTAINER(task, slack_http_t, announce);
    http_report(http, SLACK_TRANSPORT_STARTING);
    if (http->server) http_report(http, SLACK_TRANSPORT_READY); /* the host may have stopped it */
}

static int http_listen(slack_http_t *http)
{
    const slack_listen_address_t *address = &http->address;
    const slack_http_server_options_t options = {
        .listen = {.host = address->host,
                   .port = address->port,
                   .reuse_port = http->reuse_port,
                   .file = &address->file,
                   .fd = address->fd,
                   .tls = http->certificate.tls,
                   .open_ms = OPEN_MS,
                   .write_max = WRITE_MAX},
        .limits = &http->limits,
        .trusted = &http->trusted,
        .fn = http_requested,
        .head = http_refuse_head,
        .check = http_check,
        .user_data = http,
    };
    int uv_error = 0;
    int rc = slack__http_server_open(&http->server, http->base.host->net, &options, &uv_error);
    if (rc == 0) return 0;
    char error[SLACK_ERROR_TEXT_MAX];
    slack__listen_address_explain(address, rc, uv_error, error);
    http->base.host->error(&http->base, "%s", error);
    return rc;
}

static void http_log_address(const slack_http_t *http)
{
    const slack_listen_address_t *address = &http->address;
    const unsigned used = http->has_pages ? 1 : 2;
    if (address->fd)
        SLACK_LOG(http->base.host->net->log, INFO, "http listening", "fd=%d port=%u path=%s",
                  address->fd, http->stats.port, http->path);
    else
        SLACK_LOG(http->base.host->net->log, INFO, "http listening", "host=%s port=%u path=%s",
                  address->host, http->stats.port, http->path);
    /* A client that connects to a passed socket waits for ever if no part accepts on it. */
    int unused = slack__listen_inherited(used);
    if (unused > 0)
        SLACK_LOG(http->base.host->net->log, WARN, "passed socket not used", "fd=%d reason=%s",
                  unused,
                  used == 1 ? "SLACK_HTTP_ADMIN_PORT is not set" : "there is no third port");
}

static void http_certificate_changed(void *user_data)
{
    slack_http_t *http = user_data;
    if (http->server) slack__http_server_set_tls(http->server, http->certificate.tls);
}

static int http_start(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    if (http->started) return SLACK_EALREADY;
    int rc = http_listen(http);
    if (rc != 0) return rc;
    http->started = true;
    slack__signing_secret_watch(&http->secret);
    slack__certificate_watch(&http->certificate, http_certificate_changed, http);
    http->stats.port = slack__http_server_port(http->server);
    http_log_address(http);
    slack__task_post(t->host->net, &http->announce);
    return 0;
}

static void http_leave(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    if (http->server) slack__http_server_leave(http->server);
}

static void http_drain(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    if (http->server) slack__http_server_drain(http->server);
}

static void http_part_closed(void *user_data)
{
    slack_http_t *http = user_data;
    if (--http->closing == 0) http_report(http, SLACK_TRANSPORT_STOPPED);
}

static void http_stop(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    slack_http_server_t *server = http->server;
    if (!server) return;
    http->server = NULL;
    slack__task_cancel(&http->announce);
    http->stats.refused += slack__http_server_refused(server);
    http->stats.handshakes_refused += slack__http_server_handshakes(server)->refused;
    http->closing = 1;
    http->closing += slack__signing_secret_close(&http->secret, http_part_closed, http);
    http->closing += slack__certificate_close(&http->certificate, http_part_closed, http);
    slack__http_server_close(server, http_part_closed, http);
}

/* --- acks ------------------------------------------------------------------------------------- */

static void ack_to_response(const slack_ack_t *ack, slack_http_response_t *ret)
{
    static const char *const types[] = {
        [SLACK_ACK_BODY_TEXT] = "text/plain; charset=utf-8",
        [SLACK_ACK_BODY_JSON] = JSON_TYPE,
    };
    *ret = (slack_http_response_t){.status = 200};
    if (ack->outcome == SLACK_ACK_LATER) {
        ret->status = 503;
        ret->headers = &slack__http_retry_after;
        ret->header_count = 1;
    } else if (ack->outcome == SLACK_ACK_REFUSE && ack->type == SLACK_ACK_BODY_NONE) {
        ret->status = 404;
        ret->headers = &slack__http_no_retry;
        ret->header_count = 1;
    } else if (ack->type != SLACK_ACK_BODY_NONE) {
        ret->content_type = types[ack->type];
        ret->body = ack->body.ptr;
        ret->body_len = ack->body.len;
    }
}

static int http_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    slack_http_t *http = http_of(t);
    slack_http_response_t response;
    int rc = SLACK_ECLOSED;
    if (http->server) {
        if (ack->outcome != SLACK_ACK_LATER && ack->type != SLACK_ACK_BODY_NONE) {
            if (!d->body_allowed) return SLACK_EACKBODY;
            if (ack->body.len > SLACK_HTTP_ACK_MAX) return SLACK_ETOOBIG;
        }
        ack_to_response(ack, &response);
        /* A request that has arrived before may have been captured. One without a key may have
         * arrived before. */
        if (!d->known && d->key.len > 0) slack__http_vouch(http->server, d->handle);
        rc = slack__http_respond(http->server, d->handle, &response);
    }
    if (rc == 0)
        http->stats.acked++;
    else
        http->stats.ack_lost++;
    return rc == SLACK_ENOMEM ? SLACK_ECLOSED : rc; /* if memory is out, the server closes the
                                                     * connection */
}

/* --- the other operations --------------------------------------------------------------------- */

static void http_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    const slack_http_t *http = (const slack_http_t *)t;
    *ret = http->stats;
    ret->state = t->state;
    if (!http->server) return;
    ret->connections = slack__http_server_connections(http->server);
    ret->refused += slack__http_server_refused(http->server);
    ret->under_way = slack__http_server_under_way(http->server);
    ret->handshakes_waiting = slack__http_server_handshakes(http->server)->waiting;
    ret->handshakes_refused += slack__http_server_handshakes(http->server)->refused;
}

static unsigned http_reload(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    return slack__certificate_reload(&http->certificate) +
           slack__signing_secret_reload(&http->secret);
}

static void http_destroy(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    slack__signing_secret_done(&http->secret);
    slack__certificate_done(&http->certificate);
    slack__free(http->path);
    slack__free(http->cert_header);
    slack__free(http);
}

static const struct slack_transport_ops http_ops = {
    .name = "http",
    .listens = true,
    .start = http_start,
    .allow = slack__allowance_ignore,
    .leave = http_leave,
    .drain = http_drain,
    .stop = http_stop,
    .ack = http_ack,
    .stats = http_stats,
    .reload = http_reload,
    .destroy = http_destroy,
};

/* --- options ---------------------------------------------------------------------------------- */

static int http_read_path(slack_http_t *http, const slack_options_t *options, char *error)
{
    const char *path = options->http_path;
    bool plain = *path == '/';
    for (const char *p = path; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '?' || *p == '#') plain = false;
    http->path = slack__strdup(path);
    if (!http->path) return SLACK_ENOMEM;
    if (plain && slack__http_path_decode(http->path)) return 0;
    slack__explain(
        error,
        "SLACK_HTTP_PATH is \"%.64s\"; it has to begin with '/' and hold only ASCII, without "
        "spaces, '?', '#' and invalid escapes",
        path);
    return SLACK_ECONFIG;
}

/* "NAME: VALUE": the header of a request from a proxy that has checked the client's certificate. */
static int http_read_cert_header(slack_http_t *http, const slack_options_t *options, char *error)
{
    slack_slice_t value = slack__slice(options->http_client_cert_header), name;
    if (value.len == 0) return 0;
    slack__slice_split(&value, ':', &name);
    name = slack__slice_trim(name);
    http->cert_value = slack__slice_trim(value);
    if (name.len == 0 || http->cert_value.len == 0) {
        slack__explain(error, "SLACK_HTTP_CLIENT_CERT_HEADER has to be NAME: VALUE, such as "
                              "X-Client-DN: CN=platform-tls-client.slack.com");
        return SLACK_ECONFIG;
    }
    if (http->cert_value.ptr[0] == '/' && strstr(http->cert_value.ptr, "CN=")) {
        slack__explain(error,
                       "SLACK_HTTP_CLIENT_CERT_HEADER has a subject like /O=…/CN=…, and one value "
                       "of such a text can look like several: let the proxy send the form of RFC "
                       "2253, CN=…,O=…");
        return SLACK_ECONFIG;
    }
    http->cert_header = slack__strndup(name.ptr, name.len);
    return http->cert_header ? 0 : SLACK_ENOMEM;
}

static int http_create(slack_transport_t **ret, const struct slack_transport_host *host,
                       const slack_options_t *options, char *error)
{
    slack_http_t *http = slack__calloc(1, sizeof *http);
    if (!http) return SLACK_ENOMEM;
    http->base = (slack_transport_t){.ops = &http_ops, .host = host};
    http->announce.run = http_announce;
    slack__link_init(&http->announce.link);
    http->limits = options->http_limits;
    http->reuse_port = options->http_reuse_port > 0;
    http->has_pages = !options->http_admin_port || !*options->http_admin_port;
    int rc = slack__signing_secret_init(&http->secret, host->net, options, error);
    if (rc == 0) rc = slack__certificate_init(&http->certificate, host->net, options, error);
    if (rc == 0)
        rc = slack__listen_address_init(&http->address, "SLACK_HTTP", options->http_host,
                                        options->http_port, error);
    if (rc == 0)
        rc = slack__listen_address_permit(&http->address, options->http_unix_mode,
                                          options->http_unix_group, error);
    if (rc == 0) rc = slack__listen_address_inherit(&http->address, 0, error);
    if (rc == 0) rc = http_read_path(http, options, error);
    if (rc == 0) rc = http_read_cert_header(http, options, error);
    if (rc == 0)
        rc = slack__trusted_proxies_read(&http->trusted, options->http_trusted_proxies, error);
    if (rc != 0)
        http_destroy(&http->base);
    else
        *ret = &http->base;
    return rc;
}

const slack_transport_type_t slack__transport_http = {"http", http_create};
