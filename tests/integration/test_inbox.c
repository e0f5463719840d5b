/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/app.h"
#include "support/app_fixture.h"
#include "support/heap.h"

/* What is stored is handled to its end, whatever happens: over both stores, and over restarts with
 * the one that outlives them. */

static app_fixture_t f;
static char folder[] = "/tmp/slackapp-inbox-XXXXXX";
static char path[64], url[80];

static void clean(void)
{
    static const char *const files[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, files[i]);
        unlink(name);
    }
}

/* ---- handlers that tell what they did ---- */

static char order[512];
static int outcomes[8]; /* what the next runs of `scripted` return */
static unsigned runs, attempts_seen[8];

static void note(const char *what)
{
    size_t len = strlen(order);
    snprintf(order + len, sizeof order - len, "%s", what);
}

static int append(slack_ctx_t *ctx, void *user_data)
{
    note(user_data);
    return 0;
}

static int scripted(slack_ctx_t *ctx, void *user_data)
{
    if (user_data) note(user_data);
    unsigned i = runs < 8 ? runs : 7;
    attempts_seen[i] = slack_ctx_attempt(ctx);
    runs++;
    return outcomes[i];
}

static slack_ctx_t *held[16];
static unsigned held_count;

static int hold(slack_ctx_t *ctx, void *user_data)
{
    note(slack_json_str(slack_ctx_event(ctx), "/text"));
    slack_ctx_hold(ctx);
    held[held_count++] = ctx;
    return 0;
}

static slack_dead_t last_dead;
static char dead_error[128];
static unsigned deads;

static void on_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    last_dead = *dead;
    snprintf(dead_error, sizeof dead_error, "%s", dead->error);
    assert_true(slack_ctx_body(ctx) != NULL);
    deads++;
}

/* ---- the app ---- */

static const char *stores[] = {"memory:", url};

static void open_app(const char *store, const slack_options_t *more)
{
    slack_options_t o = more ? *more : (slack_options_t){0};
    o.store = store;
    app_open(&f, &o);
    memset(outcomes, 0, sizeof outcomes);
    *order = '\0';
    runs = deads = held_count = 0;
    slack_on_dead(f.app, on_dead, NULL);
}

static void deliver(const char *id, const char *text, app_ack_t *ack)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"type\":\"event_callback\",\"event_id\":\"%s\",\"team_id\":\"T1\",\"event\":{"
             "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"%s.1\",\"text\":"
             "\"%s\"}}",
             id, id, text);
    app_inject(&f, body, ack);
}

/* The loop until nothing of the deliveries is left on it. */
static void settle(void)
{
    app_spin(&f);
    while (f.app->live_count > 0 || f.app->backlog.claiming)
        app_turn(&f);
}

static void pass_ms(uint64_t ms)
{
    app_pass_ms(&f, ms);
    slack__backlog_poll(f.app); /* of a store that nobody else writes to */
    settle();
}

static void until_runs(unsigned count)
{
    while (runs < count)
        app_turn(&f);
    settle();
}

static bool logged(const char *part)
{
    return strstr(f.log, part) != NULL;
}

#define LONG_MS (10 * 60 * 1000) /* longer than any wait between attempts */

static void each_store(void (*fn)(void))
{
    for (size_t i = 0; i < 2; i++) {
        clean();
        open_app(stores[i], NULL);
        fn();
        app_close(&f);
    }
}

/* ---- attempts ---- */

static void fail_twice(void)
{
    slack_on_message(f.app, NULL, scripted, NULL);
    outcomes[0] = outcomes[1] = SLACK_EIO;
    app_ready(&f);
    app_ack_t ack[2] = {{0}};
    deliver("Ev1", "x", &ack[0]);
    until_runs(1);
    assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
    deliver("Ev1", "x", &ack[1]); /* known while it waits */
    app_run_until(&f, &ack[1].count);
    pass_ms(100);
    assert_int_equal(runs, 1); /* not at once */
    pass_ms(LONG_MS);
    assert_int_equal(runs, 2);
    pass_ms(LONG_MS);
    assert_int_equal(runs, 3);
    pass_ms(LONG_MS);
    assert_int_equal(runs, 3);
    assert_int_equal(attempts_seen[0], 1);
    assert_int_equal(attempts_seen[1], 2);
    assert_int_equal(attempts_seen[2], 3);
    assert_int_equal(deads, 0);
}

