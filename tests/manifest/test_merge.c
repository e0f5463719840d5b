/* SPDX-License-Identifier: MIT */
/* A manifest that somebody has edited: what it lacks, what it has to spare, and the two in one. */

#include "manifest/check.h"

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"

static slack_arena_t *arena;
static slack_buf_t notes;
static manifest_needs_t needs;

static int begin(void **state)
{
    arena = slack__arena_new(0, 0);
    slack__buf_init(&notes, 4096);
    return 0;
}

static int end(void **state)
{
    slack__buf_done(&notes);
    slack__arena_free(arena);
    return 0;
}

static const slack_json_t *parse(const char *json)
{
    const slack_json_t *value = NULL;
    assert_int_equal(slack__json_parse(arena, json, strlen(json), &value, NULL), 0);
    return value;
}

static const char description[] =
    "{\"calls\":[\"chat.postMessage\",\"conversations.list\"],\"listeners\":["
    "{\"kind\":\"event\",\"name\":\"mention\",\"match\":\"app_mention\",\"how\":\"exact\"},"
    "{\"kind\":\"command\",\"name\":\"go\",\"match\":\"/go\",\"how\":\"exact\"},"
    "{\"kind\":\"shortcut\",\"name\":\"cut\",\"match\":\"cut\",\"how\":\"exact\"},"
    "{\"kind\":\"event\",\"assistant\":true,\"name\":\"helper\"}]}";

/* A manifest that a person has edited: it has other names, a scope and members that the code does
 * not know, and it lacks most of what the code needs. */
static const char edited[] =
    "{\"_metadata\":{\"major_version\":2},\"display_information\":{\"name\":\"Mine\","
    "\"description\":"
    "\"Does it\",\"background_color\":\"#112233\"},\"features\":{\"bot_user\":{\"display_name\":"
    "\"mine\",\"always_online\":false},\"slash_commands\":[{\"command\":\"/old\",\"description\":"
    "\"Gone\"},{\"command\":\"/go\",\"description\":\"Goes\",\"usage_hint\":\"[where]\"}],"
    "\"agent_view\":{\"agent_description\":\"Helps\"}},\"oauth_config\":{\"scopes\":{\"bot\":["
    "\"groups:read\",\"users:read\"],\"user\":[\"search:read\"]},\"redirect_urls\":["
    "\"https://a.example/x\"]},\"settings\":{\"socket_mode_enabled\":false,\"interactivity\":"
    "{\"is_enabled\":false},\"allowed_ip_address_ranges\":[\"1.2.3.4\"]}}";

static const manifest_choices_t over_socket = {.name = "bot", .url = "", .socket = true};

typedef struct merged {
    const slack_json_t *manifest;
    manifest_findings_t findings;
} merged_t;

static merged_t merge(const char *told, const slack_json_t *given, bool prune)
{
    merged_t m = {NULL, {arena, &needs, NULL, 0, 0, 0}};
    sim_json_builder_t json = {arena, 0};
    manifest_scopes_t has;
    const slack_json_t *read = parse(told);
    assert_true(manifest_scopes_of(arena, given, &has));
    assert_int_equal(manifest_find_needs(read, &has, &needs, &notes), 0);
    const slack_json_t *made = manifest_make(&json, read, &needs, &over_socket);
    const manifest_merging_t merging = {&json, &needs, prune, manifest_findings_add, &m.findings};
    m.manifest = manifest_merge(&merging, made, given);
    assert_int_equal(json.rc, 0);
    assert_int_equal(m.findings.rc, 0);
    return m;
}

static void assert_json(const slack_json_t *value, const char *path, const char *expected)
{
    const slack_json_t *at = slack_json_get(value, path);
    assert_string_equal(at ? slack__json_text(arena, at, NULL) : "nothing", expected);
}

static bool found(const manifest_findings_t *findings, const char *sentence)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].sentence, sentence) == 0) return true;
    return false;
}

