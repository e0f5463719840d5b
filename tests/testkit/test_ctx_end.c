/* SPDX-License-Identifier: MIT */
/* Calls whose answer comes after their handler has returned, and uses of a ctx after its end. */
#include <slack/slack.h>
#include <slack/test.h>

#include "support/headers.h"
#include "support/heap.h"
#include "support/test.h"

static slack_test_t *kit;
static unsigned ended, answered;
static unsigned reports; /* log lines about a ctx that was used after its end */
static char report[1024];

static void take_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    if (!strstr(line, "ctx used after its end")) return;
    assert_int_equal(level, SLACK_LOG_ERROR);
    reports++;
    snprintf(report, sizeof report, "%.*s", (int)len, line);
}

static int open_kit(void **state)
{
    ended = answered = reports = 0;
    return slack_test_new(&kit, &(slack_test_options_t){.log_fn = take_line});
}

static void free_kit(void)
{
    slack_test_free(kit);
    kit = NULL;
}

static int close_kit(void **state)
{
    free_kit();
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

static slack_ctx_t *old;
static slack_client_t *old_client;

static void use_after_end(const slack_response_t *response, void *user_data)
{
    assert_int_equal(ended, ++answered);
    assert_int_equal(slack_say(user_data, "too late"), SLACK_EALREADY);
    assert_int_equal(reports, answered);
    assert_non_null(strstr(report, "function=slack_say "));
    assert_non_null(strstr(report, "slack_call_then()"));
}

static int call_unheld(slack_ctx_t *ctx, void *user_data)
{
    int rc = ack(ctx);
    if (rc == 0) rc = slack_ctx_on_done(ctx, note_end, NULL);
    if (rc == 0) rc = slack_callf(slack_ctx_client(ctx), "api.test", use_after_end, ctx, "{}");
    return rc ? rc : slack_say(ctx, "for this answer the delivery waits");
}

KIT_TEST(test_a_callback_that_holds_nothing_finds_the_delivery_ended)
{
    for (unsigned i = 0; i < 6; i++)
        slack_test_expect(kit, i % 2 ? "chat.postMessage" : "api.test", NULL);
    deliver_to(call_unheld, SLACK_RUN_LOOP);
    assert_int_equal(answered, 3);
    finish(SLACK_EMISMATCH);
}

/* ---- slack_call_then() ---- */

static int greet(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    const int rc = slack_response_status(response);
    return rc ? rc : slack_say(ctx, "Hello %s", slack_response_str(response, "/user/name"));
}

static int second(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    return slack_call_thenf(ctx, "users.info", greet, NULL, "{user: %s}", slack_ctx_user(ctx));
}

static int call_then(slack_ctx_t *ctx, void *user_data)
{
    int rc = ack(ctx);
    if (rc == 0) rc = slack_ctx_on_done(ctx, note_end, NULL);
    return rc ? rc : slack_call_thenf(ctx, "api.test", second, NULL, "{}");
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
    const int rc = c->returned ? slack_call_thenf(ctx, "users.info", c->fn, NULL, "{a: }")
                               : slack_call_thenf(ctx, "users.info", c->fn, NULL, "{user: 1}");
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

/* ---- every function after the end ---- */

static char *ids[] = {"C0TEST", NULL};
static const slack_key_t key = {"key", NULL};
static slack_json_list_t list;

/* Calls on a ctx `c`, with the JSON value `j`, by what they return. */
/* clang-format off */
#define RETURN_ERRORS(X)                                                                           \
    X(slack_ack(c)) X(slack_ack_text(c, "x")) X(slack_ack_json(c, j)) X(slack_ack_errors(c, j))    \
    X(slack_ack_update(c, j)) X(slack_ack_push(c, j)) X(slack_ack_clear(c))                        \
    X(slack_ack_options(c, j)) X(slack_ack_option_groups(c, j))                                    \
    X(slack_ctx_set_assistant_context(c, j)) X(slack_set_status(c, "x"))                           \
    X(slack_set_title(c, "x")) X(slack_set_prompts(c, NULL, j))                                    \
    X(slack_call_then(c, slack_request("api.test", j), NULL, NULL))                                \
    X(slack_call_thenf(c, "api.test", NULL, NULL, "{}"))                                           \
    X(slack_call_wait(c, slack_request("api.test", j), NULL))                                      \
    X(slack_pages_then(c, slack_request("api.test", j), 0, NULL, NULL))                            \
    X(slack_upload_then(c, NULL, NULL, NULL)) X(slack_download_then(c, NULL, NULL, NULL))          \
    X(slack_upload_wait(c, NULL, NULL)) X(slack_download_wait(c, NULL, NULL))                      \
    X(slack_say(c, "x")) X(slack_say_json(c, j))                                                   \
    X(slack_respond(c, "x")) X(slack_respond_json(c, j)) X(slack_ctx_on_done(c, note_end, NULL))   \
    X(slack_complete(c, j)) X(slack_fail(c, "x")) X(slack_defer(c, "x", j))                        \
    X(slack_defer_job(c, &(slack_job_t){.name = "x", .args = j})) X(slack_reply(c, "x"))           \
    X(slack_reply_json(c, j)) X(slack_say_ephemeral(c, "x")) X(slack_say_then(c, j, NULL, NULL))   \
    X(slack_post(c, slack_request("chat.update", j)))                                              \
    X(slack_post_with(c, &(slack_post_options_t){.request = slack_request("chat.update", j)}))             \
    X(slack_update_said(c, j)) X(slack_delete_said(c)) X(slack_update(c, "1.0", j))                \
    X(slack_delete(c, "1.0")) X(slack_react(c, "x")) X(slack_unreact(c, "x")) X(slack_next(c))     \
    X(slack_only_in_channels(c, ids)) X(slack_only_for_users(c, ids))                              \
    X(slack_only_mentions(c, 0)) X(slack_limit_users(c, NULL)) X(slack_ctx_set(c, &key, ids))      \
    X(slack_fetch_then(c, NULL, NULL, NULL)) X(slack_fetch_wait(c, NULL, NULL))                    \
    X(slack_webhook_then(c, "https://hooks.slack.com/x", j, NULL, NULL))                            \
    X(slack_view_open(c, j)) X(slack_view_push(c, j)) X(slack_view_update(c, NULL, NULL, j))       \
    X(slack_view_publish(c, NULL, NULL, j))
#define RETURN_STRINGS(X)                                                                          \
    X(slack_ctx_match(c, 0)) X(slack_ctx_listener(c)) X(slack_ctx_team(c))                         \
    X(slack_ctx_enterprise(c)) X(slack_ctx_user(c)) X(slack_ctx_channel(c))                        \
    X(slack_ctx_thread_ts(c)) X(slack_ctx_ts(c)) X(slack_ctx_actor_user(c))                        \
    X(slack_ctx_actor_team(c)) X(slack_ctx_actor_enterprise(c)) X(slack_ctx_app_id(c))             \
    X(slack_ctx_trigger_id(c)) X(slack_ctx_response_url(c)) X(slack_ctx_bot_user(c))               \
    X(slack_ctx_bot_id(c)) X(slack_ctx_retry_reason(c)) X(slack_ctx_transport(c))                  \
    X(slack_ctx_function_execution_id(c)) X(slack_ctx_said_ts(c)) X(slack_ctx_said_channel(c))
#define RETURN_NOTHING(X)                                                                          \
    X(slack_ctx_kind(c)) X(slack_ctx_body(c)) X(slack_ctx_event(c)) X(slack_ctx_action(c))         \
    X(slack_ctx_is_edit(c)) X(slack_ctx_is_enterprise_install(c)) X(slack_ctx_trigger_left_ms(c))  \
    X(slack_ctx_attempt(c)) X(slack_ctx_due_ms(c)) X(slack_ctx_retry_num(c))                       \
    X(slack_ctx_ack_left_ms(c)) X(slack_ctx_ack_late_ms(c)) X(!slack_ctx_canceled(c))              \
    X(slack_ctx_recovered(c)) X(slack_ctx_installation(c))                                         \
    X(slack_ctx_app(c)) X(slack_ctx_client(c)) X(slack_ctx_user_client(c)) X(slack_ctx_inputs(c))  \
    X(slack_ctx_assistant_context(c)) X(slack_ctx_get(c, &key)) X(slack_json_text(c, j))           \
    X(!slack_pager(c, slack_request("api.test", j), 0)) X(slack_stream(c, NULL))                    \
    X(slack_escape(c, "x")) X(slack_mention(c, "U1")) X(slack_link(c, "https://x", "x"))           \
    X(slack_date(c, 1, NULL, NULL)) X(slack_ctx_strerror(c, SLACK_EIO) != slack_strerror(SLACK_EIO))
#define RETURN_FAILED_VALUES(X)                                                                    \
    X(slack_jsonf(c, "{}")) X(slack_json_file(c, "/dev/null", NULL))                               \
    X(slack_json_parse(c, "1", 1)) X(slack_json_array(c, &j, 1))
#define RETURN_VOID(X)                                                                             \
    X(slack_ctx_hold(c)) X(slack_ctx_release(c, 0)) X(slack_json_add(c, &list, j))
/* clang-format on */

static char names[8192]; /* of the functions that were called, between blanks */

/* A use of an ended ctx has left one line, which names the function and the listener. */
static void check_report(const char *call, bool reported)
{
    char name[64], function[96];
    sscanf(*call == '!' ? call + 1 : call, "%63[a-z_]", name);
    snprintf(names + strlen(names), sizeof names - strlen(names), " %s ", name);
    snprintf(function, sizeof function, "function=%s listener=command:/go", name);
    if (reports != reported || (reported && !strstr(report, function)))
        fail_msg("%s: %u lines: %s", call, reports, report);
    reports = 0;
    *report = '\0';
}

static int returned_error, want;
static const slack_json_t *j;

static void use_everything(slack_ctx_t *c, bool reported)
{
#define ERRORS(call)                                                                               \
    returned_error = call;                                                                         \
    check_report(#call, reported);                                                                 \
    assert_int_equal(returned_error, want);
#define STRINGS(call)                                                                              \
    assert_string_equal(call, "");                                                                 \
    check_report(#call, reported);
#define NOTHING(call)                                                                              \
    assert_true(!(call));                                                                          \
    check_report(#call, reported);
#define FAILED_VALUES(call)                                                                        \
    assert_int_equal(slack_json_error(call), SLACK_EINVAL);                                        \
    check_report(#call, reported);
#define VOID(call)                                                                                 \
    call;                                                                                          \
    check_report(#call, reported);
    RETURN_ERRORS(ERRORS)
    RETURN_STRINGS(STRINGS)
    RETURN_NOTHING(NOTHING)
    RETURN_FAILED_VALUES(FAILED_VALUES)
    RETURN_VOID(VOID)
}

static int keep_ctx(slack_ctx_t *ctx, void *user_data)
{
    old = ctx;
    old_client = slack_ctx_client(ctx);
    return slack_ack(ctx);
}

KIT_TEST(test_every_function_after_the_end)
{
    slack_json_pool_t *pool = slack_json_pool_new();
    j = slack_pool_jsonf(pool, "{text: 'x'}");
    slack_on_command(slack_test_app(kit), "/go", keep_ctx, NULL);
    slack_test_command(kit, "/go", "");
    want = SLACK_EALREADY;
    use_everything(old, true);
    want = SLACK_EINVAL;
    use_everything(NULL, false);
    headers_expect_cases(".*", "(const )?slack_ctx_t \\*ctx", names);
    finish(SLACK_EMISMATCH);
    free_kit(); /* nobody is left to log it */
    want = SLACK_EALREADY;
    use_everything(old, false);
    slack_json_pool_free(pool);
}

KIT_TEST(test_a_client_ends_with_its_delivery)
{
    slack_on_command(slack_test_app(kit), "/go", keep_ctx, NULL);
    slack_test_command(kit, "/go", "");
    assert_int_equal(slack_callf(old_client, "api.test", NULL, NULL, "{}"), SLACK_EALREADY);
    assert_non_null(strstr(report, "function=slack_callf listener=command:/go"));
    assert_int_equal(
        slack_call(old_client, slack_request("api.test", slack_jsonf(NULL, "{}")), NULL, NULL),
        SLACK_EALREADY);
    assert_int_equal(reports, 2);
    finish(SLACK_EMISMATCH);
    free_kit();
    assert_int_equal(slack_callf(old_client, "api.test", NULL, NULL, "{}"), SLACK_EALREADY);
}

/* ---- who may use a ctx ---- */

static void read_ctx(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    assert_string_equal(slack_ctx_listener(ctx), "event:x");
    ended++;
}

static void read_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    read_ctx(ctx, NULL, NULL);
}

static int fail_for_good(slack_ctx_t *ctx, void *user_data)
{
    int rc = slack_ctx_on_done(ctx, read_ctx, NULL);
    return rc ? rc : SLACK_EINVAL;
}

KIT_TEST(test_hooks_may_read_their_ctx)
{
    slack_on_event(slack_test_app(kit), "x", fail_for_good, NULL);
    slack_on_dead(slack_test_app(kit), read_dead, NULL);
    slack_test_event(kit, "{type: 'x'}");
    slack_test_expect_status(kit, SLACK_EINVAL);
    assert_int_equal(ended, 2);
    assert_int_equal(reports, 0);
    finish(0);
}

/* The memory of the last thousand deliveries is kept, and of no more. */
KIT_TEST(test_memory_of_ended_deliveries_is_bounded)
{
    slack_on_command(slack_test_app(kit), "/go", keep_ctx, NULL);
    size_t before = 0;
    for (unsigned i = 0; i < 1200; i++) {
        if (i == 1100) before = heap_live();
        slack_test_command(kit, "/go", "");
    }
    assert_in_range(heap_live(), before, before + 300);
    finish(0);
}
