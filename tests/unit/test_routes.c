/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/routes.h"
#include "support/alloc_fail.h"
#include "util/json.h"

static slack_arena_t *arena;
static slack_routes_t *routes;

static int setup(void **state)
{
    (void)state;
    arena = slack__arena_new(0, 0);
    routes = slack__routes_new();
    return arena == NULL || routes == NULL;
}

static int teardown(void **state)
{
    (void)state;
    slack__routes_free(routes);
    slack__arena_free(arena);
    return 0;
}

static int handler(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

static void add(enum slack_kind kind, const char *match, enum slack_match how, int message)
{
    slack_listener_t l = {
        .kind = kind, .match = match, .how = how, .message = message, .fn = handler};
    assert_int_equal(slack__routes_add(routes, &l), 0);
}

static const slack_json_t *parse(const char *text)
{
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, text, strlen(text), &value, NULL), 0);
    return value;
}

/* The names of what is to run, in order, separated by blanks. */
static const char *match(enum slack_kind kind, const char *body)
{
    slack_step_t *steps = NULL;
    size_t count = 0;
    assert_int_equal(slack__routes_match(routes, kind, parse(body), arena, &steps, &count), 0);
    const char *names = "";
    for (size_t i = 0; i < count; i++)
        names = slack__arena_printf(arena, "%s%s%s", names, i ? " " : "",
                                    steps[i].route->listener.name);
    return names;
}

static void test_events_run_every_match_in_order(void **state)
{
    (void)state;
    add(SLACK_KIND_EVENT, "reaction_added", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, NULL, SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, "reaction", SLACK_MATCH_CONTAINS, 0);
    add(SLACK_KIND_EVENT, "reaction_added", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_EVENT, "app_mention", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_EVENT, "{\"event\":{\"type\":\"reaction_added\"}}"),
                        "event:reaction_added event:* event:reaction event:reaction_added");
}

static void test_others_run_the_first_match(void **state)
{
    (void)state;
    add(SLACK_KIND_COMMAND, "/dep", SLACK_MATCH_CONTAINS, 0);
    add(SLACK_KIND_COMMAND, "/deploy", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_COMMAND, "{\"command\":\"/deploy\"}"), "command:/dep");
    assert_string_equal(match(SLACK_KIND_COMMAND, "{\"command\":\"/other\"}"), "");
}

static void test_every_action_of_a_payload(void **state)
{
    (void)state;
    add(SLACK_KIND_ACTION, "a", SLACK_MATCH_EXACT, 0);
    add(SLACK_KIND_ACTION, NULL, SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_ACTION, "{\"actions\":[{\"action_id\":\"b\"},"
                                                 "{\"action_id\":\"a\"}]}"),
                        "action:* action:a");
    /* A legacy attachment's action has no action_id. */
    add(SLACK_KIND_SHORTCUT, "c", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_ACTION, "{\"callback_id\":\"a\",\"actions\":[{}]}"),
                        "action:a");
}

static void test_selectors(void **state)
{
    (void)state;
    static const enum slack_kind kinds[] = {SLACK_KIND_SHORTCUT, SLACK_KIND_VIEW_SUBMISSION,
                                            SLACK_KIND_VIEW_CLOSED, SLACK_KIND_OPTIONS,
                                            SLACK_KIND_DIALOG};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add(kinds[i], "x", SLACK_MATCH_EXACT, 0);
    assert_string_equal(match(SLACK_KIND_SHORTCUT, "{\"callback_id\":\"x\"}"), "shortcut:x");
    assert_string_equal(match(SLACK_KIND_VIEW_SUBMISSION, "{\"view\":{\"callback_id\":\"x\"}}"),
                        "view_submission:x");
    assert_string_equal(match(SLACK_KIND_VIEW_CLOSED, "{\"view\":{\"callback_id\":\"x\"}}"),
                        "view_closed:x");
    assert_string_equal(match(SLACK_KIND_OPTIONS, "{\"action_id\":\"x\"}"), "options:x");
    assert_string_equal(match(SLACK_KIND_DIALOG, "{\"callback_id\":\"x\"}"), "dialog:x");
}

