/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

/* What people do in the simulator, with an app on a socket that acks it. */

/* ---- commands ---- */

static const slack_json_t *run_command(const char *text)
{
    const char *body =
        slack__arena_printf(peer.arena, "{'kind':'command','command':'/echo','text':'%s'}", text);
    sim_peer_send(&peer, body, &outcome);
    return sim_app_next(&app);
}

CONNECTED(a_command_has_the_fields_of_a_form)
{
    const slack_json_t *envelope = run_command("a  b");
    assert_member(envelope, "/type", "slash_commands");
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_null(slack_json_get(envelope, "/retry_attempt"));
    assert_member(envelope, "/payload/command", "/echo");
    assert_member(envelope, "/payload/text", "a  b");
    assert_member(envelope, "/payload/channel_name", "general");
    assert_member(envelope, "/payload/is_enterprise_install", "false");
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(envelope, "/payload"), &it))
        assert_int_equal(slack_json_type(it.value), SLACK_JSON_STRING);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

CONNECTED(an_acknowledged_command_may_say_something)
{
    static const struct {
        const char *payload;
        const char *outcome;
    } cases[] = {
        {NULL, ""},
        {"{}", ""},
        {"'hi'", " -> bot (only to ann): hi"},
        {"{'text':'hi'}", " -> bot (only to ann): hi"},
        {"{'text':'hi','response_type':'in_channel'}", " -> bot (in the channel): hi"},
        {"{'response_type':'in_channel'}", " -> shown in the channel"},
        {"{'blocks':[1]}",
         " -> a message that Slack refuses: invalid_blocks must provide an object "
         "[json-pointer:/blocks/0]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *envelope = run_command("");
        sim_app_ack(&app, envelope, cases[i].payload);
        assert_sent(true);
        assert_member(
            outcome.body, "/line",
            slack__arena_printf(peer.arena, "#general  ann runs /echo%s", cases[i].outcome));
        /* A message in the channel is an event for the app, too. */
        if (strstr(cases[i].outcome, "(in the channel)"))
            sim_app_ack(&app, sim_app_next(&app), NULL);
    }
}

CONNECTED(a_response_url_works)
{
    const slack_json_t *envelope = run_command("");
    const sim_peer_request_t respond = {"POST", slack_json_str(envelope, "/payload/response_url"),
                                        NULL, "application/json", "{'text':'later'}"};
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_true(slack_json_bool(sim_peer_call(&peer, &respond), "/ok"));
    assert_string_equal(sim_peer_transcript(&peer), "#general  ann runs /echo\n"
                                                    "#general  bot (only to ann): later\n");
}

/* ---- interactions ---- */

#define BUTTONS                                                                                    \
    "[{'type':'actions','block_id':'b','elements':[{'type':'button','action_id':'go',"             \
    "'value':'v','text':{'type':'plain_text','text':'Go'}},{'type':'static_select',"               \
    "'action_id':'pick','options':[{'value':'1','text':{'type':'plain_text','text':'One'}}]},"     \
    "{'type':'external_select','action_id':'ext'}]},"                                              \
    "{'type':'context_actions','elements':[{'type':'feedback_buttons','action_id':'rate',"         \
    "'positive_button':{'value':'good','text':{'type':'plain_text','text':'Yes'}},"                \
    "'negative_button':{'value':'bad','text':{'type':'plain_text','text':'No'}}},"                 \
    "{'type':'icon_button','action_id':'bin','icon':'trash','value':'7',"                          \
    "'text':{'type':'plain_text','text':'Delete'}}]}]"

static void post_buttons(void)
{
    sim_peer_api(&peer, "chat.postMessage", "{'channel':'general','blocks':" BUTTONS "}");
    sim_app_ack(&app, sim_app_next(&app), NULL);
}

CONNECTED(a_click_tells_where_it_was)
{
    post_buttons();
    sim_peer_send(&peer, "{'kind':'click','action_id':'go'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/type", "interactive");
    assert_member(envelope, "/payload/type", "block_actions");
    assert_member(envelope, "/payload/user/id", "U0ANN00001");
    assert_member(envelope, "/payload/container/type", "message");
    assert_member(envelope, "/payload/container/message_ts",
                  slack_json_str(envelope, "/payload/message/ts"));
    assert_member(envelope, "/payload/channel/id", "C0GENERAL1");
    assert_member(envelope, "/payload/actions/0/action_id", "go");
    assert_member(envelope, "/payload/actions/0/block_id", "b");
    assert_member(envelope, "/payload/actions/0/value", "v");
    assert_member(envelope, "/payload/actions/0/text/text", "Go");
    assert_string_not_equal(slack_json_str(envelope, "/payload/trigger_id"), "");
    assert_string_not_equal(slack_json_str(envelope, "/payload/response_url"), "");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann clicks go");

    sim_peer_send(&peer, "{'kind':'click','action_id':'pick','value':'One'}", &outcome);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/actions/0/selected_option/value", "1");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann clicks pick: One");
}

