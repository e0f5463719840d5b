/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORKSPACE_H
#define SIM_WORKSPACE_H

#include "sim/assistants.h"
#include "sim/expiring_keys.h"
#include "sim/files.h"
#include "sim/messages.h"
#include "sim/transcript.h"
#include "sim/views.h"
#include "sim/workflow_steps.h"

/* Everything in a workspace. No I/O. */
typedef struct sim_workspace {
    sim_ids_t *ids; /* of all workspaces */
    sim_users_t users;
    sim_channels_t channels;
    sim_messages_t messages;
    sim_views_t views;
    sim_assistants_t assistants;
    sim_steps_t steps;
    sim_keys_t keys;
    sim_files_t files;
    sim_transcript_t transcript;
    uint64_t missed; /* messages that no app received, so far */
} sim_workspace_t;

/* The team, whose bot is set, and the ids are borrowed. `people` counts the bot, as
 * sim_users_init() does. `transcript` is copied. 0, SLACK_ENOMEM. */
int sim_workspace_init(sim_workspace_t *workspace, sim_team_t *team, sim_ids_t *ids, size_t people,
                       const sim_transcript_t *transcript);
void sim_workspace_done(sim_workspace_t *workspace);

#endif
