/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/json_builder.h"
#include "util/clock.h"
#include "util/queue.h"

/*
 * The workspace: its people, channels and messages. No I/O, no transport; time comes from a clock.
 * People and channels are the same in every run, with the same ids. What an app tells duplicates by
 * (event ids, timestamps, triggers) is different in every run: an app may well outlive the
 * simulator.
 */

#define SIM_TEAM_ID     "T0SIM00001"
#define SIM_TEAM_DOMAIN "simulated"
#define SIM_TEAM_NAME   "Simulated Workspace"
#define SIM_APP_ID      "A0SIM00001"
#define SIM_BOT_ID      "B0BOT00001"

/* The most messages that are remembered; the oldest are forgotten first. */
#define SIM_MESSAGES_MAX 2000
/* Room for an id, and for a timestamp. */
#define SIM_ID_SIZE 32
#define SIM_TS_SIZE 32

typedef struct sim_user {
    const char *id;
    const char *name;
    const char *real_name;
    bool bot;
} sim_user_t;

enum sim_channel_kind { SIM_CHANNEL_PUBLIC, SIM_CHANNEL_PRIVATE, SIM_CHANNEL_IM };

typedef struct sim_channel {
    const char *id;
    const char *name; /* "general"; of a direct message the user's name */
    enum sim_channel_kind kind;
    bool bot_is_member;
    const char *user_id; /* whose direct message with the bot it is; else NULL */
} sim_channel_t;

typedef struct sim_message {
    slack_link_t link;
    slack_arena_t *arena;     /* of the body */
    const slack_json_t *body; /* as the Web API and events show it */
    const sim_channel_t *channel;
    const sim_user_t *author;
    const sim_user_t *only_for; /* of an ephemeral message: who sees it; else NULL */
    char ts[SIM_TS_SIZE];
    char thread_ts[SIM_TS_SIZE]; /* of the message that it replies to; "" outside of threads */
    char step_id[SIM_ID_SIZE];   /* of the workflow's step that said it; "" for none */
} sim_message_t;

typedef struct sim_world {
    const slack_clock_t *clock;
    slack_link_t messages; /* oldest first */
    size_t message_count;
    int64_t last_ts_us;
    char run[16]; /* differs between runs */
    uint64_t last_id;
} sim_world_t;

void sim_world_init(sim_world_t *world, const slack_clock_t *clock); /* borrowed */
void sim_world_done(sim_world_t *world);

/* People and channels, in a fixed order; NULL past the last one. */
const sim_user_t *sim_user_at(size_t index);
const sim_channel_t *sim_channel_at(size_t index);

const sim_user_t *sim_user_by_id(const char *id);
/* By id, "name" or "@name". NULL: nobody. */
const sim_user_t *sim_user_find(const char *name);
const sim_user_t *sim_user_bot(void);
/* By id, "name" or "#name"; a user's id or "@name" stands for the direct message with the bot. */
const sim_channel_t *sim_channel_find(const char *name);
/* The name that Slack gives a channel in a command. */
const char *sim_channel_command_name(const sim_channel_t *channel);
/* "channel", "group" or "im". */
const char *sim_channel_type(const sim_channel_t *channel);

/* A timestamp, "seconds.micros": no two are the same, and each is later than the one before. */
void sim_world_ts(sim_world_t *world, char ts[SIM_TS_SIZE]);
/* An id that was never given before: the prefix and digits. */
void sim_world_id(sim_world_t *world, const char *prefix, char id[SIM_ID_SIZE]);

typedef struct sim_message_draft {
    const sim_channel_t *channel;
    const sim_user_t *author;
    const sim_user_t *only_for;  /* NULL: everybody */
    const char *thread_ts;       /* NULL or "": not in a thread. Of a reply: its own thread. */
    const slack_json_t *content; /* text, blocks …: copied; type, user, team and ts are added */
    const char *step_id;         /* NULL or "": no step of a workflow says it */
} sim_message_draft_t;

/* Remember a message. 0, SLACK_ENOMEM. */
int sim_message_add(sim_world_t *world, const sim_message_draft_t *draft, sim_message_t **ret);
/* Give it another content; what identifies it stays. 0, SLACK_ENOMEM. */
int sim_message_edit(sim_world_t *world, sim_message_t *message, const slack_json_t *content);
void sim_message_remove(sim_world_t *world, sim_message_t *message);

/* By channel (NULL: any) and timestamp; NULL when there is none. */
sim_message_t *sim_message_find(const sim_world_t *world, const sim_channel_t *channel,
                                const char *ts);
/* The body as conversations.history shows it: the head of a thread tells of its replies. */
const slack_json_t *sim_message_shown(const sim_world_t *world, sim_json_builder_t *json,
                                      const sim_message_t *message);

/* JSON of people and channels as users.info and conversations.info tell it. */
const slack_json_t *sim_user_json(sim_json_builder_t *json, const sim_user_t *user);
const slack_json_t *sim_channel_json(sim_json_builder_t *json, const sim_channel_t *channel);

#endif
