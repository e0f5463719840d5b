/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/env.h"
#include "app/options.h"
#include "doctor/gather.h"
#include "util/str.h"

#define NAME_MAX_BYTES 63
#define NEAR_EDITS     2

extern char **environ;

/* The edits (a character more, less or another one) that make one name of the other, as far as they
 * fit into NEAR_EDITS. */
static unsigned edits(const char *a, const char *b)
{
    unsigned row[NAME_MAX_BYTES + 1];
    const size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > NAME_MAX_BYTES || b_len > NAME_MAX_BYTES) return NEAR_EDITS + 1;
    for (unsigned j = 0; j <= b_len; j++)
        row[j] = j;
    for (unsigned i = 0; i < a_len; i++) {
        unsigned corner = row[0]; /* of the row before */
        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            const unsigned above = row[j + 1];
            unsigned best = corner + (a[i] != b[j]);
            if (above + 1 < best) best = above + 1;
            if (row[j] + 1 < best) best = row[j] + 1;
            corner = above;
            row[j + 1] = best;
        }
    }
    return row[b_len];
}

const char *doctor_near_name(const char *name, char ret[64])
{
    unsigned best = NEAR_EDITS + 1;
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        slack_slice_t rest = slack__slice(option->variables), variable;
        while (option->variables && slack__slice_split(&rest, ' ', &variable)) {
            for (int file = 0; file < 2; file++) {
                char known[NAME_MAX_BYTES + 1];
                snprintf(known, sizeof known, "%.*s%s", (int)variable.len, variable.ptr,
                         file ? "_FILE" : "");
                const unsigned distance = edits(name, known);
                if (distance == 0) return NULL;
                if (distance >= best) continue;
                best = distance;
                memcpy(ret, known, sizeof known);
            }
        }
    }
    return best <= NEAR_EDITS ? ret : NULL;
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
        char name[NAME_MAX_BYTES + 1];
        const size_t len = strcspn(*variable, "=");
        if (len > NAME_MAX_BYTES) continue;
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
