/* SPDX-License-Identifier: MIT */
#ifndef SIM_SERVICES_H
#define SIM_SERVICES_H

#include "sim/app_env.h"
#include "sim/call_counts.h"
#include "sim/deliveries.h"
#include "sim/later.h"
#include "sim/oauth.h"
#include "sim/rate_limits.h"
#include "sim/seen.h"
#include "sim/workspace.h"

typedef struct sim_schedule sim_schedule_t;
typedef struct sim_streams sim_streams_t;
typedef struct sim_teams sim_teams_t;

/* The parts of the simulator as one workspace sees them. The functions that answer the app's calls,
 * and those that act for people, reach the parts through this struct. sim_open() fills it in once
 * for each workspace. */
typedef struct sim_services {
    /* Of the workspace. */
    sim_team_t *team;
    sim_workspace_t *workspace;
    sim_schedule_t *schedule;
    sim_streams_t *streams;
    sim_rate_limits_t *rate_limits;
    /* Of all workspaces. */
    const sim_teams_t *teams;
    const sim_app_env_t *env;
    sim_oauth_t *oauth;
    sim_faults_t *faults;
    sim_sockets_t *sockets;
    sim_request_url_t *request_url;
    sim_deliveries_t *deliveries;
    sim_call_counts_t *calls;
    sim_seen_t *seen;
    const sim_feed_writer_t *feed; /* for what concerns all workspaces */
    sim_later_t *later;
    unsigned time_scale; /* how much faster than Slack's the time passes */
} sim_services_t;

/* Every workspace, by its number, and the organization of the last ones. */
struct sim_teams {
    size_t count;
    sim_services_t *list[SIM_TEAMS_MAX];
    sim_org_t org;
};

/* The workspace with that id or domain. NULL if there is none. */
const sim_services_t *sim_team_find(const sim_teams_t *teams, const char *name);
/* The workspace that the nth part of a path names: "/services/T0SIM00001/…". The first workspace if
 * there is none, where nothing is found under such a path. */
const sim_services_t *sim_team_of_path(const sim_teams_t *teams, slack_slice_t path);

#endif
