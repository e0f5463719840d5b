/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HISTORY_EVENT_H
#define SLACK_TRANSPORT_HISTORY_EVENT_H

#include <stdbool.h>

#include <slack/json.h>

#include "util/buf.h"

/*
 * The event that Slack would have sent for a message of conversations.history or
 * conversations.replies. Pure.
 *
 * The event has no event_id, and none of what happened to the message later: replies, reactions,
 * pins, the mark of an edit. Its text is the one that the message has now. Members that the event
 * of Slack has and history has not are left out: token, authorizations, event_context.
 * https://docs.slack.dev/reference/events/message
 */

/* The place in which a message was found. No member is NULL; "" is left out of the event. */
typedef struct slack_origin {
    const char *channel, *channel_type; /* "C…", "channel" */
    const char *team, *app;             /* "T…", "A…" */
} slack_origin_t;

/* Whether Slack has sent an event for such a message. It sends none for the stone of a deleted root
 * of a thread, and for hidden messages. */
bool slack__history_is_event(const slack_json_t *message);
/* Whether Slack has sent an app_mention for it, too: the text mentions the bot, outside a direct
 * message (https://docs.slack.dev/reference/events/app_mention). `bot_user` may be "". */
bool slack__history_is_mention(const slack_json_t *message, const char *channel_type,
                               const char *bot_user);
/* Whether a thread with this root has a reply after `ts`. */
bool slack__history_has_replies(const slack_json_t *message, const char *ts);

/* Appends the body of the event, or of the mention. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__history_write(slack_buf_t *out, const slack_json_t *message,
                         const slack_origin_t *origin, bool mention);

#endif
