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
        if (strcmp(method->name, "auth.revoke") == 0) continue; /* it ends the token */
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
        {"users.conversations", "{'user':'U1'}", "user_not_found"},
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
        {"users.conversations", "'limit':2", "/channels", 2, 4}, /* not #lounge */
        {"users.conversations", "'limit':100,'types':'public_channel,private_channel,im'",
         "/channels", 6, 1},
        {"users.conversations", "'limit':9,'user':'U0BEN00001','types':'im'", "/channels", 1, 1},
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

/* ---- a big workspace ---- */

TEST(a_workspace_has_many_people)
{
    const sim_options_t options = {.people = 1050};
    sim_peer_open(&peer, &options);
    size_t pages, admins = 0, bots = 0;
    assert_int_equal(page_through("users.list", "'limit':200", "/members", &pages), 1050);
    assert_int_equal(pages, 6);
    const slack_json_t *all = sim_peer_api(&peer, "users.list", "{}");
    for (slack_json_iter_t it = {0}; slack_json_next(slack_json_get(all, "/members"), &it);) {
        admins += slack_json_bool(it.value, "/is_admin");
        bots += slack_json_bool(it.value, "/is_bot");
        const sim_users_t *users = &peer.sim->services->workspace->users;
        const sim_user_t *user = sim_user_find(users, slack_json_str(it.value, "/name"));
        assert_string_equal(user->id, slack_json_str(it.value, "/id")); /* names are unique */
    }
    assert_int_equal(admins, 43);
    assert_int_equal(bots, 43);
    /* They are in #general, except for bots and who is deactivated, and can get messages. */
    page_through("conversations.members", "'channel':'C0GENERAL1','limit':500", "/members", &pages);
    assert_int_equal(pages, 2);
    static const struct {
        const char *method, *body, *error;
    } cases[] = {
        {"users.info", "{'user':'U0P0001049'}", ""},
        {"users.info", "{'user':'U0P0001050'}", "user_not_found"},
        {"chat.postMessage", "{'channel':'U0P0000004','text':'hi <@U0P0000007>'}", ""},
        {"chat.postMessage", "{'channel':'U0P0000011','text':'to a bot'}", "channel_not_found"},
        {"conversations.open", "{'users':'U0P0000004'}", ""},
        {"conversations.open", "{'users':'U0P0000023'}", "user_disabled"},
        {"conversations.open", "{'users':'U0P0000004,U0P0000005'}", ""},
        {"conversations.invite", "{'channel':'secret','users':'U0P0000004,U0P0000005'}", ""},
        {"conversations.invite", "{'channel':'secret','users':'U0P0000004'}", "already_in_channel"},
        {"conversations.kick", "{'channel':'secret','user':'U0P0000004'}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_error(cases[i].method, cases[i].body, cases[i].error);
    assert_string_equal(sim_peer_transcript(&peer), "DM with emil4  bot: hi @hana7\n"
                                                    "#secret  bot invites emil4, fatima5\n"
                                                    "#secret  bot removes emil4\n");
    sim_peer_close(&peer);
}

/* ---- rate limits ---- */

/* How many of `calls` calls at once are answered; the Retry-After of the others. */
static unsigned burst(sim_rate_limits_t *limits, const char *method, const sim_channel_t *channel,
                      uint64_t *ret_retry_after_s)
{
    unsigned taken = 0;
    while (taken < 1000 &&
           (*ret_retry_after_s = sim_rate_limits_take(limits, method, channel)) == 0)
        taken++;
    return taken;
}

ALONE(rates_are_those_of_the_table)
{
    static const struct {
        const char *method, *channel;
        enum sim_limits limits;
        unsigned calls;
        unsigned retry_after_s;
    } cases[] = {
        {"users.list", NULL, SIM_LIMITS_NONE, 1000, 0},
        {"admin.conversations.restrictAccess.listGroups", NULL, SIM_LIMITS_TIERS, 20, 2},
        {"users.list", NULL, SIM_LIMITS_TIERS, 20, 2},
        {"chat.update", NULL, SIM_LIMITS_TIERS, 50, 1},
        {"chat.startStream", "general", SIM_LIMITS_TIERS, 20, 2},
        {"chat.appendStream", "general", SIM_LIMITS_TIERS, 100, 1},
        {"chat.stopStream", "general", SIM_LIMITS_TIERS, 20, 2},
        {"conversations.members", NULL, SIM_LIMITS_TIERS, 100, 1},
        {"auth.test", NULL, SIM_LIMITS_TIERS, 600, 1},
        {"chat.postMessage", "random", SIM_LIMITS_TIERS, 5, 1},
        {"chat.postMessage", "general", SIM_LIMITS_TIERS, 5, 1},
        {"chat.postMessage", NULL, SIM_LIMITS_TIERS, 290, 1}, /* 300 in the workspace */
        {"conversations.history", "general", SIM_LIMITS_TIERS, 50, 1},
        {"conversations.replies", "general", SIM_LIMITS_TIERS, 50, 1},
        {"conversations.replies", "random", SIM_LIMITS_TIERS, 0, 1}, /* in the workspace */
        {"conversations.replies", "general", SIM_LIMITS_DISTRIBUTED, 1, 59},
        {"no.such", NULL, SIM_LIMITS_TIERS, 1000, 0},
    };
    sim_rate_limits_t *limits = peer.sim->services->rate_limits;
    uint64_t retry_after_s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        limits->limits = cases[i].limits;
        if (cases[i].limits == SIM_LIMITS_DISTRIBUTED) sim_peer_pass_ms(&peer, 3600000);
        const sim_channel_t *channel =
            cases[i].channel
                ? sim_channel_find(&peer.sim->services->workspace->channels, cases[i].channel)
                : NULL;
        assert_int_equal(burst(limits, cases[i].method, channel, &retry_after_s), cases[i].calls);
        assert_int_equal(retry_after_s, cases[i].retry_after_s);
    }
    /* Who keeps the rate after a burst is never refused, though the calls jitter. */
    limits->limits = SIM_LIMITS_TIERS;
    sim_peer_pass_ms(&peer, 60000);
    assert_int_equal(burst(limits, "users.list", NULL, &retry_after_s), 20);
    for (int i = 0; i < 200; i++) {
        sim_peer_pass_ms(&peer, i % 2 ? 2500 : 3500);
        assert_int_equal(sim_rate_limits_take(limits, "users.list", NULL), 0);
    }
}

TEST(a_call_above_the_limit_is_429)
{
    const sim_options_t options = {.limits = SIM_LIMITS_DISTRIBUTED};
    sim_peer_open(&peer, &options);
    const sim_peer_request_t history = {"GET", "/api/conversations.history?channel=C0GENERAL1",
                                        SIM_PEER_BOT_TOKEN, NULL, NULL};
    for (int i = 0; i < 16; i++) {
        sim_peer_pass_ms(&peer, 1000);
        sim_peer_api(&peer, "chat.postMessage", "{'channel':'general','text':'x'}");
    }
    assert_int_equal(slack_json_count(sim_peer_call(&peer, &history), "/messages"),
                     SIM_DISTRIBUTED_PAGE);
    assert_member(sim_peer_call(&peer, &history), "/error", "ratelimited");
    assert_int_equal(peer.status, 429);
    sim_peer_pass_ms(&peer, 59 * 1000);
    assert_member(sim_peer_call(&peer, &history), "/error", "");
    sim_peer_close(&peer);
}
