/* SPDX-License-Identifier: MIT */
#include "transport_history/history.h"

#include <string.h>

#include "transport_history/handover.h"
#include "transport_history/round.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/error.h"
#include "util/random.h"

/* The signs of a gap. Times are of the monotonic clock. */
typedef struct watch {
    bool open;         /* a gap is not caught up on yet */
    const char *why;   /* of the last gap */
    uint64_t until_ms; /* the round that catches up begins then, or later */
    uint64_t began_ms; /* when the last round began */
    uint64_t heard_ms; /* when the last event arrived, or the last probe began */
    uint64_t ticked_ms;
    uint64_t gaps;
} watch_t;

/* The gaps of an app of several processes. Times are of the wall clock; 0: none. */
typedef struct shared_gaps {
    bool reads;        /* this process reads history */
    int64_t missed_ms; /* the end of the last gap of this process, which another one has to read */
    int64_t read_ms;   /* this process has read what was missed up to then */
    int64_t others_ms; /* the end of the last gap of another process */
} shared_gaps_t;

typedef struct slack_history {
    slack_transport_t base;
    slack_net_t *net;
    slack_catch_up_facts_t facts;
    slack_round_t round;
    slack_handover_t handover;
    watch_t watch;
    shared_gaps_t shared;
    slack_task_t task;   /* reports states, and passes events on */
    slack_timer_t tick;  /* the next look at the cursors */
    slack_timer_t begin; /* the next round */
    slack_timer_t again; /* the next try of an event */
    slack_backoff_t rounds, events;
    uint64_t recovered_before; /* when the round began */
    uint64_t acked, ack_lost;
    bool started, starting, draining, stopping;
} slack_history_t;

static slack_history_t *history_of(slack_transport_t *t)
{
    return SLACK_CONTAINER(t, slack_history_t, base);
}

static uint64_t history_now_ms(const slack_history_t *h)
{
    return slack__mono_ms(h->net->clock);
}

static bool history_is_over(const slack_history_t *h)
{
    return h->draining || h->stopping;
}

/* ---- gaps ---- */

/* A round that is due earlier stays: otherwise one gap after the other would put it off for ever.
 */
static void history_begin_in(slack_history_t *h, uint64_t in_ms)
{
    if (!h->started || history_is_over(h) || !h->shared.reads) return;
    const uint64_t due_us = slack__mono_us(h->net->clock) + in_ms * 1000;
    if (slack__timer_waits(&h->begin) && h->begin.due_us <= due_us) return;
    slack__timer_start_at(h->net, &h->begin, due_us);
}

void slack__catch_up_deaf(slack_transport_t *t)
{
    slack_history_t *h = history_of(t);
    h->watch.open = true;
    slack__round_fall_behind(&h->round);
}

/* Another process has to read what was missed up to the end of the last gap. */
static void history_missed(slack_history_t *h)
{
    const uint64_t now_ms = history_now_ms(h), until_ms = h->watch.until_ms;
    h->shared.missed_ms = slack__wall_ms(h->net->clock) + SLACK_HISTORY_SKEW_MS +
                          (until_ms > now_ms ? (int64_t)(until_ms - now_ms) : 0);
}

void slack__catch_up_gap(slack_transport_t *t, const char *why, unsigned delay_ms)
{
    slack_history_t *h = history_of(t);
    const uint64_t due_ms = history_now_ms(h) + delay_ms;
    slack__catch_up_deaf(t);
    h->watch.why = why;
    const bool is_start = h->watch.until_ms == 0; /* of one of several processes: no gap */
    if (due_ms > h->watch.until_ms) h->watch.until_ms = due_ms;
    if (!h->shared.reads && !is_start) history_missed(h);
    slack__backoff_reset(&h->rounds);
    history_begin_in(h, delay_ms);
}

