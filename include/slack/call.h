/* SPDX-License-Identifier: MIT */
#ifndef SLACK_CALL_H
#define SLACK_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "json.h"
#include "request.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file call.h  Calls to the Web API, messages and responses.
 *
 * Calls are form-encoded, because every method accepts that. Nested values are sent as JSON text.
 * https://docs.slack.dev/apis/web-api
 *
 * The library sends a call SLACK_CALL_TRIES times at most, again in four cases:
 *
 * - Slack answers 429. The call waits for the time in Retry-After, but no longer than an hour;
 *   without a usable Retry-After it waits for 1, 2, 4 and 8 seconds.
 * - Slack has certainly not processed the call: the connection failed before any byte of the call
 *   was sent, or Slack refused the HTTP/2 stream. The call waits for a moment.
 * - The answer was lost (the connection broke, time ran out, HTTP 5xx), and a second call does no
 *   harm: the comment of the method in slack/api/ says that it changes nothing, or nothing more. A
 *   call with a `hash` is not one of these, since it succeeds only once, and one with
 *   `reply_broadcast`, since it posts in the channel.
 *
 * - Slack refused the token (token_expired, token_revoked, invalid_auth, account_inactive and
 *   similar errors), and the app has another one for the tenant by now: its authorizer is asked
 *   again (authorize.h), or the file of SLACK_BOT_TOKEN has changed. Slack has not acted on the
 *   call, so this holds for every method, once for each call.
 *
 * One try takes 30 seconds at most.
 *
 * After any other failure the call is not sent again, because Slack may have acted on it.
 * slack_client_repeat() makes a client send all calls again whose answer was lost.
 * docs/examples/program.c is an example of calls outside a delivery.
 */

/** The limit of an answer, in MiB of text. A larger one is SLACK_ETOOBIG. */
#define SLACK_ANSWER_MIB 16
/** The limit of the memory that an answer takes with its values, in MiB: two to four times its
 * text. All answers that a handler on a worker has at one time share the same limit (worker.h). */
#define SLACK_ANSWERS_MIB 96

/** The number of times that a call is sent, at most. */
#define SLACK_CALL_TRIES 5

/** The response to a call. Borrowed until the callback returns. */
typedef struct slack_response slack_response_t;

/**
 * Receives the response to a call. It runs on the loop, exactly once, and never before the function
 * that made the call has returned. It may call any function of the API.
 *
 * @param response borrowed until the return.
 */
typedef void (*slack_call_fn)(const slack_response_t *response, void *user_data);

/**
 * Read the result of a call. The readers of responses may be called on any thread while the
 * response lives.
 *
 * @return 0 if Slack answered `ok: true`, or if its error says that the state is already as the
 * call wants it (docs/guarantees.md has a list). SLACK_EAPI if it answered `ok: false`; then
 *         slack_response_error() is Slack's error. SLACK_ECONFLICT for Slack's "hash_conflict":
 *         someone else has changed the view. SLACK_ESPENT for a response_url that is used up or
 *         expired, however Slack words it. SLACK_ECLOSED if the connection was lost: Slack may or
 *         may not have acted. SLACK_EPROTO if the answer is not HTTP, or not Slack's JSON.
 *         SLACK_ECONNECT, SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_EHTTP, SLACK_ETOOBIG,
 *         SLACK_ECANCELED, SLACK_ENOMEM. If Slack refused the token, and the lookup of another one
 *         failed: the error of the lookup, as a later call may succeed.
 */
SLACK_API int slack_response_status(const slack_response_t *response);

/** Read the error of a call.
 * @return Slack's `error` ("channel_not_found"), or a short sentence for any other failure. If the
 *         call succeeded: "", or the error that says that the state was already as the call wants
 *         it ("already_reacted"). */
SLACK_API const char *slack_response_error(const slack_response_t *response);

/** Read the whole answer.
 * @return the answer; NULL if none arrived. */
SLACK_API const slack_json_t *slack_response_json(const slack_response_t *response);

