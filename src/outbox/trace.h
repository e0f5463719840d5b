/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_TRACE_H
#define SLACK_OUTBOX_TRACE_H

#include <slack/json.h>

#include "util/arena.h"

/*
 * How the effect of a request is found again. Pure.
 *
 * The metadata of a message has the mark of the stored request. If the program uses the metadata
 * itself, its metadata and the text decide, among the messages of the bot since the request was
 * stored.
 * https://docs.slack.dev/messaging/message-metadata
 *
 * A file knows the messages that share it. They follow files.completeUploadExternal after a while.
 * https://docs.slack.dev/reference/objects/file-object
 */

/* The event_type of the metadata. */
#define SLACK_TRACE_TYPE "slackapp_post"

/* The message that is looked for. */
typedef struct slack_trace {
    const char *method;
    const slack_json_t *args; /* of the method, as the program gave them */
    const char *mark;
    int64_t since_ms;     /* when the request was stored */
    const char *bot_user; /* of the bot that posts; "": not known */
} slack_trace_t;

/* Whether the effect of a method is looked for before it is called again. The other methods that
 * may be stored do nothing more when they are called again. */
bool slack__trace_is_sought(const char *method);
/* The arguments of the call, with the mark in the metadata of a message; a failed value if memory
 * is out. */
const slack_json_t *slack__trace_args(const slack_trace_t *trace, slack_arena_t *arena);
/* The call that lists the messages; `cursor` is "" for the first page. Sets the method's name.
 * Returns its arguments, or a failed value if memory is out. */
const slack_json_t *slack__trace_look(const slack_trace_t *trace, const char *cursor,
                                      slack_arena_t *arena, const char **ret_method);
/* The channel that the request names. */
const char *slack__trace_channel(const slack_trace_t *trace);
/* Whether an answer of the call that looks has what was asked for: without it nothing is known. */
bool slack__trace_is_readable(const slack_trace_t *trace, const slack_json_t *answer);
/* The ts of the message in an answer of the call that looks; "": it is not there. */
const char *slack__trace_find(const slack_trace_t *trace, const slack_json_t *answer);

#endif
