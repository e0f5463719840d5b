/* SPDX-License-Identifier: MIT */
#include "sim/methods.h"

#include <string.h>

const sim_method_t *sim_method_find(const char *name)
{
    static const sim_method_t *const families[] = {
        sim_methods_apps,      sim_methods_assistant,     sim_methods_auth,
        sim_methods_chat,      sim_methods_conversations, sim_methods_files,
        sim_methods_functions, sim_methods_history,       sim_methods_items,
        sim_methods_members,   sim_methods_oauth,         sim_methods_scheduled,
        sim_methods_streams,   sim_methods_teams,         sim_methods_users,
        sim_methods_views,
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const sim_method_t *method = families[i]; method->name; method++)
            if (strcmp(method->name, name) == 0) return method;
    return NULL;
}
