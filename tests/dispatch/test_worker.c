/* SPDX-License-Identifier: MIT */
/* Handlers that block on workers, and the work that goes on beside them. */
#include <stdatomic.h>

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;
static uv_sem_t gate; /* blocked handlers wait here */
static atomic_uint entered, left;
static atomic_int results[8];

static void open_with(const slack_options_t *options)
{
    app_open(&f, options);
    assert_int_equal(uv_sem_init(&gate, 0), 0);
    atomic_store(&entered, 0);
    atomic_store(&left, 0);
    for (size_t i = 0; i < 8; i++)
        atomic_store(&results[i], 1);
}

static void open_gate(unsigned times)
{
    for (; times > 0; times--)
        uv_sem_post(&gate);
}

static void close_app(void)
{
    open_gate(8); /* for the handlers that a failed case has left */
    app_close(&f);
    uv_sem_destroy(&gate);
    assert_int_equal(heap_live(), 0);
}

#define BOT_TEST(function)                                                                         \
    TEST_AROUND(function, open_with(&(slack_options_t){.workers = 2}), close_app())

static void listen_on_worker(enum slack_kind kind, const char *match, slack_handler_fn fn)
{
    const slack_listener_t l = {.kind = kind, .match = match, .run = SLACK_RUN_WORKER, .fn = fn};
    assert_int_equal(slack_listen(f.app, &l), 0);
}

static void run_until(const atomic_uint *counter, unsigned count)
{
    while (atomic_load(counter) < count)
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
}

/* ---- calls that return their result ---- */

static uv_thread_t loop_thread;
static const slack_key_t key = {"key", NULL};

static int attach(slack_ctx_t *ctx, void *user_data)
{
    slack_ctx_set(ctx, &key, "attached");
    assert_int_equal(slack_call_waitf(ctx, "api.test", NULL, "{}"), SLACK_EDEADLK);
    return slack_next(ctx);
}

static void note_status(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    atomic_store((atomic_int *)user_data, done->status);
}

static int straight_on(slack_ctx_t *ctx, void *user_data)
{
    uv_thread_t self = uv_thread_self();
    int rc = uv_thread_equal(&self, &loop_thread) ? SLACK_EDEADLK : 0;
    const slack_json_t *args = slack_jsonf(ctx, "{user: %s}", slack_ctx_user(ctx));
    const slack_response_t *user = NULL;
    if (rc == 0) rc = slack_ack_text(ctx, "%s", (char *)slack_ctx_get(ctx, &key));
    if (rc == 0 && slack_ack(ctx) != SLACK_EALREADY) rc = SLACK_EIO;
    if (rc == 0 && slack_next(ctx) != SLACK_EALREADY) rc = SLACK_EIO;
    if (rc == 0) rc = slack_ctx_on_done(ctx, note_status, &results[0]);
    if (rc == 0) rc = slack_call_wait(ctx, slack_request("users.info", args), &user);
    if (rc == 0) rc = slack_say(ctx, "Hello %s", slack_response_str(user, "/user/name"));
    atomic_store(&results[1], slack_say(ctx, "again"));
    atomic_store(&results[2], slack_say_jsonf(ctx, "{text: }"));
    atomic_store(&results[3], slack_respond(ctx, "and privately"));
    slack_ctx_hold(ctx);
    slack_ctx_release(ctx, 0);
    atomic_fetch_add(&left, 1);
    return rc;
}

BOT_TEST(test_straight_on)
{
    loop_thread = uv_thread_self();
    slack_use(f.app, attach, NULL);
    listen_on_worker(SLACK_KIND_COMMAND, "/x", straight_on);
    fake_slack_answer(f.slack, "users.info", 200, "{'ok':true,'user':{'name':'Ada'}}");
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true}");
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'is_archived'}");
    app_ready(&f);
    char body[256];
    snprintf(body, sizeof body,
             "{'command':'/x','channel_id':'C1','user_id':'U1','response_url':'%s'}",
             fake_slack_hook_url(f.slack, "1"));
    app_deliver(&f, body, &f.ack);
    app_run_until_idle(&f);
    assert_string_equal(f.ack.body, "attached");
    assert_int_equal(fake_slack_count(f.slack), 4);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 0)->args, "/user"), "U1");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 1)->args, "/text"), "Hello Ada");
    assert_string_equal(fake_slack_call(f.slack, 3)->method, "hook/1");
    assert_int_equal(atomic_load(&results[0]), 0);
    assert_int_equal(atomic_load(&results[1]), SLACK_EAPI);
    assert_int_equal(atomic_load(&results[2]), SLACK_ETEMPLATE);
    assert_int_equal(atomic_load(&results[3]), 0);
    assert_true(world_logged(&f.world, "error not returned"));
}

