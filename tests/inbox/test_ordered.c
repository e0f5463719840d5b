/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/store_file.h"
#include "support/test.h"

/* Two processes on one store keep the order of a conversation. */

static app_fixture_t pair[2];

static char notes[64]; /* the messages that have begun, by their last letter */
static slack_ctx_t *held[128];

static int hold(slack_ctx_t *ctx, void *user_data)
{
    const char *text = slack_json_str(slack_ctx_event(ctx), "/text");
    const char letter = text[strlen(text) - 1];
    const size_t len = strlen(notes);
    notes[len] = letter;
    notes[len + 1] = '\0';
    slack_ctx_hold(ctx);
    held[(unsigned char)letter] = ctx;
    return 0;
}

static void pair_turn(void)
{
    for (size_t i = 0; i < 2; i++)
        if (pair[i].slack) uv_run(&pair[i].world.loop, UV_RUN_NOWAIT);
}

#define PAIR_UNTIL(condition)                                                                      \
    do {                                                                                           \
        const uint64_t end_ns = uv_hrtime() + 20 * (uint64_t)1000000000;                           \
        while (!(condition)) {                                                                     \
            if (uv_hrtime() > end_ns) fail_msg("%s: never " #condition, notes);                    \
            pair_turn();                                                                           \
        }                                                                                          \
    } while (0)

/* Sends a message to one of the two, and waits for its ack. */
static void deliver(size_t to, const char *channel, const char *text)
{
    static unsigned number;
    char body[256];
    app_ack_t ack = {0};
    snprintf(body, sizeof body,
             "{'event_id':'Ev%u','authorizations':[{'user_id':'U0BOT'}],'event':{'type':'message',"
             "'channel':'%s','user':'U1','text':'%s'}}",
             ++number, channel, text);
    app_inject(&pair[to], body, &ack);
    PAIR_UNTIL(ack.count == 1);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

static void poll_both(void)
{
    for (size_t i = 0; i < 2; i++) {
        if (!pair[i].slack) continue;
        slack__inspect_poll(pair[i].app);
        PAIR_UNTIL(!slack__inspect_claims(pair[i].app));
    }
}

/* These messages have begun, and no other one begins when both look for rows. */
static void expect(const char *begun)
{
    poll_both();
    PAIR_UNTIL(strlen(notes) >= strlen(begun));
    poll_both();
    assert_string_equal(notes, begun);
}

static void release(char letter, int status)
{
    slack_ctx_release(held[(unsigned char)letter], status);
}

static int pair_open(void **state)
{
    const slack_options_t options = {.store = store_file_url()};
    store_file_clean();
    *notes = '\0';
    for (size_t i = 0; i < 2; i++) {
        app_open(&pair[i], &options);
        const slack_listener_t listener = {.kind = SLACK_KIND_EVENT,
                                           .match = "^do ",
                                           .how = SLACK_MATCH_REGEX,
                                           .message = 1,
                                           .ordered = 1,
                                           .fn = hold};
        assert_int_equal(slack_listen(pair[i].app, &listener), 0);
        slack_on_message(pair[i].app, "free", hold, NULL);
        app_ready(&pair[i]);
    }
    PAIR_UNTIL(!slack__inspect_overflows(pair[0].app) && !slack__inspect_overflows(pair[1].app));
    return 0;
}

static int pair_close(void **state)
{
    for (size_t i = 0; i < 2; i++)
        if (pair[i].slack) app_close(&pair[i]);
    return 0;
}

#define PAIR_TEST(function) TEST_CASE(function, pair_open, pair_close, NULL)

PAIR_TEST(test_one_of_a_conversation_at_a_time)
{
    deliver(0, "C1", "do a");
    deliver(1, "C1", "do b");
    deliver(0, "C1", "do c");
    deliver(1, "C2", "do x");
    expect("ax");
    release('a', 0);
    expect("axb");
    deliver(1, "C1", "do d");
    release('b', 0);
    expect("axbc");
    release('c', 0);
    release('x', 0);
    expect("axbcd");
    release('d', 0);
}

/* The deliveries of other listeners have no order, whatever their conversation. */
PAIR_TEST(test_only_deliveries_of_an_ordered_listener_wait)
{
    deliver(0, "C1", "do a");
    deliver(1, "C1", "free e");
    deliver(0, "C1", "free f");
    expect("aef");
    for (const char *letter = "aef"; *letter; letter++)
        release(*letter, 0);
}

/* A delivery that waits for its next attempt lets the others pass. */
PAIR_TEST(test_a_failure_lets_the_next_one_run)
{
    deliver(0, "C1", "do a");
    deliver(1, "C1", "do b");
    expect("a");
    release('a', SLACK_EIO);
    expect("ab");
    release('b', 0);
}

/* The other process takes the rows that a process leaves, in order. */
PAIR_TEST(test_the_other_takes_over)
{
    deliver(0, "C1", "do a");
    deliver(1, "C1", "do b");
    deliver(0, "C1", "do c");
    expect("a");
    slack_app_stop(pair[0].app); /* app_close() stops a second time, which ends the drain */
    app_close(&pair[0]);
    expect("aa");
    release('a', 0);
    expect("aab");
    release('b', 0);
    expect("aabc");
    release('c', 0);
}
