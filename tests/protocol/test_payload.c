/* SPDX-License-Identifier: MIT */
#include "protocol/payload.h"
#include "support/json.h"
#include "support/payloads.h"
#include "util/form.h"

/* The owner of a payload: chosen payloads by name, and all real ones. */

typedef const char *(*lookup_fn)(const slack_json_t *body);

static const slack_json_t *parse(const char *text, size_t len)
{
    const slack_json_t *body = NULL;
    assert_int_equal(slack__json_parse(arena, text, len, &body, NULL), 0);
    return body;
}

static void expect(const slack_json_t *body, const char *name, lookup_fn lookup, const char *wanted,
                   size_t row)
{
    if (strcmp(lookup(body), wanted) != 0)
        fail_msg("row %zu: %s is \"%s\", not \"%s\"", row, name, lookup(body), wanted);
}

/* ---- the order of the places ---- */

ARENA_TEST(the_first_place_counts)
{
    static const struct {
        lookup_fn lookup;
        const char *body, *expected;
    } cases[] = {
        {slack__payload_team, "{'view':{'app_installed_team_id':'T1'},'team':{'id':'T2'}}", "T1"},
        {slack__payload_team, "{'team':null,'user':{'team_id':'T3'}}", "T3"},
        {slack__payload_team, "{'authorizations':[{'team_id':'T4'}],'team_id':'T5'}", "T4"},
        {slack__payload_enterprise, "{'enterprise':{'id':'E1'}}", "E1"},
        {slack__payload_user, "{'user':{'id':'U1'}}", "U1"},
        {slack__payload_user, "{'user_id':'U2'}", "U2"},
        {slack__payload_user, "{'event':{'user':'U3'}}", "U3"},
        {slack__payload_user, "{'event':{'message':{'user':'U4'}}}", "U4"},
        {slack__payload_channel, "{'channel':{'id':'C1'}}", "C1"},
        {slack__payload_channel, "{'channel_id':'C2'}", "C2"},
        {slack__payload_channel, "{'event':{'item':{'channel':'C3'}}}", "C3"},
        {slack__payload_channel, "{'event':{'channel':{'id':'C4'}}}", "C4"},
        {slack__payload_channel, "{'user':{'id':'U1'}}", ""},
        {slack__payload_thread_ts, "{'event':{'thread_ts':'1.2','ts':'3.4'}}", "1.2"},
        {slack__payload_thread_ts, "{'event':{'ts':'3.4'}}", ""},
        {slack__payload_thread_ts, "{'message':{'thread_ts':'5.6'}}", "5.6"},
        {slack__payload_ts, "{'event':{'type':'message','ts':'3.4'}}", "3.4"},
        {slack__payload_ts, "{'container':{'message_ts':'7.8'}}", "7.8"},
        {slack__payload_trigger_id, "{'trigger_id':'1.2.3'}", "1.2.3"},
        {slack__payload_response_url, "{'response_urls':[{'response_url':'https://x'}]}",
         "https://x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *body = json_of(cases[i].body);
        assert_string_equal(cases[i].lookup(body), cases[i].expected);
    }
}

ARENA_TEST(whose_it_is)
{
    static const struct {
        const char *body, *team, *enterprise, *acting_team;
        bool org;
    } rows[] = {
        /* An event: the authorization comes first. */
        {"{'team_id':'T1','enterprise_id':'E1','authorizations':[{'team_id':'T2',"
         "'enterprise_id':'E2','is_enterprise_install':false}],'event':{'team':'T3'}}",
         "T2", "E2", "T2", false},
        /* A workspace without an organization, in a channel of one that has one. */
        {"{'team_id':'T1','enterprise_id':'E1','authorizations':[{'team_id':'T2',"
         "'enterprise_id':null}]}",
         "T2", "", "T2", false},
        /* A whole organization: the workspace that the payload is about. */
        {"{'team_id':'T1','context_team_id':'T4','enterprise_id':'E1',"
         "'authorizations':[{'team_id':null,'enterprise_id':'E1','is_enterprise_install':true}]}",
         "T1", "E1", "T4", true},
        {"{'team_id':'T1','authorizations':[]}", "T1", "", "T1", false},
        {"{'event':{'team':{'id':'T1'},'enterprise':'E1'}}", "T1", "E1", "T1", false},
        /* A command: all members are texts. */
        {"{'command':'/x','team_id':'T1','enterprise_id':'E1','is_enterprise_install':'true'}",
         "T1", "E1", "T1", true},
        {"{'command':'/x','team_id':'T1','is_enterprise_install':'false'}", "T1", "", "T1", false},
        /* An interaction: members are objects, or null. */
        {"{'team':{'id':'T1','enterprise_id':'E1'},'user':{'team_id':'T2'}}", "T1", "E1", "T1",
         false},
        {"{'team':null,'enterprise':{'id':'E1'},'user':{'team_id':'T2'},"
         "'is_enterprise_install':true}",
         "T2", "E1", "T2", true},
        /* A view that was opened by another workspace's app. */
        {"{'team':{'id':'T1'},'view':{'app_installed_team_id':'T9','team_id':'T1'}}", "T9", "",
         "T9", false},
        {"{'team':null,'view':{'team_id':'T1'}}", "T1", "", "T1", false},
        {"{}", "", "", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *body = json_of(rows[i].body);
        expect(body, "team", slack__payload_team, rows[i].team, i);
        expect(body, "enterprise", slack__payload_enterprise, rows[i].enterprise, i);
        expect(body, "acting team", slack__payload_acting_team, rows[i].acting_team, i);
        assert_int_equal(slack__payload_is_enterprise_install(body), rows[i].org);
    }
}

#define SHARED                                                                                     \
    "'is_ext_shared_channel':true,'team_id':'T1','enterprise_id':'E1','context_team_id':'T2',"     \
    "'context_enterprise_id':'E2','authorizations':[{'team_id':'T2','enterprise_id':'E2'}],"

ARENA_TEST(who_acts_in_a_shared_channel)
{
    static const struct {
        const char *body, *user, *team, *enterprise;
    } rows[] = {
        /* The person, in all other payloads. */
        {"{'team_id':'T1','event':{'type':'message','user':'U1','user_team':'T9'}}", "U1", "T1",
         ""},
        {"{'team':{'id':'T1'},'user':{'id':'U1'}}", "U1", "T1", ""},
        /* A person of a workspace, of either side or of a third. */
        {"{" SHARED "'event':{'type':'message','user':'U1','user_team':'T1'}}", "U1", "T1", "E1"},
        {"{" SHARED "'event':{'type':'message','user':'U1','team':'T2'}}", "U1", "T2", "E2"},
        {"{" SHARED "'event':{'type':'message','user':'U1','user_team':'T9'}}", "U1", "T9", ""},
        /* A person of an organization: the workspace is known if it is one of the two. */
        {"{" SHARED "'event':{'type':'message','user':'U1','user_team':'E2'}}", "U1", "T2", "E2"},
        {"{" SHARED "'event':{'type':'message','user':'U1','user_team':'E9','team':'T9'}}", "U1",
         "T9", "E9"},
        /* A mention has fewer members. */
        {"{" SHARED "'event':{'type':'app_mention','user':'U1','user_team':'E2','team':'T1'}}",
         "U1", "", "E2"},
        {"{" SHARED "'event':{'type':'app_mention','user':'U1','user_team':'T9'}}", "U1", "T9", ""},
        {"{" SHARED "'event':{'type':'app_mention','user':'U1','team':'T1'}}", "U1", "T1", "E1"},
        /* The payload names none. */
        {"{" SHARED "'event':{'type':'file_shared','user_id':'U1'}}", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *body = json_of(rows[i].body);
        expect(body, "user", slack__payload_actor_user, rows[i].user, i);
        expect(body, "team", slack__payload_actor_team, rows[i].team, i);
        expect(body, "enterprise", slack__payload_actor_enterprise, rows[i].enterprise, i);
    }
}

/* ---- the message that a delivery is about ---- */

#define EVENT(fields)           "{'event':{" fields "}}"
#define CHANGED(subtype, inner) EVENT("'type':'message','channel':'C1','ts':'9.0'," subtype inner)

ARENA_TEST(which_message_it_is)
{
    static const struct {
        const char *body, *message, *thread, *channel;
    } rows[] = {
        {EVENT("'type':'message','channel':'C1','ts':'2.0'"), "2.0", "", "C1"},
        {EVENT("'type':'app_mention','channel':'C1','ts':'2.0','thread_ts':'1.0'"), "2.0", "1.0",
         "C1"},
        /* The event's own time is not the message's. */
        {CHANGED("'subtype':'message_changed',", "'message':{'ts':'2.0','thread_ts':'1.0'}"), "2.0",
         "1.0", "C1"},
        {CHANGED("'subtype':'message_deleted',",
                 "'deleted_ts':'2.0','previous_message':{'ts':'2.0','thread_ts':'1.0'}"),
         "2.0", "1.0", "C1"},
        {CHANGED("'subtype':'message_deleted',", "'previous_message':{'ts':'2.0'}"), "2.0", "",
         "C1"},
        {CHANGED("", "'message':{'ts':'1.0','thread_ts':'1.0'}"), "1.0", "1.0", "C1"},
        {EVENT("'type':'reaction_added','item':{'type':'message','channel':'C1','ts':'2.0'}"),
         "2.0", "", "C1"},
        {EVENT("'type':'reaction_added','item':{'type':'file','file':'F1'}"), "", "", ""},
        {EVENT("'type':'reaction_removed','ts':'9.0','item':{'type':'file'}"), "", "", ""},
        {EVENT("'type':'link_shared','channel':'C1','message_ts':'2.0','thread_ts':'1.0'"), "2.0",
         "1.0", "C1"},
        {EVENT("'type':'link_shared','channel':'COMPOSER','source':'composer',"
               "'message_ts':'U1-909b5454-75f8-4ac4-b325-1b40e230bbd8'"),
         "", "", ""},
        {EVENT(
             "'type':'pin_added','channel_id':'C1','item':{'type':'message','message':{'ts':'2.0',"
             "'thread_ts':'1.0'}}"),
         "2.0", "1.0", "C1"},
        {EVENT("'type':'pin_removed','channel_id':'C1','item':{'type':'file'}"), "", "", "C1"},
        {EVENT("'type':'star_added','item':{'channel':'C1','message':{'ts':'2.0'}}"), "2.0", "",
         "C1"},
        {EVENT("'type':'message_metadata_posted','channel_id':'C1','message_ts':'2.0'"), "2.0", "",
         "C1"},
        {EVENT("'type':'message_metadata_deleted','channel_id':'C1','message_ts':'2.0',"
               "'deleted_ts':'3.0'"),
         "2.0", "", "C1"},
        {EVENT("'type':'assistant_thread_started','assistant_thread':{'channel_id':'D1',"
               "'thread_ts':'1.0'}"),
         "", "1.0", "D1"},
        {EVENT("'type':'agent_session_stopped','channel':'D1','thread_ts':'1.0'"), "", "1.0", "D1"},
        {EVENT("'type':'member_joined_channel','channel':'C1','ts':'9.0'"), "", "", "C1"},
        {EVENT("'type':'channel_history_changed','channel':'C1','ts':'9.0'"), "", "", "C1"},
        {EVENT("'type':'channel_id_changed','old_channel_id':'C0','new_channel_id':'C1'"), "", "",
         "C1"},
        {EVENT("'type':'file_shared','file_id':'F1','channel_id':'C1'"), "", "", "C1"},
        {"{'command':'/x','channel_id':'C1'}", "", "", "C1"},
        {"{'type':'block_actions','actions':[],'container':{'channel_id':'C1','message_ts':'2.0',"
         "'thread_ts':'1.0'}}",
         "2.0", "1.0", "C1"},
        {"{'type':'interactive_message','actions':[],'channel':{'id':'C1'},'message_ts':'2.0',"
         "'original_message':{'ts':'2.0','thread_ts':'1.0'}}",
         "2.0", "1.0", "C1"},
        {"{'type':'message_action','channel':{'id':'C1'},'message':{'ts':'2.0','thread_ts':'1.0'}}",
         "2.0", "1.0", "C1"},
        {"{'type':'view_submission','view':{}}", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_json_t *body = json_of(rows[i].body);
        expect(body, "message", slack__payload_ts, rows[i].message, i);
        expect(body, "thread", slack__payload_thread_ts, rows[i].thread, i);
        expect(body, "channel", slack__payload_channel, rows[i].channel, i);
    }
}

ARENA_TEST(what_is_an_edit)
{
    static const struct {
        const char *body;
        bool edit;
    } rows[] = {
        {EVENT("'type':'app_mention','ts':'1.0'"), false},
        {EVENT("'type':'app_mention','ts':'1.0','edited':{'user':'U1','ts':'2.0'}"), true},
        {CHANGED("'subtype':'message_changed',", "'message':{'edited':{'ts':'2.0'}}"), true},
        /* An unfurled link changes a message too. */
        {CHANGED("'subtype':'message_changed',", "'message':{'ts':'1.0'}"), false},
        {"{'type':'block_actions','message':{'edited':{'ts':'2.0'}}}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(slack__payload_is_edit(json_of(rows[i].body)), rows[i].edit);
}

/* ---- over all of them ---- */

/* A value has a member of this name somewhere, with an id in it. */
static bool has_id(const slack_json_t *value, const char *name, char first)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(value, &it)) {
        const char *text = slack_json_str(it.value, "");
        if (it.key && strcmp(it.key, name) == 0 && *text == first) return true;
    }
    return false;
}

/* A body names a workspace or an organization in one of Slack's places: in itself, its event, its
 * authorization, its team, its user, its view. */
static bool tells_tenant(const slack_json_t *body)
{
    static const char *const places[] = {"", "/event", "/authorizations/0", "/view"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const slack_json_t *place = slack_json_get(body, places[i]);
        if (has_id(place, "team_id", 'T') || has_id(place, "enterprise_id", 'E')) return true;
    }
    return has_id(slack_json_get(body, "/team"), "id", 'T') ||
           has_id(slack_json_get(body, "/enterprise"), "id", 'E') ||
           has_id(slack_json_get(body, "/user"), "team_id", 'T') ||
           has_id(slack_json_get(body, "/view"), "app_installed_team_id", 'T');
}

struct tally {
    unsigned files, told, about;
    char missing[512];
};

/* An event names, by its members alone, a message that exists. */
static bool tells_message(const slack_json_t *event)
{
    static const char *const places[] = {"/message_ts", "/item/ts", "/item/message/ts",
                                         "/message/ts", "/deleted_ts"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (*slack_json_str(event, places[i])) return true;
    return false;
}

/* If a payload names a message, the table has its place, which holds a timestamp and an id. */
static void look_for_message(const char *name, const slack_json_t *body, struct tally *tally)
{
    const char *ts = slack__payload_ts(body), *thread = slack__payload_thread_ts(body);
    if (tells_message(slack_json_get(body, "/event")) && *ts == '\0')
        fail_msg("%s: its message is not found", name);
    if (*ts) tally->about++;
    if (strspn(ts, "0123456789.") != strlen(ts)) fail_msg("%s: \"%s\" is no ts", name, ts);
    if (strspn(thread, "0123456789.") != strlen(thread))
        fail_msg("%s: \"%s\" is no thread", name, thread);
    if (*ts && *slack__payload_channel(body) == '\0')
        fail_msg("%s: a message without a channel", name);
}

static void look(const char *name, const slack_json_t *body, struct tally *tally)
{
    tally->files++;
    look_for_message(name, body, tally);
    if (!tells_tenant(body)) return;
    tally->told++;
    if (*slack__payload_team(body) || *slack__payload_enterprise(body)) return;
    size_t used = strlen(tally->missing);
    snprintf(tally->missing + used, sizeof tally->missing - used, " %s", name);
}

static void look_json(const char *name, const char *text, size_t len, void *ctx)
{
    arena_open(NULL);
    look(name, parse(text, len), ctx);
    arena_close(NULL);
}

static void look_form(const char *name, const char *text, size_t len, void *ctx)
{
    const slack_json_t *form = NULL;
    arena_open(NULL);
    assert_int_equal(slack__form_parse(arena, text, len, &form), 0);
    const char *payload = slack_json_str(form, "/payload");
    look(name, *payload ? parse(payload, strlen(payload)) : form, ctx);
    arena_close(NULL);
}

static void look_frame(const char *name, const char *text, size_t len, void *ctx)
{
    arena_open(NULL);
    const slack_json_t *payload = slack_json_get(parse(text, len), "/payload");
    if (payload) look(name, payload, ctx);
    arena_close(NULL);
}

TEST(each_payload_is_somebodys)
{
    static const struct {
        const char *folder;
        payload_fn fn;
    } folders[] = {
        {"events", look_json},       {"events_wrapped", look_json},
        {"interactions", look_json}, {"interactions_wire", look_form},
        {"commands", look_form},     {"socket", look_frame},
    };
    struct tally all = {0};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (payloads_each(folders[i].folder, folders[i].fn, &all) == 0) skip();
    print_message("# %u payloads, %u of them tell whose they are\n", all.files, all.told);
    print_message("# %u are about a message\n", all.about);
    assert_true(all.told > 300);
    assert_true(all.about > 150);
    if (*all.missing) fail_msg("not found:%s", all.missing);
}
