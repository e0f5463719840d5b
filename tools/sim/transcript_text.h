/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRANSCRIPT_TEXT_H
#define SIM_TRANSCRIPT_TEXT_H

#include "sim/channels.h"

/* How the transcript shows messages, views and values, in an arena. Never NULL: "" without memory.
 * Pure. */

/* Where a message is: "#general", "#general (thread)", "DM with ann". */
const char *sim_text_place(slack_arena_t *arena, const sim_channel_t *channel, bool thread);
/* Text with names in place of ids. Escapes stay: "@here" is a mention, "&lt;!here&gt;" is not. */
const char *sim_text_plain(slack_arena_t *arena, sim_channels_t *channels, const char *text);
/* A message's text and elements: "Hey there @ann! [Click me: hello_click]". */
const char *sim_text_message(slack_arena_t *arena, sim_channels_t *channels,
                             const slack_json_t *body);
/* An object: "sum=3, name=Ada". */
const char *sim_text_values(slack_arena_t *arena, sim_channels_t *channels,
                            const slack_json_t *object);
/* A view's callback_id, title and inputs: "form "Tell us" [name/value]". */
const char *sim_text_view(slack_arena_t *arena, const slack_json_t *view);

#endif
