/* SPDX-License-Identifier: MIT */
/* An app in describe mode says what it would do, and does nothing. */

#include "app/describe.h"

#include <stdlib.h>
#include <uv.h>

#include <slack/slack.h>

#include "support/alloc_fail.h"
#include "support/clean_env.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/json.h"

#define DESCRIBES(name) cmocka_unit_test_setup_teardown(name, clean_env_enter, leave)
#define SOME_SECRET     "0123456789abcdef0123456789abcdef"
/* 32 bytes in base64. */
#define KEY             "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define SECRET_OF_STORE "pass-of-the-store"

static slack_arena_t *arena;

static int leave(void **state)
{
    unsetenv("SLACK_DESCRIBE");
    slack__arena_free(arena);
    arena = NULL;
    return clean_env_leave(state);
}

static int never(slack_ctx_t *ctx, void *user_data)
{
    fail();
    return 0;
}

static slack_app_t *app_new(const slack_options_t *options)
{
    slack_app_t *app = NULL;
    setenv("SLACK_DESCRIBE", "out.json", 1);
    assert_int_equal(slack_app_new(&app, options), 0);
    return app;
}

static const slack_json_t *description(void)
{
    size_t len;
    const char *text = file_read("out.json", &len);
    const slack_json_t *root = NULL;
    if (!arena) arena = slack__arena_new(0, 0);
    assert_int_equal(slack__json_parse(arena, text, len, &root, NULL), 0);
    assert_int_equal(slack_json_int(root, "/describe"), 1);
    return root;
}

static const slack_json_t *run(slack_app_t *app)
{
    assert_int_equal(slack_app_run(app), 0);
    slack_app_free(app);
    return description();
}

static void test_every_field_of_a_listener(void **state)
{
    slack_app_t *app = app_new(NULL);
    assert_int_equal(slack_on_command(app, "/deploy", never, NULL), 0);
    assert_int_equal(slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                           .message = 1,
                                                           .match = "^a\"b\\\\",
                                                           .how = SLACK_MATCH_REGEX,
                                                           .subtypes = "none",
                                                           .where = SLACK_IN_IM | SLACK_IN_THREAD,
                                                           .own = 1,
                                                           .ordered = 1,
                                                           .max_running = 3,
                                                           .attempts = 2,
                                                           .run = SLACK_RUN_WORKER,
                                                           .name = "first",
                                                           .fn = never}),
                     0);
    assert_int_equal(slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_ACTION,
                                                           .match = "\xff\x01",
                                                           .block_id = "b",
                                                           .block_how = SLACK_MATCH_CONTAINS,
                                                           .callback_id = "c",
                                                           .type = "block_actions",
                                                           .fn = never}),
                     0);
    assert_int_equal(slack_on_function(app, "step", never, NULL), 0);
    const slack_json_t *listeners = slack_json_get(run(app), "/listeners");
    assert_string_equal(
        slack__json_text(arena, listeners, NULL),
        "[{\"kind\":\"command\",\"name\":\"command:/deploy\",\"match\":\"/"
        "deploy\",\"how\":\"exact\","
        "\"run\":\"loop\"},"
        "{\"kind\":\"event\",\"name\":\"first\",\"match\":\"^a\\\"b\\\\\\\\\",\"how\":\"regex\","
        "\"message\":true,\"subtypes\":\"none\",\"where\":[\"thread\",\"im\"],\"own\":true,"
        "\"run\":\"worker\",\"ordered\":true,\"max_running\":3,\"attempts\":2},"
        "{\"kind\":\"action\",\"name\":\"action:\xef\xbf\xbd\\u0001\",\"match\":"
        "\"\xef\xbf\xbd\\u0001\","
        "\"how\":\"exact\",\"block_id\":\"b\",\"block_how\":\"contains\",\"callback_id\":\"c\","
        "\"type\":\"block_actions\",\"run\":\"loop\"},"
        "{\"kind\":\"event\",\"name\":\"function:step\",\"match\":\"step\",\"how\":\"exact\","
        "\"function\":true,\"run\":\"loop\"}]");
}

static void test_no_secret_is_written(void **state)
{
    setenv("SLACK_BOT_TOKEN", "xoxb-1-" SOME_SECRET, 1);
    setenv("SLACK_APP_TOKEN", "xapp-1-" SOME_SECRET, 1);
    setenv("SLACK_SIGNING_SECRET", SOME_SECRET, 1);
    setenv("SLACK_TRANSPORT", "http,socket", 1);
    setenv("SLACK_STORE", "postgresql://bot:" SECRET_OF_STORE "@host/bots", 1);
    setenv("SLACK_STORE_KEY", KEY, 1);
    setenv("HTTPS_PROXY", "http://me:" SECRET_OF_STORE "@proxy:8080", 1);
    const slack_json_t *root = run(app_new(NULL));
    const char *text = file_read("out.json", NULL);
    assert_null(strstr(text, SOME_SECRET));
    assert_null(strstr(text, SECRET_OF_STORE));
    assert_null(strstr(text, KEY));
    assert_int_equal(slack_json_int(root, "/config/status"), 0);
    assert_string_equal(slack_json_str(root, "/options/transport"), "http,socket");
    assert_string_equal(slack_json_str(root, "/options/store/engine"), "postgresql");
    assert_true(slack_json_bool(root, "/options/bot_token/set"));
    assert_int_equal(slack_json_int(root, "/options/ack_ms"), 2500);
}

