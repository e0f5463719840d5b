/* SPDX-License-Identifier: MIT */
#include "net/ws_handshake.h"

#include <mbedtls/base64.h>
#include <mbedtls/sha1.h>
#include <string.h>
#include <uv.h>

#include <slack/error.h>

#define KEY_BYTES  16
#define SHA1_BYTES 20

int slack__ws_key_new(char ret[SLACK_WS_KEY_LEN + 1])
{
    unsigned char random[KEY_BYTES];
    size_t len;
    if (uv_random(NULL, NULL, random, sizeof random, 0, NULL) != 0) return SLACK_EIO;
    mbedtls_base64_encode((unsigned char *)ret, SLACK_WS_KEY_LEN + 1, &len, random, sizeof random);
    return 0;
}

int slack__ws_key_accept(const char *key, size_t key_len, char ret[SLACK_WS_ACCEPT_LEN + 1])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char text[SLACK_WS_KEY_LEN + sizeof guid], hash[SHA1_BYTES];
    size_t len;
    if (key_len != SLACK_WS_KEY_LEN) return SLACK_EINVAL;
    memcpy(text, key, key_len);
    memcpy(text + key_len, guid, sizeof guid);
    if (mbedtls_sha1(text, key_len + sizeof guid - 1, hash) != 0) return SLACK_EIO;
    mbedtls_base64_encode((unsigned char *)ret, SLACK_WS_ACCEPT_LEN + 1, &len, hash, sizeof hash);
    return 0;
}

/* --- a client's request ----------------------------------------------------------------------- */

/* Path and query hold the ticket, and are sent unchanged. A fragment is not sent. */
char *slack__ws_request(slack_arena_t *arena, const slack_url_t *url, const char *key)
{
    const bool v6 = memchr(url->host.ptr, ':', url->host.len) != NULL;
    const bool usual_port = url->port == (url->secure ? 443u : 80u);
    const char *port = usual_port ? "" : slack__arena_printf(arena, ":%u", url->port);
    const char *fragment = url->target.len ? memchr(url->target.ptr, '#', url->target.len) : NULL;
    const size_t target_len = fragment ? (size_t)(fragment - url->target.ptr) : url->target.len;
    const bool path = target_len > 0 && url->target.ptr[0] == '/';
    if (!port) return NULL;
    return slack__arena_printf(arena,
                               "GET %s%.*s HTTP/1.1\r\n"
                               "Host: %s%.*s%s%s\r\n"
                               "Upgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Key: %s\r\n"
                               "Sec-WebSocket-Version: 13\r\n"
                               "\r\n",
                               path ? "" : "/", (int)target_len, url->target.ptr, v6 ? "[" : "",
                               (int)url->host.len, url->host.ptr, v6 ? "]" : "", port, key);
}

/* --- a client's reader of the response -------------------------------------------------------- */

/* Append as much as there is room for. *len is the length without the limit. */
static void gather(char *buf, size_t size, size_t *len, const char *at, size_t at_len)
{
    if (*len < size) {
        size_t room = size - *len;
        memcpy(buf + *len, at, at_len < room ? at_len : room);
    }
    *len += at_len;
}

static slack_slice_t gathered(const char *buf, size_t size, size_t len)
{
    return (slack_slice_t){buf, len < size ? len : size};
}

static int response_status(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *response = llhttp->data;
    gather(response->status_text, sizeof response->status_text - 1, &response->status_len, at, len);
    return 0;
}

static int response_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *response = llhttp->data;
    gather(response->name, sizeof response->name, &response->name_len, at, len);
    return 0;
}

static int response_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *response = llhttp->data;
    gather(response->value, sizeof response->value, &response->value_len, at, len);
    return 0;
}

static int response_header_value_complete(llhttp_t *llhttp)
{
    slack_ws_response_t *response = llhttp->data;
    const slack_slice_t name = gathered(response->name, sizeof response->name, response->name_len);
    slack_slice_t value = gathered(response->value, sizeof response->value, response->value_len);
    value = slack__slice_trim(value);
    response->name_len = response->value_len = 0;

    if (slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Accept"))) {
        response->accepts++;
        response->accept_matches = slack__slice_eq(value, slack__slice(response->accept));
    } else if (slack__slice_eq_nocase(name, SLACK_SLICE("Upgrade"))) {
        response->upgrades++;
        response->upgrade_matches = slack__slice_eq_nocase(value, SLACK_SLICE("websocket"));
    } else if (slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Extensions")) ||
               slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Protocol"))) {
        response->offers++;
    }
    return 0;
}

