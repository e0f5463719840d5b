/* SPDX-License-Identifier: MIT */
/* The memory of the answers that a handler on a worker gets. */
#include <stdatomic.h>

#include "app/inspect.h"
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/heap.h"
#include "support/test.h"

#define MIB ((size_t)1 << 20)

static app_fixture_t f;
static unsigned runs;
static const char *made; /* the answer to every call but auth.test */

/* ---- a Slack whose answers take no time ---- */

static struct {
    slack_task_t task;
    slack_curl_result_t result;
    slack_curl_fn fn;
    void *user_data;
    void (*closed)(void *user_data);
    unsigned calls;
} slack;

static void answer_now(slack_task_t *task)
{
    if (slack.closed) slack.closed(slack.user_data);
    if (!slack.closed) slack.fn(&slack.result, slack.user_data);
}

static int take_call(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    const bool auth = strstr(request->url, "auth.test") != NULL;
    const char *body =
        auth ? "{\"ok\":true,\"user_id\":\"U0\",\"bot_id\":\"B0\",\"team_id\":\"T0\"}" : made;
    slack.result = (slack_curl_result_t){.http_status = 200,
                                         .reason = "",
                                         .content_type = "application/json",
                                         .retry_after_s = -1,
                                         .body = body,
                                         .body_len = strlen(body)};
    if (slack.result.body_len > request->body_max)
        slack.result = (slack_curl_result_t){
            .status = SLACK_ETOOBIG, .reason = "more than 16777216 bytes", .body = ""};
    slack.calls += !auth;
    slack.fn = fn;
    slack.user_data = user_data;
    slack__task_post(slack__inspect_net(f.app), &slack.task);
    return 0;
}

static void close_slack(void *sender, void (*fn)(void *user_data), void *user_data)
{
    slack.closed = fn;
    slack.user_data = user_data;
    slack__task_post(slack__inspect_net(f.app), &slack.task);
}

/* {"ok":true,"list":["xxx…"], …}: one long string, or many values. */
static void make_answer(size_t size, bool values)
{
    static char text[20 << 20];
    char *at = text + sprintf(text,
                              "{\"ok\":true,\"response_metadata\":{\"next_cursor\":\"c\"},"
                              "\"list\":[%s",
                              values ? "" : "\"");
    for (const char *end = text + size - 4; at < end; at += 2)
        memcpy(at, values ? "1," : "xx", 2);
    strcpy(at, values ? "1]}" : "\"]}");
    made = text;
}

static void run_once(slack_handler_fn fn, enum slack_run run, const char *log)
{
    static const slack_sender_t sender = {take_call, close_slack, NULL};
    memset(&slack, 0, sizeof slack);
    slack__link_init(&slack.task.link);
    slack.task.run = answer_now;
    runs = 0;
    slack__inspect_set_sender(f.app, &sender);
    slack_listen(f.app, &(slack_listener_t){
                            .kind = SLACK_KIND_EVENT, .match = "message", .run = run, .fn = fn});
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, APP_MESSAGE("1", "x"), &ack);
    app_run_until_idle(&f);
    for (unsigned i = 0; i < 20; i++)
        app_pass_and_claim(&f, LONG_MS);
    assert_int_equal(runs, 1);
    if (log && !world_logged(&f.world, log)) fail_msg("no line has %s", log);
    assert_int_equal(world_logged(&f.world, "dead letter"), log != NULL);
}

/* ---- pages ---- */

static size_t early, late;

static int read_pages(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *page = NULL, *inner = NULL;
    int rc = 0;
    runs++;
    for (unsigned i = 0; rc == 0 && i < 200; i++) {
        const char *cursor = slack_response_next_cursor(page);
        rc = slack_call_waitf(ctx, "users.list", &page, "{cursor: %s}", cursor);
        if (rc == 0 && i % 50 == 0) rc = slack_call_waitf(ctx, "users.info", &inner, "{user: 1}");
        if (rc == 0 && i % 50 == 0) rc = slack_say(ctx, "page %u", i);
        if (rc == 0 && *slack_json_str(slack_response_json(page), "/list/0") != 'x') rc = SLACK_EIO;
        if (i == 60) early = heap_bytes();
    }
    late = heap_bytes();
    return rc;
}

APP_TEST(test_two_hundred_pages_take_the_memory_of_one)
{
    make_answer(MIB, false);
    run_once(read_pages, SLACK_RUN_WORKER, NULL);
    assert_int_equal(slack.calls, 208);
    assert_in_range(late, early - 2 * MIB, early + 2 * MIB);
}

/* A method that lies in the answer that its call frees. */
static int call_what_an_answer_names(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *page = NULL;
    runs++;
    int rc = slack_call_waitf(ctx, "users.list", &page, "{}");
    if (rc == 0)
        rc = slack_call_wait(
            ctx, slack_request(slack_response_str(page, "/next"), slack_response_json(page)),
            &page);
    return rc;
}

APP_TEST(a_method_may_lie_in_the_answer_before)
{
    made = "{\"ok\":true,\"next\":\"no method\"}";
    run_once(call_what_an_answer_names, SLACK_RUN_WORKER, "reason=\"no method was not called");
}

