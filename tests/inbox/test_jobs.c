/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* A job is never lost: without a listener it becomes a dead letter, and another app on the same
 * store does not touch it. */

static app_ack_t command_ack;

/* "/x NAME KEY" defers a job of that name for a second. */
static int defer(slack_ctx_t *ctx, void *user_data)
{
    char name[32] = "", key[32] = "";
    sscanf(slack_json_str(slack_ctx_body(ctx), "/text"), "%31s %31s", name, key);
    int rc = slack_defer_job(ctx, &(slack_job_t){.name = name,
                                                 .args = slack_jsonf(ctx, "{what: %s}", name),
                                                 .key = *key ? key : NULL,
                                                 .delay_ms = 1000});
    return rc ? rc : slack_ack_text(ctx, "will do");
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(slack_json_str(slack_ctx_body(ctx), "/what"));
    return inbox_scripted(ctx, NULL);
}

static void command(const char *text)
{
    char body[128];
    snprintf(body, sizeof body, "{'command':'/x','text':'%s'}", text);
    app_deliver(&inbox.f, body, &command_ack);
    assert_string_equal(command_ack.body, "will do");
}

/* Makes auth.test answer with this bot. */
static void be(const char *bot_id)
{
    static char who[128]; /* the fake Web API keeps the pointer */
    snprintf(who, sizeof who, "{'ok':true,'team_id':'T1','user_id':'U1','bot_id':'%s'}", bot_id);
    fake_slack_answer(inbox.f.slack, "auth.test", 200, who);
    slack_on_command(inbox.f.app, "/x", defer, NULL);
}

/* ---- without a listener ---- */

EACH_STORE(test_a_job_without_a_listener)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    app_ready(&inbox.f);
    command("wrok");
    app_pass_and_claim(&inbox.f, 1000);
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.status, SLACK_ENOTFOUND);
    assert_string_equal(inbox.dead_error,
                        "SLACK_ENOTFOUND no listener for the job \"wrok\": add slack_on_job(app, "
                        "\"wrok\", …), then slackapp inbox retry");
    assert_true(world_logged(&inbox.f.world, "level=error event=\"dead letter\""));
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.deads, 1);
}

/* Listeners with another name, with another case, and a removed one. */
EACH_STORE(test_a_job_with_other_listeners)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    slack_on_job(inbox.f.app, "Work", work, NULL);
    slack_on_job(inbox.f.app, "work2", work, NULL);
    slack_listen(
        inbox.f.app,
        &(slack_listener_t){.kind = SLACK_KIND_JOB, .match = "work", .name = "gone", .fn = work});
    app_ready(&inbox.f);
    slack_unlisten(inbox.f.app, "gone");
    command("work");
    app_pass_and_claim(&inbox.f, 1000);
    assert_int_equal(inbox.runs, 0);
    assert_int_equal(inbox.deads, 1);
    command("work2");
    app_pass_and_claim(&inbox.f, 1000);
    assert_int_equal(inbox.runs, 1);
    assert_int_equal(inbox.deads, 1);
}

static int pass_by(slack_ctx_t *ctx, void *user_data)
{
    return 0; /* without slack_next(): it takes the job itself */
}

EACH_STORE(test_a_job_that_middleware_takes)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    app_ready(&inbox.f);
    command("work");
    slack_use(inbox.f.app, pass_by, NULL);
    app_pass_and_claim(&inbox.f, 1000);
    assert_int_equal(inbox.deads, 0);
}

/* A deploy renames the job's listener; the next deploy renames it back. */
INBOX_STORED(test_a_job_whose_listener_was_renamed)
{
    slack_on_command(inbox.f.app, "/x", defer, NULL);
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    command("work");
    inbox_restart();
    slack_on_job(inbox.f.app, "worker", work, NULL);
    app_ready(&inbox.f);
    app_pass_and_claim(&inbox.f, 1000);
    world_until(&inbox.f.world, inbox.deads != 0);
    const int64_t id = inbox.last_dead.id;
    inbox_restart();
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    inbox_retry_dead(id);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "work");
}

static char long_name[1002];

