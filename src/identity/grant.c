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

slack_grant_t *slack__grant_new(const slack_authorization_t *from, slack_slice_t key)
{
    const slack_slice_t texts[] = {slack__slice_strip(slack__slice(from->bot_token)),
                                   slack__slice_strip(slack__slice(from->user_token)),
                                   slack__slice(from->bot_id), slack__slice(from->bot_user_id),
                                   key};
    size_t size = sizeof(slack_grant_t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += texts[i].len + 1;
    slack_grant_t *grant = slack__malloc(size);
    if (grant == NULL) return NULL;
    char *end = (char *)(grant + 1);
    const char *bot = grant_put(&end, texts[0]), *user = grant_put(&end, texts[1]);
    *grant = (slack_grant_t){.refs = 1,
                             .lifetime_ms = from->lifetime_ms,
                             .org = from->is_enterprise_install,
                             .size = size};
    grant->user = (slack_token_t){.grant = grant, .text = *user ? user : NULL};
    grant->bot = (slack_token_t){.grant = grant, .text = *bot ? bot : grant->user.text};
    grant->bot_id = grant_put(&end, texts[2]);
    grant->bot_user = grant_put(&end, texts[3]);
    grant->key = (slack_slice_t){grant_put(&end, key), key.len};
    slack__link_init(&grant->waiter.link);
    slack__link_init(&grant->renewals);
    return grant;
}

void slack__grant_unref(slack_grant_t *grant)
{
    while (grant && grant->refs > 0 && --grant->refs == 0) {
        slack_grant_t *next = grant->next;
        slack__unlink(&grant->waiter.link);
        slack__wipe(grant, grant->size);
        slack__free(grant);
        grant = next;
    }
}

/* ---- credentials ---- */

/* The grant at the end of the chain. The ones between are let go, so that a chain stays short. */
static slack_grant_t *grant_newest(slack_grant_t *grant)
{
    slack_grant_t *newest = grant, *next = grant->next;
    while (newest->next)
        newest = newest->next;
    if (newest == grant || newest == next) return newest;
    newest->refs++;
    grant->next = newest;
    slack__grant_unref(next);
    return newest;
}

static slack_token_t *token_newest(slack_credential_t *credential)
{
    slack_token_t *token = slack__grant_token(credential);
    slack_grant_t *newest = grant_newest(token->grant);
    return token == &token->grant->user ? &newest->user : &newest->bot;
}

slack_credential_t *slack__grant_hold(slack_credential_t *credential)
{
    slack_token_t *newest = token_newest(credential);
    newest->grant->refs++;
    return &newest->credential;
}

void slack__grant_release(slack_credential_t *credential)
{
    slack__grant_unref(slack__grant_token(credential)->grant);
}

const char *slack__grant_text(slack_credential_t *credential)
{
    return token_newest(credential)->text;
}
