/* SPDX-License-Identifier: MIT */
#include "support/sim_case.h"
#include "support/test.h"

/* The simulator's home tab, assistant and workflow steps, with an app on a socket. */

/* A person does something, and the app acks it. */
static const slack_json_t *after(const char *body)
{
    sim_peer_send(&peer, body, &outcome);
    const slack_json_t *envelope = sim_app_next(&app);
    sim_app_ack(&app, envelope, NULL);
    assert_sent(true);
    return slack_json_get(envelope, "/payload");
}

static const char *with(const char *format, const char *value)
{
    const char *at = strstr(format, "%s");
    return slack__arena_printf(peer.arena, "%.*s%s%s", (int)(at - format), format, value, at + 2);
}

/* ---- the home tab ---- */

CONNECTED(the_home_tab)
{
    const slack_json_t *payload = after("{'kind':'open-home','user':'ben'}");
    assert_member(payload, "/event/type", "app_home_opened");
    assert_member(payload, "/event/tab", "home");
    assert_member(payload, "/event/user", "U0BEN00001");
    assert_member(payload, "/event/channel", "D0BEN00001");
    assert_null(slack_json_get(payload, "/event/view"));
    assert_error("views.publish",
                 "{\"user_id\":\"U0BEN00001\",\"view\":{\"type\":\"home\",\"blocks\":[]}}", "");
    payload = after("{'kind':'open-home','user':'ben'}");
    assert_member(payload, "/event/view/type", "home");
    assert_int_equal(slack_json_type(slack_json_get(payload, "/event/view/state/values")),
                     SLACK_JSON_OBJECT);
    assert_string_equal(sim_peer_transcript(&peer),
                        "ben opens the home tab\n"
                        "bot publishes the home tab for ben: (no text)\n"
                        "ben opens the home tab\n");
}

/* ---- the assistant ---- */

CONNECTED(an_assistants_thread)
{
    const slack_json_t *payload = after("{'kind':'open-assistant','channel':'random'}");
    const char *ts = slack_json_str(outcome.body, "/ts");
    assert_member(payload, "/event/type", "assistant_thread_started");
    assert_member(payload, "/event/assistant_thread/user_id", "U0ANN00001");
    assert_member(payload, "/event/assistant_thread/channel_id", "D0ANN00001");
    assert_member(payload, "/event/assistant_thread/thread_ts", ts);
    assert_member(payload, "/event/assistant_thread/context/channel_id", "C0RANDOM01");

    assert_error("assistant.threads.setStatus",
                 with("{'channel_id':'D0ANN00001','thread_ts':'%s','status':'thinks'}", ts), "");
    assert_error("assistant.threads.setTitle",
                 with("{'channel_id':'D0ANN00001','thread_ts':'%s','title':'Tea'}", ts), "");
    assert_error(
        "assistant.threads.setSuggestedPrompts",
        with("{'channel_id':'D0ANN00001','thread_ts':'%s','title':'Ask','prompts':[{'title':'One',"
             "'message':'1'},{'title':'Two','message':'2'}]}",
             ts),
        "");
    assert_error("assistant.threads.setStatus",
                 with("{'channel_id':'D0ANN00001','thread_ts':'%s','status':''}", ts), "");
    payload = after(with("{'kind':'open-assistant','channel':'secret','thread':'%s'}", ts));
    assert_member(payload, "/event/type", "assistant_thread_context_changed");
    assert_member(payload, "/event/assistant_thread/context/channel_id", "C0SECRET01");
    payload = after(with("{'kind':'message','channel':'@ann','text':'hi','thread':'%s'}", ts));
    assert_member(payload, "/event/type", "message");
    assert_member(payload, "/event/channel_type", "im");
    assert_member(payload, "/event/thread_ts", ts);
    assert_string_equal(sim_peer_transcript(&peer),
                        "ann opens the assistant beside #random\n"
                        "DM with ann (thread)  bot sets the status: thinks\n"
                        "DM with ann (thread)  bot sets the title: Tea\n"
                        "DM with ann (thread)  bot offers prompts: Ask [One] [Two]\n"
                        "DM with ann (thread)  bot takes the status back\n"
                        "ann looks at #secret\n"
                        "DM with ann (thread)  ann: hi\n");
}

