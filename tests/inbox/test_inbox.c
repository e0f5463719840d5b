/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/heap.h"
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* A stored delivery is handled to its end. Each case runs over both stores. */

/* ---- attempts ---- */

EACH_STORE(test_a_failure_that_heals)
{
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    inbox.outcomes[0] = inbox.outcomes[1] = SLACK_EIO;
    app_ready(&inbox.f);
    app_ack_t ack[2] = {{0}};
    inbox_deliver("Ev1", "x", &ack[0]);
    inbox_until_runs(1);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    inbox_deliver("Ev1", "x", &ack[1]); /* a duplicate of a row that waits */
    app_run_until(&inbox.f, &ack[1].count);
    app_pass_and_claim(&inbox.f, 100);
    assert_int_equal(inbox.runs, 1); /* not before its time */
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 2);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 3);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 3);
    assert_int_equal(inbox.attempts_seen[0], 1);
    assert_int_equal(inbox.attempts_seen[1], 2);
    assert_int_equal(inbox.attempts_seen[2], 3);
    assert_int_equal(inbox.deads, 0);
}

EACH_STORE(test_attempts_end)
{
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    for (int i = 0; i < 8; i++)
        inbox.outcomes[i] = SLACK_ETIMEDOUT;
    inbox_run_first();
    for (int i = 0; i < 6; i++)
        app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 5);
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.attempts, 5);
    assert_int_equal(inbox.last_dead.status, SLACK_ETIMEDOUT);
    assert_string_equal(inbox.dead_error, "message:*: SLACK_ETIMEDOUT the handler returned "
                                          "SLACK_ETIMEDOUT, timed out: check the network");
    assert_true(world_logged(&inbox.f.world, "event=\"dead letter\""));
}

EACH_STORE(test_a_failure_for_good)
{
    slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
    inbox.outcomes[0] = SLACK_EINVAL;
    inbox_run_first();
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.attempts, 1);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 1);
}

static int hold_and_release(slack_ctx_t *ctx, void *user_data)
{
    inbox.runs++;
    slack_ctx_hold(ctx);
    slack_ctx_release(ctx, 0);
    return 0;
}

EACH_STORE(test_a_release_inside_the_handler)
{
    slack_on_message(inbox.f.app, NULL, hold_and_release, NULL);
    inbox_run_first();
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 1);
}

static int say(slack_ctx_t *ctx, void *user_data)
{
    inbox.runs++;
    return slack_say(ctx, "hello");
}

EACH_STORE(test_what_slack_says_decides)
{
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200,
                      "{'ok':false,'error':'internal_error'}");
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200,
                      "{'ok':false,'error':'channel_not_found'}");
    slack_on_message(inbox.f.app, NULL, say, NULL);
    inbox_run_first();
    assert_int_equal(inbox.deads, 0);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 2);
    assert_int_equal(inbox.deads, 1);
    assert_string_equal(inbox.dead_error,
                        "message:*: SLACK_EAPI chat.postMessage: channel_not_found: check the id, "
                        "and invite the bot to a private channel");
}

EACH_STORE(test_an_attempt_runs_what_is_not_done)
{
    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    slack_on_message(inbox.f.app, NULL, inbox_scripted, "b"); /* both have the same name */
    slack_on_event(inbox.f.app, "message", inbox_append, "c");
    inbox.outcomes[0] = SLACK_EIO;
    inbox_run_first();
    assert_string_equal(inbox.order, "abc");
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abcb");
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abcb");
}

static int say_c(slack_ctx_t *ctx, void *user_data)
{
    inbox_note("c");
    return slack_say(ctx, "hello");
}

