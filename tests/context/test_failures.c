/* SPDX-License-Identifier: MIT */
/* A failure is one line of the log, with a sentence: which call, the cause, the cure. */
#include <limits.h>
#include <slack/api/chat.h>
#include <slack/api/conversations.h>
#include <slack/api/users.h>

#include "support/app_handlers.h"
#include "support/fake_slack.h"
#include "support/headers.h"
#include "support/test.h"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

static app_fixture_t f;

#define MESSAGE APP_MESSAGE("1", "x")
#define HOME    APP_EVENT("1", "'type':'team_rename'")
#define COMMAND APP_COMMAND("/x", "x")
#define VIEW    "{'type':'view_submission','view':{'callback_id':'v'}}"
#define STEP    APP_EVENT("1", "'type':'function_executed','function_execution_id':'Fx1'")
#define OPTIONS "{'type':'block_suggestion','action_id':'o'}"

static const slack_key_t key = {.name = "account"};

static const slack_json_t *many(slack_ctx_t *ctx, size_t count)
{
    slack_json_list_t list = {0};
    for (size_t i = 0; i < count; i++)
        slack_json_add(ctx, &list, slack_jsonf(ctx, "{text: 'x'}"));
    return slack_json_array(ctx, list.items, list.count);
}

/* Formats whose last % has no conversion, as users write it. */
static const char percent[] = "100%";

#define CLIENT  slack_ctx_client(ctx)
#define J(text) slack_jsonf(ctx, text)

static int no_page(slack_ctx_t *ctx, const slack_page_t *page, void *user_data)
{
    return page->status;
}

static int first_page(slack_ctx_t *ctx, slack_request_t request)
{
    slack_page_t page;
    return slack_pager_next(slack_pager(ctx, request, 0), &page) ? 0 : page.status;
}

#define MALFORMED "the format is malformed: pass the text as an argument of %s"

