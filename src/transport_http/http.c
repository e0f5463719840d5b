/* SPDX-License-Identifier: MIT */
#include "transport_http/http.h"

#include <stdio.h>
#include <string.h>

#include "net/http_path.h"
#include "net/http_server.h"
#include "net/trusted_proxies.h"
#include "net/listen_address.h"
#include "transport_http/body.h"
#include "transport_http/credentials.h"
#include "util/alloc.h"

#define DEFAULT_HOST "0.0.0.0"
#define DEFAULT_PORT "3000"
#define DEFAULT_PATH "/slack/events"

#define WRITE_MAX     (2 * SLACK_HTTP_ACK_MAX)
#define OPEN_MS       10000
#define RETRY_NUM_MAX 1000

typedef struct slack_http {
    slack_transport_t base; /* first, so that a const one can be cast */
    char *path;             /* in the form of slack__http_path_decode() */
    slack_listen_address_t address;
    bool has_pages; /* they have no port of their own */
    slack_http_limits_t limits;
    bool reuse_port;
    slack_trusted_proxies_t trusted;
    const char *cert_header; /* NULL: none is asked for */
    slack_credentials_t credentials;
    slack_http_server_t *server; /* from the start to the stop */
    unsigned closing;            /* the server, and credentials, that are not closed yet */
    slack_task_t announce;
    bool started;
    slack_transport_stats_t stats;
} slack_http_t;

static slack_http_t *http_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_http_t, base);
}

static const slack_logger_t *log_of(const slack_http_t *http)
{
    return slack__net_log(http->base.host->net);
}

/* --- answers ---------------------------------------------------------------------------------- */

static const slack_http_header_t retry_after = {{"Retry-After", 11}, {"1", 1}};
static const slack_http_header_t no_retry = {{"X-Slack-No-Retry", 16}, {"1", 1}};
static const slack_http_header_t allow_post = {{"Allow", 5}, {"POST", 4}};

static void answer_challenge(slack_http_t *http, const slack_http_request_t *request,
                             const slack_json_t *body)
{
    const slack_json_t *challenge = slack_json_get(body, "/challenge");
    if (slack_json_type(challenge) != SLACK_JSON_STRING) {
        slack__http_refuse(request, 400, &no_retry, "url_verification has no challenge");
        return;
    }
    const slack_json_t *value;
    slack_http_response_t answer = {.status = 200,
                                    .content_type = "application/json; charset=utf-8"};
    if (slack__jsonf(request->arena, &value, NULL, "{challenge: %p}", (const void *)challenge) == 0)
        answer.body = slack__json_text(request->arena, value, &answer.body_len);
    if (!answer.body) {
        slack__http_refuse(request, 503, &retry_after, "out of memory");
        return;
    }
    SLACK_LOG(log_of(http), INFO, "request URL verified", "path=%s", http->path);
    slack__http_respond(request->server, request->id, &answer);
}

/* --- requests --------------------------------------------------------------------------------- */

static bool is_signed(slack_http_t *http, const slack_http_request_t *request,
                      slack_signed_by_t *ret_by)
{
    slack_signed_request_t check = {.body = {request->body, request->body_len}};
    check.timestamp =
        slack__http_header(request, "X-Slack-Request-Timestamp", &check.timestamp_count);
    check.signature = slack__http_header(request, "X-Slack-Signature", &check.signature_count);
    int64_t now_s = slack__wall_ms(slack__net_clock(http->base.host->net)) / 1000;
    enum slack_signature_fault fault;
    if (slack__signature_check(http->credentials.signer, &check, now_s, ret_by, &fault) == 0) {
        slack__http_vouch(request->server, request->id);
        return true;
    }
    slack__http_refuse(request, 401, NULL, slack__signature_fault_text(fault));
    return false;
}

/* The retry headers are not signed: one that is no small number counts as a first time, which loses
 * nothing, since it is the key that tells a duplicate. */
static bool read_retry(const slack_http_request_t *request, slack_delivery_t *d)
{
    uint64_t num;
    slack_slice_t text = slack__http_header(request, "X-Slack-Retry-Num", NULL);
    if (!slack__parse_u64(text, RETRY_NUM_MAX, &num) || num == 0) return true;
    slack_slice_t reason = slack__http_header(request, "X-Slack-Retry-Reason", NULL);
    d->retry_num = (int)num;
    d->retry_reason = slack__arena_strndup(d->arena, reason.ptr, reason.len);
    return d->retry_reason != NULL;
}

