/* SPDX-License-Identifier: MIT */
#include "protocol/methods.h"
#include "sim/methods.h"
#include "support/sim_case.h"
#include "support/test.h"

/* What the simulator takes from the table of Slack's methods: their names, arguments and pages. */

ALONE(a_missing_argument_is_named)
{
    size_t count, checked = 0;
    const slack_method_t *methods = slack__methods(&count);
    for (size_t i = 0; i < count; i++) {
        const sim_method_t *method = sim_method_find(methods[i].name);
        if (!method || method->token != SIM_TOKEN_BOT) continue;
        const slack_json_t *answer = sim_peer_api(&peer, method->name, "{}");
        if (strcmp(slack_json_str(answer, "/error"), "no_item_specified") == 0) continue;
        slack_json_iter_t it = {0};
        for (const slack_arg_t *arg = methods[i].args; arg->type != SLACK_ARG_NONE; arg++) {
            if (!arg->required) continue;
            assert_member(answer, "/error", "invalid_arguments");
            assert_true(
                slack_json_next(slack_json_get(answer, "/response_metadata/messages"), &it));
            assert_string_equal(
                slack_json_str(it.value, ""),
                slack__arena_printf(peer.arena, "[ERROR] missing required field: %s", arg->name));
            checked++;
        }
        assert_false(slack_json_next(slack_json_get(answer, "/response_metadata/messages"), &it));
    }
    assert_true(checked > 30);
}

ALONE(refusals)
{
    static const struct {
        const char *method, *body, *error;
    } cases[] = {
        {"no.such", "{}", "unknown_method"},
        {"admin.users.list", "{}", "unknown_method"},
        {"files.upload", "{}", "method_deprecated"},
        {"stars.add", "{}", "method_deprecated"},
        {"channels.list", "{}", "method_deprecated"},
        {"im.open", "{}", "method_deprecated"},
        /* Empty is not missing. */
        {"conversations.info", "{'channel':''}", "channel_not_found"},
        {"conversations.replies", "{'channel':'C0GENERAL1','ts':''}", "thread_not_found"},
        {"users.info", "{'user':null}", "user_not_found"},
        {"chat.update", "{'channel':'C0GENERAL1','ts':'','text':'x'}", "message_not_found"},
        {"chat.scheduleMessage", "{'channel':'general','text':'x','post_at':''}", "invalid_time"},
        /* Slack ignores what it does not know. */
        {"auth.test", "{'no_such':1,'channel':'nowhere'}", ""},
        {"chat.postMessage", "{'channel':'general','text':'x','icon':[]}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(cases[i].method, cases[i].body, cases[i].error);
    assert_null(slack_json_get(sim_peer_api(&peer, "auth.test", "{'no_such':1}"), "/warning"));
    assert_member(sim_peer_api(&peer, "admin.users.list", "{}"), "/response_metadata/messages/0",
                  "[ERROR] Slack has admin.users.list, and the simulator does not: "
                  "docs/simulator.md lists its methods");
}

/* ---- pages ---- */

/* The number of items in all pages; each cursor ends in '='. */
static size_t page_through(const char *method, const char *args, const char *items,
                           size_t *ret_pages)
{
    const char *cursor = "";
    size_t count = 0;
    *ret_pages = 0;
    do {
        const char *body = slack__arena_printf(peer.arena, "{%s,'cursor':'%s'}", args, cursor);
        const slack_json_t *answer = sim_peer_api(&peer, method, body);
        assert_member(answer, "/error", "");
        count += slack_json_count(answer, items);
        cursor = slack_json_str(answer, "/response_metadata/next_cursor");
        if (*cursor) assert_string_equal(cursor + strlen(cursor) - 1, "=");
    } while (++*ret_pages < 1000 && *cursor);
    return count;
}

ALONE(every_list_comes_in_pages)
{
    static const struct {
        const char *method, *args, *items;
        size_t count, pages;
    } lists[] = {
        {"users.list", "'limit':1", "/members", 4, 4},
        {"conversations.list", "'limit':2", "/channels", 3, 4}, /* two of them empty */
        {"conversations.list", "'limit':3,'types':'im'", "/channels", 3, 3},
        {"conversations.members", "'limit':3,'channel':'C0GENERAL1'", "/members", 4, 2},
        {"conversations.history", "'limit':2,'channel':'C0GENERAL1'", "/messages", 3, 2},
        {"conversations.replies", "'limit':1,'channel':'C0GENERAL1','ts':'$'", "/messages", 1, 1},
        {"chat.scheduledMessages.list", "'limit':1", "/scheduled_messages", 0, 1},
    };
    const char *ts = "";
    for (int i = 0; i < 3; i++)
        ts = slack_json_str(
            sim_peer_api(&peer, "chat.postMessage", "{'channel':'general','text':'x'}"), "/ts");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t pages;
        const char *at = strchr(lists[i].args, '$');
        const char *args = at ? slack__arena_printf(peer.arena, "%.*s%s'",
                                                    (int)(at - lists[i].args), lists[i].args, ts)
                              : lists[i].args;
        assert_int_equal(page_through(lists[i].method, args, lists[i].items, &pages),
                         lists[i].count);
        assert_int_equal(pages, lists[i].pages);
        const char *bad = slack__arena_printf(peer.arena, "{%s,'cursor':'bmV4dDo='}", args);
        assert_error(lists[i].method, bad, "invalid_cursor");
    }
}
