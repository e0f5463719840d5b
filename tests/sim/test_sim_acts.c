/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"

/* Acts of a person in the page: with messages that exist, files, links, elements of views, and
 * deliveries that are sent again. */

#define TEXT(text) "{'type':'plain_text','text':'" text "'}"

static const char *first_ts; /* of ann's message, to which she has reacted with :eyes: */

/* A text in which '$' stands for that ts. */
static const char *with_ts(const char *text)
{
    const char *at = strchr(text, '$');
    return at ? sim_peer_text(&peer, "%.*s%s%s", (int)(at - text), text, first_ts, at + 1) : text;
}

static int open_with_message(void **state)
{
    const int rc = sim_case_connect(state);
    sim_peer_send(&peer, "{'kind':'message','text':'first','missed':true}", &outcome);
    first_ts = slack_json_str(sim_peer_sent(&peer, &outcome), "/ts");
    sim_peer_send(&peer, "{'kind':'react','name':'eyes','missed':true}", &outcome);
    sim_peer_sent(&peer, &outcome);
    return rc;
}

#define ACTS(function) TEST_CASE(function, open_with_message, sim_case_disconnect, NULL)

/* An act, and a member of the last event that it sends. */
static struct act {
    const char *name, *body;
    int events;
    const char *member, *text;
} acts[] = {
    {"edit", "{'kind':'edit','message':'$','text':'new'}", 1, "/previous_message/text", "first"},
    {"edit the newest", "{'kind':'edit','text':'<new>'}", 1, "/message/text", "&lt;new&gt;"},
    {"delete", "{'kind':'delete','message':'$'}", 1, "/deleted_ts", "$"},
    {"unreact", "{'kind':'unreact','name':'eyes','message':'$'}", 1, "/type", "reaction_removed"},
    {"link", "{'kind':'link','url':'https://a.example/b','text':'see'}", 2, "/links/0/domain",
     "a.example"},
    {"upload", "{'kind':'upload','name':'a.png','data':'AAEC'}", 2, "/type", "file_shared"},
    {"upload into a thread", "{'kind':'upload','name':'a','data':'AAEC','thread':'$'}", 2,
     "/channel_id", "C0GENERAL1"},
    {"messages tab", "{'kind':'open-messages'}", 1, "/tab", "messages"},
    {"home tab", "{'kind':'open-home','user':'ben'}", 1, "/user", "U0BEN00001"},
};

TEST_EACH_CASE(test_sim_act, acts, open_with_message, sim_case_disconnect)
{
    const struct act *row = *state;
    const slack_json_t *envelope = NULL;
    sim_peer_send(&peer, with_ts(row->body), &outcome);
    for (int i = 0; i < row->events; i++)
        sim_app_ack(&app, envelope = sim_app_next(&app), NULL);
    assert_sent(true);
    assert_member(slack_json_get(envelope, "/payload/event"), row->member, with_ts(row->text));
}

static struct refused {
    const char *name, *body, *problem;
} refuseds[] = {
    {"edit the bot's", "{'kind':'edit','message':'$','text':'x','user':'ben'}",
     "ben has not written that message, but ann has"},
    {"edit nothing", "{'kind':'edit','message':'1.2','text':'x'}", "there is no message 1.2"},
    {"an empty edit", "{'kind':'edit','text':''}", "a message needs a text"},
    {"delete another's", "{'kind':'delete','message':'$','user':'cleo'}",
     "cleo has not written that message, but ann has"},
    {"unreact twice", "{'kind':'unreact','name':'wave','message':'$'}", "ann :wave:: no_reaction"},
    {"no link", "{'kind':'link','url':'nowhere'}", "a link begins with https:// or http://"},
    {"no base64", "{'kind':'upload','name':'a','data':'?'}",
     "a file has a `name`, and its bytes in `data`, as base64"},
    {"no bytes", "{'kind':'upload','name':'a'}",
     "a file has a `name`, and its bytes in `data`, as base64"},
    {"no bot there", "{'kind':'upload','name':'a','data':'AAEC','channel':'lounge'}",
     "the bot is not in #lounge and would not get the message"},
    {"another modal", "{'kind':'close-view','view':'V1'}", "ann has no modal open"},
};

TEST_EACH_CASE(test_sim_act_refused, refuseds, open_with_message, sim_case_disconnect)
{
    const struct refused *row = *state;
    assert_string_equal(sim_case_refused(with_ts(row->body)), row->problem);
}