/* X(function, number, delivery, call, what the reason says) */
#define CASES(X)                                                                                   \
    X(slack_ack_text, 3, COMMAND, slack_ack_text(ctx, percent), MALFORMED)                         \
    X(slack_say, 3, MESSAGE, slack_say(ctx, percent), MALFORMED)                                   \
    X(slack_reply, 2, MESSAGE, slack_reply(ctx, percent), MALFORMED)                               \
    X(slack_say_ephemeral, 2, MESSAGE, slack_say_ephemeral(ctx, percent), MALFORMED)               \
    X(slack_say_ephemeral, 3, MESSAGE, slack_say_ephemeral(ctx, "%s", ""), "give it one of them")  \
    X(slack_respond, 2, COMMAND, slack_respond(ctx, percent), MALFORMED)                           \
    X(slack_fail, 2, STEP, slack_fail(ctx, percent), MALFORMED)                                    \
    X(slack_ack, 1, MESSAGE, slack_ack(ctx), "message takes no ack of a handler")                  \
    X(slack_ack, 2, COMMAND, (slack_ack(ctx), slack_ack(ctx)), "has its ack, and this one was")    \
    X(slack_ack_text, 1, COMMAND, slack_ack_text(ctx, "%s", ""), "text is empty: use slack_ack()") \
    X(slack_ack_text, 2, VIEW, slack_ack_text(ctx, "x"), "accepts no such ack")                    \
    X(slack_ack_errors, 1, VIEW, slack_ack_errors(ctx, J("{}")), "there is no error: use")         \
    X(slack_ack_errors, 2, COMMAND, slack_ack_errors(ctx, J("{a: 'b'}")), "the kind view_subm")    \
    X(slack_ack_update, 1, COMMAND, slack_ack_update(ctx, J("{}")), "kind view_submission: use")   \
    X(slack_ack_update, 2, VIEW, slack_ack_update(ctx, J("[]")), "type: pass an object")           \
    X(slack_ack_push, 1, VIEW, slack_ack_push(ctx, NULL), "is NULL: make one with slack_jsonf()")  \
    X(slack_ack_clear, 1, COMMAND, slack_ack_clear(ctx), "kind view_submission: use")              \
    X(slack_ack_options, 1, OPTIONS, slack_ack_options(ctx, many(ctx, 101)), "101 options, Slack") \
    X(slack_ack_option_groups, 1, COMMAND, slack_ack_option_groups(ctx, J("[]")),                  \
      "kind options: use")                                                                         \
    X(slack_ack_json, 1, COMMAND, slack_ack_json(ctx, J("[1]")), "slack_ack_json: command: ")      \
    X(slack_ctx_set_assistant_context, 1, MESSAGE, slack_ctx_set_assistant_context(ctx, NULL),     \
      "is NULL")                                                                                   \
    X(slack_set_status, 1, COMMAND, slack_set_status(ctx, "x"),                                    \
      "not in a thread of the assistant")                                                          \
    X(slack_set_title, 1, COMMAND, slack_set_title(ctx, "x"), "setTitle: command is not in a")     \
    X(slack_set_prompts, 1, MESSAGE, slack_set_prompts(ctx, NULL, J("[]")), "1 to 4 prompts")      \
    X(slack_set_prompts, 2, MESSAGE, slack_set_prompts(ctx, NULL, many(ctx, 5)), "5 prompts")      \
    X(slack_call, 1, MESSAGE, slack_call(CLIENT, slack_request("a b", J("{}")), NULL, NULL),       \
      "a b was not called: ")                                                                      \
    X(slack_call, 2, MESSAGE, slack_call(CLIENT, slack_request("x.y", J("[1]")), NULL, NULL),      \
      "x.y was not called: ")                                                                      \
    X(slack_callf, 1, MESSAGE, slack_callf(CLIENT, "a b", NULL, NULL, "{}"),                       \
      "a b was not called: ")                                                                      \
    X(slack_callf, 2, MESSAGE, slack_callf(CLIENT, "x.y", NULL, NULL, "{a: }"),                    \
      "offset 4: correct")                                                                         \
    X(slack_call, 3, MESSAGE, slack_call(CLIENT, slack_users_info(), NULL, NULL),                  \
      "users.info was not called: the argument user is missing: pass")                             \
    X(slack_call, 4, MESSAGE,                                                                      \
      slack_call(CLIENT, slack_chat_postMessage(.channel = "C1"), NULL, NULL),                     \
      "chat.postMessage was not called: the message is empty: pass text, blocks")                  \
    X(slack_callf, 3, MESSAGE, slack_callf(CLIENT, "views.open", NULL, NULL, "{view: {}}"),        \
      "views.open was not called: the view has no trigger: pass")                                  \
    X(slack_call_then, 3, MESSAGE, slack_call_then(ctx, slack_conversations_open(), NULL, NULL),   \
      "conversations.open was not called: nobody is named: pass channel")                          \
    X(slack_pages_then, 5, MESSAGE,                                                                \
      slack_pages_then(ctx, slack_users_info(.user = "U1"), 0, no_page, NULL),                     \
      "users.info was not called: the answer of the method is not a list: use slack_call()")       \
    X(slack_call_then, 1, MESSAGE,                                                                 \
      slack_call_then(ctx, slack_chat_delete(.channel = "", .ts = "1.2"), NULL, NULL),             \
      "chat.delete was not called: the argument channel is empty: pass")                           \
    X(slack_call_then, 2, MESSAGE,                                                                 \
      slack_call_then(ctx, slack_users_info(.more = J("[]")), NULL, NULL), "an object: pass")      \
    X(slack_fetch_then, 1, MESSAGE, slack_fetch_then(ctx, NULL, NULL, NULL),                       \
      "slack_fetch_then: the request was not sent: the request is NULL: pass one")                 \
    X(slack_fetch_wait, 1, MESSAGE, slack_fetch_wait(ctx, NULL, NULL),                             \
      "slack_fetch_wait would block the loop: run the handler with SLACK_RUN_WORKER, or use")      \
    X(slack_webhook, 1, MESSAGE, slack_webhook(CLIENT, "https://x.test/", J("{}"), NULL, NULL),    \
      "webhook was not called: the URL is not one of Slack's: pass")                               \
    X(slack_webhook_then, 1, MESSAGE, slack_webhook_then(ctx, NULL, J("{}"), NULL, NULL),          \
      "webhook was not called, the URL is not one of Slack's: pass")                               \
    X(slack_webhook_then, 2, MESSAGE, slack_webhook_then(ctx, "x", J("[1]"), NULL, NULL),          \
      "the webhook was not called: the message is not an object: pass")                            \
    X(slack_pages, 1, MESSAGE, slack_pages(CLIENT, slack_conversations_members(), 0, NULL, NULL),  \
      "conversations.members was not called: there is no function for the pages: pass one")        \
    X(slack_pages_then, 1, MESSAGE, slack_pages_then(ctx, slack_users_list(), 0, NULL, NULL),      \
      "there is no function for the pages: pass one")                                              \
    X(slack_pages_then, 2, MESSAGE,                                                                \
      slack_pages_then(ctx, slack_conversations_members(), 0, no_page, NULL),                      \
      "conversations.members was not called: the argument channel is missing: pass")               \
    X(slack_pages_then, 3, MESSAGE,                                                                \
      slack_pages_then(ctx, slack_request("x.y", J("[]")), 0, no_page, NULL), "an object: pass")   \
    X(slack_pages_then, 4, MESSAGE,                                                                \
      slack_pages_then(ctx, slack_request("a b", J("{}")), 0, no_page, NULL),                      \
      "a b was not called")                                                                        \
    X(slack_pager, 1, MESSAGE, first_page(ctx, slack_users_list()),                                \
      "slack_pager would block the loop: run the handler with SLACK_RUN_WORKER, or use")           \
    X(slack_upload_then, 1, MESSAGE, slack_upload_then(ctx, &(slack_upload_t){0}, NULL, NULL),     \
      "upload was not begun: there are no files: pass some")                                       \
    X(slack_upload_then, 2, MESSAGE, slack_upload_then(ctx, NULL, NULL, NULL),                     \
      "upload was not begun: there are no files: pass some")                                       \
    X(slack_upload_wait, 1, MESSAGE, slack_upload_wait(ctx, &(slack_upload_t){0}, NULL),           \
      "slack_upload_wait would block the loop: run the handler with SLACK_RUN_WORKER")             \
    X(slack_download_then, 1, MESSAGE,                                                             \
      slack_download_then(ctx, &(slack_download_t){0}, NULL, NULL),                                \
      "download was not begun: there is no URL: pass url_private")                                 \
    X(slack_download_wait, 1, MESSAGE, slack_download_wait(ctx, &(slack_download_t){0}, NULL),     \
      "slack_download_wait would block the loop: run the handler with SLACK_RUN_WORKER")           \
    X(slack_call_thenf, 2, MESSAGE, slack_call_thenf(ctx, "x.y", NULL, NULL, "[1]"),               \
      "an object: pass")                                                                           \
    X(slack_call_thenf, 3, MESSAGE, slack_call_thenf(ctx, "", NULL, NULL, "{}"), "without a name") \
    X(slack_call_thenf, 1, MESSAGE, slack_call_thenf(ctx, "a b", NULL, NULL, "{}"), "a b was not") \
    X(slack_say, 1, HOME, slack_say(ctx, "x"), "team_rename has no channel: name one")             \
    X(slack_say, 2, MESSAGE, slack_say(ctx, "%s", ""), "has no text, no blocks")                   \
    X(slack_say_json, 1, MESSAGE, slack_say_json(ctx, J("{text: }")), "template")                  \
    X(slack_say_json, 2, MESSAGE, slack_say_json(ctx, slack_json_file(ctx, "/no/file", NULL)),     \
      "/no/file")                                                                                  \
    X(slack_say_json, 3, MESSAGE, slack_say_jsonf(ctx, "{text: %p}", (const void *)"a"), "%p is")  \
    X(slack_say_json, 4, MESSAGE, slack_json_error(J("[")), "template [")                          \
    X(slack_say_then, 1, MESSAGE, slack_say_then(ctx, NULL, NULL, NULL), "is NULL")                \
    X(slack_say_ephemeral, 1, HOME, slack_say_ephemeral(ctx, "x"), "team_rename has no user")      \
    X(slack_reply, 1, COMMAND, slack_reply(ctx, "x"), "about no message: use slack_say()")         \
    X(slack_reply_json, 1, COMMAND, slack_reply_json(ctx, J("{text: 'x'}")), "about no message")   \
    X(slack_respond, 1, COMMAND, slack_respond(ctx, "x"), "no response URL: use slack_say()")      \
    X(slack_respond_json, 1, COMMAND, slack_respond_json(ctx, J("{}")), "json: the message has")   \
    X(slack_update_said, 1, MESSAGE, slack_update_said(ctx, J("{text: 'x'}")),                     \
      "posted no message")                                                                         \
    X(slack_delete_said, 1, MESSAGE, slack_delete_said(ctx), "chat.delete: the delivery has")      \
    X(slack_update, 1, MESSAGE, slack_update(ctx, "", J("{}")), "slack_update: no timestamp")      \
    X(slack_delete, 1, MESSAGE, slack_delete(ctx, NULL), "slack_delete: no timestamp")             \
    X(slack_react, 2, MESSAGE, slack_react(ctx, NULL), "pass one such as \"eyes\"")                \
    X(slack_react, 1, COMMAND, slack_react(ctx, "x"), "is about no message")                       \
    X(slack_unreact, 1, MESSAGE, slack_unreact(ctx, ""), "no emoji was named")                     \
    X(slack_ctx_on_done, 1, MESSAGE, slack_ctx_on_done(ctx, NULL, NULL), "the function is NULL")   \
    X(slack_ctx_set, 1, MESSAGE, (slack_ctx_set(ctx, &key, ""), slack_ctx_set(ctx, &key, "")),     \
      "account")                                                                                   \
    X(slack_complete, 1, MESSAGE, slack_complete(ctx, J("{}")), "belongs to no workflow step")     \
    X(slack_fail, 1, COMMAND, slack_fail(ctx, "x"), "belongs to no workflow step")                 \
    X(slack_defer, 1, MESSAGE, slack_defer(ctx, "", J("{}")), "the job has no name")               \
    X(slack_defer_job, 1, MESSAGE, slack_defer_job(ctx, NULL), "the job has no name")              \
    X(slack_post, 1, MESSAGE, slack_post(ctx, slack_request("users.info", J("{}"))),               \
      "it changes nothing: use slack_call()")                                                      \
    X(slack_post_with, 1, MESSAGE, slack_post_with(ctx, NULL), "the request is NULL")              \
    X(slack_next, 1, MESSAGE, slack_next(ctx), "runs: call it once")                               \
    X(slack_view_open, 1, MESSAGE, slack_view_open(ctx, J("{}")), "message has no trigger_id")     \
    X(slack_view_push, 1, COMMAND, slack_view_push(ctx, J("{}")), "command has no trigger_id")     \
    X(slack_view_update, 1, COMMAND, slack_view_update(ctx, NULL, NULL, J("{}")), "no view_id")    \
    X(slack_view_publish, 1, HOME, slack_view_publish(ctx, NULL, NULL, J("{}")), "no user_id")     \
    X(slack_call_wait, 1, MESSAGE, slack_call_wait(ctx, slack_request("a", J("{}")), NULL),        \
      "SLACK_RUN_WORKER")

