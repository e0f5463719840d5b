/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_TRACE_H
#define SLACK_OUTBOX_TRACE_H

#include <slack/json.h>

#include "util/arena.h"

/*
 * How a message is found again: its metadata has the mark of the stored request. If the program
 * uses the metadata itself, the text decides, among the messages of the bot since the request was
 * stored. Pure. https://docs.slack.dev/messaging/message-metadata
 */

/* The event_type of the metadata. */
#define SLACK_TRACE_TYPE "slackapp_post"

/* The message that is looked for. */
typedef struct slack_trace {
    const slack_json_t *args; /* of chat.postMessage, as the program gave them */
    const char *mark;
    int64_t since_ms;     /* when the request was stored */
    const char *bot_user; /* of the bot that posts; "": not known */
} slack_trace_t;

/* The arguments with the mark in their metadata; a failed value if memory is out. */
const slack_json_t *slack__trace_args(const slack_trace_t *trace, slack_arena_t *arena);
/* The call that lists the messages; `cursor` is "" for the first page. Sets the method's name.
 * Returns its arguments, or a failed value if memory is out. */
const slack_json_t *slack__trace_look(const slack_trace_t *trace, const char *cursor,
                                      slack_arena_t *arena, const char **ret_method);
/* The ts of the message in an answer of that call; "": it is not there. */
const char *slack__trace_find(const slack_trace_t *trace, const slack_json_t *answer);

#endif
