/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/event_payloads.h"
#include "sim/message_content.h"
#include "sim/person.h"
#include "sim/streams.h"
#include "sim/transcript_text.h"

/* Acts that the app sees only as an event, and any event that a test makes up. */

static bool act_event(sim_act_t *act)
{
    const sim_team_t *team = act->services->team;
    sim_ids_t *ids = act->services->workspace->ids;
    const slack_json_t *event = slack_json_get(act->args, "/event"), *payload = event;
    const char *type = slack_json_str(event, "/type");
    if (slack_json_type(event) != SLACK_JSON_OBJECT || !*type)
        return sim_act_cannot(act, "an event is a JSON object with a type");
    if (slack_json_get(event, "/event")) { /* a whole body */
        type = slack_json_str(event, "/event/type");
        payload =
            sim_json_merged(&act->json, event, sim_event_payload(team, ids, &act->json, NULL));
    } else if (strcmp(type, "app_rate_limited") != 0) { /* whose body has no event */
        payload = sim_event_payload(team, ids, &act->json, event);
    }
    sim_act_entry(act, SIM_ENTRY_EVENT, "", "causes the event %s", type);
    return sim_act_deliver(act, SIM_DELIVERY_EVENT, payload, false);
}

/* The direct message of the person and the app. NULL with a reason. */
static const sim_channel_t *act_im(sim_act_t *act)
{
    const sim_channel_t *im = sim_channel_reach(&act->services->workspace->channels, act->user->id);
    if (!im) sim_act_cannot(act, "the workspace has no room for another direct message");
    return im;
}

static bool open_tab(sim_act_t *act, const char *tab)
{
    sim_workspace_t *workspace = act->services->workspace;
    const sim_channel_t *im = act_im(act);
    const sim_view_t *home =
        strcmp(tab, "home") == 0 ? sim_view_home(&workspace->views, act->user) : NULL;
    char ts[SIM_TS_SIZE];
    if (!im) return false;
    sim_ids_ts(workspace->ids, ts);
    sim_act_entry(act, SIM_ENTRY_EVENT, "", "opens the %s tab", tab);
    return sim_act_deliver_event(act, sim_event_home_opened(&act->json, tab, im, home, ts));
}

static bool act_open_home(sim_act_t *act)
{
    return open_tab(act, "home");
}

static bool act_open_messages(sim_act_t *act)
{
    return open_tab(act, "messages");
}

/* A new thread beside the channel; or, with the thread in the arguments, a change of channel. */
static bool act_open_assistant(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    const char *thread_ts = sim_act_ts(act, "thread"), *type = "assistant_thread_context_changed";
    const sim_channel_t *im = act_im(act);
    char ts[SIM_TS_SIZE];
    if (!im) return false;
    sim_message_t *head = sim_message_find(&workspace->messages, im, thread_ts);
    if (*thread_ts && (!head || !slack_json_get(head->body, "/assistant_app_thread")))
        return sim_act_cannot(act, "%s has no assistant's thread %.40s", act->user->name,
                              thread_ts);
    if (!head) {
        const sim_message_draft_t draft = {.channel = im,
                                           .author = act->services->team->bot,
                                           .content = sim_assistant_content(&act->json, "")};
        if (act->json.rc != 0 || sim_message_add(&workspace->messages, &draft, &head) != 0)
            return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
        type = "assistant_thread_started";
        snprintf(act->message_ts, sizeof act->message_ts, "%s", head->ts);
    }
    sim_ids_ts(workspace->ids, ts);
    sim_act_entry(act, SIM_ENTRY_EVENT, "", "%s %s",
                  *thread_ts ? "looks at" : "opens the assistant beside",
                  sim_text_place(act->json.arena, act->channel, false));
    return sim_act_deliver_event(act,
                                 sim_event_assistant(&act->json, type, head, act->channel, ts));
}

static bool act_step(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    const char *callback_id = sim_act_arg(act, "callback_id");
    sim_step_t *step = NULL;
    if (!*callback_id) return sim_act_cannot(act, "a step has a callback_id");
    const slack_json_t *inputs = sim_step_inputs(
        &act->json, &workspace->channels, slack_json_get(act->args, "/values"), act->problem);
    if (!inputs) return false;
    if (sim_step_begin(&workspace->steps, callback_id, inputs, &step) != 0)
        return sim_act_cannot(act, "%s", slack_strerror(SLACK_ENOMEM));
    const char *values = sim_text_values(act->json.arena, &workspace->channels, step->inputs);
    sim_act_entry(act, SIM_ENTRY_STEP, "", "starts the step %s%s%s", step->callback_id,
                  *values ? ": " : "", values);
    return sim_act_deliver_event(act, sim_event_function(workspace->ids, &act->json, step));
}

/* The button beside a streaming message. */
static bool act_stop_stream(sim_act_t *act)
{
    sim_streams_t *streams = act->services->streams;
    const char *thread_ts = sim_streams_thread(streams, act->channel, sim_act_ts(act, "thread"));
    const char *place = sim_text_place(act->json.arena, act->channel, *thread_ts);
    if (!*thread_ts) return sim_act_cannot(act, "the app streams no message in %s", place);
    sim_act_entry(act, SIM_ENTRY_EVENT, "", "stops the stream in %s", place);
    const slack_json_t *stopped =
        sim_streams_stop(streams, act->channel, thread_ts, act->user, &act->json);
    return sim_act_deliver_event(
        act, sim_event_stopped(&act->json, act->channel, thread_ts, act->user, stopped));
}

const sim_act_kind_t sim_person_events[] = {
    {"event", act_event},
    {"open-home", act_open_home},
    {"open-messages", act_open_messages},
    {"open-assistant", act_open_assistant},
    {"step", act_step},
    {"stop-stream", act_stop_stream},
    {NULL, NULL},
};
