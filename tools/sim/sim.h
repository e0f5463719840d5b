/* SPDX-License-Identifier: MIT */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "net/curl.h"
#include "net/http_server.h"
#include "protocol/signature.h"
#include "sim/delivery.h"
#include "sim/failure_rate.h"
#include "sim/faults.h"
#include "sim/request_url.h"
#include "sim/socket.h"
#include "sim/workspace.h"

/*
 * A local Slack on one loop: the Web API, Socket Mode, delivery to a request URL, and a control API
 * that drives it.
 *
 *   world, grants, views, steps, transcript   what there is; no I/O
 *   faults, failures                      what goes wrong, and how often it may; no I/O
 *   payloads                              what is sent to apps; no I/O
 *   delivery -> socket, request_url       how it is sent, acknowledged and sent again
 *   webapi, methods_*, hooks              what apps call
 *   control, send, outcome                what people do, from tests and from the command line
 */

#define SIM_DEFAULT_PORT 4390

typedef struct sim_options {
    const char *host;           /* Optional. A loopback address. Default "127.0.0.1". */
    unsigned port;              /* 0: the kernel chooses. */
    const char *request_url;    /* Optional. Where to deliver while no socket is open. */
    const char *signing_secret; /* Optional, as the tokens: fixed ones by default. */
    const char *bot_token;
    const char *app_token;
    unsigned time_scale;    /* Optional. How much faster Slack's retries come. Default 1. */
    unsigned disable_after; /* Optional. Events an hour from which on failures switch the
                               subscriptions off. Default 1000. */
    /* Optional. Told of every entry of the transcript once it is complete. */
    void (*entry)(const sim_entry_t *entry, void *user_data);
    void *user_data;
} sim_options_t;

typedef struct sim {
    slack_net_t *net;
    const slack_clock_t *clock;
    slack_arena_t *arena;  /* of the options' strings */
    sim_options_t options; /* without gaps */
    char base[64];         /* "http://127.0.0.1:4390" */
    slack_http_server_t *server;
    slack_curl_t *curl;
    slack_signer_t *signer;
    uv_timer_t timer;
    uint64_t wake_ms; /* when the timer fires; UINT64_MAX: it does not */

    sim_workspace_t workspace;
    sim_faults_t faults;
    sim_failure_rate_t failures;
    sim_deliveries_t deliveries;
    sim_sockets_t sockets;
    sim_request_url_t request_url;
    slack_link_t polls; /* who waits for the transcript to grow: control.c */
    size_t poll_count;

    bool closing;
    unsigned handles; /* that are still to be closed */
    void (*closed)(void *user_data);
    void *closed_user_data;
} sim_t;

/* Start. `options` are copied. 0; SLACK_EINVAL, SLACK_EIO and SLACK_ENOMEM with a sentence in
 * `error`. */
int sim_open(sim_t **ret, slack_net_t *net, const sim_options_t *options,
             char error[SIM_PROBLEM_SIZE]);
/* End: close every connection, answer who waits, then `fn` (optional) as the last thing. */
void sim_close(sim_t *sim, void (*fn)(void *user_data), void *user_data);
unsigned sim_port(const sim_t *sim);

/* Do what is due by the clock. Called by the timer; by tests after they moved the clock. */
void sim_tick(sim_t *sim);
/* See to it that sim_tick() runs at that time (monotonic) or before. */
void sim_wake_at(sim_t *sim, uint64_t at_ms);
uint64_t sim_now_ms(const sim_t *sim);

/* Answer a request and free it. */
void sim_answer_json(sim_t *sim, slack_http_request_t *request, int status,
                     const slack_json_t *body);
void sim_answer_text(sim_t *sim, slack_http_request_t *request, int status, const char *text);

/* Whether a request's media type is that one, whatever its parameters. */
bool sim_request_is(const slack_http_request_t *request, const char *media_type);

/* Takers of requests, by path. Each of them answers, now or later, and frees the request. */
void sim_webapi_request(sim_t *sim, slack_http_request_t *request);  /* /api/METHOD */
void sim_hook_request(sim_t *sim, slack_http_request_t *request);    /* response URLs */
void sim_control_request(sim_t *sim, slack_http_request_t *request); /* /sim/… */

/* Control API: look whether somebody's wait for the transcript is over. */
void sim_control_tick(sim_t *sim);

#endif
