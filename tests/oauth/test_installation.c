/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "oauth/installation.h"
#include "support/alloc_fail.h"
#include "support/json.h"

#define NOW ((int64_t)1700000000000)

static const char *token_line(const slack_oauth_token_t *token)
{
    return slack__arena_printf(arena, "%s %s %s %lld", token->access, token->refresh, token->scopes,
                               token->expires_ms ? (long long)(token->expires_ms - NOW) : 0LL);
}

/* --- answers of oauth.v2.access: https://docs.slack.dev/reference/methods/oauth.v2.access --- */

#define TEAM    "'team':{'id':'T1','name':'Hats'},'enterprise':null,'is_enterprise_install':false"
#define IN_ORG  "'team':{'id':'T1','name':'Hats'},'enterprise':{'id':'E1','name':'Org'}"
#define ORG     "'team':null,'enterprise':{'id':'E1','name':'Org'},'is_enterprise_install':true"
#define BOT     "'access_token':'xoxb-1','token_type':'bot','scope':'chat:write','bot_user_id':'U9'"
#define ROTATES "'expires_in':43200,'refresh_token':'xoxe-1-b'"
#define USER    "'id':'U1','scope':'search:read','access_token':'xoxp-1','token_type':'user'"
#define HOOK    "'url':'https://h/x','channel':'#a','channel_id':'C1','configuration_url':'https://c'"

static const char *const no_token = "no token", *const no_team = "neither a workspace",
                         *const no_person = "does not name the person";

static struct answer_row {
    const char *name, *answer;
    const char *why; /* part of the sentence; NULL: these keys, tokens and webhook */
    const char *keys, *bot, *person, *webhook;
} answers[] = {
    {"bot", BOT "," TEAM ",'authed_user':{'id':'U1'}", NULL, "-/T1", "xoxb-1  chat:write 0", "   0",
     ""},
    {"bot_in_an_organization", BOT "," IN_ORG ",'authed_user':{'id':'U1'}", NULL, "E1/T1",
     "xoxb-1  chat:write 0", "   0", ""},
    {"person", TEAM ",'authed_user':{" USER "}", NULL, "-/T1", "   0", "xoxp-1  search:read 0", ""},
    {"person_at_the_top",
     "'access_token':'xoxp-1','token_type':'user','scope':'search:read','authed_user':{'id':'U1'}"
     "," TEAM,
     NULL, "-/T1", "   0", "xoxp-1  search:read 0", ""},
    {"both", BOT "," TEAM ",'authed_user':{" USER "}", NULL, "-/T1", "xoxb-1  chat:write 0",
     "xoxp-1  search:read 0", ""},
    {"org_wide", BOT "," ORG ",'authed_user':{'id':'U1'}", NULL, "E1/-", "xoxb-1  chat:write 0",
     "   0", ""},
    {"org_wide_that_names_a_team", BOT "," IN_ORG ",'is_enterprise_install':true", NULL, "E1/-",
     "xoxb-1  chat:write 0", "   0", ""},
    {"webhook", BOT "," TEAM ",'incoming_webhook':{" HOOK "}", NULL, "-/T1", "xoxb-1  chat:write 0",
     "   0", "https://h/x #a C1 https://c"},
    {"bot_rotates", BOT "," ROTATES "," TEAM, NULL, "-/T1", "xoxb-1 xoxe-1-b chat:write 43200000",
     "   0", ""},
    {"person_rotates",
     BOT "," TEAM ",'authed_user':{" USER ",'expires_in':60,'refresh_token':'xoxe-1-p'}", NULL,
     "-/T1", "xoxb-1  chat:write 0", "xoxp-1 xoxe-1-p search:read 60000", ""},
    {"rotates_without_a_life", BOT ",'refresh_token':'xoxe-1-b'," TEAM, NULL, "-/T1",
     "xoxb-1 xoxe-1-b chat:write 43200000", "   0", ""},
    {"life_without_end", BOT ",'expires_in':9000000000000000000," TEAM, NULL, "-/T1",
     "xoxb-1  chat:write 315360000000", "   0", ""},
    {"empty", "", no_token, NULL, NULL, NULL, NULL},
    {"no_token", TEAM ",'authed_user':{'id':'U1'}", no_token, NULL, NULL, NULL, NULL},
    {"token_of_another_type", "'access_token':1," TEAM, no_token, NULL, NULL, NULL, NULL},
    {"token_that_ends_a_header", "'access_token':'xoxb-1\\r\\nX: 1'," TEAM, no_token, NULL, NULL,
     NULL, NULL},
    {"token_with_a_zero", "'access_token':'xoxb-1\\u0000'," TEAM, no_token, NULL, NULL, NULL, NULL},
    {"no_team", BOT, no_team, NULL, NULL, NULL, NULL},
    {"org_wide_without_an_organization", BOT ",'team':{'id':'T1'},'is_enterprise_install':true",
     no_team, NULL, NULL, NULL, NULL},
    {"id_that_leaves_its_place", BOT ",'team':{'id':'T1/U1'}", no_team, NULL, NULL, NULL, NULL},
    {"id_that_means_none", BOT ",'team':{'id':'-'}", no_team, NULL, NULL, NULL, NULL},
    {"person_without_an_id", TEAM ",'authed_user':{'access_token':'xoxp-1'}", no_person, NULL, NULL,
     NULL, NULL},
};

