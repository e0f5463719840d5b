/* SPDX-License-Identifier: MIT */
#include "ops/metrics.h"

#include <string.h>

#include "context/ctx.h"

#define BEAT_MS 500
/* The row of the methods that have none of their own. */
#define OTHER "other"

/* The upper bounds, as Prometheus writes them. */
static const struct {
    uint64_t us;
    const char *text;
} buckets[SLACK_BUCKETS] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {3000000, "3"},
};

void slack__histogram_add(slack_histogram_t *histogram, uint64_t us)
{
    size_t i = 0;
    while (i < SLACK_BUCKETS && us > buckets[i].us)
        i++;
    histogram->buckets[i]++;
    histogram->sum_us += us;
}

void slack__metrics_call(slack_metrics_t *metrics, const char *method, int status)
{
    uint64_t *ok = &metrics->others_ok, *failed = &metrics->others_failed;
    size_t i = 0;
    while (i < metrics->method_count && strcmp(metrics->methods[i].name, method) != 0)
        i++;
    if (i == metrics->method_count && i < SLACK_METHODS_MAX &&
        strlen(method) <= SLACK_METHOD_MAX_LEN && strcmp(method, OTHER) != 0) {
        memcpy(metrics->methods[i].name, method, strlen(method) + 1);
        metrics->method_count++;
    }
    if (i < metrics->method_count) {
        ok = &metrics->methods[i].ok;
        failed = &metrics->methods[i].failed;
    }
    ++*(status == 0 ? ok : failed);
}

static void on_beat(uv_timer_t *timer)
{
    slack_metrics_t *metrics = SLACK_CONTAINER(timer, slack_metrics_t, beat);
    const uint64_t now = uv_hrtime(), due = metrics->beat_ns + (uint64_t)BEAT_MS * 1000000;
    slack__histogram_add(&metrics->lag, now > due ? (now - due) / 1000 : 0);
    metrics->beat_ns = now;
    uv_timer_start(timer, on_beat, BEAT_MS, 0);
}

void slack__metrics_start(slack_metrics_t *metrics, uv_loop_t *loop)
{
    uv_timer_init(loop, &metrics->beat);
    uv_unref((uv_handle_t *)&metrics->beat);
    metrics->beat_ns = uv_hrtime();
    uv_timer_start(&metrics->beat, on_beat, BEAT_MS, 0);
}

/* --- the text --------------------------------------------------------------------------------- */

/* The text that is being written; the first error stays. */
struct page {
    slack_buf_t *out;
    int rc;
};

static void SLACK_PRINTF(2, 3) line(struct page *page, const char *format, ...)
{
    if (page->rc != 0) return;
    va_list ap;
    va_start(ap, format);
    page->rc = slack__buf_vprintf(page->out, format, ap);
    va_end(ap);
    if (page->rc == 0) page->rc = slack__buf_append_char(page->out, '\n');
}

static void head(struct page *page, const char *name, const char *type, const char *help)
{
    line(page, "# HELP slackapp_%s %s", name, help);
    line(page, "# TYPE slackapp_%s %s", name, type);
}

static void single(struct page *page, const char *name, const char *type, uint64_t value,
                   const char *help)
{
    head(page, name, type, help);
    line(page, "slackapp_%s %llu", name, (unsigned long long)value);
}

static void histogram(struct page *page, const char *name, const slack_histogram_t *h,
                      const char *help)
{
    uint64_t count = 0;
    head(page, name, "histogram", help);
    for (size_t i = 0; i <= SLACK_BUCKETS; i++) {
        count += h->buckets[i];
        line(page, "slackapp_%s_bucket{le=\"%s\"} %llu", name,
             i < SLACK_BUCKETS ? buckets[i].text : "+Inf", (unsigned long long)count);
    }
    line(page, "slackapp_%s_sum %llu.%06llu", name, (unsigned long long)(h->sum_us / 1000000),
         (unsigned long long)(h->sum_us % 1000000));
    line(page, "slackapp_%s_count %llu", name, (unsigned long long)count);
}

/* Rows that are 0 are left out, those of the first result apart: kinds times results are many. */
static void deliveries(struct page *page, const slack_metrics_t *m)
{
    static const char *const results[SLACK_RESULTS] = {
        [SLACK_RESULT_OK] = "ok",
        [SLACK_RESULT_FAILED] = "failed",
        [SLACK_RESULT_UNMATCHED] = "unmatched",
        [SLACK_RESULT_DUPLICATE] = "duplicate",
        [SLACK_RESULT_LATER] = "later",
        [SLACK_RESULT_REFUSED] = "refused",
    };
    head(page, "deliveries_total", "counter", "Deliveries by kind and result.");
    for (int kind = 0; kind < SLACK_KINDS; kind++)
        for (int result = 0; result < SLACK_RESULTS; result++)
            if (result == SLACK_RESULT_OK || m->deliveries[kind][result] > 0)
                line(page, "slackapp_deliveries_total{kind=\"%s\",result=\"%s\"} %llu",
                     slack_kind_name((enum slack_kind)kind), results[result],
                     (unsigned long long)m->deliveries[kind][result]);
}

static void calls(struct page *page, const slack_metrics_t *m)
{
    static const char row[] = "slackapp_calls_total{method=\"%s\",result=\"%s\"} %llu";
    head(page, "calls_total", "counter", "Web API calls by method and result.");
    for (size_t i = 0; i < m->method_count; i++) {
        const char *name = m->methods[i].name;
        line(page, row, name, "ok", (unsigned long long)m->methods[i].ok);
        line(page, row, name, "failed", (unsigned long long)m->methods[i].failed);
    }
    line(page, row, OTHER, "ok", (unsigned long long)m->others_ok);
    line(page, row, OTHER, "failed", (unsigned long long)m->others_failed);
}

