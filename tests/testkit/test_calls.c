/* SPDX-License-Identifier: MIT */
/* The calls that a test expects, and their answers. */
#include "app/inspect.h"
#include "support/kit.h"
#include "support/test.h"

FINE_TEST(test_order_of_expectations)
{
    slack_test_expect(kit, "response_url", NULL);
    slack_test_expect(kit, "chat.postMessage", "{text: 'b by U0TEST in C0TEST'}");
    slack_test_expect(kit, "chat.postMessage", "{text: 'a by U0TEST in C0TEST'}");
    slack_test_action(kit, "go", "a");
    slack_test_action(kit, "go", "b");
    slack_test_command(kit, "/later", "");
}

FINE_TEST(test_an_error)
{
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_error(kit, "channel_not_found");
    slack_test_message(kit, "hello");
    slack_test_expect_status(kit, SLACK_EAPI);
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_lost(kit, SLACK_ECLOSED);
    slack_test_message(kit, "hello");
    slack_test_expect_status(kit, SLACK_ECLOSED);
}

FINE_TEST(test_a_time_out)
{
    int status;
    int64_t before = slack_test_wall_ms(kit);
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_after_ms(kit, 60000);
    slack_test_message(kit, "hello");
    assert_int_equal(slack_test_status(kit, &status), SLACK_EBUSY);
    slack_test_advance_ms(kit, 29999);
    assert_int_equal(slack_test_status(kit, &status), SLACK_EBUSY);
    slack_test_advance_ms(kit, 1);
    slack_test_expect_status(kit, SLACK_ETIMEDOUT);
    assert_int_equal(slack_test_wall_ms(kit) - before, 30000);
}

FINE_TEST(test_a_slow_answer)
{
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_after_ms(kit, 5000);
    slack_test_message(kit, "hello");
    slack_test_advance_ms(kit, 5000);
    slack_test_expect_status(kit, 0);
}

static void check_tries(const char *method, unsigned limited, unsigned repeated)
{
    const slack_call_counts_t *calls = &slack__inspect_counters(slack_test_app(kit))->calls;
    size_t i = 0;
    while (i < calls->method_count && strcmp(calls->methods[i].name, method) != 0)
        i++;
    assert_true(i < calls->method_count);
    assert_int_equal(calls->methods[i].limited, limited);
    assert_int_equal(calls->methods[i].repeated, repeated);
}

FINE_TEST(test_a_rate_limit)
{
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_limited(kit, 7);
    slack_test_message(kit, "hello");
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_after_ms(kit, 100);
    slack_test_advance_ms(kit, 6999);
    assert_int_equal(slack_test_call_count(kit), 1);
    slack_test_advance_ms(kit, 101); /* the rate limit, and the delay of the answer */
    assert_int_equal(slack_test_call_count(kit), 2);
    slack_test_expect_status(kit, 0);
    check_tries("chat.postMessage", 1, 1);
}

FINE_TEST(test_a_call_that_never_left)
{
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer_lost(kit, SLACK_ECONNECT);
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_message(kit, "hello");
    slack_test_advance_ms(kit, 60000);
    slack_test_expect_status(kit, 0);
}

static int call_by_name(slack_ctx_t *ctx, void *user_data)
{
    const char *method = slack_json_str(slack_ctx_body(ctx), "/text");
    const slack_json_t *args =
        slack_jsonf(ctx, "{channel: 'C1', user: 'U1', name: 'x', text: 'x'}");
    slack_client_repeat(slack_ctx_client(ctx), *(bool *)user_data);
    const int rc = slack_call(slack_ctx_client(ctx), slack_request(method, args), NULL, NULL);
    return rc ? rc : slack_ack(ctx);
}

/* A read is sent again; a message only if the program has asked for it. Otherwise the user of the
 * command reads that it has failed. */