static void test_messages(void **state)
{
    (void)state;
    add(SLACK_KIND_EVENT, "hello", SLACK_MATCH_CONTAINS, 1);
    static const struct {
        const char *event;
        bool runs;
    } cases[] = {
        {"{\"event\":{\"type\":\"message\",\"text\":\"oh hello you\"}}", true},
        {"{\"event\":{\"type\":\"message\",\"text\":\"Hello\"}}", false},
        {"{\"event\":{\"type\":\"message\",\"text\":\"a\\nhello\"}}", true},
        {"{\"event\":{\"type\":\"message\"}}", false},
        {"{\"event\":{\"type\":\"app_mention\",\"text\":\"hello\"}}", false},
        {"{\"event\":{\"type\":\"message\",\"subtype\":\"bot_message\",\"text\":\"hello\"}}", true},
        {"{\"event\":{\"type\":\"message\",\"subtype\":\"file_share\",\"text\":\"hello\"}}", true},
        {"{\"event\":{\"type\":\"message\",\"subtype\":\"thread_broadcast\",\"text\":\"hello\"}}",
         true},
        {"{\"event\":{\"type\":\"message\",\"subtype\":\"message_changed\",\"text\":\"hello\"}}",
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(match(SLACK_KIND_EVENT, cases[i].event),
                            cases[i].runs ? "message:hello" : "");
}

/* A pattern's characters mean themselves: "a.c" is no regular expression. */
static void test_contains_is_literal(void **state)
{
    (void)state;
    add(SLACK_KIND_EVENT, "a.c", SLACK_MATCH_CONTAINS, 1);
    assert_string_equal(
        match(SLACK_KIND_EVENT, "{\"event\":{\"type\":\"message\",\"text\":\"abc\"}}"), "");
}

static void test_names_longer_than_a_key(void **state)
{
    (void)state;
    char a[300], b[300], body[400];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    a[298] = 'a';
    b[298] = 'b';
    a[299] = b[299] = '\0';
    add(SLACK_KIND_OPTIONS, a, SLACK_MATCH_EXACT, 0);
    snprintf(body, sizeof body, "{\"action_id\":\"%s\"}", b);
    assert_string_equal(match(SLACK_KIND_OPTIONS, body), "");
    snprintf(body, sizeof body, "{\"action_id\":\"%s\"}", a);
    assert_string_not_equal(match(SLACK_KIND_OPTIONS, body), "");
}

static void test_what_cannot_be_registered(void **state)
{
    (void)state;
    static const slack_listener_t bad[] = {
        {.kind = SLACK_KIND_EVENT},
        {.fn = handler},
        {.kind = (enum slack_kind)99, .fn = handler},
        {.kind = SLACK_KIND_EVENT, .match = "", .fn = handler},
        {.kind = SLACK_KIND_COMMAND, .message = 1, .fn = handler},
        {.kind = SLACK_KIND_EVENT, .how = (enum slack_match)7, .fn = handler},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(slack__routes_add(routes, &bad[i]), SLACK_EINVAL);
    assert_int_equal(slack__routes_add(routes, NULL), SLACK_EINVAL);
}

static void test_what_would_have_matched(void **state)
{
    (void)state;
    assert_string_equal(slack__routes_suggest(SLACK_KIND_ACTION,
                                              parse("{\"actions\":[{\"action_id\":\"approve\"}]}"),
                                              arena),
                        "slack_on_action(app, \"approve\", handler, NULL)");
    assert_string_equal(slack__routes_suggest(SLACK_KIND_VIEW_CLOSED,
                                              parse("{\"view\":{\"callback_id\":\"f\"}}"), arena),
                        "slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_VIEW_CLOSED, "
                        ".match = \"f\", .fn = "
                        "handler})");
    assert_string_equal(slack__routes_suggest(SLACK_KIND_UNKNOWN, parse("{}"), arena), "");
}

static void count_free(void *user_data)
{
    ++*(int *)user_data;
}

static void test_user_data_is_freed_once(void **state)
{
    (void)state;
    int freed = 0;
    slack_listener_t l = {
        .kind = SLACK_KIND_EVENT, .fn = handler, .user_data = &freed, .user_data_free = count_free};
    slack_routes_t *own = slack__routes_new();
    assert_int_equal(slack__routes_add(own, &l), 0);
    slack__routes_free(own);
    assert_int_equal(freed, 1);
}

static int build_and_match(void *ctx)
{
    int *freed = ctx;
    *freed = 0;
    slack_routes_t *own = slack__routes_new();
    slack_arena_t *a = slack__arena_new(0, 0);
    int rc = own && a ? 0 : SLACK_ENOMEM;
    int added = 0;
    for (int i = 0; rc == 0 && i < 6; i++) {
        char name[8];
        snprintf(name, sizeof name, "e%d", i / 2);
        slack_listener_t l = {.kind = SLACK_KIND_EVENT,
                              .match = name,
                              .fn = handler,
                              .user_data = freed,
                              .user_data_free = count_free};
        rc = slack__routes_add(own, &l);
        added += rc == 0;
    }
    const slack_json_t *body = NULL;
    slack_step_t *steps = NULL;
    size_t count = 0;
    if (rc == 0) rc = slack__jsonf(a, &body, NULL, "{event: {type: 'e1'}}");
    if (rc == 0) rc = slack__routes_match(own, SLACK_KIND_EVENT, body, a, &steps, &count);
    if (rc == 0) assert_int_equal(count, 2);
    slack__arena_free(a);
    slack__routes_free(own);
    assert_int_equal(*freed, added); /* what was refused stays the caller's */
    return rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    int freed;
    alloc_fail_each(build_and_match, &freed);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_events_run_every_match_in_order),
        CASE(test_others_run_the_first_match),
        CASE(test_every_action_of_a_payload),
        CASE(test_selectors),
        CASE(test_messages),
        CASE(test_contains_is_literal),
        CASE(test_names_longer_than_a_key),
        CASE(test_what_cannot_be_registered),
        CASE(test_what_would_have_matched),
        cmocka_unit_test(test_user_data_is_freed_once),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