void slack__catch_up_stored(slack_transport_t *t, const slack_delivery_t *d)
{
    slack_history_t *h = history_of(t);
    const char *type = slack_json_str(d->body, "/event/type");
    const char *ts = slack_json_str(d->body, "/event/ts");
    h->watch.heard_ms = history_now_ms(h);
    if (d->retry_num >= SLACK_HISTORY_RETRY_NUM && (!h->watch.open || !h->shared.reads))
        slack__catch_up_gap(t, "Slack could not reach the app", SLACK_CATCH_UP_REDELIVERED_MS);
    if (!h->shared.reads) return;
    if (strcmp(type, "message") != 0 && strcmp(type, "app_mention") != 0) return;
    slack_channel_t *channel =
        slack__ts_ok(ts)
            ? slack__channels_get(&h->round.channels, slack_json_str(d->body, "/event/channel"))
            : NULL;
    if (channel == NULL) return;
    if (*channel->cursor.ts == '\0' && *channel->cursor.newest == '\0') /* new */
        channel->cursor.behind = h->watch.open;
    slack__cursor_arrived(&channel->cursor, ts, h->watch.heard_ms);
}

/* ---- several processes ---- */

void slack__catch_up_take(slack_transport_t *t, bool reads)
{
    slack_history_t *h = history_of(t);
    shared_gaps_t *shared = &h->shared;
    slack_channel_t *channel;
    if (shared->reads == reads) return;
    shared->reads = reads;
    h->round.cursors.read_only = !reads;
    if (!reads && h->watch.open && h->watch.until_ms > 0) history_missed(h);
    if (!reads) return;
    SLACK_CHANNELS_EACH(&h->round.channels, channel)
    {
        channel->cursor = (slack_cursor_t){.behind = true};
    }
    h->round.mark->cursor = (slack_cursor_t){.behind = false};
    slack__catch_up_deaf(t);
    const uint64_t now_ms = history_now_ms(h), until_ms = h->watch.until_ms;
    shared->missed_ms = 0;
    if (until_ms > 0) /* else the start of a transport follows */
        history_begin_in(h, until_ms > now_ms ? until_ms - now_ms : 0);
}

void slack__catch_up_note(slack_transport_t *t, int64_t missed_ms, int64_t read_ms)
{
    slack_history_t *h = history_of(t);
    shared_gaps_t *shared = &h->shared;
    const int64_t now_ms = slack__wall_ms(h->net->clock);
    if (read_ms >= shared->missed_ms) shared->missed_ms = 0;
    if (!shared->reads || missed_ms <= shared->read_ms || missed_ms <= shared->others_ms) return;
    shared->others_ms = missed_ms;
    slack__catch_up_gap(t, "another process has missed events",
                        missed_ms > now_ms ? (unsigned)(missed_ms - now_ms) : 0);
}

/* ---- rounds ---- */

/* The listeners of all events take the message itself, so an app_mention is for those that ask for
 * it by name. */
static void history_ask_listeners(slack_history_t *h)
{
    const slack_catch_up_facts_t *facts = &h->facts;
    h->handover.messages = facts->takes(facts->user_data, "message", false);
    h->handover.mentions = facts->takes(facts->user_data, "app_mention", true);
}

static void round_due(slack_timer_t *timer)
{
    slack_history_t *h = SLACK_CONTAINER(timer, slack_history_t, begin);
    if (history_is_over(h) || !h->shared.reads) return;
    if (h->round.step != SLACK_ROUND_IDLE) return; /* round_over() goes on */
    h->recovered_before = h->handover.recovered;
    h->watch.began_ms = history_now_ms(h);
    history_ask_listeners(h);
    SLACK_LOG(h->net->log, INFO, "catch-up begins", "reason=%s", h->watch.why);
    slack__round_begin(&h->round);
}

/* Nothing is missing any more. Of channels that were not listed nothing can be missing: the bot is
 * no member of them. */
static void history_caught_up(slack_history_t *h)
{
    slack_channel_t *channel;
    SLACK_CHANNELS_EACH(&h->round.channels, channel)
    {
        if (channel->cursor.behind) slack__cursor_caught_up(&channel->cursor, history_now_ms(h));
    }
    h->watch.open = false;
    h->watch.gaps++;
    h->shared.read_ms =
        slack__wall_ms(h->net->clock) - (int64_t)(history_now_ms(h) - h->watch.began_ms);
    slack__backoff_reset(&h->rounds);
}

