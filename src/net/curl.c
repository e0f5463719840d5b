/* SPDX-License-Identifier: MIT */
#include "net/curl.h"

#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <slack/error.h>

#include "net/curl_head.h"
#include "net/tunnel.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/redact.h"

/*
 * A transfer is in `active` while libcurl has it, and in `ended` until its callback has run. Within
 * libcurl's callbacks data is only copied. Callbacks run only from the task `tell`, so whatever
 * they call (send, close) is never called inside a function of libcurl.
 */

#define CONNECT_MS      10000L
#define IDLE_EASY_MAX   8   /* easy handles kept for the next transfer */
#define CACHED_CONNS    16L /* open connections kept for it */
#define HOST_CONNS_MAX  64L /* to one host over HTTP/1.1; libcurl queues more transfers */
#define CONN_IDLE_S_MAX 60L /* the server may be closing an older one right now */

struct slack_curl {
    slack_net_t *net;
    CURLM *multi;
    uv_timer_t timer;
    slack_task_t tell;
    slack_link_t active;
    slack_link_t ended;
    slack_link_t sockets;
    unsigned count; /* active and ended */
    unsigned concurrency;
    bool starved; /* a transfer has a socket that could not be watched */
    CURL *idle[IDLE_EASY_MAX];
    unsigned idle_count;
    char *ca_file;
    char *user_agent;
    slack_proxy_t *proxy;
    bool closing;
    unsigned handles; /* not closed yet */
    void (*close_fn)(void *user_data);
    void *close_data;
};

typedef struct slack_transfer {
    slack_link_t link;
    slack_curl_t *curl;
    CURL *easy;
    struct curl_slist *headers;
    slack_curl_fn fn;
    void *user_data;
    slack_buf_t answer;
    slack_budget_t *budget; /* counts answer.len; NULL: none does */
    int fault;              /* a failure that libcurl does not know; 0: no such failure */
    const char *why;        /* of a fault; NULL: the status says it */
    slack_curl_head_t head;
    bool proxied;
    unsigned stream;     /* of HTTP/2; 0: no stream */
    bool stream_refused; /* by the server: no part of the request was processed */
    long refusal;        /* the status by which the proxy refused CONNECT; 0: it did not */
    char error[CURL_ERROR_SIZE];
    slack_curl_result_t result;
    size_t body_len;
    size_t body_read; /* by libcurl */
    char body[];
} slack_transfer_t;

/* A socket of libcurl's. It lives until libuv has closed the poll handle, longer than its
 * descriptor.
 */
typedef struct slack_curl_socket {
    uv_poll_t poll;
    slack_link_t link; /* in slack_curl.sockets, until libcurl gives it up */
    slack_curl_t *curl;
    curl_socket_t fd;
    int events;
} slack_curl_socket_t;

/* --- the end of a transfer ----------------------------------------------------------------- */

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *line = headers; line; line = line->next)
        slack__wipe(line->data, strlen(line->data)); /* one line holds the token */
    curl_slist_free_all(headers);
}

static void free_transfer(slack_transfer_t *transfer)
{
    slack_curl_t *curl = transfer->curl;
    if (transfer->easy && !curl->closing && curl->idle_count < IDLE_EASY_MAX) {
        curl_easy_reset(transfer->easy); /* forgets the options, keeps the TLS sessions */
        curl->idle[curl->idle_count++] = transfer->easy;
    } else {
        curl_easy_cleanup(transfer->easy);
    }
    free_headers(transfer->headers);
    slack__budget_give(transfer->budget, transfer->answer.len);
    slack__buf_done(&transfer->answer);
    slack__wipe(transfer, sizeof *transfer + transfer->body_len);
    slack__free(transfer);
}

static int status_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return 0;
    case CURLE_OUT_OF_MEMORY: return SLACK_ENOMEM;
    case CURLE_OPERATION_TIMEDOUT: return SLACK_ETIMEDOUT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return SLACK_ECONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return SLACK_ETLS;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND: /* see transfer_rewind() */
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE: return SLACK_ECLOSED;
    case CURLE_PROXY: return SLACK_ECONNECT;
    default: return SLACK_EPROTO; /* malformed HTTP, a malformed encoding */
    }
}