static void test_the_two_in_one(void **state)
{
    const merged_t m = merge(description, parse(edited), false);
    assert_json(m.manifest, "/_metadata/major_version", "2");
    assert_json(m.manifest, "/display_information/name", "\"Mine\"");
    assert_json(m.manifest, "/features/bot_user/always_online", "false");
    assert_json(m.manifest, "/features/slash_commands/0/command", "\"/old\"");
    assert_json(m.manifest, "/features/slash_commands/1",
                "{\"command\":\"/go\",\"description\":\"Goes\",\"usage_hint\":\"[where]\","
                "\"should_escape\":false}");
    assert_json(m.manifest, "/features/shortcuts/0/callback_id", "\"cut\"");
    assert_json(m.manifest, "/features/agent_view/agent_description", "\"Helps\"");
    assert_json(m.manifest, "/features/assistant_view", "nothing");
    /* conversations.list needs one of several scopes, of which there is one. */
    assert_json(m.manifest, "/oauth_config/scopes/bot",
                "[\"groups:read\",\"users:read\",\"app_mentions:read\",\"assistant:write\","
                "\"chat:write\",\"commands\",\"im:history\"]");
    assert_json(m.manifest, "/oauth_config/redirect_urls", "[\"https://a.example/x\"]");
    assert_json(m.manifest, "/settings/socket_mode_enabled", "true");
    assert_json(m.manifest, "/settings/interactivity/is_enabled", "true");
    assert_json(m.manifest, "/settings/allowed_ip_address_ranges/0", "\"1.2.3.4\"");
    assert_json(m.manifest, "/settings/event_subscriptions/bot_events/0", "\"app_mention\"");
}

static void test_the_findings(void **state)
{
    const merged_t m = merge(description, parse(edited), false);
    const manifest_findings_t *f = &m.findings;
    assert_true(found(f, "The listener mention takes app_mention, and the manifest does not "
                         "subscribe to it."));
    assert_true(found(f,
                      "The event app_mention needs the scope app_mentions:read, and the manifest "
                      "lacks it."));
    assert_true(found(f, "The call chat.postMessage needs the scope chat:write, and the manifest "
                         "lacks it."));
    assert_true(found(f, "The listener cut needs the shortcut cut, and the manifest lacks it."));
    assert_true(found(f, "Nothing in the program needs the scope users:read."));
    assert_true(found(f, "Nothing in the program needs the user scope search:read."));
    assert_true(found(f, "Nothing in the program needs the command /old."));
    assert_true(found(f, "/settings/socket_mode_enabled is false, and the app needs true."));
    assert_true(found(f, "/settings/interactivity/is_enabled is false, and the app needs true."));
    for (size_t i = 0; i < f->count; i++) {
        assert_true(f->list[i].path[0] && f->list[i].cure[0]);
        assert_null(strstr(f->list[i].sentence, "redirect"));
        assert_null(strstr(f->list[i].sentence, "groups:read"));
    }
}

/* After a merge nothing is missing, and a second one changes nothing; after pruning nothing is to
 * spare. This holds for every way of cutting a member out of the manifest, too. */
static void test_a_second_merge_changes_nothing(void **state)
{
    const merged_t once = merge(description, parse(edited), false);
    const merged_t twice = merge(description, once.manifest, false);
    assert_true(slack__json_equal(once.manifest, twice.manifest));
    for (size_t i = 0; i < twice.findings.count; i++)
        assert_int_equal(twice.findings.list[i].severity, MANIFEST_WARNING);
    const merged_t pruned = merge(description, once.manifest, true);
    assert_json(pruned.manifest, "/features/slash_commands/1", "nothing");
    assert_json(pruned.manifest, "/oauth_config/scopes/user", "[]");
    assert_int_equal(merge(description, pruned.manifest, false).findings.count, 0);

    static const char *const cut[] = {
        "{}",
        "{\"features\":{}}",
        "{\"features\":7,\"settings\":[],\"oauth_config\":\"x\"}",
        "{\"oauth_config\":{\"scopes\":{\"bot\":\"chat:write\"}}}",
        "{\"oauth_config\":{\"scopes\":{\"bot\":[1,{},\"chat:write\",null]}}}",
        "{\"features\":{\"slash_commands\":[{},7,{\"command\":8}],\"shortcuts\":{}}}",
        "{\"settings\":{\"interactivity\":null,\"event_subscriptions\":{\"bot_events\":{}}}}",
    };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        const merged_t first = merge(description, parse(cut[i]), true);
        const merged_t second = merge(description, first.manifest, true);
        assert_true(first.findings.count > 0);
        assert_int_equal(second.findings.count, 0);
        assert_true(slack__json_equal(first.manifest, second.manifest));
    }
}

/* A listener without a name may take any command, and a program that declares no calls may make any
 * call: then nobody can say what is to spare. */
static void test_what_nobody_can_know(void **state)
{
    static const char vague[] = "{\"listeners\":[{\"kind\":\"command\",\"name\":\"any\"},"
                                "{\"kind\":\"event\",\"name\":\"all\"}]}";
    const merged_t m = merge(vague, parse(edited), true);
    assert_json(m.manifest, "/features/slash_commands/0/command", "\"/old\"");
    assert_json(m.manifest, "/oauth_config/scopes/bot",
                "[\"groups:read\",\"users:read\",\"chat:write\",\"commands\"]");
    for (size_t i = 0; i < m.findings.count; i++)
        assert_null(strstr(m.findings.list[i].sentence, "Nothing"));
}