static void round_over(slack_round_t *round, bool failed)
{
    slack_history_t *h = SLACK_CONTAINER(round, slack_history_t, round);
    if (round->only_one && !failed && h->handover.recovered != h->recovered_before) {
        SLACK_LOG(h->net->log, WARN, "messages were missed without a sign", "hint=%s",
                  "Slack may have switched the deliveries off: look at Event Subscriptions in the "
                  "app's settings, and at its request URL");
        slack__catch_up_gap(&h->base, "a probe has found missed messages", 0);
    } else if (!round->only_one) {
        const bool last = h->watch.began_ms >= h->watch.until_ms;
        if (!failed && !round->stale && last) history_caught_up(h);
        SLACK_LOG(h->net->log, INFO,
                  h->watch.open          ? "catch-up goes on later"
                  : round->refused_types ? "caught up in part"
                                         : "caught up",
                  "recovered=%llu channels=%zu",
                  (unsigned long long)(h->handover.recovered - h->recovered_before),
                  slack__map_count(round->channels.map));
    }
    if (!h->watch.open || slack__timer_waits(&h->begin)) return;
    const uint64_t now_ms = history_now_ms(h);
    uint64_t wait_ms = h->watch.until_ms > now_ms ? h->watch.until_ms - now_ms : 0;
    if (round->only_one)
        wait_ms = 0;
    else if (failed)
        wait_ms = slack__backoff_next_ms(&h->rounds, SLACK_HISTORY_RETRY_MS, slack__random_u64());
    history_begin_in(h, wait_ms);
}

static void round_gathered(slack_round_t *round)
{
    slack_history_t *h = SLACK_CONTAINER(round, slack_history_t, round);
    slack__task_post(h->net, &h->task);
}

static const slack_round_events_t round_events = {round_gathered, round_over};

static void cursors_idle(slack_cursor_store_t *store, int status)
{
    slack_history_t *h = SLACK_CONTAINER(store, slack_history_t, round.cursors);
    if (h->stopping)
        slack__task_post(h->net, &h->task);
    else
        slack__round_loaded(&h->round, status);
}

/* ---- cursors ---- */

static void history_save(slack_history_t *h)
{
    slack_round_t *round = &h->round;
    slack_channel_t *channel;
    bool behind = h->watch.open;
    SLACK_CHANNELS_EACH(&round->channels, channel)
    {
        behind = behind || channel->cursor.behind;
        slack__cursor_settle(&channel->cursor, history_now_ms(h));
        slack__cursor_store_save(&round->cursors, channel);
    }
    if (!behind) /* a channel without an entry begins at the mark */
        slack__cursor_walked(&round->mark->cursor, slack__channels_newest(&round->channels));
    slack__cursor_store_save(&round->cursors, round->mark);
    slack__cursor_store_run(&round->cursors);
}

static void history_ticked(slack_timer_t *timer)
{
    slack_history_t *h = SLACK_CONTAINER(timer, slack_history_t, tick);
    const uint64_t now_ms = history_now_ms(h), late_ms = now_ms - h->watch.ticked_ms;
    h->watch.ticked_ms = now_ms;
    if (late_ms > (uint64_t)3 * SLACK_HISTORY_TICK_MS)
        slack__catch_up_gap(&h->base, "the process stood still", 0);
    history_save(h);
    if (now_ms - h->watch.heard_ms >= SLACK_HISTORY_QUIET_MS && !h->watch.open && h->shared.reads &&
        h->round.step == SLACK_ROUND_IDLE) { /* Slack gives no sign of a gap: see history.h */
        h->watch.heard_ms = history_now_ms(h);
        h->recovered_before = h->handover.recovered;
        slack__round_probe(&h->round);
    }
    if (!history_is_over(h)) slack__timer_start(h->net, &h->tick, SLACK_HISTORY_TICK_MS);
}

/* ---- the loop ---- */

static void event_due(slack_timer_t *timer)
{
    slack_history_t *h = SLACK_CONTAINER(timer, slack_history_t, again);
    slack__task_post(h->net, &h->task);
}

static void history_report(slack_history_t *h, enum slack_transport_state state)
{
    h->base.host->state(&h->base, state, 0);
}

