/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_WEBAPI_H
#define SLACK_WEBAPI_WEBAPI_H

#include <string.h>

#include <slack/call.h>
#include <slack/options.h>

#include "net/curl.h"
#include "util/arena.h"
#include "util/queue.h"
#include "webapi/credential.h"

/*
 * Calls the Web API: encodes arguments, keeps Slack's rate limits, repeats what is safe to repeat,
 * and reads responses. It knows nothing of deliveries; the maker of a client may watch its calls.
 */
typedef struct slack_webapi slack_webapi_t;

/* Sends requests: libcurl, or a test's replacement. The functions have the contracts of
 * slack__curl_send() and slack__curl_close(). */
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
    unsigned concurrency; /* calls sent at once at most */
    unsigned calls_max;   /* calls without an answer; 0: those that are sent at once */
    unsigned timeout_ms;  /* of one try */
    unsigned wait_ms;     /* a call that waits longer fails; 0: it may wait for ever */
    enum slack_pace pace; /* 0: SLACK_PACE_OFF */
    /* Optional, borrowed until the last answer is freed. Counts the memory of calls, and of answers
     * that callbacks keep. */
    slack_budget_t *budget;
    /* Optional. Called at the end of every call, for counters. `method` is slack_post.method for a
     * message to a URL. */
    void (*called)(const char *method, const slack_response_t *response, void *user_data);
    /* Optional. Called at the end of every try: `limited` by Slack, and `again` if another one
     * follows. */
    void (*tried)(const char *method, bool limited, bool again, void *user_data);
    void *user_data;
    unsigned workers; /* threads that wait for calls; 0: no line says that all of them wait */
    const struct slack_block_guard *blocks; /* Optional, borrowed. NULL: no check of blocks. */
    const slack_sender_t *sender;           /* Optional, copied. Default: libcurl. */
    /* Optional. Replaces the sender by one that wraps it, and sees each request and result. */
    void (*wrap)(slack_sender_t *sender, void *user_data);
    void *wrap_data;
} slack_webapi_options_t;

/* Whether calls can be made below a URL: https, or http on loopback, and it ends in '/', without a
 * query and a fragment. */
bool slack__api_url_is_valid(const char *url);
int slack__webapi_new(slack_webapi_t **ret, slack_net_t *net,
                      const slack_webapi_options_t *options);
/* Every call under way ends with SLACK_ECANCELED, then `fn` is called and all is freed. */
void slack__webapi_close(slack_webapi_t *webapi, void (*fn)(void *user_data), void *user_data);

/* Something that makes several calls and requests, such as an upload. */
typedef struct slack_flow {
    slack_link_t link;                         /* the webapi's */
    void (*canceled)(struct slack_flow *flow); /* the webapi closes, and waits for the end */
} slack_flow_t;

#define SLACK_FLOWS_MAX 64

/* Begin a flow; its owner unlinks it and calls slack__webapi_leave() at its end. 0; SLACK_EBUSY;
 * SLACK_ECANCELED. */
int slack__webapi_join(slack_webapi_t *webapi, slack_flow_t *flow,
                       void (*canceled)(slack_flow_t *flow));
/* A flow has ended, whose link is in no list any more. */
void slack__webapi_leave(slack_webapi_t *webapi);
/* Send a request that is no call, by the webapi's sender. */
int slack__webapi_send(slack_webapi_t *webapi, const slack_curl_request_t *request,
                       slack_curl_fn fn, void *user_data);
/* A header of the result of such a request; see slack__curl_header(). */
const char *slack__webapi_header(const slack_webapi_t *webapi, const slack_curl_result_t *result,
                                 const char *name);
/* Whether a URL belongs to Slack: https on slack.com, slack-gov.com or a host below them, or the
 * origin of the configured API. */
bool slack__webapi_owns(const slack_webapi_t *webapi, const char *url);