FINE_TEST(test_a_lost_answer)
{
    static const struct {
        const char *method;
        bool opted, again;
    } cases[] = {{"users.info", false, true},
                 {"conversations.history", false, true},
                 {"reactions.remove", false, true},
                 {"chat.postMessage", false, false},
                 {"conversations.create", false, false},
                 {"chat.postMessage", true, true}};
    bool opted;
    slack_on_command(slack_test_app(kit), "/call", call_by_name, &opted);
    static const int ways[] = {SLACK_ETIMEDOUT, SLACK_ECLOSED, SLACK_EHTTP};
    for (size_t i = 0; i < 3 * sizeof cases / sizeof *cases; i++) {
        const int lost = ways[i % 3];
        const bool again = cases[i / 3].again;
        opted = cases[i / 3].opted;
        slack_test_expect(kit, cases[i / 3].method, NULL);
        if (lost == SLACK_EHTTP)
            slack_test_answer_http(kit, 503, NULL, "<html>");
        else
            slack_test_answer_lost(kit, lost);
        slack_test_expect(kit, again ? cases[i / 3].method : "response_url", NULL);
        slack_test_command(kit, "/call", cases[i / 3].method);
        slack_test_advance_ms(kit, 60000);
        assert_int_equal(slack_test_call_count(kit), 2 * (i + 1));
        slack_test_expect_status(kit, again ? 0 : lost);
    }
    check_tries("users.info", 0, 3);
    check_tries("chat.postMessage", 0, 3);
    check_tries("conversations.create", 0, 0);
}

FINE_TEST(test_the_last_ts_is_that_of_the_newest_answer)
{
    assert_string_equal(slack_test_last_ts(kit), "");
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_answer(kit, "{ok: true, ts: '7.7'}");
    slack_test_message(kit, "hello");
    assert_string_equal(slack_test_last_ts(kit), "7.7");
    slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_message(kit, "hello");
    assert_string_not_equal(slack_test_last_ts(kit), "7.7");
}

KIT_TEST(test_an_unexpected_call_has_the_line_of_its_delivery)
{
    slack_test_command(kit, "/echo", "x");
    int line = __LINE__ + 1;
    slack_test_message(kit, "hello");
    slack_test_command(kit, "/echo", "x");
    KIT_COMPLAINS_AT(line, "unexpected call of chat.postMessage with {");
}

KIT_TEST(test_other_arguments)
{
    slack_test_expect(kit, "chat.postMessage", "{channel: 'C0TEST', text: 'Goodbye'}");
    slack_test_message(kit, "hello");
    kit_complains("not with {\"channel\":\"C0TEST\",\"text\":\"Goodbye\"}: they differ at /text");
}

KIT_TEST(test_a_call_that_was_not_made_has_the_line_of_its_expectation)
{
    int line = __LINE__ + 1;
    slack_test_expect(kit, "chat.postMessage", "{text: 'x'}");
    slack_test_command(kit, "/echo", "x");
    KIT_COMPLAINS_AT(line, "chat.postMessage was not called with {\"text\":\"x\"}");
}

KIT_TEST(test_a_template)
{
    const char *why;
    assert_int_equal(slack_test_expect(kit, "chat.postMessage", "{a: }"), SLACK_ETEMPLATE);
    assert_int_equal(slack_test_finish(kit, &why), SLACK_ETEMPLATE);
    assert_non_null(strstr(why, "at byte 4 of the template {a: }"));
}

/* ---- a pace ---- */

static unsigned posted, timed_out;

static int count_posts(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    posted += slack_response_status(response) == 0;
    timed_out += slack_response_status(response) == SLACK_ETIMEDOUT;
    return 0;
}

static int post_often(slack_ctx_t *ctx, void *user_data)
{
    for (unsigned i = 0; i < 40; i++)
        slack_call_then(ctx, slack_chat_postMessage(.channel = "C1", .text = "x"), count_posts,
                        NULL);
    return 0;
}

/* By each client that has the token of the bot. */
static int list_by_each(slack_ctx_t *ctx, void *user_data)
{
    slack_app_t *app = slack_ctx_app(ctx);
    slack_client_t *other = slack_client_new(app, "xoxb-test");
    slack_client_t *const clients[] = {slack_ctx_client(ctx), slack_app_client(app), other};
    for (unsigned i = 0; i < 30; i++)
        slack_callf(clients[i % 3], "users.list", NULL, NULL,
                    i % 2 && clients[i % 3] != other ? "{team_id: 'T0TEST'}" : "{}");
    slack_client_free(other);
    return 0;
}

/* Clients with one token share its rate: a tier of 20 a minute, four of them at once. */
TEST(a_token_has_one_rate)
{
    const slack_test_options_t options = {.pace = SLACK_PACE_INTERNAL};
    assert_int_equal(slack_test_new(&kit, &options), 0);
    slack_on_message(slack_test_app(kit), NULL, list_by_each, NULL);
    slack_test_message(kit, "x");
    assert_int_equal(slack_test_call_count(kit), 4);
    slack_test_advance_ms(kit, 60000);
    assert_in_range(slack_test_call_count(kit), 18, 20);
    slack_test_free(kit);
}

