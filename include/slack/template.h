/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TEMPLATE_H
#define SLACK_TEMPLATE_H

#include "ack.h"
#include "assistant.h"
#include "call.h"
#include "function.h"
#include "inbox.h"
#include "json.h"
#include "message.h"
#include "view.h"
#include "worker.h"

/**
 * @file template.h  Functions that take a template.
 *
 * Each function of a delivery that takes a JSON value has a form whose name ends in "f". That form
 * takes a template and its arguments in place of the value, always at the end:
 *
 *     slack_say_jsonf(ctx, "{text: %s, thread_ts?: %s}", text, ts)
 *
 * is
 *
 *     slack_say_json(ctx, slack_jsonf(ctx, "{text: %s, thread_ts?: %s}", text, ts))
 *
 * The compiler checks the conversions as for slack_jsonf(), and a malformed template is returned as
 * an error. The forms are macros, which use `ctx` twice. slack_callf() and slack_call_thenf()
 * (call.h) take the name of a method and a template in place of a request, and are functions.
 */

/* ---- messages ---- */

/** slack_say_json() with a template. */
#define slack_say_jsonf(ctx, ...) slack_say_json(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_reply_json() with a template. */
#define slack_reply_jsonf(ctx, ...) slack_reply_json(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_respond_json() with a template. */
#define slack_respond_jsonf(ctx, ...) slack_respond_json(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_say_then() with a template, behind `fn` and `user_data`. */
#define slack_say_thenf(ctx, fn, user_data, ...)                                                   \
    slack_say_then(ctx, slack_jsonf(ctx, __VA_ARGS__), fn, user_data)
/** slack_update_said() with a template. */
#define slack_update_saidf(ctx, ...) slack_update_said(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_update() with a template. */
#define slack_updatef(ctx, ts, ...) slack_update(ctx, ts, slack_jsonf(ctx, __VA_ARGS__))

/* ---- acks ---- */

/** slack_ack_json() with a template. */
#define slack_ack_jsonf(ctx, ...) slack_ack_json(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_ack_errors() with a template. */
#define slack_ack_errorsf(ctx, ...) slack_ack_errors(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_ack_update() with a template. */
#define slack_ack_updatef(ctx, ...) slack_ack_update(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_ack_push() with a template. */
#define slack_ack_pushf(ctx, ...) slack_ack_push(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_ack_options() with a template. */
#define slack_ack_optionsf(ctx, ...) slack_ack_options(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_ack_option_groups() with a template. */
#define slack_ack_option_groupsf(ctx, ...)                                                         \
    slack_ack_option_groups(ctx, slack_jsonf(ctx, __VA_ARGS__))

/* ---- views ---- */

/** slack_view_open() with a template. */
#define slack_view_openf(ctx, ...) slack_view_open(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_view_push() with a template. */
#define slack_view_pushf(ctx, ...) slack_view_push(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_view_update() with a template. */
#define slack_view_updatef(ctx, view_id, hash, ...)                                                \
    slack_view_update(ctx, view_id, hash, slack_jsonf(ctx, __VA_ARGS__))
/** slack_view_publish() with a template. */
#define slack_view_publishf(ctx, user_id, hash, ...)                                               \
    slack_view_publish(ctx, user_id, hash, slack_jsonf(ctx, __VA_ARGS__))

/* ---- others ---- */

/** slack_call_wait() with the name of a method, and a template behind `ret_response`. */
#define slack_call_waitf(ctx, method, ret_response, ...)                                           \
    slack_call_wait(ctx, slack_request(method, slack_jsonf(ctx, __VA_ARGS__)), ret_response)
/** slack_defer() with a template. */
#define slack_deferf(ctx, name, ...) slack_defer(ctx, name, slack_jsonf(ctx, __VA_ARGS__))
/** slack_complete() with a template. */
#define slack_completef(ctx, ...) slack_complete(ctx, slack_jsonf(ctx, __VA_ARGS__))
/** slack_set_prompts() with a template. */
#define slack_set_promptsf(ctx, title, ...)                                                        \
    slack_set_prompts(ctx, title, slack_jsonf(ctx, __VA_ARGS__))
/** slack_json_add() with a template. */
#define slack_json_addf(ctx, list, ...) slack_json_add(ctx, list, slack_jsonf(ctx, __VA_ARGS__))

#endif
