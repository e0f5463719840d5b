/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

/* Default acks. The handlers' time is cut to ACK_MS. */
#define ACK_MS 5

static app_fixture_t f;
static int open_app(void **state)
{
    app_open(&f, &(slack_options_t){.ack_ms = ACK_MS});
    app_held = NULL;
    return 0;
}

#define BOT_TEST(function) TEST_CASE(function, open_app, app_teardown, &f)

static void listen_all(void)
{
    static const enum slack_kind kinds[] = {SLACK_KIND_COMMAND,         SLACK_KIND_ACTION,
                                            SLACK_KIND_SHORTCUT,        SLACK_KIND_OPTIONS,
                                            SLACK_KIND_VIEW_SUBMISSION, SLACK_KIND_VIEW_CLOSED};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = kinds[i],
                                                                 .fn = app_hold_then_ack,
                                                                 .name = "slow"}),
                         0);
}

static void inject(const char *body, app_ack_t *ack)
{
    *ack = (app_ack_t){0};
    app_inject(&f, body, ack);
    app_run_until(&f, &ack->count);
    assert_int_equal(ack->outcome, SLACK_ACK_OK);
}

static void end(void)
{
    slack_ctx_release(app_held, 0);
    app_held = NULL;
    app_spin(&f);
}

#define VIEW                                                                                       \
    "{'type':'view_submission','view':{'callback_id':'v','title':{'type':'plain_text','text':'T'}" \
    "}}"

BOT_TEST(each_kind_has_its_own)
{
    static const struct {
        const char *body, *ack;
    } cases[] = {
        {"{'command':'/x'}", "{\"response_type\":\"ephemeral\",\"text\":\"Still working on it…\"}"},
        {"{'type':'block_actions','actions':[{'action_id':'a'}]}", ""},
        {"{'type':'shortcut','callback_id':'s'}", ""},
        {"{'type':'block_suggestion','action_id':'o'}", "{\"options\":[]}"},
        {VIEW, "{\"response_action\":\"update\",\"view\":{\"type\":\"modal\",\"title\":{\"type\":"
               "\"plain_text\",\"text\":\"T\"},\"blocks\":[{\"type\":\"section\",\"text\":{"
               "\"type\":\"plain_text\",\"text\":\"Still working on it…\"}}]}}"},
        {"{'type':'view_submission','view':{'callback_id':'v'}}", ""},
        {"{'type':'view_closed','view':{'callback_id':'v'}}", ""},
    };
    listen_all();
    app_ready(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inject(cases[i].body, &f.ack);
        assert_string_equal(f.ack.body, cases[i].ack);
        end();
        assert_int_equal(f.ack.count, 1);
    }
    assert_int_equal(slack__inspect_counters(f.app)->default_acks, sizeof cases / sizeof *cases);
    assert_true(
        world_logged(&f.world, "event=\"sent the default ack\" kind=command listener=slow"));
}

BOT_TEST(can_be_told)
{
    app_ack_t ack = {0};
    listen_all();
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_EVENT, ""), SLACK_EINVAL);
    assert_string_equal(
        slack_app_error(f.app),
        "the default ack of event: handlers do not acknowledge this kind: leave it out");
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_COMMAND, "{"), SLACK_EJSON);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_COMMAND, "5"), SLACK_EACKBODY);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_SHORTCUT, "{\"text\":\"a\"}"),
                     SLACK_EACKBODY);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_COMMAND, "{\"text\":\"one\"}"), 0);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_COMMAND, "{\"text\":\"two\"}"), 0);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_VIEW_SUBMISSION, ""), 0);
    assert_int_equal(slack_default_ack(f.app, SLACK_KIND_OPTIONS, NULL), 0);
    app_ready(&f);
    inject("{'command':'/x'}", &ack);
    assert_string_equal(ack.body, "{\"text\":\"two\"}");
    end();
    inject(VIEW, &ack);
    assert_string_equal(ack.body, "");
    end();

    /* Without an ack the queue goes on behind the delivery. */
    app_ack_t none = {0};
    app_inject(&f, "{'type':'block_suggestion','action_id':'o'}", &none);
    world_until(&f.world, app_held);
    slack_ctx_t *first = app_held;
    inject("{'command':'/x'}", &ack);
    assert_int_equal(none.count, 0);
    end();
    assert_int_equal(slack_ack(first), 0);
    slack_ctx_release(first, 0);
    app_spin(&f);
    assert_int_equal(none.count, 1);
}