static int defer_long(slack_ctx_t *ctx, void *user_data)
{
    memset(long_name, 'k', 1001);
    assert_int_equal(slack_defer(ctx, long_name, NULL), SLACK_ETOOBIG);
    assert_int_equal(slack_defer_job(ctx, &(slack_job_t){.name = "work", .key = long_name}),
                     SLACK_ETOOBIG);
    assert_non_null(strstr(slack_ctx_strerror(ctx, SLACK_ETOOBIG), "1000 bytes: shorten it"));
    assert_int_equal(slack_app_defer(slack_ctx_app(ctx), &(slack_job_t){.name = long_name}),
                     SLACK_ETOOBIG);
    return slack_defer_job(ctx, &(slack_job_t){.name = long_name + 1, .key = long_name + 1});
}

static int name_a_long_method(slack_ctx_t *ctx, void *user_data)
{
    char *method = malloc((3 << 20) + 1);
    memset(method, 'm', 3 << 20);
    method[3 << 20] = '\0';
    const int rc = slack_call_thenf(ctx, method, NULL, NULL, "{}");
    free(method);
    return rc;
}

/* Names, keys and the sentences of errors are not longer than those that a store reads. */
EACH_STORE(test_long_texts)
{
    slack_on_command(inbox.f.app, "/x", defer_long, NULL);
    memset(long_name, 'k', 1001);
    slack_on_job(inbox.f.app, long_name + 1, name_a_long_method, NULL);
    app_ready(&inbox.f);
    app_deliver(&inbox.f, "{'command':'/x','text':''}", &command_ack);
    app_pass_and_claim(&inbox.f, 1000);
    world_until(&inbox.f.world, inbox.deads == 1);
    assert_int_equal(inbox.last_dead.status, SLACK_EINVAL);
    assert_non_null(strstr(inbox.dead_error, "kk: SLACK_EINVAL"));
    assert_in_range(strlen(inbox.dead_error), 1000, 4000);
}

/* ---- another app on the same store ---- */

/* With a listener of the job "work" if `works`. */
static void open_as(const char *bot_id, bool works)
{
    inbox_open(store_file_url(), NULL);
    be(bot_id);
    if (works) slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
}

/* The other app has no listener for the job, or one of the same name. */
TEST(test_apps_leave_each_others_jobs_alone)
{
    for (int i = 0; i < 2; i++) {
        store_file_clean();
        open_as("B1", false);
        command("work");
        app_close(&inbox.f);
        open_as("B2", i == 1);
        app_pass_and_claim(&inbox.f, LONG_MS);
        app_pass_and_claim(&inbox.f, LONG_MS);
        assert_int_equal(inbox.runs, 0);
        assert_int_equal(inbox.deads, 0);
        app_close(&inbox.f);
        open_as("B1", true);
        app_pass_and_claim(&inbox.f, LONG_MS);
        inbox_until_runs(1);
        assert_string_equal(inbox.order, "work");
        app_close(&inbox.f);
    }
}

/* Each app has its own keys. */
INBOX_CLOSED(test_apps_do_not_share_keys)
{
    open_as("B1", false);
    command("work daily");
    app_close(&inbox.f);
    open_as("B2", true);
    command("work daily");
    app_pass_and_claim(&inbox.f, 1000);
    inbox_until_runs(1);
    assert_int_equal(slack_cancel_job(inbox.f.app, "daily", NULL, NULL), 0);
    app_settle(&inbox.f);
    app_close(&inbox.f);
    open_as("B1", true);
    app_pass_and_claim(&inbox.f, LONG_MS);
    inbox_until_runs(1);
}

/* SLACK_APP_ID identifies the app even if its token changes. */
INBOX_CLOSED(test_a_named_app_keeps_its_jobs)
{
    const slack_options_t named = {.app_id = "A1"};
    inbox_open(store_file_url(), &named);
    be("B1");
    app_ready(&inbox.f);
    command("work");
    app_close(&inbox.f);
    inbox_open(store_file_url(), &named);
    be("B2");
    slack_on_job(inbox.f.app, "work", work, NULL);
    app_ready(&inbox.f);
    app_pass_and_claim(&inbox.f, LONG_MS);
    inbox_until_runs(1);
}

/* ---- schedules ---- */

