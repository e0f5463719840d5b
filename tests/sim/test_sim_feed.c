/* SPDX-License-Identifier: MIT */
#include "sim/page_state.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/raw.h"
#include "support/sim_case.h"
#include "util/alloc.h"

/* The feed of the page: its bounds, its readers, and what it says about what happens. */

/* ---- the log ---- */

static sim_feed_t feed;
static const sim_feed_writer_t writer = {&feed, "T1"};

static int open_feed(void **state)
{
    return sim_feed_init(&feed, &slack__clock_system, NULL, NULL);
}

static int close_feed(void **state)
{
    sim_feed_done(&feed);
    return 0;
}

#define FEED(function) TEST_CASE(function, open_feed, close_feed, NULL)

static void put(const char *members)
{
    sim_json_builder_t json = sim_feed_begin();
    char *text = json.arena ? quoted(slack__arena_strdup(json.arena, members)) : NULL;
    sim_feed_end(&writer, "k", &json, text ? sim_json_parsed(&json, text, strlen(text)) : NULL);
}

/* The entry behind that id; "END", "GONE". */
static const char *entry(uint64_t after)
{
    static char text[2000];
    slack_slice_t got = {"", 0};
    const enum sim_feed_state state = sim_feed_read(&feed, after, &got);
    if (state != SIM_FEED_ENTRY) return state == SIM_FEED_END ? "END" : "GONE";
    snprintf(text, sizeof text, "%.*s", (int)got.len, got.ptr);
    return text;
}

FEED(a_reader_continues_where_it_was)
{
    const uint64_t start = sim_feed_last(&feed);
    assert_string_equal(entry(start), "END");
    put("{'a':1}");
    put("{'a':2}");
    assert_int_equal(sim_feed_last(&feed), start + 2);
    assert_non_null(strstr(entry(start), "\"workspace\":\"T1\",\"kind\":\"k\",\"a\":1}"));
    assert_non_null(strstr(entry(start + 1), "\"a\":2}"));
    assert_string_equal(entry(start + 2), "END");
    /* Of an earlier run, of a later one, of none. */
    const uint64_t gone[] = {0, start - 1, start + 3, UINT64_MAX};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_string_equal(entry(gone[i]), "GONE");
}

FEED(the_oldest_entries_are_forgotten)
{
    const uint64_t start = sim_feed_last(&feed);
    for (int i = 0; i <= SIM_FEED_MAX; i++)
        put("{}");
    assert_string_equal(entry(start), "GONE");
    assert_string_not_equal(entry(start + 1), "GONE");
    /* … and where they are too long together. */
    char *members = slack__malloc(SIM_FEED_ENTRY_MAX);
    snprintf(members, SIM_FEED_ENTRY_MAX, "{'t':'%0*d'}", (int)SIM_FEED_ENTRY_MAX - 300, 0);
    for (size_t i = 0; i <= SIM_FEED_BYTES_MAX / SIM_FEED_ENTRY_MAX + 1; i++)
        put(members);
    slack__free(members);
    assert_true(feed.bytes <= SIM_FEED_BYTES_MAX);
    assert_true(feed.next - feed.first <= SIM_FEED_BYTES_MAX / SIM_FEED_ENTRY_MAX + 1);
}

FEED(a_long_entry_is_cut)
{
    char *members = slack__malloc(SIM_FEED_ENTRY_MAX * 2);
    snprintf(members, SIM_FEED_ENTRY_MAX * 2, "{'c':'C1','m':{'ts':'1','t':'%0*d'},'u':'%0*d'}",
             (int)SIM_FEED_ENTRY_MAX, 0, 5000, 0);
    put(members);
    slack__free(members);
    assert_non_null(strstr(entry(sim_feed_last(&feed) - 1),
                           "\"c\":\"C1\",\"m\":{\"ts\":\"1\",\"cut\":[\"t\"]},\"cut\":[\"u\"]}"));
}

