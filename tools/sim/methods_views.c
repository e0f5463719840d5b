/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/methods.h"
#include "sim/transcript_text.h"

/* Use the trigger in the arguments. NULL with the answer in *ret_failure. */
static const sim_key_t *call_trigger(sim_call_t *call, const slack_json_t **ret_failure)
{
    static const char *const errors[] = {
        [SIM_KEY_UNKNOWN] = "invalid_trigger_id",
        [SIM_KEY_EXPIRED] = "expired_trigger_id",
        [SIM_KEY_USED] = "exchanged_trigger_id",
    };
    const char *key = sim_call_arg(call, "trigger_id");
    const sim_key_t *trigger = NULL;
    if (!*key) {
        *ret_failure = sim_call_missing(call, "trigger_id");
        return NULL;
    }
    enum sim_key_verdict verdict =
        sim_key_use(&call->services->workspace->keys, SIM_KEY_TRIGGER, key, &trigger);
    if (verdict != SIM_KEY_GOOD) *ret_failure = sim_call_error(call, errors[verdict]);
    return trigger;
}

/* The view in the arguments. NULL with the answer in *ret_failure. */
static const slack_json_t *call_view(sim_call_t *call, bool home, const sim_view_t *replacing,
                                     const slack_json_t **ret_failure)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *view = NULL;
    if (!sim_call_json(call, "view", &view)) {
        *ret_failure = sim_call_error_with(call, "invalid_arguments",
                                           "must be valid json [json-pointer:/view]");
        return NULL;
    }
    const char *error =
        sim_view_check(&call->services->workspace->views, view, home, replacing, problem);
    if (!error) return view;
    *ret_failure = sim_call_error_with(call, error, "%s", problem);
    return NULL;
}

/* The answer after a view was opened or changed, with that result. */
static const slack_json_t *view_answer(sim_call_t *call, int rc, const sim_view_t *view)
{
    if (rc == SLACK_ETOOBIG) return sim_call_error(call, "view_too_large");
    if (rc == SLACK_EBUSY) return sim_call_error(call, "push_limit_reached");
    if (rc != 0) return NULL;
    return sim_json(call->json, "{ok: true, view: %p}",
                    sim_view_with_state(call->json, view, NULL));
}

static void view_to_transcript(sim_call_t *call, const sim_view_t *view, const char *verb)
{
    sim_transcript_t *transcript = &call->services->workspace->transcript;
    uint64_t number = sim_transcript_add(
        transcript, view->home ? SIM_ENTRY_HOME : SIM_ENTRY_MODAL, false, "",
        call->services->team->bot->name, "%s for %s: %s", verb, view->user->name,
        view->home
            ? sim_text_message(call->json->arena, &call->services->workspace->channels, view->body)
            : sim_text_view(call->json->arena, view->body));
    sim_transcript_detail(transcript, number, sim_json(call->json, "{view: %p}", view->body));
}

static const slack_json_t *views_open(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_view_t *opened = NULL;
    /* The view comes first: a bad view must not use up the trigger. */
    const slack_json_t *view = call_view(call, false, NULL, &failure);
    const sim_key_t *trigger = view ? call_trigger(call, &failure) : NULL;
    if (!trigger) return failure;
    int rc = sim_view_open(&call->services->workspace->views, trigger->user, view, &opened);
    if (rc == 0) view_to_transcript(call, opened, "opens a modal");
    if (rc == 0 && call->step)
        snprintf(opened->step_id, sizeof opened->step_id, "%s", call->step->id);
    return view_answer(call, rc, opened);
}

static const slack_json_t *views_push(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_view_t *pushed = NULL;
    const slack_json_t *view = call_view(call, false, NULL, &failure);
    const sim_key_t *trigger = view ? call_trigger(call, &failure) : NULL;
    if (!trigger) return failure;
    if (!sim_view_by_id(&call->services->workspace->views, trigger->view_id))
        return sim_call_error(call, "not_found");
    int rc = sim_view_push(&call->services->workspace->views, trigger->user, view, &pushed);
    if (rc == 0) view_to_transcript(call, pushed, "pushes a modal");
    return view_answer(call, rc, pushed);
}

/* Whether the arguments have no hash or the hash of the view. */
static bool is_current(const sim_call_t *call, const sim_view_t *view)
{
    const char *hash = sim_call_arg(call, "hash");
    return !*hash || strcmp(hash, view->hash) == 0;
}

static const slack_json_t *views_update(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *id = sim_call_arg(call, "view_id"),
               *external_id = sim_call_arg(call, "external_id");
    if (!*id && !*external_id) return sim_call_missing(call, "view_id");
    sim_view_t *old = *id ? sim_view_by_id(&call->services->workspace->views, id)
                          : sim_view_by_external_id(&call->services->workspace->views, external_id);
    if (!old) return sim_call_error(call, "not_found");
    const slack_json_t *view = call_view(call, old->home, old, &failure);
    if (!view) return failure;
    if (!is_current(call, old)) return sim_call_error(call, "hash_conflict");
    int rc = sim_view_update(&call->services->workspace->views, old, view);
    if (rc == 0)
        view_to_transcript(call, old, old->home ? "updates the home tab" : "updates a modal");
    return view_answer(call, rc, old);
}

static const slack_json_t *views_publish(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_user_t *user =
        sim_user_by_id(&call->services->workspace->users, sim_call_arg(call, "user_id"));
    if (!user || user->bot)
        return sim_call_error_with(call, "invalid_arguments", "invalid `user_id`");
    sim_view_t *home = sim_view_home(&call->services->workspace->views, user);
    const slack_json_t *view = call_view(call, true, home, &failure);
    if (!view) return failure;
    if (home && !is_current(call, home)) return sim_call_error(call, "hash_conflict");
    int rc = sim_view_publish(&call->services->workspace->views, user, view, &home);
    if (rc == 0) view_to_transcript(call, home, "publishes the home tab");
    return view_answer(call, rc, home);
}

const sim_method_t sim_methods_views[] = {
    {"views.open", SIM_TOKEN_BOT, views_open},
    {"views.push", SIM_TOKEN_BOT, views_push},
    {"views.update", SIM_TOKEN_BOT, views_update},
    {"views.publish", SIM_TOKEN_BOT, views_publish},
    {NULL, 0, NULL},
};
