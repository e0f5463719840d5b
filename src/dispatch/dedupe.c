/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/payload.h"

/*
 * What a person said once and Slack sends more than once (SLACK_DEDUPE=messages): under several
 * event ids (slackapi/node-slack-sdk#2141), and both as a message and as a mention
 * (slackapi/bolt-python#941).
 */

static bool is_type(const slack_ctx_t *ctx, const char *type)
{
    return strcmp(slack_json_str(ctx->d->body, "/event/type"), type) == 0;
}

/* A message of a person as it was said; edits and deletions are events of their own. */
static bool is_said(const slack_ctx_t *ctx)
{
    if (ctx->d->kind != SLACK_KIND_EVENT || ctx->app->options.dedupe != SLACK_DEDUPE_MESSAGES)
        return false;
    const char *subtype = slack_json_str(ctx->d->body, "/event/subtype");
    if (*subtype && strcmp(subtype, "file_share") != 0 && strcmp(subtype, "thread_broadcast") != 0)
        return false;
    return (is_type(ctx, "message") || is_type(ctx, "app_mention")) &&
           *slack_json_str(ctx->d->body, "/event/user");
}

bool slack__dedupe_key(const slack_ctx_t *ctx, slack_slice_t *ret)
{
    const slack_json_t *body = ctx->d->body;
    *ret = ctx->d->key;
    if (!is_said(ctx)) return true;
    const char *id = slack_json_str(body, "/event/client_msg_id");
    if (*id == '\0') id = slack_json_str(body, "/event/ts");
    if (*id == '\0') return true;
    /* Each of several apps is told of the message. */
    const char *key = slack__arena_printf(
        slack__ctx_arena(ctx), "%s:%s:%s:%s:%s", slack_json_str(body, "/event/type"),
        slack_ctx_app_id(ctx), slack_ctx_team(ctx), slack_json_str(body, "/event/channel"), id);
    if (key) *ret = slack__slice(key);
    return key != NULL;
}

static bool somebody_listens_to_mentions(slack_ctx_t *ctx)
{
    const slack_json_t *body = NULL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    if (slack__jsonf(arena, &body, NULL, "{event: {type: 'app_mention', text: %s, channel: %s}}",
                     slack_json_str(ctx->d->body, "/event/text"),
                     slack_json_str(ctx->d->body, "/event/channel")) != 0)
        return false;
    slack_subject_t subject;
    slack_steps_t steps = {0};
    slack__subject_init(&subject, SLACK_KIND_EVENT, body, ctx->grant->bot_user);
    if (slack__router_match(ctx->app->routes, &subject, arena, &steps) != 0) return false;
    bool some = false;
    for (size_t i = 0; i < steps.count && !some; i++) { /* one of all events takes either */
        const char *match = steps.items[i].route->listener.match;
        some = match && strcmp(match, "app_mention") == 0;
    }
    slack__steps_release(&steps);
    return some;
}

/* Whether "<@USER>" or "<@USER|name>" is in the text: no other whose id only begins like it. */
static bool mentions(const char *text, const char *user)
{
    const size_t len = strlen(user);
    while ((text = strstr(text, "<@")) != NULL) {
        text += 2;
        if (strncmp(text, user, len) == 0 && (text[len] == '>' || text[len] == '|')) return true;
    }
    return false;
}

bool slack__dedupe_as_mention(slack_ctx_t *ctx)
{
    if (!is_said(ctx) || !is_type(ctx, "message") || *ctx->grant->bot_user == '\0') return false;
    /* A direct message comes as a message only. */
    if (strcmp(slack_json_str(ctx->d->body, "/event/channel_type"), "im") == 0) return false;
    return mentions(slack_json_str(ctx->d->body, "/event/text"), ctx->grant->bot_user) &&
           somebody_listens_to_mentions(ctx);
}