/* libcurl has one code for some failures that are not one. */
static CURLcode exact_code(slack_transfer_t *transfer, CURLcode code)
{
    curl_off_t first_us = 0;
    switch (code) {
    case CURLE_OK: /* or the connection has ended within the headers */
        return transfer->head.complete ? code : CURLE_PARTIAL_FILE;
    case CURLE_RECV_ERROR: /* or the chunks are malformed */
        return strstr(transfer->error, "chunked-encod") ? CURLE_WEIRD_SERVER_REPLY : code;
    case CURLE_OUT_OF_MEMORY: /* or a line is longer than libcurl takes */
        curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
        if (first_us == 0 || transfer->head.complete) return code;
        transfer->fault = SLACK_EPROTO;
        transfer->why = "a line in the headers of the answer is too long";
        return CURLE_WEIRD_SERVER_REPLY;
    default: return code;
    }
}

/* Whether no byte of the request was sent, or none was processed. A CONNECT is not part of it. */
static bool is_unsent(const slack_transfer_t *transfer)
{
    long sent_bytes = 0;
    curl_off_t ready_us = 0;
    if (transfer->stream_refused) return true;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    return sent_bytes == 0 || (transfer->proxied && ready_us == 0);
}

/* Why it failed, without the URL: libcurl's own words name hosts and ports at most. */
static const char *reason_of(slack_transfer_t *transfer, CURLcode code)
{
    char *text = transfer->error;
    if (transfer->why) return transfer->why;
    switch (transfer->fault) {
    case 0:
        if (code == CURLE_OK) return "";
        if (transfer->refusal) {
            snprintf(text, CURL_ERROR_SIZE, "the proxy %s: %ld",
                     slack__tunnel_words((int)transfer->refusal), transfer->refusal);
            return text;
        }
        if (transfer->stream_refused) return "the server refused the HTTP/2 stream";
        if (code == CURLE_SEND_FAIL_REWIND) return "the connection was closed before an answer";
        if (!transfer->head.complete && code == CURLE_PARTIAL_FILE)
            return "the connection was closed within the headers of the answer";
        if (!text[0]) return curl_easy_strerror(code);
        text[slack__redact(text, strlen(text))] = '\0';
        return text;
    case SLACK_ETOOBIG:
        snprintf(text, CURL_ERROR_SIZE, "the answer is larger than %zu bytes",
                 transfer->answer.max);
        return text;
    case SLACK_EBUSY: return "the memory for answers is used up";
    default: return slack_strerror(transfer->fault);
    }
}

/* NULL: the response has no such header. */
static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return NULL;
    return header->value;
}

/* libcurl takes a word for 0 and a number that is too large for 0, so numbers are read here. */
static int64_t retry_after_of(CURL *easy)
{
    const char *text = header_of(easy, "Retry-After");
    if (!text) return -1;
    size_t digits = strspn(text, "0123456789");
    if (digits > 0) {
        if (text[digits + strspn(text + digits, " \t")]) return 0; /* "30s", "1.5", "1e3" */
        return digits < 10 ? atoll(text) : INT32_MAX;
    }
    curl_off_t date_s = 0;
    /* The libcurl of a system whose time_t has 32 bits returns no more, whatever time_t is here. */
    if ((int32_t)curl_getdate(text, NULL) != -1)
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &date_s);
    return date_s > 0 ? date_s : 0;
}

/* Take a transfer out of libcurl, store its result, and post its callback. */
static void end_transfer(slack_transfer_t *transfer, CURLcode code)
{
    slack_curl_t *curl = transfer->curl;
    slack_curl_result_t *result = &transfer->result;
    long http_status = 0;
    char *content_type = NULL;
    if (!transfer->fault) code = exact_code(transfer, code);
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_status);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);

    /* libcurl reports the refusal of a proxy like a lost connection. */
    if (transfer->proxied && code != CURLE_OK)
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->refusal);
    if (transfer->refusal && slack__tunnel_status((int)transfer->refusal) == 0)
        transfer->refusal = 0;
    if (code == CURLE_OK) transfer->stream_refused = false;
    result->status = transfer->fault            ? transfer->fault
                     : transfer->refusal        ? slack__tunnel_status((int)transfer->refusal)
                     : transfer->stream_refused ? SLACK_ECONNECT
                                                : status_of(code);
    result->reason = reason_of(transfer, code);
    result->http_status = transfer->refusal ? 0 : (int)http_status;
    result->unsent = result->status != 0 && is_unsent(transfer);
    result->content_type = content_type ? content_type : "";
    result->retry_after_s = retry_after_of(transfer->easy);
    const char *body = slack__buf_ptr(&transfer->answer);
    result->body = body ? body : "";
    result->body_len = transfer->answer.len;

    curl_multi_remove_handle(curl->multi, transfer->easy);
    slack__unlink(&transfer->link);
    slack__list_push(&curl->ended, &transfer->link);
    slack__task_post(curl->net, &curl->tell);
}

