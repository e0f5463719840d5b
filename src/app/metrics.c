/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <string.h>

#include "ops/metrics.h"

/* The text of /metrics: docs/http.md lists the names. A name never changes its meaning. */

static void write_queues(slack_metrics_text_t *text, const slack_app_t *app)
{
    const slack_inbox_t *inbox = &app->inbox;
    const slack_services_t *services = &app->services;
    slack__metrics_single(text, "deliveries_under_way", "gauge", inbox->live_count,
                          "Deliveries that have not ended.");
    slack__metrics_single(text, "delivery_bytes", "gauge", atomic_load(&inbox->bytes),
                          "Memory of the deliveries that have not ended.");
    slack__metrics_single(text, "deliveries_in_store", "gauge", slack__inbox_in_store(inbox),
                          "Deliveries that wait for the store.");
    slack__metrics_single(text, "deliveries_put_off", "gauge", inbox->rejected_count,
                          "Rejected deliveries whose ack is not sent yet.");
    slack__metrics_single(text, "handlers_queued", "gauge", slack__pool_queued(services->pool),
                          "Handlers that wait for a thread.");
    slack__metrics_single(text, "calls_under_way", "gauge",
                          services->webapi ? slack__webapi_under_way(services->webapi) : 0,
                          "Web API calls without an answer, queued calls included.");
    slack__metrics_single(text, "calls_waiting", "gauge",
                          services->webapi ? slack__webapi_waiting(services->webapi) : 0,
                          "Web API calls that wait for their turn.");
    const slack_shares_t *shares = &app->cluster.shares;
    slack__metrics_single(
        text, "calls_leased_total", "counter",
        services->webapi ? slack__pace_leases_used(slack__webapi_pacer(services->webapi)) : 0,
        "Calls sent with a token of a rate that processes share.");
    slack__metrics_single(text, "rate_leases_total", "counter", shares->leases,
                          "Leases of such rates that the store gave.");
    slack__metrics_single(text, "rate_leases_late_total", "counter", shares->late,
                          "Leases that came too late: the process kept its part of the rate.");
    slack__metrics_single(text, "posts_under_way", "gauge", app->outbox.live_count,
                          "Stored requests that this process is sending.");
    slack__metrics_single(text, "call_bytes", "gauge", atomic_load(&services->calls.used),
                          "Memory of the calls under way, and of answers that handlers keep.");
}

static void write_lookups(slack_metrics_text_t *text, const slack_app_t *app)
{
    static const char *const results[SLACK_LOOKUPS] = {
        [SLACK_LOOKUP_GRANTED] = "granted",
        [SLACK_LOOKUP_REFUSED] = "refused",
        [SLACK_LOOKUP_FAILED] = "failed",
        [SLACK_LOOKUP_REMEMBERED] = "remembered",
    };
    size_t open, known;
    slack__authorizer_counts(app->identity.authorizer, &open, &known);
    const uint64_t *lookups = slack__authorizer_lookups(app->identity.authorizer);
    slack__metrics_head(text, "authorizations_total", "counter",
                        "Lookups of tenants by result, and deliveries that needed no lookup.");
    for (int i = 0; i < SLACK_LOOKUPS; i++)
        slack__metrics_line(text, "slackapp_authorizations_total{result=\"%s\"} %llu", results[i],
                            (unsigned long long)lookups[i]);
    slack__metrics_single(text, "authorizations_under_way", "gauge", open,
                          "Tenants being looked up.");
    slack__metrics_single(text, "authorizations_remembered", "gauge", known,
                          "Tenants in the cache.");
}

static void write_transports(slack_metrics_text_t *text, const slack_app_t *app)
{
    static const struct {
        const char *name, *type, *help;
    } families[] = {
        {"transport_ready", "gauge", "1: deliveries can arrive."},
        {"transport_connections", "gauge", "Open connections."},
        {"transport_delivered_total", "counter", "Deliveries handed to the app."},
        {"transport_acked_total", "counter", "Acks sent."},
        {"transport_ack_lost_total", "counter", "Acks whose peer had closed its connection."},
        {"transport_refused_total", "counter", "Requests answered without a delivery."},
        {"transport_handshakes_waiting", "gauge", "TLS handshakes that wait for their turn."},
        {"transport_handshakes_refused_total", "counter",
         "TLS handshakes refused because too many waited."},
        {"transport_reconnects_total", "counter", "Connections opened to replace another."},
    };
    enum { FAMILIES = sizeof families / sizeof *families };
    uint64_t figures[SLACK_TRANSPORTS_MAX][FAMILIES];
    for (size_t i = 0; i < app->transports.count; i++) {
        const slack_transport_t *t = app->transports.list[i];
        slack_transport_stats_t stats = {0};
        t->ops->stats(t, &stats);
        const uint64_t row[FAMILIES] = {t->state == SLACK_TRANSPORT_READY,
                                        stats.connections,
                                        stats.delivered,
                                        stats.acked,
                                        stats.ack_lost,
                                        stats.refused,
                                        stats.handshakes_waiting,
                                        stats.handshakes_refused,
                                        stats.reconnects};
        memcpy(figures[i], row, sizeof row);
    }
    for (size_t family = 0; family < FAMILIES; family++) {
        slack__metrics_head(text, families[family].name, families[family].type,
                            families[family].help);
        for (size_t i = 0; i < app->transports.count; i++)
            slack__metrics_line(text, "slackapp_%s{transport=\"%s\"} %llu", families[family].name,
                                app->transports.list[i]->ops->name,
                                (unsigned long long)figures[i][family]);
    }
}

