/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_WS_CODEC_H
#define SLACK_NET_WS_CODEC_H

#include <stdint.h>
#include <wslay/wslay.h>

#include "util/buf.h"

/*
 * WebSocket frames by wslay, without I/O: bytes in, whole messages out, and the other way round.
 * The caller pulls one event after the other. So no function of wslay is on the stack while user
 * code runs, and the caller may stop after any event.
 */

enum slack_ws_event_type {
    SLACK_WS_TEXT,
    SLACK_WS_BINARY,
    SLACK_WS_PING,
    SLACK_WS_PONG,
    SLACK_WS_CLOSE
};

typedef struct slack_ws_event {
    enum slack_ws_event_type type;
    /* NUL-terminated, borrowed until the next event is pulled. Of a Close: the reason. */
    const char *data;
    size_t len;
    unsigned code; /* of a Close; 0 without one */
} slack_ws_event_t;

#define SLACK_WS_CONTROL_MAX ((size_t)125) /* RFC 6455 5.5 */
#define SLACK_WS_HEADER_MAX  ((size_t)14)

typedef struct slack_ws_codec {
    /* To read. */
    unsigned close_code; /* after _next has failed: the code to close with */
    const char *reason;  /* after _next has failed: why, constant text */

    /* Private. */
    bool client;
    int failed;
    struct wslay_frame_context *wslay;
    const uint8_t *in;
    size_t in_len;
    size_t header_len;   /* bytes of the frame's header that wslay has */
    bool in_frame;       /* the header is complete and checked */
    uint64_t frame_left; /* payload that has not arrived */
    uint8_t opcode;      /* of the current frame */
    bool fin;
    uint8_t message_opcode; /* of the message that has begun; 0: no message has */
    slack_buf_t message;
    char control[SLACK_WS_CONTROL_MAX + 1];
    size_t control_len;
    slack_buf_t *out; /* while a frame is written */
    uint8_t masks[256];
    size_t masks_left;
} slack_ws_codec_t;

/* `client`: the role of this side. 0; SLACK_ENOMEM. */
int slack__ws_codec_init(slack_ws_codec_t *codec, bool client, size_t message_max);
void slack__ws_codec_done(slack_ws_codec_t *codec);

/* Pass bytes from the peer. They are borrowed until _next returns SLACK_EBUSY. Do not call this
 * again before that.
 */
void slack__ws_codec_feed(slack_ws_codec_t *codec, const char *data, size_t len);
/* The next event. 0; SLACK_EBUSY if more bytes are needed; SLACK_EPROTO, SLACK_ETOOBIG or
 * SLACK_ENOMEM: every later call returns the same. Close with `close_code`. */
int slack__ws_codec_next(slack_ws_codec_t *codec, slack_ws_event_t *ret);

/* Append one unfragmented frame to `out`, masked for a client. 0, SLACK_ETOOBIG (the buffer's
 * maximum; 125 bytes for a control frame), SLACK_ENOMEM, SLACK_EIO (no random mask); on failure
 * nothing is appended. */
int slack__ws_codec_write(slack_ws_codec_t *codec, slack_buf_t *out, enum wslay_opcode opcode,
                          const void *data, size_t len);
/* A Close frame; `code` 0: it has no code. A reason that is too long is cut. */
int slack__ws_codec_write_close(slack_ws_codec_t *codec, slack_buf_t *out, unsigned code,
                                const char *reason);

#endif
