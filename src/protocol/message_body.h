/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_MESSAGE_BODY_H
#define SLACK_PROTOCOL_MESSAGE_BODY_H

#include <stdbool.h>

#include <slack/listener.h>

/*
 * What Slack accepts as a message, and as the body of an ack
 * (https://docs.slack.dev/interactivity/handling-user-interaction). Pure.
 */

/* Whether a message has anything to show: a text, blocks or attachments. */
bool slack__message_shows(const slack_json_t *message);

/* What is wrong with an ack body for deliveries of a kind, as a constant sentence. NULL if the kind
 * accepts it. */
const char *slack__ack_body_fault(enum slack_kind kind, const slack_json_t *body);

#endif
