/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"

static const slack_json_t *apps_connections_open(sim_call_t *call)
{
    const char *url = sim_sockets_url(call->services->sockets, call->json->arena);
    return url ? sim_json(call->json, "{ok: true, url: %s}", url) : NULL;
}

const sim_method_t sim_methods_apps[] = {
    {"apps.connections.open", SIM_TOKEN_APP, apps_connections_open},
    {NULL, 0, NULL},
};
