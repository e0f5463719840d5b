/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

/* The messages that the simulator keeps: windows, pages and threads of conversations.history and
 * .replies, metadata, messages that nobody received, and the list of all. */

static const slack_json_t *api(const char *method, const char *body)
{
    return sim_peer_api(&peer, method, body);
}

/* The timestamps of the messages of a case, by the letter that is their text. */
static char sent[128][SIM_TS_SIZE];

/* A text in which "$a" is the timestamp of the message "a". */
static const char *filled(const char *from)
{
    const char *to = "";
    for (const char *at = from; *at; at++) {
        const char *ts = *at == '$' ? sent[(unsigned char)*++at] : NULL;
        to = ts ? slack__arena_printf(peer.arena, "%s%s", to, ts)
                : slack__arena_printf(peer.arena, "%s%c", to, *at);
    }
    return to;
}

static void say(const char *channel, char letter, const char *more)
{
    const char *body = slack__arena_printf(peer.arena, "{'channel':'%s','text':'%c'%s}", channel,
                                           letter, filled(more));
    const slack_json_t *answer = api("chat.postMessage", body);
    assert_true(slack_json_bool(answer, "/ok"));
    snprintf(sent[(unsigned char)letter], SIM_TS_SIZE, "%s", slack_json_str(answer, "/ts"));
}

/* The texts of all pages: "cb|a". The error instead, if there is one. */
static const char *read_all(const char *method, const char *args)
{
    const char *texts = "", *cursor = "";
    do {
        const slack_json_t *answer =
            api(method, slack__arena_printf(peer.arena, "{'channel':'C0GENERAL1','cursor':'%s'%s}",
                                            cursor, args));
        slack_json_iter_t it = {0};
        if (!slack_json_bool(answer, "/ok")) return slack_json_str(answer, "/error");
        while (slack_json_next(slack_json_get(answer, "/messages"), &it))
            texts =
                slack__arena_printf(peer.arena, "%s%s", texts, slack_json_str(it.value, "/text"));
        cursor = slack_json_str(answer, "/response_metadata/next_cursor");
        assert_true(slack_json_bool(answer, "/has_more") == (*cursor != '\0'));
        if (*cursor) texts = slack__arena_printf(peer.arena, "%s|", texts);
    } while (*cursor);
    return texts;
}

#define HISTORY "conversations.history"
#define REPLIES "conversations.replies"

