/* SPDX-License-Identifier: MIT */
#include "cli/command_line.h"
#include "sim_send.h"
#include "support/test.h"

/* Command lines of `slackapp sim`: the options, and the request that `send` makes of the rest. */

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static char problem[CLI_PROBLEM_SIZE];

/* ---- options ---- */

static const char *port, *host;
static bool quiet;
static const cli_option_t table[] = {{"--port", &port, NULL},
                                     {"--host", &host, NULL},
                                     {"--quiet", NULL, &quiet},
                                     {NULL, NULL, NULL}};

static int sort_out(int argc, const char **argv)
{
    port = host = NULL;
    quiet = false;
    *problem = '\0';
    return cli_options_read(argc, argv, table, problem);
}

TEST(options_stand_anywhere)
{
    const char *argv[] = {"a",       "--port", "1",  "b",  "--host=h=i", "-",
                          "--quiet", "-1",     "-v", "--", "--port",     ""};
    assert_int_equal(sort_out(COUNT(argv), argv), 7);
    assert_string_equal(port, "1");
    assert_string_equal(host, "h=i");
    assert_true(quiet);
    static const char *const rest[] = {"a", "b", "-", "-1", "-v", "--port", ""};
    for (int i = 0; i < COUNT(rest); i++)
        assert_string_equal(argv[i], rest[i]);
    assert_int_equal(sort_out(0, NULL), 0);
}