/* Writes a record, reads it and writes it again. */
static void survives_the_store(const slack_install_record_t *record)
{
    slack_install_record_t read;
    const char *text = slack__install_write(arena, record);
    assert_int_equal(slack__install_read(arena, slack__slice(text), &read), 0);
    assert_string_equal(slack__install_write(arena, &read), text);
    assert_string_equal(token_line(&read.token), token_line(&record->token));
    assert_string_equal(read.about.bot_scopes, record->about.bot_scopes);
    assert_string_equal(read.about.user_scopes, record->about.user_scopes);
}

static void reads_an_answer(const struct answer_row *row)
{
    slack_install_record_t records[2];
    const char *why = "";
    const slack_json_t *answer = json_of(slack__arena_printf(arena, "{%s}", row->answer));
    int rc = slack__install_of_answer(answer, NOW, records, &why);
    assert_int_equal(rc, row->why ? SLACK_EPROTO : 0);
    if (row->why) {
        assert_non_null(strstr(why, row->why));
        return;
    }
    const slack_install_record_t *bot = &records[0], *person = &records[1];
    const slack_install_place_t place = slack__install_place(bot, "1.2");
    assert_string_equal(slack__install_key(arena, &place),
                        slack__arena_printf(arena, "install/1.2/%s", row->keys));
    assert_string_equal(token_line(&bot->token), row->bot);
    assert_string_equal(token_line(&person->token), row->person);
    if (*row->webhook)
        assert_string_equal(slack__arena_printf(arena, "%s %s %s %s", bot->webhook_url,
                                                bot->webhook_channel, bot->about.webhook_channel_id,
                                                bot->webhook_configuration_url),
                            row->webhook);
    assert_string_equal(bot->about.user_scopes, person->token.scopes);
    survives_the_store(bot);
    if (*person->token.access) survives_the_store(person);
}

TEST_EACH_CASE(answer, answers, NULL, arena_close)
{
    arena_open(NULL);
    reads_an_answer(*state);
}

/* --- refreshes --- */

static struct refresh_row {
    const char *name, *answer;
    bool for_user;
    const char *why, *token;
} refreshes[] = {
    {"bot", "'access_token':'n','token_type':'bot','scope':'s'," ROTATES "," TEAM, false, NULL,
     "n xoxe-1-b s 43200000"},
    {"person", "'access_token':'n','token_type':'user','scope':'s'," ROTATES, true, NULL,
     "n xoxe-1-b s 43200000"},
    {"without_a_new_refresh_token", "'access_token':'n','expires_in':1", false, NULL,
     "n old-refresh old-scope 1000"},
    {"org_wide", "'access_token':'n'," ROTATES "," ORG, false, NULL,
     "n xoxe-1-b old-scope 43200000"},
    {"empty", "", false, "no token", NULL},
    {"person_for_a_bot", "'access_token':'n','token_type':'user'", false, "another kind", NULL},
    {"bot_for_a_person", "'access_token':'n','token_type':'bot'", true, "another kind", NULL},
    {"of_another_team", "'access_token':'n','team':{'id':'T2'}", false, "another installation",
     NULL},
    {"of_another_organization", "'access_token':'n','enterprise':{'id':'E2'},'team':null", false,
     "another installation", NULL},
    {"of_a_team_that_moved", "'access_token':'n','team':{'id':'T1'},'enterprise':{'id':'E2'}",
     false, NULL, "n old-refresh old-scope 0"},
};

static void reads_a_refresh(const struct refresh_row *row)
{
    const char *why = "";
    slack_install_record_t record = slack__install_record();
    record.for_user = row->for_user;
    record.about.enterprise_id = "E1";
    record.about.is_enterprise_install = strstr(row->name, "org") != NULL;
    if (!record.about.is_enterprise_install) record.about.team_id = "T1";
    record.token = (slack_oauth_token_t){"old", "old-refresh", "old-scope", NOW, ""};
    const slack_json_t *answer = json_of(slack__arena_printf(arena, "{%s}", row->answer));
    int rc = slack__install_refreshed(answer, NOW, &record, &why);
    assert_int_equal(rc, row->why ? SLACK_EPROTO : 0);
    if (row->why) assert_non_null(strstr(why, row->why));
    assert_string_equal(record.token.access, row->why ? "old" : "n");
    if (row->why) return;
    assert_string_equal(token_line(&record.token), row->token);
    assert_string_equal(row->for_user ? record.about.user_scopes : record.about.bot_scopes,
                        record.token.scopes);
}