#define X(function, number, delivery, call, says)                                                  \
    static int function##_fails_##number(slack_ctx_t *ctx, void *user_data)                        \
    {                                                                                              \
        return call;                                                                               \
    }
CASES(X)
#undef X

static const struct {
    const char *function, *body;
    slack_handler_fn fn;
    const char *says;
} cases[] = {
#define X(function, number, delivery, call, says)                                                  \
    {#function, delivery, function##_fails_##number, says},
    CASES(X)
#undef X
};

#define COUNT (sizeof cases / sizeof *cases)

/* They are middleware and do not fail by themselves. */
#define FILTERS                                                                                    \
    " slack_only_in_channels  slack_only_for_users  slack_only_mentions  slack_limit_users "

static void open_with(slack_handler_fn fn, void *user_data, enum slack_run run)
{
    static const struct {
        enum slack_kind kind;
        const char *match;
    } all[] = {{SLACK_KIND_EVENT, NULL},
               {SLACK_KIND_COMMAND, "/x"},
               {SLACK_KIND_VIEW_SUBMISSION, "v"},
               {SLACK_KIND_OPTIONS, "o"}};
    app_open(&f, &(slack_options_t){.max_attempts = 1, .store = "memory:"});
    f.world.hurries = run == SLACK_RUN_LOOP;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = all[i].kind,
                                                                 .match = all[i].match,
                                                                 .name = "listener",
                                                                 .run = run,
                                                                 .fn = fn,
                                                                 .user_data = user_data}),
                         0);
    app_ready(&f);
}

