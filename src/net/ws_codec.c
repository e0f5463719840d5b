/* SPDX-License-Identifier: MIT */
#include "net/ws_codec.h"

#include <string.h>
#include <uv.h>

#include <slack/error.h>

/* A message buffer larger than this is freed after its message. */
#define MESSAGE_KEEP_BYTES ((size_t)64 << 10)

/* --- callbacks of wslay ----------------------------------------------------------------------- */

/* Give wslay a header byte by byte, and no byte behind the payload. So it never holds a byte of the
 * next frame, and the bytes between two frames can be seen here. */
static ssize_t give_input(uint8_t *buf, size_t len, int flags, void *user_data)
{
    slack_ws_codec_t *codec = user_data;
    if (!codec->in_frame && codec->header_len == 0 && codec->client) {
        /* Slack sends stray line feeds between frames. As the first byte of a frame a line feed
         * would mean a fragmented pong, which is illegal, so no valid frame is skipped. */
        while (codec->in_len > 0 && *codec->in == '\n') {
            codec->in++;
            codec->in_len--;
        }
    }
    size_t give = codec->in_frame ? (size_t)codec->frame_left : 1;
    if (give > codec->in_len) give = codec->in_len;
    if (give > len) give = len;
    if (give == 0) return -1;
    memcpy(buf, codec->in, give);
    codec->in += give;
    codec->in_len -= give;
    if (!codec->in_frame) codec->header_len++;
    return (ssize_t)give;
}

/* slack__ws_codec_write() has reserved the room. */
static ssize_t take_output(const uint8_t *data, size_t len, int flags, void *user_data)
{
    slack_ws_codec_t *codec = user_data;
    return slack__buf_append(codec->out, data, len) == 0 ? (ssize_t)len : -1;
}

/* Masks must be unpredictable (RFC 6455 10.3). One call to the kernel serves many frames. */
static int give_mask(uint8_t *buf, size_t len, void *user_data)
{
    slack_ws_codec_t *codec = user_data;
    if (codec->masks_left < len) {
        if (uv_random(NULL, NULL, codec->masks, sizeof codec->masks, 0, NULL) != 0) return -1;
        codec->masks_left = sizeof codec->masks;
    }
    codec->masks_left -= len;
    memcpy(buf, codec->masks + codec->masks_left, len);
    return 0;
}

int slack__ws_codec_init(slack_ws_codec_t *codec, bool client, size_t message_max)
{
    static const struct wslay_frame_callbacks callbacks = {
        .send_callback = take_output,
        .recv_callback = give_input,
        .genmask_callback = give_mask,
    };
    *codec = (slack_ws_codec_t){.client = client, .reason = ""};
    slack__buf_init(&codec->message, message_max);
    if (wslay_frame_context_init(&codec->wslay, &callbacks, codec) != 0) {
        codec->wslay = NULL;
        return SLACK_ENOMEM;
    }
    return 0;
}

void slack__ws_codec_done(slack_ws_codec_t *codec)
{
    if (codec->wslay) wslay_frame_context_free(codec->wslay);
    codec->wslay = NULL;
    slack__buf_done(&codec->message);
}

/* --- in --------------------------------------------------------------------------------------- */

static int codec_fail(slack_ws_codec_t *codec, int rc, unsigned close_code, const char *reason)
{
    codec->failed = rc;
    codec->close_code = close_code;
    codec->reason = reason;
    return rc;
}

static int codec_fail_proto(slack_ws_codec_t *codec, const char *reason)
{
    return codec_fail(codec, SLACK_EPROTO, WSLAY_CODE_PROTOCOL_ERROR, reason);
}

static bool is_control(uint8_t opcode)
{
    return opcode & 8;
}

/* Check a frame's header (RFC 6455 5.1, 5.2 and 5.4). wslay has checked the lengths. */
static int check_header(slack_ws_codec_t *codec, const struct wslay_frame_iocb *frame)
{
    if (frame->rsv) return codec_fail_proto(codec, "a reserved bit is set");
    if (codec->client && frame->mask)
        return codec_fail_proto(codec, "a masked frame from a server");
    if (!codec->client && !frame->mask)
        return codec_fail_proto(codec, "an unmasked frame from a client");
    switch (frame->opcode) {
    case WSLAY_CONTINUATION_FRAME:
        if (!codec->message_opcode) return codec_fail_proto(codec, "a continuation of nothing");
        break;
    case WSLAY_TEXT_FRAME:
    case WSLAY_BINARY_FRAME:
        if (codec->message_opcode) return codec_fail_proto(codec, "a message within a message");
        codec->message_opcode = frame->opcode;
        break;
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG: return 0;
    default: return codec_fail_proto(codec, "an unknown opcode");
    }
    if (frame->payload_length > codec->message.max - codec->message.len)
        return codec_fail(codec, SLACK_ETOOBIG, WSLAY_CODE_MESSAGE_TOO_BIG, "message too big");
    return 0;
}

static int take_payload(slack_ws_codec_t *codec, const struct wslay_frame_iocb *frame)
{
    codec->frame_left -= frame->data_length;
    if (is_control(codec->opcode)) { /* at most 125 bytes: wslay has checked it */
        memcpy(codec->control + codec->control_len, frame->data, frame->data_length);
        codec->control_len += frame->data_length;
        return 0;
    }
    if (slack__buf_append(&codec->message, frame->data, frame->data_length) != 0)
        return codec_fail(codec, SLACK_ENOMEM, WSLAY_CODE_INTERNAL_SERVER_ERROR, "out of memory");
    return 0;
}

