/* SPDX-License-Identifier: MIT */
#ifndef SIM_REQUEST_URL_H
#define SIM_REQUEST_URL_H

#include "net/curl.h"
#include "net/http_server.h"
#include "util/queue.h"

/*
 * The app's request URL: signed requests to it, and the url_verification that has to succeed first.
 * It is asked when the URL is set, and again before a delivery as long as it did not answer.
 */

typedef struct sim sim_t;

/* A request under way; embedded in whatever waits for it. */
typedef struct sim_verify_wait {
    slack_link_t link;
    /* `problem`: "" when the URL is verified, else what is wrong. */
    void (*fn)(const char *problem, void *user_data);
    void *user_data;
} sim_verify_wait_t;

typedef struct sim_request_url {
    char *url; /* NULL: none */
    bool verified;
    bool verifying;
    bool events_off; /* too many of them failed; setting the URL switches them on */
    char challenge[33];
    slack_link_t waits;
} sim_request_url_t;

void sim_request_url_init(sim_request_url_t *url);
void sim_request_url_done(sim_request_url_t *url);

/* Set it ("" for none). 0; SLACK_EINVAL for a URL that may not be called; SLACK_EBUSY while the one
 * before is being verified; SLACK_ENOMEM. */
int sim_request_url_set(sim_t *sim, const char *url);

/* Ask for url_verification unless it was answered already. wait->fn is called once, from the loop,
 * never before the return. 0; SLACK_EINVAL when no URL is set; SLACK_EBUSY; SLACK_ENOMEM. */
int sim_request_url_verify(sim_t *sim, sim_verify_wait_t *wait);

typedef struct sim_post_request {
    const char *content_type;
    const char *body;
    size_t body_len;
    unsigned retry_num; /* 0: the first attempt */
    const char *retry_reason;
} sim_post_request_t;

/* Slack follows so many redirects (301 and 302). */
#define SIM_REDIRECTS_MAX 2

/* Send a signed request, and follow redirects. As slack__curl_send(). */
int sim_request_url_post(sim_t *sim, const sim_post_request_t *post, slack_curl_fn fn,
                         void *user_data);

/* Takes a request to /redirect/N: one to the request URL that a fault sent a longer way. */
void sim_redirect_request(sim_t *sim, slack_http_request_t *request);

/* What Slack calls the failure of a request: "http_timeout", "http_error" …; "" for a success. */
const char *sim_request_url_reason(const slack_curl_result_t *result);

#endif