/* A sentence is the call, the cause and the cure: no other function is named as the call, and the
 * last part tells the reader what to do. */
static void check_sentence(const char *function)
{
    static const char verbs[] =
        " ack add call correct do end give make name pass post read remove run send sort use ";
    char text[512] = "", caller[64] = "", word[64] = "";
    const char *cure = text, *reason = strstr(f.world.log, "listener=listener method=");
    sscanf(strstr(reason, "reason="), "reason=%*1[\"']%511[^\n]", text);
    *strstr(text, " attempt=") = '\0';
    if (strncmp(text, "slack_json", 10) == 0) return; /* it says what the value lacks */
    sscanf(text, "slack_%63[a-z_]:", caller);
    if (*caller && strcmp(caller, function + 6) != 0) fail_msg("%s: %s", function, text);
    for (const char *at = text; (at = strstr(at, ": ")) != NULL;)
        cure = at += 2;
    snprintf(word, sizeof word, " %.*s ", (int)strcspn(cure, " "), cure);
    if (strstr(verbs, word) == NULL) fail_msg("%s: no cure in: %s", function, text);
}

/* Delivers, and checks that the failure is in one line. */
static void deliver_to_fail(const char *body, const char *says)
{
    app_ack_t ack = {0};
    app_inject(&f, body, &ack);
    app_run_until(&f, &ack.count);
    app_run_until_idle(&f);
    const unsigned lines = world_log_count(&f.world, "event=\"delivery failed\"") +
                           world_log_count(&f.world, "event=\"dead letter\"") +
                           world_log_count(&f.world, "event=\"error not returned\"") +
                           world_log_count(&f.world, "event=\"call not made\"");
    if (lines != 1 || !world_logged(&f.world, says) || world_logged(&f.world, "reason=\"\"") ||
        !world_logged(&f.world, "listener=listener method=") ||
        world_logged(&f.world, "event=\"also failed\"") ||
        world_logged(&f.world, "event=\"call warned\""))
        fail_msg("%u lines, wanted \"%s\" in\n%s", lines, says, f.world.log);
}

