/* SPDX-License-Identifier: MIT */
#include "cli/near.h"

#include <string.h>

/* A short word is near to every other one with so many edits. */
#define EDITS_MAX 2
#define SHORT_MAX 4

/* The edits that make one text of the other, by the table of Wagner and Fischer, row by row. */
static unsigned edits_between(const char *a, const char *b)
{
    unsigned row[CLI_NEAR_NAME_MAX + 1];
    const size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > CLI_NEAR_NAME_MAX || b_len > CLI_NEAR_NAME_MAX) return EDITS_MAX + 1;
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

void cli_near_offer(cli_near_t *near, const char *name)
{
    const unsigned most = strlen(near->word) <= SHORT_MAX ? 1 : EDITS_MAX;
    const unsigned edits = edits_between(near->word, name);
    if (edits > most || (near->name && edits >= near->edits)) return;
    near->name = name;
    near->edits = edits;
}
