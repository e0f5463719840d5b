/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "fuzz.h"
#include "net/ws_codec.h"
#include "net/ws_handshake.h"
#include "util/buf.h"

#define MESSAGE_MAX 300

static void check(const slack_ws_event_t *event)
{
    const bool message = event->type == SLACK_WS_TEXT || event->type == SLACK_WS_BINARY;
    if (event->len > (message ? MESSAGE_MAX : SLACK_WS_CONTROL_MAX)) __builtin_trap();
    if (event->data[event->len] != '\0') __builtin_trap();
    if (event->type == SLACK_WS_TEXT && slack__utf8_valid(event->data, event->len) != event->len)
        __builtin_trap();
}

/* Feeds frames in pieces and writes the results to `trace`. */
static void read_frames(slack_buf_t *trace, bool client, const char *data, size_t size,
                        size_t piece)
{
    slack_ws_codec_t codec;
    slack_ws_event_t event;
    int rc = SLACK_EBUSY;
    if (slack__ws_codec_init(&codec, client, MESSAGE_MAX) != 0) return;
    for (size_t at = 0; at < size && rc == SLACK_EBUSY; at += piece) {
        slack__ws_codec_feed(&codec, data + at, size - at < piece ? size - at : piece);
        while ((rc = slack__ws_codec_next(&codec, &event)) == 0) {
            check(&event);
            slack__buf_printf(trace, "%d %u %zu ", (int)event.type, event.code, event.len);
            slack__buf_append(trace, event.data, event.len);
        }
    }
    slack__buf_printf(trace, "%d %u", rc, codec.close_code);
    slack__ws_codec_done(&codec);
}

/* The same for the answer to an upgrade. */
static void read_answer(slack_buf_t *trace, const char *data, size_t size, size_t piece)
{
    slack_ws_response_t answer;
    int rc = SLACK_EBUSY;
    size_t at = 0;
    if (slack__ws_response_init(&answer, "dGhlIHNhbXBsZSBub25jZQ==") != 0) return;
    while (at < size && rc == SLACK_EBUSY) {
        size_t len = size - at < piece ? size - at : piece, used;
        rc = slack__ws_response_feed(&answer, data + at, len, &used);
        if (used > len) __builtin_trap();
        at += used;
    }
    if (rc == 0 && answer.http_status != 101) __builtin_trap();
    slack__buf_printf(trace, "%d %d %s", rc, answer.http_status, answer.status_text);
    if (rc == 0) slack__buf_printf(trace, " %zu", at);
}

/* The first byte selects the reader and the length of the pieces, which must not change the
 * results. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const char *bytes = (const char *)data + 1;
    const size_t piece[2] = {size, 1 + (data[0] & 31u)};
    slack_buf_t trace[2];
    for (int i = 0; i < 2; i++) {
        slack__buf_init(&trace[i], (size_t)1 << 20);
        if (data[0] & 64)
            read_answer(&trace[i], bytes, size - 1, piece[i]);
        else
            read_frames(&trace[i], data[0] & 128, bytes, size - 1, piece[i]);
    }
    if (trace[0].len != trace[1].len ||
        memcmp(slack__buf_ptr(&trace[0]), slack__buf_ptr(&trace[1]), trace[0].len) != 0)
        __builtin_trap();
    slack__buf_done(&trace[0]);
    slack__buf_done(&trace[1]);
    return 0;
}
