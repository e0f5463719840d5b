/* SPDX-License-Identifier: MIT */
/* Slack refuses a token while it is in use: the call asks for another one, and is made again. */

#include "app/inspect.h"
#include "support/alloc_fail.h"
#include "support/desk.h"
#include "support/heap.h"
#include "support/test.h"

static app_fixture_t f;

#define EXPIRED "{'ok':false,'error':'token_expired'}"
#define TEXT    slack_chat_postMessage(.channel = "C1", .text = "x")

static struct {
    unsigned count;
    int status;
    char error[160];
} end;

static void note_end(const slack_response_t *response, void *user_data)
{
    end.count++;
    end.status = slack_response_status(response);
    snprintf(end.error, sizeof end.error, "%s", slack_response_error(response));
}

/* ---- every kind of client ---- */

static int say(slack_ctx_t *ctx)
{
    return slack_say(ctx, "x");
}

static int say_as_user(slack_ctx_t *ctx)
{
    return slack_call(slack_ctx_user_client(ctx), TEXT, NULL, NULL);
}

static int call_then(slack_ctx_t *ctx)
{
    return slack_call_then(ctx, TEXT, NULL, NULL);
}

/* The delivery ends before the call does. */
static int call_and_leave(slack_ctx_t *ctx)
{
    return slack_call(slack_ctx_client(ctx), TEXT, note_end, NULL);
}

static int post(slack_ctx_t *ctx)
{
    return slack_post(ctx, TEXT);
}

static int stream(slack_ctx_t *ctx)
{
    slack_stream_t *text = slack_stream(ctx, &(slack_stream_options_t){.thread_ts = "1.1"});
    const int rc = slack_stream_append(text, "x");
    return rc ? rc : slack_stream_stop(text, NULL, NULL);
}

static int upload(slack_ctx_t *ctx)
{
    static const slack_file_t file = {.name = "a", .data = "a", .size = 1};
    return slack_upload_then(ctx, &(slack_upload_t){.files = &file, .count = 1}, NULL, NULL);
}

static int no_page(const slack_page_t *page, void *user_data)
{
    return 0;
}

static int list(slack_ctx_t *ctx)
{
    return slack_pages(slack_ctx_client(ctx), slack_users_list(.limit = 1), 1, no_page, NULL);
}

static struct row {
    const char *name, *method, *token;
    int (*act)(slack_ctx_t *ctx);
    enum slack_run run;
} rows[] = {
    {"say", "chat.postMessage", "xoxb-T1", say, SLACK_RUN_LOOP},
    {"say_on_a_worker", "chat.postMessage", "xoxb-T1", say, SLACK_RUN_WORKER},
    {"say_as_the_user", "chat.postMessage", "xoxp-U1", say_as_user, SLACK_RUN_LOOP},
    {"call_then", "chat.postMessage", "xoxb-T1", call_then, SLACK_RUN_LOOP},
    {"call_and_leave", "chat.postMessage", "xoxb-T1", call_and_leave, SLACK_RUN_LOOP},
    {"stored_request", "chat.postMessage", "xoxb-T1", post, SLACK_RUN_LOOP},
    {"stream", "chat.startStream", "xoxb-T1", stream, SLACK_RUN_LOOP},
    {"upload", "files.getUploadURLExternal", "xoxb-T1", upload, SLACK_RUN_LOOP},
    {"list", "users.list", "xoxb-T1", list, SLACK_RUN_LOOP},
};

static int act(slack_ctx_t *ctx, void *user_data)
{
    const struct row *row = user_data;
    assert_int_equal(slack_ctx_attempt(ctx), 1);
    desk.version = 1; /* the next lookup has a new token */
    return row->act(ctx);
}

static void open_per_user(void)
{
    slack_authorizer_t how = desk_authorizer();
    how.per_user = true;
    memset(&end, 0, sizeof end);
    desk_open(&f, NULL, &how);
}

static void assert_call(size_t i, const char *method, const char *token, unsigned version)
{
    char want[32];
    app_run_until_calls(&f, i + 1);
    snprintf(want, sizeof want, "%s-%u", token, version);
    assert_string_equal(fake_slack_call(f.slack, i)->method, method);
    assert_string_equal(fake_slack_call(f.slack, i)->token, want);
}

