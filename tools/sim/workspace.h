/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORKSPACE_H
#define SIM_WORKSPACE_H

#include "sim/expiring_keys.h"
#include "sim/files.h"
#include "sim/messages.h"
#include "sim/transcript.h"
#include "sim/views.h"
#include "sim/workflow_steps.h"

/* Everything in the workspace. No I/O. */
typedef struct sim_workspace {
    sim_users_t users;
    sim_ids_t ids;
    sim_channels_t channels;
    sim_messages_t messages;
    sim_views_t views;
    sim_steps_t steps;
    sim_keys_t keys;
    sim_files_t files;
    sim_transcript_t transcript;
    uint64_t missed; /* messages that no app received, so far */
} sim_workspace_t;

/* `people` counts the bot, as sim_users_init() does. The clock is borrowed. `complete` as for
 * sim_transcript_init(). 0, SLACK_ENOMEM. */
int sim_workspace_init(sim_workspace_t *workspace, const slack_clock_t *clock, size_t people,
                       void (*complete)(const sim_entry_t *entry, void *user_data),
                       void *user_data);
void sim_workspace_done(sim_workspace_t *workspace);

#endif