/* The text of a late ack goes to the response_url. */
BOT_TEST(late_acks_find_their_way)
{
    char body[300];
    listen_all();
    app_ready(&f);
    snprintf(body, sizeof body, "{'command':'/x','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    inject(body, &f.ack);
    assert_int_equal(slack_ack_text(app_held, "done %d", 1), 0);
    assert_int_equal(slack_ack(app_held), SLACK_EALREADY);
    end();
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done 1");

    inject(body, &f.ack);
    assert_int_equal(slack_ack_json(app_held, slack_jsonf(app_held, "{text: 'json'}")), 0);
    end();
    app_run_until_calls(&f, 2);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 1)->args, "/text"), "json");

    inject("{'command':'/x'}", &f.ack);
    assert_int_equal(slack_ack_text(app_held, "nowhere"), SLACK_ELATE);
    end();
    inject(VIEW, &f.ack);
    assert_int_equal(slack_ack(app_held), SLACK_ELATE);
    end();
    assert_int_equal(fake_slack_count(f.slack), 2);
    assert_int_equal(slack__inspect_counters(f.app)->late_acks, 4);
    assert_true(world_logged(&f.world, "event=\"ack after the default ack\" kind=command "
                                       "listener=slow"));
}

static unsigned told;

static int answer_for_it(slack_ctx_t *ctx, void *user_data)
{
    assert_ptr_equal(ctx, app_held);
    assert_string_equal(slack_ctx_listener(ctx), "slow");
    assert_int_equal(slack_ctx_ack_late_ms(ctx), 0);
    told++;
    return user_data ? slack_ack_text(ctx, "%s", (char *)user_data) : 0;
}

/* The program's hook gets each delivery without an ack, and may ack it. */
BOT_TEST(unacked_deliveries_have_a_hook)
{
    static char wait[] = "wait";
    char body[300];
    told = 0;
    listen_all();
    app_ready(&f);
    slack_on_unacked(f.app, answer_for_it, NULL);
    inject("{'type':'block_suggestion','action_id':'o'}", &f.ack);
    assert_int_equal(told, 1);
    assert_string_equal(f.ack.body, "{\"options\":[]}");
    end();
    slack_on_unacked(f.app, answer_for_it, wait);
    snprintf(body, sizeof body, "{'command':'/x','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    inject(body, &f.ack);
    assert_string_equal(f.ack.body, "wait");
    assert_int_equal(slack_ack_text(app_held, "done"), 0);
    end();
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(told, 2);
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "done");
    slack_on_unacked(f.app, NULL, NULL);
    inject("{'command':'/x'}", &f.ack);
    end();
    assert_int_equal(told, 2);
}

static atomic_bool hooked;
static atomic_int late_result;

/* Writes and reads its delivery on a worker while the hook does the same on the loop. */
static int busy(slack_ctx_t *ctx, void *user_data)
{
    int rc = 0;
    for (int i = 0; !atomic_load(&hooked); i++) {
        if (i < 1000 && rc == 0) rc = slack_json_error(slack_jsonf(ctx, "{n: %d}", i));
        (void)slack_ctx_ack_late_ms(ctx);
    }
    atomic_store(&late_result, slack_ack_jsonf(ctx, "{text: 'late'}"));
    return rc == 0 && slack_ctx_ack_late_ms(ctx) == 0 ? SLACK_EMISMATCH : rc;
}

