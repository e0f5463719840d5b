/* SPDX-License-Identifier: MIT */
#include "run/env.h"

#include <string.h>

enum of { EVERY, INTERNAL, DISTRIBUTED, NOBODY };

/* The variables that are not inherited, and the apps that get those of the simulator. NOBODY: a bot
 * here has its sockets from this program. */
static const struct variable {
    const char *name; /* a JSON pointer without its slash */
    enum of of;
} variables[] = {
    {"/SLACK_API_URL", EVERY},
    {"/SLACK_APP_TOKEN", EVERY},
    {"/SLACK_SIGNING_SECRET", EVERY},
    {"/SLACKAPP_SIM", EVERY},
    {"/SLACK_BOT_TOKEN", INTERNAL},
    {"/SLACK_CLIENT_ID", DISTRIBUTED},
    {"/SLACK_CLIENT_SECRET", DISTRIBUTED},
    {"/SLACK_AUTHORIZE_URL", DISTRIBUTED},
    {"/SLACK_TRANSPORT", NOBODY},
    {"/SLACK_HTTP_HOST", NOBODY},
    {"/SLACK_HTTP_PORT", NOBODY},
    {"/PORT", NOBODY},
    {"/SLACK_HTTP_ADMIN_HOST", NOBODY},
    {"/SLACK_HTTP_ADMIN_PORT", NOBODY},
    {"/LISTEN_FDS", NOBODY},
    {"/LISTEN_PID", NOBODY},
    {"/LISTEN_FDNAMES", NOBODY},
};
#define VARIABLES (sizeof variables / sizeof *variables)

static bool is_inherited(const char *assignment)
{
    const size_t len = strcspn(assignment, "=");
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *name = variables[i].name + 1;
        const size_t name_len = strlen(name);
        const bool file = len == name_len + 5 && memcmp(assignment + name_len, "_FILE", 5) == 0;
        if ((len == name_len || file) && memcmp(name, assignment, name_len) == 0) return false;
    }
    return true;
}

const char **run_env(slack_arena_t *arena, const char *const *inherited, const slack_json_t *given,
                     const char *transport, bool distributed)
{
    size_t count = 0, used = 0;
    while (inherited[count])
        count++;
    const char **env = slack__arena_alloc(arena, (count + VARIABLES + 3) * sizeof *env);
    if (!env) return NULL;
    for (size_t i = 0; i < count; i++)
        if (is_inherited(inherited[i])) env[used++] = inherited[i];
    for (size_t i = 0; i < VARIABLES; i++) {
        const enum of of = variables[i].of;
        const char *value = slack_json_str(given, variables[i].name);
        const bool gets = of == EVERY || of == (distributed ? DISTRIBUTED : INTERNAL);
        if (!gets || !*value) continue;
        env[used] = slack__arena_printf(arena, "%s=%s", variables[i].name + 1, value);
        if (!env[used++]) return NULL;
    }
    env[used] = slack__arena_printf(arena, "SLACK_TRANSPORT=%s", transport);
    if (!env[used++]) return NULL;
    env[used++] = "SLACK_HTTP_ADMIN_PORT=0"; /* the socket is passed */
    env[used] = NULL;
    return env;
}
