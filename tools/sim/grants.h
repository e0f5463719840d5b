/* SPDX-License-Identifier: MIT */
#ifndef SIM_GRANTS_H
#define SIM_GRANTS_H

#include "sim/world.h"

/*
 * What Slack hands out to be used a few times, soon: trigger ids (once, within 3 s), response URLs
 * (5 times, within 30 min), tickets of Socket Mode (once). Pure. The oldest is forgotten when there
 * are too many.
 */

enum sim_grant_kind { SIM_GRANT_TRIGGER, SIM_GRANT_RESPONSE, SIM_GRANT_TICKET };

#define SIM_GRANTS_MAX     512
#define SIM_GRANT_KEY_SIZE 96

typedef struct sim_grant {
    enum sim_grant_kind kind;
    char key[SIM_GRANT_KEY_SIZE];
    unsigned uses_left;
    uint64_t expires_ms; /* monotonic */
    /* What it was given for. */
    const sim_user_t *user;
    const sim_channel_t *channel;
    char message_ts[SIM_TS_SIZE]; /* of the message whose element was used; else "" */
    char view_id[SIM_ID_SIZE];    /* of the view; else "" */
} sim_grant_t;

typedef struct sim_grants {
    const slack_clock_t *clock;
    uint64_t count; /* given so far */
    sim_grant_t ring[SIM_GRANTS_MAX];
} sim_grants_t;

void sim_grants_init(sim_grants_t *grants, const slack_clock_t *clock);

/* A new one, borrowed until SIM_GRANTS_MAX more were given. The caller fills in what it is for. */
sim_grant_t *sim_grant_new(sim_grants_t *grants, enum sim_grant_kind kind);

enum sim_grant_verdict { SIM_GRANT_GOOD, SIM_GRANT_UNKNOWN, SIM_GRANT_EXPIRED, SIM_GRANT_USED };

/* Use one. SIM_GRANT_GOOD with *ret set, borrowed; else nothing was used. */
enum sim_grant_verdict sim_grant_use(sim_grants_t *grants, enum sim_grant_kind kind,
                                     const char *key, const sim_grant_t **ret);

#endif
