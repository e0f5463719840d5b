/* SPDX-License-Identifier: MIT */
#include "support/http_peer.h"
#include "support/sim_case.h"
#include "support/test.h"

/* What an app changes in the simulator's workspace: reactions, pins, channels and their members,
 * scheduled messages, files. */

static char ts[SIM_TS_SIZE]; /* of the bot's message in #general */

/* The arguments with the message's ts for '$'. */
static const char *filled(const char *args)
{
    const char *mark = strchr(args, '$');
    if (!mark) return args;
    return slack__arena_printf(peer.arena, "%.*s%s%s", (int)(mark - args), args, ts, mark + 1);
}

static const slack_json_t *api(const char *method, const char *args)
{
    return sim_peer_api(&peer, method, filled(args));
}

static void post(void)
{
    const slack_json_t *answer = api("chat.postMessage", "{'channel':'general','text':'hi'}");
    snprintf(ts, sizeof ts, "%s", slack_json_str(answer, "/ts"));
}

/* Slack's errors, in this order: each row is a call, and what it answers. */
static const struct call {
    const char *method;
    const char *args;
    const char *error;
} calls[] = {
#define ITEM  "{'channel':'C0GENERAL1','timestamp':'$'"
#define OTHER "{'channel':'C0GENERAL1','timestamp':'1.2'"
#define INC   "{'channel':'inc'"
    {"reactions.add", ITEM ",'name':'eyes'}", ""},
    {"reactions.add", ITEM ",'name':'eyes'}", "already_reacted"},
    {"reactions.add", ITEM ",'name':':eyes:'}", "invalid_name"},
    {"reactions.add", ITEM "}", "invalid_name"},
    {"reactions.add", "{'channel':'C0GENERAL1','name':'eyes'}", "no_item_specified"},
    {"reactions.add", OTHER ",'name':'eyes'}", "message_not_found"},
    {"reactions.add", "{'channel':'C0GENERAL1','timestamp':'x','name':'a'}", "bad_timestamp"},
    {"reactions.remove", ITEM ",'name':'tada'}", "no_reaction"},
    {"reactions.remove", ITEM ",'name':'eyes'}", ""},
    {"reactions.remove", ITEM ",'name':'eyes'}", "no_reaction"},
    {"reactions.get", "{'channel':'nowhere','timestamp':'1.2'}", "channel_not_found"},
    {"pins.remove", ITEM "}", "no_pin"},
    {"pins.add", ITEM "}", ""},
    {"pins.add", ITEM "}", "already_pinned"},
    {"pins.add", "{'channel':'lounge','timestamp':'1.2'}", "not_in_channel"},
    {"pins.remove", ITEM "}", ""},
    {"pins.list", "{}", "invalid_arguments"},
    {"chat.delete", "{'channel':'general','ts':'1.2'}", "message_not_found"},
    {"chat.delete", "{'channel':'general','ts':'$'}", ""},
    {"chat.delete", "{'channel':'general','ts':'$'}", "message_not_found"},
    {"conversations.create", "{}", "invalid_arguments"},
    {"conversations.create", "{'name':''}", "invalid_name_required"},
    {"conversations.create", "{'name':'Inc'}", "invalid_name_specials"},
    {"conversations.create", "{'name':'--'}", "invalid_name_punctuation"},
    {"conversations.create", "{'name':'general'}", "name_taken"},
    {"conversations.create", "{'name':'inc'}", ""},
    {"conversations.create", "{'name':'inc','is_private':true}", "name_taken"},
    {"conversations.invite", INC "}", "invalid_arguments"},
    {"conversations.invite", INC ",'users':''}", "no_user"},
    {"conversations.invite", INC ",'users':'U1'}", "user_not_found"},
    {"conversations.invite", INC ",'users':'U0BOT00001'}", "cant_invite_self"},
    {"conversations.invite", INC ",'users':'U0ANN00001, U0BEN00001'}", ""},
    {"conversations.invite", INC ",'users':'U0CLEO0001,U0BEN00001'}", "already_in_channel"},
    {"conversations.invite", "{'channel':'lounge','users':'U0ANN00001'}", "not_in_channel"},
    {"conversations.invite", "{'channel':'D0ANN00001','users':'U0BEN00001'}",
     "method_not_supported_for_channel_type"},
    {"conversations.kick", INC ",'user':'U0CLEO0001'}", "not_in_channel"},
    {"conversations.kick", INC ",'user':'U0BOT00001'}", "cant_kick_self"},
    {"conversations.kick", INC ",'user':'U0BEN00001'}", ""},
    {"conversations.kick", "{'channel':'general','user':'U0BEN00001'}", "cant_kick_from_general"},
    {"conversations.join", "{'channel':'secret'}", "method_not_supported_for_channel_type"},
    {"conversations.join", "{'channel':'lounge'}", ""},
    {"conversations.leave", "{'channel':'lounge'}", ""},
    {"conversations.leave", "{'channel':'lounge'}", ""},
    {"conversations.leave", "{'channel':'general'}", "cant_leave_general"},
    {"conversations.open", "{}", "users_list_not_supplied"},
    {"conversations.open", "{'users':'U0BOT00001'}", "not_enough_users"},
    {"conversations.open", "{'users':'U0ANN00001,U1'}", "user_not_found"},
    {"conversations.open", "{'channel':'general'}", "method_not_supported_for_channel_type"},
    {"chat.scheduleMessage", "{'channel':'general','text':'x'}", "invalid_arguments"},
    {"chat.scheduleMessage", "{'channel':'general','text':'x','post_at':'soon'}", "invalid_time"},
    {"chat.scheduleMessage", "{'channel':'general','text':'x','post_at':1}", "time_in_past"},
    {"chat.scheduleMessage", "{'channel':'general','text':'x','post_at':9999999999}",
     "time_too_far"},
    {"chat.deleteScheduledMessage", "{'channel':'general','scheduled_message_id':'Q1'}",
     "invalid_scheduled_message_id"},
    {"chat.scheduledMessages.list", "{'channel':'nowhere'}", "invalid_channel"},
    {"users.list", "{'limit':2,'cursor':'bmV4dDpVMQ=='}", "invalid_cursor"},
    {"files.getUploadURLExternal", "{'filename':'x'}", "invalid_arguments"},
    {"files.getUploadURLExternal", "{'filename':'x','length':99999999}",
     "file_upload_size_restricted"},
    {"files.completeUploadExternal", "{'files':[{'id':'F1'}]}", "file_not_found"},
    {"files.completeUploadExternal", "{'files':'['}", "invalid_arguments"},
    {"files.info", "{'file':'F1'}", "file_not_found"},
};