static void history_work(slack_task_t *task)
{
    slack_history_t *h = SLACK_CONTAINER(task, slack_history_t, task);
    if (h->starting) {
        h->starting = false;
        history_report(h, SLACK_TRANSPORT_STARTING);
        if (!h->stopping) history_report(h, SLACK_TRANSPORT_READY);
    }
    if (!h->stopping) {
        if (h->draining || h->round.step != SLACK_ROUND_READING || h->handover.waits) return;
        const int rc = slack__handover_next(&h->handover);
        if (rc == 1)
            slack__round_next(&h->round);
        else if (rc != 0)
            slack__timer_start(h->net, &h->again, SLACK_HISTORY_RETRY_MS);
        return;
    }
    slack__task_cancel(task);
    if (h->started && h->round.cursors.busy == 0) {
        h->started = false;
        history_report(h, SLACK_TRANSPORT_STOPPED);
    }
}

/* ---- operations ---- */

static int history_start(slack_transport_t *t)
{
    slack_history_t *h = history_of(t);
    if (h->started) return SLACK_EALREADY;
    h->started = h->starting = true;
    h->watch.heard_ms = h->watch.ticked_ms = history_now_ms(h);
    slack__timer_start(h->net, &h->tick, SLACK_HISTORY_TICK_MS);
    if (!h->facts.store->ops->durable)
        SLACK_LOG(h->net->log, WARN, "catch-up without a durable store", "hint=%s",
                  "after a restart nothing is caught up: set SLACK_STORE=sqlite:PATH");
    history_ask_listeners(h);
    if (!h->handover.messages && !h->handover.mentions)
        SLACK_LOG(h->net->log, WARN, "catch-up without listeners", "hint=%s",
                  "no listener takes message or app_mention: remove SLACK_CATCH_UP");
    slack__task_post(h->net, &h->task);
    return 0;
}

/* There is no peer to inform. */
static void history_leave(slack_transport_t *t)
{
}

static void history_end_rounds(slack_history_t *h)
{
    slack__round_stop(&h->round);
    slack__timer_stop(h->net, &h->tick);
    slack__timer_stop(h->net, &h->begin);
    slack__timer_stop(h->net, &h->again);
}

static void history_drain(slack_transport_t *t)
{
    slack_history_t *h = history_of(t);
    if (!h->started || history_is_over(h)) return;
    h->draining = true;
    history_end_rounds(h);
}

static void history_stop(slack_transport_t *t)
{
    slack_history_t *h = history_of(t);
    if (!h->started || h->stopping) return;
    history_end_rounds(h);
    h->stopping = true;
    h->starting = false;
    history_save(h);
    slack__task_post(h->net, &h->task);
}

static int history_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    slack_history_t *h = history_of(t);
    if (h->stopping) {
        h->handover.waits = false;
        h->ack_lost++;
        return SLACK_ECLOSED;
    }
    h->acked++;
    if (slack__handover_acked(&h->handover, d, ack)) {
        slack__backoff_reset(&h->events);
        slack__task_post(h->net, &h->task);
    } else if (!h->draining) {
        slack__timer_start(h->net, &h->again,
                           slack__backoff_next_ms(&h->events, 1000, slack__random_u64()));
    }
    return 0;
}

static void history_stats(const slack_transport_t *t, slack_transport_stats_t *ret)
{
    const slack_history_t *h = (const slack_history_t *)t;
    *ret = (slack_transport_stats_t){.state = t->state,
                                     .delivered = h->acked + h->ack_lost + h->handover.waits,
                                     .acked = h->acked,
                                     .ack_lost = h->ack_lost};
}

static unsigned history_reload(slack_transport_t *t)
{
    return 0; /* nothing of this transport comes from a file */
}

static void history_destroy(slack_transport_t *t)
{
    slack_history_t *h = history_of(t);
    slack__handover_done(&h->handover);
    slack__round_done(&h->round);
    slack__free(h);
}