static int64_t dues[8];

static int tick(slack_ctx_t *ctx, void *user_data)
{
    dues[inbox.runs < 8 ? inbox.runs : 7] = slack_ctx_due_ms(ctx);
    return inbox_scripted(ctx, user_data);
}

static int64_t now_ms(const app_fixture_t *f)
{
    return slack__wall_ms(slack__inspect_clock(f->app));
}

/* Lets time pass to the first second of the next minute on the app's clock. */
static void pass_minute(void)
{
    app_pass_and_claim(&inbox.f, (uint64_t)(61000 - now_ms(&inbox.f) % 60000));
}

static void every(const char *cron, enum slack_missed missed)
{
    const slack_schedule_t schedule = {
        .name = "tick", .cron = cron, .missed = missed, .fn = tick, .user_data = "t"};
    assert_int_equal(slack_schedule(inbox.f.app, &schedule), 0);
}

EACH_STORE(test_a_schedule_runs_by_the_clock)
{
    assert_int_equal(slack_every(inbox.f.app, "tick", "* * * * *", "Europe/Berlin", tick, "t"), 0);
    assert_int_equal(slack_every(inbox.f.app, "seldom", "0 0 29 2 *", NULL, tick, "n"), 0);
    app_ready(&inbox.f);
    app_settle(&inbox.f);
    assert_int_equal(inbox.runs, 0);
    for (unsigned i = 1; i <= 3; i++) {
        pass_minute();
        inbox_until_runs(i);
        assert_int_equal(inbox.runs, i);
        assert_true(dues[i - 1] == now_ms(&inbox.f) / 60000 * 60000);
    }
    assert_string_equal(inbox.order, "ttt");
}

/* As at the start of a computer whose clock was wrong, before and behind. */
EACH_STORE(a_clock_that_is_set_back_stops_no_schedule)
{
    const int64_t skews[] = {400LL * 86400000, 0, -3600000};
    every("* * * * *", SLACK_MISSED_RUN);
    for (unsigned i = 0; i < 3; i++) {
        inbox.f.world.wall_skew_ms += skews[i] - (i ? skews[i - 1] : 0);
        if (i == 0) app_ready(&inbox.f);
        app_pass_and_claim(&inbox.f, 3000); /* the schedule sees the new time */
        const unsigned before = inbox.runs;
        pass_minute();
        inbox_until_runs(before + 1); /* of this minute; a slow store has the one before it */
        const int64_t late_ms = now_ms(&inbox.f) - dues[inbox.runs - 1];
        assert_in_range(late_ms, 0, 2 * 60000);
    }
}

EACH_STORE(test_a_run_that_fails_is_attempted_again)
{
    every("* * * * *", SLACK_MISSED_SKIP);
    for (int i = 0; i < 5; i++)
        inbox.outcomes[i] = SLACK_EIO;
    app_ready(&inbox.f);
    pass_minute();
    inbox_until_runs(1);
    app_pass_and_claim(&inbox.f, 30000); /* retries, none of which counts as a missed run */
    assert_true(inbox.runs > 1);
    for (unsigned i = 1; i < inbox.runs; i++)
        assert_true(dues[i] == dues[0]);
}

/* A replay by `slackapp inbox retry` does not count as a missed run. */
EACH_STORE(test_a_run_that_a_person_retries)
{
    every("* * * * *", SLACK_MISSED_SKIP);
    inbox.outcomes[0] = SLACK_EINVAL;
    app_ready(&inbox.f);
    pass_minute();
    inbox_until_runs(1);
    assert_int_equal(inbox.deads, 1);
    pass_minute();
    pass_minute();
    inbox_until_runs(3);
    inbox_retry_dead(inbox.last_dead.id);
    app_pass_and_claim(&inbox.f, 1000);
    inbox_until_runs(4);
    assert_true(dues[3] == dues[0]);
}

