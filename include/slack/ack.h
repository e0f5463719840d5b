/* SPDX-License-Identifier: MIT */
#ifndef SLACK_ACK_H
#define SLACK_ACK_H

#include "error.h"
#include "export.h"
#include "json.h"
#include "listener.h"

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
 *     dialog            nothing, or errors where it was submitted
 *     action, shortcut, view closed   nothing
 *     action of a legacy attachment   nothing, a text, or a message in the place of the original
 *
 * Events are acknowledged by the app itself once they are stored. A handler that returns 0 without
 * having acknowledged, and holds nothing, has its delivery acknowledged with an empty body; one
 * that fails before its ack has it refused, so that the user is told.
 *
 * All return 0; SLACK_EALREADY at a second ack; SLACK_ENOACK for kinds that no handler acks;
 * SLACK_EACKBODY where a body may not go back; SLACK_ETOOBIG above what the wire takes (over Socket
 * Mode a frame has to stay under 20,480 bytes); SLACK_ELATE past the deadline, when Slack has told
 * the user of a failure already (slack_ctx_ack_late_ms() and the log tell how late);
 * SLACK_ECLOSED when the peer is gone. After SLACK_EACKBODY and SLACK_ETOOBIG nothing was
 * sent, and another ack is possible.
 */

/** Acknowledge with an empty body. */
SLACK_API int slack_ack(slack_ctx_t *ctx);

/** Acknowledge a command with a text that only the user sees. printf's conversions; the result is
 * the text itself, so what is not the program's own belongs behind "%s". */
SLACK_API int slack_ack_text(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/* What a view submission is answered by; SLACK_EACKBODY for other kinds. NULL is SLACK_ETEMPLATE as
 * for slack_ack_json(). */

/**
 * Keep the modal open and show errors below its inputs.
 *
 * @param errors an object: the block_id of an input block, and its text. A legacy dialog takes the
 *        names of its elements in their place. Without a member it is SLACK_EINVAL: Slack would
 *        show an error of its own.
 */
SLACK_API int slack_ack_errors(slack_ctx_t *ctx, const slack_json_t *errors);

/** Put another view in the place of the submitted one. */
SLACK_API int slack_ack_update(slack_ctx_t *ctx, const slack_json_t *view);

/** Put a view on top of the submitted one; at most 3 lie on each other. */
SLACK_API int slack_ack_push(slack_ctx_t *ctx, const slack_json_t *view);

/** Close all views of the stack, not only the submitted one. */
SLACK_API int slack_ack_clear(slack_ctx_t *ctx);

/* What a request for options is answered by; SLACK_EACKBODY for other kinds. */

/** @param options an array of at most 100 option objects, empty for no match; more are
 *        SLACK_ETOOBIG. */
SLACK_API int slack_ack_options(slack_ctx_t *ctx, const slack_json_t *options);

/** @param groups an array of at most 100 option groups, each with at most 100 options. */
SLACK_API int slack_ack_option_groups(slack_ctx_t *ctx, const slack_json_t *groups);

/** Acknowledge with a JSON body. NULL, as slack_jsonf() returns it for a malformed template, is
 * SLACK_ETEMPLATE. */
SLACK_API int slack_ack_json(slack_ctx_t *ctx, const slack_json_t *body);

/**
 * What to answer in the place of a handler that has not acknowledged within options.ack_ms, so that
 * the user sees something better than Slack's error. What the handler says after that goes to the
 * response_url of a command or an action as a message; where there is none, its ack returns
 * SLACK_ELATE. Both are logged with the listener's name. An ack that waits for a job
 * (slack_defer()) which is not stored in time is treated alike: it follows when the job is stored,
 * and is dropped when it cannot be.
 *
 * Without this call: a command is told "Still working on it…", a submitted modal shows the same, a
 * request for options gets none, all else an empty ack.
 *
 * @param kind one that handlers acknowledge.
 * @param body copied. JSON text of an ack of that kind; "" for an empty one; NULL for no ack, so
 *        that Slack shows its error.
 * @return 0; SLACK_EINVAL for another kind; SLACK_EJSON; SLACK_ENOMEM.
 */
SLACK_API int slack_default_ack(slack_app_t *app, enum slack_kind kind, const char *body);

#ifdef __cplusplus
}
#endif
#endif
