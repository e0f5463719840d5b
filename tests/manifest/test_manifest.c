/* SPDX-License-Identifier: MIT */
/* A manifest has what the listeners of its description need, and nothing else. */

#include "manifest/make.h"

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"

static slack_arena_t *arena;
static slack_buf_t notes, text;

static int begin(void **state)
{
    arena = slack__arena_new(0, 0);
    slack__buf_init(&notes, 4096);
    slack__buf_init(&text, 65536);
    return 0;
}

static int end(void **state)
{
    slack__buf_done(&notes);
    slack__buf_done(&text);
    slack__arena_free(arena);
    return 0;
}

static const slack_json_t *parse(const char *json)
{
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    return value;
}

static const manifest_choices_t over_socket = {.name = "bot", .url = "", .socket = true};

/* The manifest of these listeners, with calls of chat.postMessage. */
static const slack_json_t *make(const char *listeners, const manifest_choices_t *choices)
{
    manifest_needs_t needs;
    sim_json_builder_t json = {arena, 0};
    const slack_json_t *description = parse(slack__arena_printf(
        arena,
        "{\"calls\":[\"chat.postMessage\"],\"options\":{\"http_path\":\"/in\"},\"listeners\":[%s]}",
        listeners));
    slack__buf_clear(&notes);
    assert_int_equal(manifest_find_needs(description, NULL, &needs, &notes), 0);
    const slack_json_t *made = manifest_make(&json, description, &needs, choices);
    assert_int_equal(json.rc, 0);
    return made;
}

static void assert_json(const slack_json_t *value, const char *path, const char *expected)
{
    const slack_json_t *at = slack_json_get(value, path);
    assert_string_equal(at ? slack__json_text(arena, at, NULL) : "nothing", expected);
}

#define NAMED(kind, match)                                                                         \
    "{\"kind\":\"" kind "\",\"match\":\"" match "\",\"how\":\"exact\",\"name\":\"n\"}"
#define HEARS(type)    NAMED("event", type)
#define MESSAGES(more) "{\"kind\":\"event\",\"message\":true" more "}"

