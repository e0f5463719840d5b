/* SPDX-License-Identifier: MIT */
#include "cluster/processes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/kv.h"
#include "util/random.h"

/* Several hints in a row cause one look. */
#define SOON_MS 10
#define PAGE    100

static void list_page(slack_processes_t *processes, slack_slice_t after);

void slack__processes_look_soon(slack_processes_t *processes)
{
    slack_timer_t *timer = &processes->timer;
    if (!processes->started) return;
    processes->again = true;
    if (processes->looking) return;
    const uint64_t due_us = slack__mono_us(processes->net->clock) + SOON_MS * 1000;
    if (slack__timer_waits(timer) && timer->due_us <= due_us) return;
    slack__timer_start_at(processes->net, timer, due_us);
}

/* ---- the end of a look ---- */

static void look_over(slack_processes_t *processes)
{
    slack__arena_free(processes->next_arena);
    processes->next_arena = NULL;
    processes->looking = false;
    if (!processes->started) return;
    const bool alone = processes->count == 1 && !processes->store->ops->notifies;
    slack__timer_start(processes->net, &processes->timer,
                       alone ? SLACK_PROCESSES_ALONE_MS : SLACK_PROCESSES_LOOK_MS);
    if (processes->again) slack__processes_look_soon(processes);
    processes->looked(processes->looked_data);
}

static slack_slice_t entry_key(const slack_processes_t *processes, const char *id)
{
    return slack__slice(slack__arena_printf(processes->next_arena, "process/%.*s/%s",
                                            (int)processes->app.len, processes->app.ptr, id));
}

/* ---- the entry of this process ---- */

/* If the entry has another version than the listed one, the next look writes it. */
static void entry_written(slack_store_op_t *op)
{
    slack_processes_t *processes = SLACK_CONTAINER(op, slack_processes_t, op);
    if (op->status != 0 || op->duplicate) processes->written.seen_ms = 0;
    look_over(processes);
}

/* Returns true if the entry has all that other processes need to know. The number of deliveries
 * under way may be older: only people read it. */
static bool entry_is_true(const slack_processes_t *processes)
{
    const slack_process_t *own = &processes->own, *said = &processes->written;
    return *processes->version && own->seen_ms - said->seen_ms < SLACK_PROCESSES_WRITE_MS &&
           own->leaving == said->leaving && own->sockets.candidate == said->sockets.candidate &&
           own->sockets.slots == said->sockets.slots && own->sockets.ready == said->sockets.ready &&
           own->catch_up.missed_ms == said->catch_up.missed_ms &&
           own->catch_up.read_ms == said->catch_up.read_ms;
}

static void entry_write(slack_processes_t *processes)
{
    slack_process_t *own = &processes->own;
    processes->describe(processes->describe_data, own);
    own->seen_ms = slack__wall_ms(processes->net->clock);
    if (entry_is_true(processes)) {
        look_over(processes);
        return;
    }
    const slack_slice_t key = entry_key(processes, own->id);
    const char *value = slack__process_write(processes->next_arena, own);
    const char *version =
        slack__arena_printf(processes->next_arena, "%lld", (long long)own->seen_ms);
    if (key.len == 0 || value == NULL || version == NULL) {
        look_over(processes);
        return;
    }
    processes->written = *own;
    processes->op = (slack_store_op_t){.kind = SLACK_STORE_KV_SWAP, .done = entry_written};
    processes->op.owned = true;
    processes->op.row = slack__kv_to_row(&(slack_kv_entry_t){
        .key = key,
        .version = slack__slice(version),
        .value = slack__slice(value),
        .until_ms = SLACK_KV_FOREVER,
        .expected = slack__slice(processes->version),
    });
    slack__link_init(&processes->op.link);
    processes->store->ops->submit(processes->store, &processes->op);
}

/* ---- the entries of all ---- */

static void list_take(slack_processes_t *processes, const slack_row_t *row)
{
    const slack_kv_entry_t entry = slack__kv_from_row(row);
    const slack_slice_t prefix = processes->op.row.key;
    const slack_slice_t id = {entry.key.ptr + prefix.len, entry.key.len - prefix.len};
    slack_process_t *p = &processes->next[processes->next_count];
    /* "process/A/" is a prefix of the entries of an app "A/1" too. */
    if (memchr(id.ptr, '/', id.len) || processes->next_count == SLACK_PROCESSES_MAX) return;
    if (slack__slice_eq(id, slack__slice(processes->own.id))) {
        snprintf(processes->version, sizeof processes->version, "%.*s", (int)entry.version.len,
                 entry.version.ptr);
        return;
    }
    if (!entry.damaged && slack__process_read(processes->batch.arena, id, entry.value, p)) {
        processes->next_count++;
        return;
    }
    if (processes->invalid + processes->next_invalid++ > 0) return;
    SLACK_LOG(processes->net->log, WARN, "entry of a process ignored", "key=%.*s hint=%s",
              (int)(entry.key.len < 200 ? entry.key.len : 200), entry.key.ptr,
              "another program has written it: delete it, and let only this app write there");
}

