/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <slack/error.h>

#include "net/curl_transfer.h"
#include "net/public_address.h"

#define CONNECT_MS      10000L
#define CONN_IDLE_S_MAX 60L /* the server may be closing an older one right now */
/* libcurl sends such a body and the headers in one piece, if it needs no function to read it. */
#define WITH_HEADERS_MAX (64 << 10)

/* --- bytes --------------------------------------------------------------------------------- */

/* Memory for the body of a response. False: the transfer fails. */
static bool take_bytes(slack_transfer_t *transfer, const char *data, size_t len)
{
    slack_buf_t *bytes = &transfer->in.bytes;
    const bool small = bytes->len + len <= SLACK_BUDGET_SMALL_BYTES;
    if (!small && !slack__budget_has(transfer->budget, len))
        transfer->fault = SLACK_EBUSY;
    else
        transfer->fault = slack__buf_append(bytes, data, len);
    if (transfer->fault != 0) return false;
    slack__budget_take(transfer->budget, len);
    return true;
}

static size_t transfer_receive(char *data, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    const size_t len = size * count;
    slack__transfer_note_bytes(transfer);
    if (slack__transfer_has_sink(transfer)) {
        slack__transfer_post(transfer);
        /* libcurl gives these bytes again later. */
        transfer->in.full = transfer->in.bytes.len + len > transfer->in.bytes.max;
        if (transfer->in.full) return CURL_WRITEFUNC_PAUSE;
    }
    return take_bytes(transfer, data, len) ? len : 0;
}

/* Keeps a line of the newest head: those before it are of interim responses or of a proxy. */
static int keep_head_line(slack_transfer_t *transfer, const char *line, size_t len)
{
    slack_buf_t *head = &transfer->in.head;
    if (head->max == 0 || len <= 2) return 0;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        slack__buf_clear(head);
        return 0;
    }
    return slack__buf_append(head, line, len);
}

static size_t transfer_receive_head(char *line, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    long http_status = 0;
    slack__transfer_note_bytes(transfer);
    transfer->why = slack__curl_head_line(&transfer->head, line, size * count);
    const int rc = transfer->why ? SLACK_EPROTO : keep_head_line(transfer, line, size * count);
    if (rc != 0) transfer->fault = rc;
    if (rc != 0) return 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_status);
    if (!transfer->head.complete || http_status < 200) return size * count; /* or interim */
    transfer->in.has_head = true;
    if (http_status >= 300) transfer->out.over = true; /* libcurl sends no more of the body */
    if (slack__transfer_is_streamed(transfer)) slack__transfer_post(transfer);
    return size * count;
}

static size_t transfer_send(char *to, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    size_t len = transfer->body_len - transfer->out.read;
    if (len > size * count) len = size * count;
    memcpy(to, transfer->body + transfer->out.read, len);
    transfer->out.read += len;
    slack__transfer_note_bytes(transfer);
    return len;
}

static size_t transfer_send_source(char *to, size_t size, size_t count, void *user_data)
{
    slack_transfer_t *transfer = user_data;
    slack_buf_t *bytes = &transfer->out.bytes;
    const size_t len = bytes->len < size * count ? bytes->len : size * count;
    if (len == 0) {
        if (transfer->out.over) return 0;
        transfer->out.starved = true;
        slack__transfer_post(transfer);
        return CURL_READFUNC_PAUSE;
    }
    memcpy(to, slack__buf_ptr(bytes), len);
    slack__buf_consume(bytes, len);
    transfer->out.read += len;
    slack__transfer_note_bytes(transfer);
    if (bytes->len == 0 && !transfer->out.over) slack__transfer_post(transfer);
    return len;
}

/* Nor does libcurl read a source again. */
static int transfer_rewind(void *user_data, curl_off_t offset, int origin)
{
    slack_transfer_t *transfer = user_data;
    return transfer->out.read == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
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

/* --- public addresses ---------------------------------------------------------------------- */

static bool transfer_judge(slack_transfer_t *transfer, const struct sockaddr *address)
{
    if (slack__address_is_public(address)) return true;
    transfer->fault = SLACK_EINVAL;
    transfer->why = "the host has an address of a private network";
    return false;
}

/* CURLOPT_OPENSOCKETFUNCTION: no packet goes to an address that is not public. */
static curl_socket_t transfer_open_socket(void *user_data, curlsocktype purpose,
                                          struct curl_sockaddr *address)
{
    if (!transfer_judge(user_data, &address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- the moment before a request is sent ---------------------------------------------------- */

/* CURLOPT_PREREQFUNCTION. The address is judged again, since a request may take a connection that
 * another request has opened. */
static int transfer_begins(void *user_data, char *ip, char *own_ip, int port, int own_port)
{
    slack_transfer_t *transfer = user_data;
    struct sockaddr_storage address;
    if (transfer->public_only) {
        if (!slack__net_address(ip, (unsigned)port, &address) || transfer->fault != 0 ||
            !transfer_judge(transfer, (const struct sockaddr *)&address))
            return CURL_PREREQFUNC_ABORT;
    }
    if (transfer->out.repeats) return CURL_PREREQFUNC_OK;
    /* If a connection that was used before closes without a response, libcurl sends the request
     * again on a new one, since the server may have closed an idle connection. But the server may
     * also have died after it posted the message, and only the caller may decide to post twice. So
     * this ends a transfer that would begin again after a byte of its request was sent. */
    long sent_bytes = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    if (transfer->out.begun && sent_bytes > transfer->out.before) return CURL_PREREQFUNC_ABORT;
    transfer->out.begun = true;
    transfer->out.before = sent_bytes;
    return CURL_PREREQFUNC_OK;
}

/* --- options ------------------------------------------------------------------------------- */

static const struct fixed_option {
    CURLoption option;
    long value;
} fixed_options[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1},     /* do not wait for a thread that still resolves a name */
    {CURLOPT_FOLLOWLOCATION, 0}, /* a redirect would carry the token elsewhere */
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2}, /* or later */
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},         /* a sink gets the head of the server */
    {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS},
    {CURLOPT_MAXAGE_CONN, CONN_IDLE_S_MAX},
    /* HTTP/2 if TLS offers it. Slack answers 408 to a stream without a body that the client has not
     * ended; libcurl ends it, since it knows the size. */
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
};

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK) code = curl_easy_setopt(transfer->easy, (option), (value));          \
    } while (0)