static void test_a_failure_that_heals(void **state)
{
    each_store(fail_twice);
}

static void fail_always(void)
{
    slack_on_message(f.app, NULL, scripted, NULL);
    for (int i = 0; i < 8; i++)
        outcomes[i] = SLACK_ETIMEDOUT;
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    for (int i = 0; i < 6; i++)
        pass_ms(LONG_MS);
    assert_int_equal(runs, 5);
    assert_int_equal(deads, 1);
    assert_int_equal(last_dead.attempts, 5);
    assert_int_equal(last_dead.status, SLACK_ETIMEDOUT);
    assert_string_equal(dead_error, "message:*: SLACK_ETIMEDOUT");
    assert_true(logged("event=\"dead letter\""));
}

static void test_attempts_end(void **state)
{
    each_store(fail_always);
}

static void fail_for_good(void)
{
    slack_on_message(f.app, NULL, scripted, NULL);
    outcomes[0] = SLACK_EINVAL;
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    assert_int_equal(deads, 1);
    assert_int_equal(last_dead.attempts, 1);
    pass_ms(LONG_MS);
    assert_int_equal(runs, 1);
}

static void test_a_failure_for_good(void **state)
{
    each_store(fail_for_good);
}

static int hold_and_release(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    slack_ctx_hold(ctx);
    slack_ctx_release(ctx, 0);
    return 0;
}

