/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_DEDUPE_KEY_H
#define SLACK_PROTOCOL_DEDUPE_KEY_H

#include <slack/json.h>

#include "util/arena.h"
#include "util/str.h"

/*
 * The deduplication key of an event: the app runs only one of the events with the same key. The key
 * of any other delivery is what its transport knows of it: see slack__delivery_new(). Each function
 * sets `ret` to a key, or leaves it alone if the body has none. It returns false if memory is out.
 */

/* The key of an event: its id and the id of the app. Both come from the body, so a redelivery over
 * another transport has the same key. */
bool slack__dedupe_event_key(slack_arena_t *arena, const char *app_id, const slack_json_t *body,
                             slack_slice_t *ret);

/* The key of a person's message, with the id of the message in place of the id of the event
 * (SLACK_DEDUPE=messages). */
bool slack__dedupe_message_key(slack_arena_t *arena, const char *app_id, const slack_json_t *body,
                               slack_slice_t *ret);

/* The key of a message by its channel and its timestamp, which are all that conversations.history
 * tells of it: so a message that catch-up finds has the key of the event that Slack has sent for
 * it. `app` is the app's name for its rows. None for events about a message, such as edits, and for
 * a mention that an edit has brought about: each of them is an event of its own. */
bool slack__dedupe_history_key(slack_arena_t *arena, slack_slice_t app, const slack_json_t *body,
                               slack_slice_t *ret);

/* Whether the event is a person's message. Edits and deletions are events of their own. */
bool slack__dedupe_is_message(const slack_json_t *body);

#endif
