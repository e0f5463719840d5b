/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"

static const slack_json_t *users_info(sim_call_t *call)
{
    const char *id = sim_call_arg(call, "user");
    const sim_user_t *user = sim_user_by_id(id);
    if (!*id) return sim_call_missing(call, "user");
    if (!user) return sim_call_error(call, "user_not_found");
    return sim_json(call->json, "{ok: true, user: %p}", sim_user_json(call->json, user));
}

const sim_method_t sim_methods_users[] = {
    {"users.info", SIM_TOKEN_BOT, users_info},
    {NULL, 0, NULL},
};
