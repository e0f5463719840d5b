/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_RECENT_ACKS_H
#define SLACK_TRANSPORT_SOCKET_RECENT_ACKS_H

#include "util/str.h"

/*
 * The last acks of commands and interactions, which have no event_id to recognise them by. Slack
 * sends such an envelope again when its ack was lost with the connection (seen: slax#614). The
 * transport then sends the same ack, and the handler does not run a second time.
 */

#define SLACK_RECENT_ACKS_MAX       128
#define SLACK_RECENT_ACKS_FRAME_MAX 2048 /* a longer frame is kept without its payload */

typedef struct slack_recent_ack {
    char *frame;      /* the whole ack frame, NUL-terminated; NULL: unused */
    slack_slice_t id; /* of its envelope, in the same allocation */
} slack_recent_ack_t;

typedef struct slack_recent_acks {
    slack_recent_ack_t list[SLACK_RECENT_ACKS_MAX];
    unsigned next; /* the oldest, which the next one replaces */
} slack_recent_acks_t;

void slack__recent_acks_done(slack_recent_acks_t *acks);

/* Keep a copy of the ack frame of an envelope. If memory is out, the ack is not kept. */
void slack__recent_acks_add(slack_recent_acks_t *acks, slack_slice_t envelope_id, const char *frame,
                            size_t len);
/* The ack frame of an envelope; NULL: not kept. Borrowed until the next call. */
const char *slack__recent_acks_find(const slack_recent_acks_t *acks, slack_slice_t envelope_id);

#endif