static slack_delivery_t *make_delivery(const slack_http_request_t *request,
                                       const slack_json_t *body, slack_slice_t app_id)
{
    slack_delivery_t *d = slack__delivery_new(request->arena, body, request->received_us);
    if (!d || !read_retry(request, d)) return NULL;
    if (*d->app_id == '\0' && app_id.len > 0)
        d->app_id = slack__arena_strndup(d->arena, app_id.ptr, app_id.len);
    d->handle = request->id;
    return d->app_id ? d : NULL;
}

/* True when the request, signed by these secrets, became a delivery, which has its arena now. */
static bool take(slack_http_t *http, const slack_http_request_t *request,
                 slack_slice_t content_type, slack_signed_by_t by)
{
    const slack_json_t *body;
    slack_slice_t app_id;
    int rc =
        slack__body_parse(request->arena, content_type, request->body, request->body_len, &body);
    if (rc == SLACK_EJSON || rc == SLACK_ETOOBIG) {
        slack__http_refuse(request, 400, &no_retry, "malformed body");
        return false;
    }
    if (rc == 0) app_id.ptr = slack_json_strn(body, "/api_app_id", &app_id.len);
    if (rc == 0 && !slack__signer_owns(http->credentials.signer, by, &app_id)) {
        slack__http_refuse(request, 401, NULL, "api_app_id is another app's than the secret");
        return false;
    }
    if (rc == 0 && strcmp(slack_json_str(body, "/type"), "url_verification") == 0) {
        answer_challenge(http, request, body);
        return false;
    }
    slack_delivery_t *d = rc == 0 ? make_delivery(request, body, app_id) : NULL;
    if (!d) {
        slack__http_refuse(request, 503, &retry_after, "out of memory");
        return false;
    }
    http->stats.delivered++;
    http->base.host->deliver(&http->base, d);
    return true;
}

/* Take the first part of a DN off it. A separator that is escaped, or in quotes, is of a name's own
 * (RFC 4514, RFC 1779). */
static slack_slice_t take_part(slack_slice_t *dn, char separator)
{
    bool quoted = false;
    size_t len = 0;
    while (len < dn->len && (quoted || dn->ptr[len] != separator)) {
        if (dn->ptr[len] == '"') quoted = !quoted;
        len += dn->ptr[len] == '\\' && len + 1 < dn->len ? 2 : 1;
    }
    const slack_slice_t part = {dn->ptr, len};
    const size_t used = len < dn->len ? len + 1 : len;
    *dn = (slack_slice_t){dn->ptr + used, dn->len - used};
    return slack__slice_trim(part);
}

/* "CN=name" among the parts of a DN ("CN=name,O=Slack" or "/O=Slack/CN=name"), or the name alone.
 */
static bool names_slack(slack_slice_t dn)
{
    const char separator = dn.len > 0 && dn.ptr[0] == '/' ? '/' : ',';
    if (slack__slice_eq(dn, SLACK_SLICE(SLACK_CLIENT_NAME))) return true;
    while (dn.len > 0)
        if (slack__slice_eq(take_part(&dn, separator), SLACK_SLICE("CN=" SLACK_CLIENT_NAME)))
            return true;
    return false;
}

/* What a proxy says of the client's certificate; nobody else may say it. `peer` is whose connection
 * it is, which a forwarded address is not. */
static bool has_certificate(slack_http_t *http, const slack_http_request_t *request,
                            slack_slice_t peer)
{
    unsigned count;
    if (!http->cert_header) return true;
    slack_slice_t dn = slack__http_header(request, http->cert_header, &count);
    if (count == 1 && slack__trusted_proxies_match(&http->trusted, peer) && names_slack(dn))
        return true;
    slack__http_refuse(request, 401, NULL,
                       "no certificate of Slack's, see SLACK_HTTP_CLIENT_CERT_HEADER");
    return false;
}

/* Nothing of a body is looked at before its signature holds, but whether it is an ssl_check. */
static bool receive(slack_http_t *http, const slack_http_request_t *request)
{
    if (!slack__slice_eq(request->method, SLACK_SLICE("POST"))) {
        slack__http_refuse(request, 405, &allow_post, "not a POST");
        return false;
    }
    slack_slice_t content_type = slack__http_header(request, "Content-Type", NULL);
    if (slack__body_is_ssl_check(content_type, (slack_slice_t){request->body, request->body_len})) {
        slack__http_respond(request->server, request->id, &(slack_http_response_t){.status = 200});
        return false;
    }
    slack_signed_by_t by;
    return is_signed(http, request, &by) && take(http, request, content_type, by);
}

