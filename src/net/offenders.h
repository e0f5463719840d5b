/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_OFFENDERS_H
#define SLACK_NET_OFFENDERS_H

#include "net/loop.h"
#include "util/str.h"

/*
 * The addresses that have sent wrong signatures, and how long a request of each has to wait. The
 * wait grows with every wrong signature, and is never long: Slack's requests may come from the same
 * address, through a tunnel or a NAT. An address is forgotten after a minute without a wrong
 * signature. No I/O and no clock.
 */
#define SLACK_OFFENDERS_MAX     64
#define SLACK_OFFENDER_WAIT_MS  10  /* for each wrong signature, */
#define SLACK_OFFENDER_MOST_MS  500 /* up to this */
#define SLACK_OFFENDER_QUIET_MS 60000

typedef struct slack_offender {
    char address[SLACK_NETWORK_SIZE]; /* as slack__net_network() has it */
    unsigned wait_ms;                 /* 0: not used */
    uint64_t last_ms;                 /* the last wrong signature */
} slack_offender_t;

typedef struct slack_offenders {
    slack_offender_t all[SLACK_OFFENDERS_MAX];
} slack_offenders_t;

/* An address has sent a wrong signature. If there are too many, the one that was quiet longest is
 * forgotten. */
void slack__offenders_note(slack_offenders_t *offenders, slack_slice_t address, uint64_t now_ms);
/* How long a request of an address has to wait; 0 for most. */
unsigned slack__offenders_wait_ms(const slack_offenders_t *offenders, slack_slice_t address,
                                  uint64_t now_ms);

#endif