static slack_transfer_t *transfer_of(CURL *easy)
{
    void *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return transfer;
}

/* Call this after every socket_action, whatever running count it returns: a lone transfer that
 * timed out is no longer counted, and would never be collected. */
static void collect(slack_curl_t *curl)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(curl->multi, &left))) {
        CURLcode code = message->data.result;
        if (message->msg == CURLMSG_DONE) end_transfer(transfer_of(message->easy_handle), code);
    }
    if (!curl->starved) return;
    curl->starved = false;
    for (slack_link_t *link = curl->active.next, *next; link != &curl->active; link = next) {
        slack_transfer_t *transfer = SLACK_CONTAINER(link, slack_transfer_t, link);
        next = link->next;
        if (transfer->fault) end_transfer(transfer, CURLE_OUT_OF_MEMORY);
    }
}

/* --- libuv drives libcurl ------------------------------------------------------------------ */

static void curl_timed_out(uv_timer_t *timer)
{
    slack_curl_t *curl = timer->data;
    int running;
    curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(curl);
}

static int curl_set_timer(CURLM *multi, long timeout_ms, void *user_data)
{
    slack_curl_t *curl = user_data;
    if (timeout_ms < 0)
        uv_timer_stop(&curl->timer);
    else
        uv_timer_start(&curl->timer, curl_timed_out, (uint64_t)timeout_ms, 0);
    return 0;
}

static void curl_socket_ready(uv_poll_t *poll, int status, int events)
{
    slack_curl_socket_t *sock = poll->data;
    slack_curl_t *curl = sock->curl;
    int flags = 0, running;
    if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
    /* After an error libcurl reads what came before it, then finds the error by itself. */
    if (status < 0) flags = CURL_CSELECT_IN | CURL_CSELECT_OUT;
    curl_multi_socket_action(curl->multi, sock->fd, flags, &running);
    /* libuv has stopped watching. Go on if libcurl still needs the socket. */
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        uv_poll_start(poll, sock->events, curl_socket_ready);
    collect(curl);
}

static void curl_release(slack_curl_t *curl)
{
    if (--curl->handles > 0) return;
    void (*fn)(void *user_data) = curl->close_fn;
    void *user_data = curl->close_data;
    slack__free(curl->ca_file);
    slack__free(curl->user_agent);
    slack__proxy_unref(curl->proxy);
    slack__free(curl);
    if (fn) fn(user_data);
}

static void curl_socket_closed(uv_handle_t *handle)
{
    slack_curl_socket_t *sock = handle->data;
    slack_curl_t *curl = sock->curl;
    slack__free(sock);
    curl_release(curl);
}

static slack_curl_socket_t *curl_watch_socket(slack_curl_t *curl, curl_socket_t fd)
{
    slack_curl_socket_t *sock = slack__calloc(1, sizeof *sock);
    if (!sock) return NULL;
    if (uv_poll_init_socket(slack__net_loop(curl->net), &sock->poll, fd) != 0) {
        slack__free(sock);
        return NULL;
    }
    sock->poll.data = sock;
    sock->curl = curl;
    sock->fd = fd;
    curl->handles++;
    slack__list_push(&curl->sockets, &sock->link);
    curl_multi_assign(curl->multi, fd, sock);
    return sock;
}

/* CURLMOPT_SOCKETFUNCTION. An error returned here would end the whole multi handle, so a socket
 * that cannot be watched fails its own transfer instead. */
static int curl_set_socket(CURL *easy, curl_socket_t fd, int what, void *user_data, void *priv)
{
    slack_curl_t *curl = user_data;
    slack_curl_socket_t *sock = priv;
    if (what == CURL_POLL_REMOVE) {
        if (!sock) return 0;
        curl_multi_assign(curl->multi, fd, NULL);
        slack__unlink(&sock->link);
        uv_close((uv_handle_t *)&sock->poll, curl_socket_closed);
        return 0;
    }
    if (!sock) sock = curl_watch_socket(curl, fd);
    if (sock) {
        sock->events =
            ((what & CURL_POLL_IN) ? UV_READABLE : 0) | ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0);
        if (uv_poll_start(&sock->poll, sock->events, curl_socket_ready) == 0) return 0;
    }
    slack_transfer_t *transfer = transfer_of(easy);
    if (transfer) transfer->fault = SLACK_ENOMEM;
    curl->starved = true;
    return 0;
}

