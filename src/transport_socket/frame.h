/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_FRAME_H
#define SLACK_TRANSPORT_SOCKET_FRAME_H

#include "transport/transport.h"
#include "transport_socket/session.h"
#include "util/buf.h"

/* The JSON of Socket Mode: reads what Slack sends, writes acks (docs/protocol.md). Pure. */

enum slack_frame_type {
    SLACK_FRAME_GARBAGE = 0, /* not a JSON object; ignored */
    SLACK_FRAME_UNKNOWN,     /* an object without an envelope_id and of no known type; ignored */
    SLACK_FRAME_HELLO,
    SLACK_FRAME_DISCONNECT,
    SLACK_FRAME_ENVELOPE,
    SLACK_FRAME_MALFORMED /* an envelope without a readable payload; acked, or Slack would send it
                           * for ever (slack-morphism-rust#390) */
};

/* All strings lie in the frame's arena or are constants. */
typedef struct slack_frame {
    enum slack_frame_type type;
    const char *name; /* the member `type`; "" without one */

    /* HELLO */
    unsigned num_connections; /* 0: not given */
    uint64_t life_ms;         /* approximate_connection_time; 0: not given */
    const char *app_id;

    /* DISCONNECT */
    enum slack_cause cause;
    const char *reason;

    /* ENVELOPE, MALFORMED */
    slack_slice_t envelope_id;

    /* ENVELOPE */
    bool known; /* events_api, slash_commands or interactive */
    bool accepts_response_payload;
    const slack_json_t *payload; /* an object */
    int retry_attempt;
    const char *retry_reason;
} slack_frame_t;

/* A longer envelope_id counts as missing. Slack's are UUIDs. */
#define SLACK_ENVELOPE_ID_MAX 128

/*
 * Read a message. `text` lies in the arena, is followed by SLACK_JSON_PADDING writable bytes, and
 * is changed in place. 0; SLACK_ENOMEM.
 */
int slack__frame_read(slack_arena_t *arena, char *text, size_t len, slack_frame_t *ret);

/*
 * Append the ack of an envelope. If `ack` is NULL or has no body, the frame has only the
 * envelope_id. 0; SLACK_ETOOBIG when the buffer is full, or the frame would reach
 * SLACK_ACK_FRAME_LIMIT; SLACK_ENOMEM. After a failure the buffer holds a part of the ack.
 */
int slack__frame_write_ack(slack_buf_t *buf, slack_slice_t envelope_id, const slack_ack_t *ack);

/* The envelope_id in text that is not valid JSON; empty if there is none. */
slack_slice_t slack__frame_find_id(const char *text, size_t len);

#endif