static void release_at_once(void)
{
    slack_on_message(f.app, NULL, hold_and_release, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    pass_ms(LONG_MS);
    assert_int_equal(runs, 1);
}

static void test_a_release_inside_the_handler(void **state)
{
    each_store(release_at_once);
}

static int say(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    return slack_say(ctx, "hello");
}

static void calls_fail(void)
{
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{\"ok\":false,\"error\":\"internal_error\"}");
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{\"ok\":false,\"error\":\"channel_not_found\"}");
    slack_on_message(f.app, NULL, say, NULL);
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    assert_int_equal(deads, 0);
    pass_ms(LONG_MS);
    assert_int_equal(runs, 2);
    assert_int_equal(deads, 1);
    assert_string_equal(dead_error, "message:*: SLACK_EAPI channel_not_found");
}

static void test_what_slack_says_decides(void **state)
{
    each_store(calls_fail);
}

static void each_listener(void)
{
    slack_on_message(f.app, NULL, append, "a");
    slack_on_message(f.app, NULL, scripted, "b"); /* of the same name */
    slack_on_event(f.app, "message", append, "c");
    outcomes[0] = SLACK_EIO;
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    assert_string_equal(order, "abc");
    pass_ms(LONG_MS);
    assert_string_equal(order, "abcb");
    pass_ms(LONG_MS);
    assert_string_equal(order, "abcb");
}

static void test_an_attempt_runs_what_is_not_done(void **state)
{
    each_store(each_listener);
}

static bool retried;

static void count_done(slack_store_op_t *op)
{
    assert_int_equal(op->status, 0);
    assert_int_equal(op->batch->count, 1);
    retried = true;
}

/* What a person does with a dead letter. */
static void retry_dead(void)
{
    slack_store_batch_t batch = {0};
    slack_store_op_t op = {.kind = SLACK_STORE_RETRY, .batch = &batch, .done = count_done};
    slack__link_init(&op.link);
    retried = false;
    f.app->store->ops->submit(f.app->store, &op);
    while (!retried) /* the batch is the store's until then */
        app_turn(&f);
}

static int say_c(slack_ctx_t *ctx, void *user_data)
{
    note("c");
    return slack_say(ctx, "hello");
}

static void one_for_good(void)
{
    fake_slack_answer(f.slack, "chat.postMessage", 200,
                      "{\"ok\":false,\"error\":\"channel_not_found\"}");
    slack_on_message(f.app, NULL, append, "a");
    slack_on_message(f.app, NULL, scripted, "b");
    slack_on_event(f.app, "message", say_c, NULL);
    outcomes[0] = SLACK_EIO;
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    assert_string_equal(order, "abc");
    assert_int_equal(deads, 0); /* one of the two may heal */
    pass_ms(LONG_MS);
    assert_string_equal(order, "abcb");
    assert_int_equal(deads, 1); /* it did, the other one is not forgotten */
    assert_int_equal(last_dead.status, SLACK_EAPI);
    assert_int_equal(last_dead.attempts, 2);
    assert_string_equal(dead_error, "event:message: SLACK_EAPI channel_not_found");
    retry_dead();
    pass_ms(LONG_MS);
    assert_string_equal(order, "abcbc");
    assert_int_equal(deads, 1);
    pass_ms(LONG_MS);
    assert_string_equal(order, "abcbc");
}

static void test_one_listener_failed_for_good(void **state)
{
    each_store(one_for_good);
}

/* ---- restarts ---- */

static void restart(void)
{
    app_close(&f);
    open_app(url, NULL);
}

static void test_a_restart_goes_on(void **state)
{
    clean();
    open_app(url, NULL);
    slack_on_message(f.app, NULL, append, "a");
    slack_on_event(f.app, "message", hold, NULL);
    app_ready(&f);
    app_ack_t ack[4] = {{0}};
    deliver("Ev1", "h", &ack[0]);
    while (held_count < 1)
        app_turn(&f);
    app_spin(&f);
    slack_app_stop(f.app);
    slack_app_stop(f.app); /* does not wait for the held one */
    restart();

    slack_on_message(f.app, NULL, append, "a");
    slack_on_event(f.app, "message", scripted, "b");
    app_ready(&f);
    until_runs(1);
    assert_string_equal(order, "b"); /* the first listener had been done */
    assert_int_equal(attempts_seen[0], 2);
    deliver("Ev1", "h", &ack[1]);
    app_run_until(&f, &ack[1].count);
    settle();
    restart();

    slack_on_event(f.app, "message", scripted, "b");
    app_ready(&f);
    deliver("Ev1", "h", &ack[2]);
    app_run_until(&f, &ack[2].count);
    assert_int_equal(ack[2].outcome, SLACK_ACK_OK);
    settle();
    assert_int_equal(runs, 0);
    app_close(&f);
}

/* The process ends so many times while the handler of Ev1 is held. */
static void end_inside_the_handler(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        open_app(url, NULL);
        slack_on_message(f.app, NULL, hold, NULL);
        app_ready(&f);
        app_ack_t ack = {0};
        if (i == 0) deliver("Ev1", "h", &ack);
        while (held_count < 1)
            app_turn(&f);
        app_spin(&f);
        slack_app_stop(f.app);
        slack_app_stop(f.app);
        app_close(&f);
    }
}

static void open_scripted(void)
{
    open_app(url, NULL);
    slack_on_message(f.app, NULL, scripted, NULL);
    for (int i = 0; i < 8; i++)
        outcomes[i] = SLACK_EIO;
    app_ready(&f);
    pass_ms(LONG_MS);
}

static void fail_to_the_end(unsigned first_attempt)
{
    until_runs(1);
    assert_int_equal(attempts_seen[0], first_attempt);
    for (unsigned i = 2; i <= 5; i++) {
        assert_int_equal(deads, 0);
        pass_ms(LONG_MS);
        assert_int_equal(runs, i);
    }
    assert_int_equal(deads, 1);
    assert_int_equal(last_dead.attempts, first_attempt + 4);
    app_close(&f);
}

