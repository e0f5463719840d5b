/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_WEBAPI_H
#define SLACK_WEBAPI_WEBAPI_H

#include <slack/call.h>

#include "net/curl.h"
#include "util/arena.h"

/*
 * Calling Slack: arguments are encoded, limits kept, what can safely be repeated is repeated,
 * answers read. Knows nothing of deliveries: whoever makes a client may watch its calls.
 */
typedef struct slack_webapi slack_webapi_t;

/* How requests leave: libcurl, or what a test puts in its place. Both functions have the contracts
 * of slack__curl_send() and slack__curl_close(). */
typedef struct slack_sender {
    int (*send)(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                void *user_data);
    void (*close)(void *sender, void (*fn)(void *user_data), void *user_data);
    void *sender;
} slack_sender_t;

typedef struct slack_webapi_options {
    const char *api_url;  /* Required, copied; ends in '/'. */
    const char *ca_file;  /* Optional, copied. */
    slack_proxy_t *proxy; /* Optional, referenced. */
    unsigned concurrency; /* calls under way, the waiting ones included */
    unsigned timeout_ms;  /* one attempt */
    /* Optional. Told of the end of every call, for whoever counts, and for whom a token belongs to.
     * `method` is "response_url" for a message to one; `owner` is the client's. */
    void (*called)(const char *method, const slack_response_t *response, uint64_t owner,
                   void *user_data);
    void *user_data;
    const slack_sender_t *sender; /* Optional, copied. Default: libcurl. */
    /* Optional. Puts something of its own between, which is told of each request and result. */
    void (*wrap)(slack_sender_t *sender, void *user_data);
    void *wrap_data;
} slack_webapi_options_t;

int slack__webapi_new(slack_webapi_t **ret, slack_net_t *net,
                      const slack_webapi_options_t *options);
/* Every pending call is told SLACK_ECANCELED, then `fn` is called and all is freed. */
void slack__webapi_close(slack_webapi_t *webapi, void (*fn)(void *user_data), void *user_data);

/* How many calls are not answered yet; and how many more it takes now. */
size_t slack__webapi_under_way(const slack_webapi_t *webapi);
size_t slack__webapi_room(const slack_webapi_t *webapi);

/*
 * A client is a token on a webapi, and, where a delivery's handlers use it, the delivery that waits
 * for the calls nobody else takes the answer of.
 */
struct slack_client {
    slack_webapi_t *webapi;
    const char *token; /* borrowed; "" for calls without one; NULL: there is none, SLACK_EAUTH */
    uint64_t owner;    /* what `called` is told whose token it is; 0: nobody's */
    /* The workspace that calls of an organization's token are about, where a method asks for one
     * and the arguments name none. Borrowed; NULL or "": none. */
    const char *team_id;
    /* What calls without a callback are told to; NULL: their answers are dropped. `begin` is called
     * when such a call was accepted, `end` exactly once after it. */
    void (*begin)(struct slack_client *client);
    void (*end)(struct slack_client *client, const slack_response_t *response);
    uint64_t tag; /* of each request; see curl.h */
    bool once;    /* every call is sent a single time: whoever makes it has waits of its own */
};

/* slack_call() with everything spelled out. `args` NULL is an empty object here. */
int slack__webapi_call(slack_client_t *client, const char *method, const slack_json_t *args,
                       slack_call_fn fn, void *user_data);

/* POST JSON to a response URL: no token, any 2xx is success. Same callbacks and same waiting as a
 * call. SLACK_EINVAL unless the URL is https on slack.com, slack-gov.com or a host below one of
 * them, or has the origin of the configured API. */
int slack__webapi_respond(slack_client_t *client, const char *response_url,
                          const slack_json_t *message, slack_call_fn fn, void *user_data);

bool slack__response_unsent(const slack_response_t *response); /* Slack never saw the call */
int64_t slack__response_retry_after_s(const slack_response_t *response); /* -1: none */

#endif