static void fails_with(const char *body, const char *says)
{
    deliver_to_fail(body, says);
    app_close(&f);
}

TEST(test_every_function_says_why)
{
    for (size_t i = 0; i < COUNT; i++) {
        open_with(cases[i].fn, NULL, SLACK_RUN_LOOP);
        deliver_to_fail(cases[i].body, cases[i].says);
        check_sentence(cases[i].function);
        app_close(&f);
    }
}

TEST(test_every_function_of_a_ctx_is_a_case)
{
#define X(function, ...) " " #function " "
    headers_expect_cases("int", "slack_ctx_t \\*ctx", CASES(X) FILTERS);
#undef X
}

/* ---- what a handler returns ---- */

static int return_it(slack_ctx_t *ctx, void *user_data)
{
    return *(const int *)user_data;
}

TEST(test_every_return_says_why)
{
    static const struct {
        int status;
        const char *says;
    } returns[] = {
#define X(name, number, text) {number, "the handler returned " #name ", " text},
        SLACK_ERROR_MAP(X)
#undef X
            {1, "returned 1: return 0 or a SLACK_E… code, which is negative"},
        {INT_MAX, "returned 2147483647: return 0"},
        {-1, "returned -1, which is no error code: return 0 or"},
        {INT_MIN, "a return statement may be missing"},
    };
    for (size_t i = 0; i < sizeof returns / sizeof *returns; i++)
        for (int on_worker = 0; on_worker < 2; on_worker++) {
            int status = returns[i].status;
            open_with(return_it, &status, on_worker ? SLACK_RUN_WORKER : SLACK_RUN_LOOP);
            fails_with(i % 2 ? COMMAND : MESSAGE, returns[i].says);
        }
}

/* ---- the wrong thread ---- */

static int call_on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_callf(slack_ctx_client(ctx), "api.test", NULL, NULL, "{}");
}

static int defer_on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_app_defer(slack_ctx_app(ctx), &(slack_job_t){.name = "x"});
}

static int page_on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_pages(slack_ctx_client(ctx), slack_users_list(), 0, NULL, NULL);
}

static int fetch_on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_fetch(slack_ctx_app(ctx), NULL, NULL, NULL);
}

