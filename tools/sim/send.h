/* SPDX-License-Identifier: MIT */
#ifndef SIM_SEND_H
#define SIM_SEND_H

#include "sim/sim.h"

/*
 * What a person does: says something, runs a command, clicks, submits. Each becomes one or two
 * deliveries; the request that asked for it is answered when all of them were acknowledged, or not.
 */

typedef struct sim_send sim_send_t;

struct sim_send {
    sim_t *sim;
    slack_http_request_t *request;
    sim_json_builder_t json; /* in the request's arena */
    const slack_json_t *args;
    const sim_user_t *user;
    const sim_channel_t *channel;
    char problem[SIM_PROBLEM_SIZE]; /* why it cannot be done */

    uint64_t entry;               /* its place in the transcript; 0: none */
    char view_id[SIM_ID_SIZE];    /* the view that it is about */
    char message_ts[SIM_TS_SIZE]; /* the message that it made */
    const sim_step_t *step;       /* the workflow's step that it came out of; NULL for none */
    /* What an acknowledgement means for the entry: its outcome, never NULL. */
    const char *(*outcome)(sim_send_t *send, const slack_json_t *body);

    unsigned waiting; /* deliveries under way */
    bool watched;     /* the person is told when they fail; not so for events */
    bool acked;
    const char *wire;
    char error[SIM_PROBLEM_SIZE];
    uint64_t took_ms;
};

/* Do what `args` (an object with `kind`) ask for, and answer the request. */
void sim_send_start(sim_t *sim, slack_http_request_t *request, const slack_json_t *args);

/* The outcomes of those acknowledgements that may say something; the world changes with them. */
const char *sim_outcome_command(sim_send_t *send, const slack_json_t *body);
const char *sim_outcome_submission(sim_send_t *send, const slack_json_t *body);
const char *sim_outcome_options(sim_send_t *send, const slack_json_t *body);

#endif
