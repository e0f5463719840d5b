/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/fake_slack.h"
#include "support/heap.h"
#include "support/test.h"

/* A failing handler is run at most ATTEMPTS times, for every return value and whatever it did
 * before it failed. */

#define ATTEMPTS 3

static app_fixture_t f;
static unsigned runs, deads, limit; /* slack_listener_t.attempts */

static void count_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    deads++;
}

static void open_with(slack_handler_fn fn, void *user_data)
{
    runs = deads = 0;
    app_open(&f,
             &(slack_options_t){.store = "memory:", .max_attempts = ATTEMPTS, .max_calls = 256});
    slack_listener_t listener = {.kind = SLACK_KIND_EVENT, .message = 1, .attempts = limit};
    listener.fn = fn;
    listener.user_data = user_data;
    assert_int_equal(slack_listen(f.app, &listener), 0);
    slack_on_dead(f.app, count_dead, NULL);
    app_ready(&f);
}

static void deliver(void)
{
    app_ack_t ack = {0};
    app_deliver(&f, APP_MESSAGE("1", "x"), &ack);
    app_run_until_idle(&f);
    for (unsigned i = 0; i < 3 * ATTEMPTS; i++)
        app_pass_and_claim(&f, LONG_MS);
}

static size_t calls_of(const char *method)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_slack_count(f.slack); i++)
        count += strcmp(fake_slack_call(f.slack, i)->method, method) == 0;
    return count;
}

/* ---- return values ---- */

static int return_it(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    return *(const int *)user_data;
}

/* Every error code, and some numbers that are not codes. */
TEST(test_every_code)
{
    static const int codes[] = {
#define X(name, value, text) value,
        SLACK_ERROR_MAP(X)
#undef X
            1,
        -1,
        42,
        INT_MIN,
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        int code = codes[i];
        open_with(return_it, &code);
        deliver();
        assert_in_range(runs, 1, ATTEMPTS);
        assert_int_equal(deads, 1);
        app_close(&f);
    }
}

/* ---- messages sent before the failure ---- */

static int say_and_return(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = slack_say(ctx, "Working on it…");
    return rc ? rc : *(const int *)user_data;
}

TEST(test_a_message_is_repeated_no_more_often)
{
    static const int codes[] = {SLACK_EBUSY, SLACK_ENOMEM, SLACK_ESTORE, SLACK_ECANCELED,
                                SLACK_ECLOSED};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        int code = codes[i];
        open_with(say_and_return, &code);
        deliver();
        assert_int_equal(runs, ATTEMPTS);
        assert_int_equal(calls_of("chat.postMessage"), ATTEMPTS);
        assert_int_equal(deads, 1);
        app_close(&f);
    }
}

/* In the first attempt the heap is exhausted, which is not the handler's failure. */
static int want_heap(slack_ctx_t *ctx, void *user_data)
{
    static char large[100000];
    if (runs++ > 0) return SLACK_EIO;
    heap_fail_at(0, true);
    int rc = slack_json_error(slack_jsonf(ctx, "'%.*s'", (int)sizeof large, large));
    assert_true(heap_heal());
    return rc;
}

/* A listener with one attempt does not run again after a call has succeeded, whatever its error.
 * An attempt that the app itself had no room for does not count. */
TEST(test_a_listener_with_one_attempt)
{
    static int busy = SLACK_EBUSY;
    static const struct {
        slack_handler_fn fn;
        unsigned runs;
    } cases[] = {{return_it, 1}, {say_and_return, 1}, {want_heap, 2}};
    limit = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_with(cases[i].fn, &busy);
        deliver();
        assert_int_equal(runs, cases[i].runs);
        assert_int_equal(deads, 1);
        app_close(&f);
    }
    limit = 0;
}

/* Makes more calls than may be in flight at once. */
static int say_too_much(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = 0;
    for (int i = 0; i < 300 && rc == 0; i++)
        rc = slack_say_jsonf(ctx, "{channel: '%s%d', text: 'x'}", "C", i);
    return rc;
}

APP_CLOSED(test_too_many_calls_of_its_own)
{
    open_with(say_too_much, NULL);
    deliver();
    assert_int_equal(runs, ATTEMPTS);
    assert_true(calls_of("chat.postMessage") <= 256 * ATTEMPTS);
    assert_int_equal(deads, 1);
}

/* ---- a message and its update ---- */

static int say_and_update(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = slack_say(ctx, "Working on it…");
    return rc ? rc : slack_update_saidf(ctx, "{text: 'Done'}");
}

