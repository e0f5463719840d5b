/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* A stored delivery is handled to its end over restarts, and beside other processes on the same
 * store. */

INBOX_STORED(test_a_restart_goes_on)
{
    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    slack_on_event(inbox.f.app, "message", inbox_hold, NULL);
    app_ready(&inbox.f);
    app_ack_t ack[4] = {{0}};
    inbox_deliver("Ev1", "h", &ack[0]);
    inbox_until_held(1);
    app_spin(&inbox.f);
    slack_app_stop(inbox.f.app);
    slack_app_stop(inbox.f.app); /* does not wait for the held handler */
    inbox_restart();

    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    slack_on_event(inbox.f.app, "message", inbox_scripted, "b");
    app_ready(&inbox.f);
    inbox_until_runs(1);
    assert_string_equal(inbox.order, "b"); /* the first listener had succeeded before */
    assert_int_equal(inbox.attempts_seen[0], 2);
    inbox_deliver("Ev1", "h", &ack[1]);
    app_run_until(&inbox.f, &ack[1].count);
    app_settle(&inbox.f);
    inbox_restart();

    slack_on_event(inbox.f.app, "message", inbox_scripted, "b");
    app_ready(&inbox.f);
    inbox_deliver("Ev1", "h", &ack[2]);
    app_run_until(&inbox.f, &ack[2].count);
    assert_int_equal(ack[2].outcome, SLACK_ACK_OK);
    app_settle(&inbox.f);
    assert_int_equal(inbox.runs, 0);
}

/* Ends the process `times` times while a handler holds Ev1. */
static void end_inside_the_handler(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        inbox_open(store_file_url(), NULL);
        slack_on_message(inbox.f.app, NULL, inbox_hold, NULL);
        inbox_hold_first(i == 0);
        inbox_end_at_once();
    }
}

static void open_scripted(void)
{
    inbox_open(store_file_url(), NULL);
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    for (int i = 0; i < 8; i++)
        inbox.outcomes[i] = SLACK_EIO;
    app_ready(&inbox.f);
    app_pass_and_claim(&inbox.f, LONG_MS);
}

static void fail_to_the_end(unsigned first_attempt)
{
    inbox_until_runs(1);
    assert_int_equal(inbox.attempts_seen[0], first_attempt);
    for (unsigned i = 2; i <= 5; i++) {
        assert_int_equal(inbox.deads, 0);
        app_pass_and_claim(&inbox.f, LONG_MS);
        assert_int_equal(inbox.runs, i);
    }
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.attempts, first_attempt + 4);
    app_close(&inbox.f);
}

TEST(test_the_end_of_a_process_is_no_failure)
{
    store_file_clean();
    end_inside_the_handler(6);
    open_scripted();
    fail_to_the_end(7);
}

INBOX_CLOSED(test_a_delivery_that_ends_every_process)
{
    end_inside_the_handler(25);
    open_scripted();
    world_until(&inbox.f.world, inbox.deads != 0);
    assert_int_equal(inbox.runs, 0);
    assert_string_equal(inbox.dead_error, "SLACK_ECRASHED the process ended during every attempt: "
                                          "find the crash, then slackapp inbox retry");
}

TEST(test_a_stop_is_no_failure)
{
    store_file_clean();
    for (unsigned i = 0; i < 6; i++) {
        inbox_open(store_file_url(), NULL);
        slack_on_message(inbox.f.app, NULL, inbox_hold, NULL);
        app_ready(&inbox.f);
        app_ack_t ack = {0};
        if (i == 0) inbox_deliver("Ev1", "h", &ack);
        app_pass_ms(&inbox.f, i * (uint64_t)LONG_MS); /* each process starts with a clock at zero */
        inbox_until_held(1);
        app_spin(&inbox.f);
        slack_app_stop(inbox.f.app);
        world_until(&inbox.f.world, !slack__inspect_is(inbox.f.app, "running"));
        slack_ctx_release(inbox.held[0], i % 2 ? SLACK_ECLOSED : SLACK_ECANCELED);
        app_close(&inbox.f);
    }
    open_scripted();
    app_pass_and_claim(&inbox.f, 6 * LONG_MS);
    fail_to_the_end(7);
}

