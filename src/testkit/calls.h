/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_CALLS_H
#define SLACK_TESTKIT_CALLS_H

#include "testkit/runner.h"
#include "webapi/fetch.h"

/*
 * The sender in place of libcurl. It reads each request back into its arguments, and asks for an
 * answer. It gives the answer when the answer's time on the kit's clock has come and the app is
 * idle. So a delivery that is not held ends before the answers to its calls, as can happen with
 * Slack.
 */

/* The answer to a call. */
typedef struct kit_answer {
    int status;               /* of the transfer: 0 if there is an HTTP answer */
    bool unsent;              /* the call was never sent */
    int http_status;          /* 0 stands for 200 */
    int64_t retry_after_s;    /* -1: not in the answer */
    const slack_json_t *body; /* NULL: no body, or `text` */
    const char *text;         /* a body that need not be JSON; NULL: none */
    const char *headers;      /* of a fetch: lines; NULL: none */
    bool of_fetch;            /* set by calls.c */
    unsigned after_ms;
    bool *taken; /* Optional: set once the answer is on its way */
} kit_answer_t;

typedef struct kit_call {
    struct kit_call *next;
    const char *method; /* "response_url" or "webhook" for a message to one; "fetch" */
    const slack_json_t *args;
    uint64_t delivery; /* the number of the delivery that made it, from 1; 0: no delivery did */
    uint64_t at_us;
    unsigned order;
    bool fetch;        /* to another service: no recording has it */
    bool checks_token; /* auth.test by the app itself, which no test has to expect */
} kit_call_t;

typedef struct kit_calls_events {
    /* Answer a call. `ret` is set to HTTP 200 without a body or a delay. 0; or an error, with which
     * the call fails without being sent. */
    int (*answer)(void *user_data, const kit_call_t *call, kit_answer_t *ret);
} kit_calls_events_t;

typedef struct kit_calls {
    kit_base_t *base;
    kit_runner_t *runner;
    const kit_calls_events_t *events;
    void *user_data;
    slack_sender_t sender;
    slack_fetch_sender_t fetch_sender;
    kit_call_t *first, **tail; /* without those that check the token */
    size_t count;
    const char *last_ts;    /* the `ts` of the newest answer that has one; "" before */
    slack_link_t transfers; /* transfer->link: calls whose answer is not due yet */
    slack_link_t due;       /* transfer->link: calls whose answer comes when the app is idle */
    slack_link_t bytes;     /* file_bytes.c: of uploads and downloads under way */
    const struct kit_file *files;
    /* The app closes its fetches first, then its calls. */
    struct kit_closing {
        slack_task_t task;
        bool begun;
        void (*closed)(void *user_data);
        void *closed_data;
    } calls_closing, fetches_closing;
} kit_calls_t;

/* The app uses `calls->sender` as long as `calls` is valid. */
void slack__calls_init(kit_calls_t *calls, kit_base_t *base, kit_runner_t *runner);
/* Set the functions that answer calls from now on. */
void slack__calls_listen(kit_calls_t *calls, const kit_calls_events_t *events, void *user_data);

/* file_bytes.c: an upload or a download begins; all go on, and true if there are any; all end. */
int slack__kit_bytes_begin(kit_calls_t *calls, const slack_curl_request_t *request,
                           slack_curl_fn fn, void *user_data);
bool slack__kit_bytes_move(kit_calls_t *calls);
void slack__kit_bytes_cancel(kit_calls_t *calls);

/* Whether the arguments of a method are JSON, not a form: those of a message to a URL, and what a
 * fetch sends, {method, url, body}. */
bool slack__calls_are_json(const char *method);

/* What Slack answers to a call of that method that succeeds. 0; SLACK_ENOMEM. */
int slack__calls_default_answer(kit_base_t *base, const kit_call_t *call, const slack_json_t **ret);

#endif