ALONE(calls_answer_as_slack_answers_them)
{
    post();
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const char *error = sim_peer_api_error(&peer, calls[i].method, filled(calls[i].args));
        if (strcmp(error, calls[i].error) != 0)
            fail_msg("row %zu, %s: %s, not %s", i, calls[i].method, error, calls[i].error);
    }
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot: hi\n"
                                                    "#general  bot reacts with :eyes: to: hi\n"
                                                    "#general  bot takes back :eyes: from: hi\n"
                                                    "#general  bot pins: hi\n"
                                                    "#general  bot unpins: hi\n"
                                                    "#general  bot: (deleted) hi\n"
                                                    "#inc  bot creates the channel\n"
                                                    "#inc  bot invites ann, ben\n"
                                                    "#inc  bot removes ben\n"
                                                    "#lounge  bot joins\n"
                                                    "#lounge  bot leaves\n");
}

/* Each row is a call, and a member of the event that follows it. */
static const struct heard {
    const char *method;
    const char *args;
    const char *type;
    const char *path;
    const char *value;
} heard[] = {
    {"reactions.add", ITEM ",'name':'eyes'}", "reaction_added", "/item/channel", "C0GENERAL1"},
    {"reactions.remove", ITEM ",'name':'eyes'}", "reaction_removed", "/reaction", "eyes"},
    {"pins.add", ITEM "}", "pin_added", "/item/message/text", "hi"},
    {"pins.remove", ITEM "}", "pin_removed", "/channel_id", "C0GENERAL1"},
    {"chat.delete", "{'channel':'general','ts':'$'}", "message", "/subtype", "message_deleted"},
    {"conversations.create", "{'name':'inc'}", "channel_created", "/channel/name", "inc"},
    {"conversations.invite", INC ",'users':'U0ANN00001'}", "member_joined_channel", "/inviter",
     "U0BOT00001"},
    {"conversations.kick", INC ",'user':'U0ANN00001'}", "member_left_channel", "/user",
     "U0ANN00001"},
    {"conversations.join", "{'channel':'lounge'}", "member_joined_channel", "/user", "U0BOT00001"},
};