/* The last frame of a message. */
static int end_message(slack_ws_codec_t *codec, slack_ws_event_t *ret)
{
    const bool text = codec->message_opcode == WSLAY_TEXT_FRAME;
    const char *data = codec->message.len ? slack__buf_ptr(&codec->message) : "";
    codec->message_opcode = 0;
    if (text && slack__utf8_valid(data, codec->message.len) != codec->message.len)
        return codec_fail(codec, SLACK_EPROTO, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
                          "a text that is not UTF-8");
    *ret = (slack_ws_event_t){
        .type = text ? SLACK_WS_TEXT : SLACK_WS_BINARY,
        .data = data,
        .len = codec->message.len,
    };
    return 0;
}

static int end_close(slack_ws_codec_t *codec, slack_ws_event_t *ret)
{
    *ret = (slack_ws_event_t){.type = SLACK_WS_CLOSE, .data = ""};
    if (codec->control_len == 0) return 0;
    if (codec->control_len == 1) return codec_fail_proto(codec, "half a close code");
    ret->code = (unsigned)(uint8_t)codec->control[0] << 8 | (uint8_t)codec->control[1];
    ret->data = codec->control + 2;
    ret->len = codec->control_len - 2;
    /* RFC 6455 7.4, and its registry. */
    const unsigned code = ret->code;
    const bool legal =
        code >= 3000 ? code <= 4999
                     : code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!legal) return codec_fail_proto(codec, "an illegal close code");
    if (slack__utf8_valid(ret->data, ret->len) != ret->len)
        return codec_fail(codec, SLACK_EPROTO, WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
                          "a close reason that is not UTF-8");
    return 0;
}

/* SLACK_EBUSY: the frame does not complete an event. */
static int end_frame(slack_ws_codec_t *codec, slack_ws_event_t *ret)
{
    codec->in_frame = false;
    codec->header_len = 0;
    if (!is_control(codec->opcode)) return codec->fin ? end_message(codec, ret) : SLACK_EBUSY;

    codec->control[codec->control_len] = '\0';
    if (codec->opcode == WSLAY_CONNECTION_CLOSE) return end_close(codec, ret);
    *ret = (slack_ws_event_t){
        .type = codec->opcode == WSLAY_PING ? SLACK_WS_PING : SLACK_WS_PONG,
        .data = codec->control,
        .len = codec->control_len,
    };
    return 0;
}

void slack__ws_codec_feed(slack_ws_codec_t *codec, const char *data, size_t len)
{
    codec->in = (const uint8_t *)data;
    codec->in_len = len;
}

int slack__ws_codec_next(slack_ws_codec_t *codec, slack_ws_event_t *ret)
{
    int rc = codec->failed ? codec->failed : SLACK_EBUSY;
    while (rc == SLACK_EBUSY) {
        /* The data of the last event. */
        if (!codec->in_frame) codec->control_len = 0;
        if (!codec->message_opcode && codec->message.cap > MESSAGE_KEEP_BYTES)
            slack__buf_done(&codec->message);
        else if (!codec->message_opcode)
            slack__buf_clear(&codec->message);
        struct wslay_frame_iocb frame;
        ssize_t n = wslay_frame_recv(codec->wslay, &frame);
        if (n == WSLAY_ERR_WANT_READ) {
            if (codec->in_len == 0) break;
            continue; /* it has taken one byte of a header */
        }
        if (n < 0) return codec_fail_proto(codec, "a malformed frame header");
        if (!codec->in_frame) {
            if ((rc = check_header(codec, &frame)) != 0) return rc;
            codec->in_frame = true;
            codec->frame_left = frame.payload_length;
            codec->opcode = frame.opcode;
            codec->fin = frame.fin;
        }
        if ((rc = take_payload(codec, &frame)) != 0) return rc;
        rc = codec->frame_left == 0 ? end_frame(codec, ret) : SLACK_EBUSY;
    }
    return rc;
}

/* --- out -------------------------------------------------------------------------------------- */

int slack__ws_codec_write(slack_ws_codec_t *codec, slack_buf_t *out, enum wslay_opcode opcode,
                          const void *data, size_t len)
{
    if (is_control((uint8_t)opcode) && len > SLACK_WS_CONTROL_MAX) return SLACK_ETOOBIG;
    if (len > SIZE_MAX - SLACK_WS_HEADER_MAX) return SLACK_ETOOBIG;
    char *tail;
    int rc = slack__buf_reserve(out, len + SLACK_WS_HEADER_MAX, &tail);
    if (rc != 0) return rc;

    struct wslay_frame_iocb frame = {
        .fin = 1,
        .opcode = (uint8_t)opcode,
        .mask = codec->client,
        .payload_length = len,
        .data = data,
        .data_length = len,
    };
    codec->out = out;
    ssize_t n = wslay_frame_send(codec->wslay, &frame);
    codec->out = NULL;
    return n == (ssize_t)len ? 0 : SLACK_EIO;
}

int slack__ws_codec_write_close(slack_ws_codec_t *codec, slack_buf_t *out, unsigned code,
                                const char *reason)
{
    char data[SLACK_WS_CONTROL_MAX] = {(char)(uint8_t)(code >> 8), (char)(uint8_t)code};
    if (code == 0) return slack__ws_codec_write(codec, out, WSLAY_CONNECTION_CLOSE, NULL, 0);

    slack_slice_t text = slack__slice(reason);
    if (text.len > sizeof data - 2) text.len = sizeof data - 2;
    text.len = slack__utf8_valid(text.ptr, text.len);
    if (text.len) memcpy(data + 2, text.ptr, text.len);
    return slack__ws_codec_write(codec, out, WSLAY_CONNECTION_CLOSE, data, text.len + 2);
}
