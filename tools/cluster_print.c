/* SPDX-License-Identifier: MIT */
#include "cluster_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/command_line.h"
#include "sim/json_builder.h"

static const char *const row_states[] = {"waiting", "running", "done", "dead"};

/* ---- the table ---- */

static const char *age(const cluster_view_t *view, int64_t since_ms, char text[CLI_DURATION_SIZE])
{
    return cli_duration(view->now_ms - since_ms, text);
}

static void print_slots(const cluster_app_t *app)
{
    for (unsigned i = 0; i <= SLACK_SLOTS_SPARE; i++) {
        const slack_slot_t *slot = &app->slots[i];
        if (!cluster_slot_is_shown(app, i)) continue;
        if (i < SLACK_SLOTS_SPARE)
            cli_printf("  slot %-10u %-12s  %s\n", i, cluster_slot_states[slot->state],
                       slot->holder);
        else
            cli_printf("  %-15s %-12s  %s\n", "spare", cluster_slot_states[slot->state],
                       slot->holder);
    }
}

static void print_app(const cluster_view_t *view, const cluster_app_t *app)
{
    char since[CLI_DURATION_SIZE], seen[CLI_DURATION_SIZE];
    cli_printf("app %.*s\n", (int)app->name.len, app->name.ptr);
    puts("  process           role     state         since      seen  sockets  running  version, "
         "host, pid");
    for (size_t i = 0; i < app->process_count; i++) {
        const slack_process_t *p = &app->processes[i];
        cli_printf("  %s  %-7s  %-7s  %10s  %8s  %3" PRId64 "/%-3" PRId64 "  %7" PRId64
                   "  %s, %s, %" PRId64 "\n",
                   p->id, slack__role_names[p->role], cluster_process_state(p),
                   age(view, p->since_ms, since), age(view, p->seen_ms, seen), p->sockets.ready,
                   p->sockets.slots, p->running, p->version, p->host, p->pid);
    }
    print_slots(app);
}

int cluster_print_text(const cluster_view_t *view)
{
    const slack_store_batch_t *counts = &view->counts;
    char text[CLI_DURATION_SIZE];
    for (size_t i = 0; i < view->app_count; i++)
        print_app(view, &view->apps[i]);
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++) {
        printf("%-9s %s%" PRIu64, row_states[s],
               counts->counts[s] > SLACK_STORE_COUNT_MAX ? "about " : "", counts->counts[s]);
        if (counts->counts[s] > 0)
            printf(", the oldest: %s", age(view, counts->oldest_ms[s], text));
        putchar('\n');
    }
    printf("lag       %s\n", cli_duration(cluster_view_lag_ms(view), text));
    if (counts->bare_owners > 0)
        printf("owners    %" PRIu64 ", %" PRIu64 " without a process: a command, a process of an "
               "older release, or one that has just ended\n",
               counts->owners, counts->bare_owners);
    cli_printf("store     %s\n", counts->about);
    for (size_t i = 0; i < view->problem_count; i++)
        cli_printf("look at   %s\n", view->problems[i]);
    if (view->problem_count == 0) puts("healthy");
    return 0;
}

/* ---- JSON ---- */

static const slack_json_t *processes_json(sim_json_builder_t *json, const cluster_app_t *app)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < app->process_count; i++) {
        const slack_process_t *p = &app->processes[i];
        sim_list_add(json, &list,
                     sim_json(json,
                              "{id: %s, host: %s, pid: %lld, role: %s, state: %s, version: %s, "
                              "since_ms: %lld, seen_ms: %lld, slots: %lld, ready: %lld, "
                              "running: %lld}",
                              p->id, p->host, (long long)p->pid, slack__role_names[p->role],
                              cluster_process_state(p), p->version, (long long)p->since_ms,
                              (long long)p->seen_ms, (long long)p->sockets.slots,
                              (long long)p->sockets.ready, (long long)p->running));
    }
    return sim_list_end(json, &list);
}

/* The slots of the budget, and the spare as the last one. */
static const slack_json_t *slots_json(sim_json_builder_t *json, const cluster_app_t *app)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (unsigned i = 0; i <= SLACK_SLOTS_SPARE; i++) {
        const slack_slot_t *slot = &app->slots[i];
        char name[8] = "spare";
        if (i < SLACK_SLOTS_SPARE) snprintf(name, sizeof name, "%u", i);
        if (cluster_slot_is_shown(app, i))
            sim_list_add(json, &list,
                         sim_json(json, "{slot: %s, state: %s, holder: %s}", name,
                                  cluster_slot_states[slot->state], slot->holder));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *apps_json(sim_json_builder_t *json, const cluster_view_t *view)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < view->app_count; i++) {
        const cluster_app_t *app = &view->apps[i];
        const char *name = slack__arena_strndup(json->arena, app->name.ptr, app->name.len);
        sim_list_add(json, &list,
                     sim_json(json, "{app: %s, budget: %u, processes: %p, slots: %p}",
                              name ? name : "", app->budget, processes_json(json, app),
                              slots_json(json, app)));
    }
    return sim_list_end(json, &list);
}

static const slack_json_t *rows_json(sim_json_builder_t *json, const cluster_view_t *view)
{
    const slack_store_batch_t *counts = &view->counts;
    sim_list_t list;
    sim_list_begin(json, &list, '{');
    for (unsigned s = 0; s < SLACK_ROW_STATES; s++)
        sim_list_put(json, &list, row_states[s],
                     sim_json(json, "{count: %llu, estimate: !!%d, oldest_ms: %lld}",
                              (unsigned long long)counts->counts[s],
                              counts->counts[s] > SLACK_STORE_COUNT_MAX,
                              (long long)counts->oldest_ms[s]));
    return sim_list_end(json, &list);
}

int cluster_print_json(const cluster_view_t *view)
{
    sim_json_builder_t json = {.arena = view->arena};
    sim_list_t problems;
    sim_list_begin(&json, &problems, '[');
    for (size_t i = 0; i < view->problem_count; i++)
        sim_list_add(&json, &problems, sim_json(&json, "%s", view->problems[i]));
    const slack_json_t *list = sim_list_end(&json, &problems);
    const slack_json_t *whole =
        sim_json(&json,
                 "{healthy: !!%d, problems: %p, now_ms: %lld, apps: %p, rows: %p, damaged: %llu, "
                 "lag_ms: %lld, owners: %llu, bare_owners: %llu, store: %s}",
                 view->problem_count == 0, list, (long long)view->now_ms, apps_json(&json, view),
                 rows_json(&json, view), (unsigned long long)view->counts.stateless,
                 (long long)cluster_view_lag_ms(view), (unsigned long long)view->counts.owners,
                 (unsigned long long)view->counts.bare_owners, view->counts.about);
    size_t len;
    const char *text = json.rc == 0 ? slack__json_text(view->arena, whole, &len) : NULL;
    if (text == NULL) return SLACK_ENOMEM;
    puts(text);
    return 0;
}