static void test_the_end_of_a_process_is_no_failure(void **state)
{
    clean();
    end_inside_the_handler(6);
    open_scripted();
    fail_to_the_end(7);
}

static void test_a_delivery_that_ends_every_process(void **state)
{
    clean();
    end_inside_the_handler(25);
    open_scripted();
    while (deads == 0)
        app_turn(&f);
    assert_int_equal(runs, 0);
    assert_string_equal(dead_error, "SLACK_ECLOSED the process ended in each of its attempts");
    app_close(&f);
}

static void test_a_stop_is_no_failure(void **state)
{
    clean();
    for (unsigned i = 0; i < 6; i++) {
        open_app(url, NULL);
        slack_on_message(f.app, NULL, hold, NULL);
        app_ready(&f);
        app_ack_t ack = {0};
        if (i == 0) deliver("Ev1", "h", &ack);
        app_pass_ms(&f, i * (uint64_t)LONG_MS); /* a clock of its own in every process */
        while (held_count < 1)
            app_turn(&f);
        app_spin(&f);
        slack_app_stop(f.app);
        while (f.app->state == APP_RUNNING)
            app_turn(&f);
        slack_ctx_release(held[0], i % 2 ? SLACK_ECLOSED : SLACK_ECANCELED);
        app_close(&f);
    }
    open_scripted();
    pass_ms(6 * LONG_MS);
    fail_to_the_end(7);
}

static void test_a_wait_outlives_the_process(void **state)
{
    clean();
    open_app(url, NULL);
    slack_on_message(f.app, NULL, scripted, NULL);
    outcomes[0] = SLACK_EIO;
    app_ready(&f);
    app_ack_t ack = {0};
    deliver("Ev1", "x", &ack);
    until_runs(1);
    restart();
    slack_on_message(f.app, NULL, scripted, NULL);
    app_ready(&f);
    pass_ms(LONG_MS);
    until_runs(1);
    assert_int_equal(attempts_seen[0], 2);
    app_close(&f);
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

/* What a second process is given now. */
static const char *offered(slack_store_t *other)
{
    slack_store_batch_t batch = {.limit = 1, .now_ms = slack__wall_ms(f.app->clock)};
    slack_store_op_t op = {.kind = SLACK_STORE_CLAIM, .batch = &batch, .done = other_claimed};
    slack__link_init(&op.link);
    *claimed_by_others = '\0';
    other->ops->submit(other, &op);
    while (*claimed_by_others == '\0')
        app_turn(&f);
    slack__arena_free(batch.arena);
    return claimed_by_others;
}

#define LOOKS (SLACK_STORE_LEASE_MS / SLACK_STORE_RENEW_MS)

static void test_a_loop_that_turns_keeps_its_claims(void **state)
{
    slack_store_t *other;
    unsigned closed = 0;
    clean();
    open_app(url, NULL);
    slack_on_message(f.app, NULL, hold, NULL);
    app_ready(&f);
    assert_int_equal(slack__store_open(&other, f.app->net, url, NULL), 0);
    app_ack_t ack = {0};
    deliver("Ev1", "h", &ack);
    while (held_count < 1)
        app_turn(&f);
    for (int i = 0; i < 3 * LOOKS; i++) {
        app_pass_ms(&f, SLACK_STORE_RENEW_MS);
        while (f.app->backlog.renewing)
            app_turn(&f);
        assert_string_equal(offered(other), "0:");
    }
    f.app->backlog.renewing = true; /* it hangs */
    for (int i = 1; i < LOOKS; i++) {
        f.skew_us += SLACK_STORE_RENEW_MS * 1000;
        assert_string_equal(offered(other), "0:");
    }
    f.skew_us += SLACK_STORE_RENEW_MS * 1000;
    assert_string_equal(offered(other), "0:Ev1");
    f.app->backlog.renewing = false;
    slack_ctx_release(held[0], 0);
    settle();
    other->ops->close(other, set_flag, &closed);
    app_run_until(&f, &closed);
    app_close(&f);
}

static void test_past_memory_there_is_the_disk(void **state)
{
    clean();
    open_app(url, &(slack_options_t){.max_deliveries = 4});
    slack_on_message(f.app, NULL, hold, NULL);
    app_ready(&f);
    app_ack_t ack[10] = {{0}};
    for (int i = 0; i < 10; i++) {
        char id[16], text[2] = {(char)('a' + i), '\0'};
        snprintf(id, sizeof id, "Ev%d", i);
        deliver(id, text, &ack[i]);
        app_run_until(&f, &ack[i].count);
        assert_int_equal(ack[i].outcome, SLACK_ACK_OK);
        f.skew_us += 1000;
    }
    assert_true(held_count <= 4);
    for (unsigned i = 0; i < 10; i++) {
        while (held_count <= i)
            app_turn(&f);
        slack_ctx_release(held[i], 0);
    }
    settle();
    assert_string_equal(order, "abcdefghij");
    app_close(&f);
}

/* ---- order ---- */

static void deliver_in(const char *id, const char *channel, const char *text, app_ack_t *ack)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"event_id\":\"%s\",\"event\":{\"type\":\"message\",\"channel\":\"%s\",\"user\":"
             "\"U1\",\"text\":\"%s\"}}",
             id, channel, text);
    app_inject(&f, body, ack);
    app_run_until(&f, &ack->count);
    app_spin(&f);
}