/** Read a string of the answer.
 * @return the string at the JSON pointer `path`; "" if there is none. */
SLACK_API const char *slack_response_str(const slack_response_t *response, const char *path);

/** Read the timestamp of the message that the call posted or changed.
 * @return `ts`, or `message_ts` for an ephemeral message, as Slack wrote it; "" if there is
 *         none. */
SLACK_API const char *slack_response_ts(const slack_response_t *response);

/** Read the channel of that message. It differs from the channel in the arguments if those named a
 * user.
 * @return the channel's id; "" if there is none. */
SLACK_API const char *slack_response_channel(const slack_response_t *response);

/** Read the HTTP status.
 * @return the status; 0 if no answer arrived. */
SLACK_API int slack_response_http_status(const slack_response_t *response);

/** Read the cursor of the next page of a list.
 * @return `response_metadata.next_cursor`, or the `next_cursor` of methods that have it at the top;
 *         "" on the last page. pages.h reads whole lists. */
SLACK_API const char *slack_response_next_cursor(const slack_response_t *response);

/**
 * Call a Web API method.
 *
 *     slack_call(client, slack_users_info(.user = id), fn, data);
 *
 * @param client slack_app_client(), slack_client_new(), slack_ctx_client() or
 *        slack_ctx_user_client(). NULL is SLACK_EINVAL.
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param fn Optional. Receives the response. Without it, a call on a client of a delivery keeps the
 *        delivery open, and a failure of the call fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return 0: `fn` will run exactly once. With any other code it will not run: SLACK_EINVAL if
 *         Slack would refuse the arguments for their form (a required one is missing, a message is
 *         empty), for a method with illegal characters, or if the arguments are no object; the
 *         code of a failed value among them; SLACK_EALREADY if the client's delivery has ended;
 *         SLACK_EAUTH if the method needs a token and the client has none, or one that cannot be
 *         sent; SLACK_EBUSY if
 *         slack_options_t.max_calls are under way, or take all of SLACK_CALLS_MIB; SLACK_ETOOBIG;
 *         SLACK_ECANCELED if the app does not run, or stops; SLACK_ETHREAD on another thread than
 *         the loop's; SLACK_ENOMEM. The log has the cause.
 */
SLACK_API int slack_call(slack_client_t *client, slack_request_t request, slack_call_fn fn,
                         void *user_data);

/**
 * Call a Web API method by its name, with arguments from a template. The rules of the template are
 * those of slack_jsonf(); it needs no ctx.
 *
 *     slack_callf(client, "conversations.list", fn, data, "{limit: %d, cursor: %s}", 200, cursor);
 *
 * @param args_template borrowed until the return.
 * @return as slack_call(); SLACK_ETEMPLATE for a malformed template.
 */
SLACK_API int slack_callf(slack_client_t *client, const char *method, slack_call_fn fn,
                          void *user_data, const char *args_template, ...) SLACK_PRINTF(5, 6);

#ifdef __GNUC__ /* as slack_jsonf() */
#define slack_callf(...) (__extension__ slack_callf(__VA_ARGS__))
#endif

/** Let a client send calls that act, such as chat.postMessage, again too if their answer was lost.
 * Slack may then act twice. Calls under way and other clients do not change. With
 * slack_ctx_client() or slack_ctx_user_client() it applies to that delivery only. On the loop's
 * thread; NULL is allowed. */
SLACK_API void slack_client_repeat(slack_client_t *client, bool repeat);

/**
 * Receives the response to a call of a delivery. On the loop, it runs after the function that made
 * the call has returned; on a worker, before. It may call any function that its thread may call.
 *
 * @param response borrowed until the return.
 * @return 0, or a negative error, which fails the delivery. A failed call does not fail the
 *         delivery by itself; `return slack_response_status(response);` does that.
 */
typedef int (*slack_then_fn)(slack_ctx_t *ctx, const slack_response_t *response, void *user_data);