TEST_EACH(each_client_goes_on, rows)
{
    struct row *row = *state;
    app_ack_t ack;
    open_per_user();
    const slack_listener_t listener = {
        .kind = SLACK_KIND_EVENT, .name = "message", .run = row->run, .fn = act, .user_data = row};
    assert_int_equal(slack_listen(f.app, &listener), 0);
    app_ready(&f);
    fake_slack_answer(f.slack, row->method, 200, EXPIRED);
    desk_event(&f, "T1", "message", "U1", &ack);
    assert_call(0, row->method, row->token, 0);
    assert_call(1, row->method, row->token, 1);
    app_run_until_idle(&f);
    assert_int_equal(desk.asked, 2);
    desk_event(&f, "T1", "message", "U1", &ack); /* has the new token from the cache */
    assert_int_equal(desk.asked, 2);
    app_run_until_idle(&f);
    app_close(&f);
}

/* ---- how a refused call goes on ---- */

static slack_client_t *kept; /* of a delivery that is held */

static int keep(slack_ctx_t *ctx, void *user_data)
{
    desk.version = 1;
    kept = slack_ctx_client(ctx);
    slack_ctx_hold(ctx);
    *(slack_ctx_t **)user_data = ctx;
    return 0;
}

static slack_ctx_t *held;

static int open_held(void **state)
{
    app_ack_t ack;
    open_per_user();
    assert_int_equal(slack_on_message(f.app, NULL, keep, &held), 0);
    app_ready(&f);
    desk_event(&f, "T1", "message", "U1", &ack);
    app_spin(&f);
    return 0;
}

static int close_held(void **state)
{
    if (held) slack_ctx_release(held, 0);
    held = NULL;
    return desk_teardown(state);
}
#define HELD_TEST(function) TEST_CASE(function, open_held, close_held, &f)

/* Calls in several channels, because those in one are made one after the other. */
static void call(unsigned times, const char *answer)
{
    for (unsigned i = 0; i < times; i++) {
        fake_slack_answer(f.slack, "chat.postMessage", 200, answer);
        assert_int_equal(slack_callf(kept, "chat.postMessage", note_end, NULL,
                                     "{channel: 'C%d', text: 'x'}", (int)i),
                         0);
    }
}

static void until_ended(unsigned count)
{
    world_until(&f.world, end.count >= count);
    app_spin(&f);
}

HELD_TEST(many_calls_ask_once)
{
    desk.answer = DESK_LATER;
    call(50, EXPIRED);
    app_run_until_calls(&f, 50);
    world_until(&f.world, desk.asked == 2);
    app_spin(&f);
    assert_int_equal(desk_grant(desk.request, "T1"), 0);
    until_ended(50);
    assert_int_equal(end.status, 0);
    assert_int_equal(fake_slack_count(f.slack), 100);
    call(1, "{'ok':true}"); /* the client has the new token from now on */
    assert_call(100, "chat.postMessage", "xoxb-T1", 1);
    until_ended(51);
    assert_int_equal(desk.asked, 2);
    assert_int_equal(world_log_count(&f.world, "it is looked up again"), 1);
    assert_true(world_logged(&f.world, "event=\"call sent again with a new token\" "
                                       "method=chat.postMessage refused=token_expired"));

    assert_false(world_logged(&f.world, "xoxb-"));
}

HELD_TEST(a_chain_of_tokens)
{
    for (unsigned i = 0; i < 5; i++) {
        desk.version = i + 1;
        call(1, EXPIRED);
        until_ended(i + 1);
        assert_int_equal(end.status, 0);
        assert_call(2 * i, "chat.postMessage", "xoxb-T1", i);
        assert_call(2 * i + 1, "chat.postMessage", "xoxb-T1", i + 1);
    }
}