/* No process runs while four runs are due. */
static void missed(enum slack_missed choice, unsigned runs)
{
    store_file_clean();
    inbox_open(store_file_url(), NULL);
    every("* * * * *", choice);
    app_ready(&inbox.f);
    app_settle(&inbox.f);
    const int64_t before = now_ms(&inbox.f);
    inbox_restart();
    every("* * * * *", choice);
    inbox.f.world.mono_us += (uint64_t)(241000 - before % 60000) * 1000;
    app_ready(&inbox.f);
    app_settle(&inbox.f);
    inbox_until_runs(runs);
    assert_int_equal(inbox.runs, runs);
    if (runs) assert_true(dues[0] == before / 60000 * 60000 + 60000);
    if (!runs) assert_true(world_logged(&inbox.f.world, "event=\"run of a schedule skipped\""));
    pass_minute();
    inbox_until_runs(runs + 1); /* later runs are on time in either case */
    assert_true(dues[runs] == now_ms(&inbox.f) / 60000 * 60000);
    app_close(&inbox.f);
}

TEST(test_runs_that_were_missed)
{
    missed(SLACK_MISSED_RUN, 1);
    missed(SLACK_MISSED_SKIP, 0);
}

/* The store has a run of the old expression. */
INBOX_STORED(test_a_schedule_that_changed)
{
    every("* * * * *", SLACK_MISSED_RUN);
    app_ready(&inbox.f);
    app_settle(&inbox.f);
    inbox_restart();
    every("0 0 29 2 *", SLACK_MISSED_RUN);
    app_ready(&inbox.f);
    pass_minute();
    pass_minute();
    assert_int_equal(inbox.runs + inbox.deads, 0);
    assert_true(world_logged(&inbox.f.world, "reason=\"the schedule has changed\""));
}

INBOX_STORED(test_two_processes_run_it_once)
{
    static app_fixture_t other;
    app_open(&other, &(slack_options_t){.store = store_file_url()});
    every("* * * * *", SLACK_MISSED_RUN);
    assert_int_equal(slack_every(other.app, "tick", "* * * * *", NULL, tick, "t"), 0);
    app_ready(&inbox.f);
    app_ready(&other);
    for (unsigned i = 1; i <= 3; i++) {
        const uint64_t ms = (uint64_t)(61000 - now_ms(&inbox.f) % 60000);
        app_pass_ms(&other, ms);
        app_pass_and_claim(&inbox.f, ms);
        for (int turns = 0; turns < 50;
             turns += inbox.runs >= i) { /* either process may claim the run */
            app_spin(&other);
            app_spin(&inbox.f);
        }
        assert_int_equal(inbox.runs, i);
    }
    app_close(&other);
}

INBOX_CLOSED(test_schedules_that_are_none)
{
    static const slack_schedule_t bad[] = {
        {.cron = "* * * * *", .fn = tick},
        {.name = "", .cron = "* * * * *", .fn = tick},
        {.name = "x", .fn = tick},
        {.name = "x", .cron = "* * * * *"},
        {.name = "x", .cron = "61 * * * *", .fn = tick},
        {.name = "x", .cron = "* * * * *", .zone = "Europe/Berlim", .fn = tick},
        {.name = "x", .cron = "0 0 30 2 *", .fn = tick},
        {.name = "x", .cron = "0 0 31 4,6,9,11 *", .fn = tick},
    };
    inbox_open("memory:", NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(slack_schedule(inbox.f.app, &bad[i]), SLACK_EINVAL);
        assert_true(strstr(slack_app_error(inbox.f.app), "the schedule ") != NULL);
    }
    every("* * * * *", SLACK_MISSED_RUN);
    assert_int_equal(slack_every(inbox.f.app, "tick", "1 * * * *", NULL, tick, NULL),
                     SLACK_EALREADY);
    app_ready(&inbox.f);
}

static bool while_running; /* the schedule is added to an app that runs */

/* A schedule has a row, a zone and a listener. If one of them fails, none is left, so that the same
 * schedule can be added again. */
