/* SPDX-License-Identifier: MIT */
#ifndef SIM_TYPED_TEXT_H
#define SIM_TYPED_TEXT_H

#include "sim/channels.h"

/* Text as a person types it, in Slack's markup and as rich text. Pure. */

/* Typed text in Slack's markup: @name and #name become references, &, < and > are escaped, and
 * references stay. NULL without memory. */
const char *sim_typed_markup(slack_arena_t *arena, sim_channels_t *channels, const char *typed);
/* The content of a person's message: the markup, and the rich text that Slack makes of it. */
const slack_json_t *sim_typed_content(sim_json_builder_t *json, const char *markup);

#endif
