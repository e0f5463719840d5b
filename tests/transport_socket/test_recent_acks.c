/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "transport_socket/recent_acks.h"

static void remember(slack_recent_acks_t *acks, const char *id, const char *frame)
{
    slack__recent_acks_add(acks, slack__slice(id), frame, strlen(frame));
}

TEST(test_the_last_ones_are_kept)
{
    slack_recent_acks_t acks = {0};
    remember(&acks, "e-1", "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}");
    remember(&acks, "e-10", "{\"envelope_id\":\"e-10\"}");
    assert_string_equal(slack__recent_acks_find(&acks, SLACK_SLICE("e-1")),
                        "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}");
    assert_string_equal(slack__recent_acks_find(&acks, SLACK_SLICE("e-10")),
                        "{\"envelope_id\":\"e-10\"}");
    assert_null(slack__recent_acks_find(&acks, SLACK_SLICE("e-")));
    assert_null(slack__recent_acks_find(&acks, SLACK_SLICE("e-100")));
    for (unsigned i = 0; i < SLACK_RECENT_ACKS_MAX - 1; i++)
        remember(&acks, "e-2", "{\"envelope_id\":\"e-2\"}");
    assert_null(slack__recent_acks_find(&acks, SLACK_SLICE("e-1"))); /* the oldest was replaced */
    assert_non_null(slack__recent_acks_find(&acks, SLACK_SLICE("e-10")));
    slack__recent_acks_done(&acks);
}

TEST(test_long_ones_lose_their_payload)
{
    static char frame[SLACK_RECENT_ACKS_FRAME_MAX + 2];
    slack_recent_acks_t acks = {0};
    memset(frame, 'x', sizeof frame - 1);
    remember(&acks, "e-1", frame);
    assert_string_equal(slack__recent_acks_find(&acks, SLACK_SLICE("e-1")),
                        "{\"envelope_id\":\"e-1\"}");
    slack__recent_acks_done(&acks);
}

/* A server chooses the ids: bytes that are equal as strings, and bytes that a frame has too, are
 * not the same id. The block has the size of the frame, so that a sanitizer sees a byte too many.
 */
TEST(test_ids_are_compared_as_bytes)
{
    static const slack_slice_t others[] = {
        {"e-1\0xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 60},
        {"e-1\0", 4},
        {"e-1\",\"payload\":{\"text\":\"x", 25},
        {"e-\0", 3},
    };
    slack_recent_acks_t acks = {0};
    remember(&acks, "e-1", "{\"envelope_id\":\"e-1\",\"payload\":{\"text\":\"x\"}}");
    slack__recent_acks_add(&acks, (slack_slice_t){"a\0\"", 3}, "{}", 2);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(slack__recent_acks_find(&acks, others[i]));
    assert_string_equal(slack__recent_acks_find(&acks, (slack_slice_t){"a\0\"", 3}), "{}");
    slack__recent_acks_done(&acks);
}
