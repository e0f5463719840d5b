/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/ack_outcomes.h"
#include "sim/interaction_payloads.h"
#include "sim/person.h"

/* The person's open modal. NULL with a reason if there is none, or not the one in the arguments. */
static sim_view_t *act_modal(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    const char *callback_id = sim_act_arg(act, "callback_id");
    sim_view_t *view = sim_view_top(&workspace->views, act->user);
    if (!view) {
        sim_act_cannot(act, "%s has no modal open", act->user->name);
        return NULL;
    }
    const char *open = slack_json_str(view->body, "/callback_id"), *id = sim_act_arg(act, "view");
    if (*id && strcmp(view->id, id) != 0) {
        sim_act_cannot(act, "another modal is on top of %.40s", id);
        return NULL;
    }
    if (*callback_id && strcmp(open, callback_id) != 0) {
        sim_act_cannot(act, "the open modal is \"%.80s\", not \"%.80s\"", open, callback_id);
        return NULL;
    }
    snprintf(act->view_id, sizeof act->view_id, "%s", view->id);
    act->step = sim_step_by_id(&workspace->steps, view->step_id);
    return view;
}

/* " with name/value=Ada, …" */
static const char *values_text(sim_act_t *act, const slack_json_t *values)
{
    const char *text = "";
    slack_json_iter_t it = {0};
    while (text && slack_json_next(values, &it))
        text = slack__arena_printf(act->json.arena, "%s%s%s", text, it.index > 1 ? ", " : " with ",
                                   slack_json_str(it.value, ""));
    return text ? text : "";
}

/* A value or an option of an element's state, as a command of the terminal has it; NULL: nothing is
 * entered. */
static const char *entered_text(slack_arena_t *arena, const slack_json_t *entered)
{
    const char *text = NULL;
    slack_json_iter_t it = {0};
    switch (slack_json_type(entered)) {
    case SLACK_JSON_ARRAY:
        while (slack_json_next(entered, &it)) {
            const char *one = entered_text(arena, it.value);
            text = slack__arena_printf(arena, "%s%s%s", text ? text : "", text ? "," : "",
                                       one ? one : "");
        }
        return text;
    case SLACK_JSON_OBJECT: /* an option; or a rich text, a file */
        text = slack_json_str(entered, "/value");
        return *text ? text : "…";
    case SLACK_JSON_STRING: return slack_json_str(entered, "");
    case SLACK_JSON_NUMBER:
        return slack__arena_printf(arena, "%lld", (long long)slack_json_int(entered, ""));
    default: return NULL;
    }
}

/* The same text from {BLOCK: {ACTION: state}}. */
static const char *entered_values(sim_act_t *act, const slack_json_t *blocks)
{
    slack_arena_t *arena = act->json.arena;
    const char *text = "";
    slack_json_iter_t block = {0};
    while (slack_json_next(blocks, &block)) {
        slack_json_iter_t action = {0};
        while (slack_json_next(block.value, &action)) {
            slack_json_iter_t member = {0};
            while (text && slack_json_next(action.value, &member)) {
                const char *entered = entered_text(arena, member.value);
                if (!entered || strcmp(member.key, "type") == 0) continue;
                text = slack__arena_printf(arena, "%s%s%s/%s=%s", text, *text ? ", " : " with ",
                                           block.key, action.key, entered);
            }
        }
    }
    return text ? text : "";
}

static bool act_submit(sim_act_t *act)
{
    const slack_json_t *entered = slack_json_get(act->args, "/state/values");
    const slack_json_t *values = slack_json_get(act->args, "/values");
    sim_view_t *view = act_modal(act);
    if (!view) return false;
    if (entered) values = entered;
    const slack_json_t *state = sim_view_fill(&act->json, view, values, act->problem);
    if (!state) return false;
    const slack_json_t *own = sim_json(&act->json, "{view: %p, response_urls: []}",
                                       sim_view_with_state(&act->json, view, state));
    sim_act_entry(act, SIM_ENTRY_SUBMIT, "", "submits %s%s",
                  slack_json_str(view->body, "/callback_id"),
                  entered ? entered_values(act, entered) : values_text(act, values));
    act->outcome = sim_ack_outcome_submission;
    return sim_act_deliver(act, SIM_DELIVERY_INTERACTION,
                           sim_act_interaction(act, "view_submission", view, own), true);
}

static bool act_close(sim_act_t *act)
{
    sim_workspace_t *workspace = act->services->workspace;
    sim_json_builder_t *json = &act->json;
    sim_view_t *view = act_modal(act);
    if (!view) return false;
    const bool notify = view->notify_on_close, clear = slack_json_bool(act->args, "/clear");
    const slack_json_t *own =
        sim_json(json, "{view: %p, is_cleared: %p}", sim_view_with_state(json, view, NULL),
                 sim_json_bool(json, clear));
    sim_act_entry(act, SIM_ENTRY_CLOSE, "", "closes %s",
                  slack_json_str(view->body, "/callback_id"));
    own = sim_json_merged(json, sim_interaction_payload(json, "view_closed", act->user), own);
    if (clear)
        sim_view_close_all(&workspace->views, act->user);
    else
        sim_view_close(&workspace->views, view);
    if (notify) return sim_act_deliver(act, SIM_DELIVERY_INTERACTION, own, false);
    sim_transcript_outcome(&workspace->transcript, act->entry, "%s", "");
    return json->rc == 0;
}

const sim_act_kind_t sim_person_modals[] = {
    {"submit", act_submit},
    {"close-view", act_close},
    {NULL, NULL},
};