static const struct slack_transport_ops history_ops = {
    .name = SLACK_TRANSPORT_HISTORY,
    .start = history_start,
    .allow = slack__allowance_ignore,
    .leave = history_leave,
    .drain = history_drain,
    .stop = history_stop,
    .ack = history_ack,
    .stats = history_stats,
    .reload = history_reload,
    .destroy = history_destroy,
};

/* ---- what the app calls ---- */

int slack__catch_up_check(const char *name, const char *wanted, char *error)
{
    slack_slice_t rest = slack__slice(wanted), part;
    if (strcmp(wanted, "member") == 0) return 0;
    while (slack__slice_split(&rest, ',', &part)) {
        part = slack__slice_strip(part);
        const bool channel = part.len > 1 && part.len <= SLACK_CHANNEL_ID_MAX &&
                             memchr("CDG", *part.ptr, 3) && slack__is_visible(part);
        if (channel) continue;
        slack__explain(error,
                       "%s=%.40s: \"%.*s\" is no id of a channel: must be member, or ids such as "
                       "C0123ABCD, separated by commas",
                       name, wanted, (int)(part.len < 40 ? part.len : 40), part.ptr);
        return SLACK_ECONFIG;
    }
    return 0;
}

int slack__catch_up_create(slack_transport_t **ret, const struct slack_transport_host *host,
                           const slack_options_t *options, char *error)
{
    const int64_t hour_ms = (int64_t)3600 * 1000;
    *ret = NULL;
    if (options->catch_up == NULL || *options->catch_up == '\0') return 0;
    int rc = slack__catch_up_check("SLACK_CATCH_UP", options->catch_up, error);
    if (rc != 0) return rc;
    slack_history_t *h = slack__calloc(1, sizeof *h);
    if (h == NULL) return SLACK_ENOMEM;
    h->base = (slack_transport_t){.ops = &history_ops, .host = host};
    h->net = host->net;
    h->task.run = history_work;
    slack__link_init(&h->task.link);
    slack__timer_init(&h->tick, history_ticked);
    slack__timer_init(&h->begin, round_due);
    slack__timer_init(&h->again, event_due);
    h->rounds = (slack_backoff_t){SLACK_HISTORY_RETRY_MS, SLACK_HISTORY_RETRY_MAX_MS, 0};
    h->events = (slack_backoff_t){1000, SLACK_HISTORY_RETRY_MAX_MS, 0};
    h->watch.why = "the start";
    h->watch.open = true;
    h->shared.reads = true;
    h->handover =
        (slack_handover_t){.transport = &h->base, .facts = &h->facts, .walk = &h->round.walk};
    slack__handover_init(&h->handover);
    h->round.events = &round_events;
    h->round.net = host->net;
    h->round.wanted = options->catch_up;
    h->round.cursors.idle = cursors_idle;
    const int64_t age_ms = (int64_t)options->catch_up_hours * hour_ms;
    const int64_t thread_age_ms = (int64_t)options->catch_up_thread_hours * hour_ms;
    h->round.walk.options = (slack_walk_options_t){
        age_ms, thread_age_ms > age_ms ? thread_age_ms : age_ms, options->catch_up_messages};
    rc = slack__round_init(&h->round);
    if (rc == 0)
        *ret = &h->base;
    else
        history_destroy(&h->base);
    return rc;
}

void slack__catch_up_prepare(slack_transport_t *t, const slack_catch_up_facts_t *facts)
{
    slack_history_t *h = history_of(t);
    h->facts = *facts;
    h->round.client = h->round.walk.client = facts->client;
    h->round.cursors.store = facts->store;
    h->round.cursors.app = facts->app;
}

void slack__catch_up_figures(const slack_transport_t *t, slack_catch_up_figures_t *ret)
{
    const slack_history_t *h = (const slack_history_t *)t;
    *ret = (slack_catch_up_figures_t){
        .gaps = h->watch.gaps,
        .channels = h->round.channels_read,
        .recovered = h->handover.recovered,
        .known = h->handover.known,
        .left_out = h->round.left_out + h->handover.skipped,
        .behind = h->shared.reads ? h->watch.open : h->shared.missed_ms > 0,
        .missed_ms = h->shared.reads ? 0 : h->shared.missed_ms,
        .read_ms = h->shared.read_ms,
    };
}