/* Each of these ends with Slack's answer, after so many calls and lookups. */
HELD_TEST(refused_in_the_end)
{
    static const struct {
        const char *answers[2];
        bool refuse;
        unsigned version, calls, lookups;
    } cases[] = {
        {{"token_revoked", "token_revoked"}, false, 1, 2, 1}, /* the new token is dead, too */
        {{"account_inactive"}, false, 1, 1, 1},               /* the function has no newer one */
        {{"invalid_auth"}, true, 1, 1, 1},
        {{"missing_scope"}, false, 2, 1, 0}, /* these say nothing about the token */
        {{"channel_not_found"}, false, 2, 1, 0},
    };
    char answers[2][64];
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t calls = fake_slack_count(f.slack), asked = desk.asked;
        desk.answer = cases[i].refuse ? DESK_REFUSE : DESK_NOW;
        desk.version = cases[i].version;
        for (unsigned k = 0; k < 2 && cases[i].answers[k]; k++) {
            snprintf(answers[k], sizeof answers[k], "{'ok':false,'error':'%s'}",
                     cases[i].answers[k]);
            fake_slack_answer(f.slack, "chat.postMessage", 200, answers[k]);
        }
        assert_int_equal(slack_call(kept, TEXT, note_end, NULL), 0);
        until_ended(i + 1);
        assert_int_equal(end.status, SLACK_EAPI);
        assert_string_equal(end.error, cases[i].answers[0]);
        assert_int_equal(fake_slack_count(f.slack), calls + cases[i].calls);
        assert_int_equal(desk.asked, asked + cases[i].lookups);
        app_pass_ms(&f, 11000); /* a refusal is forgotten */
    }
}

/* A failed lookup says nothing about the call: what follows it may heal. */
HELD_TEST(the_lookup_fails)
{
    desk.answer = DESK_FAIL;
    call(1, EXPIRED);
    until_ended(1);
    assert_int_equal(end.status, SLACK_ENOTFOUND);
    assert_string_equal(end.error, "Slack refused the token (token_expired), and another one could "
                                   "not be looked up: the database is away");
    desk.answer = DESK_LATER;
    call(1, EXPIRED);
    app_run_until_calls(&f, 2);
    world_until(&f.world, desk.asked == 3);
    app_pass_ms(&f, 10000);
    until_ended(2);
    assert_int_equal(end.status, SLACK_ETIMEDOUT);
    desk.answer = DESK_NOW;
    call(1, EXPIRED);
    until_ended(3);
    assert_int_equal(end.status, 0);
}

static int post_while_lookups_fail(slack_ctx_t *ctx, void *user_data)
{
    desk.answer = DESK_FAIL;
    return post(ctx);
}

/* A request whose token cannot be looked up now stays in the store. */
DESK_TEST(a_stored_request_waits_for_a_token, desk_setup)
{
    assert_int_equal(slack_on_message(f.app, NULL, post_while_lookups_fail, NULL), 0);
    app_ready(&f);
    fake_slack_answer(f.slack, "chat.postMessage", 200, EXPIRED);
    desk_message(&f, "T1");
    world_until(&f.world, world_logged(&f.world, "error=SLACK_ENOTFOUND reason=\"Slack refused"));
    desk.answer = DESK_NOW;
    app_pass_and_claim(&f, LONG_MS);
    assert_call(1, "chat.postMessage", "xoxb-T1", 0);
    app_settle(&f);
    assert_int_equal(slack__inspect_counters(f.app)->dead_letters, 0);
}

HELD_TEST(the_app_stops_meanwhile)
{
    desk.answer = DESK_LATER;
    call(3, EXPIRED);
    app_run_until_calls(&f, 3);
    world_until(&f.world, desk.asked == 2);
    slack_app_stop(f.app);
    slack_app_stop(f.app);
    app_spin(&f);
    slack_ctx_release(held, 0);
    held = NULL;
    app_run_until_stopped(&f);
    assert_int_equal(end.count, 3);
    assert_int_equal(end.status, SLACK_ECANCELED);
    assert_int_equal(desk_grant(desk.request, "T1"), SLACK_ECANCELED);
}

/* Without memory for another token, the call ends with Slack's answer, or with SLACK_ENOMEM. */
static bool renew_with_failure(size_t nth, bool all)
{
    const unsigned ends = end.count;
    desk.version++;
    call(2, EXPIRED);
    heap_fail_at(nth, all);
    app_run_until_calls(&f, 1);
    for (unsigned i = 0; i < 20; i++)
        app_spin(&f);
    const bool failed = heap_heal();
    app_pass_ms(&f, 10000); /* the allocation that failed may have been the answer's */
    until_ended(ends + 2);
    if (!failed) assert_int_equal(end.status, 0);
    call(1, "{'ok':true}"); /* takes the answers that are left */
    until_ended(ends + 3);
    return failed;
}

HELD_TEST(out_of_memory)
{
    assert_true(alloc_fail_attempts(renew_with_failure) > 4);
}
