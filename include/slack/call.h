/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CALL_H
#define SLACK_CALL_H

#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file call.h  Saying things to Slack.
 *
 * Calls are form-encoded, the one encoding that every Web API method takes
 * (https://docs.slack.dev/apis/web-api), with nested values as JSON text. A call that Slack answers
 * with 429 is sent again after Retry-After, and one that failed before a byte of it was sent is
 * sent again after a pause, up to SLACK_CALL_TRIES times in all. Nothing else is repeated by
 * itself: a lost answer may belong to a message that was posted.
 */

/** How often a call is sent at most. */
#define SLACK_CALL_TRIES 5

/** The answer to a call. Borrowed until the callback returns. */
typedef struct slack_response slack_response_t;

/**
 * Takes the answer to a call, exactly once, on the loop, never before the submitting function has
 * returned. Any function of the API is legal inside.
 */
typedef void (*slack_call_fn)(const slack_response_t *response, void *user_data);

/** 0 when Slack answered `ok: true`; SLACK_EAPI for `ok: false`, see slack_response_error();
 * SLACK_ECONFLICT for "hash_conflict": somebody else has changed the view meanwhile; SLACK_ESPENT
 * for a response_url that Slack takes nothing by any more;
 * SLACK_ECONNECT, SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_ECLOSED (the connection was lost: Slack may or
 * may not have acted), SLACK_EPROTO, SLACK_EHTTP, SLACK_EJSON, SLACK_ETOOBIG, SLACK_ECANCELED,
 * SLACK_ENOMEM. */
SLACK_API int slack_response_status(const slack_response_t *response);

/** Slack's `error` ("channel_not_found"), or a short sentence for other failures; "" when there was
 * none. */
SLACK_API const char *slack_response_error(const slack_response_t *response);

/** The whole answer; NULL where none arrived. */
SLACK_API const slack_json_t *slack_response_json(const slack_response_t *response);

/** The string at a JSON pointer of the answer; "" where there is none. */
SLACK_API const char *slack_response_str(const slack_response_t *response, const char *path);

/** The timestamp of the message that a call has made or changed, a string as Slack writes it: `ts`,
 * or `message_ts` for an ephemeral one; "" where there is none. */
SLACK_API const char *slack_response_ts(const slack_response_t *response);

/** The id of the channel that it is in: what it was posted to may have been a user's id. */
SLACK_API const char *slack_response_channel(const slack_response_t *response);

/** The HTTP status, 0 where no answer arrived. */
SLACK_API int slack_response_http_status(const slack_response_t *response);

/** `response_metadata.next_cursor`; "" at the end of a list. */
SLACK_API const char *slack_response_next_cursor(const slack_response_t *response);

/**
 * Call any Web API method.
 *
 * @param method "chat.postMessage"
 * @param args an object: strings as they are, numbers and booleans as text, arrays and objects as
 *        JSON text; members that are null are left out. NULL for no arguments is written as
 *        slack_json_t of `{}`, since a NULL here is taken for a failed template: see slack_callf().
 * @param fn Optional. Without it, on a client from slack_ctx_client(), the call holds the delivery
 *        open and its failure fails the delivery.
 * @return 0: `fn` will be called exactly once. SLACK_EINVAL, SLACK_ETEMPLATE (args is NULL),
 *         SLACK_EBUSY (too many under way), SLACK_ECANCELED (stopping), SLACK_ENOMEM: it will not.
 */
SLACK_API int slack_call(slack_client_t *client, const char *method, const slack_json_t *args,
                         slack_call_fn fn, void *user_data);

/** slack_call() with its arguments written in place, by slack_jsonf()'s rules. It needs no ctx:
 *
 *     slack_callf(client, "conversations.list", fn, data, "{limit: %d, cursor: %s}", 200, cursor);
 */
SLACK_API int slack_callf(slack_client_t *client, const char *method, slack_call_fn fn,
                          void *user_data, const char *args_template, ...) SLACK_PRINTF(5, 6);

#ifdef __GNUC__ /* as slack_jsonf() */
#define slack_callf(...) (__extension__ slack_callf(__VA_ARGS__))
#endif

/**
 * Say a text in the delivery's channel (and thread, where it is in one). printf's conversions.
 *
 * @return 0: it is on its way, and the delivery waits for it. SLACK_EINVAL where the delivery names
 *         no channel; else as slack_call().
 */
SLACK_API int slack_say(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Say a whole message: chat.postMessage with the delivery's channel and thread filled in where
 * `message` has none. */
SLACK_API int slack_say_json(slack_ctx_t *ctx, const slack_json_t *message);

/**
 * Answer through the delivery's response_url: at most 5 times in 30 minutes
 * (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses). Only the user
 * sees it unless the message says `response_type: in_channel`; `replace_original: true` puts it in
 * the place of the message that the delivery came from, `delete_original: true` deletes that.
 *
 * @return as slack_say(); SLACK_ESPENT for the sixth of a delivery, and after 30 minutes;
 *         SLACK_EINVAL where the delivery has no response_url, or one that is
 *         neither Slack's nor below the configured API's host.
 */
SLACK_API int slack_respond(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** slack_respond() with a whole message. */
SLACK_API int slack_respond_json(slack_ctx_t *ctx, const slack_json_t *message);

#ifdef __cplusplus
}
#endif
#endif