CONNECTED(a_click_has_the_value_of_the_button)
{
    static const struct {
        const char *click, *value, *text;
    } cases[] = {{"rate','value':'good", "good", "Yes"},
                 {"rate','value':'No", "bad", "No"},
                 {"bin", "7", "Delete"}};
    post_buttons();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sim_peer_send(
            &peer,
            slack__arena_printf(peer.arena, "{'kind':'click','action_id':'%s'}", cases[i].click),
            &outcome);
        const slack_json_t *envelope = sim_app_next(&app);
        assert_member(envelope, "/payload/actions/0/value", cases[i].value);
        assert_member(envelope, "/payload/actions/0/text/text", cases[i].text);
        sim_app_ack(&app, envelope, NULL);
        assert_sent(true);
    }
}

CONNECTED(what_cannot_be_done_is_said)
{
    static const struct {
        const char *body;
        const char *error;
    } cases[] = {
        {"{'kind':'nonsense'}", "there is no kind \"nonsense\""},
        {"{'kind':'message','text':''}", "a message needs a text"},
        {"{'kind':'message','text':'x','user':'bot'}",
         "there is no person \"bot\"; there are ann, ben, cleo and those of users.list"},
        {"{'kind':'message','text':'x','channel':'lounge'}",
         "the bot is not in #lounge and would not get the message"},
        {"{'kind':'message','text':'x','thread':'1.2'}", "there is no message 1.2 in that channel"},
        {"{'kind':'command','command':'echo'}", "a command begins with a slash"},
        {"{'kind':'click','action_id':'nope'}",
         "there is nothing with the action_id \"nope\" in a message or an open view"},
        {"{'kind':'click','action_id':'pick','value':'Two'}", "pick has no option \"Two\""},
        {"{'kind':'click','action_id':'rate'}",
         "rate has two buttons: choose one with --value \"good\" or \"bad\""},
        {"{'kind':'click','action_id':'rate','value':'so-so'}",
         "rate has two buttons: choose one with --value \"good\" or \"bad\""},
        {"{'kind':'submit'}", "ann has no modal open"},
        {"{'kind':'close-view'}", "ann has no modal open"},
        {"{'kind':'shortcut','callback_id':'x','message':'1.2'}", "there is no message 1.2"},
        {"{'kind':'event','event':{}}", "an event is a JSON object with a type"},
    };
    post_buttons();
    const char *before = sim_peer_transcript(&peer);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sim_case_refused(cases[i].body), cases[i].error);
    assert_string_equal(sim_peer_transcript(&peer), before);
    assert_int_equal(app.count, app.taken);
}

CONNECTED(options_are_asked_for)
{
    post_buttons();
    sim_peer_send(&peer, "{'kind':'options','action_id':'ext','value':'ap'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_member(envelope, "/payload/type", "block_suggestion");
    assert_member(envelope, "/payload/action_id", "ext");
    assert_member(envelope, "/payload/block_id", "b");
    assert_member(envelope, "/payload/value", "ap");
    sim_app_ack(&app, envelope, "{'options':[{'text':{'text':'apple'}},{'text':{'text':'plum'}}]}");
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann types \"ap\" into ext -> apple, plum");

    /* It works without a select, too. */
    sim_peer_send(&peer, "{'kind':'options','action_id':'none','value':''}", &outcome);
    sim_app_ack(&app, sim_app_next(&app),
                "{'option_groups':[{'label':{'text':'A'},'options':[{'text':{'text':'a'}}]},"
                "{'label':{'text':'B'},'options':[{'text':{'text':'b'}}]}]}");
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann types \"\" into none -> A: a; B: b");
    sim_peer_send(&peer, "{'kind':'options','action_id':'none','value':'x'}", &outcome);
    sim_app_ack(&app, sim_app_next(&app), "{'options':[]}");
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann types \"x\" into none -> no options");
}