/* The number of calls under way, and how many more are accepted now. */
size_t slack__webapi_under_way(const slack_webapi_t *webapi);
size_t slack__webapi_waiting(const slack_webapi_t *webapi); /* of them for their turn */
size_t slack__webapi_room(const slack_webapi_t *webapi);
/* The number of calls that the program has begun so far, and whose end no delivery gets. */
uint64_t slack__webapi_unwatched(const slack_webapi_t *webapi);

/* For rates that processes share (cluster/shares.h): the pacer, and the number of calls that were
 * accepted so far. */
struct slack_pacer *slack__webapi_pacer(const slack_webapi_t *webapi);
uint64_t slack__webapi_accepted(const slack_webapi_t *webapi);
/* Ends the calls that have waited for too long, and sends those whose turn it is. */
void slack__webapi_run(slack_webapi_t *webapi);

/*
 * A client is a token on a webapi. If it belongs to a delivery, the delivery waits for the calls
 * that have no callback.
 */
struct slack_client {
    slack_webapi_t *webapi; /* NULL: calls get SLACK_ECANCELED */
    /* Where the webapi will be, for a client that is made earlier and freed later. NULL: use
     * `webapi`. */
    slack_webapi_t *const *home;
    const slack_logger_t *log; /* has a line for each call that could not be made; NULL: no log */
    /* Borrowed. "": the client lacks its token, and calls that take one get SLACK_EAUTH. NULL: it
     * has none on purpose, and only the calls of methods that are known to need one get that. */
    const char *token;
    slack_credential_t *credential; /* Optional. Its token is used in place of `token`. */
    /* Optional, borrowed. The header Authorization of calls that have no token: "Basic …". */
    const char *basic;
    /* The workspace for calls with an organization's token, if the method takes a team_id and the
     * arguments have none. Borrowed; "": the token is of one workspace; NULL: it is not known. */
    const char *team_id;
    /* For calls without a callback: `begin` is called when such a call is accepted, `end` exactly
     * once after it. NULL: the responses are dropped. */
    void (*begin)(struct slack_client *client);
    void (*end)(struct slack_client *client, const slack_response_t *response);
    /* A call of the program could not be made. `why` is borrowed until the return. NULL: `log` has
     * a line for it. */
    void (*refuse)(struct slack_client *client, const char *method, int status, const char *why);
    /* Calls of one `order` to one target (a channel, a response URL, a view, the home tab of a
     * user) are sent one after the other, each when the one before it has ended. NULL: calls go out
     * at once. */
    const void *order;
    /* Optional. Slack counts the client's calls together with those of this token: the bot's in the
     * same workspace, for a user's token or that of a workflow step. Borrowed. */
    const char *workspace;
    uint64_t
        place;    /* the number of the call whose place in the order the next calls take; 0: none */
    bool refused; /* set when a call was not accepted because the webapi had no room */
    uint64_t tag; /* of each request; see curl.h */
    struct slack_streams *streams; /* the app's, for a client without a delivery; NULL: none */
    bool worker;                   /* a worker waits for the next calls */
    unsigned wait_ms; /* a call waits for its turn at most so long; 0: as long as the webapi says */
    bool once;        /* every call is sent once: the caller has a backoff of its own */
    bool repeat;      /* calls that act are sent again too if their answer was lost */
};

/* slack_call(), but `args` may be NULL for an empty object. */
int slack__webapi_call(slack_client_t *client, const char *method, const slack_json_t *args,
                       slack_call_fn fn, void *user_data);

/* Why a call could not begin, and the cure: static text, which no person has to look up. */
const char *slack__webapi_refusal(const slack_client_t *client, const char *method, int status);

/* 0 if the program may use the client in `function`, here and now. SLACK_EALREADY if its delivery
 * has ended; SLACK_ETHREAD. */