static int answer_meanwhile(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_json_error(slack_jsonf(ctx, "{text: }")), SLACK_ETEMPLATE);
    int rc = slack_ack_jsonf(ctx, "{text: 'the hook'}");
    atomic_store(&hooked, true);
    return rc;
}

BOT_TEST(hook_speaks_while_a_worker_runs)
{
    atomic_store(&hooked, false);
    slack_on_unacked(f.app, answer_meanwhile, NULL);
    slack_listen(f.app, &(slack_listener_t){
                            .kind = SLACK_KIND_COMMAND, .run = SLACK_RUN_WORKER, .fn = busy});
    app_ready(&f);
    inject("{'command':'/x'}", &f.ack);
    assert_string_equal(f.ack.body, "{\"text\":\"the hook\"}");
    world_until(&f.world, slack__inspect_live(f.app) == 0);
    assert_int_equal(atomic_load(&late_result), SLACK_ELATE); /* without a response_url */
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_OK], 1);
}

static int store_and_answer(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_deferf(ctx, "later", "{}");
    return rc ? rc : slack_ack_text(ctx, "stored");
}

/* If the hook defers a job, its ack is sent once the job is stored. */
BOT_TEST(hook_may_store_a_job)
{
    listen_all();
    slack_on_job(f.app, "later", app_nothing, NULL);
    app_ready(&f);
    slack_on_unacked(f.app, store_and_answer, NULL);
    inject("{'command':'/x'}", &f.ack);
    assert_string_equal(f.ack.body, "stored");
    end();
    assert_int_equal(f.ack.count, 1);
}

/* The hook's error becomes the delivery's, and is reported after the handler has ended. */
BOT_TEST(hook_may_fail)
{
    listen_all();
    app_ready(&f);
    slack_on_unacked(f.app, app_fail, NULL);
    inject("{'command':'/x'}", &f.ack);
    end();
    assert_int_equal(
        slack__inspect_counters(f.app)->deliveries[SLACK_KIND_COMMAND][SLACK_RESULT_FAILED], 1);
}

/* The handler can read by how many milliseconds it is late, before and after its ack; the log has
 * it too. */
BOT_TEST(lateness_is_told)
{
    listen_all();
    app_ready(&f);
    inject(VIEW, &f.ack);
    f.world.mono_us += 4000 * 1000;
    assert_in_range(slack_ctx_ack_late_ms(app_held), 4000, 5000);
    assert_int_equal(slack_ack(app_held), SLACK_ELATE);
    const unsigned late_ms = slack_ctx_ack_late_ms(app_held);
    assert_in_range(late_ms, 4000, 5000);
    f.world.mono_us += 4000 * 1000;
    assert_int_equal(slack_ctx_ack_late_ms(app_held), late_ms);
    char line[64];
    snprintf(line, sizeof line, "late_ms=%u result=SLACK_ELATE", late_ms);
    assert_true(world_logged(&f.world, line));
    end();
}

/* ---- a job whose PUT is slow ---- */

/* A store whose PUT waits in `put` until the test finishes it. */
static struct {
    slack_store_ops_t ops;
    const slack_store_ops_t *real;
    slack_store_op_t *put;
    slack_store_t *store;
} slow;

static void submit_slowly(slack_store_t *store, slack_store_op_t *op)
{
    if (op->kind != SLACK_STORE_PUT) {
        slow.real->submit(store, op);
        return;
    }
    assert_null(slow.put);
    slow.store = store;
    slow.put = op;
}

static void slow_down(void)
{
    slow.real = slack__inspect_store(f.app)->ops;
    slow.ops = *slow.real;
    slow.ops.submit = submit_slowly;
    slow.put = NULL;
    slack__inspect_store(f.app)->ops = &slow.ops;
}