CONNECTED(what_an_assistant_may_not)
{
#define PLACE "'channel_id':'D0ANN00001','thread_ts':'%s'"
    (void)after("{'kind':'open-assistant'}");
    const char *ts = slack_json_str(outcome.body, "/ts");
    static const struct {
        const char *method, *body, *error;
    } cases[] = {
        {"setStatus", "{'thread_ts':'%s'}", "invalid_arguments"},
        {"setStatus", "{'channel_id':'D0ANN00001'}", "invalid_arguments"},
        {"setStatus", "{'channel_id':'C0GENERAL1','thread_ts':'%s','status':''}",
         "channel_not_found"},
        {"setStatus", "{'channel_id':'D0BEN00001','thread_ts':'%s','status':''}",
         "invalid_thread_ts"},
        {"setTitle", "{" PLACE "}", "invalid_arguments"},
        {"setSuggestedPrompts", "{" PLACE "}", "invalid_arguments"},
        {"setSuggestedPrompts", "{" PLACE ",'prompts':[]}", "invalid_arguments"},
        {"setSuggestedPrompts", "{" PLACE ",'prompts':[{'title':'x'}]}", "invalid_arguments"},
        {"setSuggestedPrompts", "{" PLACE ",'prompts':[1,2,3,4,5]}", "invalid_arguments"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *method =
            slack__arena_printf(peer.arena, "assistant.threads.%s", cases[i].method);
        const char *body = strstr(cases[i].body, "%s") ? with(cases[i].body, ts) : cases[i].body;
        assert_error(method, body, cases[i].error);
    }
    assert_string_equal(sim_case_refused("{'kind':'open-assistant','thread':'1.2'}"),
                        "ann has no assistant's thread 1.2");
}

/* ---- workflow steps ---- */

static const slack_json_t *start_step(void)
{
    return after("{'kind':'step','callback_id':'review','values':['n=2','who=@ben','where=#random',"
                 "'text=two words']}");
}

CONNECTED(a_step_has_inputs_and_is_completed)
{
    const slack_json_t *payload = start_step();
    const char *id = slack_json_str(payload, "/event/function_execution_id");
    assert_member(payload, "/event/type", "function_executed");
    assert_member(payload, "/event/function/callback_id", "review");
    assert_member(payload, "/event/function/input_parameters/0/name", "n");
    assert_member(payload, "/event/function/input_parameters/0/type", "number");
    assert_int_equal(slack_json_int(payload, "/event/inputs/n"), 2);
    assert_member(payload, "/event/inputs/who", "U0BEN00001");
    assert_member(payload, "/event/inputs/where", "C0RANDOM01");
    assert_member(payload, "/event/inputs/text", "two words");
    assert_error("functions.completeSuccess", "{}", "invalid_arguments");
    assert_error("functions.completeSuccess", with("{'function_execution_id':'%s'}", id),
                 "invalid_arguments");
    assert_error("functions.completeSuccess",
                 with("{'function_execution_id':'%s','outputs':[]}", id), "invalid_arguments");
    assert_error("functions.completeSuccess", "{\"function_execution_id\":\"Fx\",\"outputs\":{}}",
                 "function_execution_not_found");
    const char *body = with("{'function_execution_id':'%s','outputs':{'sum':4,'a':'b'}}", id);
    assert_error("functions.completeSuccess", body, "");
    assert_error("functions.completeSuccess", body, "execution_not_in_running_state");
    assert_string_equal(
        sim_peer_transcript(&peer),
        "ann starts the step review: n=2, who=U0BEN00001, where=C0RANDOM01, text=two words\n"
        "bot completes the step review: sum=4, a=b\n");
}

CONNECTED(a_step_fails)
{
    const slack_json_t *payload = start_step();
    const char *id = slack_json_str(payload, "/event/function_execution_id");
    assert_error("functions.completeError", with("{'function_execution_id':'%s'}", id),
                 "invalid_arguments");
    assert_error("functions.completeError", with("{'function_execution_id':'%s','error':'no'}", id),
                 "");
    assert_non_null(strstr(sim_peer_transcript(&peer), "\nbot fails the step review: no\n"));
}

/* Clicks on a step's message carry the step, and so do the modals that they open. */
CONNECTED(an_interaction_belongs_to_its_step)
{
    const slack_json_t *payload = start_step();
    const char *id = slack_json_str(payload, "/event/function_execution_id");
    const char *token = slack_json_str(payload, "/event/bot_access_token");
    sim_peer_request_t call = {
        .method = "POST",
        .target = "/api/chat.postMessage",
        .token = token,
        .type = "application/json; charset=utf-8",
        .body = "{'channel':'C0RANDOM01','text':'well?','blocks':[{'type':'actions',"
                "'elements':[{'type':'button','action_id':'yes','text':{'type':'plain_text',"
                "'text':'Yes'}}]}]}",
    };
    assert_true(slack_json_bool(sim_peer_call(&peer, &call), "/ok"));
    sim_app_ack(&app, sim_app_next(&app), NULL); /* the event for the app's message */

    payload = after("{'kind':'click','action_id':'yes'}");
    assert_member(payload, "/function_data/execution_id", id);
    assert_member(payload, "/function_data/function/callback_id", "review");
    assert_int_equal(slack_json_int(payload, "/function_data/inputs/n"), 2);
    assert_member(payload, "/bot_access_token", token);
    assert_member(payload, "/interactivity/interactor/id", "U0ANN00001");
    assert_member(payload, "/interactivity/interactivity_pointer",
                  slack_json_str(payload, "/trigger_id"));

    call.target = "/api/views.open";
    call.body = with(
        "{'trigger_id':'%s','view':{'type':'modal','callback_id':'m','title':{'type':'plain_text',"
        "'text':'t'},'blocks':[{'type':'divider'}]}}",
        slack_json_str(payload, "/trigger_id"));
    assert_true(slack_json_bool(sim_peer_call(&peer, &call), "/ok"));
    payload = after("{'kind':'submit'}");
    assert_member(payload, "/type", "view_submission");
    assert_member(payload, "/function_data/execution_id", id);

    /* The token is invalid once the step has ended. */
    assert_error("functions.completeSuccess",
                 with("{'function_execution_id':'%s','outputs':{}}", id), "");
    assert_string_equal(slack_json_str(sim_peer_call(&peer, &call), "/error"), "token_expired");
}

CONNECTED(a_steps_token_lives_for_15_minutes)
{
    const slack_json_t *payload = start_step();
    const sim_peer_request_t call = {
        .method = "POST",
        .target = "/api/auth.test",
        .token = slack_json_str(payload, "/event/bot_access_token"),
        .type = "application/x-www-form-urlencoded",
        .body = "a=b",
    };
    assert_true(slack_json_bool(sim_peer_call(&peer, &call), "/ok"));
    peer.world.mono_us += (uint64_t)15 * 60 * 1000 * 1000;
    assert_string_equal(slack_json_str(sim_peer_call(&peer, &call), "/error"), "token_expired");
}

CONNECTED(what_is_no_step_is_said)
{
    assert_string_equal(sim_case_refused("{'kind':'step'}"), "a step has a callback_id");
    assert_string_equal(sim_case_refused("{'kind':'step','callback_id':'s','values':['x']}"),
                        "\"x\" is not NAME=VALUE");
    assert_string_equal(sim_case_refused("{'kind':'step','callback_id':'s','values':['=1']}"),
                        "\"=1\" is not NAME=VALUE");
}

/* The oldest steps are forgotten. */
CONNECTED(steps_are_bounded)
{
    sim_step_t *first, *step;
    char id[SIM_ID_SIZE];
    const slack_json_t *inputs = NULL;
    assert_int_equal(slack__jsonf(peer.arena, &inputs, NULL, "{a: 1}"), 0);
    assert_int_equal(sim_step_begin(&peer.sim->services->workspace->steps, "first", inputs, &first),
                     0);
    memcpy(id, first->id, sizeof id);
    assert_ptr_equal(sim_step_by_id(&peer.sim->services->workspace->steps, id), first);
    for (int i = 0; i < SIM_STEPS_MAX; i++)
        assert_int_equal(
            sim_step_begin(&peer.sim->services->workspace->steps, "later", inputs, &step), 0);
    assert_null(sim_step_by_id(&peer.sim->services->workspace->steps, id));
    assert_null(sim_step_by_id(&peer.sim->services->workspace->steps, ""));
}
