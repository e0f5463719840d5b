/* SPDX-License-Identifier: MIT */
/* Mistakes of beginners. Each has a sentence in the log that names the cure. */
#include <stdlib.h>

#include <slack/slack.h>
#include <slack/test.h>

#include "support/test.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

enum { MESSAGE, COMMAND, JOB, STRANGER };

#define V(text) slack_jsonf(ctx, text)
#define MODAL   V("{type: 'modal', blocks: []}")
#define CLIENT  slack_ctx_client(ctx)
static const char *no_text;
static slack_ctx_t *last_ctx;
static char big[30000];

/* X(name, delivery, what the handler returns, what the log says) */
#define MISTAKES(X)                                                                                \
    X(returns_1, MESSAGE, 1, "return 0 or a SLACK_E")                                              \
    X(returns_a_length, COMMAND, (int)strlen("hello"), "return 0 or a SLACK_E")                    \
    X(returns_minus_1, MESSAGE, -1, "a return statement may be missing")                           \
    X(says_nothing, MESSAGE, slack_say(ctx, "%s", ""), "has no text, no blocks")                   \
    X(says_null, MESSAGE, slack_say(ctx, no_text), "has no text, no blocks")                       \
    X(says_nowhere, JOB, slack_say(ctx, "x"), "name one in the message")                           \
    X(replies_to_command, COMMAND, slack_reply(ctx, "x"), "use slack_say()")                       \
    X(reacts_to_command, COMMAND, slack_react(ctx, "eyes"), "call the method with a timestamp")    \
    X(responds_to_message, MESSAGE, slack_respond(ctx, "x"), "use slack_say()")                    \
    X(opens_without_trigger, MESSAGE, slack_view_open(ctx, MODAL), "has no trigger_id")            \
    X(updates_what_it_never_said, MESSAGE, slack_update_said(ctx, V("{text: 'x'}")),               \
      "has posted no message")                                                                     \
    X(acks_a_message, MESSAGE, slack_ack(ctx), "remove the ack")                                   \
    X(acks_twice, COMMAND, (slack_ack(ctx), slack_ack(ctx)), "ack once")                           \
    X(acks_with_nothing, COMMAND, slack_ack_text(ctx, no_text), "use slack_ack()")                 \
    X(acks_with_errors, COMMAND, slack_ack_errors(ctx, V("{a: 'b'}")), "use slack_ack()")          \
    X(acks_too_much, COMMAND, slack_ack_text(ctx, "%s", big), "send or ask for less")              \
    X(responds_six_times, COMMAND,                                                                 \
      (slack_respond(ctx, "1"), slack_respond(ctx, "2"), slack_respond(ctx, "3"),                  \
       slack_respond(ctx, "4"), slack_respond(ctx, "5"), slack_respond(ctx, "6")),                 \
      "the URL takes 5 within 30 minutes: use slack_say()")                                        \
    X(breaks_a_template, MESSAGE, slack_say_json(ctx, V("{text: ")), "offset 7 of the template")   \
    X(nests_a_broken_one, MESSAGE,                                                                 \
      slack_say_json(ctx, slack_jsonf(ctx, "{text: 'x', blocks: %p}", V("[{type: }]"))),           \
      "offset 8 of the template [{type: }]")                                                       \
    X(passes_a_text_as_value, MESSAGE,                                                             \
      slack_say_json(ctx, slack_jsonf(ctx, "{text: %p}", (const void *)"a text")),                 \
      "%p is given a pointer to something that is not a JSON value")                               \
    X(passes_null, MESSAGE, slack_say_json(ctx, NULL), "make one with slack_jsonf()")              \
    X(says_an_empty_header, MESSAGE,                                                               \
      slack_say_jsonf(ctx, "{text: 'x', blocks: [{type: 'header', text: %p}]}",                    \
                      (const void *)V("{type: 'plain_text', text: ''}")),                          \
      "blocks[0].text: 0 characters, at least 1: correct it")                                      \
    X(opens_an_untitled_view, COMMAND, slack_view_publish(ctx, "U1", NULL, MODAL),                 \
      "view.title: missing: correct it")                                                           \
    X(updates_with_an_array, MESSAGE, slack_update(ctx, "1.1", V("[1]")), "not a JSON object")     \
    X(updates_with_a_text, MESSAGE, (slack_say(ctx, "x"), slack_update_said(ctx, V("'x'"))),       \
      "not a JSON object")                                                                         \
    X(replies_to_a_stranger, STRANGER, slack_respond(ctx, "x"), "is not one of Slack's")           \
    X(calls_no_method, MESSAGE, slack_call_thenf(ctx, "a b", NULL, NULL, "{}"),                    \
      "such as chat.postMessage")                                                                  \
    X(calls_null, MESSAGE, slack_call_thenf(ctx, NULL, NULL, NULL, "{}"),                          \
      "a method without a name")                                                                   \
    X(calls_with_an_array, MESSAGE,                                                                \
      slack_call(CLIENT, slack_request("a.b", V("[1]")), NULL, NULL),                              \
      "the arguments are not an object")                                                           \
    X(says_too_much, MESSAGE, says_5_mib(ctx), "more than 4 MiB: send less")                       \
    X(leaves_out_an_argument, MESSAGE,                                                             \
      slack_call_then(ctx, slack_reactions_add(.channel = "C1"), NULL, NULL),                      \
      "the arguments name and timestamp are missing: pass them")                                   \
    X(waits_on_the_loop, MESSAGE,                                                                  \
      slack_call_wait(ctx, slack_request("users.info", V("{}")), NULL),                            \
      "run the handler with SLACK_RUN_WORKER")                                                     \
    X(defers_to_nobody, MESSAGE, slack_defer(ctx, "nobody", V("{}")), "add slack_on_job(app, ")    \
    X(makes_300_calls, MESSAGE, calls_too_often(ctx), "do less at once")                           \
    X(makes_too_much_json, MESSAGE, builds_too_much(ctx), "do less in one delivery")               \
    X(releases_without_hold, MESSAGE, (slack_ctx_release(ctx, 0), 0), "release once for each")     \
    X(keeps_a_ctx, MESSAGE, uses_the_last_ctx(ctx), "keep the ctx with slack_ctx_hold()")          \
    X(answers_without_hold, MESSAGE,                                                               \
      slack_callf(CLIENT, "users.info", answered, ctx, "{user: 'U1'}"), "slack_call_then()")