/* None of them makes readers start anew. */
FEED(hostile_values_are_bounded)
{
    enum { SIZE = 1 << 20 };
    char *members = slack__malloc(SIZE), *part = slack__malloc(SIZE / 2);
    put("{'a':'first'}");
    const uint64_t first = sim_feed_last(&feed) - 1;
    size_t len = 0;
    for (int i = 0; i < 40000; i++) /* many small members */
        len += (size_t)snprintf(part + len, SIZE / 2 - len, "'m%d':1,", i);
    snprintf(members, SIZE, "{'a':{%s'z':1},'b':'kept'}", part);
    put(members);
    assert_non_null(strstr(entry(first), "first"));
    slack_slice_t text;
    assert_int_equal(sim_feed_read(&feed, first + 1, &text), SIM_FEED_ENTRY);
    assert_true(text.len < 2 * SIM_FEED_OBJECT_MAX);
    assert_int_equal(memcmp(text.ptr + text.len - 11, "\"b\":\"kept\"}", 11), 0);
    snprintf(members, SIZE, "{'%0*d':1,'b':'kept'}", SIZE / 2, 0); /* a long name */
    put(members);
    assert_non_null(strstr(entry(first + 2), "\"b\":\"kept\",\"cut\":[]}"));
    sim_json_builder_t json = sim_feed_begin(); /* too deep for any entry */
    snprintf(members, SIZE, "%0*d", SLACK_JSON_DEPTH_MAX, 0);
    for (int i = 0; i < SLACK_JSON_DEPTH_MAX; i++)
        members[i] = '[';
    snprintf(part, SIZE / 2, "%0*d", SLACK_JSON_DEPTH_MAX, 0);
    for (int i = 0; i < SLACK_JSON_DEPTH_MAX; i++)
        part[i] = ']';
    strcat(members, part);
    const slack_json_t *deep = sim_json_parsed(&json, members, strlen(members));
    assert_int_equal(json.rc, 0);
    assert_null(sim_feed_value(&json, deep));
    sim_feed_end(&writer, "k", &json, sim_json(&json, "{a: %p}", deep));
    assert_non_null(strstr(entry(first + 3), "\"kind\":\"cut\",\"of\":\"k\"}"));
    assert_non_null(strstr(entry(first), "first"));
    slack__free(members);
    slack__free(part);
}

FEED(secrets_are_hidden)
{
    static const char *const secrets[] = {
        "{'a':'xoxb-1-secret1'}",
        "{'a':{'b':['see xapp-1-secret1 there']}}",
        "{'client_secret':'secret1'}",
        "{'refresh_token':'secret1','code':'secret1'}",
        "{'url':'http://127.0.0.1:4390/services/T1/B1/secret1'}",
        "{'text':'<http://127.0.0.1:4390/triggers/T1/secret1|x> y'}",
        "{'url':'ws://127.0.0.1/link/?ticket=secret1'}",
        "{'secret':{'xoxp-secret1':1}}",
        "{'text':'POST http://127.0.0.1:4390/commands/T1/2/secret1'}",
        "{'text':'https://x.test/actions/E1/2/secret1?a=secret1'}",
        "{'text':'http://127.0.0.1/upload/v1/secret1'}",
        "{'text':'a:\\u0022http:\\\\/\\\\/x\\\\/services\\\\/T1\\\\/secret1\\u0022'}",
        "{'text':'u=http%3A%2F%2Fx%2Factions%2fT1%2F2%2Fsecret1&b=1'}",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        put(secrets[i]);
        if (strstr(entry(sim_feed_last(&feed) - 1), "secret1")) fail_msg("%s", secrets[i]);
    }
    put("{'text':'at /services/T1/a\\n<b> \\u0022/services/T1/c\\u0022 /services/T1/ d'}");
    assert_non_null(strstr(entry(sim_feed_last(&feed) - 1),
                           "at /services/T1/*\\n<b> \\\"/services/T1/*\\\" /services/T1/ d"));
    /* Paths of others are texts. */
    put("{'text':'acme.test/services/pricing /actions/checkout/v4 a/commands/Top'}");
    assert_non_null(strstr(entry(sim_feed_last(&feed) - 1),
                           "acme.test/services/pricing /actions/checkout/v4 a/commands/Top"));
}

/* An entry that is lost makes readers start anew: none goes on without it. */
static int run_feed(void *ctx)
{
    int rc = open_feed(NULL);
    const uint64_t before = rc == 0 ? sim_feed_last(&feed) : 0;
    if (rc == 0) {
        put("{'a':'b'}");
        rc = strcmp(entry(before), "GONE") == 0 ? SLACK_ENOMEM : 0;
        assert_string_equal(entry(sim_feed_last(&feed)), "END");
    }
    close_feed(NULL);
    return rc;
}

TEST(the_nth_allocation_of_the_feed_fails)
{
    alloc_fail_each(run_feed, NULL);
}

/* ---- the page ---- */

static const slack_json_t *get_state(void)
{
    const slack_json_t *state = sim_peer_control(&peer, "/sim/state", NULL);
    assert_int_equal(peer.status, 200);
    return state;
}