/* --- bytes --------------------------------------------------------------------------------- */

static size_t transfer_receive_head(char *line, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    transfer->why = slack__curl_head_line(&transfer->head, line, size * count);
    if (transfer->why) transfer->fault = SLACK_EPROTO;
    return transfer->why ? 0 : size * count;
}

static size_t transfer_receive(char *data, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    const size_t len = size * count;
    const bool small = transfer->answer.len + len <= SLACK_BUDGET_SMALL_BYTES;
    if (!small && !slack__budget_has(transfer->budget, len))
        transfer->fault = SLACK_EBUSY;
    else
        transfer->fault = slack__buf_append(&transfer->answer, data, len);
    if (transfer->fault != 0) return 0;
    slack__budget_take(transfer->budget, len);
    return len;
}

static size_t transfer_send(char *to, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    size_t len = transfer->body_len - transfer->body_read;
    if (len > size * count) len = size * count;
    memcpy(to, transfer->body + transfer->body_read, len);
    transfer->body_read += len;
    return len;
}

/*
 * If a connection that was used before closes without a response, libcurl sends the request again
 * on a new one, since the server may have closed an idle connection. But the server may also have
 * died after it posted the message, and only the caller may decide to post twice. So once libcurl
 * has read a byte of the body, it cannot read the body again. CURLOPT_POSTFIELDS could not do that.
 */
static int transfer_rewind(void *user_data, curl_off_t offset, int origin)
{
    slack_transfer_t *transfer = user_data;
    return transfer->body_read == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static int local_port(curl_socket_t fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

/* Whether the connection of the transfer is open in both directions. libcurl names no socket of a
 * connection that several transfers share, only its port. */
static bool connection_is_open(const slack_transfer_t *transfer)
{
    const slack_link_t *all = &transfer->curl->sockets;
    long port = 0;
    char byte;
    curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &port);
    for (slack_link_t *link = all->next; port > 0 && link != all; link = link->next) {
        curl_socket_t fd = SLACK_CONTAINER(link, slack_curl_socket_t, link)->fd;
        if (local_port(fd) != port) continue;
        ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    }
    return false;
}

/*
 * A server that sends REFUSED_STREAM, or GOAWAY with a lower stream, has not processed the request
 * (RFC 9113, 6.8 and 8.7). libcurl reports both like a lost connection, and only its log tells them
 * apart. On a connection that was used before, the log does not name REFUSED_STREAM either: but it
 * is the only reason to send a request again while the connection is open and nothing has failed.
 * libcurl sends a request without a body again by itself, and the server may process that one.
 */
static int transfer_log(CURL *easy, curl_infotype type, char *data, size_t len, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    char line[128];
    unsigned number;
    if (type == CURLINFO_HEADER_OUT) transfer->stream_refused = false;
    if (type != CURLINFO_TEXT) return 0;
    snprintf(line, sizeof line, "%.*s", (int)len, data);
    const char *goaway = strstr(line, "GOAWAY, error=");
    if (sscanf(line, "Using Stream ID: %u", &number) == 1 ||
        sscanf(line, "[HTTP/2] [%u] OPENED", &number) == 1)
        transfer->stream = number;
    else if (goaway && sscanf(goaway, "GOAWAY, error=%*u, last_stream=%u", &number) == 1)
        transfer->stream_refused = transfer->stream > number;
    else if (strncmp(line, "REFUSED_STREAM, ", 16) == 0)
        transfer->stream_refused = true;
    else if (strncmp(line, "Connection died, retrying", 25) == 0 && transfer->stream > 0 &&
             !transfer->error[0] && connection_is_open(transfer))
        transfer->stream_refused = true;
    return 0;
}

/* --- the start of a transfer --------------------------------------------------------------- */

static const struct fixed_option {
    CURLoption option;
    long value;
} fixed_options[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1},     /* do not wait for a thread that still resolves a name */
    {CURLOPT_FOLLOWLOCATION, 0}, /* a redirect would carry the token elsewhere */
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2}, /* or later */
    {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS},
    {CURLOPT_MAXAGE_CONN, CONN_IDLE_S_MAX},
    /* HTTP/2 if TLS offers it. Slack answers 408 to a stream without a body that the client has not
     * ended; libcurl ends it, since it knows the size. */
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
};

