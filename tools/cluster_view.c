/* SPDX-License-Identifier: MIT */
#include "cluster_view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/command_line.h"

/* A process writes its entry every 15 s. */
#define SILENT_MS 60000

const char *const cluster_slot_states[] = {
    [SLACK_SLOT_FREE] = "free",
    [SLACK_SLOT_OPENING] = "opening",
    [SLACK_SLOT_READY] = "ready",
    [SLACK_SLOT_REPLACING] = "replacing",
    [SLACK_SLOT_HANDING_OVER] = "handing over",
};

/* ---- entries ---- */

/* The app of that name, which is new if need be. NULL: memory is out. */
static cluster_app_t *find_app(cluster_view_t *view, slack_slice_t name)
{
    for (size_t i = 0; i < view->app_count; i++)
        if (slack__slice_eq(view->apps[i].name, name)) return &view->apps[i];
    const char *copy = slack__arena_strndup(view->arena, name.ptr, name.len);
    cluster_app_t *apps =
        slack__arena_realloc(view->arena, view->apps, view->app_count * sizeof *apps,
                             (view->app_count + 1) * sizeof *apps);
    if (apps == NULL || copy == NULL) return NULL;
    view->apps = apps;
    apps[view->app_count] = (cluster_app_t){.name = {copy, name.len}};
    return &apps[view->app_count++];
}

static bool add_process(cluster_view_t *view, slack_slice_t app_name, slack_slice_t id,
                        slack_slice_t value)
{
    slack_process_t process;
    if (!slack__process_read(view->arena, id, value, &process)) {
        view->strangers++;
        return true;
    }
    cluster_app_t *app = find_app(view, app_name);
    if (app == NULL) return false;
    const size_t size = app->process_count * sizeof process;
    slack_process_t *list =
        slack__arena_realloc(view->arena, app->processes, size, size + sizeof process);
    if (list == NULL) return false;
    app->processes = list;
    list[app->process_count++] = process;
    return true;
}

static bool add_slot(cluster_view_t *view, slack_slice_t app_name, slack_slice_t number,
                     const slack_kv_entry_t *entry)
{
    uint64_t n = SLACK_SLOTS_SPARE;
    if (!slack__slice_eq(number, SLACK_SLICE("spare")) &&
        !slack__parse_u64(number, SLACK_SLOTS_MAX - 1, &n)) {
        view->strangers++;
        return true;
    }
    cluster_app_t *app = find_app(view, app_name);
    if (app == NULL) return false;
    app->slots[n] = slack__slot_read(entry->version);
    const unsigned budget = slack__slice_number(entry->value);
    if (budget <= SLACK_SLOTS_MAX && budget > app->budget) app->budget = budget;
    return true;
}

bool cluster_view_add(cluster_view_t *view, const slack_kv_entry_t *entry)
{
    slack_slice_t rest = entry->key, kind;
    slack__slice_split(&rest, '/', &kind);
    size_t end = rest.len;
    while (end > 0 && rest.ptr[end - 1] != '/')
        end--;
    if (end == 0) {
        view->strangers++;
        return true;
    }
    const slack_slice_t app = {rest.ptr, end - 1}, last = {rest.ptr + end, rest.len - end};
    return slack__slice_eq(kind, SLACK_SLICE("process"))
               ? add_process(view, app, last, entry->value)
               : add_slot(view, app, last, entry);
}

/* ---- problems ---- */

static void SLACK_PRINTF(2, 3) find(cluster_view_t *view, const char *format, ...)
{
    if (view->problem_count == CLUSTER_PROBLEMS_MAX) return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(view->problems[view->problem_count++], CLUSTER_PROBLEM_SIZE, format, ap);
    va_end(ap);
}

static void judge_slots(cluster_view_t *view, const cluster_app_t *app, size_t candidates)
{
    if (candidates > 0 && app->budget == 0)
        find(view, "app %.*s: no process has a connection of Socket Mode", (int)app->name.len,
             app->name.ptr);
    for (unsigned i = 0; candidates > 0 && i < app->budget; i++)
        if (app->slots[i].state == SLACK_SLOT_FREE)
            find(view, "app %.*s: slot %u has no holder", (int)app->name.len, app->name.ptr, i);
}

static void judge_app(cluster_view_t *view, const cluster_app_t *app)
{
    size_t receivers = 0, workers = 0, candidates = 0;
    char text[CLI_DURATION_SIZE];
    for (size_t i = 0; i < app->process_count; i++) {
        const slack_process_t *p = &app->processes[i];
        if (view->now_ms - p->seen_ms > SILENT_MS)
            find(view, "process %s on %s was last seen %s ago", p->id, p->host,
                 cli_duration(view->now_ms - p->seen_ms, text));
        if (p->leaving) continue;
        receivers += p->role != SLACK_ROLE_WORK;
        workers += p->role != SLACK_ROLE_RECEIVE;
        candidates += p->sockets.candidate;
    }
    if (receivers == 0)
        find(view, "app %.*s: no process receives (SLACK_ROLE all or receive)", (int)app->name.len,
             app->name.ptr);
    if (workers == 0)
        find(view, "app %.*s: no process works (SLACK_ROLE all or work)", (int)app->name.len,
             app->name.ptr);
    judge_slots(view, app, candidates);
}

void cluster_view_judge(cluster_view_t *view, int64_t max_lag_ms)
{
    char text[CLI_DURATION_SIZE];
    if (view->app_count == 0) find(view, "no process runs");
    for (size_t i = 0; i < view->app_count; i++)
        judge_app(view, &view->apps[i]);
    if (cluster_view_lag_ms(view) > max_lag_ms)
        find(view, "a row has been due for %s, and no process has claimed it",
             cli_duration(cluster_view_lag_ms(view), text));
    if (view->strangers > 0)
        find(view,
             "%zu entries are not valid: another program writes to the store, or the disk fails",
             view->strangers);
    if (view->counts.stateless > 0)
        find(view, "%" PRIu64 " rows are damaged: see slackapp inbox stats",
             view->counts.stateless);
}

int64_t cluster_view_lag_ms(const cluster_view_t *view)
{
    return view->counts.next_ms < view->now_ms ? view->now_ms - view->counts.next_ms : 0;
}

bool cluster_slot_is_shown(const cluster_app_t *app, unsigned number)
{
    return app->slots[number].state != SLACK_SLOT_FREE || number < app->budget ||
           (number == SLACK_SLOTS_SPARE && app->budget > 0);
}

const char *cluster_process_state(const slack_process_t *process)
{
    if (process->leaving) return "leaving";
    return process->sockets.candidate && process->sockets.slots == 0 ? "standby" : "running";
}