/* True when the request became a visit, which has its arena now. */
static bool show(slack_http_t *http, slack_http_request_t *request)
{
    int rc = http->has_pages ? http->base.host->visit(&http->base, request) : SLACK_ENOTFOUND;
    if (rc == SLACK_ENOTFOUND)
        slack__http_refuse(request, 404, NULL, "no such path, see SLACK_HTTP_PATH");
    else if (rc != 0)
        slack__http_refuse(request, 503, &retry_after, "out of memory");
    return rc == 0;
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    slack_http_t *http = user_data;
    slack_arena_t *arena = request->arena;
    const slack_slice_t peer = slack__slice(request->peer);
    bool taken = false;
    slack__trusted_proxies_name_client(&http->trusted, request);
    if (strcmp(request->path.ptr, http->path) != 0)
        taken = show(http, request);
    else if (has_certificate(http, request, peer))
        taken = receive(http, request);
    if (!taken) slack__arena_free(arena);
}

/* --- life ------------------------------------------------------------------------------------- */

static void tell(slack_http_t *http, enum slack_transport_state state)
{
    http->base.host->state(&http->base, state, 0);
}

/* No request is faster: a connection is taken in one turn of the loop and read from in a later one,
 * and this task runs in between at the latest. */
static void announce(slack_task_t *task)
{
    slack_http_t *http = SLACK_CONTAINER(task, slack_http_t, announce);
    tell(http, SLACK_TRANSPORT_STARTING);
    if (http->server) tell(http, SLACK_TRANSPORT_READY); /* not stopped in there */
}

