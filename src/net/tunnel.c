/* SPDX-License-Identifier: MIT */
#include "net/tunnel.h"

#include <llhttp.h>
#include <mbedtls/base64.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/buf.h"

#define STATUS_TEXT_MAX 64
#define REQUEST_MAX     ((size_t)8 << 10) /* URLs and names are shorter */

struct slack_tunnel {
    slack_buf_t request;
    llhttp_t llhttp;
    size_t head_len;
    char status_text[STATUS_TEXT_MAX]; /* the proxy's words, cut, printable ASCII */
    size_t status_len;
    char reason[STATUS_TEXT_MAX + 64];
};

/* --- the request ------------------------------------------------------------------------------ */

/* RFC 7617, in clear text, as every client sends it to an http:// proxy. */
static int write_authorization(slack_buf_t *out, const slack_proxy_t *proxy)
{
    slack_buf_t text;
    char *tail;
    size_t len = 0;
    slack__buf_init(&text, REQUEST_MAX);
    int rc =
        slack__buf_printf(&text, "%s:%s", slack__proxy_user(proxy), slack__proxy_password(proxy));
    if (rc == 0) rc = slack__buf_append_slice(out, SLACK_SLICE("Proxy-Authorization: Basic "));
    if (rc == 0) rc = slack__buf_reserve(out, text.len / 3 * 4 + 5, &tail);
    if (rc == 0) {
        mbedtls_base64_encode((unsigned char *)tail, text.len / 3 * 4 + 5, &len,
                              (const unsigned char *)slack__buf_ptr(&text), text.len);
        slack__buf_commit(out, len);
        rc = slack__buf_append_slice(out, SLACK_SLICE("\r\n"));
    }
    slack__buf_done(&text);
    return rc;
}

static int write_request(slack_buf_t *out, const slack_proxy_t *proxy, slack_slice_t host,
                         unsigned port)
{
    const bool brackets = host.len && memchr(host.ptr, ':', host.len);
    const char *open = brackets ? "[" : "", *close = brackets ? "]" : "";
    int rc = slack__buf_printf(out,
                               "CONNECT %s%.*s%s:%u HTTP/1.1\r\n"
                               "Host: %s%.*s%s:%u\r\n",
                               open, (int)host.len, host.ptr, close, port, open, (int)host.len,
                               host.ptr, close, port);
    if (rc == 0 && slack__proxy_user(proxy)) rc = write_authorization(out, proxy);
    if (rc == 0) rc = slack__buf_append_slice(out, SLACK_SLICE("\r\n"));
    return rc == SLACK_ETOOBIG ? SLACK_EINVAL : rc;
}

slack_slice_t slack__tunnel_request(const slack_tunnel_t *tunnel)
{
    return (slack_slice_t){slack__buf_ptr(&tunnel->request), tunnel->request.len};
}

/* --- the response ----------------------------------------------------------------------------- */

static int tunnel_status_text(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_tunnel_t *tunnel = llhttp->data;
    for (size_t i = 0; i < len && tunnel->status_len < STATUS_TEXT_MAX - 1; i++)
        tunnel->status_text[tunnel->status_len++] = at[i] < ' ' || at[i] > '~' ? '?' : at[i];
    return 0;
}

/* A 2xx has only a head, and of another response only the head matters. */
static int tunnel_head_complete(llhttp_t *llhttp)
{
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_status = tunnel_status_text,
    .on_headers_complete = tunnel_head_complete,
};

static void expect_head(slack_tunnel_t *tunnel)
{
    llhttp_init(&tunnel->llhttp, HTTP_RESPONSE, &settings);
    tunnel->llhttp.data = tunnel;
    tunnel->status_len = 0;
    memset(tunnel->status_text, 0, sizeof tunnel->status_text);
}

static int tunnel_fail(slack_tunnel_t *tunnel, int rc, const char *reason)
{
    snprintf(tunnel->reason, sizeof tunnel->reason, "%s", reason);
    return rc;
}

int slack__tunnel_status(int http_status)
{
    if (http_status >= 200 && http_status < 300) return 0;
    return http_status >= 502 && http_status <= 504 ? SLACK_ECONNECT : SLACK_EHTTP;
}

const char *slack__tunnel_words(int http_status)
{
    /* tinyproxy answers 401 to wrong credentials, and 407 to none. */
    if (http_status == HTTP_STATUS_PROXY_AUTHENTICATION_REQUIRED ||
        http_status == HTTP_STATUS_UNAUTHORIZED)
        return "requires other credentials";
    return slack__tunnel_status(http_status) == SLACK_ECONNECT ? "could not connect"
                                                               : "refused to connect";
}

int slack__tunnel_feed(slack_tunnel_t *tunnel, const char *data, size_t len, size_t *ret_used)
{
    const size_t left = SLACK_TUNNEL_RESPONSE_MAX - tunnel->head_len;
    const bool last = len >= left;
    size_t used = 0;
    if (last) len = left;
    tunnel->head_len += len;
    for (;;) {
        llhttp_errno_t error = llhttp_execute(&tunnel->llhttp, data + used, len - used);
        if (error != HPE_PAUSED) {
            *ret_used = len;
            if (error != HPE_OK) return tunnel_fail(tunnel, SLACK_EPROTO, "did not answer in HTTP");
            return last ? tunnel_fail(tunnel, SLACK_ETOOBIG, "the answer is too long")
                        : SLACK_EBUSY;
        }
        used = (size_t)(llhttp_get_error_pos(&tunnel->llhttp) - data);
        *ret_used = used;
        if (tunnel->llhttp.status_code / 100 != 1 ||
            tunnel->llhttp.status_code == HTTP_STATUS_SWITCHING_PROTOCOLS)
            break;
        expect_head(tunnel); /* that was an interim response */
    }
    const int http_status = tunnel->llhttp.status_code;
    const int rc = slack__tunnel_status(http_status);
    if (rc != 0)
        snprintf(tunnel->reason, sizeof tunnel->reason, "%s: %d %s",
                 slack__tunnel_words(http_status), http_status, tunnel->status_text);
    return rc;
}

const char *slack__tunnel_reason(const slack_tunnel_t *tunnel)
{
    return tunnel->reason;
}

/* --- life ------------------------------------------------------------------------------------- */

int slack__tunnel_new(slack_tunnel_t **ret, const slack_proxy_t *proxy, slack_slice_t host,
                      unsigned port)
{
    if (host.len == 0) return SLACK_EINVAL;
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] <= ' ' || host.ptr[i] > '~') return SLACK_EINVAL;
    slack_tunnel_t *tunnel = slack__calloc(1, sizeof *tunnel);
    if (!tunnel) return SLACK_ENOMEM;
    slack__buf_init(&tunnel->request, REQUEST_MAX);
    expect_head(tunnel);
    int rc = write_request(&tunnel->request, proxy, host, port);
    if (rc == 0)
        *ret = tunnel;
    else
        slack__tunnel_free(tunnel);
    return rc;
}

void slack__tunnel_free(slack_tunnel_t *tunnel)
{
    if (!tunnel) return;
    slack__buf_done(&tunnel->request);
    slack__free(tunnel);
}
