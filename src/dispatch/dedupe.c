/* SPDX-License-Identifier: MIT */
#include "dispatch/dedupe.h"

#include <string.h>

#include "protocol/payload.h"
#include "util/json.h"

static bool is_type(const slack_delivery_t *d, const char *type)
{
    return strcmp(slack_json_str(d->body, "/event/type"), type) == 0;
}

/* A person's message. Edits and deletions are not: they are events of their own. */
static bool is_said(const slack_delivery_t *d)
{
    if (d->kind != SLACK_KIND_EVENT) return false;
    const char *subtype = slack_json_str(d->body, "/event/subtype");
    if (*subtype && strcmp(subtype, "file_share") != 0 && strcmp(subtype, "thread_broadcast") != 0)
        return false;
    return (is_type(d, "message") || is_type(d, "app_mention")) &&
           *slack_json_str(d->body, "/event/user");
}

bool slack__dedupe_key(const slack_delivery_t *d, slack_slice_t *ret)
{
    if (!is_said(d)) return true;
    const char *id = slack_json_str(d->body, "/event/client_msg_id");
    if (*id == '\0') id = slack_json_str(d->body, "/event/ts");
    if (*id == '\0') return true;
    /* One process may serve several apps, and each of them handles the message. */
    const char *key = slack__arena_printf(
        d->arena, "%s:%s:%s:%s:%s", slack_json_str(d->body, "/event/type"), d->app_id,
        slack__payload_team(d->body), slack_json_str(d->body, "/event/channel"), id);
    if (key) *ret = slack__slice(key);
    return key != NULL;
}

static bool mention_has_listener(const slack_run_t *run)
{
    const slack_delivery_t *d = run->ctx.delivery;
    const slack_json_t *body = NULL;
    if (slack__jsonf(d->arena, &body, NULL, "{event: {type: 'app_mention', text: %s, channel: %s}}",
                     slack_json_str(d->body, "/event/text"),
                     slack_json_str(d->body, "/event/channel")) != 0)
        return false;
    slack_subject_t subject;
    slack_hits_t hits = {0};
    slack__subject_init(&subject, SLACK_KIND_EVENT, body, run->ctx.grant->bot_user);
    if (slack__router_match(run->dispatcher->registry->router, &subject, d->arena, &hits) != 0)
        return false;
    bool some = false;
    /* A listener of all events does not count: it takes the message itself. */
    for (size_t i = 0; i < hits.count && !some; i++) {
        const char *match = hits.items[i].rule->listener.match;
        some = match && strcmp(match, "app_mention") == 0;
    }
    slack__hits_release(&hits);
    return some;
}

/* Whether "<@USER>" or "<@USER|name>" is in the text. The last test rejects a user whose id only
 * begins with USER. */
static bool mentions(const char *text, const char *user)
{
    const size_t len = strlen(user);
    while ((text = strstr(text, "<@")) != NULL) {
        text += 2;
        if (strncmp(text, user, len) == 0 && (text[len] == '>' || text[len] == '|')) return true;
    }
    return false;
}

bool slack__dedupe_is_mention(const slack_run_t *run)
{
    const slack_delivery_t *d = run->ctx.delivery;
    const char *bot = run->ctx.grant->bot_user;
    if (!is_said(d) || !is_type(d, "message") || *bot == '\0') return false;
    /* Slack sends no app_mention for a direct message. */
    if (strcmp(slack_json_str(d->body, "/event/channel_type"), "im") == 0) return false;
    return mentions(slack_json_str(d->body, "/event/text"), bot) && mention_has_listener(run);
}