INBOX_STORED(test_a_wait_outlives_the_process)
{
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    inbox.outcomes[0] = SLACK_EIO;
    inbox_run_first();
    inbox_restart();
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    app_ready(&inbox.f);
    app_pass_and_claim(&inbox.f, LONG_MS);
    inbox_until_runs(1);
    assert_int_equal(inbox.attempts_seen[0], 2);
}

static char claimed_by_others[64];

static void other_claimed(slack_store_op_t *op)
{
    const slack_store_batch_t *batch = op->batch;
    snprintf(claimed_by_others, sizeof claimed_by_others, "%d:%.*s", op->status,
             batch->count ? (int)batch->rows[0].key.len : 0,
             batch->count ? batch->rows[0].key.ptr : "");
}

static void set_flag(void *user_data)
{
    *(unsigned *)user_data = 1;
}

/* Returns the row that a second process can claim now. */
static const char *offered(slack_store_t *other)
{
    slack_store_batch_t batch = {.limit = 1,
                                 .now_ms = slack__wall_ms(slack__inspect_clock(inbox.f.app))};
    slack_store_op_t op = {.kind = SLACK_STORE_CLAIM,
                           .row.app = SLACK_SLICE(FAKE_SLACK_APP),
                           .batch = &batch,
                           .done = other_claimed};
    slack__link_init(&op.link);
    *claimed_by_others = '\0';
    other->ops->submit(other, &op);
    world_until(&inbox.f.world, *claimed_by_others != '\0');
    slack__arena_free(batch.arena);
    return claimed_by_others;
}

#define LOOKS (SLACK_STORE_LEASE_MS / SLACK_STORE_RENEW_MS)

INBOX_STORED(test_a_loop_that_turns_keeps_its_claims)
{
    slack_store_t *other;
    unsigned closed = 0;
    slack_on_message(inbox.f.app, NULL, inbox_hold, NULL);
    app_ready(&inbox.f);
    assert_int_equal(
        slack__store_open(&other, slack__inspect_net(inbox.f.app), store_file_url(), NULL), 0);
    inbox_deliver("Ev1", "h", &inbox.f.ack);
    inbox_until_held(1);
    for (int i = 0; i < 3 * LOOKS; i++) {
        app_pass_ms(&inbox.f, SLACK_STORE_RENEW_MS);
        world_until(&inbox.f.world, !slack__inspect_renews(inbox.f.app));
        assert_string_equal(offered(other), "0:");
    }
    slack__inspect_set_renewing(inbox.f.app, true); /* from here on no RENEW is sent */
    for (int i = 1; i < LOOKS; i++) {
        inbox.f.world.mono_us += SLACK_STORE_RENEW_MS * 1000;
        assert_string_equal(offered(other), "0:");
    }
    inbox.f.world.mono_us += SLACK_STORE_RENEW_MS * 1000;
    assert_string_equal(offered(other), "0:Ev1");
    slack__inspect_set_renewing(inbox.f.app, false);
    slack_ctx_release(inbox.held[0], 0);
    app_settle(&inbox.f);
    other->ops->close(other, set_flag, &closed);
    app_run_until(&inbox.f, &closed);
}

INBOX_CLOSED(test_past_memory_there_is_the_disk)
{
    inbox_open(store_file_url(), &(slack_options_t){.max_deliveries = 4});
    slack_on_message(inbox.f.app, NULL, inbox_hold, NULL);
    app_ready(&inbox.f);
    app_ack_t ack[10] = {{0}};
    for (int i = 0; i < 10; i++) {
        char id[16], text[2] = {(char)('a' + i), '\0'};
        snprintf(id, sizeof id, "Ev%d", i);
        inbox_deliver(id, text, &ack[i]);
        app_run_until(&inbox.f, &ack[i].count);
        assert_int_equal(ack[i].outcome, SLACK_ACK_OK);
        inbox.f.world.mono_us += 1000;
    }
    assert_true(inbox.held_count <= 4);
    for (unsigned i = 0; i < 10; i++) {
        inbox_until_held(i + 1);
        slack_ctx_release(inbox.held[i], 0);
    }
    app_settle(&inbox.f);
    assert_string_equal(inbox.order, "abcdefghij");
}