/* The variable of a call that fails has no answer of an earlier one, whatever stops the call. */
static int forget_answers(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *const stale = (const slack_response_t *)&f;
    const slack_response_t *r[] = {stale, stale, stale, stale, stale};
    slack_uploaded_t up = {.channel = "stale"};
    slack_downloaded_t down = {.content_type = "stale"};
    slack_page_t page = {.response = stale};
    runs++;
    const int failed[] = {
        slack_call_wait(ctx, slack_users_info(.include_locale = SLACK_YES), &r[0]),
        slack_call_wait(ctx, slack_request("a b", slack_jsonf(ctx, "{}")), &r[1]),
        slack_call_waitf(ctx, "a.b", &r[2], "{text: "),
        slack_call_wait(NULL, slack_auth_test(), &r[3]),
        slack_fetch_wait(ctx, &(slack_fetch_t){0}, &r[4]),
        slack_upload_wait(ctx, &(slack_upload_t){0}, &up),
        slack_upload_wait(NULL, &(slack_upload_t){0}, &up),
        slack_download_wait(ctx, &(slack_download_t){0}, &down),
        slack_pager_next(slack_pager(ctx, slack_users_info(.user = ""), 0), &page) ? 0
                                                                                   : page.status,
    };
    bool fresh = *up.channel == '\0' && *down.content_type == '\0' && page.response == NULL;
    for (size_t i = 0; i < sizeof failed / sizeof *failed; i++)
        fresh = fresh && failed[i] != 0 && (i >= sizeof r / sizeof *r || r[i] == NULL);
    return fresh && up.status == SLACK_EINVAL ? 0 : SLACK_EIO;
}

APP_TEST(a_call_that_fails_leaves_no_earlier_answer)
{
    run_once(forget_answers, SLACK_RUN_WORKER, NULL);
}

APP_TEST(nor_does_one_on_the_loop)
{
    run_once(forget_answers, SLACK_RUN_LOOP, NULL);
}

static int post_long_texts(slack_ctx_t *ctx, void *user_data)
{
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    int rc = 0;
    runs++;
    for (unsigned i = 0; rc == 0 && i < 5000; i++)
        rc = slack_say(ctx, "%s", text);
    return rc;
}

APP_TEST(test_messages_take_no_memory)
{
    made = "{\"ok\":true,\"ts\":\"1.0\",\"channel\":\"C1\"}";
    run_once(post_long_texts, SLACK_RUN_WORKER, NULL);
    assert_int_equal(slack.calls, 5000);
}

/* ---- large ones ---- */

static int read_one(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *all = NULL;
    runs++;
    return slack_call_waitf(ctx, "users.list", &all, "{}");
}

/* What a handler keeps leaves less room for other answers. */
static int keep_one(slack_ctx_t *ctx, void *user_data)
{
    const slack_response_t *kept = NULL, *other = NULL;
    runs++;
    int rc = slack_call_waitf(ctx, "users.list", &kept, "{}");
    return rc == 0 && slack_call_waitf(ctx, "users.list", &other, "{}") == SLACK_EBUSY
               ? 0
               : SLACK_EINVAL;
}

static int keep_all(slack_ctx_t *ctx, void *user_data)
{
    int rc = 0;
    runs++;
    for (unsigned i = 0; rc == 0 && i < 200; i++) {
        const slack_response_t *one = NULL;
        rc = slack_call_waitf(ctx, "users.list", &one, "{}");
    }
    return rc;
}

static int make_much(slack_ctx_t *ctx, void *user_data)
{
    runs++;
    const slack_json_t *value = NULL;
    while (slack_json_error(value) == 0)
        value = slack_jsonf(ctx, "{text: %s}", made);
    return slack_json_error(value);
}

static struct size_case {
    const char *name;
    size_t size;
    bool values;
    slack_handler_fn fn;
    enum slack_run run;
    const char *log; /* NULL: no error */
} sizes[] = {
    {"six MiB", 6 * MIB, false, read_one, SLACK_RUN_WORKER, NULL},
    {"six MiB of values", 6 * MIB, true, read_one, SLACK_RUN_WORKER, NULL},
    {"the largest", 16 * MIB, false, read_one, SLACK_RUN_WORKER, NULL},
    {"one kept", 8 * MIB, true, keep_one, SLACK_RUN_WORKER, NULL},
    {"more than the largest", 16 * MIB + 1, false, read_one, SLACK_RUN_WORKER,
     "error=SLACK_ETOOBIG reason=\"more than 16777216 bytes: "},
    {"too many values", 16 * MIB, true, read_one, SLACK_RUN_WORKER,
     "error=SLACK_ETOOBIG reason=\"the answer takes more than 96 MiB of memory: "},
    {"all kept", MIB, false, keep_all, SLACK_RUN_WORKER,
     "error=SLACK_ETOOBIG reason=\"the answers that this handler keeps would take more "
     "than 96 MiB: "},
    {"made by the handler", MIB, false, make_much, SLACK_RUN_WORKER,
     "error=SLACK_ETOOBIG reason=\"the handler has used up its 16 MiB "},
    {"made on the loop", MIB, false, make_much, SLACK_RUN_LOOP,
     "error=SLACK_ETOOBIG reason=\"the handler has used up its 16 MiB "},
    {"made in small pieces", 60, false, make_much, SLACK_RUN_LOOP,
     "error=SLACK_ETOOBIG reason=\"the handler has used up its 16 MiB "},
};

TEST_EACH(test_sizes, sizes)
{
    const struct size_case *c = *state;
    app_open(&f, &(slack_options_t){.calls_mib = c->fn == keep_one ? 96 : 0});
    make_answer(c->size, c->values);
    run_once(c->fn, c->run, c->log);
    app_close(&f);
    assert_int_equal(heap_live(), 0);
}