/* The only copy of the lines. NULL: memory is out. */
static struct curl_slist *copy_headers(const char *const *headers)
{
    /* No "Expect: 100-continue", which would only cost a round trip. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (; list && headers && *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(list, *headers);
        if (!longer) free_headers(list);
        list = longer;
    }
    return list;
}

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK) code = curl_easy_setopt(transfer->easy, (option), (value));          \
    } while (0)

static CURLcode set_body(slack_transfer_t *transfer, bool post)
{
    CURLcode code = CURLE_OK;
    if (!post) {
        SET(CURLOPT_HTTPGET, 1L);
        return code;
    }
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_len);
    if (transfer->body_len == 0) {
        SET(CURLOPT_POSTFIELDS, ""); /* Content-Length: 0 */
        return code;
    }
    SET(CURLOPT_READFUNCTION, transfer_send);
    SET(CURLOPT_READDATA, transfer);
    SET(CURLOPT_SEEKFUNCTION, transfer_rewind);
    SET(CURLOPT_SEEKDATA, transfer);
    return code;
}

/* The decision is the same as for sockets, whatever the environment says: an empty proxy means
 * none, and an empty list of exceptions keeps libcurl from reading NO_PROXY. */
static CURLcode set_proxy(slack_transfer_t *transfer, const slack_url_t *url)
{
    const slack_proxy_t *proxy = transfer->curl->proxy;
    CURLcode code = CURLE_OK;
    transfer->proxied = slack__proxy_serves(proxy, url->host, url->port);
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_PROXY, transfer->proxied ? slack__proxy_url(proxy) : "");
    if (!transfer->proxied) return code;
    SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
    if (!slack__proxy_user(proxy)) return code;
    SET(CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    SET(CURLOPT_PROXYUSERNAME, slack__proxy_user(proxy));
    SET(CURLOPT_PROXYPASSWORD, slack__proxy_password(proxy));
    return code;
}

static CURLcode set_options(slack_transfer_t *transfer, const slack_curl_request_t *request,
                            const slack_url_t *url)
{
    slack_curl_t *curl = transfer->curl;
    CURLcode code = set_body(transfer, strcmp(request->method, "POST") == 0);
    for (size_t i = 0; i < sizeof fixed_options / sizeof *fixed_options; i++)
        SET(fixed_options[i].option, fixed_options[i].value);
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_VERBOSE, 1L); /* transfer_log() is called */
    SET(CURLOPT_DEBUGFUNCTION, transfer_log);
    SET(CURLOPT_DEBUGDATA, transfer);
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROTOCOLS_STR, url->secure ? "https" : "http");
    /* Over TLS, wait for a connection that is being opened: it may offer HTTP/2 streams. Without
     * TLS the request would wait for the response to another one. */
    SET(CURLOPT_PIPEWAIT, url->secure ? 1L : 0L);
    SET(CURLOPT_USERAGENT, curl->user_agent);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_ACCEPT_ENCODING, ""); /* all that libcurl decodes; body_max is for the result */
    SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    SET(CURLOPT_HEADERFUNCTION, transfer_receive_head);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_WRITEFUNCTION, transfer_receive);
    SET(CURLOPT_WRITEDATA, transfer);
    if (curl->ca_file) SET(CURLOPT_CAINFO, curl->ca_file);
    if (code == CURLE_OK) code = set_proxy(transfer, url);
    return code;
}

static bool request_is_valid(const slack_curl_request_t *request, slack_url_t *ret_url)
{
    if (!request->method || slack__url_parse(ret_url, request->url) != 0) return false;
    if (ret_url->scheme.ptr[0] != 'h' && ret_url->scheme.ptr[0] != 'H') return false; /* ws, wss */
    if (!slack__url_parts_allowed(ret_url) || request->timeout_ms == 0) return false;
    return strcmp(request->method, "POST") == 0 ||
           (strcmp(request->method, "GET") == 0 && request->body_len == 0);
}

