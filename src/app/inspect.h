/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_INSPECT_H
#define SLACK_APP_INSPECT_H

#include <slack/slack.h>

#include "identity/authorizer.h"
#include "ops/counters.h"
#include "util/buf.h"
#include "transport/transport.h"
#include "net/loop.h"
#include "store/store.h"
#include "webapi/fetch.h"

/*
 * How the test kit and the tests look into an app and a delivery. The library itself calls none of
 * these functions, and no test reads the structs behind them.
 */

/* ---- a new app; its clock, sender and options, which change before the start ---- */

/* Like slack_app_new(), but no variable and no .env sets an option: options that are not set get
 * their defaults. */
int slack__inspect_app_new(slack_app_t **ret_app, const slack_options_t *options);

/* Recognises uses of a ctx after its end, in every build. */
void slack__inspect_check_lifetimes(slack_app_t *app);
/* The first misuse that no function could return, in words: a use of a ctx after its end, a release
 * without a hold, …; "" if there was none. */
const char *slack__inspect_misuse(const slack_app_t *app);
/* Replaces the clock, which is borrowed. */
void slack__inspect_set_clock(slack_app_t *app, const slack_clock_t *clock);
/* Replaces libcurl as the sender of calls. `sender` is borrowed. */
void slack__inspect_set_sender(slack_app_t *app, const slack_sender_t *sender);
/* The same for requests to other services. */
void slack__inspect_set_fetch_sender(slack_app_t *app, const slack_fetch_sender_t *sender);
void slack__inspect_set_log_level(slack_app_t *app, enum slack_log_level level);
/* The log leaves out no lines: on a clock that stands still, no span ends. */
void slack__inspect_log_all(slack_app_t *app);
/* The resolved options. A test may change them; it allocates a string with slack__strdup(). */
slack_options_t *slack__inspect_options(slack_app_t *app);

const slack_clock_t *slack__inspect_clock(const slack_app_t *app);

/* ---- the parts; NULL before the start and after the stop ---- */

slack_net_t *slack__inspect_net(const slack_app_t *app);
slack_webapi_t *slack__inspect_webapi(const slack_app_t *app);
slack_store_t *slack__inspect_store(const slack_app_t *app);
/* The transport of that name; NULL if the app has no such transport. */
slack_transport_t *slack__inspect_transport(const slack_app_t *app, const char *name);

/* ---- life ---- */

/* "new", "authorizing", "running", "leaving", "draining", "closing" or "stopped". */
const char *slack__inspect_state(const slack_app_t *app);
bool slack__inspect_is(const slack_app_t *app, const char *state);
/* The status that the stop will report. */
int slack__inspect_status(const slack_app_t *app);
/* The reason why the app is not ready, a line of text; NULL if it is ready. */
const char *slack__inspect_unready(const slack_app_t *app);
/* Reads the files again, like slack_app_reload(). */
void slack__inspect_reload(slack_app_t *app);
/* True while auth.test checks the app's own token. */
bool slack__inspect_checks_token(const slack_app_t *app);
/* Open questions to the authorizer, and tenants in the cache. */
void slack__inspect_tenants(const slack_app_t *app, size_t *ret_open, size_t *ret_known);

/* The ways in which deliveries got the tokens of their tenant: SLACK_LOOKUPS figures. */
const uint64_t *slack__inspect_lookups(const slack_app_t *app);

/* ---- counters ---- */

/* Never NULL. */
slack_counters_t *slack__inspect_counters(slack_app_t *app);
/* Appends the text that /metrics serves. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__inspect_metrics_write(slack_app_t *app, slack_buf_t *out);

/* ---- deliveries and the store ---- */

/* Deliveries that have not ended. */
size_t slack__inspect_live(const slack_app_t *app);
/* Attempts of the outbox that have not ended. */
size_t slack__inspect_requests(const slack_app_t *app);
/* Runs slack__queue_look() now. */
void slack__inspect_poll(slack_app_t *app);
/* A claim is in flight. */
bool slack__inspect_claims(const slack_app_t *app);
/* New events queue in the store behind older ones. */
bool slack__inspect_overflows(const slack_app_t *app);
/* The number of operations under way in the store for the rates that processes share. */
unsigned slack__inspect_shares(const slack_app_t *app);
/* A renewal of the lease is in flight, or an operation on the entry of the process, which renews it
 * too. A test may set this to hold both back. */
bool slack__inspect_renews(const slack_app_t *app);
void slack__inspect_set_renewing(slack_app_t *app, bool renewing);
/* Sets whether the app believes that its store is failing. */
void slack__inspect_set_store_failing(slack_app_t *app, bool failing);
/* A handler on a worker runs and does not wait for the loop, or a thread of libuv's does. */
bool slack__inspect_workers_busy(const slack_app_t *app);

/* ---- handlers ---- */

/* The function of slack_on_error(); NULL if there is none. */
slack_error_fn slack__inspect_error_fn(const slack_app_t *app, void **ret_user_data);
slack_delivery_t *slack__inspect_delivery(const slack_ctx_t *ctx);
/* The delivery that an operation of the store ends. */
slack_delivery_t *slack__inspect_ended(slack_store_op_t *op);
/* The id of the delivery's row in the store; 0 if it has none. */
int64_t slack__inspect_row(const slack_ctx_t *ctx);
/* No listener took the delivery, and that was reported. */
bool slack__inspect_unmatched(const slack_ctx_t *ctx);
/* The app's listeners of a kind, as slack__router_names(). */
const char *slack__inspect_listeners(const slack_app_t *app, enum slack_kind kind,
                                     slack_arena_t *arena);
/* The sentence of a delivery's first error. Never NULL. */
const char *slack__inspect_failure(const slack_ctx_t *ctx);
/* Why a delivery has not ended, as slack__ctx_why_open(). */
const char *slack__inspect_open(const slack_ctx_t *ctx, slack_arena_t *arena);
/* The name of a job; NULL for a delivery that is not a job. */
const char *slack__inspect_job(const slack_ctx_t *ctx);
/* Calls of the delivery that are in flight. */
unsigned slack__inspect_calls(const slack_ctx_t *ctx);
/* Makes the listener that runs fail. `reason` is Slack's error, or NULL. */
void slack__inspect_fail_listener(slack_ctx_t *ctx, int status, const char *reason);

#endif
