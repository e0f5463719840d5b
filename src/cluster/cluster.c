/* SPDX-License-Identifier: MIT */
#include "cluster/cluster.h"

/* The log has a number of processes that has not changed for so long. */
#define SETTLED_MS 2000

static void cluster_count(slack_cluster_t *cluster)
{
    const slack_processes_t *processes = &cluster->processes;
    struct slack_cluster_counts *counts = &cluster->counts;
    const size_t before = counts->processes, candidates_before = counts->socket_candidates;
    *counts = (struct slack_cluster_counts){.processes = processes->count};
    for (size_t i = 0; i < processes->count; i++) {
        const slack_process_t *p = &processes->list[i];
        counts->by_role[p->role]++;
        counts->socket_candidates += p->sockets.candidate && !p->leaving;
    }
    counts->fewer = counts->processes < before;
    if (counts->socket_candidates != candidates_before)
        slack__slot_keeper_look_soon(&cluster->slots);
    const uint64_t now_ms = slack__mono_ms(processes->net->clock);
    if (counts->processes != before) {
        slack__shares_set_processes(&cluster->shares, counts->processes);
        cluster->changed_ms = now_ms;
    }
    if (counts->processes == cluster->logged || now_ms < cluster->changed_ms + SETTLED_MS) return;
    cluster->logged = counts->processes;
    SLACK_LOG(processes->net->log, INFO, "the number of processes has changed",
              "processes=%zu all=%zu receive=%zu work=%zu", counts->processes,
              counts->by_role[SLACK_ROLE_ALL], counts->by_role[SLACK_ROLE_RECEIVE],
              counts->by_role[SLACK_ROLE_WORK]);
}

static void cluster_looked(void *user_data)
{
    slack_cluster_t *cluster = user_data;
    if (cluster->processes.count == 0) return;
    cluster_count(cluster);
    slack__duty_look(&cluster->catch_up);
    const size_t *by_role = cluster->counts.by_role;
    const size_t workers = by_role[SLACK_ROLE_ALL] + by_role[SLACK_ROLE_WORK];
    slack__permit_keeper_looked(&cluster->permits,
                                workers == (cluster->processes.own.role != SLACK_ROLE_RECEIVE));
    cluster->looked(cluster->user_data);
}

void slack__cluster_init(slack_cluster_t *cluster)
{
    slack__processes_init(&cluster->processes);
    cluster->catch_up.processes = &cluster->processes;
    slack__slot_keeper_init(&cluster->slots);
    slack__permit_keeper_init(&cluster->permits);
    cluster->permit_source =
        (slack_permit_source_t){slack__permit_take, slack__permit_give, &cluster->permits};
    cluster->counts.processes = cluster->logged = 1;
}

void slack__cluster_start(slack_cluster_t *cluster)
{
    slack_processes_t *processes = &cluster->processes;
    const slack_process_t *own = &processes->own;
    cluster->counts.by_role[own->role] = 1;
    cluster->counts.socket_candidates = own->sockets.candidate;
    if (!processes->store->ops->durable) return;
    processes->looked = cluster_looked;
    processes->looked_data = cluster;
    SLACK_LOG(processes->net->log, INFO, "process joins its app", "role=%s process=%s",
              slack__role_names[own->role], own->id);
    slack__processes_start(processes);
    slack_shares_t *shares = &cluster->shares;
    shares->net = processes->net;
    shares->store = processes->store;
    shares->app = processes->app;
    if (shares->webapi && slack__shares_start(shares) != 0)
        SLACK_LOG(processes->net->log, WARN, "rate limits are not shared", "error=%s hint=%s",
                  slack_err_name(SLACK_ENOMEM),
                  "memory is out: each process keeps the whole rate, and Slack may refuse calls");
    cluster->permits.net = processes->net;
    cluster->permits.store = processes->store;
    cluster->permits.app = processes->app;
    cluster->permits.processes = processes;
    slack__permit_keeper_start(&cluster->permits);
    if (cluster->budget == 0) return;
    cluster->slots.net = processes->net;
    cluster->slots.store = processes->store;
    cluster->slots.app = processes->app;
    cluster->slots.processes = processes;
    slack__slot_keeper_start(&cluster->slots, cluster->budget);
}

void slack__cluster_changed(slack_cluster_t *cluster)
{
    slack__processes_look_soon(&cluster->processes);
    slack__slot_keeper_look_soon(&cluster->slots);
}

void slack__cluster_leave(slack_cluster_t *cluster)
{
    cluster->processes.own.leaving = true;
    slack__processes_look_soon(&cluster->processes);
    slack__duty_leave(&cluster->catch_up);
    slack__slot_keeper_leave(&cluster->slots);
    slack__permit_keeper_leave(&cluster->permits);
}

void slack__cluster_stop(slack_cluster_t *cluster)
{
    slack__processes_stop(&cluster->processes);
    slack__shares_stop(&cluster->shares);
    slack__slot_keeper_stop(&cluster->slots);
    slack__permit_keeper_stop(&cluster->permits);
}

void slack__cluster_done(slack_cluster_t *cluster)
{
    slack__processes_done(&cluster->processes);
    slack__shares_done(&cluster->shares);
    slack__permit_keeper_done(&cluster->permits);
}