CONNECTED(the_app_gets_the_events_of_its_calls)
{
    post();
    sim_app_next(&app);
    for (size_t i = 0; i < sizeof heard / sizeof *heard; i++) {
        assert_error(heard[i].method, filled(heard[i].args), "");
        const slack_json_t *envelope = sim_app_next(&app);
        const slack_json_t *event = slack_json_get(envelope, "/payload/event");
        sim_app_ack(&app, envelope, NULL);
        assert_member(event, "/type", heard[i].type);
        assert_member(event, heard[i].path, heard[i].value);
        assert_string_not_equal(slack_json_str(event, "/event_ts"), "");
    }
}

ALONE(messages_show_reactions_and_pins)
{
    post();
    api("reactions.add", ITEM ",'name':'eyes'}");
    api("pins.add", ITEM "}");
    const slack_json_t *message =
        slack_json_get(api("conversations.history", "{'channel':'C0GENERAL1'}"), "/messages/0");
    assert_member(message, "/reactions/0/name", "eyes");
    assert_member(message, "/reactions/0/users/0", "U0BOT00001");
    assert_member(message, "/pinned_to/0", "C0GENERAL1");
    assert_member(api("pins.list", "{'channel':'general'}"), "/items/0/message/ts", ts);
    for (int i = 1; i < 23; i++) {
        char args[128];
        snprintf(args, sizeof args, ITEM ",'name':'e%d'}", i);
        assert_error("reactions.add", filled(args), "");
    }
    assert_error("reactions.add", filled(ITEM ",'name':'one_more'}"), "too_many_reactions");
    assert_int_equal(slack_json_count(api("reactions.get", ITEM "}"), "/message/reactions"), 23);
}

ALONE(direct_messages_of_several_people)
{
    const slack_json_t *opened =
        api("conversations.open", "{'users':'U0ANN00001,U0BEN00001','return_im':true}");
    const char *id = slack_json_str(opened, "/channel/id");
    assert_true(slack_json_bool(opened, "/channel/is_mpim"));
    opened = api("conversations.open", "{'users':'U0BEN00001,U0ANN00001'}");
    assert_member(opened, "/channel/id", id);
    assert_true(slack_json_bool(opened, "/already_open"));
    assert_member(api("conversations.list", "{'types':'mpim'}"), "/channels/0/id", id);
    const slack_json_t *members =
        api("conversations.members", slack__arena_printf(peer.arena, "{'channel':'%s'}", id));
    assert_int_equal(slack_json_count(members, "/members"), 3);
}

ALONE(users_come_in_pages)
{
    const slack_json_t *page = api("users.list", "{'limit':3}");
    assert_int_equal(slack_json_count(page, "/members"), 3);
    page = api("users.list",
               slack__arena_printf(peer.arena, "{'limit':3,'cursor':'%s'}",
                                   slack_json_str(page, "/response_metadata/next_cursor")));
    assert_member(page, "/members/0/name", "bot");
    assert_member(page, "/response_metadata/next_cursor", "");
}

ALONE(scheduled_messages_come_when_they_are_due)
{
    const long long now_s = slack__wall_ms(peer.world.net->clock) / 1000;
#define SCHEDULED "{'channel':'general','text':'%s','post_at':%lld}"
    const slack_json_t *first =
        api("chat.scheduleMessage", slack__arena_printf(peer.arena, SCHEDULED, "one", now_s + 60));
    const char *id = slack_json_str(first, "/scheduled_message_id");
    api("chat.scheduleMessage", slack__arena_printf(peer.arena, SCHEDULED, "two", now_s + 90));
    const slack_json_t *list = api("chat.scheduledMessages.list", "{'limit':1}");
    assert_member(list, "/scheduled_messages/0/id", id);
    assert_string_not_equal(slack_json_str(list, "/response_metadata/next_cursor"), "");
    api("chat.deleteScheduledMessage",
        slack__arena_printf(peer.arena, "{'channel':'general','scheduled_message_id':'%s'}", id));
    sim_peer_pass_ms(&peer, 89 * 1000);
    assert_int_equal(
        slack_json_count(api("chat.scheduledMessages.list", "{}"), "/scheduled_messages"), 1);
    sim_peer_pass_ms(&peer, 1000);
    assert_string_equal(sim_peer_transcript(&peer), "#general  bot schedules: one\n"
                                                    "#general  bot schedules: two\n"
                                                    "#general  bot cancels: one\n"
                                                    "#general  bot: two\n");
}