/* The first fault is kept, and the app goes on. */
static void test_an_app_that_cannot_start(void **state)
{
    setenv("SLACK_ACK_MS", "none", 1);
    const slack_json_t *root = run(app_new(&(slack_options_t){.http_path = "/mine"}));
    assert_int_equal(slack_json_int(root, "/config/status"), SLACK_ECONFIG);
    assert_non_null(strstr(slack_json_str(root, "/config/error"), "SLACK_ACK_MS=none"));
    assert_string_equal(slack_json_str(root, "/options/http_path"), "/mine");
    unsetenv("SLACK_ACK_MS");

    setenv("SLACK_APP_TOKEN", "xapp-1-x", 1);
    root = run(app_new(NULL));
    assert_non_null(strstr(slack_json_str(root, "/config/error"), "SLACK_BOT_TOKEN is not set"));
}

static void stopped(slack_app_t *app, int status, void *user_data)
{
    *(int *)user_data = status;
    slack_app_free(app);
}

static void test_on_a_loop_of_the_program(void **state)
{
    uv_loop_t loop;
    int status = 1;
    uv_loop_init(&loop);
    slack_app_t *app = app_new(&(slack_options_t){.loop = &loop});
    assert_int_equal(slack_app_start(app, stopped, &status), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(status, 0);
    description();
}

static void test_a_file_that_cannot_be_written(void **state)
{
    static const char *const paths[] = {"nowhere/out.json", "/dev/full", "."};
    for (size_t i = 0; i < 3; i++) {
        slack_app_t *app = app_new(NULL);
        slack_app_free(app);
        setenv("SLACK_DESCRIBE", paths[i], 1);
        assert_int_equal(slack_app_new(&app, NULL), 0);
        assert_int_equal(slack_app_run(app), SLACK_EIO);
        assert_non_null(strstr(slack_app_error(app), "cannot write SLACK_DESCRIBE="));
        slack_app_free(app);
    }
}

static void test_declared_calls(void **state)
{
    slack_app_t *app = app_new(NULL);
    assert_int_equal(slack_declare_calls(app, " chat.postMessage,users.info\n"), 0);
    assert_int_equal(slack_declare_calls(app, "users.info brand.new_method"), 0);
    static const char *const bad[] = {NULL, "views.open chat", "a..b", ".a", "a.", "a.b\"c", "ä.b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack_declare_calls(app, bad[i]), SLACK_EINVAL);
    assert_non_null(strstr(slack_app_error(app), "ä.b: is not the name of a method"));
    assert_string_equal(slack__json_text(arena, slack_json_get(run(app), "/calls"), NULL),
                        "[\"chat.postMessage\",\"users.info\",\"brand.new_method\"]");
}

/* The log names a method once, and only if it needs a scope. */
static void test_a_call_that_is_not_declared(void **state)
{
    slack_declared_calls_t calls;
    slack_slice_t bad;
    slack__declared_calls_init(&calls);
    assert_false(slack__declared_calls_miss(&calls, "users.info")); /* nothing is declared */
    assert_int_equal(slack__declared_calls_add(&calls, "chat.postMessage", &bad), 0);
    assert_false(slack__declared_calls_miss(&calls, "chat.postMessage"));
    assert_false(slack__declared_calls_miss(&calls, "auth.test"));
    assert_true(slack__declared_calls_miss(&calls, "users.info"));
    assert_false(slack__declared_calls_miss(&calls, "users.info"));
    assert_true(slack__declared_calls_miss(&calls, "chat.post"));
    slack__declared_calls_done(&calls);
}

static bool attempt(size_t nth, bool all)
{
    slack_app_t *app = NULL;
    setenv("SLACK_DESCRIBE", "out.json", 1);
    heap_fail_at(nth, all);
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_declare_calls(app, "chat.postMessage users.info");
    if (rc == 0) rc = slack_on_command(app, "/deploy", never, NULL);
    if (rc == 0) rc = slack_app_run(app);
    slack_app_free(app);
    const bool failed = heap_heal();
    assert_true(rc == 0 || (failed && rc == SLACK_ENOMEM));
    return failed;
}

static void test_without_memory(void **state)
{
    assert_in_range(alloc_fail_attempts(attempt), 20, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESCRIBES(test_every_field_of_a_listener),     DESCRIBES(test_no_secret_is_written),
        DESCRIBES(test_an_app_that_cannot_start),      DESCRIBES(test_on_a_loop_of_the_program),
        DESCRIBES(test_a_file_that_cannot_be_written), DESCRIBES(test_declared_calls),
        DESCRIBES(test_a_call_that_is_not_declared),   DESCRIBES(test_without_memory),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
