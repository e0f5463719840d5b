/* SPDX-License-Identifier: MIT */
#ifndef SIM_MESSAGES_H
#define SIM_MESSAGES_H

#include "sim/channels.h"
#include "sim/feed.h"
#include "sim/ids.h"
#include "sim/reactions.h"
#include "util/map.h"
#include "util/queue.h"

/* The messages of a workspace. At a limit the oldest one is forgotten. No I/O. */

#define SIM_MESSAGES_MAX       20000
#define SIM_MESSAGES_BYTES_MAX ((size_t)64 << 20) /* of their bodies */

typedef struct sim_message {
    slack_link_t link;
    slack_link_t reply;       /* in the `replies` of the first message of its thread */
    slack_link_t replies;     /* of a first message: those that everybody sees, oldest first */
    slack_arena_t *arena;     /* of the body */
    const slack_json_t *body; /* as the Web API and events show it */
    const sim_channel_t *channel;
    const sim_user_t *author;
    bool by_app;                /* the app has posted it, for a person too */
    bool streaming;             /* the app streams it, and it still grows */
    bool markdown;              /* its text is standard markdown, and stands above its blocks */
    const sim_user_t *only_for; /* of an ephemeral message: who sees it; else NULL */
    char ts[SIM_TS_SIZE];
    char thread_ts[SIM_TS_SIZE]; /* of the thread's first message; "" outside of threads */
    bool broadcast;              /* a reply that is shown in the channel, too */
    char step_id[SIM_ID_SIZE];   /* of the workflow step that posted it; "" for none */
    sim_reactions_t *reactions;  /* NULL until the first one */
    int64_t pinned_s;            /* since when the bot pins it; 0: not */
} sim_message_t;

typedef struct sim_messages {
    sim_ids_t *ids;
    const sim_users_t *users;
    const sim_feed_writer_t *feed; /* gets every change */
    slack_map_t *by_ts;
    slack_link_t list; /* oldest first */
    size_t count;
    size_t bytes; /* of the bodies */
} sim_messages_t;

/* All are borrowed. 0, SLACK_ENOMEM. */
int sim_messages_init(sim_messages_t *messages, sim_ids_t *ids, const sim_users_t *users,
                      const sim_feed_writer_t *feed);
void sim_messages_done(sim_messages_t *messages);

typedef struct sim_message_draft {
    const sim_channel_t *channel;
    const sim_user_t *author;
    bool by_app;                 /* the app has posted it, for a person too */
    bool streaming;              /* it will grow until sim_message_streamed() */
    bool markdown;               /* its text is markdown_text */
    const sim_user_t *only_for;  /* NULL: everybody */
    const char *thread_ts;       /* of any message of the thread; NULL or "" for no thread */
    const slack_json_t *content; /* text, blocks …: copied; type, user, team and ts are added */
    bool broadcast;              /* a reply: show it in the channel, too */
    const char *step_id;         /* NULL or "": no workflow step posts it */
} sim_message_draft_t;

/* 0, SLACK_ENOMEM. */
int sim_message_add(sim_messages_t *messages, const sim_message_draft_t *draft,
                    sim_message_t **ret);
/* Replace the content; the id fields stay. 0, SLACK_ENOMEM. */
int sim_message_edit(sim_messages_t *messages, sim_message_t *message, const slack_json_t *content);
/* The same without a mark of the edit: the message grows. */
int sim_message_set(sim_messages_t *messages, sim_message_t *message, const slack_json_t *content);
/* The message grows no more. */
void sim_message_streamed(sim_messages_t *messages, sim_message_t *message);
void sim_message_remove(sim_messages_t *messages, sim_message_t *message);

/* Add or take back a reaction. NULL on success, else Slack's word for the error. */
const char *sim_message_react(sim_messages_t *messages, sim_message_t *message, const char *name,
                              const sim_user_t *user, bool add);
/* Pin the message, at that time; 0: not any more. */
void sim_message_pin(sim_messages_t *messages, sim_message_t *message, int64_t pinned_s);

/* By channel (NULL: any) and timestamp. NULL if there is none. */
sim_message_t *sim_message_find(const sim_messages_t *messages, const sim_channel_t *channel,
                                const char *ts);
/* The message as the feed and the state of the page have it: {channel, user, streaming, markdown,
 * message}; `user` is who alone sees it. */
const slack_json_t *sim_message_entry(const sim_messages_t *messages, sim_json_builder_t *json,
                                      const sim_message_t *message);
/* The message as the transcript's JSON shows it: {channel, ts, message}. */
const slack_json_t *sim_message_detail(sim_json_builder_t *json, const sim_message_t *message);

/* The newest message that everybody sees, in that channel (NULL: in any). NULL if there is none. */
const sim_message_t *sim_message_newest(const sim_messages_t *messages,
                                        const sim_channel_t *channel);
/* The body as conversations.history shows it: with reactions and pins, and with the count of
 * replies in the first message of a thread. Replies later than `until`, unless that is "", do not
 * count. */
const slack_json_t *sim_message_shown(const sim_messages_t *messages, sim_json_builder_t *json,
                                      const sim_message_t *message, const char *until);

#endif