static void release(unsigned i)
{
    slack_ctx_release(held[i], 0);
    app_spin(&f);
}

static void test_a_conversation_in_order(void **state)
{
    open_app("memory:", NULL);
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                             .match = "message",
                                                             .ordered = 1,
                                                             .fn = hold}),
                     0);
    slack_on_event(f.app, NULL, append, ".");
    app_ready(&f);
    app_ack_t ack[5] = {{0}};
    deliver_in("Ev1", "C1", "a", &ack[0]);
    deliver_in("Ev2", "C1", "b", &ack[1]);
    deliver_in("Ev3", "C2", "c", &ack[2]);
    deliver_in("Ev4", "C1", "d", &ack[3]);
    assert_string_equal(order, "ac");
    release(1);
    assert_string_equal(order, "ac.");
    release(0);
    assert_string_equal(order, "ac..b");
    release(2);
    release(3);
    settle();
    assert_string_equal(order, "ac..b.d.");
    app_close(&f);
}

static void test_so_many_at_once(void **state)
{
    open_app("memory:", NULL);
    assert_int_equal(
        slack_listen(f.app,
                     &(slack_listener_t){.kind = SLACK_KIND_EVENT, .max_running = 2, .fn = hold}),
        0);
    app_ready(&f);
    app_ack_t ack[5] = {{0}};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++) {
        char id[8];
        snprintf(id, sizeof id, "Ev%d", i);
        deliver_in(id, "C1", names[i], &ack[i]);
    }
    assert_string_equal(order, "ab");
    release(1);
    assert_string_equal(order, "abc");
    release(0);
    release(2);
    assert_string_equal(order, "abcde");
    slack_app_stop(f.app);
    slack_app_stop(f.app); /* with two under way */
    app_close(&f);
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
    assert_int_equal(((app_ack_t *)user_data)->count, 0); /* not before it is stored */
    return rc;
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_ctx_kind(ctx), SLACK_KIND_JOB);
    note(slack_json_str(slack_ctx_body(ctx), "/what"));
    return scripted(ctx, NULL);
}

static app_ack_t command_ack;

static void command(const char *text)
{
    char body[128];
    snprintf(body, sizeof body, "{\"command\":\"/x\",\"text\":\"%s\"}", text);
    command_ack = (app_ack_t){0};
    app_inject(&f, body, &command_ack);
    app_run_until(&f, &command_ack.count);
    assert_int_equal(command_ack.outcome, SLACK_ACK_OK);
    assert_string_equal(command_ack.body, "taken");
}