/* People of a big workspace have no direct message with the app until they need one. */
TEST(a_generated_person_opens_tabs)
{
    static const char *const kinds[] = {"open-home", "open-messages", "open-assistant"};
    const sim_options_t options = {.people = 10};
    for (size_t i = 0; i < 3; i++) {
        sim_peer_open(&peer, &options);
        sim_app_connect(&peer, &app);
        sim_peer_send(&peer, sim_peer_text(&peer, "{'kind':'%s','user':'emil4'}", kinds[i]),
                      &outcome);
        sim_app_ack(&app, sim_app_next(&app), NULL);
        assert_sent(true);
        sim_case_disconnect(NULL);
    }
}

/* ---- files ---- */

ACTS(a_file_is_shown_to_the_page)
{
    static const struct {
        const char *name, *type;
    } cases[] = {{"a.png", "image/png"}, {"a.html", "application/octet-stream"}};
    for (size_t i = 0; i < 2; i++) {
        sim_peer_send(&peer,
                      sim_peer_text(&peer,
                                    "{'kind':'upload','name':'%s','data':'aGk=','share':false}",
                                    cases[i].name),
                      &outcome);
        const slack_json_t *sent = sim_peer_sent(&peer, &outcome);
        assert_member(sent, "/file/name", cases[i].name);
        assert_member(sent, "/file/user", "U0ANN00001");
        sim_peer_control(
            &peer, sim_peer_text(&peer, "/sim/file?id=%s", slack_json_str(sent, "/file/id")), NULL);
        assert_int_equal(peer.status, 200);
        assert_string_equal(peer.text, "hi");
    }
    sim_peer_control(&peer, "/sim/file?id=F1", NULL);
    assert_int_equal(peer.status, 404);
}

/* ---- previews of links ---- */

static const char *unfurl(const char *args)
{
    return sim_peer_api_error(&peer, "chat.unfurl", args);
}