/* Only the head matters. */
static int response_headers_complete(llhttp_t *llhttp)
{
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_status = response_status,
    .on_header_field = response_header_field,
    .on_header_value = response_header_value,
    .on_header_value_complete = response_header_value_complete,
    .on_headers_complete = response_headers_complete,
};

int slack__ws_response_init(slack_ws_response_t *response, const char *key)
{
    *response = (slack_ws_response_t){.reason = ""};
    llhttp_init(&response->llhttp, HTTP_RESPONSE, &settings);
    response->llhttp.data = response;
    return slack__ws_key_accept(key, strlen(key), response->accept);
}

static int response_fail(slack_ws_response_t *response, int rc, const char *reason)
{
    response->reason = reason;
    return rc;
}

/* RFC 6455 4.1, what a client must check. If llhttp reports an upgrade, it has found both Upgrade
 * and Connection: upgrade. */
static int check_response(slack_ws_response_t *response)
{
    response->http_status = response->llhttp.status_code;
    for (char *c = response->status_text; *c; c++) /* it goes into logs and messages */
        if (*c < ' ' || *c > '~') *c = '?';
    if (response->http_status != HTTP_STATUS_SWITCHING_PROTOCOLS)
        return response_fail(response, SLACK_EHTTP, "the upgrade was refused");
    if (response->llhttp.http_major != 1 || response->llhttp.http_minor != 1)
        return response_fail(response, SLACK_EPROTO, "the upgrade was not answered in HTTP/1.1");
    if (!response->llhttp.upgrade || response->upgrades != 1 || !response->upgrade_matches)
        return response_fail(response, SLACK_EPROTO, "upgraded to something else");
    if (response->accepts != 1 || !response->accept_matches)
        return response_fail(response, SLACK_EPROTO, "wrong Sec-WebSocket-Accept");
    if (response->offers)
        return response_fail(response, SLACK_EPROTO,
                             "an extension or a subprotocol that was not offered");
    return 0;
}

int slack__ws_response_feed(slack_ws_response_t *response, const char *data, size_t len,
                            size_t *ret_used)
{
    const size_t left = SLACK_WS_RESPONSE_MAX - response->head_len;
    if (len > left) len = left;
    llhttp_errno_t error = llhttp_execute(&response->llhttp, data, len);
    response->head_len += len;
    if (error == HPE_PAUSED) {
        *ret_used = (size_t)(llhttp_get_error_pos(&response->llhttp) - data);
        return check_response(response);
    }
    *ret_used = len;
    if (error != HPE_OK) return response_fail(response, SLACK_EPROTO, "the answer is not HTTP");
    if (len == left) return response_fail(response, SLACK_ETOOBIG, "the answer is too long");
    return SLACK_EBUSY;
}

/* --- a server's check ------------------------------------------------------------------------- */

int slack__ws_request_check(const slack_http_request_t *request, char ret[SLACK_WS_ACCEPT_LEN + 1])
{
    unsigned count;
    bool websocket = false;
    slack_slice_t item, list = slack__http_header(request, "Upgrade", NULL);
    while (slack__slice_split(&list, ',', &item))
        websocket |= slack__slice_eq_nocase(slack__slice_trim(item), SLACK_SLICE("websocket"));
    if (!request->upgrade || !websocket) return HTTP_STATUS_UPGRADE_REQUIRED;
    if (!slack__slice_eq(request->method, SLACK_SLICE("GET")) || request->body_len > 0)
        return HTTP_STATUS_BAD_REQUEST;
    slack_slice_t version = slack__http_header(request, "Sec-WebSocket-Version", &count);
    if (count != 1 || !slack__slice_eq(version, SLACK_SLICE("13")))
        return HTTP_STATUS_UPGRADE_REQUIRED;
    unsigned char bytes[KEY_BYTES];
    size_t len;
    slack_slice_t key = slack__http_header(request, "Sec-WebSocket-Key", &count);
    if (count != 1 || key.len != SLACK_WS_KEY_LEN ||
        mbedtls_base64_decode(bytes, sizeof bytes, &len, (const unsigned char *)key.ptr, key.len) !=
            0 ||
        len != KEY_BYTES)
        return HTTP_STATUS_BAD_REQUEST;
    return slack__ws_key_accept(key.ptr, key.len, ret) == 0 ? 0 : HTTP_STATUS_INTERNAL_SERVER_ERROR;
}
