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

/* The path and the query are the ticket's, and go out as they came. A fragment is no part of a
 * request. */
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

/* --- a client reading the answer -------------------------------------------------------------- */

/* As much as there is room for. *len tells how long it would be. */
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

static int on_status(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *answer = llhttp->data;
    gather(answer->status_text, sizeof answer->status_text - 1, &answer->status_len, at, len);
    return 0;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *answer = llhttp->data;
    gather(answer->name, sizeof answer->name, &answer->name_len, at, len);
    return 0;
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    slack_ws_response_t *answer = llhttp->data;
    gather(answer->value, sizeof answer->value, &answer->value_len, at, len);
    return 0;
}

static int on_header_value_complete(llhttp_t *llhttp)
{
    slack_ws_response_t *answer = llhttp->data;
    const slack_slice_t name = gathered(answer->name, sizeof answer->name, answer->name_len);
    slack_slice_t value = gathered(answer->value, sizeof answer->value, answer->value_len);
    value = slack__slice_trim(value);
    answer->name_len = answer->value_len = 0;

    if (slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Accept"))) {
        answer->accepts++;
        answer->accept_matches = slack__slice_eq(value, slack__slice(answer->accept));
    } else if (slack__slice_eq_nocase(name, SLACK_SLICE("Upgrade"))) {
        answer->upgrades++;
        answer->upgrade_matches = slack__slice_eq_nocase(value, SLACK_SLICE("websocket"));
    } else if (slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Extensions")) ||
               slack__slice_eq_nocase(name, SLACK_SLICE("Sec-WebSocket-Protocol"))) {
        answer->offers++;
    }
    return 0;
}

/* The head is all that interests us. */
static int on_headers_complete(llhttp_t *llhttp)
{
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_status = on_status,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
};

int slack__ws_response_init(slack_ws_response_t *answer, const char *key)
{
    *answer = (slack_ws_response_t){.reason = ""};
    llhttp_init(&answer->llhttp, HTTP_RESPONSE, &settings);
    answer->llhttp.data = answer;
    return slack__ws_key_accept(key, strlen(key), answer->accept);
}

static int fail(slack_ws_response_t *answer, int rc, const char *reason)
{
    answer->reason = reason;
    return rc;
}

/* The status text goes into logs and messages. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~') *text = '?';
}

/* RFC 6455 4.1, what a client must check. llhttp found both Connection: upgrade and Upgrade where
 * it says that this is an upgrade. */
static int check_answer(slack_ws_response_t *answer)
{
    answer->http_status = answer->llhttp.status_code;
    make_printable(answer->status_text);
    if (answer->http_status != HTTP_STATUS_SWITCHING_PROTOCOLS)
        return fail(answer, SLACK_EHTTP, "the upgrade was refused");
    if (answer->llhttp.http_major != 1 || answer->llhttp.http_minor != 1)
        return fail(answer, SLACK_EPROTO, "the upgrade was not answered in HTTP/1.1");
    if (!answer->llhttp.upgrade || answer->upgrades != 1 || !answer->upgrade_matches)
        return fail(answer, SLACK_EPROTO, "upgraded to something else");
    if (answer->accepts != 1 || !answer->accept_matches)
        return fail(answer, SLACK_EPROTO, "wrong Sec-WebSocket-Accept");
    if (answer->offers)
        return fail(answer, SLACK_EPROTO, "an extension or a subprotocol that was not offered");
    return 0;
}

int slack__ws_response_feed(slack_ws_response_t *answer, const char *data, size_t len,
                            size_t *ret_used)
{
    const size_t left = SLACK_WS_RESPONSE_MAX - answer->head_len;
    if (len > left) len = left;
    llhttp_errno_t error = llhttp_execute(&answer->llhttp, data, len);
    answer->head_len += len;
    if (error == HPE_PAUSED) {
        *ret_used = (size_t)(llhttp_get_error_pos(&answer->llhttp) - data);
        return check_answer(answer);
    }
    *ret_used = len;
    if (error != HPE_OK) return fail(answer, SLACK_EPROTO, "the answer is no HTTP");
    if (len == left) return fail(answer, SLACK_ETOOBIG, "the answer is too long");
    return SLACK_EBUSY;
}

/* --- a server's check ------------------------------------------------------------------------- */

static bool key_is_valid(slack_slice_t key)
{
    unsigned char bytes[KEY_BYTES];
    size_t len;
    if (key.len != SLACK_WS_KEY_LEN) return false;
    return mbedtls_base64_decode(bytes, sizeof bytes, &len, (const unsigned char *)key.ptr,
                                 key.len) == 0 &&
           len == KEY_BYTES;
}

static bool list_has(slack_slice_t list, slack_slice_t word)
{
    slack_slice_t part;
    while (slack__slice_split(&list, ',', &part))
        if (slack__slice_eq_nocase(slack__slice_trim(part), word)) return true;
    return false;
}

int slack__ws_request_check(const slack_http_request_t *request, char ret[SLACK_WS_ACCEPT_LEN + 1])
{
    unsigned count;
    if (!request->upgrade ||
        !list_has(slack__http_header(request, "Upgrade", NULL), SLACK_SLICE("websocket")))
        return HTTP_STATUS_UPGRADE_REQUIRED;
    if (!slack__slice_eq(request->method, SLACK_SLICE("GET")) || request->body_len > 0)
        return HTTP_STATUS_BAD_REQUEST;
    slack_slice_t version = slack__http_header(request, "Sec-WebSocket-Version", &count);
    if (count != 1 || !slack__slice_eq(version, SLACK_SLICE("13")))
        return HTTP_STATUS_UPGRADE_REQUIRED;
    slack_slice_t key = slack__http_header(request, "Sec-WebSocket-Key", &count);
    if (count != 1 || !key_is_valid(key)) return HTTP_STATUS_BAD_REQUEST;
    return slack__ws_key_accept(key.ptr, key.len, ret) == 0 ? 0 : HTTP_STATUS_INTERNAL_SERVER_ERROR;
}