static int open_server(slack_http_t *http)
{
    const slack_listen_address_t *address = &http->address;
    const slack_http_server_options_t options = {
        .listen = {.host = address->host,
                   .port = address->port,
                   .reuse_port = http->reuse_port,
                   .fd = address->fd,
                   .tls = http->credentials.tls,
                   .open_ms = OPEN_MS,
                   .write_max = WRITE_MAX},
        .limits = &http->limits,
        .trusted = &http->trusted,
        .fn = on_request,
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

/* --- start and stop --------------------------------------------------------------------------- */

/* Who connects to a socket that nobody looks at waits for ever. */
static void warn_of_unused_sockets(const slack_http_t *http)
{
    const unsigned used = http->has_pages ? 1 : 2;
    int fd = slack__listen_inherited(used);
    if (fd > 0)
        SLACK_LOG(log_of(http), WARN, "passed socket not used", "fd=%d reason=%s", fd,
                  used == 1 ? "SLACK_HTTP_ADMIN_PORT is not set" : "there is no third port");
}

static void log_place(const slack_http_t *http)
{
    const slack_listen_address_t *address = &http->address;
    if (address->fd)
        SLACK_LOG(log_of(http), INFO, "http listening", "fd=%d port=%u path=%s", address->fd,
                  http->stats.port, http->path);
    else
        SLACK_LOG(log_of(http), INFO, "http listening", "host=%s port=%u path=%s", address->host,
                  http->stats.port, http->path);
}

static void on_tls_changed(void *user_data)
{
    slack_http_t *http = user_data;
    if (http->server) slack__http_server_set_tls(http->server, http->credentials.tls);
}

static int http_start(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    if (http->started) return SLACK_EALREADY;
    int rc = open_server(http);
    if (rc != 0) return rc;
    http->started = true;
    slack__credentials_watch(&http->credentials, on_tls_changed, http);
    http->stats.port = slack__http_server_port(http->server);
    log_place(http);
    warn_of_unused_sockets(http);
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

static void on_closed(void *user_data)
{
    slack_http_t *http = user_data;
    if (--http->closing == 0) tell(http, SLACK_TRANSPORT_STOPPED);
}

static void http_stop(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    slack_http_server_t *server = http->server;
    if (!server) return;
    http->server = NULL;
    slack__task_cancel(&http->announce);
    http->closing += slack__credentials_close(&http->credentials, on_closed);
    http->stats.refused += slack__http_server_refused(server);
    http->closing++;
    slack__http_server_close(server, on_closed, http);
}

/* What each outcome is on the wire: an answer of 5xx is sent again, a 4xx with X-Slack-No-Retry is
 * not (https://docs.slack.dev/apis/events-api/using-http-request-urls). */
static void dress(const slack_ack_t *ack, slack_http_response_t *ret)
{
    static const char *const types[] = {
        [SLACK_ACK_BODY_TEXT] = "text/plain; charset=utf-8",
        [SLACK_ACK_BODY_JSON] = "application/json; charset=utf-8",
    };
    *ret = (slack_http_response_t){.status = 200};
    if (ack->outcome == SLACK_ACK_LATER) {
        ret->status = 503;
        ret->headers = &retry_after;
        ret->header_count = 1;
    } else if (ack->outcome == SLACK_ACK_REFUSE) {
        ret->status = 404;
        ret->headers = &no_retry;
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
    int rc = SLACK_ECLOSED;
    if (http->server) {
        if (ack->outcome == SLACK_ACK_OK && ack->type != SLACK_ACK_BODY_NONE) {
            if (!d->body_allowed) return SLACK_EACKBODY;
            if (ack->body.len > SLACK_HTTP_ACK_MAX) return SLACK_ETOOBIG;
        }
        slack_http_response_t answer;
        dress(ack, &answer);
        rc = slack__http_respond(http->server, d->handle, &answer);
    }
    if (rc == 0)
        http->stats.acked++;
    else
        http->stats.ack_lost++;
    return rc == SLACK_ENOMEM ? SLACK_ECLOSED : rc; /* the server closed the peer for it */
}

static void http_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    const slack_http_t *http = (const slack_http_t *)t;
    *ret = http->stats;
    ret->state = t->state;
    if (!http->server) return;
    ret->connections = slack__http_server_connections(http->server);
    ret->refused += slack__http_server_refused(http->server);
    ret->under_way = slack__http_server_under_way(http->server);
}

static unsigned http_reload(slack_transport_t *t)
{
    return slack__credentials_reload(&http_of(t)->credentials);
}

static void http_destroy(slack_transport_t *t)
{
    slack_http_t *http = http_of(t);
    slack__credentials_done(&http->credentials);
    slack__free(http->path);
    slack__free(http);
}

static const struct slack_transport_ops http_ops = {
    .name = "http",
    .listens = true,
    .start = http_start,
    .leave = http_leave,
    .drain = http_drain,
    .stop = http_stop,
    .ack = http_ack,
    .stats = http_stats,
    .reload = http_reload,
    .destroy = http_destroy,
};

/* --- options ---------------------------------------------------------------------------------- */

static bool is_set(const char *option)
{
    return option && *option;
}

static const char *or_default(const char *option, const char *preset)
{
    return is_set(option) ? option : preset;
}

static int read_place(slack_http_t *http, const slack_options_t *o, char *error)
{
    http->has_pages = !is_set(o->http_admin_port);
    int rc = slack__listen_address_init(&http->address, "SLACK_HTTP",
                                        or_default(o->http_host, DEFAULT_HOST),
                                        or_default(o->http_port, DEFAULT_PORT), error);
    return rc == 0 ? slack__listen_address_inherit(&http->address, 0, error) : rc;
}

static bool path_is_plain(const char *path)
{
    if (*path != '/') return false;
    for (; *path; path++)
        if (*path <= ' ' || *path > '~' || *path == '?' || *path == '#') return false;
    return true;
}

static int read_path(slack_http_t *http, const slack_options_t *options, char *error)
{
    const char *path = is_set(options->http_path) ? options->http_path : DEFAULT_PATH;
    http->path = slack__strdup(path);
    if (!http->path) return SLACK_ENOMEM;
    if (path_is_plain(path) && slack__http_path_decode(http->path)) return 0;
    snprintf(error, SLACK_ERROR_TEXT_MAX,
             "SLACK_HTTP_PATH is \"%.64s\"; it has to begin with '/' and hold only ASCII, without "
             "spaces, '?', '#' and escapes that are none",
             path);
    return SLACK_ECONFIG;
}

static int http_create(slack_transport_t **ret, const struct slack_transport_host *host,
                       const slack_options_t *options, char *error)
{
    slack_http_t *http = slack__calloc(1, sizeof *http);
    if (!http) return SLACK_ENOMEM;
    http->base.ops = &http_ops;
    http->base.host = host;
    http->announce.run = announce;
    slack__link_init(&http->announce.link);
    http->limits = options->http_limits;
    http->reuse_port = options->http_reuse_port > 0;
    if (is_set(options->http_client_cert_header))
        http->cert_header = options->http_client_cert_header;
    int rc = slack__credentials_init(&http->credentials, host->net, options, error);
    if (rc == 0) rc = read_place(http, options, error);
    if (rc == 0) rc = read_path(http, options, error);
    if (rc == 0)
        rc = slack__trusted_proxies_read(&http->trusted, options->http_trusted_proxies, error);
    if (rc != 0)
        http_destroy(&http->base);
    else
        *ret = &http->base;
    return rc;
}

const slack_transport_type_t slack__transport_http = {"http", http_create};
