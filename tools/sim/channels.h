/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHANNELS_H
#define SIM_CHANNELS_H

#include "sim/users.h"

/* The channels of the workspace and the direct messages with the bot, the same in every run. */

enum sim_channel_kind { SIM_CHANNEL_PUBLIC, SIM_CHANNEL_PRIVATE, SIM_CHANNEL_IM };

typedef struct sim_channel {
    const char *id;
    const char *name; /* "general"; for a direct message the user's name */
    enum sim_channel_kind kind;
    bool bot_is_member;
    const char *user_id; /* for a direct message: the user; else NULL */
} sim_channel_t;

/* Index 0 and up; NULL behind the last one. */
const sim_channel_t *sim_channel_at(size_t index);

/* By id, "name" or "#name"; a user's id or "@name" finds the direct message with that user. */
const sim_channel_t *sim_channel_find(const char *name);
/* The name that Slack gives the channel in a command's payload. */
const char *sim_channel_command_name(const sim_channel_t *channel);
/* "channel", "group" or "im". */
const char *sim_channel_type(const sim_channel_t *channel);

/* A channel as conversations.info shows it. */
const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel);

#endif