/* All 0 without SLACK_CATCH_UP. */
static void write_catch_up(slack_metrics_text_t *text, const slack_app_t *app)
{
    slack_catch_up_figures_t figures = {0};
    if (app->transports.catch_up) slack__catch_up_figures(app->transports.catch_up, &figures);
    slack__metrics_single(text, "catch_up_behind", "gauge", figures.behind,
                          "1: a gap is not caught up on yet.");
    slack__metrics_single(text, "catch_up_gaps_total", "counter", figures.gaps,
                          "Gaps that were caught up on.");
    slack__metrics_single(text, "catch_up_channels_total", "counter", figures.channels,
                          "Channels whose history was read.");
    slack__metrics_single(text, "catch_up_recovered_total", "counter", figures.recovered,
                          "Events made of messages that had not arrived.");
    slack__metrics_single(text, "catch_up_known_total", "counter", figures.known,
                          "Events made of messages that had arrived.");
    slack__metrics_single(text, "catch_up_left_out_total", "counter", figures.left_out,
                          "Missed messages beyond a limit.");
}

/* As the last look has found them. */
static void write_rows(slack_metrics_text_t *text, const slack_app_t *app)
{
    static const char *const states[] = {"waiting", "running", "done", "dead"};
    const slack_row_counts_t *rows = &app->cluster.rows;
    const int64_t now_ms = slack__wall_ms(app->log.clock);
    slack__metrics_head(text, "store_rows", "gauge", "Rows of the store by state.");
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        slack__metrics_line(text, "slackapp_store_rows{state=\"%s\"} %llu", states[s],
                            (unsigned long long)rows->known.counts[s]);
    slack__metrics_head(text, "store_oldest_seconds", "gauge", "Age of the oldest row of a state.");
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        const int64_t age_ms = rows->known.counts[s] ? now_ms - rows->known.oldest_ms[s] : 0;
        slack__metrics_line(text, "slackapp_store_oldest_seconds{state=\"%s\"} %lld", states[s],
                            (long long)(age_ms > 0 ? age_ms / 1000 : 0));
    }
    const long long lag_ms = (long long)slack__row_counts_lag_ms(rows, now_ms);
    slack__metrics_head(text, "store_lag_seconds", "gauge", "For how long a row has been due.");
    slack__metrics_line(text, "slackapp_store_lag_seconds %lld.%03lld", lag_ms / 1000,
                        lag_ms % 1000);
}

static void write_store(slack_metrics_text_t *text, const slack_app_t *app)
{
    static const slack_store_figures_t none = {0};
    const slack_store_figures_t *figures = app->queue.store ? &app->queue.store->figures : &none;
    slack__metrics_single(text, "store_reconnects_total", "counter", figures->reconnects,
                          "Sessions of the store that replaced a lost one.");
    slack__metrics_single(text, "store_unclear_total", "counter", figures->unclear,
                          "Commits whose answer was lost, and that were looked up.");
    slack__metrics_single(text, "store_notifications_total", "counter", figures->notifications,
                          "Hints that other processes have changed the store.");
}

static void write_sockets(slack_metrics_text_t *text, const char *name, const int64_t counts[3],
                          const char *help)
{
    static const char *const states[] = {"held", "ready", "standby"};
    slack__metrics_head(text, name, "gauge", help);
    for (unsigned i = 0; i < 3; i++)
        slack__metrics_line(text, "slackapp_%s{state=\"%s\"} %lld", name, states[i],
                            (long long)counts[i]);
}

/* Adds the slots that a process holds, and how many of them are ready; or that it stands by. */
static void add_sockets(const slack_process_t *process, int64_t counts[3])
{
    counts[0] += process->sockets.slots;
    counts[1] += process->sockets.ready;
    counts[2] += process->sockets.candidate && !process->leaving && process->sockets.slots == 0;
}

static void write_cluster(slack_metrics_text_t *text, const slack_app_t *app)
{
    const slack_processes_t *processes = &app->cluster.processes;
    int64_t own[3] = {0}, all[3] = {0};
    slack__metrics_head(text, "cluster_processes", "gauge", "Processes of the app by role.");
    for (unsigned role = SLACK_ROLE_ALL; role <= SLACK_ROLE_WORK; role++)
        slack__metrics_line(text, "slackapp_cluster_processes{role=\"%s\"} %zu",
                            slack__role_names[role], app->cluster.counts.by_role[role]);
    add_sockets(&processes->own, own);
    for (size_t i = 0; i < processes->count; i++)
        add_sockets(&processes->list[i], all);
    write_sockets(text, "socket_slots", own, "Slots for connections of this process.");
    write_sockets(text, "cluster_socket_slots", all, "Slots for connections of all processes.");
}

int slack__app_metrics_write(slack_app_t *app, slack_buf_t *out)
{
    slack_metrics_text_t text = {.out = out};
    if (app->queue.store && app->life.state == SLACK_APP_RUNNING)
        slack__row_counts_look(&app->cluster.rows, app->services.net, app->queue.store,
                               app->queue.app);
    slack__counters_write(&text, &app->counters);
    write_queues(&text, app);
    write_rows(&text, app);
    write_store(&text, app);
    write_cluster(&text, app);
    write_catch_up(&text, app);
    slack__call_counts_write(&text, &app->counters.calls);
    if (app->identity.authorizer)
        write_lookups(&text, app); /* an app with its own token has no lookups */
    write_transports(&text, app);
    return text.rc;
}