/* ---- files ---- */

static char upload_url[128];

/* A new file of 5 bytes; returns its id. */
static const char *new_file(const char *name)
{
    const slack_json_t *where =
        api("files.getUploadURLExternal",
            slack__arena_printf(peer.arena, "{'filename':'%s','length':5,'alt_txt':'five'}", name));
    snprintf(upload_url, sizeof upload_url, "%s", slack_json_str(where, "/upload_url"));
    return slack_json_str(where, "/file_id");
}

static int upload(const char *type, const char *body)
{
    sim_peer_call(&peer, &(sim_peer_request_t){"POST", upload_url, NULL, type, body});
    return peer.status;
}

#define RAW  "application/octet-stream"
#define FORM "multipart/form-data; boundary=\"=_x\""

/* An upload as it is or as a form; some are not what was announced. */
ALONE(uploads_are_raw_or_forms)
{
    static const struct {
        const char *type, *body;
        int status;
    } uploads[] = {
        {RAW, "1234", 400},
        {RAW, "12345", 200},
        {FORM, "--=_x\r\nA: b\r\n\r\n12345\r\n--=_x--", 200},
        {FORM, "--=_x\r\nA: b\r\n\r\n1\r\n--=_x\r\nC: filename=a\r\n\r\n12345\r\n--=_x--\r\n", 200},
        {FORM, "--=_x\r\nA: b\r\n\r\n12345", 400},
        {FORM, "12345", 400},
        {"multipart/form-data", "--\r\n\r\n12345\r\n--", 400},
    };
    new_file("a.txt");
    for (size_t i = 0; i < sizeof uploads / sizeof *uploads; i++)
        if (upload(uploads[i].type, uploads[i].body) != uploads[i].status)
            fail_msg("upload %zu: %d, not %d", i, peer.status, uploads[i].status);
}

/* The message comes after the answer, in each channel; files.info then names it. */
ALONE(files_are_shared_later)
{
    const char *a = new_file("a.txt");
    const char *early = slack__arena_printf(peer.arena, "{'files':[{'id':'%s'}]}", a);
    assert_error("files.completeUploadExternal", early, "file_not_found");
    upload(RAW, "12345");
    const char *b = new_file("b.txt");
    upload(RAW, "54321");
    const char *complete = slack__arena_printf(
        peer.arena,
        "{'files':[{'id':'%s','title':'A'},{'id':'%s'}],'channels':'C0GENERAL1, random',"
        "'initial_comment':'two'}",
        a, b);
    const char *info = slack__arena_printf(peer.arena, "{'file':'%s'}", a);
    assert_error("files.info", info, "file_not_found");
    assert_member(api("files.completeUploadExternal", complete), "/files/0/title", "A");
    assert_error("files.completeUploadExternal", complete, "file_not_found");
    assert_int_equal(upload(RAW, "12345"), 404);
    assert_int_equal(slack_json_count(api("files.info", info), "/file/shares/public"), 0);
    sim_peer_pass_ms(&peer, 200);
    assert_string_equal(sim_peer_transcript(&peer),
                        "#general  bot: two (file a.txt) (file b.txt)\n"
                        "#random  bot: two (file a.txt) (file b.txt)\n");
    const slack_json_t *file = api("files.info", info);
    const sim_message_t *message =
        sim_message_newest(&peer.sim->services->workspace->messages, NULL);
    assert_member(file, "/file/shares/public/C0RANDOM01/0/ts", message->ts);
    assert_member(file, "/file/alt_txt", "five");
    for (int i = 0; i < 2; i++) { /* refused: the file stays as it is */
        static const char *const channels[] = {"lounge", "nowhere"};
        static const char *const errors[] = {"not_in_channel", "channel_not_found"};
        const char *c = new_file("c.txt");
        upload(RAW, "12345");
        assert_error("files.completeUploadExternal",
                     slack__arena_printf(peer.arena, "{'files':[{'id':'%s'}],'channel_id':'%s'}", c,
                                         channels[i]),
                     errors[i]);
    }
}

/* A GET for a url_private with these headers: what comes back. The simulator makes the numbers of
 * its ETags at random. */
