/* SPDX-License-Identifier: MIT */
/*
 * For an unhandled interaction the log suggests a listener. Each suggestion, for every kind, is
 * pasted into a program that a C compiler must accept.
 */
#include <unistd.h>

#include "support/app_fixture.h"
#include "support/test.h"

static app_fixture_t f;

/* The text of a body before and after the name. */
static const struct {
    const char *head, *tail;
} bodies[] = {
    {"{\"command\":\"", "\"}"},
    {"{\"type\":\"block_actions\",\"actions\":[{\"action_id\":\"", "\"}]}"},
    {"{\"type\":\"interactive_message\",\"callback_id\":\"", "\",\"actions\":[{\"name\":\"n\"}]}"},
    {"{\"type\":\"shortcut\",\"callback_id\":\"", "\"}"},
    {"{\"type\":\"message_action\",\"callback_id\":\"", "\"}"},
    {"{\"type\":\"view_submission\",\"view\":{\"callback_id\":\"", "\"}}"},
    {"{\"type\":\"view_closed\",\"view\":{\"callback_id\":\"", "\"}}"},
    {"{\"type\":\"block_suggestion\",\"action_id\":\"", "\"}"},
    {"{\"type\":\"dialog_suggestion\",\"callback_id\":\"", "\"}"},
    {"{\"type\":\"dialog_submission\",\"callback_id\":\"", "\"}"},
    {"{\"type\":\"dialog_cancellation\",\"callback_id\":\"", "\"}"},
};

/* A name as a JSON string, and the same as a C string. */
static const struct {
    const char *json, *c;
} names[] = {
    {"plain", "\"plain\""},
    {"", "NULL"},
    {"/ü-☃ %d", "\"/ü-☃ %d\""},
    {"a\\\"b\\\\", "\"a\\\"b\\\\\""},
    {"\\n1\\u007f?\?/", "\"\\0121\\177\\?\\?/\""},
};

#define NAMES  (sizeof names / sizeof *names)
#define BODIES (sizeof bodies / sizeof *bodies)

/* Copies the code of the last line that has some. It stands between quotes: single ones if the code
 * has double ones. */
static void take_code(char *ret, size_t size)
{
    const char *at = NULL;
    for (const char *next = f.world.log; (next = strstr(next, " add=")) != NULL; next++)
        at = next + 5;
    assert_non_null(at);
    const char quote[] = {*at, '\0'};
    snprintf(ret, size, "%.*s", (int)strcspn(at + 1, quote), at + 1);
    world_forget_log(&f.world);
}

static void deliver(size_t body, const char *name, app_ack_t *ack)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s%s%s", bodies[body].head, name, bodies[body].tail);
    *ack = (app_ack_t){0};
    app_inject(&f, whole, ack);
    app_run_until(&f, &ack->count);
}

static void write_listener(FILE *out, size_t body, size_t name)
{
    char code[256];
    app_ack_t ack;
    deliver(body, names[name].json, &ack);
    assert_int_equal(ack.outcome, SLACK_ACK_REFUSE);
    f.world.mono_us += 1000000; /* the log takes 20 such lines in 10 s */
    take_code(code, sizeof code);
    assert_non_null(strstr(code, names[name].c));
    fprintf(out, "    %s\n", code);
}

TEST(what_is_logged_compiles)
{
    char folder[] = "/tmp/slackapp-paste-XXXXXX", path[64], command[512];
    const char *source = getenv("SLACKAPP_SOURCE_DIR");
    if (!source || system("cc --version >/dev/null 2>&1") != 0) {
        print_message("needs cc, and SLACKAPP_SOURCE_DIR\n");
        skip();
    }
    app_open(&f, NULL);
    app_ready(&f);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/bot.c", folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("#include <slack/slack.h>\n"
          "static int handler(slack_ctx_t *ctx, void *user_data)\n"
          "{\n    (void)user_data;\n    return slack_ack(ctx);\n}\n"
          "void add(slack_app_t *app);\n"
          "void add(slack_app_t *app)\n{\n",
          out);
    for (size_t i = 0; i < BODIES; i++)
        for (size_t j = 0; j < NAMES; j++)
            write_listener(out, i, j);
    fputs("}\n", out);
    assert_int_equal(fclose(out), 0);
    snprintf(command, sizeof command,
             "cc -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I '%s/include' '%s'",
             source, path);
    int status = system(command);
    unlink(path);
    rmdir(folder);
    app_close(&f);
    assert_int_equal(status, 0);
}

/* The pasted listener takes the delivery that it was suggested for. */
static int answer(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return slack_ack(ctx);
}

APP_TEST(it_would_have_matched)
{
    static const struct {
        const char *name;
        int (*on)(slack_app_t *app, const char *match, slack_handler_fn fn, void *user_data);
    } functions[] = {
        {"slack_on_command", slack_on_command},
        {"slack_on_action", slack_on_action},
        {"slack_on_shortcut", slack_on_shortcut},
        {"slack_on_view_submission", slack_on_view_submission},
        {"slack_on_view_closed", slack_on_view_closed},
        {"slack_on_options", slack_on_options},
        {"slack_on_dialog", slack_on_dialog},
    };
    app_ready(&f);
    for (size_t i = 0; i < BODIES; i++) {
        char code[256], name[32];
        unsigned runs = 0;
        app_ack_t ack;
        deliver(i, "/it", &ack);
        take_code(code, sizeof code);
        size_t n = 0;
        while (strncmp(code, functions[n].name, strcspn(code, "(")) != 0)
            assert_true(++n < sizeof functions / sizeof *functions);
        assert_int_equal(functions[n].on(f.app, "/it", answer, &runs), 0);
        deliver(i, "/it", &ack);
        assert_int_equal(ack.outcome, SLACK_ACK_OK);
        assert_int_equal(runs, 1);
        snprintf(name, sizeof name, "%s:/it", functions[n].name + sizeof "slack_on_" - 1);
        assert_int_equal(slack_unlisten(f.app, name), 0);
    }
}