EACH_STORE(test_one_listener_failed_for_good)
{
    fake_slack_answer(inbox.f.slack, "chat.postMessage", 200,
                      "{'ok':false,'error':'channel_not_found'}");
    slack_on_message(inbox.f.app, NULL, inbox_append, "a");
    slack_on_message(inbox.f.app, NULL, inbox_scripted, "b");
    slack_on_event(inbox.f.app, "message", say_c, NULL);
    inbox.outcomes[0] = SLACK_EIO;
    inbox_run_first();
    assert_string_equal(inbox.order, "abc");
    assert_int_equal(inbox.deads, 0); /* one of the two failures is temporary */
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abcb");
    assert_int_equal(inbox.deads, 1); /* that one succeeded; the other's failure counts */
    assert_int_equal(inbox.last_dead.status, SLACK_EAPI);
    assert_int_equal(inbox.last_dead.attempts, 2);
    assert_string_equal(inbox.dead_error, "event:message: SLACK_EAPI channel_not_found");
    inbox_retry_dead(0);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abcbc");
    assert_int_equal(inbox.deads, 1);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abcbc");
}

/* ---- order ---- */

static void deliver_in(const char *id, const char *channel, const char *text, app_ack_t *ack)
{
    char body[512];
    snprintf(body, sizeof body,
             "{'event_id':'%s','event':{'type':'message','channel':'%s','user':'U1','text':'%s'}}",
             id, channel, text);
    app_inject(&inbox.f, body, ack);
    app_run_until(&inbox.f, &ack->count);
    app_spin(&inbox.f);
}

static void release(unsigned i)
{
    slack_ctx_release(inbox.held[i], 0);
    app_spin(&inbox.f);
}

INBOX_CLOSED(test_a_conversation_in_order)
{
    inbox_open("memory:", NULL);
    assert_int_equal(slack_listen(inbox.f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                                   .match = "message",
                                                                   .ordered = 1,
                                                                   .fn = inbox_hold}),
                     0);
    slack_on_event(inbox.f.app, NULL, inbox_append, ".");
    app_ready(&inbox.f);
    app_ack_t ack[5] = {{0}};
    deliver_in("Ev1", "C1", "a", &ack[0]);
    deliver_in("Ev2", "C1", "b", &ack[1]);
    deliver_in("Ev3", "C2", "c", &ack[2]);
    deliver_in("Ev4", "C1", "d", &ack[3]);
    assert_string_equal(inbox.order, "ac");
    release(1);
    assert_string_equal(inbox.order, "ac.");
    release(0);
    assert_string_equal(inbox.order, "ac..b");
    release(2);
    release(3);
    app_settle(&inbox.f);
    assert_string_equal(inbox.order, "ac..b.d.");
}

INBOX_CLOSED(test_so_many_at_once)
{
    inbox_open("memory:", NULL);
    assert_int_equal(slack_listen(inbox.f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                                   .max_running = 2,
                                                                   .fn = inbox_hold}),
                     0);
    app_ready(&inbox.f);
    app_ack_t ack[5] = {{0}};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++) {
        char id[8];
        snprintf(id, sizeof id, "Ev%d", i);
        deliver_in(id, "C1", names[i], &ack[i]);
    }
    assert_string_equal(inbox.order, "ab");
    release(1);
    assert_string_equal(inbox.order, "abc");
    release(0);
    release(2);
    assert_string_equal(inbox.order, "abcde");
    slack_app_stop(inbox.f.app);
    slack_app_stop(inbox.f.app); /* two are under way */
}

INBOX_CLOSED(test_a_stop_says_what_a_delivery_waits_for)
{
    inbox_open("memory:", NULL);
    slack_listen(inbox.f.app,
                 &(slack_listener_t){.kind = SLACK_KIND_EVENT, .max_running = 1, .fn = inbox_hold});
    app_ready(&inbox.f);
    app_ack_t ack[2] = {{0}};
    deliver_in("Ev1", "C1", "a", &ack[0]);
    deliver_in("Ev2", "C1", "b", &ack[1]);
    slack_app_stop(inbox.f.app);
    slack_app_stop(inbox.f.app);
    app_run_until_stopped(&inbox.f);
    assert_true(world_logged(&inbox.f.world, "a hold is open"));
    assert_true(world_logged(&inbox.f.world, "waits for others that run its listener"));
}