static int unlisten_on_worker(slack_ctx_t *ctx, void *user_data)
{
    return slack_unlisten(slack_ctx_app(ctx), "x");
}

TEST(test_a_worker_learns_what_to_call_instead)
{
    static const struct {
        slack_handler_fn fn;
        const char *says;
    } wrong[] = {
        {call_on_worker, "slack_callf: only the loop's thread may call it: on a worker use "
                         "slack_call_wait() or slack_call_then()"},
        {page_on_worker, "on a worker use slack_pages_then()"},
        {fetch_on_worker, "on a worker use slack_fetch_wait() or slack_fetch_then()"},
        {defer_on_worker, "on a worker use slack_defer()"},
        {unlisten_on_worker, "on a worker use slack_app_post()"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        open_with(wrong[i].fn, NULL, SLACK_RUN_WORKER);
        fails_with(MESSAGE, wrong[i].says);
    }
}

/* ---- what Slack answers ---- */

static int say(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "x");
}

static int release_later(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    assert_non_null(strstr(slack_ctx_strerror(ctx, slack_response_status(response)), ": "));
    slack_ctx_release(ctx, slack_response_status(response));
    return slack_response_status(response);
}

static int say_and_hold(slack_ctx_t *ctx, void *user_data)
{
    slack_ctx_hold(ctx);
    return slack_say_then(ctx, slack_jsonf(ctx, "{text: 'x'}"), release_later, NULL);
}

TEST(test_details_of_slack)
{
    static const struct {
        int status;
        const char *body, *says;
    } answers[] = {
        {200,
         "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"chat:write\",\"provided\":\"a\"}",
         "reason=\"missing_scope, needs chat:write, the token has a: add the scope to the app"},
        {200,
         "{\"ok\":false,\"error\":\"invalid_blocks\",\"response_metadata\":{\"messages\":["
         "\"[ERROR] missing field: text [json-pointer:/blocks/0/text]\"]}}",
         "missing field: text [json-pointer:/blocks/0/text]: correct the blocks"},
        {200, "{\"ok\":false,\"error\":\"no_such_word\"}", "no_such_word: look the error up in"},
        {200, "{\"ok\":false,\"error\":null,\"needed\":5,\"response_metadata\":{\"messages\":[1]}}",
         "no error named"},
        {503, "<html>", "error=SLACK_EHTTP reason=\"HTTP 503: try again later"},
        {500, "{\"ok\":false,\"error\":\"fatal_error\"}", "reason=\"fatal_error, HTTP 500"},
        {200, "<html>", "error=SLACK_EPROTO reason=\"the answer is not JSON: check"},
    };
    static const slack_handler_fn ways[] = {say, say_and_hold, say};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            open_with(ways[way], NULL, way == 2 ? SLACK_RUN_WORKER : SLACK_RUN_LOOP);
            fake_slack_answer(f.slack, "chat.postMessage", answers[i].status, answers[i].body);
            fails_with(MESSAGE, answers[i].says);
        }
}

/* ---- lists ---- */

static int count_page(slack_ctx_t *ctx, const slack_page_t *page, void *user_data)
{
    if (page->ended) return page->status;
    assert_int_equal(slack_json_count(page->items, ""), 1);
    return page->number == 3 ? SLACK_EIO : 0;
}

static int pages_then(slack_ctx_t *ctx, void *user_data)
{
    return slack_pages_then(ctx, slack_users_list(), 0, count_page, NULL);
}

static int pages_in_a_loop(slack_ctx_t *ctx, void *user_data)
{
    int rc = 0;
    slack_page_t page;
    slack_pager_t *pager = slack_pager(ctx, slack_users_list(), 0);
    while (rc == 0 && slack_pager_next(pager, &page))
        rc = count_page(ctx, &page, NULL);
    if (rc == 0) assert_false(slack_pager_next(pager, &page)); /* and again */
    return rc ? rc : page.status;
}

/* A list on a delivery's client keeps the delivery open. */
static int count_page_of_client(const slack_page_t *page, void *user_data)
{
    slack_ctx_t *ctx = user_data;
    slack_ctx_hold(ctx);
    slack_ctx_release(ctx, page->status);
    return count_page(ctx, page, NULL);
}