static void job_runs(void)
{
    slack_on_command(f.app, "/x", defer_and_ack, &command_ack);
    slack_on_job(f.app, "work", work, NULL);
    outcomes[0] = SLACK_EIO;
    app_ready(&f);
    command("one");
    until_runs(1);
    assert_int_equal(defer_rc, 0);
    pass_ms(LONG_MS);
    assert_string_equal(order, "oneone");
    assert_int_equal(attempts_seen[1], 2);
}

static void test_a_job_is_run_until_it_is_done(void **state)
{
    each_store(job_runs);
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
    assert_int_equal(slack_cancel_job(f.app, key, on_cancel, NULL), 0);
    app_run_until(&f, &cancels);
    assert_int_equal(cancel_status, status);
}

static void job_keys(void)
{
    slack_on_command(f.app, "/x", defer_and_ack, &command_ack);
    slack_on_job(f.app, "work", work, NULL);
    app_ready(&f);
    command("k1");
    command("k1"); /* the same */
    command("k2");
    settle();
    assert_int_equal(runs, 0); /* it is to wait */
    cancel("k2", 0);
    cancel("k2", SLACK_ENOTFOUND);
    pass_ms(1000);
    assert_string_equal(order, "k1");
    command("k1"); /* its key is free again */
    pass_ms(1000);
    assert_string_equal(order, "k1k1");
    cancel("k1", SLACK_ENOTFOUND);
}

static void test_keys_and_times_of_jobs(void **state)
{
    each_store(job_keys);
}

static void test_a_job_outlives_the_process(void **state)
{
    clean();
    open_app(url, NULL);
    slack_on_command(f.app, "/x", defer_and_ack, &command_ack);
    app_ready(&f);
    command("k1");
    restart();
    slack_on_job(f.app, "work", work, NULL);
    app_ready(&f);
    pass_ms(LONG_MS);
    until_runs(1);
    assert_string_equal(order, "k1");
    app_close(&f);
}

/* ---- one message under several ids ---- */

static void inject_and_wait(const char *body)
{
    app_ack_t ack = {0};
    app_inject(&f, body, &ack);
    app_run_until(&f, &ack.count);
    settle();
}

#define SAID(id, type, ts, more)                                                                   \
    "{\"event_id\":\"" id "\",\"team_id\":\"T1\",\"event\":{\"type\":\"" type                      \
    "\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"" ts "\"" more "}}"

