/* SPDX-License-Identifier: MIT */
/* Every public function of an app that returns an error leaves its own sentence. */
#include "support/app_fixture.h"
#include "support/app_handlers.h"
#include "support/headers.h"
#include "support/test.h"

static app_fixture_t f;
static slack_transport_stats_t stats;

#define APP  f.app
#define FN   app_say_hello
#define DONE NULL, NULL

static int signed_in(slack_http_visit_t *visit, const slack_person_t *person, void *user_data)
{
    return 0;
}

static int route(slack_http_visit_t *visit, void *user_data)
{
    return slack_http_reply(visit, 200, NULL, NULL, 0);
}

static int failed_args(void)
{
    slack_json_pool_t *pool = slack_json_pool_new();
    const slack_json_t *args = slack_pool_jsonf(pool, "{a: }");
    const int rc = slack_app_defer(APP, &(slack_job_t){.name = "x", .args = args});
    slack_json_pool_free(pool);
    return rc;
}

static int post_unread(void)
{
    return slack_app_post_request(
        APP, &(slack_post_options_t){
                 .request = slack_chat_postEphemeral(.channel = "C1", .user = "U1", .text = "a")});
}

/* X(function, number, call, what the sentence says) */
#define CASES(X)                                                                                   \
    X(slack_app_defer, 1, slack_app_defer(APP, NULL),                                              \
      "slack_app_defer: the job has no name: name")                                                \
    X(slack_app_defer, 2, failed_args(), "a value is missing, at offset 4")                        \
    X(slack_app_authorize, 1, slack_app_authorize(APP, NULL), "lookup is NULL")                    \
    X(slack_app_post_request, 1, slack_app_post_request(APP, NULL), "the request is NULL: pass")   \
    X(slack_app_post_request, 2, post_unread(), "chat.postEphemeral was not stored: nobody can")   \
    X(slack_app_set_install_hooks, 1, slack_app_set_install_hooks(APP, NULL), "NULL: pass")        \
    X(slack_app_run, 1, slack_app_run(APP), "start the app with slack_app_start()")                \
    X(slack_app_start, 1, (app_start(&f), slack_app_start(APP, DONE)), "was started before: make") \
    X(slack_app_transport_stats, 1, slack_app_transport_stats(APP, "x", &stats),                   \
      "transport \"x\"")                                                                           \
    X(slack_cancel_job, 1, slack_cancel_job(APP, "", DONE), "there is no key: pass")               \
    X(slack_cancel_job, 2, slack_cancel_job(APP, "a", DONE), "does not run: call it after")        \
    X(slack_cancel_post, 1, slack_cancel_post(APP, NULL, DONE), "there is no key: pass")           \
    X(slack_cancel_post, 2, slack_cancel_post(APP, "a", DONE), "does not run: call it after")      \
    X(slack_client_for, 1, slack_client_for(APP, NULL, NULL, NULL),                                \
      "pass a function, and a tenant")                                                             \
    X(slack_declare_calls, 1, slack_declare_calls(APP, "x"), "x: is not the name of a method")     \
    X(slack_default_ack, 1, slack_default_ack(APP, SLACK_KIND_EVENT, ""), "this kind: leave it")   \
    X(slack_default_ack, 2, slack_default_ack(APP, SLACK_KIND_COMMAND, "Hold on"), "is not JSON")  \
    X(slack_every, 1, slack_every(APP, "x", "x", NULL, FN, NULL), "the schedule x: ")              \
    X(slack_fetch, 1, slack_fetch(APP, NULL, DONE), "the request is NULL: pass one")               \
    X(slack_http_route, 1, slack_http_route(APP, "GET", "x", route, NULL), "begins with a slash")  \
    X(slack_http_route, 2, slack_http_route(APP, "GET", "/x", DONE), "it needs a method, a func")  \
    X(slack_http_route, 3, slack_http_route(APP, "GET", "/healthz", route, NULL),                  \
      "such a route: ")                                                                            \
    X(slack_listen, 1, slack_listen(APP, NULL), "")                                                \
    X(slack_on_action, 1, slack_on_action(APP, "x", DONE), "")                                     \
    X(slack_on_app_rate_limited, 1, slack_on_app_rate_limited(APP, DONE), "")                      \
    X(slack_on_assistant_context, 1, slack_on_assistant_context(APP, DONE), "")                    \
    X(slack_on_assistant_message, 1, slack_on_assistant_message(APP, DONE), "")                    \
    X(slack_on_assistant_started, 1, slack_on_assistant_started(APP, DONE), "")                    \
    X(slack_on_command, 1, slack_on_command(APP, "x", FN, NULL), "slash")                          \
    X(slack_on_dialog, 1, slack_on_dialog(APP, "x", DONE), "")                                     \
    X(slack_on_event, 1, slack_on_event(APP, "x", DONE), "")                                       \
    X(slack_on_function, 1, slack_on_function(APP, "x", DONE), "")                                 \
    X(slack_on_installed, 1, slack_on_installed(APP, DONE), "")                                    \
    X(slack_on_job, 1, slack_on_job(APP, "x", DONE), "")                                           \
    X(slack_on_message, 1, slack_on_message(APP, "x", DONE), "")                                   \
    X(slack_on_options, 1, slack_on_options(APP, "x", DONE), "")                                   \
    X(slack_on_shortcut, 1, slack_on_shortcut(APP, "x", DONE), "")                                 \
    X(slack_on_uninstalled, 1, slack_on_uninstalled(APP, DONE), "")                                \
    X(slack_on_view_closed, 1, slack_on_view_closed(APP, "x", DONE), "")                           \
    X(slack_on_view_submission, 1, slack_on_view_submission(APP, "x", DONE), "")                   \
    X(slack_schedule, 1, slack_schedule(APP, NULL), "the schedule is NULL: pass")                  \
    X(slack_sign_in, 1, slack_sign_in(APP, "x", DONE), "a path such as /login")                    \
    X(slack_sign_in, 2, slack_sign_in(APP, "/login", signed_in, NULL), "set SLACK_CLIENT_ID")      \
    X(slack_unlisten, 1, slack_unlisten(APP, "x"), "no listener is named \"x\"")                   \
    X(slack_use, 1, slack_use(APP, DONE), "fn is NULL: pass")