static void follow(sim_app_t *reader, int64_t after)
{
    const char *base = peer.sim->env.base_url + strlen("http");
    sim_app_dial(&peer, reader,
                 sim_peer_text(&peer, "ws%s/sim/feed?after=%lld", base, (long long)after));
}

static void post(const char *text)
{
    sim_peer_api(&peer, "chat.postMessage",
                 sim_peer_text(&peer, "{'channel':'general','text':'%s'}", text));
}

/* The next entry of that kind. */
static const slack_json_t *next(sim_app_t *reader, const char *kind)
{
    for (;;) {
        const slack_json_t *said = sim_app_next(reader);
        if (strcmp(slack_json_str(said, "/kind"), kind) == 0) return said;
    }
}

ALONE(the_feed_continues_the_state)
{
    sim_app_t reader;
    post("one");
    const slack_json_t *begun = get_state();
    const int64_t id = slack_json_int(begun, "/id");
    assert_member(begun, "/messages/0/message/text", "one");
    assert_member(begun, "/workspaces/0/id", slack_json_str(begun, "/workspace"));
    follow(&reader, id);
    post("two");
    const slack_json_t *two = next(&reader, "message");
    assert_member(two, "/message/text", "two");
    assert_member(two, "/channel", "C0GENERAL1");
    sim_app_close(&reader);
    /* A second reader, and one that was away. */
    post("three");
    follow(&reader, slack_json_int(two, "/id"));
    assert_member(next(&reader, "message"), "/message/text", "three");
    sim_app_close(&reader);
}

/* A call of the Web API, or of the control API, and the entry that it adds. '$' is the ts of a
 * message in #general, whose thread has a reply. */
static struct said {
    const char *name, *path, *body, *kind, *member, *text;
} saids[] = {
    {"a message", "chat.postMessage", "{'channel':'general','text':'x'}", "message",
     "/message/text", "x"},
    {"a reply", "chat.postMessage", "{'channel':'general','text':'x','thread_ts':'$'}", "message",
     "/message/parent_user_id", "U0BOT00001"},
    {"an ephemeral message", "chat.postEphemeral",
     "{'channel':'general','text':'x','user':'U0ANN00001'}", "ephemeral", "/user", "U0ANN00001"},
    {"an edit", "chat.update", "{'channel':'C0GENERAL1','ts':'$','text':'y'}", "message",
     "/message/edited/user", "U0BOT00001"},
    {"a deletion", "chat.delete", "{'channel':'C0GENERAL1','ts':'$'}", "gone", "/ts", "$"},
    {"a reaction", "reactions.add", "{'channel':'C0GENERAL1','timestamp':'$','name':'eyes'}",
     "message", "/message/reactions/0/name", "eyes"},
    {"a pin", "pins.add", "{'channel':'C0GENERAL1','timestamp':'$'}", "message",
     "/message/pinned_to/0", "C0GENERAL1"},
    {"a new channel", "conversations.create", "{'name':'new'}", "channel", "/channel/name", "new"},
    {"a new member", "conversations.join", "{'channel':'C0LOUNGE01'}", "channel",
     "/channel/members/3", "U0BOT00001"},
    {"a group", "conversations.open", "{'users':'U0ANN00001,U0BEN00001'}", "channel",
     "/channel/type", "mpim"},
    {"a home tab", "views.publish", "{'user_id':'U0ANN00001','view':{'type':'home','blocks':[]}}",
     "home", "/view/type", "home"},
    {"a call", "auth.test", "{}", "call", "/method", "auth.test"},
    {"its answer", "auth.test", "{}", "call", "/answer/user", "bot"},
    {"a new program", "auth.test", "{}", "app", "/app/user_agent", "test"},
    {"an error", "chat.postMessage", "{'channel':'nowhere','text':'x'}", "call", "/answer/error",
     "channel_not_found"},
    {"arguments", "chat.postMessage", "{'channel':'nowhere','text':'x'}", "call", "/arguments/text",
     "x"},
    {"a fault", "/sim/fault", "{'faults':'api-error auth.test fatal_error'}", "fault",
     "/faults/0/fault", "api-error auth.test fatal_error"},
    {"an uninstallation", "/sim/uninstall", "{}", "app", "/app/id", "A0SIM00001"},
    {"a person writes", "/sim/send", "{'kind':'message','text':'x','missed':true}", "message",
     "/message/user", "U0ANN00001"},
    {"a person reacts", "/sim/send", "{'kind':'react','name':'eyes','message':'$','missed':true}",
     "message", "/message/reactions/0/users/0", "U0ANN00001"},
};

