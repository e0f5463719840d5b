/* SPDX-License-Identifier: MIT */
#include "transport_socket/recent_acks.h"

#include <string.h>

#include "transport_socket/frame.h"
#include "util/alloc.h"

void slack__recent_acks_done(slack_recent_acks_t *acks)
{
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX; i++)
        slack__free_secret(acks->list[i].frame);
    *acks = (slack_recent_acks_t){0};
}

static bool recent_ack_init(slack_recent_ack_t *ack, slack_slice_t envelope_id, const char *frame,
                            size_t len)
{
    char *copy = slack__malloc(len + 1 + envelope_id.len);
    if (!copy) return false;
    memcpy(copy, frame, len);
    copy[len] = '\0';
    memcpy(copy + len + 1, envelope_id.ptr, envelope_id.len);
    *ack = (slack_recent_ack_t){copy, {copy + len + 1, envelope_id.len}};
    return true;
}

void slack__recent_acks_add(slack_recent_acks_t *acks, slack_slice_t envelope_id, const char *frame,
                            size_t len)
{
    slack_buf_t bare;
    slack_recent_ack_t ack;
    bool kept = false;
    slack__buf_init(&bare, SLACK_RECENT_ACKS_FRAME_MAX);
    if (len <= SLACK_RECENT_ACKS_FRAME_MAX)
        kept = recent_ack_init(&ack, envelope_id, frame, len);
    else if (slack__frame_write_ack(&bare, envelope_id, NULL) == 0)
        kept = recent_ack_init(&ack, envelope_id, slack__buf_ptr(&bare), bare.len);
    slack__buf_done(&bare);
    if (!kept) return;
    slack__free_secret(acks->list[acks->next].frame);
    acks->list[acks->next] = ack;
    acks->next = (acks->next + 1) % SLACK_RECENT_ACKS_MAX;
}

const char *slack__recent_acks_find(const slack_recent_acks_t *acks, slack_slice_t envelope_id)
{
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX; i++) {
        const slack_recent_ack_t *ack = &acks->list[i];
        if (ack->frame && slack__slice_eq(ack->id, envelope_id)) return ack->frame;
    }
    return NULL;
}