#define X(function, number, call, says)                                                            \
    static int function##_fails_##number(slack_ctx_t *ctx, void *user_data)                        \
    {                                                                                              \
        return call;                                                                               \
    }
CASES(X)
#undef X

static const struct {
    const char *function;
    slack_handler_fn fails;
    const char *says;
} cases[] = {
#define X(function, number, call, says) {#function, function##_fails_##number, says},
    CASES(X)
#undef X
};

#define COUNT (sizeof cases / sizeof *cases)

/* Each time after another failure, whose sentence must not stay. */
TEST(test_every_function_leaves_its_sentence)
{
    static const char stale[] = "no listener is named \"stale\"";
    for (size_t i = 0; i < COUNT; i++) {
        app_open(&f, NULL);
        slack_unlisten(f.app, "stale");
        assert_non_null(strstr(slack_app_error(f.app), stale));
        const int rc = cases[i].fails(NULL, NULL);
        const char *sentence = slack_app_error(f.app);
        if (rc >= 0 || *sentence == '\0' || strstr(sentence, stale) ||
            !strstr(sentence, cases[i].says))
            fail_msg("%s: %d, %s", cases[i].function, rc, sentence);
        app_close(&f);
    }
}

/* A handler that returns the error of such a function fails with the sentence. */
TEST(test_a_handler_fails_with_the_sentence)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(cases[i].function, "slack_app_start") == 0) continue; /* it starts the app */
        app_open(&f, &(slack_options_t){.max_attempts = 1, .store = "memory:"});
        slack_on_message(f.app, NULL, cases[i].fails, NULL);
        app_ready(&f);
        app_deliver(&f, APP_MESSAGE("1", "x"), &f.ack);
        app_run_until_idle(&f);
        if (world_logged(&f.world, "the handler returned SLACK_E")) fail_msg("%s", f.world.log);
        app_close(&f);
    }
}

/* A sentence of slack_app_new() is the one of the start, whatever failed in between. */
TEST(test_the_start_repeats_why_the_app_is_unfit)
{
    slack_app_t *app = NULL;
    assert_int_equal(slack_app_new(&app, &(slack_options_t){.bot_token = "xapp-1"}), SLACK_ECONFIG);
    assert_int_equal(slack_use(app, NULL, NULL), SLACK_EINVAL);
    assert_int_equal(slack_app_run(app), SLACK_ECONFIG);
    assert_non_null(strstr(slack_app_error(app), "SLACK_BOT_TOKEN must be a bot token"));
    slack_app_free(app);
}

TEST(test_every_function_of_an_app_is_a_case)
{
#define X(function, ...) " " #function " "
    headers_expect_cases("int", "slack_app_t \\*app", CASES(X) " slack_app_post ");
#undef X
}
