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