static int say_and_delete(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = slack_say(ctx, "first");
    if (rc == 0) rc = slack_say(ctx, "second");
    if (rc == 0) rc = slack_update_saidf(ctx, "{text: 'third'}");
    return rc ? rc : slack_delete_said(ctx);
}

static void assert_calls(size_t count, const char *const *methods)
{
    assert_int_equal(fake_slack_count(f.slack), count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(fake_slack_call(f.slack, i)->method, methods[i]);
}

APP_CLOSED(test_a_change_waits_for_its_message)
{
    static const char *const update[] = {"chat.postMessage", "chat.update"};
    open_with(say_and_update, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'17.1'}");
    deliver();
    assert_int_equal(runs, 1);
    assert_calls(2, update);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 1)->args, "/ts"), "17.1");
    assert_int_equal(deads, 0);
}

APP_CLOSED(test_changes_are_of_the_last_message)
{
    static const char *const all[] = {"chat.postMessage", "chat.postMessage", "chat.update",
                                      "chat.delete"};
    open_with(say_and_delete, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'17.1'}");
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'17.2'}");
    deliver();
    assert_int_equal(runs, 1);
    assert_calls(4, all);
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 2)->args, "/ts"), "17.2");
    assert_string_equal(slack_json_str(fake_slack_call(f.slack, 3)->args, "/ts"), "17.2");
}

static int say_delete_say(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = slack_say(ctx, "first");
    if (rc == 0) rc = slack_delete_said(ctx);
    return rc ? rc : slack_say(ctx, "second");
}

/* An update belongs to the message that was the last one when the handler called. */
APP_CLOSED(test_a_change_stays_with_its_message)
{
    open_with(say_delete_say, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'17.1'}");
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':true,'channel':'C1','ts':'17.2'}");
    deliver();
    assert_int_equal(runs, 1);
    assert_int_equal(calls_of("chat.delete"), 1);
    for (size_t i = 0; i < fake_slack_count(f.slack); i++) {
        const fake_call_t *call = fake_slack_call(f.slack, i);
        if (strcmp(call->method, "chat.delete") == 0)
            assert_string_equal(slack_json_str(call->args, "/ts"), "17.1");
    }
}

/* A message that was not posted cannot be updated: its error becomes the delivery's. */
APP_CLOSED(test_a_message_that_is_not_there)
{
    static const char *const only[] = {"chat.postMessage"};
    open_with(say_and_update, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 200, "{'ok':false,'error':'is_archived'}");
    deliver();
    assert_int_equal(runs, 1);
    assert_calls(1, only);
    assert_int_equal(deads, 1);
}

/* ---- order ---- */

static int count_to_twelve(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    int rc = 0;
    for (int i = 0; i < 12 && rc == 0; i++)
        rc = slack_say(ctx, "%d", i);
    return rc;
}

/* The first message is sent twice; the others wait for it. */
APP_CLOSED(test_messages_keep_their_order)
{
    open_with(count_to_twelve, NULL);
    fake_slack_answer(f.slack, "chat.postMessage", 429, "{'ok':false,'error':'ratelimited'}");
    deliver();
    assert_int_equal(runs, 1);
    assert_int_equal(fake_slack_count(f.slack), 13);
    for (size_t i = 1; i < 13; i++) {
        char text[16];
        snprintf(text, sizeof text, "%zu", i - 1);
        assert_string_equal(slack_json_str(fake_slack_call(f.slack, i)->args, "/text"), text);
    }
}

/* ---- answers that are not Slack's ---- */

static int say_once(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    return slack_say(ctx, "x");
}

/* A page of a proxy, or half an answer, does not tell whether Slack took the call. Slack's own
 * answer does. */
TEST(test_garbage_is_retried_and_a_refusal_is_not)
{
    static const struct {
        int status;
        const char *body;
        unsigned runs;
    } answers[] = {
        {503, "<html>Bad Gateway</html>", 2},
        {200, "<html>Log in</html>", 2},
        {200, "", 2},
        {200, "{\"ok\":tr", 2},
        {200, "{}", 2},
        {404, "Not Found", 2},
        {200, "{\"ok\":false,\"error\":\"internal_error\"}", 2},
        {200, "{\"ok\":false,\"error\":\"no_text\"}", 1},
        {500, "{\"ok\":false,\"error\":\"no_text\"}", 1},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        open_with(say_once, NULL);
        fake_slack_answer(f.slack, "chat.postMessage", answers[i].status, answers[i].body);
        deliver();
        assert_int_equal(runs, answers[i].runs);
        assert_int_equal(deads, answers[i].runs == 1);
        app_close(&f);
    }
}