static bool has_body(const slack_transfer_t *transfer)
{
    return transfer->body_len > 0 || slack__transfer_has_source(transfer);
}

static CURLcode set_body(slack_transfer_t *transfer, int64_t len)
{
    CURLcode code = CURLE_OK;
    const bool streamed = slack__transfer_has_source(transfer);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    if (!streamed && len <= WITH_HEADERS_MAX) {
        SET(CURLOPT_POSTFIELDS, (const char *)transfer->body);
        return code;
    }
    SET(CURLOPT_READFUNCTION, streamed ? transfer_send_source : transfer_send);
    SET(CURLOPT_READDATA, transfer);
    SET(CURLOPT_SEEKFUNCTION, transfer_rewind);
    SET(CURLOPT_SEEKDATA, transfer);
    return code;
}

static CURLcode set_method(slack_transfer_t *transfer, const slack_curl_request_t *request)
{
    CURLcode code = CURLE_OK;
    const bool head = strcmp(request->method, "HEAD") == 0;
    const bool post = strcmp(request->method, "POST") == 0;
    transfer->out.repeats = head || strcmp(request->method, "GET") == 0;
    SET(CURLOPT_PREREQFUNCTION, transfer_begins);
    SET(CURLOPT_PREREQDATA, transfer);
    if (has_body(transfer) || post)
        code =
            set_body(transfer, slack__transfer_has_source(transfer) ? request->source.len
                                                                    : (int64_t)request->body_len);
    else
        SET(CURLOPT_HTTPGET, 1L);
    if (head) SET(CURLOPT_NOBODY, 1L); /* no body follows its Content-Length */
    if (!head && !post && strcmp(request->method, "GET") != 0)
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    else if (!post && has_body(transfer))
        SET(CURLOPT_CUSTOMREQUEST, request->method);
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
    if (url->secure) SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
    if (!slack__proxy_user(proxy)) return code;
    SET(CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    SET(CURLOPT_PROXYUSERNAME, slack__proxy_user(proxy));
    SET(CURLOPT_PROXYPASSWORD, slack__proxy_password(proxy));
    return code;
}

static CURLcode set_response(slack_transfer_t *transfer)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_HEADERFUNCTION, transfer_receive_head);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_WRITEFUNCTION, transfer_receive);
    SET(CURLOPT_WRITEDATA, transfer);
    /* A stream of HTTP/2 that waits would hold up the others of its connection. */
    if (slack__transfer_is_streamed(transfer))
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    /* All that libcurl decodes; body_max is for the result. While a sink waits, libcurl would hold
     * all that one compressed piece expands to. */
    if (!slack__transfer_has_sink(transfer)) SET(CURLOPT_ACCEPT_ENCODING, "");
    return code;
}

CURLcode slack__transfer_set_options(slack_transfer_t *transfer,
                                     const slack_curl_request_t *request, const slack_url_t *url)
{
    slack_curl_t *curl = transfer->curl;
    CURLcode code = set_method(transfer, request);
    for (size_t i = 0; i < sizeof fixed_options / sizeof *fixed_options; i++)
        SET(fixed_options[i].option, fixed_options[i].value);
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_VERBOSE, url->secure ? 1L : 0L); /* transfer_log() is called; HTTP/2 needs TLS */
    SET(CURLOPT_DEBUGFUNCTION, transfer_log);
    SET(CURLOPT_DEBUGDATA, transfer);
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROTOCOLS_STR, url->secure ? "https" : "http");
    /* Over TLS, wait for a connection that is being opened: it may offer HTTP/2 streams. Without
     * TLS the request would wait for the response to another one. */
    SET(CURLOPT_PIPEWAIT, url->secure ? 1L : 0L);
    SET(CURLOPT_USERAGENT, curl->user_agent);
    SET(CURLOPT_HTTPHEADER, transfer->headers);
    SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    if (curl->ca_file) SET(CURLOPT_CAINFO, curl->ca_file);
    transfer->public_only = request->public_only;
    if (request->public_only) {
        SET(CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket);
        SET(CURLOPT_OPENSOCKETDATA, transfer);
    }
    if (code == CURLE_OK) code = set_response(transfer);
    if (code == CURLE_OK) code = set_proxy(transfer, url);
    return code;
}
