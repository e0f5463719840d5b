/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_ANSWERED_H
#define SLACK_TRANSPORT_SOCKET_ANSWERED_H

#include "util/str.h"

/*
 * The last acks of what no event_id tells apart: commands and interactions. Slack has been seen to
 * send one again whose ack it lost with the connection (slax#614): it gets the same ack once more,
 * and the handler does not run twice.
 */

#define SLACK_ANSWERED_MAX       128
#define SLACK_ANSWERED_FRAME_MAX 2048 /* of a longer one only the envelope_id is kept */

typedef struct slack_answered {
    char *frames[SLACK_ANSWERED_MAX]; /* whole ack frames, NUL-terminated; NULL: none */
    unsigned next;                    /* the oldest one, to be overwritten */
} slack_answered_t;

void slack__answered_done(slack_answered_t *answered);

/* Remember the ack frame of an envelope. Where memory is out it is not remembered. */
void slack__answered_add(slack_answered_t *answered, slack_slice_t envelope_id, const char *frame,
                         size_t len);
/* The frame that acknowledged an envelope; NULL when none is known. Borrowed. */
const char *slack__answered_find(const slack_answered_t *answered, slack_slice_t envelope_id);

#endif
