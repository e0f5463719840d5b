/* SPDX-License-Identifier: MIT */
/* Middleware, and hooks at the end of a delivery; then both with each allocation failing in
 * turn. */

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;

/* ---- middleware ---- */

static int around(slack_ctx_t *ctx, void *user_data)
{
    const char *names = user_data;
    char one[2] = {names[0], '\0'};
    app_append(ctx, one);
    int rc = slack_next(ctx);
    one[0] = names[1];
    app_append(ctx, one);
    return rc;
}

static int next_twice(slack_ctx_t *ctx, void *user_data)
{
    *(int *)user_data = 0;
    int rc = slack_next(ctx);
    *(int *)user_data = slack_next(ctx);
    return rc;
}

static int stop_here(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    return 0;
}

APP_TEST(test_middleware_is_an_onion)
{
    int second = 1;
    slack_use(f.app, around, "()");
    slack_use(f.app, next_twice, &second);
    slack_use(f.app, around, "[]");
    slack_on_message(f.app, NULL, app_append, "x");
    app_ready(&f);
    app_deliver(&f, APP_MESSAGE("Ev1", "x"), &f.ack);
    assert_string_equal(app_order, "([x])");
    assert_int_equal(second, SLACK_EALREADY);
}

APP_TEST(test_middleware_that_does_not_go_on_ends_the_chain)
{
    int second = 1;
    slack_use(f.app, next_twice, &second);
    slack_use(f.app, stop_here, "s");
    slack_on_command(f.app, "/x", app_append, "x");
    app_ready(&f);
    app_deliver(&f, APP_COMMAND("/x", ""), &f.ack);
    assert_string_equal(app_order, "s");
    assert_int_equal(second, SLACK_EALREADY);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
}

APP_TEST(test_middleware_may_go_on_later)
{
    slack_use(f.app, app_hold, "h");
    slack_on_command(f.app, "/x", app_append, "x");
    app_ready(&f);
    app_inject(&f, APP_COMMAND("/x", ""), &f.ack);
    app_spin(&f);
    assert_string_equal(app_order, "h");
    assert_int_equal(slack_next(app_held), 0);
    assert_string_equal(app_order, "hx");
    slack_ctx_release(app_held, 0);
    app_run_until(&f, &f.ack.count);
    assert_int_equal(f.ack.outcome, SLACK_ACK_OK);
}

static void hook(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    app_append(ctx, user_data);
    const slack_json_t *message = slack_jsonf(ctx, "{channel: 1, text: 'goodbye'}");
    const slack_request_t request = slack_request("chat.postMessage", message);
    const slack_fetch_t fetch = {.url = "https://example.com/"};
    const slack_upload_t upload = {.files = &(slack_file_t){.name = "a", .data = "a", .size = 1},
                                   .count = 1};
    const bool command = slack_ctx_kind(ctx) == SLACK_KIND_COMMAND;
    const int late[] = {
        command ? slack_ack(ctx) : SLACK_EALREADY,
        command ? slack_respond(ctx, "goodbye") : SLACK_EALREADY,
        slack_ctx_on_done(ctx, hook, user_data),
        slack_say(ctx, "goodbye"),
        slack_say_json(ctx, message),
        slack_update(ctx, "1.2", message),
        slack_call_then(ctx, request, NULL, NULL),
        slack_call(slack_ctx_client(ctx), request, NULL, NULL),
        slack_webhook(slack_ctx_client(ctx), "https://hooks.slack.com/x", message, NULL, NULL),
        slack_upload(slack_ctx_client(ctx), &upload, NULL, NULL),
        slack_upload_then(ctx, &upload, NULL, NULL),
        slack_fetch_then(ctx, &fetch, NULL, NULL),
        slack_defer(ctx, "job", NULL),
    };
    for (size_t i = 0; i < sizeof late / sizeof *late; i++)
        if (late[i] != SLACK_EALREADY) fail_msg("%zu: %s", i, slack_err_name(late[i]));
    assert_true(world_logged(&f.world, "chat.postMessage was not called, the delivery has ended: "
                                       "use slack_app_client()"));
}

static void dead(slack_ctx_t *ctx, const slack_dead_t *letter, void *user_data)
{
    hook(ctx, NULL, user_data);
}

static int fail_it(slack_ctx_t *ctx, void *user_data)
{
    return SLACK_EINVAL;
}

static int add_hooks(slack_ctx_t *ctx, void *user_data)
{
    assert_int_equal(slack_ctx_on_done(ctx, NULL, NULL), SLACK_EINVAL);
    slack_ctx_on_done(ctx, hook, "1");
    slack_ctx_on_done(ctx, hook, "2");
    return slack_next(ctx);
}

static void quiet_hook(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
}

static int add_hooks_quietly(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, quiet_hook, user_data);
    return rc ? rc : slack_next(ctx);
}

/* The hooks of the end and of a dead letter run in turn, and may only read. */
APP_TEST(test_the_last_hook_is_told_first)
{
    slack_use(f.app, add_hooks, NULL);
    slack_on_dead(f.app, dead, "d");
    slack_on_command(f.app, "/x", app_append, "x");
    slack_on_message(f.app, NULL, fail_it, NULL);
    app_ready(&f);
    app_inject(&f, "{'command':'/x','channel_id':'C1','response_url':'https://slack.com/x'}",
               &f.ack);
    world_until(&f.world, strcmp(app_order, "x21") == 0);
    app_inject(&f, APP_MESSAGE("1", "x"), &f.ack);
    world_until(&f.world, strlen(app_order) == 6);
    assert_string_equal(app_order, "x2121d");
    app_spin(&f);
    assert_int_equal(fake_slack_count(f.slack), 0);
}

/* ---- out of memory ---- */

static int build_and_ack(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ack_jsonf(ctx, "{text: %s}", "a text that takes some room");
    return rc == SLACK_ENOACK ? 0 : rc;
}

/* Delivers an event and a command while the nth allocation fails. Each gets one ack, nothing leaks,
 * and a later delivery works. Returns true if an allocation failed. */
static bool deliver_with_failure(size_t nth, bool all)
{
    char event[256], command[] = APP_COMMAND("/x", "y");
    snprintf(event, sizeof event, "{'event_id':'Ev%zu-%d','event':{'type':'message','text':'x'}}",
             nth, all);
    app_ack_t ack[2] = {{0}};
    app_prepare(&f, event, &ack[0]);
    app_prepare(&f, command, &ack[1]);
    heap_fail_at(nth, all);
    unsigned taken = app_inject_prepared(&f);
    app_spin(&f);
    bool failed = heap_heal();
    assert_int_equal(slack__inspect_live(f.app), 0);
    assert_int_equal(ack[0].count + ack[1].count, taken);
    if (!failed) {
        assert_int_equal(taken, 2);
        assert_int_equal(ack[0].outcome, SLACK_ACK_OK);
        assert_string_equal(ack[1].body, "{\"text\":\"a text that takes some room\"}");
    }
    return failed;
}

APP_TEST(test_out_of_memory)
{
    slack_use(f.app, add_hooks_quietly, NULL);
    slack_on_message(f.app, NULL, build_and_ack, NULL);
    slack_on_command(f.app, "/x", build_and_ack, NULL);
    app_ready(&f);
    assert_true(alloc_fail_attempts(deliver_with_failure) > 1);
}