static int end_list(slack_ctx_t *ctx, const slack_page_t *page, void *user_data)
{
    return page->status;
}

static int list_all(slack_ctx_t *ctx, void *user_data)
{
    return slack_pages_then(ctx, slack_users_list(.limit = 200), 0, end_list, NULL);
}

/* Each page is a call of the tier of its method. */
TEST(pages_keep_the_rate)
{
    const slack_test_options_t options = {.pace = SLACK_PACE_INTERNAL};
    assert_int_equal(slack_test_new(&kit, &options), 0);
    slack_on_message(slack_test_app(kit), NULL, list_all, NULL);
    for (int n = 1; n <= 6; n++) {
        slack_test_expect(kit, "users.list", NULL);
        slack_test_answer(kit, "{ok: true, members: [], response_metadata: {next_cursor: %s}}",
                          n < 6 ? &"abcdef"[n] : "");
    }
    slack_test_message(kit, "x");
    assert_int_equal(slack_test_call_count(kit), 4);
    slack_test_advance_ms(kit, 3750);
    assert_int_equal(slack_test_call_count(kit), 5);
    slack_test_advance_ms(kit, 3750);
    slack_test_expect_status(kit, 0);
    kit_fine();
    slack_test_free(kit);
}

static unsigned stalls;

static void count_stalls(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    stalls += strstr(line, "every worker waits for the turn of a call") != NULL &&
              strstr(line, user_data) != NULL && strstr(line, "raise SLACK_WORKERS") != NULL;
}

static int wait_for_a_turn(slack_ctx_t *ctx, void *user_data)
{
    const slack_file_t file = {.name = "x.txt", .data = "x", .size = 1};
    const char *method = user_data;
    if (strcmp(method, "users.list") == 0) return slack_call_waitf(ctx, method, NULL, "{}");
    if (strcmp(method, "chat.postMessage") == 0) return slack_say(ctx, "x");
    return slack_upload_wait(ctx, &(slack_upload_t){.files = &file, .count = 1}, NULL);
}

/* No handler runs on a worker while all four wait for a rate. The log says so after 3 s. */
TEST(workers_that_all_wait_are_named)
{
    static const struct {
        char method[40];
        unsigned at_once; /* calls that need not wait */
        unsigned limited_s;
    } cases[] = {
        {"users.list", 4, 0}, {"chat.postMessage", 0, 30}, {"files.getUploadURLExternal", 0, 30}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char method[40];
        const slack_test_options_t options = {
            .pace = SLACK_PACE_INTERNAL, .log_fn = count_stalls, .log_user_data = method};
        snprintf(method, sizeof method, "%s", cases[i].method);
        stalls = 0;
        assert_int_equal(slack_test_new(&kit, &options), 0);
        const slack_listener_t listener = {.kind = SLACK_KIND_COMMAND,
                                           .match = "/wait",
                                           .run = SLACK_RUN_WORKER,
                                           .fn = wait_for_a_turn,
                                           .user_data = method};
        slack_listen(slack_test_app(kit), &listener);
        slack_test_expect(kit, method, NULL);
        if (cases[i].limited_s) slack_test_answer_limited(kit, cases[i].limited_s);
        for (unsigned n = 0; n < cases[i].at_once + 3; n++)
            slack_test_command(kit, "/wait", "");
        slack_test_advance_ms(kit, 500);
        slack_test_command(kit, "/wait", "");
        slack_test_advance_ms(kit, 2999);
        assert_int_equal(stalls, 0);
        slack_test_advance_ms(kit, 1);
        assert_int_equal(stalls, 1);
        slack_test_free(kit);
    }
}

/* A kit keeps Slack's rates on its clock if it is asked to. */
TEST(calls_wait_for_their_turn)
{
    const slack_test_options_t options = {.pace = SLACK_PACE_INTERNAL, .call_wait_ms = 20000};
    posted = timed_out = 0;
    assert_int_equal(slack_test_new(&kit, &options), 0);
    slack_on_message(slack_test_app(kit), NULL, post_often, NULL);
    for (unsigned i = 0; i < 40; i++)
        slack_test_expect(kit, "chat.postMessage", NULL);
    slack_test_message(kit, "x");
    assert_in_range(posted, 1, 10);
    slack_test_advance_ms(kit, 5000);
    assert_in_range(posted, 6, 20);
    slack_test_advance_ms(kit, 20000);
    assert_in_range(timed_out, 1, 39);
    assert_int_equal(posted + timed_out, 40);
    slack_test_free(kit);
}
