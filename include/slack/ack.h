/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ACK_H
#define SLACK_ACK_H

#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file ack.h  Answering what Slack waits for.
 *
 * Slack gives an app three seconds to acknowledge a command or an interaction; what it accepts as
 * the body depends on the kind (https://docs.slack.dev/interactivity/handling-user-interaction):
 *
 *     command           nothing, a text, or a message
 *     view submission   nothing (closes the view), or response_action errors, update, push, clear
 *     options           options or option_groups
 *     dialog            nothing, or errors
 *     action, shortcut, view closed   nothing
 *
 * Events are acknowledged by the app itself once they are stored. A handler that returns 0 without
 * having acknowledged, and holds nothing, has its delivery acknowledged with an empty body; one
 * that fails before its ack has it refused, so that the user is told.
 *
 * All return 0; SLACK_EALREADY at a second ack; SLACK_ENOACK for kinds that no handler acks;
 * SLACK_EACKBODY where a body may not go back; SLACK_ETOOBIG above what the wire takes (over Socket
 * Mode a frame has to stay under 20,480 bytes); SLACK_ELATE past the deadline, when Slack has told
 * the user of a failure already; SLACK_ECLOSED when the peer is gone. After SLACK_EACKBODY and
 * SLACK_ETOOBIG nothing was sent, and another ack is possible.
 */

/** Acknowledge with an empty body. */
SLACK_API int slack_ack(slack_ctx_t *ctx);

/** Acknowledge a command with a text that only the user sees. printf's conversions; the result is
 * the text itself, so what is not the program's own belongs behind "%s". */
SLACK_API int slack_ack_text(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Acknowledge with a JSON body. NULL, as slack_jsonf() returns it for a malformed template, is
 * SLACK_ETEMPLATE. */
SLACK_API int slack_ack_json(slack_ctx_t *ctx, const slack_json_t *body);

#ifdef __cplusplus
}
#endif
#endif
