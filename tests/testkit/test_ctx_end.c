/* SPDX-License-Identifier: MIT */
/* Calls whose answer comes after their handler has returned, and uses of a ctx after its end. */
#include <slack/slack.h>
#include <slack/test.h>

#include "support/heap.h"
#include "support/test.h"

static slack_test_t *kit;
static unsigned ended, answered_after_end;

static int open_kit(void **state)
{
    ended = answered_after_end = 0;
    return slack_test_new(&kit, NULL);
}

static int close_kit(void **state)
{
    slack_test_free(kit);
    return heap_live() == 0 ? 0 : -1;
}

#define KIT_TEST(function) TEST_CASE(function, open_kit, close_kit, NULL)

static void finish(int rc)
{
    const char *why = "";
    const int is = slack_test_finish(kit, &why);
    if (is != rc) fail_msg("%s", why);
}

/* Delivers what reaches `fn`, on the loop or on a worker: an event, a command and an action. */
static void deliver_to(slack_handler_fn fn, enum slack_run run)
{
    static const struct {
        enum slack_kind kind;
        const char *match;
    } to[] = {
        {SLACK_KIND_EVENT, "message"}, {SLACK_KIND_COMMAND, "/go"}, {SLACK_KIND_ACTION, "go"}};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        slack_listen(
            slack_test_app(kit),
            &(slack_listener_t){.kind = to[i].kind, .match = to[i].match, .run = run, .fn = fn});
    slack_test_message(kit, "go");
    slack_test_command(kit, "/go", "");
    slack_test_action(kit, "go", "");
}

static int ack(slack_ctx_t *ctx)
{
    return slack_ctx_kind(ctx) == SLACK_KIND_EVENT ? 0 : slack_ack(ctx);
}

/* ---- the kit answers when the delivery has ended ---- */

static void note_end(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    ended++;
}

static void note_answer(const slack_response_t *response, void *user_data)
{
    if (ended == ++answered_after_end) return;
    fail_msg("the answer came before the end of the delivery");
}

static int call_unheld(slack_ctx_t *ctx, void *user_data)
{
    int rc = ack(ctx);
    if (rc == 0) rc = slack_ctx_on_done(ctx, note_end, NULL);
    return rc ? rc : slack_callf(slack_ctx_client(ctx), "api.test", note_answer, NULL, "{}");
}

KIT_TEST(test_answers_follow_an_unheld_delivery)
{
    for (unsigned i = 0; i < 3; i++)
        slack_test_expect(kit, "api.test", NULL);
    deliver_to(call_unheld, SLACK_RUN_LOOP);
    assert_int_equal(answered_after_end, 3);
    finish(0);
}

/* ---- slack_call_then() ---- */

static int greet(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    const int rc = slack_response_status(response);
    return rc ? rc : slack_say(ctx, "Hello %s", slack_response_str(response, "/user/name"));
}

static int second(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    return slack_call_then(ctx, "users.info", greet, NULL, "{user: %s}", slack_ctx_user(ctx));
}

static int call_then(slack_ctx_t *ctx, void *user_data)
{
    int rc = ack(ctx);
    if (rc == 0) rc = slack_ctx_on_done(ctx, note_end, NULL);
    return rc ? rc : slack_call_then(ctx, "api.test", second, NULL, "{}");
}

static void run_call_then(enum slack_run run)
{
    for (unsigned i = 0; i < 3; i++) {
        slack_test_expect(kit, "api.test", NULL);
        slack_test_expect(kit, "users.info", "{user: 'U0TEST'}");
        slack_test_answer(kit, "{ok: true, user: {name: 'Ada'}}");
        slack_test_expect(kit, "chat.postMessage", "{text: 'Hello Ada'}");
    }
    deliver_to(call_then, run);
    assert_int_equal(ended, 3);
    finish(0);
}

KIT_TEST(test_call_then_holds_its_ctx)
{
    run_call_then(SLACK_RUN_LOOP);
}

KIT_TEST(test_call_then_on_a_worker)
{
    run_call_then(SLACK_RUN_WORKER);
}

static int ignore_answer(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    return 0;
}

static int return_one(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    return 1;
}

static const struct then_case {
    slack_then_fn fn;
    int returned, status;
} then_cases[] = {
    {greet, 0, SLACK_EAPI},
    {NULL, 0, SLACK_EAPI},
    {ignore_answer, 0, 0},
    {return_one, 0, SLACK_EINVAL},
    {greet, SLACK_ETEMPLATE, SLACK_ETEMPLATE},
};

static int call_by_case(slack_ctx_t *ctx, void *user_data)
{
    const struct then_case *c = *(const struct then_case **)user_data;
    const int rc = c->returned ? slack_call_then(ctx, "users.info", c->fn, NULL, "{a: }")
                               : slack_call_then(ctx, "users.info", c->fn, NULL, "{}");
    assert_int_equal(rc, c->returned);
    return rc;
}

KIT_TEST(test_call_then_failures)
{
    const struct then_case *c = then_cases;
    slack_on_event(slack_test_app(kit), "x", call_by_case, &c);
    for (size_t i = 0; i < sizeof then_cases / sizeof *then_cases; i++, c++) {
        if (c->returned == 0) {
            slack_test_expect(kit, "users.info", NULL);
            slack_test_answer_error(kit, "user_not_found");
        }
        slack_test_event(kit, "{type: 'x'}");
        slack_test_expect_status(kit, c->status);
    }
    finish(0);
}
