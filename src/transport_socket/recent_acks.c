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

/* The frame that acknowledges the envelope without a payload. */
static char *dup_bare_ack(slack_slice_t envelope_id)
{
    slack_buf_t buf;
    char *copy = NULL;
    slack__buf_init(&buf, SLACK_RECENT_ACKS_FRAME_MAX);
    if (slack__frame_write_ack(&buf, envelope_id, NULL) == 0)
        copy = slack__strndup(slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    return copy;
}

void slack__recent_acks_add(slack_recent_acks_t *acks, slack_slice_t envelope_id, const char *frame,
                            size_t len)
{
    char *copy =
        len <= SLACK_RECENT_ACKS_FRAME_MAX ? slack__strndup(frame, len) : dup_bare_ack(envelope_id);
    if (!copy) return;
    slack__free_secret(acks->frames[acks->next]);
    acks->frames[acks->next] = copy;
    acks->next = (acks->next + 1) % SLACK_RECENT_ACKS_MAX;
}

/* All ack frames begin alike. Slack's ids need no JSON escapes; one that did would not be found. */
static bool is_ack_of(const char *frame, slack_slice_t envelope_id)
{
    static const char begin[] = "{\"envelope_id\":\"";
    const size_t len = sizeof begin - 1;
    return frame && strncmp(frame + len, envelope_id.ptr, envelope_id.len) == 0 &&
           frame[len + envelope_id.len] == '"';
}

const char *slack__recent_acks_find(const slack_recent_acks_t *acks, slack_slice_t envelope_id)
{
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX; i++)
        if (is_ack_of(acks->frames[i], envelope_id)) return acks->frames[i];
    return NULL;
}