ALONE(windows_pages_and_threads)
{
    static const struct {
        const char *method, *args, *texts;
    } cases[] = {
        {HISTORY, "", "d4cba"},
        {HISTORY, ",'limit':1", "d|4|c|b|a"},
        {HISTORY, ",'limit':2", "d4|cb|a"},
        {HISTORY, ",'limit':5", "d4cba"},
        {HISTORY, ",'oldest':'$b'", "d4c"},
        {HISTORY, ",'oldest':'$b','inclusive':true", "d4cb"},
        {HISTORY, ",'latest':'$c'", "ba"},
        {HISTORY, ",'latest':'$c','inclusive':true", "cba"},
        {HISTORY, ",'oldest':'$a','latest':'$d'", "4cb"},
        {HISTORY, ",'oldest':'$b','limit':2", "d4|c"},
        {HISTORY, ",'oldest':'$d'", ""},
        {HISTORY, ",'oldest':'1','latest':'9999999999'", "d4cba"},
        {HISTORY, ",'latest':'1.5'", ""},
        {HISTORY, ",'oldest':'x'", "invalid_ts_oldest"},
        {HISTORY, ",'latest':'x'", "invalid_ts_latest"},
        {HISTORY, ",'limit':0", "invalid_limit"},
        {HISTORY, ",'limit':1001", "invalid_limit"},
        {REPLIES, ",'ts':'$a'", "a1234"},
        {REPLIES, ",'ts':'$2'", "a1234"}, /* of a reply: its thread */
        {REPLIES, ",'ts':'$b'", "b"},
        {REPLIES, ",'ts':'$a','limit':2", "a1|23|4"},
        {REPLIES, ",'ts':'$a','limit':5", "a1234"},
        {REPLIES, ",'ts':'$a','oldest':'$2'", "a34"}, /* the first message in every window */
        {REPLIES, ",'ts':'$a','oldest':'$2','inclusive':true", "a234"},
        {REPLIES, ",'ts':'$a','latest':'$3'", "a12"},
        {REPLIES, ",'ts':'$a','oldest':'$1','latest':'$4','limit':2", "a2|3"},
        {REPLIES, ",'ts':'$z'", "thread_not_found"}, /* in another channel */
        {REPLIES, ",'ts':'1.2'", "thread_not_found"},
        {REPLIES, "", "invalid_arguments"},
    };
    say("general", 'a', "");
    say("general", 'b', "");
    say("general", '1', ",'thread_ts':'$a'");
    say("random", 'z', "");
    say("general", '2', ",'thread_ts':'$a'");
    say("general", 'c', "");
    say("general", '3', ",'thread_ts':'$2'"); /* a reply to a reply is in the same thread */
    say("general", '4', ",'thread_ts':'$a','reply_broadcast':true");
    say("general", 'd', "");
    api("chat.postEphemeral", "{'channel':'general','user':'U0ANN00001','text':'e'}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *texts = read_all(cases[i].method, filled(cases[i].args));
        if (strcmp(texts, cases[i].texts) != 0)
            fail_msg("%s %s: %s, not %s", cases[i].method, cases[i].args, texts, cases[i].texts);
    }
    assert_error(HISTORY, "{'channel':'C0LOUNGE01'}", "not_in_channel");
    assert_error(HISTORY, "{'channel':'C0GENERAL1','cursor':'!'}", "invalid_cursor");

    const slack_json_t *history = api(HISTORY, "{'channel':'C0GENERAL1'}");
    assert_member(history, "/messages/1/subtype", "thread_broadcast");
    assert_member(history, "/messages/1/root/text", "a");
    const slack_json_t *head = slack_json_get(history, "/messages/4");
    assert_int_equal(slack_json_int(head, "/reply_count"), 4);
    assert_int_equal(slack_json_int(head, "/reply_users_count"), 1);
    assert_member(head, "/thread_ts", sent['a']);
    assert_member(head, "/latest_reply", sent['4']);
    assert_member(head, "/reply_users/0", "U0BOT00001");
    const slack_json_t *thread = api(REPLIES, filled("{'channel':'C0GENERAL1','ts':'$a'}"));
    assert_member(thread, "/messages/3/parent_user_id", "U0BOT00001");

    /* A reply that is deleted counts no more. */
    api("chat.delete", filled("{'channel':'C0GENERAL1','ts':'$4'}"));
    head = slack_json_get(api(HISTORY, "{'channel':'C0GENERAL1'}"), "/messages/3");
    assert_int_equal(slack_json_int(head, "/reply_count"), 3);
    assert_member(head, "/latest_reply", sent['3']);
    api("chat.delete", filled("{'channel':'C0GENERAL1','ts':'$a'}"));
    assert_string_equal(read_all(REPLIES, filled(",'ts':'$1'")), "thread_not_found");
}