static void tell(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    slack_ack_text(ctx, "%s %s", listener, slack_err_name(status));
}

BOT_TEST(test_a_worker_fails)
{
    slack_on_error(f.app, tell, NULL);
    listen_on_worker(SLACK_KIND_COMMAND, "/x", app_fail);
    app_ready(&f);
    app_deliver(&f, APP_COMMAND("/x", ""), &f.ack);
    assert_string_equal(f.ack.body, "command:/x SLACK_EIO");
    app_run_until_idle(&f);
}

static int defer_and_ack(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_deferf(ctx, "later", "{n: 1}");
    return rc ? rc : slack_ack_text(ctx, "stored");
}

static int run_job(slack_ctx_t *ctx, void *user_data)
{
    atomic_fetch_add(&entered, (unsigned)slack_json_int(slack_ctx_body(ctx), "/n"));
    return slack_say_jsonf(ctx, "{channel: 'C9', text: 'from a job'}");
}

BOT_TEST(test_a_job_comes_from_a_worker_and_runs_on_one)
{
    listen_on_worker(SLACK_KIND_COMMAND, "/x", defer_and_ack);
    listen_on_worker(SLACK_KIND_JOB, "later", run_job);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/x", ""), &f.ack);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_string_equal(f.ack.body, "stored");
    assert_int_equal(atomic_load(&entered), 1);
}

static int say_only(slack_ctx_t *ctx, void *user_data)
{
    atomic_fetch_add(&entered, 1);
    return slack_say(ctx, "x");
}

/* A worker's failed call keeps Slack's reason: a permanent error is not retried. */
BOT_TEST(test_an_error_of_slack_keeps_its_reason)
{
    listen_on_worker(SLACK_KIND_EVENT, "message", say_only);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'channel_not_found'}");
    app_ready(&f);
    app_inject(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until_calls(&f, 1);
    app_run_until_idle(&f);
    assert_true(world_logged(&f.world, "error=SLACK_EAPI reason=\"channel_not_found: "));
    assert_true(world_logged(&f.world, "event=\"dead letter\""));
}

/* ---- a full pool ---- */

static int block(slack_ctx_t *ctx, void *user_data)
{
    atomic_fetch_add(&entered, 1);
    uv_sem_wait(&gate);
    atomic_store(&results[0], slack_ack(ctx));
    atomic_fetch_add(&left, 1);
    return 0;
}

static uint64_t slowest_us;

static void note_ack_time(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    if (done->ack_us > slowest_us) slowest_us = done->ack_us;
}

static int watch_quick(slack_ctx_t *ctx, void *user_data)
{
    if (strcmp(slack_json_str(slack_ctx_body(ctx), "/command"), "/quick") == 0)
        slack_ctx_on_done(ctx, note_ack_time, NULL);
    return slack_next(ctx);
}