static bool schedule_with_failure(size_t nth, bool all)
{
    inbox_open("memory:", NULL);
    if (while_running) app_ready(&inbox.f);
    heap_fail_at(nth, all);
    int rc = slack_every(inbox.f.app, "tick", "* * * * *", "Europe/Berlin", tick, "t");
    bool failed = heap_heal();
    assert_int_equal(rc, failed ? SLACK_ENOMEM : 0);
    if (while_running) app_settle(&inbox.f);
    rc = slack_every(inbox.f.app, "tick", "* * * * *", "Europe/Berlin", tick, "t");
    assert_int_equal(rc, failed ? 0 : SLACK_EALREADY);
    if (!while_running) app_ready(&inbox.f);
    app_settle(&inbox.f);
    pass_minute();
    inbox_until_runs(1);
    assert_string_equal(inbox.order, "t");
    app_close(&inbox.f);
    return failed;
}

INBOX_CLOSED(a_schedule_without_memory_leaves_nothing)
{
    for (int i = 0; i < 2; i++) {
        while_running = i == 1;
        assert_true(alloc_fail_attempts(schedule_with_failure) > 4);
    }
}

/* ---- jobs outside of a delivery, and keys ---- */

static int stored[4];
static unsigned stored_count;

static void on_stored(slack_app_t *app, int status, void *user_data)
{
    stored[stored_count++ % 4] = status;
}

EACH_STORE(test_jobs_outside_of_a_delivery)
{
    const slack_job_t job = {.name = "tick", .key = "k", .delay_ms = 1000, .stored = on_stored};
    slack_on_job(inbox.f.app, "tick", tick, "t");
    stored_count = 0;
    assert_int_equal(slack_app_defer(inbox.f.app, &(slack_job_t){.key = "k"}), SLACK_EINVAL);
    slack_json_pool_t *pool = slack_json_pool_new();
    assert_int_equal(
        slack_app_defer(inbox.f.app,
                        &(slack_job_t){.name = "x", .args = slack_pool_jsonf(pool, "{a: }")}),
        SLACK_ETEMPLATE);
    slack_json_pool_free(pool);
    assert_int_equal(slack_app_defer(inbox.f.app, &job), 0); /* before the start */
    assert_int_equal(stored_count, 0);
    app_ready(&inbox.f);
    app_run_until(&inbox.f, &stored_count);
    assert_int_equal(stored[0], 0);
    assert_int_equal(slack_app_defer(inbox.f.app, &job), 0); /* a job with this key waits */
    world_until(&inbox.f.world, stored_count >= 2);
    assert_int_equal(stored[1], SLACK_EALREADY);
    assert_true(world_logged(&inbox.f.world, "event=\"duplicate not stored\""));
    const int64_t before = now_ms(&inbox.f);
    app_pass_and_claim(&inbox.f, 1000);
    inbox_until_runs(1);
    assert_in_range(dues[0], before, before + 1000);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.runs, 1);
}

static int defer_bare(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_defer(ctx, "bare", NULL);
    if (rc == 0) rc = slack_defer_job(ctx, &(slack_job_t){.name = "bare"});
    return rc;
}

static int command_bare(slack_ctx_t *ctx, void *user_data)
{
    int rc = defer_bare(ctx, NULL);
    return rc ? rc : slack_ack_text(ctx, "will do");
}

static int note_body(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(slack_json_text(ctx, slack_ctx_body(ctx)));
    return inbox_scripted(ctx, NULL);
}

EACH_STORE(test_a_job_without_arguments_has_an_empty_body)
{
    slack_on_command(inbox.f.app, "/x", command_bare, NULL);
    slack_on_job(inbox.f.app, "bare", note_body, NULL);
    assert_int_equal(slack_app_defer(inbox.f.app, &(slack_job_t){.name = "bare"}), 0);
    app_ready(&inbox.f);
    command("x");
    inbox_until_runs(3);
    assert_string_equal(inbox.order, "{}{}{}");
}

/* Its first attempt fails. */
static int defer_again(slack_ctx_t *ctx, void *user_data)
{
    const unsigned attempt = slack_ctx_attempt(ctx);
    int rc = defer_bare(ctx, NULL);
    if (rc == 0) rc = slack_deferf(ctx, "bare", "{attempt: %d}", (int)attempt);
    return rc ? rc : attempt == 1 ? SLACK_EIO : 0;
}

