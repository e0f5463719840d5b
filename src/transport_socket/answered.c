/* SPDX-License-Identifier: MIT */
#include "transport_socket/answered.h"

#include <string.h>

#include "transport_socket/envelope.h"
#include "util/alloc.h"

void slack__answered_done(slack_answered_t *answered)
{
    for (unsigned i = 0; i < SLACK_ANSWERED_MAX; i++)
        slack__free_secret(answered->frames[i]);
    *answered = (slack_answered_t){0};
}

/* A copy of the frame without its payload. */
static char *without_payload(slack_slice_t envelope_id)
{
    slack_buf_t buf;
    char *copy = NULL;
    slack__buf_init(&buf, SLACK_ANSWERED_FRAME_MAX);
    if (slack__frame_write_ack(&buf, envelope_id, NULL) == 0)
        copy = slack__strndup(slack__buf_ptr(&buf), buf.len);
    slack__buf_done(&buf);
    return copy;
}

void slack__answered_add(slack_answered_t *answered, slack_slice_t envelope_id, const char *frame,
                         size_t len)
{
    char *copy =
        len <= SLACK_ANSWERED_FRAME_MAX ? slack__strndup(frame, len) : without_payload(envelope_id);
    if (!copy) return;
    slack__free_secret(answered->frames[answered->next]);
    answered->frames[answered->next] = copy;
    answered->next = (answered->next + 1) % SLACK_ANSWERED_MAX;
}

/* Every frame of ours begins alike, and ids that need escapes do not come: one that does is simply
 * not found. */
static bool acknowledges(const char *frame, slack_slice_t envelope_id)
{
    static const char begin[] = "{\"envelope_id\":\"";
    const size_t len = sizeof begin - 1;
    return frame && strncmp(frame + len, envelope_id.ptr, envelope_id.len) == 0 &&
           frame[len + envelope_id.len] == '"';
}

const char *slack__answered_find(const slack_answered_t *answered, slack_slice_t envelope_id)
{
    for (unsigned i = 0; i < SLACK_ANSWERED_MAX; i++)
        if (acknowledges(answered->frames[i], envelope_id)) return answered->frames[i];
    return NULL;
}
