/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "transport_socket/frame.h"

/* The promises of frame.h to the transport. */
static void check(const slack_frame_t *frame)
{
    bool has_id = frame->type == SLACK_FRAME_ENVELOPE || frame->type == SLACK_FRAME_MALFORMED;
    if (frame->type == SLACK_FRAME_ENVELOPE)
        must(slack_json_type(frame->payload) == SLACK_JSON_OBJECT);
    if (has_id) must(frame->envelope_id.len > 0 && frame->envelope_id.len <= SLACK_ENVELOPE_ID_MAX);
    must(frame->retry_attempt >= 0 && strlen(frame->retry_reason) < SIZE_MAX);
    if (!has_id) return;

    slack_buf_t buf;
    slack__buf_init(&buf, SLACK_ACK_FRAME_LIMIT);
    must(slack__frame_write_ack(&buf, frame->envelope_id, NULL) == 0);
    slack__buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_frame_t frame;
    slack_arena_t *arena = slack__arena_new(0, 0);
    char *text = arena ? slack__arena_alloc(arena, size + SLACK_JSON_PADDING) : NULL;
    if (text) {
        if (size > 0) memcpy(text, data, size);
        if (slack__frame_read(arena, text, size, &frame) == 0) check(&frame);
    }
    slack__arena_free(arena);
    return 0;
}