EACH_STORE(test_a_handler_that_runs_again_stores_a_job_once)
{
    app_ack_t ack = {0};
    slack_on_message(inbox.f.app, NULL, defer_again, NULL);
    slack_on_job(inbox.f.app, "bare", note_body, NULL);
    app_ready(&inbox.f);
    inbox_deliver("Ev1", "hello", &ack);
    inbox_until_runs(3);
    app_pass_and_claim(&inbox.f, LONG_MS);
    inbox_until_runs(4);
    app_pass_and_claim(&inbox.f, LONG_MS);
    app_settle(&inbox.f);
    assert_string_equal(inbox.order, "{}{}{\"attempt\":1}{\"attempt\":2}");
}

TEST(test_a_job_of_an_app_that_never_starts)
{
    inbox_open("memory:", NULL);
    stored_count = 0;
    assert_int_equal(slack_app_defer(inbox.f.app, &(slack_job_t){.name = "x", .stored = on_stored}),
                     0);
    app_close(&inbox.f);
    assert_int_equal(stored_count, 1);
    assert_int_equal(stored[0], SLACK_ECANCELED);
}

/* Defers a successor under its own key. */
static int chain(slack_ctx_t *ctx, void *user_data)
{
    const slack_job_t next = {.name = "chain",
                              .args = slack_ctx_body(ctx),
                              .key = "chain",
                              .at_ms = slack_ctx_due_ms(ctx) + 1000,
                              .stored = on_stored};
    dues[inbox.runs < 8 ? inbox.runs : 7] = slack_ctx_due_ms(ctx);
    int rc = slack_defer_job(ctx, &next);
    if (rc == 0) rc = slack_defer_job(ctx, &next); /* a job with this key waits now */
    inbox.runs++;
    return rc;
}

EACH_STORE(test_a_job_defers_its_successor)
{
    slack_on_job(inbox.f.app, "chain", chain, NULL);
    stored_count = 0;
    assert_int_equal(slack_app_defer(inbox.f.app, &(slack_job_t){.name = "chain", .key = "chain"}),
                     0);
    app_ready(&inbox.f);
    for (unsigned i = 1; i <= 4; i++) {
        inbox_until_runs(i);
        assert_int_equal(inbox.runs, i);
        world_until(&inbox.f.world, stored_count >= 2 * i);
        assert_int_equal(stored[(2 * i - 2) % 4], 0);
        assert_int_equal(stored[(2 * i - 1) % 4], SLACK_EALREADY);
        if (i > 1) assert_true(dues[i - 1] == dues[i - 2] + 1000);
        app_pass_and_claim(&inbox.f, 1000);
    }
}

static int hold(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(user_data);
    slack_ctx_hold(ctx);
    inbox.held[inbox.held_count++] = ctx;
    return 0;
}

/* The job with the earliest time runs first, whichever was stored first. */
EACH_STORE(test_jobs_with_one_order_run_one_at_a_time)
{
    static const slack_job_t jobs[] = {{.name = "late", .order = "C1", .delay_ms = 1000},
                                       {.name = "soon", .order = "C1", .delay_ms = 500},
                                       {.name = "other", .order = "C2", .delay_ms = 700}};
    slack_on_job(inbox.f.app, "soon", hold, "s");
    slack_on_job(inbox.f.app, "other", hold, "o");
    slack_on_job(inbox.f.app, "late", hold, "l");
    assert_int_equal(slack_app_defer(inbox.f.app, &(slack_job_t){.name = "soon", .order = ""}),
                     SLACK_EINVAL);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(slack_app_defer(inbox.f.app, &jobs[i]), 0);
    app_ready(&inbox.f);
    for (unsigned ms = 0; ms < 3000; ms += 500) {
        world_until(&inbox.f.world, !slack__inspect_claims(inbox.f.app));
        app_pass_ms(&inbox.f, 500);
        slack__inspect_poll(inbox.f.app);
        app_spin(&inbox.f);
    }
    world_until(&inbox.f.world, inbox.held_count >= 2);
    assert_string_equal(inbox.order, "so");
    slack_ctx_release(inbox.held[0], 0);
    world_until(&inbox.f.world, inbox.held_count >= 3);
    assert_string_equal(inbox.order, "sol");
    slack_ctx_release(inbox.held[1], 0);
    slack_ctx_release(inbox.held[2], 0);
    app_settle(&inbox.f);
}