/* What waits, and for whom. */
static void queues(struct page *page, const slack_app_t *app)
{
    size_t storing = 0;
    for (slack_link_t *link = app->live.next; link != &app->live; link = link->next) {
        const enum ctx_state state = SLACK_CONTAINER(link, slack_ctx_t, link)->state;
        storing += state == CTX_STORING || state == CTX_FINISHING;
    }
    single(page, "deliveries_under_way", "gauge", app->live_count, "Deliveries not ended yet.");
    single(page, "deliveries_in_store", "gauge", storing, "Those of them that wait for the store.");
    single(page, "deliveries_put_off", "gauge", app->rejected_count,
           "Deliveries about to be answered: later.");
    single(page, "handlers_queued", "gauge", slack__workers_queued(app->workers),
           "Handlers that wait for a thread.");
    single(page, "calls_under_way", "gauge", app->webapi ? slack__webapi_under_way(app->webapi) : 0,
           "Web API calls not answered yet, those that wait for their turn included.");
}

/* Nothing of it concerns an app with a token of its own. */
static void lookups(struct page *page, const slack_app_t *app)
{
    static const char *const results[SLACK_LOOKUPS] = {
        [SLACK_LOOKUP_GRANTED] = "granted",
        [SLACK_LOOKUP_REFUSED] = "refused",
        [SLACK_LOOKUP_FAILED] = "failed",
        [SLACK_LOOKUP_REMEMBERED] = "remembered",
    };
    if (app->authority == NULL) return;
    size_t open, known;
    slack__authority_counts(app, &open, &known);
    head(page, "authorizations_total", "counter",
         "Tenants looked up, by result; deliveries that needed no lookup.");
    for (int i = 0; i < SLACK_LOOKUPS; i++)
        line(page, "slackapp_authorizations_total{result=\"%s\"} %llu", results[i],
             (unsigned long long)app->metrics.lookups[i]);
    single(page, "authorizations_under_way", "gauge", open, "Tenants being looked up.");
    single(page, "authorizations_remembered", "gauge", known, "Tenants that are remembered.");
}

/* One family of lines: what `read` says of each transport. */
static void transports(struct page *page, const slack_app_t *app, const char *name,
                       const char *type, uint64_t (*read)(const slack_transport_stats_t *stats),
                       const char *help)
{
    head(page, name, type, help);
    for (size_t i = 0; i < app->transport_count; i++) {
        const slack_transport_t *t = app->transports[i];
        slack_transport_stats_t stats = {0};
        t->ops->stats(t, &stats);
        stats.state = t->state;
        line(page, "slackapp_%s{transport=\"%s\"} %llu", name, t->ops->name,
             (unsigned long long)read(&stats));
    }
}

static uint64_t read_ready(const slack_transport_stats_t *s)
{
    return s->state == SLACK_TRANSPORT_READY;
}

static uint64_t read_connections(const slack_transport_stats_t *s)
{
    return s->connections;
}

static uint64_t read_delivered(const slack_transport_stats_t *s)
{
    return s->delivered;
}

static uint64_t read_acked(const slack_transport_stats_t *s)
{
    return s->acked;
}

static uint64_t read_ack_lost(const slack_transport_stats_t *s)
{
    return s->ack_lost;
}

static uint64_t read_refused(const slack_transport_stats_t *s)
{
    return s->refused;
}

static uint64_t read_reconnects(const slack_transport_stats_t *s)
{
    return s->reconnects;
}

int slack__metrics_write(const slack_app_t *app, slack_buf_t *out)
{
    const slack_metrics_t *m = &app->metrics;
    struct page page = {out, 0};
    deliveries(&page, m);
    uint64_t duplicates = 0;
    for (int kind = 0; kind < SLACK_KINDS; kind++)
        duplicates += m->deliveries[kind][SLACK_RESULT_DUPLICATE];
    single(&page, "duplicates_total", "counter", duplicates, "Deliveries that were known.");
    single(&page, "retries_total", "counter", m->retries, "Deliveries that Slack sent again.");
    single(&page, "default_acks_total", "counter", m->default_acks,
           "Default acks: the handler had not acked in time.");
    single(&page, "late_acks_total", "counter", m->late_acks, "Acks that a handler gave too late.");
    histogram(&page, "ack_seconds", &m->ack, "From a delivery's first byte to its ack.");
    histogram(&page, "loop_lag_seconds", &m->lag, "How late the loop calls back.");
    single(&page, "dead_letters_total", "counter", m->dead, "Deliveries given up.");
    queues(&page, app);
    calls(&page, m);
    lookups(&page, app);
    transports(&page, app, "transport_ready", "gauge", read_ready, "1: deliveries can arrive.");
    transports(&page, app, "transport_connections", "gauge", read_connections, "Connections.");
    transports(&page, app, "transport_delivered_total", "counter", read_delivered,
               "Handed to the app.");
    transports(&page, app, "transport_acked_total", "counter", read_acked, "Answered.");
    transports(&page, app, "transport_ack_lost_total", "counter", read_ack_lost,
               "Acks that found no peer any more.");
    transports(&page, app, "transport_refused_total", "counter", read_refused,
               "Requests answered without a delivery.");
    transports(&page, app, "transport_reconnects_total", "counter", read_reconnects,
               "Connections opened to replace another.");
    return page.rc;
}
