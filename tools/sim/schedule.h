/* SPDX-License-Identifier: MIT */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include "sim/services.h"

/* The bot's scheduled messages. Each is posted when its time has come. */

#define SIM_SCHEDULE_MAX 100

typedef struct sim_scheduled {
    slack_link_t link;
    sim_schedule_t *schedule;
    slack_timer_t timer;
    slack_arena_t *arena; /* of the entry, too */
    char id[SIM_ID_SIZE];
    const sim_channel_t *channel;
    const char *thread_ts;
    const slack_json_t *content;
    int64_t created_s; /* since 1970, as post_at_s */
    int64_t post_at_s;
} sim_scheduled_t;

struct sim_schedule {
    const sim_services_t *services;
    slack_net_t *net;
    unsigned time_scale; /* how much faster than Slack's the time passes */
    slack_link_t list;   /* oldest first */
    size_t count;
};

/* Both are borrowed. */
void sim_schedule_init(sim_schedule_t *schedule, const sim_services_t *services, slack_net_t *net,
                       unsigned time_scale);
void sim_schedule_done(sim_schedule_t *schedule);

/* Schedule a message; the draft is copied. 0; SLACK_EBUSY at SIM_SCHEDULE_MAX; SLACK_ENOMEM. */
int sim_schedule_add(sim_schedule_t *schedule, const sim_message_draft_t *draft, int64_t post_at_s,
                     const sim_scheduled_t **ret);
/* NULL if there is none in that channel. */
sim_scheduled_t *sim_schedule_find(sim_schedule_t *schedule, const sim_channel_t *channel,
                                   const char *id);
void sim_schedule_remove(sim_scheduled_t *scheduled);

#endif
