/* SPDX-License-Identifier: MIT */
#ifndef SIM_REQUEST_URL_H
#define SIM_REQUEST_URL_H

#include "net/curl.h"
#include "net/http_server.h"
#include "protocol/signature.h"
#include "sim/failure_rate.h"
#include "sim/faults.h"
#include "util/queue.h"

/*
 * The app's request URL: signed requests to it, the url_verification that has to succeed first, and
 * the failure rate above which it gets no more events.
 */

/* A request fails after this time, redirects included. */
#define SIM_REQUEST_URL_MS 3000
/* Slack follows that many redirects (301 and 302). */
#define SIM_REDIRECTS_MAX 2

/* All pointers are borrowed. */
typedef struct sim_request_url_options {
    slack_net_t *net;
    slack_curl_t *curl;
    slack_signer_t *signer;
    sim_faults_t *faults;
    const char *base_url;   /* "http://127.0.0.1:4390" */
    unsigned time_scale;    /* how much faster than Slack's an hour of the failure rate passes */
    unsigned disable_after; /* fewer events an hour never switch the subscriptions off */
    void (*changed)(void *user_data); /* the URL, `verified` or `events_off` */
    void *user_data;
} sim_request_url_options_t;

typedef struct sim_request_url {
    sim_request_url_options_t options;
    char *url; /* NULL: none */
    bool verified;
    bool verifying;
    bool events_off; /* too many events failed; setting the URL switches them on again */
    char challenge[33];
    slack_link_t waits;
    sim_failure_rate_t failure_rate;
} sim_request_url_t;

void sim_request_url_init(sim_request_url_t *url, const sim_request_url_options_t *options);
void sim_request_url_done(sim_request_url_t *url);

/* Set the URL; "" for none. 0; SLACK_EINVAL for a URL that may not be called; SLACK_EBUSY during a
 * url_verification; SLACK_ENOMEM. */
int sim_request_url_set(sim_request_url_t *url, const char *text);

/* Embedded in a struct that waits for the url_verification. */
typedef struct sim_verify_wait {
    slack_link_t link;
    /* `problem`: "" if the app answered with the challenge, else a sentence. */
    void (*fn)(const char *problem, void *user_data);
    void *user_data;
} sim_verify_wait_t;

/* Send a url_verification, or join the one under way. wait->fn is called once, from the loop. 0;
 * SLACK_EINVAL if there is no URL; SLACK_EBUSY; SLACK_ENOMEM. */
int sim_request_url_verify(sim_request_url_t *url, sim_verify_wait_t *wait);

typedef struct sim_post_request {
    const char *content_type;
    const char *body; /* copied */
    size_t body_len;
    unsigned retry_num; /* 0: no redelivery */
    const char *retry_reason;
} sim_post_request_t;

/* Send a signed request, and follow redirects. As slack__curl_send(). */
int sim_request_url_post(sim_request_url_t *url, const sim_post_request_t *post, slack_curl_fn fn,
                         void *user_data);
/* What Slack calls the failure of a request: "http_timeout", "http_error" …; "" for a success. */
const char *sim_request_url_reason(const slack_curl_result_t *result);

/* Count an event. Too many failures switch the subscriptions off. */
void sim_request_url_count(sim_request_url_t *url, bool failed);

/* Takes a request to /redirect/N: the detour to the request URL that a fault causes. */
void sim_request_url_redirect(sim_request_url_t *url, slack_http_request_t *request);

#endif
