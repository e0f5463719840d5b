/* SPDX-License-Identifier: MIT */
#include "sim/workspace.h"

int sim_workspace_init(sim_workspace_t *workspace, sim_team_t *team, sim_ids_t *ids, size_t people,
                       const sim_transcript_t *transcript)
{
    int rc = sim_users_init(&workspace->users, team, people);
    if (rc != 0) return rc;
    rc = sim_messages_init(&workspace->messages, ids, &workspace->users,
                           &workspace->transcript.feed);
    if (rc != 0) {
        sim_users_done(&workspace->users);
        return rc;
    }
    workspace->ids = ids;
    workspace->missed = 0;
    sim_channels_init(&workspace->channels, ids, &workspace->users, &workspace->transcript.feed);
    sim_views_init(&workspace->views, ids, &workspace->transcript.feed);
    sim_assistants_init(&workspace->assistants, &workspace->transcript.feed);
    sim_steps_init(&workspace->steps, ids);
    sim_files_init(&workspace->files, ids, team);
    sim_keys_init(&workspace->keys, ids->clock, team);
    workspace->transcript = *transcript;
    return 0;
}

void sim_workspace_done(sim_workspace_t *workspace)
{
    sim_files_done(&workspace->files);
    sim_steps_done(&workspace->steps);
    sim_assistants_done(&workspace->assistants);
    sim_views_done(&workspace->views);
    sim_messages_done(&workspace->messages);
    sim_users_done(&workspace->users);
}
