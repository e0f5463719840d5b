/* SPDX-License-Identifier: MIT */
#include "bolt_record.h"

#include "support/alloc_fail.h"
#include "support/json.h"
#include "support/test.h"

/* Files of both forms as their packages write them are in the test of the command. */

static bolt_record_t record;

static const char *read_form(enum bolt_form form, const char *json)
{
    return bolt_record_read(arena, form, json_of(json), &record);
}

/* The types that slack_sdk accepts for a time: see its internals.py. */
ARENA_TEST(times_of_every_form)
{
    static const struct {
        const char *time;
        int64_t ms; /* -1: refused */
    } times[] = {
        {"1700000000", 1700000000000},
        {"1700000000.25", 1700000000250},
        {"'1700000000'", 1700000000000},
        {"'1700000000.5'", 1700000000500},
        {"'2023-11-14 22:13:20'", 1700000000000},
        {"'2023-11-14T22:13:20.123456'", 1700000000000},
        {"'2023-11-14T22:13:20Z'", 1700000000000},
        {"'2023-11-15T00:13:20+02:00'", 1700000000000},
        {"'2023-11-14T17:43:20.5-04:30'", 1700000000000},
        {"null", 0},
        {"''", 0},
        {"0", 0},
        {"-1", -1},
        {"1e300", -1},
        {"'soon'", -1},
        {"'2023-11-14'", -1},
        {"'2023-11-14 22:13:20 UTC'", -1},
        {"'2023-11-14 22:13:20+0'", -1},
        {"true", -1},
        {"{'s':1}", -1},
        {"'nan'", -1},
        {"'inf'", -1},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const char *why =
            read_form(BOLT_PYTHON, slack__arena_printf(arena, "{'team_id':'T1','installed_at':%s}",
                                                       times[i].time));
        if ((why == NULL) != (times[i].ms >= 0)) fail_msg("%s: %s", times[i].time, why);
        if (why)
            assert_string_equal(why, "its time is not a time");
        else
            assert_int_equal(record.bot.about.installed_ms, times[i].ms);
    }
    assert_string_equal(read_form(BOLT_PYTHON, "{'team_id':'T1','bot_token_expires_at':'soon'}"),
                        "the end of a token's life is not a time");
}

/* A row of SQLite has texts only. */
ARENA_TEST(scopes_and_flags_of_every_form)
{
    assert_null(read_form(BOLT_PYTHON, "{'enterprise_id':'E1','team_id':'T1','bot_token':'xoxb-1',"
                                       "'bot_scopes':'a,b','is_enterprise_install':'1'}"));
    assert_true(record.bot.about.is_enterprise_install);
    assert_string_equal(record.bot.about.team_id, "");
    assert_string_equal(record.bot.token.scopes, "a,b");
    assert_null(read_form(BOLT_PYTHON,
                          "{'team_id':'T1','bot_token':'xoxb-1','bot_scopes':['a','b',7],"
                          "'is_enterprise_install':'0','user_scopes':null}"));
    assert_string_equal(record.bot.about.team_id, "T1");
    assert_string_equal(record.bot.token.scopes, "a,b,");
}

ARENA_TEST(members_without_a_place_are_named)
{
    assert_null(read_form(BOLT_JS, "{'team':{'id':'T1','domain':'acme'},'user':{'id':'U1'},"
                                   "'tokenType':'bot','extra':{'a':1},'empty':{},'none':null}"));
    assert_string_equal(record.left_out, "team/domain, extra");
    assert_null(read_form(BOLT_PYTHON, "{'team_id':'T1','user_id':'U1','token_type':'bot','id':'7',"
                                       "'custom_values':{},'bot':{'a':1}}"));
    assert_string_equal(record.left_out, "bot");
}

static const char *with_bot(const char *bot, const char *members)
{
    return slack__arena_printf(arena, "{'team_id':'T1','bot_id':'B%s',%s}", bot, members);
}

/* The newer token wins; of two that are equally new the bot's own. */
ARENA_TEST(the_bot_is_joined)
{
    static const struct {
        const char *latest, *bot, *token;
    } cases[] = {
        {"'bot_token':'a','installed_at':1", "'bot_token':'b','installed_at':1", "b"},
        {"'bot_token':'a','installed_at':2", "'bot_token':'b','installed_at':1", "a"},
        {"'installed_at':2", "'bot_token':'b','installed_at':1", "b"},
        {"'bot_token':'a','installed_at':2",
         "'bot_token':'b','installed_at':1,"
         "'bot_token_expires_at':1700000000",
         "b"},
        {"'bot_token':'a'", "'installed_at':9", "a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(read_form(BOLT_PYTHON, with_bot("b", cases[i].bot)));
        const bolt_record_t bot = record;
        assert_null(read_form(BOLT_PYTHON, with_bot("a", cases[i].latest)));
        bolt_record_join(&record, &bot);
        assert_string_equal(record.bot.token.access, cases[i].token);
        assert_string_equal(&record.bot.about.bot_id[1], cases[i].token);
    }
}

static int read_all(void *json)
{
    slack_arena_t *small = slack__arena_new(64, 0);
    const slack_json_t *value = NULL;
    int rc = small ? slack__json_parse(small, json, strlen(json), &value, NULL) : SLACK_ENOMEM;
    const char *why = rc == 0 ? bolt_record_read(small, BOLT_PYTHON, value, &record) : NULL;
    if (why) rc = strcmp(why, "memory is out") == 0 ? SLACK_ENOMEM : SLACK_EINVAL;
    slack__arena_free(small);
    return rc;
}

ARENA_TEST(memory_is_out)
{
    char json[] = "{'team_id':'T1','a':1,'b':2,'user_scopes':['a','b'],'bot_scopes':['a','b','c']}";
    assert_true(alloc_fail_each(read_all, quoted(json)) > 2);
}