static void test_each_listener_has_its_scopes(void **state)
{
    static const struct {
        const char *listener, *events, *scopes;
    } rows[] = {
        {"", "nothing", "[\"chat:write\"]"},
        {HEARS("app_mention"), "[\"app_mention\"]", "[\"app_mentions:read\",\"chat:write\"]"},
        {HEARS("app_home_opened"), "[\"app_home_opened\"]", "[\"chat:write\"]"},
        {HEARS("channel_shared"), "[\"channel_shared\"]",
         "[\"channels:read\",\"chat:write\",\"groups:read\"]"},
        {MESSAGES(",\"where\":[\"im\",\"thread\"]"), "[\"message.im\"]",
         "[\"chat:write\",\"im:history\"]"},
        {MESSAGES(",\"where\":[\"thread\"]"),
         "[\"message.channels\",\"message.groups\",\"message.im\",\"message.mpim\"]",
         "[\"channels:history\",\"chat:write\",\"groups:history\",\"im:history\",\"mpim:"
         "history\"]"},
        {"{\"kind\":\"event\",\"assistant\":true}",
         "[\"assistant_thread_context_changed\",\"assistant_thread_started\",\"message.im\"]",
         "[\"assistant:write\",\"chat:write\",\"im:history\"]"},
        {NAMED("command", "/a"), "nothing", "[\"chat:write\",\"commands\"]"},
        {NAMED("shortcut", "a"), "nothing", "[\"chat:write\",\"commands\"]"},
        {NAMED("job", "a"), "nothing", "[\"chat:write\"]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *made = make(rows[i].listener, &over_socket);
        assert_json(made, "/settings/event_subscriptions/bot_events", rows[i].events);
        assert_json(made, "/oauth_config/scopes/bot", rows[i].scopes);
        assert_int_equal(notes.len, 0);
    }
}

static void test_without_a_listener_its_scope_goes(void **state)
{
    const slack_json_t *made = make(HEARS("app_mention") "," HEARS("reaction_added"), &over_socket);
    assert_json(made, "/oauth_config/scopes/bot",
                "[\"app_mentions:read\",\"chat:write\",\"reactions:read\"]");
    made = make(HEARS("app_mention"), &over_socket);
    assert_json(made, "/oauth_config/scopes/bot", "[\"app_mentions:read\",\"chat:write\"]");
}

static void test_urls_depend_on_the_transport(void **state)
{
    static const char listeners[] =
        NAMED("command", "/a") "," NAMED("options", "o") "," HEARS("team_join");
    const manifest_choices_t http = {.name = "bot", .url = "https://b.example/", .http = true};
    const slack_json_t *made = make(listeners, &http);
    assert_json(made, "/features/slash_commands/0/url", "\"https://b.example/in\"");
    assert_json(made, "/settings/event_subscriptions/request_url", "\"https://b.example/in\"");
    assert_json(made, "/settings/interactivity",
                "{\"is_enabled\":true,\"request_url\":\"https://b.example/in\","
                "\"message_menu_options_url\":\"https://b.example/in\"}");
    assert_json(made, "/settings/socket_mode_enabled", "false");
    made = make(listeners, &over_socket);
    assert_json(made, "/features/slash_commands/0/url", "nothing");
    assert_json(made, "/settings/interactivity", "{\"is_enabled\":true}");
    assert_json(made, "/settings/socket_mode_enabled", "true");
}

static void test_shortcuts_steps_and_tabs(void **state)
{
    const slack_json_t *made =
        make(NAMED("shortcut", "g") ","
                                    "{\"kind\":\"shortcut\",\"match\":\"m\",\"how\":\"exact\","
                                    "\"type\":\"message_action\"},"
                                    "{\"kind\":\"event\",\"function\":true,\"match\":\"s\\\"t\","
                                    "\"how\":\"exact\"}," HEARS("app_home_opened"),
             &over_socket);
    assert_json(made, "/features/shortcuts/0/type", "\"global\"");
    assert_json(made, "/features/shortcuts/1/type", "\"message\"");
    assert_json(made, "/features/app_home/home_tab_enabled", "true");
    assert_json(made, "/functions/s\"t/title", "\"s\\\"t\"");
    assert_json(made, "/settings/function_runtime", "\"remote\"");
    assert_json(made, "/settings/org_deploy_enabled", "true");
    assert_json(make("", &over_socket), "/functions", "nothing");
}

/* Each such listener has a line, and the rest of the manifest is made. */
static void test_what_listeners_do_not_tell(void **state)
{
    static const char *const listeners[] = {
        "{\"kind\":\"event\",\"name\":\"n\"}",
        "{\"kind\":\"event\",\"name\":\"n\",\"match\":\"a.*\",\"how\":\"regex\"}",
        HEARS("hello"),
        "{\"kind\":\"command\",\"name\":\"n\",\"match\":\"^/a\",\"how\":\"regex\"}",
        "{\"kind\":\"shortcut\",\"name\":\"n\"}",
        "{\"kind\":\"event\",\"function\":true,\"name\":\"n\"}",
    };
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++) {
        make(listeners[i], &over_socket);
        assert_non_null(strstr(slack__buf_ptr(&notes), "The listener n "));
    }
}

static void test_more_than_slack_takes(void **state)
{
    char listeners[8192] = "";
    for (int i = 0; i < 11; i++)
        snprintf(listeners + strlen(listeners), sizeof listeners - strlen(listeners),
                 "%s" NAMED("shortcut", "s%d"), i ? "," : "", i);
    make(listeners, &over_socket);
    assert_non_null(strstr(slack__buf_ptr(&notes), "at most 10 shortcuts, and this bot has 11"));
}

