/* SPDX-License-Identifier: MIT */
#include "identity/grant.h"

#include <string.h>

#include "util/alloc.h"
#include "util/str.h"

const slack_grant_t slack__grant_none = {.bot_id = "", .bot_user = ""};

/* Copies a text to `*end` and advances `*end`. */
static const char *grant_put(char **end, slack_slice_t text)
{
    char *copy = *end;
    if (text.len > 0) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *end += text.len + 1;
    return copy;
}

slack_grant_t *slack__grant_new(const slack_authorization_t *from)
{
    const slack_slice_t texts[] = {slack__slice_strip(slack__slice(from->bot_token)),
                                   slack__slice_strip(slack__slice(from->user_token)),
                                   slack__slice(from->bot_id), slack__slice(from->bot_user_id)};
    size_t size = sizeof(slack_grant_t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += texts[i].len + 1;
    slack_grant_t *grant = slack__malloc(size);
    if (grant == NULL) return NULL;
    char *end = (char *)(grant + 1);
    const char *bot = grant_put(&end, texts[0]), *user = grant_put(&end, texts[1]);
    *grant = (slack_grant_t){.refs = 1, .lifetime_ms = from->lifetime_ms, .size = size};
    grant->user_token = *user ? user : NULL;
    grant->bot_token = *bot ? bot : grant->user_token;
    grant->bot_id = grant_put(&end, texts[2]);
    grant->bot_user = grant_put(&end, texts[3]);
    return grant;
}

void slack__grant_unref(slack_grant_t *grant)
{
    if (grant == NULL || --grant->refs > 0) return;
    slack__wipe(grant, grant->size);
    slack__free(grant);
}
