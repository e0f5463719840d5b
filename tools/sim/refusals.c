/* SPDX-License-Identifier: MIT */
#include "sim/refusals.h"

#include <string.h>

#include "protocol/methods.h"

static bool begins_with_one(const char *name, const char *const *starts)
{
    for (; *starts; starts++)
        if (strncmp(name, *starts, strlen(*starts)) == 0) return true;
    return false;
}

const slack_json_t *sim_refuse_method(sim_call_t *call)
{
    /* Slack has removed these families. */
    static const char *const removed[] = {"channels.", "groups.", "im.", "mpim.", NULL};
    if (begins_with_one(call->method, removed) ||
        slack__method_is(call->method, SLACK_METHOD_DEPRECATED))
        return sim_call_error(call, "method_deprecated");
    const slack_json_t *answer =
        sim_json(call->json, "{ok: false, error: 'unknown_method', req_method: %s}", call->method);
    if (!slack__method(call->method)) return answer;
    return sim_json_merged(call->json, answer,
                           sim_call_error_with(call, "",
                                               "Slack has %s, and the simulator does not: "
                                               "docs/simulator.md lists its methods",
                                               call->method));
}

const slack_json_t *sim_refuse_arguments(sim_call_t *call)
{
    /* These answer no_item_specified. */
    static const char *const own[] = {"reactions.add", "pins.add", "pins.remove", NULL};
    const slack_method_t *known = slack__method(call->method);
    sim_list_t messages;
    if (!known || begins_with_one(call->method, own)) return NULL;
    sim_list_begin(call->json, &messages, '[');
    for (const slack_arg_t *arg = known->args; arg->type != SLACK_ARG_NONE; arg++)
        if (arg->required && !slack__json_member(call->args, slack__slice(arg->name)))
            sim_list_add(call->json, &messages,
                         sim_json(call->json, "'[ERROR] missing required field: %s'", arg->name));
    const slack_json_t *list = sim_list_end(call->json, &messages);
    if (slack_json_count(list, "") == 0) return NULL;
    return sim_json(call->json,
                    "{ok: false, error: 'invalid_arguments', response_metadata: {messages: %p}}",
                    list);
}