/**
 * Call a Web API method for a delivery, and continue in `fn` when Slack has answered. The delivery
 * stays open until `fn` has returned, so `fn` may use its ctx, and make the next call. A worker
 * waits for the answer, and runs `fn` before this function returns.
 *
 *     static int greet(slack_ctx_t *ctx, const slack_response_t *response, void *user_data) {
 *         const int rc = slack_response_status(response);
 *         return rc ? rc : slack_say(ctx, "Hello %s", slack_response_str(response, "/user/name"));
 *     }
 *
 *     slack_call_then(ctx, slack_users_info(.user = slack_ctx_user(ctx)), greet, NULL);
 *
 * @param request the method and its arguments (request.h), borrowed until the return.
 * @param fn Optional. Without it, a failure of the call fails the delivery.
 * @param user_data borrowed until `fn` returns.
 * @return on the loop: 0 when the call is on its way, and `fn` will run exactly once. With any
 *         other code it will not run: SLACK_EALREADY if the delivery has ended; else as
 *         slack_call(). On a worker: what `fn` returned, or the result of the call without `fn`;
 *         if the call could not be made, `fn` does not run, and the code says why.
 */
SLACK_API int slack_call_then(slack_ctx_t *ctx, slack_request_t request, slack_then_fn fn,
                              void *user_data);

/** slack_call_then() with the name of a method, and a template of its arguments as for
 * slack_callf().
 * @return as slack_call_then(); SLACK_ETEMPLATE for a malformed template. */
SLACK_API int slack_call_thenf(slack_ctx_t *ctx, const char *method, slack_then_fn fn,
                               void *user_data, const char *args_template, ...) SLACK_PRINTF(5, 6);

#ifdef __GNUC__ /* as slack_jsonf() */
#define slack_call_thenf(...) (__extension__ slack_call_thenf(__VA_ARGS__))
#endif

/**
 * Post a text in the delivery's channel, and in its thread if it is in one. Calls chat.postMessage.
 * Calls of one delivery to one channel reach Slack in the order in which they were made. This
 * function and the three below may also be called on a worker that runs the delivery's handler.
 *
 * @param format the text, with printf conversions.
 *
 * @return on the loop: 0 when the call is on its way; the delivery stays open until Slack answers,
 *         and a failure of the call fails the delivery. On a worker: the result of the call, as
 *         slack_response_status(). SLACK_EINVAL if the delivery has no channel, if the format is
 *         malformed ("100%"), if the message has no text, blocks or attachments, or if a JSON
 *         argument is NULL; the error of a failed value; else as slack_call().
 */
SLACK_API int slack_say(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Post a message. Calls chat.postMessage; if `message` names no channel, the delivery's channel
 * and thread are filled in. Returns as slack_say(). */
SLACK_API int slack_say_json(slack_ctx_t *ctx, const slack_json_t *message);

/**
 * Post a text, which only the user sees, through the delivery's response_url. Slack accepts 5
 * responses within 30 minutes
 * (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
 *
 * @param format the text, with printf conversions.
 * @return as slack_say(); SLACK_ESPENT for the sixth response of a delivery, and 30 minutes after
 *         the delivery arrived; SLACK_EINVAL if the text is empty, if the delivery has no
 *         response_url, or if its host is neither Slack's nor that of slack_options_t.api_url.
 */
SLACK_API int slack_respond(slack_ctx_t *ctx, const char *format, ...) SLACK_PRINTF(2, 3);

/** Post a message through the delivery's response_url. If the delivery's message is in a thread,
 * the response is posted there, unless it names a thread_ts or replaces or deletes the original.
 * Only the user sees it unless it has `response_type: in_channel`. `replace_original: true`
 * replaces the message that the delivery came from, `delete_original: true` deletes it. Returns as
 * slack_respond(). */
SLACK_API int slack_respond_json(slack_ctx_t *ctx, const slack_json_t *message);

#ifdef __cplusplus
}
#endif
#endif