int slack__webapi_act(slack_client_t *client, const char *function);
/* The client's token now, borrowed until the loop turns; see slack_client.token. */
static inline const char *slack__client_token(const slack_client_t *client)
{
    if (client->credential == NULL) return client->token;
    const char *token = client->credential->ops->token(client->credential);
    return token ? token : "";
}
/* Makes a copy of a client that outlives it: the strings of the copy lie in the arena, and it holds
 * the credential. 0; SLACK_ENOMEM: nothing is held. */
int slack__client_copy(slack_client_t *ret, const slack_client_t *client, slack_arena_t *arena);
void slack__client_release(slack_client_t *copy); /* one of zeros is allowed */
/* The client's webapi, and its net; NULL: it has none. */
static inline slack_webapi_t *slack__webapi_of(const slack_client_t *client)
{
    return client->home ? *client->home : client->webapi;
}
slack_net_t *slack__webapi_net(const slack_client_t *client);
/* A call of the program cannot be made: the delivery or the log gets the sentence `why`, by default
 * that of the status. Returns `status`. Does nothing for status 0. */
int slack__webapi_refuse(slack_client_t *client, const char *method, int status, const char *why);

/* A message to a URL of Slack's, which is the permission. */
typedef struct slack_post {
    const char *method; /* the name of such URLs: one of these two */
    const char *url;
    const slack_json_t *message;
    bool of_program; /* begun by a public function with a client */
} slack_post_t;
#define SLACK_RESPONSE_URL "response_url"
#define SLACK_WEBHOOK      "webhook"
/* Which of them a URL is, by its path: incoming webhooks are below /services/, those of workflows
 * below /workflows/ and /triggers/. */
static inline const char *slack__post_method(const char *url)
{
    const bool hook =
        strstr(url, "/services/") || strstr(url, "/workflows/") || strstr(url, "/triggers/");
    return hook ? SLACK_WEBHOOK : SLACK_RESPONSE_URL;
}

/* POST JSON to the URL, without a token; any 2xx is success. Callbacks and tries are those of a
 * call that acts, also after slack_client_repeat(). SLACK_EINVAL unless the URL is https on
 * slack.com, slack-gov.com or a host below them, or has the origin of the configured API. */
int slack__webapi_post(slack_client_t *client, const slack_post_t *post, slack_call_fn fn,
                       void *user_data);

/* webhook.c: why a webhook takes no such message, and the cure. NULL: it takes it. */
const char *slack__webhook_fault(const slack_json_t *message);

/* Checks what a program passes for a call, before anything is sent: slack__args_check(), and
 * slack__block_guard() with the client's webapi. Any thread. */
const char *slack__webapi_check(const slack_client_t *client, slack_arena_t *arena,
                                const char *method, const slack_json_t *args);
/* Only the second check, for arguments to which the library adds others. */
const char *slack__webapi_check_blocks(const slack_client_t *client, slack_arena_t *arena,
                                       const char *method, const slack_json_t *args);

/* The number of a response's call, for slack_client.place; only for the callback of the call. */
uint64_t slack__webapi_number(const slack_response_t *response);

/* The arena in which a response lies. Both functions are only for the callback of the call.
 * slack__webapi_keep() gives the arena to the caller, who frees it after the callback has returned.
 * */
slack_arena_t *slack__webapi_arena(const slack_response_t *response);
void slack__webapi_keep(const slack_response_t *response);

/* Whether a URL is https on slack.com, slack-gov.com or a host below them, at https's port. */
bool slack__url_is_slacks(const char *url);

/* The warning of an answer and its first messages in one short line; NULL: it has none. */
const char *slack__response_warnings(const slack_response_t *response, slack_arena_t *arena);
bool slack__response_unsent(const slack_response_t *response); /* Slack has not acted on it */
/* How long Slack asks the caller to wait: -1 if it does not, 0 if it names no time in the future.
 * Never more than an hour. */
int64_t slack__response_retry_after_s(const slack_response_t *response);

#endif
