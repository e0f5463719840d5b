/* SPDX-License-Identifier: MIT */
#ifndef SIM_CHANNELS_H
#define SIM_CHANNELS_H

#include "sim/feed.h"
#include "sim/ids.h"
#include "sim/users.h"

/* The channels and direct messages of a workspace. The first ones are the same in every run;
 * apps create others. None is ever removed. No I/O. */

#define SIM_CHANNELS_MAX      (200 + SIM_USERS_MAX)
#define SIM_CHANNEL_NAME_MAX  80 /* Slack's limit */
#define SIM_CHANNEL_NAME_SIZE (SIM_CHANNEL_NAME_MAX + 1)

enum sim_channel_kind {
    SIM_CHANNEL_PUBLIC,
    SIM_CHANNEL_PRIVATE,
    SIM_CHANNEL_IM,  /* a direct message of one person and the bot */
    SIM_CHANNEL_MPIM /* a direct message of several people and the bot */
};

typedef struct sim_channel {
    const sim_team_t *team;
    char id[SIM_ID_SIZE];
    char name[SIM_CHANNEL_NAME_SIZE]; /* "general"; for a direct message the user's name */
    enum sim_channel_kind kind;
    sim_user_set_t members;
    const char *user_id;       /* for SIM_CHANNEL_IM: the user; else NULL */
    const sim_user_t *creator; /* NULL for a direct message */
    int64_t created_s;         /* since 1970 */
} sim_channel_t;

typedef struct sim_channels {
    sim_ids_t *ids;
    const sim_users_t *users;
    const sim_feed_writer_t *feed; /* gets every change */
    size_t count;
    sim_channel_t list[SIM_CHANNELS_MAX];
} sim_channels_t;

/* All are borrowed. */
void sim_channels_init(sim_channels_t *channels, sim_ids_t *ids, const sim_users_t *users,
                       const sim_feed_writer_t *feed);

/* What Slack has against a name: "invalid_name_specials" …; NULL for a good one. */
const char *sim_channel_name_error(const sim_channels_t *channels, const char *name);
/* A new channel or direct message. NULL at SIM_CHANNELS_MAX. */
sim_channel_t *sim_channel_add(sim_channels_t *channels, enum sim_channel_kind kind,
                               const char *name, const sim_user_set_t *members);

/* By id, "name" or "#name"; a user's id or "@name" finds the direct message with that user. */
sim_channel_t *sim_channel_find(sim_channels_t *channels, const char *name);
/* The same, but direct messages with a person are opened at need. */
sim_channel_t *sim_channel_reach(sim_channels_t *channels, const char *name);
/* Add or remove a member. */
void sim_channel_put(const sim_channels_t *channels, sim_channel_t *channel, const sim_user_t *user,
                     bool inside);
bool sim_channel_has(const sim_channel_t *channel, const sim_user_t *user);
bool sim_channel_has_bot(const sim_channel_t *channel);
/* Whether the bot can see the channel. */
bool sim_channel_is_visible(const sim_channel_t *channel);
/* The name that Slack gives the channel in a command's payload. */
const char *sim_channel_command_name(const sim_channel_t *channel);
/* "channel", "group", "im" or "mpim". */
const char *sim_channel_type(const sim_channel_t *channel);

/* A channel as the feed and the state of the page have it. */
const slack_json_t *sim_channel_entry(const sim_channels_t *channels, sim_json_builder_t *json,
                                      const sim_channel_t *channel);
/* A channel as conversations.info shows it. */
const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel);

#endif
