/* SPDX-License-Identifier: MIT */
#include "protocol/mrkdwn.h"

#include <string.h>

static const char *entity_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return NULL;
    }
}

const char *slack__mrkdwn_escape(slack_arena_t *arena, const char *text)
{
    if (text == NULL) return NULL;
    size_t size = 1;
    for (const char *c = text; *c; c++)
        size += entity_of(*c) ? strlen(entity_of(*c)) : 1;
    char *escaped = slack__arena_alloc(arena, size), *at = escaped;
    if (escaped == NULL) return NULL;
    for (const char *c = text; *c; c++) {
        const char *entity = entity_of(*c);
        if (entity)
            at = stpcpy(at, entity);
        else
            *at++ = *c;
    }
    *at = '\0';
    return escaped;
}
