/* SPDX-License-Identifier: MIT */
#include "inbox/schedule.h"

#include <stdio.h>
#include <string.h>

#include "inbox/entry.h"
#include "util/alloc.h"
#include "util/cron.h"
#include "util/error.h"

/* The wait before a scheduled run that the store could not take is put again. */
#define AGAIN_MS 1000

typedef struct scheduled {
    slack_link_t link; /* inbox->schedules */
    slack_inbox_t *inbox;
    slack_cron_t cron;
    slack_zone_t *zone;
    bool skips_missed;
    int64_t planted_ms; /* the last due time that the store has; 0: no run is stored */
    int64_t after_ms;   /* the time from which it was counted */
    bool planting;      /* the store has `op` */
    slack_store_op_t op;
    char key[256];
    char name[];
} scheduled_t;

static int64_t next_due_ms(const scheduled_t *s, int64_t after_ms)
{
    const int64_t next_s = slack__cron_next_s(&s->cron, s->zone, after_ms / 1000);
    return next_s == INT64_MAX ? INT64_MAX : next_s * 1000;
}

static scheduled_t *find(const slack_inbox_t *inbox, slack_slice_t name)
{
    const slack_link_t *list = &inbox->schedules;
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        scheduled_t *s = SLACK_CONTAINER(link, scheduled_t, link);
        if (slack__slice_eq(slack__slice(s->name), name)) return s;
    }
    return NULL;
}

/* ---- the next run ---- */

static void run_planted(slack_store_op_t *op)
{
    scheduled_t *s = SLACK_CONTAINER(op, scheduled_t, op);
    s->planting = false;
    if (op->status != 0) {
        SLACK_LOG(slack__inbox_log(s->inbox), WARN, "the next run of a schedule was not stored",
                  "schedule=%s error=%s retry_ms=%d", s->name, slack_err_name(op->status),
                  AGAIN_MS);
        slack__queue_look_in(s->inbox->queue, AGAIN_MS);
        return;
    }
    s->planted_ms = op->row.due_ms;
    slack__queue_look_at(s->inbox->queue, s->planted_ms); /* also if another process has put it */
}

static void plant(scheduled_t *s, int64_t due_ms)
{
    slack_inbox_t *inbox = s->inbox;
    const slack_transports_t *transports = inbox->transports;
    snprintf(s->key, sizeof s->key, SLACK_SCHEDULE_KEY "%.*s:%.100s:%lld",
             (int)inbox->queue->app.len, inbox->queue->app.ptr, s->name, (long long)due_ms);
    s->planting = true;
    s->op = (slack_store_op_t){
        .kind = SLACK_STORE_PUT,
        .row = {.key = slack__slice(s->key),
                .kind = SLACK_SLICE("job"),
                .name = slack__slice(s->name),
                .payload = SLACK_SLICE("{}"),
                .transport = slack__slice(transports->count ? transports->list[0]->ops->name : ""),
                .app = inbox->queue->app,
                .due_ms = due_ms},
        .done = run_planted};
    slack__link_init(&s->op.link);
    slack__queue_submit(inbox->queue, &s->op);
}

void slack__schedules_plant(slack_inbox_t *inbox)
{
    const slack_link_t *list = &inbox->schedules;
    const int64_t now = slack__wall_ms(inbox->services->net->clock);
    for (slack_link_t *link = list->next; link != list; link = link->next) {
        scheduled_t *s = SLACK_CONTAINER(link, scheduled_t, link);
        /* The clock may have been set back since. */
        if (s->planting || (s->planted_ms > now && s->after_ms <= now)) continue;
        const int64_t due_ms = next_due_ms(s, now);
        s->after_ms = now;
        if (due_ms != INT64_MAX) plant(s, due_ms);
    }
}

/* ---- a run that is due ---- */

/* A run that has begun before goes on, however late; so does one that a person has retried. */
bool slack__schedules_skip(const slack_inbox_t *inbox, const slack_row_t *row)
{
    const scheduled_t *s = slack__row_is_scheduled(row) ? find(inbox, row->name) : NULL;
    if (s == NULL || row->attempt > 1 || row->due_ms != row->planned_ms) return false;
    const char *why = NULL;
    const int64_t late_ms = slack__wall_ms(inbox->services->net->clock) - row->planned_ms;
    if (next_due_ms(s, row->planned_ms - 1000) != row->planned_ms)
        why = "the schedule has changed";
    else if (s->skips_missed && late_ms > SLACK_SCHEDULE_LATE_MS)
        why = "it was missed";
    if (why)
        SLACK_LOG(slack__inbox_log(inbox), INFO, "run of a schedule skipped",
                  "schedule=%s reason=%s due_ms=%lld late_ms=%lld", s->name, why,
                  (long long)row->planned_ms, (long long)late_ms);
    return why != NULL;
}

/* ---- life ---- */

static void scheduled_free(scheduled_t *s)
{
    slack__unlink(&s->link);
    slack__zone_free(s->zone);
    slack__free(s);
}

int slack__schedules_add(slack_inbox_t *inbox, const slack_schedule_t *schedule, char *error)
{
    const char *name = schedule->name;
    char why[SLACK_ERROR_TEXT_MAX] =
        "it needs a name of 1 to 100 bytes, an expression and a handler";
    int rc =
        name && *name && strlen(name) <= 100 && schedule->cron && schedule->fn ? 0 : SLACK_EINVAL;
    if (rc == 0 && find(inbox, slack__slice(name))) {
        snprintf(why, sizeof why, "there is a schedule of that name");
        rc = SLACK_EALREADY;
    }
    scheduled_t *s = rc == 0 ? slack__calloc(1, sizeof *s + strlen(name) + 1) : NULL;
    if (rc == 0 && s == NULL) rc = SLACK_ENOMEM;
    if (s) {
        slack__link_init(&s->link);
        s->inbox = inbox;
        s->skips_missed = schedule->missed == SLACK_MISSED_SKIP;
        memcpy(s->name, name, strlen(name));
        rc = slack__cron_parse(&s->cron, schedule->cron, why);
        if (rc == 0) rc = slack__zone_load(&s->zone, schedule->zone, why);
        if (rc == 0) {
            slack__list_push(&inbox->schedules, &s->link);
            if (inbox->queue->phase == SLACK_QUEUE_RUNNING) slack__queue_look_in(inbox->queue, 0);
            return 0;
        }
        scheduled_free(s);
    }
    slack__explain(error, "the schedule %.40s: %.200s", name ? name : "",
                   rc == SLACK_ENOMEM ? slack_strerror(rc) : why);
    return rc;
}

void slack__schedules_remove(slack_inbox_t *inbox, const char *name)
{
    scheduled_t *s = find(inbox, slack__slice(name));
    if (s == NULL) return;
    slack__unlink(&s->link);
    scheduled_free(s);
}

void slack__schedules_free(slack_inbox_t *inbox)
{
    while (!slack__list_empty(&inbox->schedules))
        scheduled_free(SLACK_CONTAINER(inbox->schedules.next, scheduled_t, link));
}