static int pages_of_client(slack_ctx_t *ctx, void *user_data)
{
    return slack_pages(slack_ctx_client(ctx), slack_users_list(), 0, count_page_of_client, ctx);
}

#define PAGE(cursor)                                                                               \
    "{\"ok\":true,\"members\":[1],\"response_metadata\":{\"next_cursor\":\"" cursor "\"}}"

TEST(test_lists_that_fail)
{
    static const struct {
        const char *answers[3], *says, *error;
    } lists[] = {
        {{PAGE("a"), PAGE("a")},
         "reason=\"users.list: the cursor of the next page has come before, so the list does not "
         "end: read it again",
         "error=SLACK_EPROTO"},
        {{PAGE("a"), "{\"ok\":false,\"error\":\"invalid_cursor\"}"},
         "method=users.list error=SLACK_EAPI reason=\"invalid_cursor",
         "error=SLACK_EAPI"},
        {{PAGE("a"), PAGE("b"), PAGE("c")}, "returned SLACK_EIO", "error=SLACK_EIO"},
    };
    static const struct {
        slack_handler_fn fn;
        enum slack_run run;
    } ways[] = {{pages_then, SLACK_RUN_LOOP},
                {pages_then, SLACK_RUN_WORKER},
                {pages_in_a_loop, SLACK_RUN_WORKER},
                {pages_of_client, SLACK_RUN_LOOP}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            open_with(ways[way].fn, NULL, ways[way].run);
            for (size_t k = 0; k < 3 && lists[i].answers[k]; k++)
                fake_slack_answer(f.slack, "users.list", 200, lists[i].answers[k]);
            fails_with(MESSAGE, way == 3 ? lists[i].error : lists[i].says);
        }
}

/* ---- several failures, and the next attempt ---- */

static int say_ten(slack_ctx_t *ctx, void *user_data)
{
    for (int i = 0; i < 10; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"ok\":false,\"error\":\"e%d\"}", i);
        fake_slack_answer(f.slack, "chat.postMessage", 200, body);
        slack_say(ctx, "x");
    }
    return 0;
}

APP_CLOSED(test_the_other_failures_are_bounded)
{
    open_with(say_ten, NULL, SLACK_RUN_LOOP);
    app_ack_t ack = {0};
    app_deliver(&f, MESSAGE, &ack);
    app_run_until_idle(&f);
    assert_int_equal(world_log_count(&f.world, "event=\"dead letter\""), 1);
    assert_int_equal(world_log_count(&f.world, "event=\"also failed\""), 7);
    assert_true(world_logged(&f.world, "reason=\"e7: ") &&
                !world_logged(&f.world, "reason=\"e8: "));
    assert_true(world_logged(&f.world, "left_out=2"));
}

APP_CLOSED(test_a_retry_is_announced)
{
    int status = SLACK_EIO;
    app_open(&f, &(slack_options_t){.max_attempts = 2, .store = "memory:"});
    slack_on_message(f.app, NULL, return_it, &status);
    app_ready(&f);
    app_ack_t ack = {0};
    app_deliver(&f, MESSAGE, &ack);
    app_run_until_idle(&f);
    assert_int_equal(world_log_count(&f.world, "level=warn event=\"delivery failed\""), 1);
    assert_true(world_logged(&f.world, "attempt=1 retry=\"in "));
    app_pass_and_claim(&f, LONG_MS);
    assert_true(world_logged(&f.world, "level=error event=\"dead letter\" transport=memory"));
    assert_true(world_logged(&f.world, "attempt=2 retry=none"));
}

/* ---- what goes wrong without an error ---- */

static int block(slack_ctx_t *ctx, void *user_data)
{
    f.world.mono_us += *(const unsigned *)user_data * 1000;
    return 0;
}

/* One line for each listener that blocks the loop, and 20 in 10 s at most. */
APP_CLOSED(test_a_blocked_loop_is_reported)
{
    static unsigned ms = 190;
    open_with(block, &ms, SLACK_RUN_LOOP);
    app_ack_t ack = {0};
    app_deliver(&f, COMMAND, &ack);
    assert_int_equal(world_log_count(&f.world, "event=\"loop blocked\""), 0);
    for (ms = 200; ms < 230; ms++)
        app_deliver(&f, COMMAND, &ack);
    assert_int_equal(world_log_count(&f.world, "event=\"loop blocked\""), 20);
    assert_true(world_logged(&f.world, "kind=command listener=listener ms=20"));
    assert_true(world_logged(&f.world, "SLACK_RUN_WORKER"));
    f.world.mono_us += 10 * 1000000;
    app_deliver(&f, COMMAND, &ack);
    assert_true(world_logged(&f.world, "event=\"lines left out\" of=\"loop blocked\" count=10 "));
}