TEST_EACH_CASE(test_sim_feed_says, saids, sim_case_open, sim_case_close)
{
    const struct said *row = *state;
    sim_app_t reader;
    const char *ts = slack_json_str(
        sim_peer_api(&peer, "chat.postMessage", "{'channel':'general','text':'head'}"), "/ts");
    sim_peer_api(&peer, "chat.postMessage",
                 sim_peer_text(&peer, "{'channel':'general','text':'r','thread_ts':'%s'}", ts));
    peer.sim->seen.user_agent[0] = '\0';
    const int64_t id = slack_json_int(get_state(), "/id");
    const char *at = strchr(row->body, '$');
    const char *body =
        at ? sim_peer_text(&peer, "%.*s%s%s", (int)(at - row->body), row->body, ts, at + 1)
           : row->body;
    if (*row->path == '/')
        sim_peer_control(&peer, row->path, body);
    else
        sim_peer_api(&peer, row->path, body);
    follow(&reader, id);
    assert_member(next(&reader, row->kind), row->member, *row->text == '$' ? ts : row->text);
    sim_app_close(&reader);
}

ALONE(the_head_of_a_thread_counts_its_replies)
{
    sim_app_t reader;
    post("head");
    const slack_json_t *begun = get_state();
    const char *ts = slack_json_str(begun, "/messages/0/message/ts");
    const slack_json_t *reply =
        sim_peer_api(&peer, "chat.postMessage",
                     sim_peer_text(&peer, "{'channel':'general','text':'r','thread_ts':'%s'}", ts));
    sim_peer_api(
        &peer, "chat.delete",
        sim_peer_text(&peer, "{'channel':'C0GENERAL1','ts':'%s'}", slack_json_str(reply, "/ts")));
    follow(&reader, slack_json_int(begun, "/id"));
    assert_member(next(&reader, "message"), "/message/text", "r");
    const slack_json_t *head = next(&reader, "message");
    assert_member(head, "/message/ts", ts);
    assert_int_equal(slack_json_int(head, "/message/reply_count"), 1);
    assert_member(next(&reader, "gone"), "/ts", slack_json_str(reply, "/ts"));
    assert_int_equal(slack_json_int(next(&reader, "message"), "/message/reply_count"), 0);
    sim_app_close(&reader);
}

ALONE(a_message_streams_until_its_end)
{
    sim_app_t reader;
    post("head");
    const char *ts = slack_json_str(get_state(), "/messages/0/message/ts");
    const int64_t id = slack_json_int(get_state(), "/id");
    const slack_json_t *stream = sim_peer_api(
        &peer, "chat.startStream",
        sim_peer_text(&peer,
                      "{'channel':'C0GENERAL1','thread_ts':'%s','markdown_text':'a',"
                      "'recipient_user_id':'U0ANN00001','recipient_team_id':'T0SIM00001'}",
                      ts));
    assert_true(slack_json_bool(get_state(), "/messages/1/streaming"));
    assert_true(slack_json_bool(get_state(), "/messages/1/markdown"));
    sim_peer_api(
        &peer, "chat.stopStream",
        sim_peer_text(&peer, "{'channel':'C0GENERAL1','ts':'%s'}", slack_json_str(stream, "/ts")));
    assert_null(slack_json_get(get_state(), "/messages/1/streaming"));
    follow(&reader, id);
    const slack_json_t *said = next(&reader, "message");
    assert_true(slack_json_bool(said, "/streaming"));
    while (slack_json_bool(said, "/streaming") ||
           strcmp(slack_json_str(said, "/message/ts"), slack_json_str(stream, "/ts")) != 0)
        said = next(&reader, "message");
    assert_member(said, "/message/text", "a");
    sim_app_close(&reader);
}

