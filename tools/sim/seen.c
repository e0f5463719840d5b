/* SPDX-License-Identifier: MIT */
#include "sim/seen.h"

#include <stdio.h>
#include <string.h>

static void names_put(sim_names_t *names, const char *name)
{
    if (!*name || strlen(name) >= SIM_SEEN_SIZE || names->count == SIM_SEEN_MAX) return;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0) return;
    snprintf(names->list[names->count++], SIM_SEEN_SIZE, "%s", name);
}

void sim_seen_acked(sim_seen_t *seen, const slack_json_t *payload)
{
    const char *type = slack_json_str(payload, "/type");
    const char *callback_id = slack_json_str(payload, "/callback_id");
    names_put(&seen->commands, slack_json_str(payload, "/command"));
    if (strcmp(type, "shortcut") == 0) names_put(&seen->shortcuts, callback_id);
    if (strcmp(type, "message_action") == 0) names_put(&seen->message_shortcuts, callback_id);
}

const slack_json_t *sim_names_json(sim_json_builder_t *json, const sim_names_t *names)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < names->count; i++)
        sim_list_add(json, &list, sim_json(json, "%s", names->list[i]));
    return sim_list_end(json, &list);
}
