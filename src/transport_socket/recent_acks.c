/* SPDX-License-Identifier: MIT */
#include "transport_socket/recent_acks.h"

#include <string.h>

#include "transport_socket/frame.h"
#include "util/alloc.h"

void slack__recent_acks_done(slack_recent_acks_t *acks)
{
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX; i++)
        slack__free_secret(acks->frames[i]);
    *acks = (slack_recent_acks_t){0};
}

void slack__recent_acks_add(slack_recent_acks_t *acks, slack_slice_t envelope_id, const char *frame,
                            size_t len)
{
    slack_buf_t bare;
    char *copy = NULL;
    slack__buf_init(&bare, SLACK_RECENT_ACKS_FRAME_MAX);
    if (len <= SLACK_RECENT_ACKS_FRAME_MAX)
        copy = slack__strndup(frame, len);
    else if (slack__frame_write_ack(&bare, envelope_id, NULL) == 0)
        copy = slack__strndup(slack__buf_ptr(&bare), bare.len);
    slack__buf_done(&bare);
    if (!copy) return;
    slack__free_secret(acks->frames[acks->next]);
    acks->frames[acks->next] = copy;
    acks->next = (acks->next + 1) % SLACK_RECENT_ACKS_MAX;
}

/* All ack frames begin alike. Slack's ids need no JSON escapes; one that did would not be found. */
const char *slack__recent_acks_find(const slack_recent_acks_t *acks, slack_slice_t envelope_id)
{
    const size_t before_id = sizeof("{\"envelope_id\":\"") - 1;
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX; i++) {
        const char *frame = acks->frames[i];
        if (frame && strncmp(frame + before_id, envelope_id.ptr, envelope_id.len) == 0 &&
            frame[before_id + envelope_id.len] == '"')
            return frame;
    }
    return NULL;
}
