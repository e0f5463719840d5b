/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_RECENT_ACKS_H
#define SLACK_TRANSPORT_SOCKET_RECENT_ACKS_H

#include "util/str.h"

/*
 * The last acks of what no event_id tells apart: commands and interactions. Slack has been seen to
 * send one again whose ack it lost with the connection (slax#614): it gets the same ack once more,
 * and the handler does not run twice.
 */

#define SLACK_RECENT_ACKS_MAX       128
#define SLACK_RECENT_ACKS_FRAME_MAX 2048 /* of a longer one only the envelope_id is kept */

typedef struct slack_recent_acks {
    char *frames[SLACK_RECENT_ACKS_MAX]; /* whole ack frames, NUL-terminated; NULL: none */
    unsigned next;                       /* the oldest one, to be overwritten */
} slack_recent_acks_t;

void slack__recent_acks_done(slack_recent_acks_t *acks);

/* Remember the ack frame of an envelope. Where memory is out it is not remembered. */
void slack__recent_acks_add(slack_recent_acks_t *acks, slack_slice_t envelope_id, const char *frame,
                            size_t len);
/* The frame that acknowledged an envelope; NULL when none is known. Borrowed. */
const char *slack__recent_acks_find(const slack_recent_acks_t *acks, slack_slice_t envelope_id);

#endif
