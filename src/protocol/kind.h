/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_KIND_H
#define SLACK_PROTOCOL_KIND_H

#include <stdbool.h>

#include <slack/listener.h>

/*
 * What kinds.def says of each kind. A kind out of range counts as SLACK_KIND_UNKNOWN.
 * slack_kind_name() is declared in slack/listener.h.
 */

/* The number of kinds; the last one is SLACK_KINDS - 1. */
enum {
    SLACK_KINDS = 0
#define KIND(...) +1
#include "protocol/kinds.def"
};

enum slack_kind slack__kind_of(const slack_json_t *body);

/* Slack expects an ack from the handler, within SLACK_ACK_DEADLINE_MS. */
bool slack__kind_waits_for_ack(enum slack_kind kind);
/* Slack reads the body of that ack. `body` is the delivery's, or NULL for the kind in general. */
bool slack__kind_takes_ack_body(enum slack_kind kind, const slack_json_t *body);

/* The string that the match of a listener is compared with, borrowed from the body; "" if there is
 * none. `action` is the action in question, of a body that has several, or NULL. */
const char *slack__kind_selector(enum slack_kind kind, const slack_json_t *body,
                                 const slack_json_t *action);
/* Whether bodies of this kind have a selector. If so, slack_on_NAME() registers a listener for it.
 */
bool slack__kind_has_selector(enum slack_kind kind);

#endif
