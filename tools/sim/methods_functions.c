/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"
#include "sim/transcript_text.h"

/* The running step in the arguments. NULL with the answer in *ret_failure. */
static sim_step_t *call_step(sim_call_t *call, const slack_json_t **ret_failure)
{
    const char *id = sim_call_arg(call, "function_execution_id");
    sim_step_t *step = sim_step_by_id(&call->services->workspace->steps, id);
    if (step && !step->ended) return step;
    *ret_failure = sim_call_error(call, step ? "execution_not_in_running_state"
                                             : "function_execution_not_found");
    return NULL;
}

static const slack_json_t *step_end(sim_call_t *call, sim_step_t *step, const char *verb,
                                    const char *text)
{
    step->ended = true;
    sim_transcript_add(&call->services->workspace->transcript, SIM_ENTRY_STEP, false, "",
                       call->services->team->bot->name, "%s the step %s%s%s", verb,
                       step->callback_id, *text ? ": " : "", text);
    return sim_json(call->json, "{ok: true}");
}

static const slack_json_t *functions_complete_success(sim_call_t *call)
{
    const slack_json_t *failure = NULL, *outputs = NULL;
    sim_step_t *step = call_step(call, &failure);
    if (!step) return failure;
    if (!sim_call_json(call, "outputs", &outputs) || slack_json_type(outputs) != SLACK_JSON_OBJECT)
        return sim_call_error_with(call, "invalid_arguments",
                                   "must provide an object [json-pointer:/outputs]");
    return step_end(
        call, step, "completes",
        sim_text_values(call->json->arena, &call->services->workspace->channels, outputs));
}

static const slack_json_t *functions_complete_error(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const char *error = sim_call_arg(call, "error");
    sim_step_t *step = call_step(call, &failure);
    if (!step) return failure;
    if (!*error) return sim_call_missing(call, "error");
    return step_end(call, step, "fails",
                    sim_text_plain(call->json->arena, &call->services->workspace->channels, error));
}

const sim_method_t sim_methods_functions[] = {
    {"functions.completeSuccess", SIM_TOKEN_BOT, functions_complete_success},
    {"functions.completeError", SIM_TOKEN_BOT, functions_complete_error},
    {NULL, 0, NULL},
};
