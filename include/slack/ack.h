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
 * @file ack.h  Acks: the answers that Slack waits for.
 *
 * Slack waits three seconds for the ack of a command or an interaction. Each kind accepts bodies of
 * its own (https://docs.slack.dev/interactivity/handling-user-interaction):
 *
 *     command                          empty, a text, or a message
 *     view submission                  empty (closes the view), errors, update, push, or clear
 *     options                          options or option groups
 *     dialog                           empty, or errors if it was submitted
 *     action of a legacy attachment    empty, a text, or a message that replaces the original
 *     every other interaction          empty
 *
 * The app acknowledges events itself, once they are stored. If a handler returns 0 without an ack
 * and holds nothing, the app sends an empty ack.
 *
 * If a handler fails before its ack, or no listener takes the delivery, the app refuses it, over
 * both transports. The user of a command reads "The app could not do that. Please try again later."
 * The user of anything else sees Slack's own error: at once over HTTP (404), after three seconds
 * over Socket Mode (no ack). A modal stays open. docs/listeners.md has a table of it. If a handler
 * fails after the ack and has not used slack_respond(), the app sends the same text to the
 * response URL of the delivery, if there is one.
 *
 * The functions slack_ack…() may also be called on a worker that runs the delivery's handler. They
 * return:
 *
 * - 0: the ack was sent. If the handler has deferred a job before the ack (slack_defer()), the app
 *   sends the ack when it has stored that job;
 * - SLACK_EALREADY: the delivery has an ack, or has ended;
 * - SLACK_ENOACK: handlers do not acknowledge this kind;
 * - SLACK_EACKBODY: this delivery does not accept that body. Its kind accepts no body, or the body
 *   is wrong: a message without text, blocks and attachments, an unknown response_action, JSON that
 *   is not an object. If the handler returns the error, the log says what is wrong;
 * - SLACK_ETOOBIG: the body is larger than the transport allows. Over Socket Mode the whole frame
 *   must be smaller than 20,480 bytes;
 * - SLACK_ELATE: Slack's deadline is over, and Slack has shown the user an error. The log and
 *   slack_ctx_ack_late_ms() say how late the ack was;
 * - SLACK_ECLOSED: the peer is gone;
 * - SLACK_ECANCELED on a worker when the app stops; SLACK_ENOMEM.
 *
 * After SLACK_EACKBODY and SLACK_ETOOBIG the app has sent nothing, and the handler can send another
 * ack.
 */

/** Send an empty ack. */
SLACK_API int slack_ack(slack_ctx_t *ctx);

/** Acknowledge a command with a text that only the user sees. An empty text is SLACK_EACKBODY.
 * @param format the text, with printf conversions. Pass text from outside the program as an
 *        argument of "%s". */
SLACK_API int slack_ack_text(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/* ---- acks of view submissions ----
 *
 * For any other kind they return SLACK_EACKBODY. For NULL they return SLACK_EINVAL, for a failed
 * value its error. */

/**
 * Keep the modal open and show errors below its inputs. Also for a submitted legacy dialog.
 *
 * @param errors an object whose keys are the block_ids of input blocks, and whose values are texts.
 *        For a dialog the keys are the names of its elements. An object without members is
 *        SLACK_EINVAL, because Slack would show the user an error of its own.
 */
SLACK_API int slack_ack_errors(slack_ctx_t *ctx, const slack_json_t *errors);

/** Replace the submitted view. */
SLACK_API int slack_ack_update(slack_ctx_t *ctx, const slack_json_t *view);

/** Put a view on top of the submitted one. A stack has at most 3 views. */
SLACK_API int slack_ack_push(slack_ctx_t *ctx, const slack_json_t *view);

/** Close all views of the stack. An empty ack closes only the submitted one. */
SLACK_API int slack_ack_clear(slack_ctx_t *ctx);

/* ---- acks of options ----
 *
 * For any other kind they return SLACK_EACKBODY. */

/** Acknowledge with options.
 * @param options an array of at most 100 option objects, empty if nothing matches; more are
 *        SLACK_ETOOBIG. */
SLACK_API int slack_ack_options(slack_ctx_t *ctx, const slack_json_t *options);

/** Acknowledge with groups of options.
 * @param groups an array of at most 100 option groups with at most 100 options each; more groups
 *        are SLACK_ETOOBIG. */
SLACK_API int slack_ack_option_groups(slack_ctx_t *ctx, const slack_json_t *groups);

/** Acknowledge with a JSON body.
 * @param body an object as the table above says; `{}` is an empty ack. For NULL the function
 * returns SLACK_EINVAL, for a failed value its error. */
SLACK_API int slack_ack_json(slack_ctx_t *ctx, const slack_json_t *body);

/**
 * Set the default ack of a kind: the ack that the app sends if the handler has not acknowledged
 * within slack_options_t.ack_ms, so that Slack does not show the user an error. Without this call
 * it is:
 *
 *     command            the text "Still working on it…", for the user only
 *     view submission    a view with the same text
 *     options            no options
 *     all else           empty
 *
 * If the handler acknowledges later, the body goes to the response_url of a command or an action,
 * as a message. For other kinds, and without a response_url, that ack returns SLACK_ELATE. The log
 * names the listener in both cases.
 *
 * An ack after slack_defer() waits until the job is stored. If that takes longer than ack_ms, the
 * app sends the default ack, and the handler's ack is late. When the job is stored, the app treats
 * that ack as described above. If the job cannot be stored, the app drops the ack.
 *
 * @param kind a kind that handlers acknowledge.
 * @param body copied. The JSON text of the ack; "" for an empty ack; NULL for no ack, so that Slack
 *        shows its error.
 * @return 0; SLACK_EINVAL for a kind that handlers do not acknowledge; SLACK_EJSON; SLACK_EACKBODY
 *         for a body that the kind does not accept; SLACK_ENOMEM.
 */
SLACK_API int slack_default_ack(slack_app_t *app, enum slack_kind kind, const char *body);

#ifdef __cplusplus
}
#endif
#endif