static void list_complete(slack_processes_t *processes)
{
    processes->next[0] = processes->own;
    slack_arena_t *before = processes->arena;
    processes->arena = processes->next_arena;
    processes->list = processes->next;
    processes->count = processes->next_count;
    processes->invalid = processes->next_invalid;
    processes->listed_ms = processes->next_ms;
    processes->next_arena = slack__arena_new(1024, 0);
    slack__arena_free(before);
    if (processes->next_arena)
        entry_write(processes);
    else
        look_over(processes);
}

static void page_listed(slack_store_op_t *op)
{
    slack_processes_t *processes = SLACK_CONTAINER(op, slack_processes_t, op);
    slack_store_batch_t *batch = &processes->batch;
    const size_t count = op->status == 0 ? batch->count : 0;
    slack_slice_t after = {NULL, 0};
    const size_t size = (processes->next_count + count) * sizeof *processes->next;
    if (count > 0) {
        slack_process_t *next =
            slack__arena_realloc(processes->next_arena, processes->next,
                                 processes->next_count * sizeof *processes->next, size);
        const slack_slice_t last = batch->rows[count - 1].key;
        after = slack__slice(slack__arena_strndup(processes->next_arena, last.ptr, last.len));
        if (next) processes->next = next;
        for (size_t i = 0; next && i < count; i++)
            list_take(processes, &batch->rows[i]);
        if (next == NULL || after.len == 0) op->status = SLACK_ENOMEM;
    }
    slack__arena_free(batch->arena);
    if (op->status != 0 || !processes->started)
        look_over(processes);
    else if (count > 0)
        list_page(processes, after);
    else
        list_complete(processes);
}

static void list_page(slack_processes_t *processes, slack_slice_t after)
{
    const slack_slice_t prefix = entry_key(processes, "");
    if (prefix.len == 0) {
        look_over(processes);
        return;
    }
    processes->batch = (slack_store_batch_t){.limit = PAGE};
    processes->op = (slack_store_op_t){.kind = SLACK_STORE_KV_LIST,
                                       .row = slack__kv_page(prefix, after),
                                       .batch = &processes->batch,
                                       .done = page_listed};
    slack__link_init(&processes->op.link);
    processes->store->ops->submit(processes->store, &processes->op);
}

/* ---- life ---- */

static void look_due(slack_timer_t *timer)
{
    slack_processes_t *processes = SLACK_CONTAINER(timer, slack_processes_t, timer);
    processes->looking = true;
    processes->again = false;
    *processes->version = '\0';
    processes->next_count = 1; /* this process */
    processes->next_invalid = 0;
    processes->next_ms = slack__mono_ms(processes->net->clock);
    processes->next_arena = slack__arena_new(0, 0);
    processes->next = processes->next_arena
                          ? slack__arena_calloc(processes->next_arena, sizeof *processes->next)
                          : NULL;
    if (processes->next)
        list_page(processes, (slack_slice_t){NULL, 0});
    else
        look_over(processes);
}

void slack__processes_init(slack_processes_t *processes)
{
    slack_process_t *own = &processes->own;
    snprintf(own->id, sizeof own->id, "%016llx", (unsigned long long)slack__random_u64());
    snprintf(own->version, sizeof own->version, "%s", SLACKAPP_VERSION);
    if (gethostname(own->host, sizeof own->host - 1) != 0) *own->host = '\0';
    own->role = SLACK_ROLE_ALL;
    own->pid = getpid();
    slack__timer_init(&processes->timer, look_due);
}

void slack__processes_start(slack_processes_t *processes)
{
    processes->started = true;
    processes->own.since_ms = slack__wall_ms(processes->net->clock);
    slack__timer_start(processes->net, &processes->timer, 0);
}

bool slack__processes_has(const slack_processes_t *processes, const char *id)
{
    for (size_t i = 0; i < processes->count; i++)
        if (strcmp(processes->list[i].id, id) == 0) return true;
    return strcmp(processes->own.id, id) == 0;
}

bool slack__processes_is_known(const slack_processes_t *processes)
{
    return processes->count > 0 && processes->written.seen_ms > 0;
}

void slack__processes_stop(slack_processes_t *processes)
{
    if (!processes->started) return;
    processes->started = false;
    slack__timer_stop(processes->net, &processes->timer);
}

void slack__processes_done(slack_processes_t *processes)
{
    slack__arena_free(processes->arena);
}
