/* SPDX-License-Identifier: MIT */
#include "advise/plan.h"

/* Each number has its reason beside it: docs/scaling.md, docs/http.md and docs/socket-mode.md. */

#define RECEIVERS_MAX     3  /* receiving costs little: more of them add no throughput */
#define WORKERS_FROM      4  /* processes; with fewer of them each does all */
#define SPARE_CONNECTIONS 1  /* Slack's tenth connection: for one that is being replaced */
#define SERVERLESS_GRACE  10 /* https://cloud.google.com/run/docs/container-contract */
#define ADMIN_PORT        9090
#define HTTP_PORT         3000

/* A platform that follows the load may make twice as many processes as the case has, and some. */
#define SCALE_FACTOR 2
#define SCALE_LEAST  8

/* When the load is highest, without a deploy. */
static unsigned most_processes(const advise_figures_t *f)
{
    if (f->scale_max == 0) return f->processes + f->workers;
    return f->workers ? f->processes + f->scale_max : f->scale_max;
}

static void split_processes(const advise_case_t *c, advise_figures_t *f)
{
    f->processes = c->machines;
    if (c->machines >= WORKERS_FROM && c->platform != ADVISE_SERVERLESS) {
        f->processes = RECEIVERS_MAX;
        f->workers = c->machines - RECEIVERS_MAX;
    }
    if (c->autoscaling == ADVISE_YES || c->platform == ADVISE_SERVERLESS)
        f->scale_max =
            c->machines < SCALE_LEAST / SCALE_FACTOR ? SCALE_LEAST : SCALE_FACTOR * c->machines;
    f->shared_store =
        c->machines > 1 || c->autoscaling == ADVISE_YES || c->platform == ADVISE_SERVERLESS;
    /* A file of SQLite belongs to one machine: Kubernetes ends the old pod before the new one. */
    f->surge = c->platform == ADVISE_KUBERNETES && f->shared_store ? 1 : 0;
}

/* The time until a balancer has noticed /readyz, the drain, and what the platform waits for. */
static void choose_times(const advise_case_t *c, enum advise_mode mode, advise_figures_t *f)
{
    const bool balanced = mode != ADVISE_SOCKET && (c->platform == ADVISE_KUBERNETES);
    f->drain_delay_ms = balanced ? 5000 : 0;
    f->drain_ms = 20000;
    f->grace_s = (f->drain_delay_ms + f->drain_ms) / 1000 + ADVISE_GRACE_MARGIN_S;
    if (c->platform == ADVISE_SERVERLESS) { /* the platform's own figure cannot be changed */
        f->grace_s = SERVERLESS_GRACE;
        f->drain_ms = (SERVERLESS_GRACE - ADVISE_GRACE_MARGIN_S) * 1000;
    }
    f->ack_ms = 2500; /* half a second of Slack's three is left for the way back */
    f->start_s = f->shared_store ? 60 : 30;
}

void advise_figures(const advise_case_t *c, enum advise_mode mode, advise_figures_t *ret)
{
    advise_figures_t f = {.installable = c->audience != ADVISE_INTERNAL};
    split_processes(c, &f);
    choose_times(c, mode, &f);
    if (mode == ADVISE_SOCKET) {
        f.socket_connections = f.processes < 2 ? 2 : f.processes;
        const unsigned most = ADVISE_SOCKETS_MAX - SPARE_CONNECTIONS;
        if (f.socket_connections > most) f.socket_connections = most;
    }
    /* Over Socket Mode the admin port has the pages of an installation, behind a proxy. */
    f.port = mode != ADVISE_SOCKET ? HTTP_PORT : 0;
    f.admin_port = ADMIN_PORT;
    /* 1024 connections of SLACK_HTTP_CONNECTIONS, a reserve for calls, and room for the program. */
    f.open_files = f.port ? 4096 : 1024;
    f.memory_mib = 768; /* SLACK_DELIVERIES_MIB, SLACK_CALLS_MIB, and half of that again */
    /* One session of each process, the surge, and two for slackapp inbox and slackapp cluster. */
    if (f.shared_store)
        f.database_sessions = most_processes(&f) + (f.workers ? 2 : 1) * f.surge + 2;
    *ret = f;
}

const char *advise_figures_check(const advise_figures_t *f)
{
    if (f->drain_delay_ms + f->drain_ms + ADVISE_GRACE_MARGIN_S * 1000 > f->grace_s * 1000)
        return "the grace period ends before the drain";
    if (f->ack_ms >= 3000) return "the ack comes later than Slack waits";
    if (f->socket_connections > ADVISE_SOCKETS_MAX - SPARE_CONNECTIONS)
        return "the connections take Slack's spare one";
    if (f->socket_connections > 0 && f->socket_connections < 2)
        return "a single connection has a gap when Slack renews it";
    if (f->port != 0 && f->port == f->admin_port) return "the admin port is the public port";
    if (f->shared_store && f->database_sessions < most_processes(f) + f->surge)
        return "the database has fewer sessions than there are processes";
    if (f->processes + f->workers > 1 && !f->shared_store)
        return "several processes need PostgreSQL";
    if (f->port != 0 && f->open_files < 1024 + 128) return "the limit of open files is too low";
    return NULL;
}
