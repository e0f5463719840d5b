/* SPDX-License-Identifier: MIT */
#include "support/webapi_fixture.h"

/* The memory of calls stays within a budget, whatever Slack answers. */

#define MIB ((size_t)1 << 20)

static slack_budget_t budget;
static size_t peak;
static char answer[2 * MIB];

/* {"ok":true,"text":"xxx…"} of `size` bytes. */
static void answer_large(peer_t *peer, const peer_request_t *request, void *user_data)
{
    const size_t used = atomic_load(&budget.used);
    if (used > peak) peak = used;
    peer_answer(peer, request->connection, 200, "", answer);
}

static void make_answer(size_t size)
{
    static const char head[] = "{\"ok\":true,\"text\":\"";
    memset(answer, 'x', size);
    memcpy(answer, head, sizeof head - 1);
    memcpy(answer + size - 2, "\"}", 3);
}

static void open_with(size_t max, peer_fn fn)
{
    budget.max = max;
    peak = 0;
    wf.budget = &budget;
    wf_open(100, 10000, fn);
}

static void close_all(void)
{
    wf_close();
    wf.budget = NULL;
    assert_int_equal(atomic_load(&budget.used), 0);
}

#define BUDGET_TEST(function, max, fn) TEST_AROUND(function, open_with(max, fn), close_all())

/* One answer after the other has room; of many at once, those that have none fail and say so. */
BUDGET_TEST(large_answers_share_a_budget, 12 * MIB, answer_large)
{
    unsigned read = 0, refused = 0;
    make_answer(2 * MIB - 1);
    for (unsigned i = 0; i < 3; i++) {
        wf_call("users.list", i);
        world_until(&wf.world, wf.ends.count > i);
        assert_int_equal(wf.ends.statuses[i], 0);
        assert_in_range(atomic_load(&budget.used), 0, 64 << 10);
    }
    for (unsigned i = 3; i < 60; i++)
        wf_call("users.list", i);
    world_until(&wf.world, wf.ends.count == 60);
    for (unsigned i = 3; i < 60; i++) {
        read += wf.ends.statuses[i] == 0;
        refused += wf.ends.statuses[i] == SLACK_EBUSY;
        if (wf.ends.statuses[i] == SLACK_EBUSY) continue;
        assert_int_equal(wf.ends.statuses[i], 0);
    }
    assert_int_equal(read + refused, 57);
    assert_in_range(refused, 1, 57);
    assert_in_range(peak, 1, 12 * MIB + 60 * SLACK_BUDGET_SMALL_BYTES);
    assert_true(world_logged(&wf.world, "status=SLACK_EBUSY error=\"its answer has no room in "
                                        "SLACK_CALLS_MIB, though Slack has made the call\""));
}

/* Whatever others take. */
BUDGET_TEST(small_calls_and_answers_have_room, MIB, answer_large)
{
    static char text[100 << 10];
    make_answer(60 << 10);
    memset(text, 'y', sizeof text - 1);
    slack__budget_take(&budget, 2 * MIB);
    wf_call("users.info", 1);
    world_until(&wf.world, wf.ends.count == 1);
    assert_int_equal(wf.ends.statuses[0], 0);
    wf.client.log = &wf.world.logger;
    assert_int_equal(
        slack_callf(&wf.client, "chat.meMessage", wf_end, NULL, "{channel: 1, text: %s}", text),
        SLACK_EBUSY);
    assert_true(wf.client.refused);
    assert_true(world_logged(&wf.world, "the calls under way take all of SLACK_CALLS_MIB: do less "
                                        "at once, or raise it"));
    slack__budget_give(&budget, 2 * MIB);
    make_answer(100);
    budget.max = 8 * MIB; /* the text, its form, and the sender's copy */
    assert_int_equal(
        slack_callf(&wf.client, "chat.meMessage", wf_end, NULL, "{channel: 1, text: %s}", text), 0);
    world_until(&wf.world, wf.ends.count == 2);
    assert_int_equal(wf.ends.statuses[1], 0);
}

/* All but the last byte. */
static void answer_almost(peer_t *peer, const peer_request_t *request, void *user_data)
{
    char head[80];
    const size_t len = strlen(answer);
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
    peer_send(peer, request->connection, head);
    peer_send_bytes(peer, request->connection, answer, len - 1, false);
}

/* Large answers that are complete at the same moment are read in several turns of the loop. */
BUDGET_TEST(a_turn_reads_one_large_answer, 64 * MIB, answer_almost)
{
    enum { CALLS = 6 };
    make_answer(MIB);
    for (unsigned i = 0; i < CALLS; i++)
        wf_call("users.list", i);
    world_until(&wf.world, peer_requests(wf.peer) == CALLS);
    for (unsigned connection = 1; connection <= CALLS; connection++)
        world_until(&wf.world, peer_unsent(wf.peer, connection) == 0);
    for (int i = 0; i < 200; i++)
        world_turn(&wf.world);
    for (unsigned connection = 1; connection <= CALLS; connection++)
        peer_send(wf.peer, connection, "}");
    while (wf.ends.count < CALLS) {
        const unsigned before = wf.ends.count;
        uv_run(&wf.world.loop, UV_RUN_NOWAIT);
        assert_in_range(wf.ends.count - before, 0, 1);
    }
}