/* ---- jobs ---- */

static int defer_rc;

static int defer_and_ack(slack_ctx_t *ctx, void *user_data)
{
    const char *text = slack_json_str(slack_ctx_body(ctx), "/text");
    defer_rc = slack_defer_job(ctx, &(slack_job_t){.name = "work",
                                                   .args = slack_jsonf(ctx, "{'what': %s}", text),
                                                   .key = *text == 'k' ? text : NULL,
                                                   .delay_ms = *text == 'k' ? 1000 : 0});
    int rc = slack_ack_text(ctx, "taken");
    assert_int_equal(((app_ack_t *)user_data)->count, 0); /* not before the job is stored */
    return rc;
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_ctx_kind(ctx), SLACK_KIND_JOB);
    inbox_note(slack_json_str(slack_ctx_body(ctx), "/what"));
    return inbox_scripted(ctx, NULL);
}

static app_ack_t command_ack;

static void command(const char *text)
{
    char body[128];
    snprintf(body, sizeof body, "{'command':'/x','text':'%s'}", text);
    app_deliver(&inbox.f, body, &command_ack);
    assert_int_equal(command_ack.outcome, SLACK_ACK_OK);
    assert_string_equal(command_ack.body, "taken");
}

EACH_STORE(test_a_job_is_run_until_it_is_done)
{
    slack_on_command(inbox.f.app, "/x", defer_and_ack, &command_ack);
    slack_on_job(inbox.f.app, "work", work, NULL);
    inbox.outcomes[0] = SLACK_EIO;
    app_ready(&inbox.f);
    command("one");
    inbox_until_runs(1);
    assert_int_equal(defer_rc, 0);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "oneone");
    assert_int_equal(inbox.attempts_seen[1], 2);
}

static int cancel_status;
static unsigned cancels;

static void on_cancel(slack_app_t *app, int status, void *user_data)
{
    cancel_status = status;
    cancels++;
}

static void cancel(const char *key, int status)
{
    cancels = 0;
    assert_int_equal(slack_cancel_job(inbox.f.app, key, on_cancel, NULL), 0);
    app_run_until(&inbox.f, &cancels);
    assert_int_equal(cancel_status, status);
}

EACH_STORE(test_keys_and_times_of_jobs)
{
    slack_on_command(inbox.f.app, "/x", defer_and_ack, &command_ack);
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    command("k1");
    command("k1"); /* the same key */
    command("k2");
    app_settle(&inbox.f);
    assert_int_equal(inbox.runs, 0); /* not due yet */
    cancel("k2", 0);
    cancel("k2", SLACK_ENOTFOUND);
    app_pass_and_claim(&inbox.f, 1000);
    assert_string_equal(inbox.order, "k1");
    command("k1"); /* the key is free again */
    app_pass_and_claim(&inbox.f, 1000);
    assert_string_equal(inbox.order, "k1k1");
    cancel("k1", SLACK_ENOTFOUND);
}

INBOX_STORED(test_a_job_outlives_the_process)
{
    slack_on_command(inbox.f.app, "/x", defer_and_ack, &command_ack);
    app_ready(&inbox.f);
    command("k1");
    inbox_restart();
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    app_pass_and_claim(&inbox.f, LONG_MS);
    inbox_until_runs(1);
    assert_string_equal(inbox.order, "k1");
}

/* ---- one message under several ids ---- */

static void inject_and_wait(const char *body)
{
    app_ack_t ack = {0};
    app_deliver(&inbox.f, body, &ack);
    app_settle(&inbox.f);
}

#define SAID(id, type, ts, more)                                                                   \
    "{'event_id':'" id "','team_id':'T1','event':{'type':'" type                                   \
    "','channel':'C1','user':'U1','ts':'" ts "'" more "}}"

