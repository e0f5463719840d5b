/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/ack_outcomes.h"
#include "sim/interaction_payloads.h"
#include "sim/person.h"

/* Acts on elements of messages and views, and shortcuts. */

typedef struct found_element {
    const sim_message_t *message; /* has it, or the view, or neither */
    const sim_view_t *view;
    sim_element_iter_t it;
} found_element_t;

/* In the blocks of a message or a view, and in those of its attachments. */
static bool find_in(const sim_act_t *act, const slack_json_t *body, const char *action_id,
                    found_element_t *ret)
{
    const char *given = sim_act_arg(act, "block_id"), *block_id = *given ? given : NULL;
    slack_json_iter_t it = {0};
    if (sim_element_find(slack_json_get(body, "/blocks"), block_id, action_id, &ret->it))
        return true;
    while (slack_json_next(slack_json_get(body, "/attachments"), &it))
        if (sim_element_find(slack_json_get(it.value, "/blocks"), block_id, action_id, &ret->it))
            return true;
    return false;
}

static bool find_in_view(const sim_act_t *act, const sim_view_t *view, const char *action_id,
                         found_element_t *ret)
{
    if (!view || !find_in(act, view->body, action_id, ret)) return false;
    ret->view = view;
    return true;
}

/* Search the message or the view in the arguments. Without one: the open modal, which hides
 * everything else, then the messages from the newest, then the home tab. */
static bool find_element(sim_act_t *act, const char *action_id, found_element_t *ret)
{
    const char *view_id = sim_act_arg(act, "view");
    const sim_messages_t *messages = &act->services->workspace->messages;
    const sim_views_t *views = &act->services->workspace->views;
    const char *ts = sim_act_ts(act, "message");
    *ret = (found_element_t){0};
    if (*view_id) return find_in_view(act, sim_view_by_id(views, view_id), action_id, ret);
    if (!*ts && find_in_view(act, sim_view_top(views, act->user), action_id, ret)) return true;
    for (slack_link_t *link = messages->list.prev; link != &messages->list; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        if (*ts && strcmp(message->ts, ts) != 0) continue;
        if (message->only_for && message->only_for != act->user) continue;
        if (!find_in(act, message->body, action_id, ret)) continue;
        ret->message = message;
        return true;
    }
    return !*ts && find_in_view(act, sim_view_home(views, act->user), action_id, ret);
}

static bool act_click(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    sim_json_builder_t *json = &act->json;
    const char *action_id = sim_act_arg(act, "action_id"), *value = sim_act_arg(act, "value");
    char ts[SIM_TS_SIZE];
    found_element_t found;
    if (!find_element(act, action_id, &found))
        return sim_act_cannot(act, "there is nothing with the action_id \"%.80s\" in %s", action_id,
                              *sim_act_arg(act, "message") ? "that message"
                                                           : "a message or an open view");
    const slack_json_t *chosen = slack_json_get(act->args, "/action");
    const slack_json_t *values = slack_json_get(act->args, "/state/values");
    const slack_json_t *state =
        chosen ? sim_element_chosen(json, found.it.element, chosen, act->problem)
               : sim_element_state(json, found.it.element, *value ? value : NULL, act->problem);
    if (!state) return false;
    sim_ids_ts(workspace->ids, ts);
    const slack_json_t *own = sim_json(json, "{actions: [%p], state: {values: %p}}",
                                       sim_interaction_action(json, &found.it, state, ts),
                                       values ? values : sim_json(json, "{}"));
    own = sim_json_merged(json, own, sim_interaction_place(json, found.message, found.view));
    if (found.message)
        own = sim_json_merged(json, own,
                              sim_json(json, "{response_url: %p}",
                                       sim_act_response_url(act, "actions", found.message)));
    act->step = sim_step_by_id(&workspace->steps,
                               found.view ? found.view->step_id : found.message->step_id);
    sim_act_entry(act, SIM_ENTRY_CLICK, "", "clicks %s%s%s", action_id, *value ? ": " : "", value);
    return sim_act_deliver(act, SIM_DELIVERY_INTERACTION,
                           sim_act_interaction(act, "block_actions", found.view, own), false);
}

static bool act_options(sim_act_t *act)
{
    sim_json_builder_t *json = &act->json;
    const char *action_id = sim_act_arg(act, "action_id"), *typed = sim_act_arg(act, "value");
    const char *block_id = action_id;
    const slack_json_t *place;
    char ts[SIM_TS_SIZE];
    found_element_t found;
    if (find_element(act, action_id, &found)) {
        block_id = slack_json_str(found.it.block, "/block_id");
        place = sim_interaction_place(json, found.message, found.view);
    } else {
        /* A developer can try options before the app has posted a select. */
        sim_ids_ts(act->services->workspace->ids, ts);
        place = sim_json(json,
                         "{container: {type: 'message', message_ts: %s, channel_id: %s,"
                         " is_ephemeral: false}, channel: {id: %s, name: %s}}",
                         ts, act->channel->id, act->channel->id,
                         sim_channel_command_name(act->channel));
    }
    const slack_json_t *own =
        sim_json(json, "{action_id: %s, block_id: %s, value: %s}", action_id, block_id, typed);
    const slack_json_t *common = sim_interaction_payload(json, "block_suggestion", act->user);
    sim_act_entry(act, SIM_ENTRY_OPTIONS, "", "types \"%s\" into %s", typed, action_id);
    act->outcome = sim_ack_outcome_options;
    return sim_act_deliver(act, SIM_DELIVERY_INTERACTION,
                           sim_json_merged(json, sim_json_merged(json, common, own), place), true);
}

static bool act_shortcut(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    sim_json_builder_t *json = &act->json;
    const char *callback_id = sim_act_arg(act, "callback_id");
    const char *message_ts = sim_act_ts(act, "message");
    const sim_message_t *message = NULL;
    char ts[SIM_TS_SIZE];
    sim_ids_ts(workspace->ids, ts);
    const slack_json_t *own = sim_json(json, "{callback_id: %s, action_ts: %s}", callback_id, ts);
    if (*message_ts) {
        message = sim_message_find(&workspace->messages, NULL, message_ts);
        if (!message || message->only_for)
            return sim_act_cannot(act, "there is no message %.40s", message_ts);
        own = sim_json_merged(
            json, own,
            sim_json(json,
                     "{message_ts: %s, message: %p, response_url: %p,"
                     " channel: {id: %s, name: %s}}",
                     message->ts, message->body, sim_act_response_url(act, "actions", message),
                     message->channel->id, sim_channel_command_name(message->channel)));
    }
    sim_act_entry(act, SIM_ENTRY_SHORTCUT, "", "uses the shortcut %s%s", callback_id,
                  message ? " on a message" : "");
    const char *type = message ? "message_action" : "shortcut";
    return sim_act_deliver(act, SIM_DELIVERY_INTERACTION, sim_act_interaction(act, type, NULL, own),
                           false);
}

const sim_act_kind_t sim_person_elements[] = {
    {"click", act_click},
    {"options", act_options},
    {"shortcut", act_shortcut},
    {NULL, NULL},
};