/* Passes the waiting PUT to the store, or fails it with `status`. */
static void speed_up(int status)
{
    slack_store_op_t *put = slow.put;
    assert_non_null(put);
    slow.put = NULL;
    slack__inspect_store(f.app)->ops = slow.real;
    put->status = status;
    if (status == 0)
        slow.real->submit(slow.store, put);
    else
        put->done(put);
    app_spin(&f);
}

static unsigned jobs;

static int job(slack_ctx_t *ctx, void *user_data)
{
    jobs++;
    return 0;
}

static int defer_and_ack(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_deferf(ctx, "job", "{}");
    if (rc == 0) rc = slack_ack_text(ctx, "Deploying");
    assert_int_equal(slack_ack_text(ctx, "again"), SLACK_EALREADY);
    return rc;
}

static void deliver_to_slow_store(const char *url, app_ack_t *ack)
{
    static char body[300];
    slack_on_job(f.app, "job", job, NULL);
    slack_on_command(f.app, "/deploy", defer_and_ack, NULL);
    slack_on_command(f.app, "/hold", app_hold_then_ack, NULL);
    app_ready(&f);
    slow_down();
    jobs = 0;
    snprintf(body, sizeof body, "{'command':'/deploy','response_url':'%s'}", url);
    inject(body, ack);
    assert_non_null(slow.put);
}

/* The default ack is sent on time. The handler's text follows once the job is stored, not
 * before. */
BOT_TEST(store_is_late)
{
    deliver_to_slow_store(fake_slack_hook_url(f.slack, "1"), &f.ack);
    assert_non_null(strstr(f.ack.body, "Still working on it…"));
    assert_true(world_logged(&f.world,
                             "event=\"sent the default ack\" kind=command "
                             "listener=command:/deploy transport=memory reason=\"a job is "
                             "not stored yet\""));
    assert_int_equal(slack__inspect_counters(f.app)->default_acks, 1);
    app_spin(&f);
    assert_int_equal(fake_slack_count(f.slack), 0);
    speed_up(0);
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "Deploying");
    app_run_until(&f, &jobs);
    app_spin(&f);
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(fake_slack_count(f.slack), 1);
    assert_int_equal(jobs, 1);
    assert_int_equal(slack__inspect_counters(f.app)->late_acks, 1);
    assert_true(world_logged(&f.world, "event=\"ack after the default ack\" kind=command "
                                       "listener=command:/deploy"));
}

BOT_TEST(store_is_late_and_there_is_no_way)
{
    deliver_to_slow_store("", &f.ack);
    speed_up(0);
    app_run_until(&f, &jobs);
    app_spin(&f);
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(fake_slack_count(f.slack), 0);
    assert_int_equal(slack__inspect_counters(f.app)->late_acks, 1);
    assert_true(world_logged(&f.world, "result=SLACK_ELATE"));
}

/* The handler's text announces a job that could not be stored: it is not sent. */
BOT_TEST(store_is_late_and_fails)
{
    deliver_to_slow_store(fake_slack_hook_url(f.slack, "1"), &f.ack);
    speed_up(SLACK_ESTORE);
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"),
                        "The app could not do that. Please try again later.");
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(jobs, 0);
    assert_true(world_logged(&f.world, "error=SLACK_ESTORE reason='the job"));
    assert_int_equal(slack__inspect_live(f.app), 0);
}