ALONE(metadata_is_kept_and_its_payload_shown_on_request)
{
    static const struct {
        const char *metadata, *error;
    } wrong[] = {
        {"'x'", "invalid_metadata_format"},
        {"['x']", "invalid_metadata_format"},
        {"{'event_type':''}", "invalid_metadata_schema"},
        {"{'event_type':'x'}", "invalid_metadata_schema"},
        {"{'event_type':'x','event_payload':[]}", "invalid_metadata_schema"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_error("chat.postMessage",
                     slack__arena_printf(peer.arena,
                                         "{'channel':'general','text':'x','metadata':%s}",
                                         wrong[i].metadata),
                     wrong[i].error);
    const char *metadata = ",'metadata':{'event_type':'sent','event_payload':{'key':'k1'}}";
    say("general", 'a', metadata);
    say("general", 'b', slack__arena_printf(peer.arena, ",'thread_ts':'$a'%s", metadata));
    for (int all = 0; all < 2; all++) {
        const char *body = slack__arena_printf(
            peer.arena, "{'channel':'C0GENERAL1','ts':'%s','include_all_metadata':%s}", sent['b'],
            all ? "true" : "false");
        const slack_json_t *shown[] = {slack_json_get(api(HISTORY, body), "/messages/0"),
                                       slack_json_get(api(REPLIES, body), "/messages/1")};
        for (size_t i = 0; i < 2; i++) {
            assert_member(shown[i], "/text", i ? "b" : "a");
            assert_member(shown[i], "/metadata/event_type", "sent");
            assert_member(shown[i], "/metadata/event_payload/key", all ? "k1" : "");
        }
    }
    /* An update without metadata removes it. */
    api("chat.update", filled("{'channel':'C0GENERAL1','ts':'$a','text':'a'}"));
    const slack_json_t *history =
        api(HISTORY, "{'channel':'C0GENERAL1','include_all_metadata':true}");
    assert_null(slack_json_get(history, "/messages/0/metadata"));
}

/* ---- messages that nobody received, and the list of all ---- */

/* The number in a text: "message 17". */
static size_t number_in(const slack_json_t *message)
{
    const char *text = slack_json_str(message, "/text");
    assert_int_equal(strncmp(text, "message ", 8), 0);
    return (size_t)strtoul(text + 8, NULL, 10);
}

ALONE(an_app_that_was_away_finds_each_message_once)
{
    enum { MESSAGES = 700, CHANNELS = 9 };
    unsigned char seen[MESSAGES + 1] = {0};
    size_t heads = 0, replies = 0;
    sim_peer_control(&peer, "/sim/missed", "{'messages':700,'channels':9,'threads':40}");
    assert_int_equal(peer.status, 200);
    const slack_json_t *channels = api("conversations.list", "{'limit':100}");
    slack_json_iter_t it = {0}, message = {0}, reply;
    while (slack_json_next(slack_json_get(channels, "/channels"), &it)) {
        if (strncmp(slack_json_str(it.value, "/name"), "missed-", 7) != 0) continue;
        const char *id = slack_json_str(it.value, "/id");
        const slack_json_t *history =
            api(HISTORY, slack__arena_printf(peer.arena, "{'channel':'%s','limit':1000}", id));
        message = (slack_json_iter_t){0};
        while (slack_json_next(slack_json_get(history, "/messages"), &message)) {
            const char *body = slack__arena_printf(peer.arena, "{'channel':'%s','ts':'%s'}", id,
                                                   slack_json_str(message.value, "/ts"));
            heads++;
            seen[number_in(message.value)]++;
            if (!slack_json_get(message.value, "/reply_count")) continue;
            const slack_json_t *thread = api(REPLIES, body);
            reply = (slack_json_iter_t){0};
            for (size_t i = 0; slack_json_next(slack_json_get(thread, "/messages"), &reply); i++)
                if (i > 0) seen[number_in(reply.value)]++;
            replies += (size_t)slack_json_int(message.value, "/reply_count");
        }
    }
    for (size_t i = 1; i <= MESSAGES; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(heads + replies, MESSAGES);
    assert_in_range(replies, MESSAGES / 3, MESSAGES / 2);
    assert_string_equal(sim_peer_transcript(&peer),
                        "people write 700 messages that no app receives\n");
}

ALONE(all_messages_are_listed_in_order)
{
    const char *after = "";
    size_t number = 0;
    bool more = true;
    sim_peer_control(&peer, "/sim/missed", "{'messages':450,'channels':3,'threads':30}");
    while (more) {
        const slack_json_t *page = sim_peer_control(
            &peer, slack__arena_printf(peer.arena, "/sim/messages?after=%s", after), NULL);
        slack_json_iter_t it = {0};
        while (slack_json_next(slack_json_get(page, "/messages"), &it)) {
            assert_int_equal(number_in(slack_json_get(it.value, "/message")), ++number);
            after = slack_json_str(it.value, "/ts");
        }
        more = slack_json_bool(page, "/more");
    }
    assert_int_equal(number, 450);
    say("general", 'a', "");
    api("chat.postEphemeral", "{'channel':'general','user':'U0ANN00001','text':'e'}");
    say("general", 'b', ",'thread_ts':'$a'");
    say("general", 'c', "");
    api("chat.delete", filled("{'channel':'C0GENERAL1','ts':'$c'}"));
    const slack_json_t *page = sim_peer_control(&peer, "/sim/messages?channel=%23general", NULL);
    assert_int_equal(slack_json_count(page, "/messages"), 2);
    assert_member(page, "/messages/0/line", "#general  bot: a");
    assert_int_equal(slack_json_int(page, "/messages/0/message/reply_count"), 1);
    assert_member(page, "/messages/1/line", "#general (thread)  bot: b");
    assert_member(page, "/messages/1/ts", sent['b']);
}

ALONE(a_wrong_request_has_its_sentence)
{
    static const char numbers[] = "there are from 1 to 20000 messages, in 1 to 200 channels, of "
                                  "which 0 to 100% are replies in threads";
    static const struct {
        const char *path, *body, *problem;
    } cases[] = {
        {"/sim/missed", "{}", numbers},
        {"/sim/missed", "{'messages':20001,'channels':1}", numbers},
        {"/sim/missed", "{'messages':1,'channels':201}", numbers},
        {"/sim/missed", "{'messages':1,'channels':1,'threads':101}", numbers},
        {"/sim/missed", "{'messages':-1,'channels':1}", numbers},
        {"/sim/messages?channel=nope", NULL,
         "there is no such channel: slackapp sim status names them"},
        {"/sim/messages?after=x", NULL,
         "`after`, `before` and `thread` are the ts of a message, such as 1767225600.000001"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *answer = sim_peer_control(&peer, cases[i].path, cases[i].body);
        assert_int_equal(peer.status, 400);
        assert_member(answer, "/error", cases[i].problem);
    }
    assert_string_equal(sim_case_refused("{'kind':'command','command':'/x','missed':true}"),
                        "only events can be missed: this fails at once without an app");
}

CONNECTED(a_missed_message_reaches_no_app)
{
    for (int i = 0; i < 2; i++) {
        sim_peer_send(&peer,
                      i ? "{'kind':'message','text':'here'}"
                        : "{'kind':'message','text':'away','missed':true}",
                      &outcome);
        if (i == 0) assert_sent(true);
    }
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/text", "here");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_string_equal(read_all(HISTORY, ""), "hereaway");
}

/* ---- bounds ---- */

static void fill(const slack_json_t *content, size_t count)
{
    sim_message_t *message;
    const sim_message_draft_t draft = {
        .channel = sim_channel_find(&peer.sim->services->workspace->channels, "general"),
        .author = sim_user_owner(&peer.sim->services->workspace->users),
        .content = content,
    };
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            sim_message_add(&peer.sim->services->workspace->messages, &draft, &message), 0);
}

ALONE(old_messages_are_forgotten)
{
    sim_messages_t *messages = &peer.sim->services->workspace->messages;
    sim_json_builder_t json = {peer.arena, 0};
    static char text[40000];
    const slack_json_t *small = sim_json(&json, "{text: 'x'}");
    say("general", 'a', "");
    say("general", '1', ",'thread_ts':'$a'");
    fill(small, SIM_MESSAGES_MAX - 1);
    assert_int_equal(messages->count, SIM_MESSAGES_MAX);
    assert_string_equal(read_all(REPLIES, filled(",'ts':'$a'")), "thread_not_found");
    assert_string_equal(read_all(REPLIES, filled(",'ts':'$1'")), "thread_not_found");
    memset(text, 'y', sizeof text - 1);
    fill(sim_json(&json, "{text: %s}", text), SIM_MESSAGES_BYTES_MAX / sizeof text + 10);
    assert_in_range(messages->bytes, SIM_MESSAGES_BYTES_MAX / 2, SIM_MESSAGES_BYTES_MAX);
    assert_true(messages->count < SIM_MESSAGES_BYTES_MAX / sizeof text);
    /* A message that grows makes room, too. */
    say("general", 'b', "");
    sim_message_t *newest = sim_message_find(messages, NULL, sent['b']);
    assert_int_equal(sim_message_edit(messages, newest, sim_json(&json, "{text: %s}", text)), 0);
    assert_true(messages->bytes <= SIM_MESSAGES_BYTES_MAX);
    assert_ptr_equal(sim_message_find(messages, NULL, sent['b']), newest);
    for (int i = 0; i < SIM_TRANSCRIPT_MAX + 5; i++)
        sim_transcript_add(&peer.sim->services->workspace->transcript, SIM_ENTRY_MESSAGE, false, "",
                           "ann", "%d", i);
    assert_int_equal(peer.sim->entries.count, SIM_TRANSCRIPT_MAX);
}
