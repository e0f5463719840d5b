/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ATTEMPT_LIMIT_H
#define SLACK_OAUTH_ATTEMPT_LIMIT_H

#include "net/loop.h"
#include "util/str.h"

/*
 * Limits how many codes are exchanged in a minute, by the network that they come from and in all:
 * each costs a call to Slack and an entry of the store, and anyone can make a state that is good.
 * No I/O and no clock.
 */
#define SLACK_ATTEMPTS_PER_NETWORK 20
#define SLACK_ATTEMPTS_IN_ALL      300
#define SLACK_ATTEMPT_NETWORKS     64

typedef struct slack_attempt_count {
    char network[SLACK_NETWORK_SIZE];
    uint64_t since_ms; /* when its minute began */
    unsigned taken;    /* 0: not used */
} slack_attempt_count_t;

typedef struct slack_attempt_limit {
    slack_attempt_count_t all;
    /* If there are too many, the one whose minute began first is forgotten. */
    slack_attempt_count_t networks[SLACK_ATTEMPT_NETWORKS];
} slack_attempt_limit_t;

/* Takes an attempt. 0; else it is one too many, and the next one is possible in so many seconds. */
unsigned slack__attempt_limit_take(slack_attempt_limit_t *limit, slack_slice_t address,
                                   uint64_t now_ms);

#endif
