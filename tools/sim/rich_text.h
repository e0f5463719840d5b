/* SPDX-License-Identifier: MIT */
#ifndef SIM_RICH_TEXT_H
#define SIM_RICH_TEXT_H

#include "sim/json_builder.h"

/*
 * The rich text that Slack's message box makes of a person's text: mentions, links, emoji,
 * *bold*, _italic_, ~strike~ and `code` in sections, quotes behind "&gt;", and preformatted text
 * between three backquotes. A mark stands at the edge of a word, and its pair on the same line.
 * Pure, and linear in the text.
 */

/* The elements of a block of type rich_text; NULL after a failure of `json`. */
const slack_json_t *sim_rich_text(sim_json_builder_t *json, const char *markup);

/* The length of the reference at the start of `s`: "<@U…>", "<#C…|name>", "<!here>" or a link. 0
 * for none. */
size_t sim_reference_len(const char *s);

#endif