/* A value of any depth is refused, or comes back wherever it is shown. */
ALONE(no_value_is_too_deep_for_its_readers)
{
    static const char nested[] = "{'channel':'general','text':'x','metadata':{'event_type':'a',"
                                 "'event_payload':{'x':%.*s%.*s}}}";
    const uint64_t first = peer.sim->feed.first;
    char open[SLACK_JSON_DEPTH_MAX], close[sizeof open];
    memset(open, '[', sizeof open);
    memset(close, ']', sizeof close);
    for (int depth = 90; depth < SLACK_JSON_DEPTH_MAX; depth++) {
        const slack_json_t *posted = sim_peer_api(
            &peer, "chat.postMessage", sim_peer_text(&peer, nested, depth, open, depth, close));
        const bool fits = depth + 3 <= SIM_JSON_GIVEN_DEPTH_MAX;
        assert_member(posted, "/error", fits ? "" : "invalid_json");
        get_state();
        sim_peer_control(&peer, "/sim/messages?channel=general", NULL);
        assert_int_equal(peer.status, 200);
        assert_true(
            slack_json_bool(sim_peer_api(&peer, "conversations.history",
                                         "{'channel':'C0GENERAL1','include_all_metadata':true}"),
                            "/ok"));
    }
    assert_int_equal(peer.sim->feed.first, first);
    const char *deep = sim_peer_text(&peer, "%.*s%.*s", 101, open, 101, close);
    const struct {
        const char *path, *body, *error;
    } others[] = {
        {"chat.postMessage", "{'channel':'general','blocks':'%s'}", "invalid_blocks_format"},
        {"views.publish", "{'user_id':'U0ANN00001','view':'{\\u0022a\\u0022:%s}'}",
         "invalid_arguments"},
        {"/sim/send", "{'kind':'message','text':%s}",
         "the body is not a JSON object, or nested too deep"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char body[400];
        const char *at = strchr(others[i].body, '%');
        snprintf(body, sizeof body, "%.*s%s%s", (int)(at - others[i].body), others[i].body, deep,
                 at + 2);
        assert_member(*others[i].path == '/' ? sim_peer_control(&peer, others[i].path, body)
                                             : sim_peer_api(&peer, others[i].path, body),
                      "/error", others[i].error);
    }
}

/* ---- what goes to the app ---- */

CONNECTED(a_modal_from_its_command_to_its_end)
{
    sim_app_t reader;
    const int64_t id = slack_json_int(get_state(), "/id");
    sim_peer_send(&peer, "{'kind':'command','command':'/form','text':''}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    const char *trigger_id = slack_json_str(envelope, "/payload/trigger_id");
    sim_peer_api(&peer, "views.open",
                 sim_peer_text(&peer,
                               "{'trigger_id':'%s','view':{'type':'modal','callback_id':'m',"
                               "'title':{'type':'plain_text','text':'T'},'blocks':[]}}",
                               trigger_id));
    sim_app_ack(&app, envelope, "{'text':'here'}");
    assert_sent(true);
    sim_peer_send(&peer, "{'kind':'close-view'}", &outcome);
    assert_sent(true);

    follow(&reader, id);
    const slack_json_t *delivery = next(&reader, "delivery");
    assert_member(delivery, "/type", "command");
    assert_member(delivery, "/wire", "Socket Mode");
    assert_member(delivery, "/payload/command", "/form");
    const slack_json_t *opened = next(&reader, "view");
    assert_member(opened, "/action", "opened");
    assert_member(opened, "/user", "U0ANN00001");
    /* The trigger is no secret in clear, and yet the same in both. */
    const char *hidden = slack_json_str(delivery, "/payload/trigger_id");
    assert_string_not_equal(hidden, trigger_id);
    assert_member(next(&reader, "call"), "/arguments/trigger_id", hidden);
    const slack_json_t *ack = next(&reader, "ack");
    assert_true(slack_json_bool(ack, "/acked"));
    assert_int_equal(slack_json_int(ack, "/number"), slack_json_int(delivery, "/number"));
    assert_member(ack, "/body/text", "here");
    assert_member(next(&reader, "view"), "/action", "closed");
    assert_member(get_state(), "/commands/0", "/form");
    sim_app_close(&reader);
}

CONNECTED(a_redelivery_is_another_attempt)
{
    sim_app_t reader;
    const int64_t id = slack_json_int(get_state(), "/id");
    sim_peer_send(&peer, "{'kind':'message','text':'x'}", &outcome);
    sim_app_next(&app);
    sim_peer_pass_ms(&peer, 3000);
    assert_sent(false);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    follow(&reader, id);
    const slack_json_t *first = next(&reader, "delivery"), *failed = next(&reader, "ack");
    const slack_json_t *second = next(&reader, "delivery"), *acked = next(&reader, "ack");
    assert_member(failed, "/error", "no ack within 3 s");
    assert_int_equal(slack_json_int(failed, "/took_ms"), 3000);
    assert_int_equal(slack_json_int(second, "/number"), slack_json_int(first, "/number"));
    assert_int_equal(slack_json_int(second, "/retry_num"), 1);
    assert_member(second, "/retry_reason", "timeout");
    assert_true(slack_json_bool(acked, "/acked"));
    sim_app_close(&reader);
}

CONNECTED(a_page_that_opens_later_gets_what_the_wire_said)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x','text':'1'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_sent(true);
    sim_peer_fault(&peer, "api-slow * 2000");
    sim_peer_answer_t slow;
    const sim_peer_request_t call = {
        .method = "POST", .target = "/api/auth.test", .token = peer.token};
    sim_peer_start(&peer, &call, &slow);
    const slack_json_t *got = NULL;
    while (strcmp(slack_json_str(got, "/entries/0/kind"), "call") != 0)
        got = sim_peer_control(&peer, "/sim/wire", NULL);
    assert_int_equal(slack_json_int(got, "/id"), sim_feed_last(&peer.sim->feed));
    const char *const kinds[] = {"call", "ack", "delivery"};
    for (size_t i = 0; i < 3; i++)
        assert_member(got, sim_peer_text(&peer, "/entries/%zu/kind", i), kinds[i]);
    assert_null(slack_json_get(got, "/entries/0/status")); /* it waits */
    sim_peer_pass_ms(&peer, 2000);
    sim_peer_sent(&peer, &slow);
    got = sim_peer_control(&peer, "/sim/wire", NULL);
    assert_int_equal(slack_json_int(got, "/entries/0/status"), 200);
    assert_int_equal(slack_json_int(got, "/entries/0/number"),
                     slack_json_int(got, "/entries/1/number"));
}

ALONE(a_call_on_which_a_fault_acts_has_its_arguments)
{
    static const char json[] = "application/json", form[] = "application/x-www-form-urlencoded";
    static const struct {
        const char *target, *type, *body;
    } cases[] = {
        {"/api/chat.postMessage", json, "{\"text\":\"x\"}"},
        {"/api/chat.postMessage", form, "text=x"},
        {"/services/T0SIM00001/C0GENERAL1/x", json, "{\"text\":\"x\"}"},
        {"/commands/T0SIM00001/x", json, "{\"text\":\"x\"}"},
    };
    sim_peer_fault(&peer, "api-status * 503 --count 4");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sim_peer_request_t call = {.method = "POST",
                                         .target = cases[i].target,
                                         .type = cases[i].type,
                                         .body = cases[i].body};
        sim_peer_call(&peer, &call);
        assert_int_equal(peer.status, 503);
        assert_member(sim_peer_control(&peer, "/sim/wire", NULL), "/entries/0/arguments/text", "x");
    }
}

