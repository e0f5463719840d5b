/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_FRAME_H
#define SLACK_TRANSPORT_SOCKET_FRAME_H

#include "transport/transport.h"
#include "transport_socket/session.h"
#include "util/buf.h"

/* What Slack says over a socket, and what it wants to hear (docs/protocol.md). Pure. */

enum slack_frame_type {
    SLACK_FRAME_GARBAGE = 0, /* not JSON, or no object: to be ignored */
    SLACK_FRAME_UNKNOWN,     /* an object that is no envelope: to be ignored */
    SLACK_FRAME_HELLO,
    SLACK_FRAME_DISCONNECT,
    SLACK_FRAME_ENVELOPE,
    SLACK_FRAME_MALFORMED /* an envelope whose payload cannot be read: to be acked, so that it does
                           * not come for ever (slack-morphism-rust#390) */
};

/* All strings lie in the frame's arena, or are constant. */
typedef struct slack_frame {
    enum slack_frame_type type;
    const char *name; /* its `type`; "" where there is none */

    /* HELLO */
    unsigned num_connections; /* 0: not told */
    uint64_t life_ms;         /* approximate_connection_time; 0: not told */
    const char *app_id;

    /* DISCONNECT */
    enum slack_cause cause;
    const char *reason;

    /* ENVELOPE, MALFORMED */
    slack_slice_t envelope_id;

    /* ENVELOPE */
    bool known; /* one of the three types there are */
    bool accepts_response_payload;
    const slack_json_t *payload; /* an object */
    int retry_attempt;
    const char *retry_reason;
} slack_frame_t;

/* The longest envelope_id that is taken for one; they are UUIDs. */
#define SLACK_ENVELOPE_ID_MAX 128

/*
 * Read a message. `text` lies in the arena, with SLACK_JSON_PADDING bytes behind it, and is changed
 * in place. 0; SLACK_ENOMEM.
 */
int slack__frame_read(slack_arena_t *arena, char *text, size_t len, slack_frame_t *ret);

/*
 * Append the ack of an envelope. `ack` NULL, or an ack without a body: the envelope_id alone. 0;
 * SLACK_ETOOBIG when the buffer ends, or the frame would reach SLACK_ACK_FRAME_LIMIT; SLACK_ENOMEM.
 * On failure the buffer holds a part.
 */
int slack__frame_write_ack(slack_buf_t *buf, slack_slice_t envelope_id, const slack_ack_t *ack);

/* Fish the envelope_id out of text that is no JSON any more. Empty where there is none. */
slack_slice_t slack__frame_find_id(const char *text, size_t len);

#endif
