/* SPDX-License-Identifier: MIT */
#ifndef SIM_MISSED_MESSAGES_H
#define SIM_MISSED_MESSAGES_H

#include "sim/services.h"

/* Messages of people that no app receives, as while it is away: "message 1", "message 2" … in
 * channels of their own, which the bot is in. */

#define SIM_MISSED_CHANNELS_MAX 200

typedef struct sim_missed {
    unsigned messages; /* from 1 to SIM_MESSAGES_MAX */
    unsigned channels; /* from 1 to SIM_MISSED_CHANNELS_MAX: missed-1, missed-2 … */
    unsigned threads;  /* the percentage of replies, from 0 to 100 */
    const char *text;  /* in place of "message" */
} sim_missed_t;

/* Write them. The seed of the faults decides on channels, people and threads. 0, SLACK_EBUSY if
 * there are too many channels, SLACK_ENOMEM. */
int sim_missed_messages(const sim_services_t *services, const sim_missed_t *missed);

#endif
