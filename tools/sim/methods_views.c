/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/webapi.h"
#include "sim/transcript_text.h"

/* Use the trigger of a call. NULL with the answer in *ret_failure. */
static const sim_key_t *trigger_of(sim_call_t *call, const slack_json_t **ret_failure)
{
    static const char *const errors[] = {
        [SIM_KEY_UNKNOWN] = "invalid_trigger_id",
        [SIM_KEY_EXPIRED] = "expired_trigger_id",
        [SIM_KEY_USED] = "exchanged_trigger_id",
    };
    const char *key = sim_arg(call, "trigger_id");
    const sim_key_t *trigger = NULL;
    if (!*key) {
        *ret_failure = sim_fail_missing(call, "trigger_id");
        return NULL;
    }
    enum sim_key_verdict verdict =
        sim_key_use(&call->sim->workspace.keys, SIM_KEY_TRIGGER, key, &trigger);
    if (verdict != SIM_KEY_GOOD) *ret_failure = sim_fail(call, errors[verdict]);
    return trigger;
}

/* The view of a call. NULL with the answer in *ret_failure. */
static const slack_json_t *view_of(sim_call_t *call, bool home, const sim_view_t *replacing,
                                   const slack_json_t **ret_failure)
{
    char problem[SIM_PROBLEM_SIZE];
    const slack_json_t *view = NULL;
    if (!sim_arg_json(call, "view", &view)) {
        *ret_failure =
            sim_fail_with(call, "invalid_arguments", "must be valid json [json-pointer:/view]");
        return NULL;
    }
    if (!view) {
        *ret_failure = sim_fail_missing(call, "view");
        return NULL;
    }
    const char *error = sim_view_check(&call->sim->workspace.views, view, home, replacing, problem);
    if (!error) return view;
    *ret_failure = sim_fail_with(call, error, "%s", problem);
    return NULL;
}

/* The answer to a view that was taken, or not for the reason `rc`. */
static const slack_json_t *shown(sim_call_t *call, int rc, const sim_view_t *view)
{
    if (rc == SLACK_ETOOBIG) return sim_fail(call, "view_too_large");
    if (rc == SLACK_EBUSY) return sim_fail(call, "push_limit_reached");
    if (rc != 0) return NULL;
    return sim_json(
        call->json, "{ok: true, view: %p}",
        sim_json_merged(call->json, view->body, sim_json(call->json, "{state: {values: {}}}")));
}

static void note(sim_call_t *call, const sim_view_t *view, const char *verb)
{
    sim_transcript_add(&call->sim->workspace.transcript,
                       view->home ? SIM_ENTRY_HOME : SIM_ENTRY_MODAL, false, "",
                       sim_user_bot()->name, "%s for %s: %s", verb, view->user->name,
                       view->home ? sim_text_message(call->json->arena, view->body)
                                  : sim_text_view(call->json->arena, view->body));
}

static const slack_json_t *views_open(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_view_t *opened = NULL;
    /* A view that is refused does not cost the trigger. */
    const slack_json_t *view = view_of(call, false, NULL, &failure);
    const sim_key_t *trigger = view ? trigger_of(call, &failure) : NULL;
    if (!trigger) return failure;
    int rc = sim_view_open(&call->sim->workspace.views, trigger->user, view, &opened);
    if (rc == 0) note(call, opened, "opens a modal");
    if (rc == 0 && call->step)
        snprintf(opened->step_id, sizeof opened->step_id, "%s", call->step->id);
    return shown(call, rc, opened);
}

static const slack_json_t *views_push(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sim_view_t *pushed = NULL;
    const slack_json_t *view = view_of(call, false, NULL, &failure);
    const sim_key_t *trigger = view ? trigger_of(call, &failure) : NULL;
    if (!trigger) return failure;
    if (!sim_view_by_id(&call->sim->workspace.views, trigger->view_id))
        return sim_fail(call, "not_found");
    int rc = sim_view_push(&call->sim->workspace.views, trigger->user, view, &pushed);
    if (rc == 0) note(call, pushed, "pushes a modal");
    return shown(call, rc, pushed);
}

/* Whether the hash that a call may carry is that of the view. */
static bool is_current(const sim_call_t *call, const sim_view_t *view)
{
    const char *hash = sim_arg(call, "hash");
    return !*hash || strcmp(hash, view->hash) == 0;
}

static const slack_json_t *views_update(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *id = sim_arg(call, "view_id"), *external_id = sim_arg(call, "external_id");
    if (!*id && !*external_id) return sim_fail_missing(call, "view_id");
    sim_view_t *old = *id ? sim_view_by_id(&call->sim->workspace.views, id)
                          : sim_view_by_external_id(&call->sim->workspace.views, external_id);
    if (!old) return sim_fail(call, "not_found");
    const slack_json_t *view = view_of(call, old->home, old, &failure);
    if (!view) return failure;
    if (!is_current(call, old)) return sim_fail(call, "hash_conflict");
    int rc = sim_view_update(&call->sim->workspace.views, old, view);
    if (rc == 0) note(call, old, old->home ? "updates the home tab" : "updates a modal");
    return shown(call, rc, old);
}

static const slack_json_t *views_publish(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *id = sim_arg(call, "user_id");
    const sim_user_t *user = sim_user_by_id(id);
    if (!*id) return sim_fail_missing(call, "user_id");
    if (!user || user->bot) return sim_fail_with(call, "invalid_arguments", "invalid `user_id`");
    sim_view_t *home = sim_view_home(&call->sim->workspace.views, user);
    const slack_json_t *view = view_of(call, true, home, &failure);
    if (!view) return failure;
    if (home && !is_current(call, home)) return sim_fail(call, "hash_conflict");
    int rc = sim_view_publish(&call->sim->workspace.views, user, view, &home);
    if (rc == 0) note(call, home, "publishes the home tab");
    return shown(call, rc, home);
}

const sim_method_t sim_methods_views[] = {
    {"views.open", SIM_TOKEN_BOT, views_open},
    {"views.push", SIM_TOKEN_BOT, views_push},
    {"views.update", SIM_TOKEN_BOT, views_update},
    {"views.publish", SIM_TOKEN_BOT, views_publish},
    {NULL, 0, NULL},
};