TEST(options_that_make_no_sense)
{
    static const struct {
        const char *argument;
        const char *problem;
    } cases[] = {
        {"--nope", "--nope is not an option here"},
        {"--por", "--por is not an option here: do you mean --port?"},
        {"--port", "--port needs a value"},
        {"--quiet=1", "--quiet=1 takes no value"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        const char *argv[] = {"a", cases[i].argument};
        assert_int_equal(sort_out(2, argv), -1);
        assert_string_equal(problem, cases[i].problem);
    }
}

TEST(ports)
{
    static const char *const bad[] = {"", "x", "-1", "65536", "1 ", "+1"};
    unsigned number = 7;
    assert_true(cli_options_port("0", &number, problem));
    assert_int_equal(number, 0);
    assert_true(cli_options_port("65535", &number, problem));
    assert_int_equal(number, 65535);
    for (int i = 0; i < COUNT(bad); i++)
        assert_false(cli_options_port(bad[i], &number, problem));
    assert_int_equal(number, 65535);
}

/* ---- send ---- */

static slack_arena_t *arena;

static int setup(void **state)
{
    arena = slack__arena_new(0, 0);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    slack__arena_free(arena);
    return 0;
}

/* The request for a command line, as JSON without nulls. */
static const char *args_of(int argc, const char *const *argv, const sim_send_options_t *options)
{
    static const sim_send_options_t none;
    sim_json_builder_t json = {arena, 0};
    sim_list_t list;
    slack_json_iter_t it = {0};
    const slack_json_t *args = sim_send_args(&json, argc, argv, options ? options : &none, problem);
    assert_int_equal(json.rc, 0);
    if (!args) return NULL;
    sim_list_begin(&json, &list, '{');
    while (slack_json_next(args, &it))
        if (slack_json_type(it.value) != SLACK_JSON_NULL)
            sim_list_put(&json, &list, it.key, it.value);
    return slack__json_text(arena, sim_list_end(&json, &list), NULL);
}

TEST(each_kind_has_its_arguments)
{
    static const struct {
        const char *argv[5];
        const char *json;
    } cases[] = {
        {{"message", "two", "words"}, "{\"text\":\"two words\",\"kind\":\"message\"}"},
        {{"mention", "hi"}, "{\"text\":\"hi\",\"kind\":\"mention\"}"},
        {{"command", "/a"}, "{\"command\":\"/a\",\"text\":\"\",\"kind\":\"command\"}"},
        {{"command", "/a", "b", "c"}, "{\"command\":\"/a\",\"text\":\"b c\",\"kind\":\"command\"}"},
        {{"click", "x"}, "{\"action_id\":\"x\",\"kind\":\"click\"}"},
        {{"options", "x"}, "{\"action_id\":\"x\",\"value\":\"\",\"kind\":\"options\"}"},
        {{"options", "x", "a b"}, "{\"action_id\":\"x\",\"value\":\"a b\",\"kind\":\"options\"}"},
        {{"shortcut", "x"}, "{\"callback_id\":\"x\",\"kind\":\"shortcut\"}"},
        {{"unreact", "eyes"}, "{\"name\":\"eyes\",\"kind\":\"unreact\"}"},
        {{"edit", "a", "b"}, "{\"text\":\"a b\",\"kind\":\"edit\"}"},
        {{"delete"}, "{\"kind\":\"delete\"}"},
        {{"link", "http://a", "b"}, "{\"url\":\"http://a\",\"text\":\"b\",\"kind\":\"link\"}"},
        {{"open-messages"}, "{\"kind\":\"open-messages\"}"},
        {{"submit"}, "{\"values\":[],\"kind\":\"submit\"}"},
        {{"submit", "f", "a/b=c", "d="},
         "{\"callback_id\":\"f\",\"values\":[\"a/b=c\",\"d=\"],\"kind\":\"submit\"}"},
        {{"submit", "a/b=c"}, "{\"values\":[\"a/b=c\"],\"kind\":\"submit\"}"},
        {{"close-view"}, "{\"kind\":\"close-view\"}"},
        {{"step", "s", "a=1", "b=x y"},
         "{\"callback_id\":\"s\",\"values\":[\"a=1\",\"b=x y\"],\"kind\":\"step\"}"},
        {{"open-home"}, "{\"kind\":\"open-home\"}"},
        {{"stop-stream"}, "{\"kind\":\"stop-stream\"}"},
        {{"open-assistant"}, "{\"kind\":\"open-assistant\"}"},
        {{"event", "{\"type\":", "\"x\"}"}, "{\"event\":{\"type\":\"x\"},\"kind\":\"event\"}"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        int argc = 0;
        while (argc < 5 && cases[i].argv[argc])
            argc++;
        assert_string_equal(args_of(argc, cases[i].argv, NULL), cases[i].json);
    }
}

TEST(options_go_along)
{
    const char *const argv[] = {"click", "x"};
    const sim_send_options_t options = {.user = "ben", .message = "1.2", .value = "v"};
    assert_string_equal(args_of(2, argv, &options),
                        "{\"action_id\":\"x\",\"kind\":\"click\",\"user\":\"ben\","
                        "\"message\":\"1.2\",\"value\":\"v\"}");
}

TEST(what_is_missing_is_said)
{
    static const struct {
        const char *argv[2];
        const char *problem;
    } cases[] = {
        {{NULL}, "a kind is missing: slackapp sim send message hello"},
        {{"nope"}, "there is no kind \"nope\": slackapp sim send --help has all of them"},
        {{"mesage"}, "there is no kind \"mesage\": do you mean message?"},
        {{"message"}, "an argument is missing: slackapp sim send message TEXT…"},
        {{"command"}, "an argument is missing: slackapp sim send command /NAME [TEXT…]"},
        {{"step"}, "an argument is missing: slackapp sim send step CALLBACK_ID [NAME=VALUE…]"},
        {{"link"}, "an argument is missing: slackapp sim send link URL [TEXT…]"},
        {{"upload", "/no/file"}, "cannot read /no/file: No such file or directory"},
        {{"event", "{x}"}, "the event is not JSON: error at byte 1"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        int argc = !cases[i].argv[0] ? 0 : cases[i].argv[1] ? 2 : 1;
        assert_null(args_of(argc, cases[i].argv, NULL));
        assert_string_equal(problem, cases[i].problem);
    }
}

int main(void)
{
    return test_run_all(setup, teardown);
}