static void block_250(void)
{
    f.world.mono_us += 250 * 1000;
}

static void block_post(slack_app_t *app, int status, void *user_data)
{
    block_250();
}

static void block_callback(const slack_response_t *response, void *user_data)
{
    block_250();
}

static void block_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    block_250();
}

static void block_error(slack_ctx_t *ctx, int status, const char *listener, void *user_data)
{
    block_250();
}

static int fail_with_hook(slack_ctx_t *ctx, void *user_data)
{
    return slack_ctx_on_done(ctx, block_done, NULL) ? SLACK_EINVAL : SLACK_EIO;
}

/* Whatever function of the program blocks the loop. */
APP_CLOSED(each_function_that_blocks_the_loop_is_named)
{
    open_with(fail_with_hook, NULL, SLACK_RUN_LOOP);
    slack_on_error(f.app, block_error, NULL);
    app_deliver(&f, COMMAND, &f.ack);
    assert_int_equal(world_log_count(&f.world, "loop blocked\" kind=command listener=listener"), 2);
    slack_app_post(f.app, block_post, NULL);
    slack_callf(slack_app_client(f.app), "api.test", block_callback, NULL, "{}");
    world_until(&f.world, world_logged(&f.world, "loop blocked\" kind=post listener=\"\" ms=250"));
    world_until(&f.world, world_logged(&f.world, "loop blocked\" kind=call listener=api.test"));
}

static int ack_twice(slack_ctx_t *ctx, void *user_data)
{
    slack_ack(ctx);
    slack_ack_text(ctx, "again");
    return *(const int *)user_data;
}

APP_CLOSED(test_a_second_ack_is_reported_once)
{
    static int status = 0;
    open_with(ack_twice, &status, SLACK_RUN_LOOP);
    app_ack_t ack = {0};
    app_deliver(&f, COMMAND, &ack);
    assert_int_equal(world_log_count(&f.world, "event=\"second ack not sent\" kind=command"), 1);
    status = SLACK_EALREADY; /* then the failure says it */
    app_deliver(&f, COMMAND, &ack);
    assert_int_equal(world_log_count(&f.world, "event=\"second ack not sent\""), 1);
    assert_true(world_logged(&f.world, "this one was not sent: ack once"));
}

APP_CLOSED(test_a_skipped_listener_is_named)
{
    static const struct {
        slack_listener_t listener;
        const char *body, *says;
    } skipped[] = {
        {{.kind = SLACK_KIND_SHORTCUT, .match = "a", .type = "message_action"},
         "{'type':'shortcut','callback_id':'a'}",
         "its .type is \"message_action\", not \"shortcut\""},
        {{.kind = SLACK_KIND_COMMAND, .match = "/Poll"},
         APP_COMMAND("/poll", ""),
         "upper and lower case differ, is \"/Poll\", not \"/poll\""},
        {{.kind = SLACK_KIND_ACTION, .match = "go", .block_id = "b"},
         APP_ACTION,
         "its .block_id is \"b\", not \"\""},
        {{.kind = SLACK_KIND_ACTION, .match = "go", .callback_id = "v"},
         APP_ACTION,
         "its .callback_id is \"v\", not \"\""},
    };
    app_open(&f, NULL);
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++) {
        slack_listener_t listener = skipped[i].listener;
        listener.fn = say;
        listener.name = "mine";
        assert_int_equal(slack_listen(f.app, &listener), 0);
        if (i == 0) app_ready(&f);
        app_ack_t ack = {0};
        app_deliver(&f, skipped[i].body, &ack);
        if (!world_logged(&f.world, skipped[i].says)) fail_msg("%s", f.world.log);
        slack_unlisten(f.app, "mine");
    }
    assert_int_equal(world_log_count(&f.world, "skipped='listener \"mine\" was skipped: "), 4);
}