TEST_EACH_CASE(refresh, refreshes, NULL, arena_close)
{
    arena_open(NULL);
    reads_a_refresh(*state);
}

/* --- keys and records --- */

ARENA_TEST(the_key_of_a_place)
{
    static const struct {
        slack_install_place_t place;
        const char *key;
    } rows[] = {
        {{"1.2", "", "T1", ""}, "install/1.2/-/T1"},
        {{"1.2", "E1", "T1", "U1"}, "install/1.2/E1/T1/U1"},
        {{"1.2", "E1", "", ""}, "install/1.2/E1/-"},
        {{"1.2", "E1", "", "U1"}, "install/1.2/E1/-/U1"},
        {{"1.2", "", "", ""}, NULL},
        {{"", "", "T1", ""}, NULL},
        {{"1/2", "", "T1", ""}, NULL},
        {{"1.2", "", "T.1", ""}, NULL},
        {{"1.2", "-", "T1", ""}, NULL},
        {{"1.2", "E1", "-", ""}, NULL},
        {{"1.2", "", "T1", "U1/U2"}, NULL},
        {{"1.2", "", "T1\n", ""}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *key = slack__install_key(arena, &rows[i].place);
        if (rows[i].key)
            assert_string_equal(key, rows[i].key);
        else
            assert_null(key);
    }
    const slack_install_place_t too_long = {"1.2", "", repeated("T", 65), ""};
    assert_null(slack__install_key(arena, &too_long));
    assert_string_equal(slack__install_prefix(arena, "1.2"), "install/1.2/");
    assert_null(slack__install_prefix(arena, "1/2"));
}

ARENA_TEST(texts_that_are_no_record)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{\"format\":1",
        "{\"team_id\":\"T1\"}",
        "{\"format\":2,\"team_id\":\"T1\"}",
        "{\"format\":1}",
        "{\"format\":1,\"team_id\":\"T/1\"}",
        "{\"format\":1,\"team_id\":\"T1\",\"for_user\":true}",
        "{\"format\":1,\"team_id\":\"T1\",\"is_enterprise_install\":true}",
        "{\"format\":1,\"enterprise_id\":\"E1\"}",
    };
    slack_install_record_t untouched = {.changed_ms = 7};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(slack__install_read(arena, slack__slice(texts[i]), &untouched),
                         SLACK_EJSON);
    assert_int_equal(untouched.changed_ms, 7);
}

ARENA_TEST(a_record_keeps_all_that_it_knows)
{
    const slack_install_record_t all = {
        .about = {"A1", "E1", "Org", "T1", "Hats", false, "B1", "U9", "chat:write", "U1",
                  "search:read", "C1", "\"note\"", NOW},
        .token = {"xoxb-1", "xoxe-1", "chat:write", NOW + 1, "token_revoked"},
        .previous = {"xoxb-0", "xoxe-0", "chat:write", NOW - 1, ""},
        .webhook_url = "https://h/x",
        .webhook_channel = "#a",
        .webhook_configuration_url = "https://c",
        .url = "https://hats.slack.com/",
        .changed_ms = NOW + 2,
    };
    slack_install_record_t read;
    const char *text = slack__install_write(arena, &all);
    assert_int_equal(slack__install_read(arena, slack__slice(text), &read), 0);
    assert_string_equal(slack__install_write(arena, &read), text);
    assert_string_equal(read.about.metadata, "\"note\"");
    assert_string_equal(read.token.refused, "token_revoked");
    assert_string_equal(token_line(&read.previous), token_line(&all.previous));
    assert_string_equal(read.webhook_configuration_url, all.webhook_configuration_url);
    assert_string_equal(read.url, all.url);
    assert_int_equal(read.about.installed_ms, NOW);
    assert_int_equal(read.changed_ms, NOW + 2);
}

static int write_and_read(void *text)
{
    slack_arena_t *a = slack__arena_new(64, 0);
    slack_install_record_t record = slack__install_record();
    int rc = a ? slack__install_read(a, slack__slice(text), &record) : SLACK_ENOMEM;
    if (rc == 0 && !slack__install_write(a, &record)) rc = SLACK_ENOMEM;
    slack__arena_free(a);
    return rc;
}

TEST(out_of_memory)
{
    char text[] = "{\"format\":1,\"team_id\":\"T1\",\"token\":{\"access\":\"x\"},"
                  "\"previous\":{\"access\":\"y\"},\"webhook\":{\"url\":\"https://h\"}}";
    assert_true(alloc_fail_each(write_and_read, text) > 4);
}