CONNECTED(shortcuts_are_global_or_on_a_message)
{
    post_buttons();
    sim_peer_send(&peer, "{'kind':'shortcut','callback_id':'s'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "shortcut");
    assert_member(envelope, "/payload/callback_id", "s");
    assert_null(slack_json_get(envelope, "/payload/channel"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);

    const slack_json_t *history =
        sim_peer_api(&peer, "conversations.history", "{'channel':'C0GENERAL1'}");
    const char *ts = slack_json_str(history, "/messages/0/ts");
    sim_peer_send(
        &peer,
        slack__arena_printf(peer.arena, "{'kind':'shortcut','callback_id':'m','message':'%s'}", ts),
        &outcome);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "message_action");
    assert_member(envelope, "/payload/message_ts", ts);
    assert_member(envelope, "/payload/channel/name", "general");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

CONNECTED(any_event_can_be_caused)
{
    sim_peer_send(&peer, "{'kind':'event','event':{'type':'team_join','user':'U1'}}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event/type", "team_join");
    assert_string_not_equal(slack_json_str(envelope, "/payload/event/event_ts"), "");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(&peer, "{'kind':'event','event':{'type':'app_rate_limited'}}", &outcome);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "app_rate_limited");
    assert_null(slack_json_get(envelope, "/payload/event"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    sim_peer_send(
        &peer,
        "{'kind':'event','event':{'type':'event_callback','event_id':'Ev1','event':{'type':'x'}}}",
        &outcome);
    envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/event_id", "Ev1");
    assert_member(envelope, "/payload/event/type", "x");
    assert_member(envelope, "/payload/team_id", "T0SIM00001");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

/* ---- modals ---- */

#define FORM(title)                                                                                \
    "{'type':'modal','callback_id':'form','notify_on_close':true,'title':{'type':'plain_text',"    \
    "'text':'" title                                                                               \
    "'},'submit':{'type':'plain_text','text':'Go'},'blocks':[{'type':'input','block_id':'name',"   \
    "'label':{'type':'plain_text','text':'Name'},'element':{'type':'plain_text_input',"            \
    "'action_id':'value'}}]}"

static void open_form(void)
{
    sim_peer_send(&peer, "{'kind':'shortcut','callback_id':'s'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    const slack_json_t *opened = sim_peer_api(
        &peer, "views.open",
        slack__arena_printf(peer.arena, "{'trigger_id':'%s','view':" FORM("A form") "}",
                            slack_json_str(envelope, "/payload/trigger_id")));
    assert_true(slack_json_bool(opened, "/ok"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
}

static const slack_json_t *submit(const char *values)
{
    sim_peer_send(&peer, slack__arena_printf(peer.arena, "{'kind':'submit','values':[%s]}", values),
                  &outcome);
    return sim_app_next(&app);
}

CONNECTED(a_submission_carries_the_state)
{
    open_form();
    const slack_json_t *envelope = submit("'name/value=Ada='");
    assert_true(slack_json_bool(envelope, "/accepts_response_payload"));
    assert_member(envelope, "/payload/type", "view_submission");
    assert_member(envelope, "/payload/view/callback_id", "form");
    assert_member(envelope, "/payload/view/state/values/name/value/type", "plain_text_input");
    assert_member(envelope, "/payload/view/state/values/name/value/value", "Ada=");
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann submits form with name/value=Ada= -> closed");
    assert_string_equal(sim_case_refused("{'kind':'submit'}"), "ann has no modal open");
}

CONNECTED(what_is_filled_in_has_to_fit)
{
    static const struct {
        const char *body;
        const char *error;
    } cases[] = {
        {"{'kind':'submit'}", "a value is required: name/value=VALUE"},
        {"{'kind':'submit','values':['value=']}", "a value is required: name/value=VALUE"},
        {"{'kind':'submit','values':['nonsense']}", "\"nonsense\" is not BLOCK/ACTION=VALUE"},
        {"{'kind':'submit','values':['x/y=1']}",
         "the open view has no input \"x/y\"; its inputs: name/value"},
        {"{'kind':'submit','callback_id':'x'}", "the open modal is \"form\", not \"x\""},
    };
    open_form();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sim_case_refused(cases[i].body), cases[i].error);
}

CONNECTED(a_submission_is_answered)
{
    static const struct {
        const char *payload;
        const char *outcome;
        size_t open; /* modals afterwards */
    } cases[] = {
        {"{'response_action':'errors','errors':{'name':'too short'}}", "errors: name: too short",
         1},
        {"{'response_action':'errors','errors':{'x':'y'}}",
         "an ack that Slack refuses: there is no input block \"x\"", 1},
        {"{'response_action':'errors'}", "an ack that Slack refuses: no errors in it", 1},
        {"{'response_action':'dance'}", "an ack that Slack refuses: no such response_action", 1},
        {"{'response_action':'update','view':{}}",
         "a view that Slack refuses: invalid_arguments missing required field: type "
         "[json-pointer:/view]",
         1},
        {"{'response_action':'update','view':" FORM("Two") "}", "becomes form \"Two\" [name/value]",
         1},
        {"{'response_action':'push','view':" FORM("Three") "}",
         "pushes form \"Three\" [name/value]", 2},
        {NULL, "closed", 1},
        {"{'response_action':'push','view':" FORM("Three") "}",
         "pushes form \"Three\" [name/value]", 2},
        {"{'response_action':'clear'}", "all closed", 0},
    };
    open_form();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const slack_json_t *envelope = submit("'value=x'");
        sim_app_ack(&app, envelope, cases[i].payload);
        assert_sent(true);
        assert_member(outcome.body, "/line",
                      slack__arena_printf(peer.arena, "ann submits form with value=x -> %s",
                                          cases[i].outcome));
        size_t open = 0;
        for (slack_link_t *link = peer.sim->services->workspace->views.list.next;
             link != &peer.sim->services->workspace->views.list; link = link->next)
            open++;
        assert_int_equal(open, cases[i].open);
    }
}

CONNECTED(a_closed_modal_is_told)
{
    open_form();
    sim_peer_send(&peer, "{'kind':'close-view'}", &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    assert_member(envelope, "/payload/type", "view_closed");
    assert_member(envelope, "/payload/view/callback_id", "form");
    assert_false(slack_json_bool(envelope, "/payload/is_cleared"));
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    assert_member(outcome.body, "/line", "ann closes form");
}
