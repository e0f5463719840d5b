/* SPDX-License-Identifier: MIT */
/* A unit test of a bot answers its requests to other services, and its messages to webhooks. */
#include <slack/slack.h>
#include <slack/test.h>

#include "support/test.h"

static char got[256];
static int ends;

static int on_event(const slack_response_t *head, const slack_sse_event_t *event, void *user_data)
{
    strcat(got, event->data);
    return 0;
}

static int say_body(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    ends++;
    if (slack_response_status(response) != 0) return slack_response_status(response);
    return slack_say(ctx, "%s%s%s", slack_response_body(response, NULL), got,
                     slack_response_header(response, "X-A"));
}

static int ask(slack_ctx_t *ctx, void *user_data)
{
    *got = '\0';
    slack_ack(ctx);
    return slack_fetch_then(ctx,
                            &(slack_fetch_t){.url = "https://api.example.com/issues",
                                             .json = slack_jsonf(ctx, "{title: 'x'}"),
                                             .on_event = user_data ? on_event : NULL},
                            say_body, NULL);
}

static int post(slack_ctx_t *ctx, void *user_data)
{
    slack_ack(ctx);
    return slack_webhook_then(ctx, "https://hooks.slack.com/services/T1/B1/x",
                              slack_jsonf(ctx, "{text: 'hi'}"), NULL, NULL);
}

static slack_test_t *open_kit(void)
{
    slack_test_t *t;
    assert_int_equal(slack_test_new(&t, NULL), 0);
    slack_app_t *app = slack_test_app(t);
    for (int worker = 0; worker < 2; worker++)
        for (int events = 0; events < 2; events++) {
            static const char *const names[] = {"/ask", "/events", "/wask", "/wevents"};
            slack_listen(app,
                         &(slack_listener_t){.kind = SLACK_KIND_COMMAND,
                                             .match = names[2 * worker + events],
                                             .fn = ask,
                                             .user_data = events ? got : NULL,
                                             .run = worker ? SLACK_RUN_WORKER : SLACK_RUN_LOOP});
        }
    slack_on_command(app, "/post", post, NULL);
    ends = 0;
    return t;
}

static void close_kit(slack_test_t *t)
{
    const char *why = NULL;
    const int rc = slack_test_finish(t, &why);
    if (rc != 0) fail_msg("%s", why);
    slack_test_free(t);
}

TEST(test_a_fetch_is_answered)
{
    static const struct {
        const char *command, *headers, *body, *text;
    } cases[] = {
        {"/ask", "X-A: b\nContent-Type: text/plain", "hello ", "hello b"},
        {"/wask", "x-a: b", "hello ", "hello b"},
        {"/events", "Content-Type: text/event-stream", "data: a\n\ndata: b\n\n", "ab"},
        {"/wevents", "Content-Type: text/event-stream\nX-A: c", "data: a\n\ndata: b\n\n", "abc"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_test_t *t = open_kit();
        slack_test_expect(t, "fetch",
                          "{method: 'POST', url: 'https://api.example.com/issues',"
                          " body: {title: 'x'}}");
        slack_test_answer_http(t, 200, cases[i].headers, cases[i].body);
        slack_test_expect(t, "chat.postMessage", "{text: %s}", cases[i].text);
        assert_int_equal(slack_test_command(t, cases[i].command, ""), 0);
        close_kit(t);
    }
}

TEST(test_a_fetch_fails)
{
    slack_test_t *t = open_kit();
    for (int i = 0; i < 3; i++) /* which the user reads */
        slack_test_expect(t, "response_url", NULL);
    slack_test_expect(t, "fetch", "{method: 'POST'}");
    slack_test_answer_http(t, 404, NULL, "none");
    slack_test_command(t, "/ask", "");
    assert_int_equal(slack_test_expect_status(t, SLACK_EHTTP), 0);
    slack_test_expect(t, "fetch", NULL);
    slack_test_answer_lost(t, SLACK_ECLOSED);
    slack_test_command(t, "/wask", "");
    assert_int_equal(slack_test_expect_status(t, SLACK_ECLOSED), 0);
    slack_test_expect(t, "fetch", NULL);
    slack_test_answer_after_ms(t, 60000);
    slack_test_command(t, "/ask", "");
    slack_test_advance_ms(t, 60000);
    assert_int_equal(slack_test_expect_status(t, SLACK_ETIMEDOUT), 0);
    close_kit(t);
}

TEST(test_an_unexpected_fetch_is_a_failure)
{
    const char *why;
    slack_test_t *t = open_kit();
    slack_test_expect(t, "chat.postMessage", NULL);
    slack_test_command(t, "/ask", "");
    assert_int_equal(slack_test_finish(t, &why), SLACK_EMISMATCH);
    assert_non_null(strstr(why, "unexpected call of fetch with {\"method\":\"POST\",\"url\":"));
    slack_test_free(t);
}

/* A recording has no fetches: the test says what the service answers. */
TEST(test_a_replay_takes_the_answers_of_services_from_the_test)
{
    static const char recording[] =
        "{'t':0,'type':'begin','version':1,'bot_user':'U9','bot_id':'B9','team':'T9'}\n"
        "{'t':1,'type':'delivery','n':1,'transport':'http','kind':'command',"
        "'body':{'command':'/ask','channel_id':'C1','user_id':'U1','team_id':'T9'}}\n"
        "{'t':2,'type':'ack','n':1,'outcome':'ok'}\n"
        "{'t':3,'type':'call','c':1,'n':1,'method':'chat.postMessage',"
        "'args':{'channel':'C1','text':'open'}}\n"
        "{'t':4,'type':'answer','c':1,'http':200,'body':{'ok':true,'ts':'1.1'}}\n"
        "{'t':5,'type':'end'}\n";
    static const struct {
        const char *answer, *why; /* of the service; in the failure of the test */
    } cases[] = {
        {"open", NULL},
        {"closed", "+ call chat.postMessage {\"text\":\"closed\""},
        {NULL, "unexpected call of fetch with {\"method\":\"POST\""},
    };
    char *text = strdup(recording);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = "";
        slack_test_t *t = open_kit();
        if (cases[i].answer) {
            slack_test_expect(t, "fetch", "{url: 'https://api.example.com/issues'}");
            slack_test_answer_http(t, 200, NULL, cases[i].answer);
        }
        slack_test_replay_text(t, quoted(text), strlen(text), NULL);
        assert_int_equal(slack_test_finish(t, &why), cases[i].why ? SLACK_EMISMATCH : 0);
        if (cases[i].why && !strstr(why, cases[i].why)) fail_msg("%s", why);
        slack_test_free(t);
    }
    free(text);
}

/* The stop ends a fetch that has no answer yet. */
TEST(test_a_kit_that_is_freed_ends_fetches)
{
    slack_test_t *t = open_kit();
    slack_test_expect(t, "fetch", NULL);
    slack_test_answer_after_ms(t, 20000);
    slack_test_command(t, "/ask", "");
    slack_test_free(t);
    assert_true(ends <= 1);
}

TEST(test_a_webhook_is_answered)
{
    slack_test_t *t = open_kit();
    slack_test_expect(t, "webhook", "{text: 'hi'}");
    slack_test_command(t, "/post", "");
    slack_test_expect(t, "webhook", "{text: 'hi'}");
    slack_test_answer_http(t, 404, "Content-Type: text/html", "no_service");
    slack_test_expect(t, "response_url", NULL); /* which the user reads */
    slack_test_command(t, "/post", "");
    assert_int_equal(slack_test_expect_status(t, SLACK_EAPI), 0);
    close_kit(t);
}
