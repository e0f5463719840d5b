/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/env.h"
#include "app/options.h"
#include "cli/near.h"
#include "doctor/gather.h"
#include "util/str.h"

extern char **environ;

const char *doctor_near_name(const char *name, char ret[64])
{
    cli_near_t near = {.word = name};
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        slack_slice_t rest = slack__slice(option->variables), variable;
        while (option->variables && slack__slice_split(&rest, ' ', &variable)) {
            for (int file = 0; file < 2; file++) {
                char known[CLI_NEAR_NAME_MAX + 1];
                snprintf(known, sizeof known, "%.*s%s", (int)variable.len, variable.ptr,
                         file ? "_FILE" : "");
                if (strcmp(name, known) == 0) return NULL;
                const char *before = near.name;
                cli_near_offer(&near, known);
                if (near.name == before) continue;
                memcpy(ret, known, sizeof known);
                near.name = ret;
            }
        }
    }
    return near.name;
}

/* Names of other programs begin with SLACK_ too: one that is like no option's is not ours. */
static void note_name(doctor_facts_t *facts, const char *name)
{
    char near[64];
    if (facts->unknown_name[0] || strncmp(name, "SLACK_", 6) != 0) return;
    if (!doctor_near_name(name, near)) return;
    snprintf(facts->unknown_name, sizeof facts->unknown_name, "%s", name);
    snprintf(facts->near_name, sizeof facts->near_name, "%s", near);
}

/* Of a line of .env: whether the environment has another value. */
static void note_twice(doctor_facts_t *facts, const char *name, const char *value)
{
    const char *counts = getenv(name);
    if (facts->twice_name[0] || strncmp(name, "SLACK_", 6) != 0) return;
    if (!counts || !*counts || !*value || strcmp(counts, value) == 0) return;
    snprintf(facts->twice_name, sizeof facts->twice_name, "%.63s", name);
}

void doctor_gather_names(doctor_facts_t *facts)
{
    char error[SLACK_ERROR_TEXT_MAX];
    struct stat st;
    slack_env_t env;
    for (char **variable = environ; *variable; variable++) {
        char name[CLI_NEAR_NAME_MAX + 1];
        const size_t len = strcspn(*variable, "=");
        if (len > CLI_NEAR_NAME_MAX) continue;
        snprintf(name, sizeof name, "%.*s", (int)len, *variable);
        note_name(facts, name);
    }
    facts->has_dotenv = stat(".env", &st) == 0;
    if (facts->has_dotenv) facts->dotenv_mode = st.st_mode & 0777;
    if (slack__env_open(&env, ".env", error) != 0) return; /* the configuration says why */
    for (const char *name = env.dotenv; name && name < env.dotenv + env.dotenv_len;) {
        const char *value = name + strlen(name) + 1;
        note_name(facts, name);
        note_twice(facts, name, value);
        name = value + strlen(value) + 1;
    }
    slack__env_close(&env);
}
