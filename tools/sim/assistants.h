/* SPDX-License-Identifier: MIT */
#ifndef SIM_ASSISTANTS_H
#define SIM_ASSISTANTS_H

#include "sim/feed.h"
#include "util/queue.h"

/* The status, the suggested prompts and the title that the app shows in a thread of its assistant,
 * beside the messages. At the limit the oldest thread is forgotten. No I/O. */

#define SIM_ASSISTANTS_MAX 200

typedef struct sim_assistants {
    const sim_feed_writer_t *feed; /* gets every change */
    slack_link_t list;             /* oldest first */
    size_t count;
} sim_assistants_t;

/* The feed is borrowed. */
void sim_assistants_init(sim_assistants_t *assistants, const sim_feed_writer_t *feed);
void sim_assistants_done(sim_assistants_t *assistants);

/* Set some of `status`, `loading_messages`, `title`, `prompts` and `prompts_title`; the others of
 * the thread stay. 0, SLACK_ENOMEM. */
int sim_assistants_set(sim_assistants_t *assistants, const char *channel_id, const char *thread_ts,
                       const slack_json_t *members);
/* The app has posted into the thread: Slack takes its status back
 * (https://docs.slack.dev/reference/methods/assistant.threads.setStatus). */
void sim_assistants_posted(sim_assistants_t *assistants, const char *channel_id,
                           const char *thread_ts);

/* [{channel, thread_ts, status, …}], oldest first. */
const slack_json_t *sim_assistants_json(const sim_assistants_t *assistants,
                                        sim_json_builder_t *json);

#endif
