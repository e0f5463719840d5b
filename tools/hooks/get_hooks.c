/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

int hook_get_hooks(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *answer = hook_interface(&json, request, problem);
    if (!answer && json.rc == 0) return CLI_FAILED;
    return hook_answer(request, &json, answer, problem);
}