INBOX_CLOSED(test_one_message_under_several_ids)
{
    inbox_open("memory:", &(slack_options_t){.dedupe = SLACK_DEDUPE_MESSAGES});
    slack_on_message(inbox.f.app, NULL, inbox_append, "m");
    slack_on_event(inbox.f.app, "app_mention", inbox_append, "a");
    slack_on_event(inbox.f.app, "reaction_added", inbox_append, "r");
    app_ready(&inbox.f);
    inject_and_wait(SAID("Ev1", "message", "1.1", ""));
    inject_and_wait(SAID("Ev2", "message", "1.1", ""));
    assert_string_equal(inbox.order, "m");
    inject_and_wait(SAID("Ev3", "message", "2.1", ",'client_msg_id':'x'"));
    inject_and_wait(SAID("Ev4", "message", "2.2", ",'client_msg_id':'x'"));
    assert_string_equal(inbox.order, "mm");
    inject_and_wait(SAID("Ev5", "message", "3.1", ",'text':'hi <@U0BOT>'"));
    inject_and_wait(SAID("Ev6", "app_mention", "3.1", ",'text':'hi <@U0BOT>'"));
    assert_string_equal(inbox.order, "mma");
    inject_and_wait(SAID("Ev7", "reaction_added", "3.1", ""));
    inject_and_wait(SAID("Ev8", "reaction_added", "3.1", ""));
    inject_and_wait(SAID("Ev9", "message", "4.1", ",'text':'<@U0BOT>','channel_type':'im'"));
    assert_string_equal(inbox.order, "mmarrm");
    inject_and_wait(SAID("Ev10", "message", "5.1", ",'text':'x'},'api_app_id':'A1','x':{"));
    inject_and_wait(SAID("Ev11", "message", "5.1", ",'text':'x'},'api_app_id':'A2','x':{"));
    inject_and_wait(SAID("Ev12", "message", "5.1", ",'text':'x'},'api_app_id':'A2','x':{"));
    assert_string_equal(inbox.order, "mmarrmmm"); /* one per app */
}

/* ---- out of memory ---- */

static unsigned ends;

static void count_end(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    ends++;
}

static int watch(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, count_end, NULL);
    return rc ? rc : slack_next(ctx);
}

/* Delivers an event whose first attempt fails while the nth allocation fails. It gets one ack; if
 * it was acknowledged, it is run to its end. Returns true if an allocation failed. */
static bool deliver_with_failure(unsigned nth)
{
    char id[32], body[256];
    snprintf(id, sizeof id, "Ev%u", nth);
    snprintf(body, sizeof body, "{'event_id':'%s','event':{'type':'message','text':'x'}}", id);
    app_ack_t ack = {0};
    inbox.runs = 0;
    inbox.outcomes[0] = SLACK_EIO;
    app_prepare(&inbox.f, body, &ack);
    heap_fail_at(nth, false);
    unsigned taken = app_inject_prepared(&inbox.f);
    if (taken) app_run_until(&inbox.f, &ack.count);
    app_settle(&inbox.f);
    app_pass_and_claim(&inbox.f, LONG_MS);
    bool failed = heap_heal();
    for (int i = 0;
         i < 8 && taken && ack.outcome == SLACK_ACK_OK && inbox.runs < 2 && inbox.deads == 0; i++)
        app_pass_and_claim(&inbox.f, LONG_MS);
    if (taken && ack.outcome == SLACK_ACK_OK && inbox.runs < 2)
        fail_msg("allocation %u failing: %u runs\n%s", nth, inbox.runs, inbox.f.world.log);
    world_forget_log(&inbox.f.world);
    return failed;
}

TEST(test_allocations)
{
    size_t live = heap_live();
    for (size_t i = 0; i < 2; i++) {
        store_file_clean();
        inbox_open(i ? store_file_url() : "memory:", NULL);
        slack_use(inbox.f.app, watch, NULL);
        slack_on_message(inbox.f.app, NULL, inbox_scripted, NULL);
        app_ready(&inbox.f);
        unsigned nth = 0;
        while (deliver_with_failure(nth))
            nth++;
        assert_true(nth > 3);
        app_close(&inbox.f);
        assert_int_equal(heap_live(), live);
    }
}
