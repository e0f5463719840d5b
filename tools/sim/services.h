/* SPDX-License-Identifier: MIT */
#ifndef SIM_SERVICES_H
#define SIM_SERVICES_H

#include "sim/app_env.h"
#include "sim/call_counts.h"
#include "sim/deliveries.h"
#include "sim/later.h"
#include "sim/rate_limits.h"
#include "sim/workspace.h"

typedef struct sim_schedule sim_schedule_t;
typedef struct sim_streams sim_streams_t;

/* The parts of the simulator. The functions that answer the app's calls, and those that act for
 * people, reach the parts through this struct. sim_open() fills it in once. */
typedef struct sim_services {
    const sim_app_env_t *env;
    sim_workspace_t *workspace;
    sim_faults_t *faults;
    sim_sockets_t *sockets;
    sim_request_url_t *request_url;
    sim_deliveries_t *deliveries;
    sim_schedule_t *schedule;
    sim_streams_t *streams;
    sim_rate_limits_t *rate_limits;
    sim_call_counts_t *calls;
    sim_later_t *later;
    unsigned time_scale; /* how much faster than Slack's the time passes */
} sim_services_t;

#endif
