/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_CALL_H
#define SLACK_WEBAPI_CALL_H

#include <string.h>

#include "util/backoff.h"
#include "util/buf.h"
#include "webapi/block_guard.h"
#include "webapi/order.h"
#include "webapi/pace.h"
#include "webapi/response.h"
#include "webapi/webapi.h"

/*
 * A call and the webapi that it belongs to, for the files of this folder. client.c makes calls,
 * call_queue.c sends them, and call.c has what both need: their memory, their response, their end.
 */

/* Calls that are accepted, until they end: call_queue.c. */
typedef struct slack_call_queue {
    slack_pacer_t *pace;
    slack_map_t *orders;
    slack_link_t ended; /* call->link: without a response; for `end_task` */
    slack_task_t end_task;
    slack_timer_t timer; /* for the next call that waits */
    uint64_t last_number;
    unsigned workers, workers_waiting; /* of the app, and for calls that have not been sent */
    slack_timer_t stall;               /* all of them wait */
    const char *stalled;               /* the method for which the last one of them waits */
} slack_call_queue_t;

struct slack_webapi {
    slack_net_t *net;
    slack_sender_t sender;
    slack_curl_t *curl; /* the sender; NULL: another one sends */
    char *api_url;
    unsigned concurrency, calls_max;
    unsigned timeout_ms, wait_ms;
    slack_budget_t *budget;
    const slack_block_guard_t *blocks;
    void (*called)(const char *method, const slack_response_t *response, void *user_data);
    void (*tried)(const char *method, bool limited, bool again, void *user_data);
    void *user_data;
    unsigned count; /* calls accepted, whose end is not reported */
    uint64_t unwatched;
    char no_room[112]; /* the sentence of a call beyond calls_max */
    unsigned dropped;  /* calls that the close has ended, and whose end nobody gets */
    slack_call_queue_t queue;
    slack_link_t flows;
    unsigned flow_count;
    unsigned char *noted; /* which lines about a method, and about all unknown ones, the log has */
    bool closing;
    void (*close_fn)(void *user_data);
    void *close_data;
};

typedef struct slack_call_request {
    const char *url;
    const char *headers[3];
    slack_buf_t body;
    size_t counted; /* in the budget: the body, and the sender's copy of it */
} slack_call_request_t;

/* When a call is sent. */
typedef struct slack_call_pace {
    slack_paced_t paced; /* its number is the call's */
    slack_ordered_t ordered;
    bool behind; /* it waits for another one of its order, and not yet for its turn */
    uint64_t accepted_ms;
    uint64_t since_ms;  /* it waits */
    uint64_t waited_ms; /* before that */
    unsigned tries;
    slack_backoff_t backoff;
} slack_call_pace_t;

/* Lies in its arena, with all that belongs to it. */
typedef struct slack_call {
    slack_link_t link; /* in queue.ended */
    slack_webapi_t *webapi;
    slack_arena_t *arena;
    const char *method; /* or slack_post.method */
    slack_call_request_t request;
    bool to_url; /* a message to a URL of its own */
    bool worker; /* one waits for the end of the call */
    bool once;
    bool bounded;    /* its client waits less than the webapi */
    bool repeatable; /* a second try does no harm if Slack has made the first one */
    bool kept;       /* the receiver of the response has taken the arena */
    bool of_program; /* begun by slack_call() or slack_callf() */
    bool unheld;     /* of a delivery that does not wait for it */
    uint64_t tag;
    slack_call_fn fn;
    void *user_data;
    slack_client_t *client;         /* its `end` takes the response; NULL: no client's */
    slack_credential_t *credential; /* held: its token is in the headers; NULL: none */
    slack_renewal_t renewal;        /* linked while the call waits for another token */
    bool renewed;                   /* it was sent with another token already */
    size_t users;                   /* how many the call names in its argument "users" */
    slack_call_pace_t pace;
    slack_response_t response;
} slack_call_t;

static inline uint64_t slack__webapi_now_ms(const slack_webapi_t *webapi)
{
    return slack__mono_ms(slack__net_clock(webapi->net));
}

/* Whether the webapi accepts another call. */
static inline bool slack__webapi_has_room(const slack_webapi_t *webapi)
{
    return webapi->count < webapi->calls_max;
}

/* A call without a request. 0; SLACK_ECANCELED; SLACK_EBUSY; SLACK_ENOMEM. */
int slack__call_new(slack_call_t **ret, slack_client_t *client, slack_call_fn fn, void *user_data);
void slack__call_free(slack_call_t *call);
/* Sets the token of a call. SLACK_ENOMEM: the call keeps the token that it has. */
int slack__call_set_token(slack_call_t *call, const char *token);
/* Gives a call the token that has replaced its own. False: there is no other, or no memory. */
bool slack__call_change_token(slack_call_t *call);
/* Counts the memory of a call. False: there is no room. */
bool slack__call_take_memory(slack_call_t *call);
/* Reads the result of a try, if there is room for the answer and its values. */
void slack__call_read_result(slack_call_t *call, const slack_curl_result_t *result);
/* A line for the log about the result of the last try, and others for what Slack warns of. */
void slack__call_log(const slack_call_t *call, const slack_curl_result_t *result);
/* Reports the end of a call, which is freed later. The callee may close the webapi. */
void slack__call_report(slack_call_t *call);

static inline bool slack__call_is_webhook(const slack_call_t *call)
{
    return strcmp(call->method, SLACK_WEBHOOK) == 0;
}

#endif