static const struct download {
    const char *headers;
    int status;
    const char *range, *body;
} downloads[] = {
    {"", 200, NULL, "<!DOCTYPE html>"},
    {"Authorization: bearer " SIM_PEER_BOT_TOKEN "\r\n", 200, NULL, "<!DOCTYPE html>"},
#define ALLOWED "Authorization: Bearer " SIM_PEER_BOT_TOKEN "\r\n"
    {ALLOWED, 200, NULL, "12345"},
    {ALLOWED "Range: bytes=0-\r\n", 200, NULL, "12345"},
    {ALLOWED "Range: bytes=2-\r\n", 206, "bytes 2-4/5", "345"},
    {ALLOWED "Range: bytes=1-2\r\n", 206, "bytes 1-2/5", "23"},
    {ALLOWED "Range: bytes=1-99\r\n", 206, "bytes 1-4/5", "2345"},
    {ALLOWED "Range: bytes=5-\r\n", 416, "bytes */5", ""},
    {ALLOWED "Range: bytes=2-\r\nIf-Range: \"other\"\r\n", 200, NULL, "12345"},
    {ALLOWED "Range: lines=2-\r\n", 200, NULL, "12345"},
    {ALLOWED "Range: bytes=-2\r\n", 200, NULL, "12345"},
};

ALONE(files_are_downloaded_with_the_token)
{
    const char *id = new_file("a.log");
    upload(RAW, "12345");
    api("files.completeUploadExternal",
        slack__arena_printf(peer.arena, "{'files':[{'id':'%s'}]}", id));
    const slack_json_t *file =
        api("files.info", slack__arena_printf(peer.arena, "{'file':'%s'}", id));
    const char *url = slack_json_str(file, "/file/url_private");
    http_peer_t *client = http_peer_open(&peer.world.loop, sim_port(peer.sim), false);
    for (size_t i = 0; i < sizeof downloads / sizeof *downloads; i++) {
        const struct download *row = &downloads[i];
        const char *request =
            slack__arena_printf(peer.arena, "GET %s HTTP/1.1\r\nHost: sim\r\n%s\r\n",
                                strstr(url, "/files-pri/"), row->headers);
        const int number = http_peer_send(client, request, strlen(request), (http_pieces_t){0});
        const http_reply_t *reply = http_peer_reply(client, number);
        world_until(&peer.world, reply->done);
        assert_int_equal(reply->status, row->status);
        assert_memory_equal(reply->body, row->body, strlen(row->body));
        if (row->range) assert_true(http_reply_has(reply, "Content-Range", row->range));
    }
    bool closed = false;
    http_peer_close(client, &closed);
    world_until(&peer.world, closed);
}

/* ---- what the transcript's JSON shows, and "newest" ---- */

static void act(const char *body)
{
    sim_peer_send(&peer, body, &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_sent(true);
}

CONNECTED(the_newest_message_has_a_name)
{
    post();
    sim_app_next(&app);
    act("{'kind':'shortcut','callback_id':'c','message':'newest'}");
    act("{'kind':'react','name':'tada','message':'newest'}");
    act("{'kind':'message','text':'yes','thread':'newest'}");
    act("{'kind':'message','text':'elsewhere','channel':'random'}");
    act("{'kind':'react','name':'eyes','message':'newest','channel':'general'}");
    assert_string_equal(sim_case_refused(filled("{'kind':'react','name':'x','message':'newest',"
                                                "'channel':'secret'}")),
                        "there is no message newest");
    assert_string_equal(sim_peer_transcript(&peer),
                        "#general  bot: hi\n"
                        "ann uses the shortcut c on a message\n"
                        "#general  ann reacts with :tada: to: hi\n"
                        "#general (thread)  ann: yes\n"
                        "#random  ann: elsewhere\n"
                        "#general (thread)  ann reacts with :eyes: to: yes\n");
}

ALONE(the_json_of_the_transcript_has_blocks_and_ts)
{
    const slack_json_t *answer =
        api("chat.postMessage", "{'channel':'general','text':'t','blocks':[{'type':'divider'}]}");
    api("views.publish", "{'user_id':'U0ANN00001','view':{'type':'home','blocks':["
                         "{'type':'divider'}]}}");
    const slack_json_t *entries =
        slack_json_get(sim_peer_control(&peer, "/sim/transcript", NULL), "/entries");
    assert_member(entries, "/0/ts", slack_json_str(answer, "/ts"));
    assert_member(entries, "/0/channel", "C0GENERAL1");
    assert_member(entries, "/0/message/blocks/0/type", "divider");
    assert_member(entries, "/1/view/blocks/0/type", "divider");
}