/* The handler acks after the default ack, while the PUT still waits. */
BOT_TEST(store_is_later_than_the_handler)
{
    char body[300];
    slack_on_job(f.app, "job", job, NULL);
    slack_on_command(f.app, "/hold", app_hold_then_ack, NULL);
    app_ready(&f);
    slow_down();
    jobs = 0;
    snprintf(body, sizeof body, "{'command':'/hold','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    inject(body, &f.ack);
    assert_int_equal(slack_defer(app_held, "job", slack_jsonf(app_held, "{}")), 0);
    assert_int_equal(slack_ack_text(app_held, "Deploying"), 0);
    assert_int_equal(slack_ack(app_held), SLACK_EALREADY);
    end();
    assert_int_equal(fake_slack_count(f.slack), 0);
    speed_up(0);
    app_run_until_calls(&f, 1);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/text"), "Deploying");
    app_run_until(&f, &jobs);
    assert_int_equal(f.ack.count, 1);
}

/* With no default ack the handler's own ack is sent, though late. */
BOT_TEST(store_is_late_and_nothing_is_said)
{
    slack_default_ack(f.app, SLACK_KIND_COMMAND, NULL);
    slack_on_job(f.app, "job", job, NULL);
    slack_on_command(f.app, "/deploy", defer_and_ack, NULL);
    app_ready(&f);
    slow_down();
    jobs = 0;
    app_inject(&f, "{'command':'/deploy'}", &f.ack);
    world_until(&f.world, strstr(f.world.log,
                                 "event=\"no ack in time\" kind=command listener=command:/deploy "
                                 "reason=\"a job is not stored yet\""));
    assert_int_equal(f.ack.count, 0);
    speed_up(0);
    assert_int_equal(f.ack.count, 1);
    assert_string_equal(f.ack.body, "Deploying");
    app_run_until(&f, &jobs);
    assert_int_equal(slack__inspect_counters(f.app)->default_acks, 0);
}

/* An ack in time is the only one: no default ack follows. */
BOT_TEST(acks_in_time_are_alone)
{
    slack__inspect_options(f.app)->ack_ms = 2500;
    listen_all();
    app_ready(&f);
    app_inject(&f, "{'command':'/x'}", &f.ack);
    world_until(&f.world, app_held);
    assert_int_equal(slack_ack_text(app_held, "in time"), 0);
    app_skip_ms(&f, 10000);
    end();
    assert_int_equal(f.ack.count, 1);
    assert_string_equal(f.ack.body, "in time");
    assert_int_equal(slack__inspect_counters(f.app)->default_acks, 0);
}

/* The stop does not wait for a default ack, and none is sent after it. */
BOT_TEST(stop_before_the_time)
{
    slack__inspect_options(f.app)->ack_ms = 2500;
    listen_all();
    app_ready(&f);
    app_inject(&f, "{'command':'/x'}", &f.ack);
    world_until(&f.world, app_held);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(f.ack.count, 1);
    assert_int_equal(f.ack.outcome, SLACK_ACK_LATER);
    slack_ctx_release(app_held, 0);
}

/* ---- out of memory ---- */

/* A handler acks after its time while the nth allocation fails: the delivery gets one ack and
 * nothing leaks. Returns true if an allocation failed. */
static bool be_late_with_failure(const char *body, size_t nth, bool all)
{
    app_ack_t ack = {0};
    app_held = NULL;
    app_prepare(&f, body, &ack);
    heap_fail_at(nth, all);
    const bool taken = app_inject_prepared(&f) == 1;
    world_until(&f.world, !taken || ack.count != 0);
    if (app_held) {
        slack_ack_text(app_held,
                       "a text that takes some room, and does not fit into what is there");
        slack_ctx_release(app_held, 0);
    }
    for (int i = 0; i < 20; i++)
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
    const bool failed = heap_heal();
    world_until(&f.world, slack__inspect_live(f.app) == 0);
    assert_int_equal(ack.count, taken);
    if (!failed) assert_non_null(strstr(ack.body, "Still working on it…"));
    return failed;
}

BOT_TEST(memory_may_run_out)
{
    char command[300];
    slack__inspect_set_log_level(f.app, SLACK_LOG_ERROR);
    listen_all();
    app_ready(&f);
    snprintf(command, sizeof command, "{'command':'/x','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    const char *const bodies[] = {VIEW, command};
    for (size_t i = 0; i < 2; i++) {
        size_t nth = 0;
        while (be_late_with_failure(bodies[i], nth, false)) {
            be_late_with_failure(bodies[i], nth, true);
            nth++;
        }
        assert_true(nth > 2);
    }
}