static int calls_too_often(slack_ctx_t *ctx)
{
    int rc = 0;
    for (int i = 0; i < 300 && rc == 0; i++)
        rc = slack_say(ctx, "x");
    return rc;
}

static int builds_too_much(slack_ctx_t *ctx)
{
    int rc = 0;
    for (int i = 0; i < 1000 && rc == 0; i++)
        rc = slack_json_error(slack_jsonf(ctx, "%s", big));
    return rc;
}

static int says_5_mib(slack_ctx_t *ctx)
{
    char *text = calloc(1, 5 << 20);
    memset(text, 'x', (5 << 20) - 1);
    const int rc =
        slack_callf(CLIENT, "chat.postMessage", NULL, NULL, "{channel: 1, text: %s}", text);
    free(text);
    return rc;
}

static int uses_the_last_ctx(slack_ctx_t *ctx)
{
    if (last_ctx) slack_say(last_ctx, "again");
    last_ctx = ctx;
    return 0;
}

static void answered(const slack_response_t *response, void *ctx)
{
    slack_say(ctx, "hello %s", slack_response_str(response, "/user/name"));
}

static bool ignores; /* the handler, what a function returns */

#define HANDLER(name, kind, result, says)                                                          \
    static int name(slack_ctx_t *ctx, void *user_data)                                             \
    {                                                                                              \
        const int rc = result;                                                                     \
        return ignores ? 0 : rc;                                                                   \
    }
MISTAKES(HANDLER)

static struct mistake {
    const char *name;
    slack_handler_fn fn;
    int kind;
    const char *says;
} mistakes[] = {
#define ROW(name, kind, result, says) {#name, name, kind, says},
    MISTAKES(ROW)};

static char said[64 << 10];

static void keep_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    const size_t used = strlen(said);
    if (level <= SLACK_LOG_WARN) snprintf(said + used, sizeof said - used, "%.*s", (int)len, line);
}

static void make(const struct mistake *mistake)
{
    slack_test_t *t = NULL;
    last_ctx = NULL;
    *said = '\0';
    memset(big, 'x', sizeof big - 1);
    assert_int_equal(
        slack_test_new(&t, &(slack_test_options_t){.max_calls = 256, .log_fn = keep_line}), 0);
    slack_app_t *app = slack_test_app(t);
    slack_on_message(app, NULL, mistake->fn, NULL);
    slack_on_command(app, "/x", mistake->fn, NULL);
    slack_on_job(app, "x", mistake->fn, NULL);
    slack_test_start(t);
    for (int i = 0; i < 2; i++) {
        if (mistake->kind == MESSAGE) slack_test_message(t, "x");
        if (mistake->kind == COMMAND) slack_test_command(t, "/x", "");
        if (mistake->kind == STRANGER)
            slack_test_body(t, "{command: '/x', response_url: 'https://example.com/x'}");
        if (mistake->kind == JOB) slack_app_defer(app, &(slack_job_t){.name = "x"});
        slack_test_advance_ms(t, 1000);
    }
    if (!strstr(said, mistake->says)) fail_msg("\"%s\" is not in: %s", mistake->says, said);
    slack_test_free(t);
}

TEST_EACH(mistake_that_the_log_explains, mistakes)
{
    const struct mistake *mistake = *state;
    ignores = false;
    make(mistake);
    ignores = strncmp(mistake->name, "returns", 7) != 0;
    if (ignores) make(mistake);
}
