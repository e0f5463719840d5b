/* SPDX-License-Identifier: MIT */
#include "sim/workspace.h"

void sim_workspace_init(sim_workspace_t *workspace, const slack_clock_t *clock,
                        void (*complete)(const sim_entry_t *entry, void *user_data),
                        void *user_data)
{
    sim_ids_init(&workspace->ids, clock);
    sim_channels_init(&workspace->channels, &workspace->ids);
    sim_messages_init(&workspace->messages, &workspace->ids);
    sim_views_init(&workspace->views, &workspace->ids);
    sim_steps_init(&workspace->steps, &workspace->ids);
    sim_files_init(&workspace->files, &workspace->ids);
    sim_keys_init(&workspace->keys, clock);
    sim_transcript_init(&workspace->transcript, complete, user_data);
}

void sim_workspace_done(sim_workspace_t *workspace)
{
    sim_transcript_clear(&workspace->transcript);
    sim_steps_done(&workspace->steps);
    sim_views_done(&workspace->views);
    sim_messages_done(&workspace->messages);
}