static void test_scopes_of_methods(void **state)
{
    slack_slice_t scopes;
    assert_true(manifest_method_scopes("chat.postMessage", false, &scopes));
    assert_true(slack__slice_eq(scopes, SLACK_SLICE("chat:write")));
    assert_true(manifest_method_scopes("auth.test", false, &scopes));
    assert_int_equal(scopes.len, 0);
    assert_false(manifest_method_scopes("admin.users.list", false, &scopes));
    assert_true(manifest_method_scopes("admin.users.list", true, &scopes));
    assert_true(slack__slice_eq(scopes, SLACK_SLICE("admin.users:read")));
    assert_true(manifest_method_scopes("conversations.create", true, &scopes));
    assert_int_equal(strncmp(scopes.ptr, "channels:write", 14), 0);
    assert_false(manifest_method_scopes("no.method", true, &scopes));
}

/* One of several is enough: one that is there already, or one that the app has, or the first. */
static void test_one_of_several_scopes(void **state)
{
    const manifest_reason_t by = {"call", "m"};
    manifest_names_t names = {.count = 0};
    manifest_names_need(&names, SLACK_SLICE("a b c"), "", by);
    assert_true(names.count == 1 && manifest_names_find(&names, SLACK_SLICE("a")));
    names.count = 0;
    manifest_names_add(&names, SLACK_SLICE("b"), by);
    manifest_names_need(&names, SLACK_SLICE("a b c"), "c", by);
    assert_int_equal(names.count, 1);
    names.count = 0;
    manifest_names_need(&names, SLACK_SLICE("a b c"), "x,c b", by);
    assert_true(names.count == 1 && manifest_names_find(&names, SLACK_SLICE("b")));
}

/* A binary search finds each row. */
static void test_all_events_are_found(void **state)
{
    static const char *const types[] = {
#define EVENT(type, scopes) type,
#include "manifest/events.def"
#undef EVENT
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        assert_non_null(manifest_event_scopes(types[i]));
    assert_null(manifest_event_scopes("url_verification"));
    assert_null(manifest_event_scopes(""));
}

static void test_lines_of_json(void **state)
{
    assert_int_equal(manifest_print(&text, parse("{\"a\":[],\"b\":[1,{\"c\":\"d\"}],\"e\":{}}")),
                     0);
    assert_string_equal(slack__buf_ptr(&text), "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n"
                                               "      \"c\": \"d\"\n    }\n  ],\n  \"e\": {}\n}\n");
}

static bool attempt(size_t nth, bool all)
{
    static const char given[] = "{\"calls\":[\"users.info\"],\"listeners\":[" HEARS(
        "app_mention") ",{\"kind\":\"event\"}," NAMED("shortcut", "m") "]}";
    manifest_needs_t needs;
    const slack_json_t *description = NULL;
    heap_fail_at(nth, all);
    begin(NULL);
    sim_json_builder_t json = {arena, 0};
    int rc =
        arena ? slack__json_parse(arena, given, strlen(given), &description, NULL) : SLACK_ENOMEM;
    if (rc == 0) rc = manifest_find_needs(description, NULL, &needs, &notes);
    const slack_json_t *made =
        rc == 0 ? manifest_make(&json, description, &needs, &over_socket) : NULL;
    if (rc == 0) rc = json.rc;
    if (rc == 0) rc = manifest_print(&text, made);
    const bool failed = heap_heal();
    assert_true(rc == 0 || (failed && rc == SLACK_ENOMEM));
    end(NULL);
    arena = NULL;
    return failed;
}

static void test_without_memory(void **state)
{
    assert_in_range(alloc_fail_attempts(attempt), 5, 10000);
}

#define MANIFESTS(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MANIFESTS(test_each_listener_has_its_scopes),
        MANIFESTS(test_without_a_listener_its_scope_goes),
        MANIFESTS(test_urls_depend_on_the_transport),
        MANIFESTS(test_shortcuts_steps_and_tabs),
        MANIFESTS(test_what_listeners_do_not_tell),
        MANIFESTS(test_more_than_slack_takes),
        MANIFESTS(test_scopes_of_methods),
        MANIFESTS(test_one_of_several_scopes),
        MANIFESTS(test_all_events_are_found),
        MANIFESTS(test_lines_of_json),
        cmocka_unit_test(test_without_memory),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