ACTS(a_link_is_unfurled)
{
    sim_peer_send(&peer, "{'kind':'link','url':'https://a.example/b'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    const slack_json_t *shared = sim_app_next(&app);
    sim_app_ack(&app, shared, NULL);
    const char *ts = slack_json_str(sim_peer_sent(&peer, &outcome), "/ts");
    const char *id = slack_json_str(shared, "/payload/event/unfurl_id");
    for (int i = 1; i <= 2; i++) { /* a second preview replaces the first one */
        const char *place =
            i == 1 ? sim_peer_text(&peer, "'channel':'C0GENERAL1','ts':'%s'", ts)
                   : sim_peer_text(&peer, "'unfurl_id':'%s','source':'conversations_history'", id);
        assert_string_equal(
            unfurl(sim_peer_text(&peer, "{%s,'unfurls':{'https://a.example/b':{'title':'T%d'}}}",
                                 place, i)),
            "");
        const slack_json_t *changed = sim_app_next(&app);
        assert_member(changed, "/payload/event/subtype", "message_changed");
        sim_app_ack(&app, changed, NULL);
        const slack_json_t *message = slack_json_get(changed, "/payload/event/message");
        assert_int_equal(slack_json_count(message, "/attachments"), 1);
        assert_member(message, "/attachments/0/title", sim_peer_text(&peer, "T%d", i));
        assert_member(message, "/user", "U0ANN00001");
        assert_null(slack_json_get(message, "/edited"));
    }
    static const char *const errors[][2] = {
        {"'channel':'C0GENERAL1','ts':'$'", "missing_unfurls"},
        {"'ts':'$','unfurls':{'https://a':{}}", "missing_channel"},
        {"'channel':'C0GENERAL1','unfurls':{'https://a':{}}", "missing_ts"},
        {"'channel':'C1','ts':'$','unfurls':{'https://a':{}}", "cannot_find_channel"},
        {"'channel':'C0GENERAL1','ts':'1.2','unfurls':{'https://a':{}}", "cannot_find_message"},
        {"'channel':'C0GENERAL1','ts':'$','unfurls':{'https://a':{}}", "cannot_unfurl_message"},
        {"'channel':'C0GENERAL1','ts':'$','unfurls':{'first':1}", "cannot_parse_attachment"},
        {"'channel':'C0GENERAL1','ts':'$','unfurls':'{'", "cannot_parse_attachment"},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        assert_string_equal(unfurl(sim_peer_text(&peer, "{%s}", with_ts(errors[i][0]))),
                            errors[i][1]);
}

/* ---- elements, as the page names them ---- */

ACTS(an_element_is_named_by_its_place)
{
    static const char row[] = "{'type':'actions','block_id':'%s','elements':[{'type':'button',"
                              "'action_id':'go','value':'%s','text':" TEXT("Go") "}]}";
    const char *one = sim_peer_text(&peer, row, "one", "1"),
               *two = sim_peer_text(&peer, row, "two", "2");
    const char *three = sim_peer_text(&peer, row, "three", "3");
    sim_peer_api(&peer, "chat.postMessage",
                 sim_peer_text(&peer,
                               "{'channel':'general','text':'x','blocks':[%s,%s],"
                               "'attachments':[{'blocks':[%s]}]}",
                               one, two, three));
    sim_app_ack(&app, sim_app_next(&app), NULL);
    sim_peer_api(&peer, "views.publish",
                 sim_peer_text(&peer,
                               "{'user_id':'U0ANN00001','view':{'type':'home','blocks':[%s]}}",
                               sim_peer_text(&peer, row, "home", "h")));
    const char *home =
        slack_json_str(sim_peer_control(&peer, "/sim/state", NULL), "/homes/U0ANN00001/id");
    const char *const cases[][2] = {
        {"'block_id':'one'", "1"},
        {"'block_id':'two'", "2"},
        {"'block_id':'three'", "3"},
        {sim_peer_text(&peer, "'view':'%s'", home), "h"},
    };
    for (size_t i = 0; i < 4; i++) {
        sim_peer_send(&peer,
                      sim_peer_text(&peer,
                                    "{'kind':'click','action_id':'go',%s,'action':{'type':'button'"
                                    "},'state':{'values':{'b':{'a':{'value':'s'}}}}}",
                                    cases[i][0]),
                      &outcome);
        const slack_json_t *envelope = sim_app_next(&app);
        sim_app_ack(&app, envelope, NULL);
        assert_sent(true);
        assert_member(envelope, "/payload/actions/0/value", cases[i][1]);
        assert_member(envelope, "/payload/state/values/b/a/value", "s");
    }
}

/* A modal with an input of each kind that is filled in; `chosen` is the state that the page sends,
 * `kept` a member of the one that the app gets, `said` what the transcript has. */
static struct input {
    const char *name, *element, *chosen, *kept, *text, *said;
} inputs[] = {
    {"text", "'type':'plain_text_input'", "'value':'x'", "/value", "x", "x"},
    {"date", "'type':'datepicker'", "'selected_date':'2026-01-01'", "/selected_date", "2026-01-01",
     "2026-01-01"},
    {"option", "'type':'static_select','options':[{'text':" TEXT("One") ",'value':'1'}]",
     "'selected_option':{'value':'1'}", "/selected_option/text/text", "One", "1"},
    {"options", "'type':'checkboxes','options':[{'text':" TEXT("One") ",'value':'1'}]",
     "'selected_options':[{'value':'1'}]", "/selected_options/0/text/text", "One", "1"},
    {"external", "'type':'external_select'", "'selected_option':{'value':'7'}",
     "/selected_option/value", "7", "7"},
    {"people", "'type':'multi_users_select'", "'selected_users':['U0ANN00001','U0BEN00001']",
     "/selected_users/0", "U0ANN00001", "U0ANN00001,U0BEN00001"},
    {"rich text", "'type':'rich_text_input'", "'rich_text_value':{'type':'rich_text'}",
     "/rich_text_value/type", "rich_text", "…"},
    {"file", "'type':'file_input'", "'files':[{'id':'F1'}]", "/files/0/id", "F1", "…"},
    {"initial", "'type':'plain_text_input','initial_value':'i'", NULL, "/value", "i", NULL},
    {"a wrong option", "'type':'static_select','options':[{'text':" TEXT("One") ",'value':'1'}]",
     "'selected_option':{'value':'2'}", NULL, "a has no option \"2\"", NULL},
    {"no value", "'type':'plain_text_input'", NULL, NULL, "a value is required: b/a=VALUE", NULL},
    {"no options", "'type':'checkboxes','options':[{'text':" TEXT("One") ",'value':'1'}]",
     "'selected_options':[]", NULL, "a value is required: b/a=VALUE", NULL},
};

static void open_modal(const char *element)
{
    sim_peer_send(&peer, "{'kind':'shortcut','callback_id':'s'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_peer_api(
        &peer, "views.open",
        sim_peer_text(
            &peer,
            "{'trigger_id':'%s','view':{'type':'modal','title':" TEXT("T") ",'submit':" TEXT(
                "S") ",'notify_on_close':true,"
                     "'blocks':[{'type':'input','block_id':'b','label':" TEXT(
                         "L") ",'element':{'action_id':'a',%s}}]}}",
            slack_json_str(envelope, "/payload/trigger_id"), element));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

TEST_EACH_CASE(test_sim_input, inputs, sim_case_connect, sim_case_disconnect)
{
    const struct input *row = *state;
    open_modal(row->element);
    const char *body = sim_peer_text(&peer, "{'kind':'submit','state':{'values':{%s%s%s}}}",
                                     row->chosen ? "'b':{'a':{" : "",
                                     row->chosen ? row->chosen : "", row->chosen ? "}}" : "");
    if (!row->kept) {
        assert_string_equal(sim_case_refused(body), row->text);
        return;
    }
    sim_peer_send(&peer, body, &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(slack_json_get(envelope, "/payload/view/state/values/b/a"), row->kept, row->text);
    sim_app_ack(&app, envelope, "{'response_action':'errors','errors':{'b':'no'}}");
    assert_sent(true);
    assert_member(outcome.body, "/body/errors/b", "no"); /* the page shows it below the input */
    assert_member(outcome.body, "/line",
                  row->said
                      ? sim_peer_text(&peer, "ann submits  with b/a=%s -> errors: b: no", row->said)
                      : "ann submits  -> errors: b: no");
}

CONNECTED(a_stack_is_cleared)
{
    open_modal("'type':'plain_text_input'");
    sim_peer_send(&peer, "{'kind':'close-view','clear':true}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_true(slack_json_bool(envelope, "/payload/is_cleared"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

/* ---- deliveries that are sent again ---- */

ACTS(an_event_is_sent_again)
{
    sim_peer_send(&peer, "{'kind':'message','text':'x'}", &outcome);
    const slack_json_t *first = sim_app_next(&app);
    sim_app_ack(&app, first, NULL);
    assert_sent(true);
    static const struct {
        const char *body;
        int number, retry;
    } cases[] = {{"{'retry':true}", 1, 1}, {"{'number':1,'retry':true}", 1, 2}, {"{}", 2, 0}};
    for (size_t i = 0; i < 3; i++) {
        const slack_json_t *answer = sim_peer_control(&peer, "/sim/resend", cases[i].body);
        assert_int_equal(slack_json_int(answer, "/number"), cases[i].number);
        const slack_json_t *again = sim_app_next(&app);
        assert_member(again, "/payload/event/text", "x");
        assert_int_equal(strcmp(slack_json_str(again, "/payload/event_id"),
                                slack_json_str(first, "/payload/event_id")) == 0,
                         cases[i].retry > 0);
        assert_int_equal(slack_json_int(again, "/retry_attempt"), cases[i].retry);
        sim_app_ack(&app, again, NULL);
    }
}

CONNECTED(a_command_comes_again_with_a_new_trigger)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x','text':''}", &outcome);
    const slack_json_t *first = sim_app_next(&app);
    sim_app_ack(&app, first, NULL);
    assert_sent(true);
    sim_peer_control(&peer, "/sim/resend", "{'number':1}");
    const slack_json_t *again = sim_app_next(&app);
    sim_app_ack(&app, again, NULL);
    const char *trigger_id = slack_json_str(again, "/payload/trigger_id");
    assert_string_not_equal(trigger_id, slack_json_str(first, "/payload/trigger_id"));
    assert_error("views.open",
                 sim_peer_text(
                     &peer,
                     "{'trigger_id':'%s','view':{'type':'modal','title':" TEXT("T") ","
                                                                                    "'blocks':[]}}",
                     trigger_id),
                 "");
    assert_member(sim_peer_control(&peer, "/sim/resend", "{'number':1,'retry':true}"), "/error",
                  "Slack sends a command or an interaction once: only an event comes again as a "
                  "redelivery");
    assert_member(sim_peer_control(&peer, "/sim/resend", "{'number':9}"), "/error",
                  "there is no delivery with that number any more: the newest 1000 can be sent "
                  "again");
}

/* Send the newest delivery again, and ack it: the transcript has that line then. */
static void again(const char *payload, const char *line)
{
    const char *said = "";
    sim_peer_control(&peer, "/sim/resend", "{}");
    sim_app_ack(&app, sim_app_next(&app), payload);
    for (int i = 0; i < 100 && !strstr(said, line); i++)
        said = sim_peer_transcript(&peer);
    if (!strstr(said, line)) fail_msg("no \"%s\" in:\n%s", line, said);
}

CONNECTED(an_ack_of_a_resent_delivery_acts)
{
    sim_peer_send(&peer, "{'kind':'command','command':'/x','text':'y'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), NULL);
    assert_sent(true);
    again("{'text':'hi'}", "ann runs /x again -> bot (only to ann): hi\n");

    open_modal("'type':'plain_text_input'");
    sim_peer_send(&peer, "{'kind':'submit','state':{'values':{'b':{'a':{'value':'v'}}}}}",
                  &outcome);
    sim_app_ack(&app, sim_app_next(&app), "{'response_action':'errors','errors':{'b':'no'}}");
    assert_sent(true);
    again("{'response_action':'errors','errors':{'b':'why'}}",
          "ann submits  again -> errors: b: why\n");
    again(NULL, "ann submits  again -> closed\n");
    again(NULL, "ann submits  again -> closed\n"); /* there is no modal any more */
}

/* ---- older messages ---- */

ALONE(older_messages_come_in_pages)
{
    const char *ts[5];
    for (int i = 0; i < 5; i++)
        ts[i] = slack_json_str(
            sim_peer_api(&peer, "chat.postMessage",
                         sim_peer_text(&peer, "{'channel':'general','text':'m%d'%s%s%s}", i,
                                       i == 3 ? ",'thread_ts':'" : "", i == 3 ? ts[1] : "",
                                       i == 3 ? "'" : "")),
            "/ts");
    const struct {
        const char *query;
        size_t count;
        const char *first;
        bool more;
    } cases[] = {
        {sim_peer_text(&peer, "before=%s&limit=2", ts[4]), 2, "m2", true},
        {sim_peer_text(&peer, "before=%s&limit=4", ts[4]), 4, "m0", false},
        {sim_peer_text(&peer, "before=%s", ts[0]), 0, "", false},
        {sim_peer_text(&peer, "thread=%s", ts[1]), 2, "m1", false},
        {sim_peer_text(&peer, "after=%s&limit=2", ts[1]), 2, "m2", true},
        {"limit=5", 5, "m0", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *page = sim_peer_control(
            &peer, sim_peer_text(&peer, "/sim/messages?channel=general&%s", cases[i].query), NULL);
        assert_int_equal(slack_json_count(page, "/messages"), cases[i].count);
        assert_member(page, "/messages/0/message/text", cases[i].first);
        assert_true(slack_json_bool(page, "/more") == cases[i].more);
    }
    assert_member(sim_peer_control(&peer, "/sim/messages?limit=0", NULL), "/error",
                  "`limit` is a number from 1 to 200");
}

/* Messages are as long as a request may be: the newest is there, and the memory has a bound. */
ALONE(long_messages_are_forgotten)
{
    const sim_entries_t *entries = &peer.sim->entries;
    char *text = slack__arena_calloc(peer.arena, 900001);
    memset(text, 'x', 900000);
    const char *body = slack__arena_printf(
        peer.arena, "{'channel':'general','text':'m','attachments':[{'text':'%s'}]}", text);
    for (int i = 0; i < 11; i++)
        assert_member(sim_peer_api(&peer, "chat.postMessage", body), "/error", "");
    assert_true(entries->count > 0 && entries->count < 11);
    assert_true(entries->bytes <= SIM_TRANSCRIPT_BYTES_MAX);
    assert_member(sim_peer_control(&peer, "/sim/state", NULL), "/messages/0/message/text", "m");
}

/* A character that JSON escapes takes six bytes: 200 such messages would be too long. */
ALONE(long_messages_come_in_short_pages)
{
    const char *before = "9999999999.000000";
    char *text = slack__arena_calloc(peer.arena, 24001);
    size_t count = 0;
    for (int i = 0; i < 4000; i++)
        memcpy(text + (ptrdiff_t)6 * i, "\\u0001", 6);
    for (int i = 0; i < 100; i++)
        sim_peer_api(&peer, "chat.postMessage",
                     sim_peer_text(&peer, "{'channel':'general','text':'xoxb-1-s%s'}", text));
    for (bool more = true; more;) {
        const slack_json_t *page = sim_peer_control(
            &peer, sim_peer_text(&peer, "/sim/messages?channel=general&before=%s", before), NULL);
        assert_int_equal(peer.status, 200);
        assert_null(strstr(slack_json_str(page, "/messages/0/message/text"), "xoxb-1-s"));
        before = slack_json_str(page, "/messages/0/message/ts");
        count += slack_json_count(page, "/messages");
        more = slack_json_bool(page, "/more");
        assert_true(slack_json_count(page, "/messages") < 100);
    }
    assert_int_equal(count, 100);
}