int slack__curl_send(slack_curl_t *curl, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    slack_url_t url;
    if (!request_is_valid(request, &url)) return SLACK_EINVAL;
    if (curl->closing) return SLACK_ECANCELED;
    if (curl->count >= curl->concurrency) return SLACK_EBUSY;
    slack_transfer_t *transfer = slack__calloc(1, sizeof *transfer + request->body_len);
    if (!transfer) return SLACK_ENOMEM;

    transfer->curl = curl;
    transfer->fn = fn;
    transfer->user_data = user_data;
    transfer->body_len = request->body_len;
    transfer->budget = request->budget;
    if (request->body_len) memcpy(transfer->body, request->body, request->body_len);
    slack__buf_init(&transfer->answer, request->body_max);
    transfer->easy = curl->idle_count ? curl->idle[--curl->idle_count] : curl_easy_init();
    transfer->headers = copy_headers(request->headers);
    if (!transfer->easy || !transfer->headers || set_options(transfer, request, &url) != CURLE_OK ||
        curl_multi_add_handle(curl->multi, transfer->easy) != CURLM_OK) {
        free_transfer(transfer);
        return SLACK_ENOMEM;
    }
    slack__list_push(&curl->active, &transfer->link);
    curl->count++;
    return 0;
}

const char *slack__curl_header(const slack_curl_result_t *result, const char *name)
{
    const char *bytes = (const char *)result - offsetof(slack_transfer_t, result);
    const char *value = header_of(((const slack_transfer_t *)(const void *)bytes)->easy, name);
    return value ? value : "";
}

/* --- life ---------------------------------------------------------------------------------- */

static void curl_timer_closed(uv_handle_t *handle)
{
    curl_release(handle->data);
}

static void curl_tell(slack_task_t *task)
{
    slack_curl_t *curl = SLACK_CONTAINER(task, slack_curl_t, tell);
    slack_link_t *link;
    while ((link = slack__list_shift(&curl->ended))) {
        slack_transfer_t *transfer = SLACK_CONTAINER(link, slack_transfer_t, link);
        curl->count--;
        transfer->fn(&transfer->result, transfer->user_data);
        free_transfer(transfer);
    }
    if (!curl->closing) return;
    slack__task_cancel(&curl->tell);
    while (curl->idle_count)
        curl_easy_cleanup(curl->idle[--curl->idle_count]);
    curl_multi_cleanup(curl->multi); /* closes its sockets */
    uv_close((uv_handle_t *)&curl->timer, curl_timer_closed);
}

void slack__curl_close(slack_curl_t *curl, void (*fn)(void *user_data), void *user_data)
{
    if (curl->closing) return;
    curl->closing = true;
    curl->close_fn = fn;
    curl->close_data = user_data;
    while (!slack__list_empty(&curl->active)) {
        slack_transfer_t *transfer = SLACK_CONTAINER(curl->active.next, slack_transfer_t, link);
        transfer->fault = SLACK_ECANCELED;
        end_transfer(transfer, CURLE_ABORTED_BY_CALLBACK);
    }
    slack__task_post(curl->net, &curl->tell);
}

static uv_once_t global_once = UV_ONCE_INIT;
static CURLcode global_status;

static void global_init(void)
{
    global_status = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURLM *new_multi(slack_curl_t *curl)
{
    uv_once(&global_once, global_init);
    CURLM *multi = global_status == CURLE_OK ? curl_multi_init() : NULL;
    if (!multi) return NULL;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_set_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, curl);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_set_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, curl);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CACHED_CONNS);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, HOST_CONNS_MAX);
    return multi;
}

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options)
{
    slack_curl_t *curl = slack__calloc(1, sizeof *curl);
    if (!curl) return SLACK_ENOMEM;
    curl->net = net;
    curl->concurrency = options->concurrency;
    curl->ca_file = slack__strdup(options->ca_file);
    curl->user_agent = slack__strdup(options->user_agent);
    curl->multi = new_multi(curl);
    if (!curl->multi || !curl->user_agent || (options->ca_file && !curl->ca_file)) {
        if (curl->multi) curl_multi_cleanup(curl->multi);
        slack__free(curl->ca_file);
        slack__free(curl->user_agent);
        slack__free(curl);
        return SLACK_ENOMEM;
    }
    curl->proxy = slack__proxy_ref(options->proxy);
    slack__link_init(&curl->active);
    slack__link_init(&curl->ended);
    slack__link_init(&curl->sockets);
    slack__link_init(&curl->tell.link);
    curl->tell.run = curl_tell;
    uv_timer_init(slack__net_loop(net), &curl->timer);
    curl->timer.data = curl;
    curl->handles = 1;
    *ret = curl;
    return 0;
}