static void test_one_message_under_several_ids(void **state)
{
    open_app("memory:", &(slack_options_t){.dedupe = SLACK_DEDUPE_MESSAGES});
    slack_on_message(f.app, NULL, append, "m");
    slack_on_event(f.app, "app_mention", append, "a");
    slack_on_event(f.app, "reaction_added", append, "r");
    app_ready(&f);
    inject_and_wait(SAID("Ev1", "message", "1.1", ""));
    inject_and_wait(SAID("Ev2", "message", "1.1", ""));
    assert_string_equal(order, "m");
    inject_and_wait(SAID("Ev3", "message", "2.1", ",\"client_msg_id\":\"x\""));
    inject_and_wait(SAID("Ev4", "message", "2.2", ",\"client_msg_id\":\"x\""));
    assert_string_equal(order, "mm");
    inject_and_wait(SAID("Ev5", "message", "3.1", ",\"text\":\"hi <@U0BOT>\""));
    inject_and_wait(SAID("Ev6", "app_mention", "3.1", ",\"text\":\"hi <@U0BOT>\""));
    assert_string_equal(order, "mma");
    inject_and_wait(SAID("Ev7", "reaction_added", "3.1", ""));
    inject_and_wait(SAID("Ev8", "reaction_added", "3.1", ""));
    inject_and_wait(
        SAID("Ev9", "message", "4.1", ",\"text\":\"<@U0BOT>\",\"channel_type\":\"im\""));
    assert_string_equal(order, "mmarrm");
    inject_and_wait(
        SAID("Ev10", "message", "5.1", ",\"text\":\"x\"},\"api_app_id\":\"A1\",\"x\":{"));
    inject_and_wait(
        SAID("Ev11", "message", "5.1", ",\"text\":\"x\"},\"api_app_id\":\"A2\",\"x\":{"));
    inject_and_wait(
        SAID("Ev12", "message", "5.1", ",\"text\":\"x\"},\"api_app_id\":\"A2\",\"x\":{"));
    assert_string_equal(order, "mmarrmmm"); /* once for each app */
    app_close(&f);
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

/* An event whose first attempt fails, while the nth allocation does: it has one answer, and what
 * was acknowledged runs. Returns whether one failed. */
static bool deliver_with_failure(unsigned nth)
{
    char id[32], body[256];
    snprintf(id, sizeof id, "Ev%u", nth);
    snprintf(body, sizeof body,
             "{\"event_id\":\"%s\",\"event\":{\"type\":\"message\",\"text\":\"x\"}}", id);
    app_ack_t ack = {0};
    runs = 0;
    outcomes[0] = SLACK_EIO;
    app_prepare(&f, body, &ack);
    heap_fail_at(nth, false);
    unsigned taken = app_inject_prepared(&f);
    if (taken) app_run_until(&f, &ack.count);
    settle();
    pass_ms(LONG_MS);
    bool failed = heap_heal();
    for (int i = 0; i < 8 && taken && ack.outcome == SLACK_ACK_OK && runs < 2 && deads == 0; i++)
        pass_ms(LONG_MS);
    if (taken && ack.outcome == SLACK_ACK_OK && runs < 2)
        fail_msg("allocation %u failing: %u runs\n%s", nth, runs, f.log);
    *f.log = '\0';
    return failed;
}

static void test_allocations(void **state)
{
    size_t live = heap_live();
    for (size_t i = 0; i < 2; i++) {
        clean();
        open_app(stores[i], NULL);
        slack_use(f.app, watch, NULL);
        slack_on_message(f.app, NULL, scripted, NULL);
        app_ready(&f);
        unsigned nth = 0;
        while (deliver_with_failure(nth))
            nth++;
        assert_true(nth > 3);
        app_close(&f);
        assert_int_equal(heap_live(), live);
    }
}

int main(void)
{
    heap_install();
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/inbox.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failure_that_heals),
        cmocka_unit_test(test_attempts_end),
        cmocka_unit_test(test_a_failure_for_good),
        cmocka_unit_test(test_a_release_inside_the_handler),
        cmocka_unit_test(test_what_slack_says_decides),
        cmocka_unit_test(test_an_attempt_runs_what_is_not_done),
        cmocka_unit_test(test_one_listener_failed_for_good),
        cmocka_unit_test(test_a_restart_goes_on),
        cmocka_unit_test(test_the_end_of_a_process_is_no_failure),
        cmocka_unit_test(test_a_delivery_that_ends_every_process),
        cmocka_unit_test(test_a_stop_is_no_failure),
        cmocka_unit_test(test_a_wait_outlives_the_process),
        cmocka_unit_test(test_a_loop_that_turns_keeps_its_claims),
        cmocka_unit_test(test_past_memory_there_is_the_disk),
        cmocka_unit_test(test_a_conversation_in_order),
        cmocka_unit_test(test_so_many_at_once),
        cmocka_unit_test(test_a_job_is_run_until_it_is_done),
        cmocka_unit_test(test_keys_and_times_of_jobs),
        cmocka_unit_test(test_a_job_outlives_the_process),
        cmocka_unit_test(test_one_message_under_several_ids),
        cmocka_unit_test(test_allocations),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    clean();
    rmdir(folder);
    return failed;
}
