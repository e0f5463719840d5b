/* SPDX-License-Identifier: MIT */
#include "sim/workspace.h"

int sim_workspace_init(sim_workspace_t *workspace, const slack_clock_t *clock, size_t people,
                       void (*complete)(const sim_entry_t *entry, void *user_data), void *user_data)
{
    int rc = sim_users_init(&workspace->users, people);
    if (rc != 0) return rc;
    workspace->missed = 0;
    sim_ids_init(&workspace->ids, clock);
    sim_channels_init(&workspace->channels, &workspace->ids, &workspace->users);
    rc = sim_messages_init(&workspace->messages, &workspace->ids, &workspace->users);
    if (rc != 0) {
        sim_users_done(&workspace->users);
        return rc;
    }
    sim_views_init(&workspace->views, &workspace->ids);
    sim_steps_init(&workspace->steps, &workspace->ids);
    sim_files_init(&workspace->files, &workspace->ids);
    sim_keys_init(&workspace->keys, clock);
    sim_transcript_init(&workspace->transcript, complete, user_data);
    return 0;
}

void sim_workspace_done(sim_workspace_t *workspace)
{
    sim_transcript_clear(&workspace->transcript);
    sim_files_done(&workspace->files);
    sim_steps_done(&workspace->steps);
    sim_views_done(&workspace->views);
    sim_messages_done(&workspace->messages);
    sim_users_done(&workspace->users);
}
