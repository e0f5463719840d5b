/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_CALL_QUEUE_H
#define SLACK_WEBAPI_CALL_QUEUE_H

#include "webapi/call.h"

/*
 * A call is accepted, then it waits (for the calls of its order, for its turn) and is on its way,
 * perhaps several times, and at last its end is reported and it is freed. That happens from a task:
 * the sender's, or `end_task` for calls that end without a response.
 */

/* 0; SLACK_ENOMEM. Either way it can be freed. */
int slack__call_queue_init(slack_webapi_t *webapi, enum slack_pace limits);
void slack__call_queue_free(slack_webapi_t *webapi); /* no call is in it */

/* Whether Slack's last answer came over HTTP/2. Over HTTP/1.1, and before the first answer, fewer
 * calls are on their way: each takes a connection, and one for which none is left would wait in
 * libcurl, even an interactive one behind bulk calls. */
void slack__call_queue_note_http2(slack_webapi_t *webapi, bool http2);

/* Accepts a call, whose end will be reported; `what` is borrowed until the return. With an error,
 * the call is freed: SLACK_EBUSY; SLACK_ENOMEM. */
int slack__call_queue_put(slack_call_t *call, slack_client_t *client,
                          const slack_pace_call_t *what);

/* The webapi closes. The first function ends the calls that wait, and the sender those that are on
 * their way; the second one reports the ends that have not been reported by then. */
void slack__call_queue_cancel(slack_webapi_t *webapi);
void slack__call_queue_flush(slack_webapi_t *webapi);

#endif