/* An app that others install has these events; this shell may lack its client id. */
static void test_events_that_the_library_takes(void **state)
{
    static const char given[] = "{\"settings\":{\"event_subscriptions\":{\"bot_events\":["
                                "\"app_uninstalled\",\"tokens_revoked\"]}}}";
    const merged_t m = merge(description, parse(given), true);
    assert_json(m.manifest, "/settings/event_subscriptions/bot_events/0", "\"app_uninstalled\"");
    assert_json(m.manifest, "/settings/event_subscriptions/bot_events/1", "\"tokens_revoked\"");
    for (size_t i = 0; i < m.findings.count; i++)
        assert_null(strstr(m.findings.list[i].sentence, "Nothing"));
}

/* A program without an event has no settings of events: those of the manifest are to spare. */
static void test_events_of_a_bot_without_one(void **state)
{
    static const char silent[] = "{\"calls\":[],\"listeners\":[]}";
    static const char given[] = "{\"display_information\":{\"name\":\"a\"},\"settings\":{"
                                "\"socket_mode_enabled\":true,\"event_subscriptions\":{"
                                "\"user_events\":[\"x\"],\"bot_events\":[\"app_mention\"]}}}";
    const merged_t kept = merge(silent, parse(given), false);
    assert_true(found(&kept.findings, "Nothing in the program needs the event app_mention."));
    assert_json(kept.manifest, "/settings/event_subscriptions/bot_events", "[\"app_mention\"]");
    const merged_t pruned = merge(silent, parse(given), true);
    assert_json(pruned.manifest, "/settings/event_subscriptions",
                "{\"user_events\":[\"x\"],\"bot_events\":[]}");
    const merged_t again = merge(silent, pruned.manifest, true);
    assert_false(found(&again.findings, "Nothing in the program needs the event app_mention."));
}

/* A listener for shortcuts of messages gets no global one. A listener that names no type gets both,
 * so the manifest chooses. */
static void test_types_of_shortcuts(void **state)
{
    static const char told[] =
        "{\"calls\":[],\"listeners\":["
        "{\"kind\":\"shortcut\",\"name\":\"m\",\"match\":\"m\",\"how\":\"exact\",\"type\":"
        "\"message_action\"},"
        "{\"kind\":\"shortcut\",\"name\":\"g\",\"match\":\"g\",\"how\":\"exact\"}]}";
    static const char given[] = "{\"features\":{\"shortcuts\":["
                                "{\"callback_id\":\"m\",\"type\":\"global\"},"
                                "{\"callback_id\":\"g\",\"type\":\"message\"}]}}";
    const merged_t m = merge(told, parse(given), false);
    assert_true(found(&m.findings, "/features/shortcuts/…/type of m is \"global\", and the app "
                                   "needs \"message\"."));
    assert_json(m.manifest, "/features/shortcuts/0/type", "\"message\"");
    assert_json(m.manifest, "/features/shortcuts/1/type", "\"message\"");
    for (size_t i = 0; i < m.findings.count; i++)
        assert_null(strstr(m.findings.list[i].sentence, "type of g "));
    assert_true(slack__json_equal(merge(told, m.manifest, false).manifest, m.manifest));
}

static int read_text(const char *json, const slack_json_t **ret)
{
    return arena ? slack__json_parse(arena, json, strlen(json), ret, NULL) : SLACK_ENOMEM;
}

static bool attempt(size_t nth, bool all)
{
    const slack_json_t *read = NULL, *given = NULL;
    heap_fail_at(nth, all);
    begin(NULL);
    manifest_findings_t findings = {arena, &needs, NULL, 0, 0, 0};
    sim_json_builder_t json = {arena, 0};
    manifest_scopes_t has;
    int rc = read_text(description, &read);
    if (rc == 0) rc = read_text(edited, &given);
    if (rc == 0 && !manifest_scopes_of(arena, given, &has)) rc = SLACK_ENOMEM;
    if (rc == 0) rc = manifest_find_needs(read, &has, &needs, &notes);
    if (rc == 0) {
        const slack_json_t *made = manifest_make(&json, read, &needs, &over_socket);
        const manifest_merging_t merging = {&json, &needs, false, manifest_findings_add, &findings};
        if (json.rc == 0) manifest_merge(&merging, made, given);
        rc = json.rc ? json.rc : findings.rc;
    }
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

#define MERGES(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MERGES(test_the_two_in_one),
        MERGES(test_the_findings),
        MERGES(test_a_second_merge_changes_nothing),
        MERGES(test_what_nobody_can_know),
        MERGES(test_events_that_the_library_takes),
        MERGES(test_events_of_a_bot_without_one),
        MERGES(test_types_of_shortcuts),
        cmocka_unit_test(test_without_memory),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