/* With five long handlers bolt-python answers a command with 404 after three seconds. */
BOT_TEST(test_a_full_pool_keeps_no_command_waiting)
{
    unsigned quick = 0;
    slowest_us = 0;
    slack_use(f.app, watch_quick, NULL);
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    slack_on_command(f.app, "/quick", app_count_run, &quick);
    app_ready(&f);
    app_ack_t slow[10] = {{0}}, ack;
    for (int i = 0; i < 10; i++)
        app_inject(&f, APP_COMMAND("/slow", ""), &slow[i]);
    run_until(&entered, 2);
    for (int i = 0; i < 500; i++) {
        app_deliver(&f, APP_COMMAND("/quick", ""), &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
    }
    assert_int_equal(quick, 500);
    assert_int_equal(atomic_load(&entered), 2);
    assert_int_equal(atomic_load(&left), 0);
    if (slowest_us > 50000) fail_msg("an ack took %llu us", (unsigned long long)slowest_us);
    open_gate(10);
    app_run_until_idle(&f);
    assert_int_equal(atomic_load(&left), 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(slow[i].count, 1);
}

BOT_TEST(test_a_full_pool_keeps_no_listener_waiting)
{
    unsigned on_loop = 0;
    listen_on_worker(SLACK_KIND_EVENT, "message", block); /* registered first */
    slack_on_message(f.app, NULL, app_count_run, &on_loop);
    app_ready(&f);
    app_inject(&f, APP_MESSAGE("1", "x"), &f.ack);
    app_run_until(&f, &on_loop);
    assert_int_equal(atomic_load(&left), 0);
    open_gate(1);
    app_run_until_idle(&f);
    assert_int_equal(atomic_load(&results[0]), SLACK_ENOACK);
}

TEST(test_an_ack_does_not_wait_for_a_worker)
{
    open_with(&(slack_options_t){.workers = 2, .ack_ms = 1});
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    for (int i = 0; i < 3; i++)
        app_inject(&f, APP_COMMAND("/slow", ""), &ack[i]);
    for (int i = 0; i < 3; i++) /* default acks, for running and for queued handlers */
        app_run_until(&f, &ack[i].count);
    assert_int_equal(atomic_load(&left), 0);
    open_gate(3);
    app_run_until_idle(&f);
    assert_int_equal(atomic_load(&results[0]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ack[i].count, 1);
    close_app();
}

BOT_TEST(test_past_the_queue_it_is_later)
{
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    app_ready(&f);
    static app_ack_t ack[1024 + 2 + 1];
    memset(ack, 0, sizeof ack);
    for (size_t i = 0; i < 1026; i++) {
        app_inject(&f, APP_COMMAND("/slow", ""), &ack[i]);
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
        if (i < 2) run_until(&entered, (unsigned)i + 1);
    }
    app_inject(&f, APP_COMMAND("/slow", ""), &ack[1026]);
    app_run_until(&f, &ack[1026].count);
    assert_int_equal(ack[1026].outcome, SLACK_ACK_LATER);
    open_gate(1026);
    app_run_until_idle(&f);
    assert_int_equal(atomic_load(&left), 1026);
}

/* ---- stopping ---- */

static int wait_for_slack(slack_ctx_t *ctx, void *user_data)
{
    slack_ack(ctx);
    atomic_fetch_add(&entered, 1);
    const slack_response_t *response = NULL;
    atomic_store(&results[0], slack_call_waitf(ctx, "api.test", &response, "{}"));
    atomic_store(&results[1], slack_say(ctx, "anybody there?"));
    atomic_store(&results[2], slack_ctx_canceled(ctx));
    slack_ctx_set(ctx, &key, "too late");
    atomic_store(&results[3], response == NULL && slack_ctx_get(ctx, &key) == NULL);
    return 0;
}

/* The answer comes never, or Slack limits the rate of the call. */
static void stop_while_a_call_waits(int http_status)
{
    fake_slack_answer(f.slack, "api.test", http_status, "{'ok':false,'error':'ratelimited'}");
    listen_on_worker(SLACK_KIND_COMMAND, "/x", wait_for_slack);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/x", ""), &f.ack);
    app_run_until_calls(&f, 1);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_run_until_stopped(&f);
    assert_int_equal(atomic_load(&results[0]), SLACK_ECANCELED);
    assert_int_equal(atomic_load(&results[1]), SLACK_ECANCELED);
    assert_int_equal(atomic_load(&results[2]), 1);
    assert_int_equal(atomic_load(&results[3]), 1);
    assert_int_equal(f.ack.count, 1);
    assert_true(world_logged(&f.world, "and a handler on a worker waits for an answer, or for the "
                                       "turn of its call (1): make fewer calls, or raise "
                                       "SLACK_DRAIN_MS"));
}

BOT_TEST(test_a_stop_cancels_waits)
{
    stop_while_a_call_waits(0);
}

BOT_TEST(test_a_stop_cancels_waits_for_a_rate)
{
    stop_while_a_call_waits(429);
}

BOT_TEST(test_a_stop_waits_for_workers)
{
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    app_ready(&f);
    app_ack_t ack[3] = {{0}};
    for (int i = 0; i < 3; i++)
        app_inject(&f, APP_COMMAND("/slow", ""), &ack[i]);
    run_until(&entered, 2);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped);
    open_gate(3);
    app_run_until_stopped(&f);
    assert_int_equal(atomic_load(&left), 3);
    assert_int_equal(atomic_load(&results[0]), 0);
}

BOT_TEST(test_a_second_stop_begins_no_handler)
{
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    app_ready(&f);
    app_ack_t ack[5] = {{0}};
    for (int i = 0; i < 5; i++)
        app_inject(&f, APP_COMMAND("/slow", ""), &ack[i]);
    run_until(&entered, 2);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_spin(&f);
    assert_false(f.stopped); /* two handlers still run */
    assert_int_equal(world_log_count(&f.world, "and a handler on a worker has not returned (1): "
                                               "return when slack_ctx_canceled() is true"),
                     2);
    assert_int_equal(world_log_count(&f.world, "and a handler waits for a free worker (1): raise "
                                               "SLACK_WORKERS or SLACK_DRAIN_MS"),
                     3);
    open_gate(2);
    app_run_until_stopped(&f);
    assert_int_equal(atomic_load(&left), 2);
    assert_int_equal(atomic_load(&results[0]), SLACK_ECANCELED);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ack[i].count, 1);
}

static int grant_both(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    return slack_authorize_grant(
        request, &(slack_authorization_t){.bot_token = "xoxb-1", .user_token = "xoxp-1"});
}

/* Every use of a delivery that the stop has ended. Until the calls are closed the app's client
 * makes some. */
static void use(slack_ctx_t *ctx)
{
    const slack_json_t *args = slack_jsonf(ctx, "{a: 1}");
    const bool open = slack__inspect_webapi(f.app) != NULL;
    const int late[] = {
        slack_say(ctx, "late"),
        slack_respond(ctx, "late"),
        slack_call(slack_ctx_client(ctx), slack_request("api.test", args), NULL, NULL),
        slack_call(slack_ctx_user_client(ctx), slack_request("api.test", args), NULL, NULL),
        slack_call(slack_app_client(f.app), slack_request("api.test", args), NULL, NULL),
    };
    for (size_t i = 0; i < 4; i++)
        assert_true(late[i] == SLACK_EALREADY || late[i] == SLACK_ECANCELED);
    if (!open || late[4] != 0) assert_int_equal(late[4], SLACK_ECANCELED);
    assert_int_equal(slack_ack(ctx), SLACK_EALREADY);
    assert_int_equal(slack_ack_text(ctx, "late"), SLACK_EALREADY);
    assert_int_equal(slack_defer(ctx, "job", args), SLACK_EALREADY);
    assert_string_equal(slack_ctx_user(ctx), "U1");
    assert_string_equal(slack_ctx_listener(ctx), "command:/x");
}

/* The program holds a delivery that the stop has ended by force, and uses it at each step of the
 * closing, the calls being closed long before the workers. */
BOT_TEST(a_canceled_delivery_may_be_used_until_the_app_is_freed)
{
    const slack_authorizer_t authorizer = {.fn = grant_both, .per_user = true};
    assert_int_equal(slack_app_authorize(f.app, &authorizer), 0);
    listen_on_worker(SLACK_KIND_COMMAND, "/slow", block);
    slack_on_command(f.app, "/x", app_hold_then_ack, NULL);
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/slow", ""), NULL);
    app_inject(&f,
               "{'command':'/x','user_id':'U1','channel_id':'C1','response_url':'https://"
               "hooks.slack.com/x'}",
               NULL);
    run_until(&entered, 1);
    app_spin(&f);
    assert_int_equal(slack_say(app_held, "in time"), 0);
    assert_non_null(slack_ctx_user_client(app_held));
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    world_until(&f.world, slack__inspect_is(f.app, "closing"));
    while (slack__inspect_webapi(f.app)) {
        use(app_held);
        app_spin(&f);
    }
    use(app_held); /* a worker still runs, so the other parts are open */
    open_gate(1);
    while (!f.stopped) {
        use(app_held);
        app_spin(&f);
    }
    use(app_held);
    slack_ctx_release(app_held, 0);
}

/* ---- out of memory ---- */

static int end_of_list(slack_ctx_t *ctx, const slack_page_t *page, void *user_data)
{
    return page->status;
}

static int list_then_ack(slack_ctx_t *ctx, void *user_data)
{
    const int rc = slack_pages_then(ctx, slack_users_list(), 0, end_of_list, NULL);
    return rc ? rc : slack_ack_jsonf(ctx, "{text: %s}", "some text");
}

static int ask_and_say(slack_ctx_t *ctx, void *user_data)
{
    slack_page_t page;
    const slack_response_t *response = NULL;
    int rc = slack_ack_jsonf(ctx, "{text: %s}", "some text");
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = slack_call_waitf(ctx, "api.test", &response, "{a: %d}", i);
    if (rc == 0) rc = slack_call_thenf(ctx, "api.test", NULL, NULL, "{}");
    if (rc == 0) rc = slack_ctx_set(ctx, &key, "value");
    slack_pager_t *pager = rc == 0 ? slack_pager(ctx, slack_users_list(), 0) : NULL;
    while (rc == 0 && slack_pager_next(pager, &page))
        rc = page.items ? SLACK_EPROTO : 0;
    return rc ? rc : page.status;
}

static bool deliver_with_failure(size_t nth, bool all)
{
    app_ack_t ack = {0};
    app_prepare(&f, APP_COMMAND("/x", ""), &ack);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    while (slack__inspect_live(f.app) > 0)
        uv_run(&f.world.loop, UV_RUN_NOWAIT);
    bool failed = heap_heal();
    assert_int_equal(ack.count, taken);
    if (!failed) assert_string_equal(ack.body, "{\"text\":\"some text\"}");
    return failed;
}

BOT_TEST(test_out_of_memory)
{
    listen_on_worker(SLACK_KIND_COMMAND, "/x", ask_and_say);
    app_ready(&f);
    assert_true(alloc_fail_attempts(deliver_with_failure) > 5);
}

BOT_TEST(test_out_of_memory_in_a_list)
{
    slack_on_command(f.app, "/x", list_then_ack, NULL);
    app_ready(&f);
    assert_true(alloc_fail_attempts(deliver_with_failure) > 5);
}