ALONE(the_wire_of_a_long_run_is_as_long_as_an_answer_can_be)
{
    static char text[SIM_FEED_ENTRY_MAX / 2];
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 160; i++) {
        sim_json_builder_t json = sim_feed_begin();
        sim_feed_end(&peer.sim->feed_writer, i % 2 ? "message" : "call", &json,
                     sim_json(&json, "{n: %d, text: %s}", i, text));
    }
    const slack_json_t *got = sim_peer_control(&peer, "/sim/wire", NULL);
    assert_in_range(slack_json_count(got, "/entries"), 60, 64); /* of 80 */
    for (size_t i = 0; i < slack_json_count(got, "/entries"); i++)
        assert_int_equal(slack_json_int(got, sim_peer_text(&peer, "/entries/%zu/n", i)),
                         158 - 2 * i);
}

CONNECTED(an_assistant_takes_its_status_back_with_its_answer)
{
    sim_app_t reader;
    sim_peer_send(&peer, "{'kind':'open-assistant'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    const char *ts = slack_json_str(sim_peer_sent(&peer, &outcome), "/ts");
    const int64_t id = slack_json_int(get_state(), "/id");
    static const char *const calls[][2] = {
        {"assistant.threads.setStatus", "'status':'thinks','loading_messages':['a','b']"},
        {"assistant.threads.setSuggestedPrompts", "'prompts':[{'title':'t','message':'m'}]"},
    };
    for (size_t i = 0; i < 2; i++)
        sim_peer_api(&peer, calls[i][0],
                     sim_peer_text(&peer, "{'channel_id':'D0ANN00001','thread_ts':'%s',%s}", ts,
                                   calls[i][1]));
    const slack_json_t *begun = get_state();
    assert_member(begun, "/statuses/0/status", "thinks");
    assert_member(begun, "/statuses/0/prompts/0/message", "m");
    sim_peer_api(&peer, "chat.postMessage",
                 sim_peer_text(&peer, "{'channel':'D0ANN00001','thread_ts':'%s','text':'x'}", ts));
    follow(&reader, id);
    assert_member(next(&reader, "status"), "/loading_messages/1", "b");
    assert_member(next(&reader, "status"), "/prompts/0/title", "t");
    const slack_json_t *end = next(&reader, "status");
    assert_member(end, "/status", "");
    assert_member(end, "/thread_ts", ts);
    sim_app_close(&reader);
}

/* ---- readers ---- */

ALONE(a_slow_reader_takes_no_memory_and_loses_nothing)
{
    enum { BYTES = 200000, COUNT = 30 };
    sim_app_t reader;
    static char members[BYTES + 100];
    const sim_feed_writer_t one = {&peer.sim->feed, "T1"};
    follow(&reader, slack_json_int(get_state(), "/id"));
    world_until(&peer.world, reader.opened);
    slack__conn_pause(slack__ws_conn(reader.ws), true);
    snprintf(members, sizeof members, "{\"t\":\"%0*d\"}", BYTES, 0);
    for (size_t before = heap_bytes(), i = 0; i < COUNT; i++) {
        sim_json_builder_t json = sim_feed_begin();
        sim_feed_end(&one, "k", &json, sim_json_parsed(&json, members, strlen(members)));
        for (int turn = 0; turn < 5; turn++)
            world_turn(&peer.world);
        /* The entries themselves, and what a socket may have to send. */
        assert_true(heap_bytes() - before < (i + 1) * (BYTES + 1000) + 4 * SIM_FEED_ENTRY_MAX);
    }
    slack__conn_pause(slack__ws_conn(reader.ws), false);
    int64_t last = 0;
    for (int i = 0; i < COUNT; i++) {
        const int64_t id = slack_json_int(sim_app_next(&reader), "/id");
        assert_true(last == 0 || id == last + 1);
        last = id;
    }
    sim_app_close(&reader);
}

ALONE(the_state_has_the_newest_messages_of_each_channel)
{
    enum { COUNT = 10000, CHANNELS = 2 };
    assert_true(slack_json_bool(
        sim_peer_control(
            &peer, "/sim/missed",
            sim_peer_text(&peer, "{'messages':%d,'channels':%d,'text':'m'}", COUNT, CHANNELS)),
        "/ok"));
    post("few");
    const slack_json_t *messages = slack_json_get(get_state(), "/messages");
    assert_int_equal(slack_json_count(messages, ""), CHANNELS * SIM_STATE_MESSAGES + 1);
    const char *before = "";
    slack_json_iter_t it = {0};
    while (slack_json_next(messages, &it)) {
        assert_true(strcmp(before, slack_json_str(it.value, "/message/ts")) < 0);
        before = slack_json_str(it.value, "/message/ts");
    }
    assert_member(messages, "/399/message/text", "m 10000");
    assert_member(messages, "/400/message/text", "few");
}

ALONE(the_state_is_bounded)
{
    enum { COUNT = 200, BYTES = 50000 };
    char *body = slack__malloc(BYTES + 100);
    snprintf(body, BYTES + 100, "{'messages':%d,'channels':1,'text':'%0*d'}", COUNT, BYTES, 0);
    assert_true(slack_json_bool(sim_peer_control(&peer, "/sim/missed", body), "/ok"));
    slack__free(body);
    const slack_json_t *messages = slack_json_get(get_state(), "/messages");
    const size_t count = slack_json_count(messages, "");
    assert_true(count > 1 && count < COUNT);
    const char *last =
        slack_json_str(messages, sim_peer_text(&peer, "/%zu/message/text", count - 1));
    assert_string_equal(last + BYTES, " 200");
}

ALONE(a_reader_of_another_run_is_reset)
{
    sim_app_t reader;
    follow(&reader, 5);
    assert_member(sim_app_next(&reader), "/kind", "reset");
    sim_app_close(&reader);
    assert_int_equal(reader.code, 1000);
    sim_peer_control(&peer, "/sim/feed?after=5", NULL);
    assert_int_equal(peer.status, 426);
}

ALONE(a_reader_is_open_at_the_end)
{
    sim_app_t reader;
    follow(&reader, slack_json_int(get_state(), "/id"));
    world_until(&peer.world, reader.opened);
    bool closed = false;
    sim_close(peer.sim, world_set_flag, &closed);
    world_until(&peer.world, closed && reader.closed);
    char error[SIM_PROBLEM_SIZE];
    assert_int_equal(sim_open(&peer.sim, peer.world.net, &(sim_options_t){.people = 4}, error), 0);
}

/* ---- who may ask ---- */

/* The headers of a browser, or of a program, and the status that it gets. */
static struct asked {
    const char *name, *method, *path, *headers;
    int status;
} askeds[] = {
    {"a program", "GET", "/sim/state", "Host: 127.0.0.1:1\r\n", 200},
    {"the page", "GET", "/sim/state", "Host: [::1]\r\nSec-Fetch-Site: same-origin\r\n", 200},
    {"typed in", "GET", "/sim/state", "Host: localhost\r\nSec-Fetch-Site: none\r\n",
     200}, /* typed in */
    {"a name that leads here", "GET", "/sim/state", "Host: rebound.example\r\n", 403},
    {"and its own page", "GET", "/sim/state",
     "Host: rebound.example\r\nSec-Fetch-Site: same-origin\r\n", 403},
    {"almost an address", "GET", "/sim/state", "Host: 127.0.0.1.evil.example\r\n", 403},
    {"another site", "GET", "/sim/state", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403},
    {"another port", "GET", "/sim/state", "Host: localhost\r\nSec-Fetch-Site: same-site\r\n", 403},
    {"another port's page", "GET", "/sim/transcript",
     "Host: localhost\r\nOrigin: http://localhost:81\r\n", 403},
    {"the feed for such a name", "GET", "/sim/feed?after=1", "Host: rebound.example\r\n", 403},
    {"the feed for a sandbox", "GET", "/sim/feed?after=1", "Host: localhost\r\nOrigin: null\r\n",
     403},
    {"the page for such a name", "GET", "/", "Host: rebound.example\r\n", 403},
    {"a link to the page", "GET", "/", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n",
     200}, /* a link */
    {"a script for such a name", "GET", "/page/main.js", "Host: rebound.example\r\n", 403},
    {"Slack's page for such a name", "GET", "/oauth/v2/authorize", "Host: rebound.example\r\n",
     403},
    {"another site acts", "POST", "/sim/send", "Host: localhost\r\nOrigin: http://evil.example\r\n",
     403},
    {"such a name acts", "POST", "/sim/send",
     "Host: rebound.example\r\nOrigin: http://rebound.example\r\n", 403},
    {"another site acts without an origin", "POST", "/sim/send",
     "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403},
    {"a container calls", "POST", "/api/auth.test", "Host: slack-sim.internal\r\n",
     200}, /* a container calls */
    {"another site calls", "POST", "/api/auth.test",
     "Host: localhost\r\nOrigin: http://evil.example\r\n", 403},
};

TEST_EACH_CASE(test_sim_asked, askeds, sim_case_open, sim_case_close)
{
    const struct asked *row = *state;
    raw_t raw;
    raw_connect(&raw, &peer.world, sim_port(peer.sim));
    raw_say(&raw, sim_peer_text(&peer, "%s %s HTTP/1.1\r\n%sContent-Length: 0\r\n\r\n", row->method,
                                row->path, row->headers));
    raw_until(&raw, "\r\n\r\n");
    assert_int_equal(atoi(raw.in + strlen("HTTP/1.1 ")), row->status);
    raw_close(&raw);
}

ALONE(the_page_is_strict)
{
    static const struct {
        const char *method, *path;
        int status;
    } cases[] = {
        {"GET", "/", 200},
        {"GET", "/page/main.js", 200},
        {"HEAD", "/page/page.css", 200},
        {"POST", "/", 405},
        {"GET", "/page/", 404},
        {"GET", "/page/../sim.c", 404},
        {"GET", "/pages", 404},
        {"GET", "/page", 404},
        {"GET", "/page/nothing.js", 404},
        {"GET", "/page/base/dom.js", 200},
        {"GET", "/page/text/emoji.js", 200},
        {"GET", "/page/base", 404},
        {"GET", "/page/base/", 404},
        {"GET", "/page/dom.js", 404},
        {"GET", "/page/base//dom.js", 404},
        {"GET", "/page/base/../main.js", 200}, /* the HTTP server resolves the dots */
        {"GET", "/page/base/../../sim.c", 404},
        {"GET", "/page/base%2f..%2fmain.js", 404},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sim_peer_request_t request = {.method = cases[i].method, .target = cases[i].path};
        sim_peer_call(&peer, &request);
        if (peer.status != cases[i].status) fail_msg("%s: %d", cases[i].path, peer.status);
    }
}
