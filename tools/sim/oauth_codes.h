/* SPDX-License-Identifier: MIT */
#ifndef SIM_OAUTH_CODES_H
#define SIM_OAUTH_CODES_H

#include "sim/authorize_request.h"
#include "sim/tokens.h"

/*
 * Codes, with which a browser tells the app that a person has allowed what it asked for. A code is
 * good once, for ten minutes (https://docs.slack.dev/authentication/installing-with-oauth). At the
 * limit the oldest code is forgotten. No I/O.
 */

#define SIM_CODES_MAX    256
#define SIM_CODE_SIZE    96
#define SIM_CODE_LIFE_MS 600000

typedef struct sim_code {
    char text[SIM_CODE_SIZE]; /* "": the place is free */
    uint64_t ends_ms;         /* monotonic */
    bool used;
    enum sim_flow flow;
    sim_grantor_t person;
    sim_scope_set_t bot_scopes, user_scopes;
    char redirect_uri[SIM_REDIRECT_URI_SIZE];
    bool redirect_given; /* false: it is the app's first one */
    char challenge[SIM_CHALLENGE_SIZE];
    char nonce[SIM_NONCE_SIZE];
    char channel_id[SIM_ID_SIZE]; /* of the incoming webhook; "" for none */
} sim_code_t;

typedef struct sim_codes {
    const slack_clock_t *clock; /* borrowed */
    uint64_t count;             /* handed out so far */
    sim_code_t ring[SIM_CODES_MAX];
} sim_codes_t;

void sim_codes_init(sim_codes_t *codes, const slack_clock_t *clock);

/* A new code, by which that person allows what is asked for. Borrowed until SIM_CODES_MAX more were
 * handed out. */
sim_code_t *sim_code_new(sim_codes_t *codes, const sim_authorize_request_t *request,
                         const sim_grantor_t *person);

/* By what the app shows that the code is its own. "" for what it does not send. */
typedef struct sim_code_proof {
    enum sim_flow flow; /* of the method */
    const char *redirect_uri;
    const char *verifier;
    bool secret; /* the app has sent its client secret */
    bool pkce;   /* as in sim_oauth_app_t */
} sim_code_proof_t;

/* Use a code. NULL for success, and *ret is borrowed; else Slack's word for the error, and the code
 * is not used up. */
const char *sim_code_use(sim_codes_t *codes, const char *text, const sim_code_proof_t *proof,
                         const sim_code_t **ret);

#endif
