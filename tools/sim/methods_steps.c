/* SPDX-License-Identifier: MIT */
#include "sim/webapi.h"
#include "sim/transcript_text.h"

/* The step of a call. NULL with the answer in *ret_failure. */
static sim_step_t *step_of(sim_call_t *call, const slack_json_t **ret_failure)
{
    const char *id = sim_arg(call, "function_execution_id");
    sim_step_t *step = sim_step_by_id(&call->sim->workspace.steps, id);
    if (!*id) {
        *ret_failure = sim_fail_missing(call, "function_execution_id");
    } else if (!step) {
        *ret_failure = sim_fail(call, "function_execution_not_found");
    } else if (step->ended) {
        *ret_failure = sim_fail(call, "execution_not_in_running_state");
        step = NULL;
    }
    return step;
}

static const slack_json_t *end_step(sim_call_t *call, sim_step_t *step, const char *verb,
                                    const char *words)
{
    step->ended = true;
    sim_transcript_add(&call->sim->workspace.transcript, SIM_ENTRY_STEP, false, "",
                       sim_user_bot()->name, "%s the step %s%s%s", verb, step->callback_id,
                       *words ? ": " : "", words);
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *complete_success(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *outputs = NULL;
    sim_step_t *step = step_of(call, &failure);
    if (!step) return failure;
    if (!sim_arg_json(call, "outputs", &outputs) ||
        (outputs && slack_json_type(outputs) != SLACK_JSON_OBJECT))
        return sim_fail_with(call, "invalid_arguments",
                             "must provide an object [json-pointer:/outputs]");
    if (!outputs) return sim_fail_missing(call, "outputs");
    return end_step(call, step, "completes", sim_text_values(call->json->arena, outputs));
}

static const slack_json_t *complete_error(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *error = sim_arg(call, "error");
    sim_step_t *step = step_of(call, &failure);
    if (!step) return failure;
    if (!*error) return sim_fail_missing(call, "error");
    return end_step(call, step, "fails", sim_text_plain(call->json->arena, error));
}

const sim_method_t sim_methods_steps[] = {
    {"functions.completeSuccess", SIM_TOKEN_BOT, complete_success},
    {"functions.completeError", SIM_TOKEN_BOT, complete_error},
    {NULL, 0, NULL},
};
