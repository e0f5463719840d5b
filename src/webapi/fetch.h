/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_FETCH_H
#define SLACK_WEBAPI_FETCH_H

#include <slack/fetch.h>

#include "webapi/webapi.h"

/*
 * Requests of the program to other services. It follows redirects by itself, so that each target is
 * judged like the URL of the request, and nothing secret goes along.
 */
typedef struct slack_fetcher slack_fetcher_t;
/* A fetch that is under way; valid until its function is called. */
typedef struct slack_fetching slack_fetching_t;

/* Sends requests, with streamed answers: libcurl, or a test's replacement. */
typedef struct slack_fetch_sender {
    slack_sender_t whole;
    void (*resume_sink)(slack_transfer_t *transfer);
    void (*cancel)(slack_transfer_t *transfer);
} slack_fetch_sender_t;

typedef struct slack_fetcher_options {
    const char *ca_file;                /* Optional, copied. */
    slack_proxy_t *proxy;               /* Optional, referenced. */
    slack_budget_t *budget;             /* Optional, borrowed until the last response is freed. */
    const slack_client_t *clients[2];   /* Optional, borrowed: no body holds their tokens. */
    const slack_fetch_sender_t *sender; /* Optional, copied. Default: libcurl. */
} slack_fetcher_options_t;

int slack__fetcher_new(slack_fetcher_t **ret, slack_net_t *net,
                       const slack_fetcher_options_t *options);
/* Every fetch under way ends with SLACK_ECANCELED, then `fn` is called and all is freed. */
void slack__fetcher_close(slack_fetcher_t *fetcher, void (*fn)(void *user_data), void *user_data);
/* The number of fetches that the program has begun so far, and whose end no delivery gets. */
uint64_t slack__fetcher_unwatched(const slack_fetcher_t *fetcher);

/* The receiver of the response. */
typedef struct slack_fetch_caller {
    slack_call_fn fn; /* NULL: a failure is logged */
    void *user_data;
    uint64_t tag;          /* the number of the delivery; 0: there is none */
    const char *tokens[2]; /* Optional, borrowed until the return: the delivery's */
    bool of_program;       /* no delivery learns of the end */
    /* Optional. Takes a streamed answer in place of the program's function, as it arrives. 0;
     * SLACK_CURL_LATER: nothing more before slack__fetch_resume(); an error ends the fetch. */
    int (*pull)(const slack_response_t *head, const char *data, size_t len, void *user_data);
} slack_fetch_caller_t;

/* Sends a request. 0, and *ret is set, if it is not NULL. Else the error, as slack_fetch(), and
 * *ret_why is static text: the cause, the cure. */
int slack__fetch(slack_fetcher_t *fetcher, const slack_fetch_t *request,
                 const slack_fetch_caller_t *caller, slack_fetching_t **ret, const char **ret_why);
void slack__fetch_resume(slack_fetching_t *fetching);
/* The sentence for a streamed answer that such a result has ended. */
const char *slack__fetch_stream_why(const slack_fetch_t *request, int result, bool of_program);
/* Ends a streamed answer with what the program's function has returned, or the splitter of events.
 * The function is called later. */
void slack__fetch_refuse(slack_fetching_t *fetching, int result, bool of_program);

/* The arena in which a response lies. slack__fetch_keep() gives it to the function that gets the
 * response, which may free it at any time. */
slack_arena_t *slack__fetch_arena(const slack_response_t *response);
void slack__fetch_keep(const slack_response_t *response);

#endif
