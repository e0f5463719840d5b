/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"
#include "sim/pages.h"

static const slack_json_t *users_info(sim_call_t *call)
{
    const sim_user_t *user =
        sim_user_by_id(&call->services->workspace->users, sim_call_arg(call, "user"));
    if (!user) return sim_call_error(call, "user_not_found");
    return sim_json(call->json, "{ok: true, user: %p}", sim_user_json(call->json, user));
}

static const slack_json_t *users_list(sim_call_t *call)
{
    sim_page_t page;
    const sim_user_t *user;
    const slack_json_t *failure = sim_page_begin(&page, call, SIM_USERS_MAX);
    if (failure) return failure;
    for (size_t i = 0; (user = sim_user_at(&call->services->workspace->users, i)); i++)
        if (sim_page_has(&page, user->id)) sim_page_add(&page, sim_user_json(call->json, user));
    return sim_page_end(&page, "members");
}

const sim_method_t sim_methods_users[] = {
    {"users.info", SIM_TOKEN_BOT, users_info},
    {"users.list", SIM_TOKEN_BOT, users_list},
    {NULL, 0, NULL},
};
