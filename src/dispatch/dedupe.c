/* SPDX-License-Identifier: MIT */
#include "dispatch/dedupe.h"

#include <string.h>

#include "protocol/dedupe_key.h"
#include "protocol/mrkdwn.h"
#include "util/json.h"

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

bool slack__dedupe_is_mention(const slack_run_t *run)
{
    const slack_delivery_t *d = run->ctx.delivery;
    const char *bot = run->ctx.grant->bot_user;
    const char *type = slack_json_str(d->body, "/event/type");
    if (!slack__dedupe_is_message(d->body) || strcmp(type, "message") != 0 || *bot == '\0')
        return false;
    /* Slack sends no app_mention for a direct message. */
    if (strcmp(slack_json_str(d->body, "/event/channel_type"), "im") == 0) return false;
    return slack__mentions(slack_json_str(d->body, "/event/text"), bot) &&
           mention_has_listener(run);
}
