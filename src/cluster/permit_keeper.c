/* SPDX-License-Identifier: MIT */
#include "cluster/permit_keeper.h"

#include <inttypes.h>
#include <slack/error.h>
#include <stdio.h>
#include <string.h>

#include "cluster/permits.h"
#include "store/kv.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/random.h"

#define DIGITS 16 /* of a listener's number, and of a version */
/* If other processes were faster to write the table, the longest wait before the next turn, for
 * each time in a row; and the most times that count. */
#define WAIT_MS   20
#define TRIES_MAX 10
/* The pause before a pool is made again after memory was out. */
#define MEMORY_LOOK_MS 100
/* No more than one line in this time says that the store fails. */
#define WARN_MS 60000

typedef struct slack_permit_pool {
    slack_link_t link; /* in keeper->pools */
    slack_permit_keeper_t *keeper;
    uint64_t listener;
    slack_permits_t permits;
    slack_link_t waiting; /* links permit->link, in the order in which they were taken */
    unsigned running, waits;

    slack_timer_t timer; /* the next turn */
    slack_store_op_t op;
    slack_store_batch_t batch;
    bool busy;    /* a turn is under way */
    bool again;   /* another turn follows */
    bool checked; /* the turn has looked for the holder in `suspect` */
    unsigned tries;
    uint64_t began_ms;
    char suspect[SLACK_PROCESS_ID_SIZE], gone[SLACK_PROCESS_ID_SIZE];
    char version[DIGITS + 1], next_version[DIGITS + 1]; /* "": there is no entry */
    char value[SLACK_PERMITS_TEXT];
    char key[]; /* of `op` */
} pool_t;

#define KEY_SIZE(keeper) (sizeof "running//" + (keeper)->app.len + DIGITS)

static void pool_turn(pool_t *pool);

static uint64_t pool_now(const pool_t *pool)
{
    return slack__mono_ms(pool->keeper->net->clock);
}

static void pool_submit(pool_t *pool, const slack_kv_entry_t *entry, slack_store_op_t op)
{
    slack_permit_keeper_t *keeper = pool->keeper;
    pool->op = op;
    pool->op.row = slack__kv_to_row(entry);
    slack__link_init(&pool->op.link);
    keeper->under_way++;
    keeper->store->ops->submit(keeper->store, &pool->op);
}

/* Runs the deliveries that may run now. */
static void pool_grant(pool_t *pool)
{
    const unsigned limit = slack__permits_limit(&pool->permits, pool_now(pool));
    while (pool->running < limit && pool->waits > 0) {
        slack_link_t *link = slack__list_shift(&pool->waiting);
        slack_permit_t *permit = SLACK_CONTAINER(link, slack_permit_t, link);
        pool->waits--;
        pool->running++;
        permit->has = true;
        permit->waits = false;
        permit->granted(permit);
    }
}

/* ---- the end of a turn ---- */

static void pool_free(pool_t *pool)
{
    slack__unlink(&pool->link);
    slack__timer_stop(pool->keeper->net, &pool->timer);
    slack__free(pool);
}

/* A pool that has nothing and needs nothing is freed. */
static void turn_over(pool_t *pool, uint64_t in_ms)
{
    slack_permit_keeper_t *keeper = pool->keeper;
    pool->busy = false;
    if (!keeper->started) return;
    pool_grant(pool);
    if (pool->again)
        pool_turn(pool);
    else if (in_ms > 0)
        slack__timer_start(keeper->net, &pool->timer, in_ms);
    else if (pool->running + pool->waits == 0)
        pool_free(pool);
}

static void turn_failed(pool_t *pool, int status)
{
    slack_permit_keeper_t *keeper = pool->keeper;
    const uint64_t now_ms = pool_now(pool);
    slack__permits_failed(&pool->permits);
    pool->again = false;
    if (pool->waits > 0 && keeper->started && now_ms >= keeper->warn_ms) {
        keeper->warn_ms = now_ms + WARN_MS;
        SLACK_LOG(keeper->net->log, WARN, "deliveries wait for a listener with max_running",
                  "entry=%s error=%s hint=%s", pool->key, slack_err_name(status),
                  status == SLACK_EDAMAGED
                      ? "another program has written this entry of the store: delete it"
                      : "the entry says how many the other processes run: make the store work");
    }
    turn_over(pool, slack__permits_turn_in_ms(&pool->permits));
}

/* ---- the table ---- */

static void table_written(slack_store_op_t *op)
{
    pool_t *pool = SLACK_CONTAINER(op, pool_t, op);
    pool->keeper->under_way--;
    if (op->status != 0) {
        turn_failed(pool, op->status);
    } else if (op->duplicate) {
        if (pool->tries < TRIES_MAX) pool->tries++;
        turn_over(pool, 1 + slack__random_u64() % (pool->tries * WAIT_MS));
    } else {
        pool->tries = 0;
        slack__permits_written(&pool->permits);
        if (pool->permits.wants) pool->again = pool->again || *pool->gone;
        turn_over(pool, slack__permits_turn_in_ms(&pool->permits));
    }
}

/* A table without lines is no entry. */
static void table_write(pool_t *pool, const slack_permit_table_t *table)
{
    const bool empty = table->count == 0;
    const size_t len = slack__permit_table_write(table, pool->value);
    snprintf(pool->next_version, sizeof pool->next_version, "%016" PRIx64, slack__random_u64());
    const slack_kv_entry_t entry = {
        .key = slack__slice(pool->key),
        .version = slack__slice(empty ? NULL : pool->next_version),
        .value = {pool->value, len},
        .until_ms = SLACK_KV_FOREVER,
        .expected = slack__slice(pool->version),
    };
    pool_submit(pool, &entry,
                (slack_store_op_t){.kind = empty ? SLACK_STORE_KV_DELETE : SLACK_STORE_KV_SWAP,
                                   .done = table_written});
}

/* The entry "WHAT/APP/ID". */
static void pool_read(pool_t *pool, const char *what, const char *id,
                      void (*done)(slack_store_op_t *op))
{
    const slack_slice_t app = pool->keeper->app;
    snprintf(pool->key, KEY_SIZE(pool->keeper), "%s/%.*s/%s", what, (int)app.len, app.ptr, id);
    pool->batch = (slack_store_batch_t){.limit = 1};
    const slack_kv_entry_t entry = {.key = slack__slice(pool->key)};
    pool_submit(
        pool, &entry,
        (slack_store_op_t){.kind = SLACK_STORE_KV_GET, .batch = &pool->batch, .done = done});
}

static void table_submit_read(pool_t *pool);

/* The entry of a holder was looked for after the table was read. If there is none, the holder is
 * gone, and does not come back under this id. */
static void holder_read(slack_store_op_t *op)
{
    pool_t *pool = SLACK_CONTAINER(op, pool_t, op);
    const bool gone = op->status == 0 && pool->batch.count == 0;
    pool->keeper->under_way--;
    slack__arena_free(pool->batch.arena);
    if (gone) memcpy(pool->gone, pool->suspect, sizeof pool->gone);
    if (pool->keeper->started)
        table_submit_read(pool);
    else
        turn_over(pool, 0);
}

/* The value of another program stands for an empty table. False: its version cannot be replaced. */
static bool table_parse(pool_t *pool, slack_permit_table_t *ret)
{
    const slack_store_batch_t *batch = &pool->batch;
    *pool->version = '\0';
    ret->count = 0;
    if (batch->count > 0) {
        const slack_kv_entry_t entry = slack__kv_from_row(batch->rows);
        if (entry.version.len == 0 || entry.version.len >= sizeof pool->version) return false;
        memcpy(pool->version, entry.version.ptr, entry.version.len);
        pool->version[entry.version.len] = '\0';
        if (!entry.damaged) slack__permit_table_read(entry.value, ret);
    }
    slack__permit_table_remove(ret, pool->gone);
    slack_processes_t *processes = pool->keeper->processes;
    for (size_t i = 0; i < ret->count; i++) {
        ret->lines[i].listed = slack__processes_has(processes, ret->lines[i].id);
        if (!ret->lines[i].listed) slack__processes_look_soon(processes);
    }
    return true;
}

static void table_read(slack_store_op_t *op)
{
    pool_t *pool = SLACK_CONTAINER(op, pool_t, op);
    const slack_permit_keeper_t *keeper = pool->keeper;
    slack_permit_table_t table;
    pool->keeper->under_way--;
    int status = op->status;
    if (status == 0 && !table_parse(pool, &table)) status = SLACK_EDAMAGED;
    slack__arena_free(pool->batch.arena);
    if (status != 0 || !keeper->started) {
        turn_failed(pool, status);
        return;
    }
    const slack_permit_need_t need = {
        .running = pool->running,
        .waiting = pool->waits,
        .alone = keeper->alone,
        .leaving = keeper->leaving,
        .unknown = !slack__processes_is_known(keeper->processes),
    };
    const bool changed =
        slack__permits_turn(&pool->permits, &table, &need, pool->began_ms, pool_now(pool));
    const char *suspect = slack__permits_suspect(&pool->permits, &table);
    if (suspect && !pool->checked) {
        pool->checked = true;
        memcpy(pool->suspect, suspect, sizeof pool->suspect);
        pool_read(pool, "process", pool->suspect, holder_read);
        return;
    }
    if (changed)
        table_write(pool, &table);
    else
        turn_over(pool, slack__permits_turn_in_ms(&pool->permits));
}

static void table_submit_read(pool_t *pool)
{
    char number[DIGITS + 1];
    snprintf(number, sizeof number, "%016" PRIx64, pool->listener);
    pool->began_ms = pool_now(pool);
    pool_read(pool, "running", number, table_read);
}

static void pool_turn(pool_t *pool)
{
    if (!pool->keeper->started) return;
    pool->again = pool->busy;
    if (pool->busy) return;
    pool->busy = true;
    pool->checked = false;
    *pool->gone = '\0';
    slack__timer_stop(pool->keeper->net, &pool->timer);
    table_submit_read(pool);
}

/* ---- pools ---- */

static void turn_due(slack_timer_t *timer)
{
    pool_turn(SLACK_CONTAINER(timer, pool_t, timer));
}

static pool_t *pool_at(const slack_link_t *link)
{
    return SLACK_CONTAINER((uintptr_t)link, pool_t, link);
}

static pool_t *pool_new(slack_permit_keeper_t *keeper, const slack_permit_t *permit)
{
    pool_t *pool = slack__calloc(1, sizeof *pool + KEY_SIZE(keeper));
    if (pool == NULL) return NULL;
    pool->keeper = keeper;
    pool->listener = permit->listener;
    slack__permits_init(&pool->permits, keeper->processes->own.id, permit->most);
    slack__link_init(&pool->link);
    slack__link_init(&pool->waiting);
    slack__timer_init(&pool->timer, turn_due);
    slack__list_push(&keeper->pools, &pool->link);
    return pool;
}

/* Without memory for a pool the permit is waited for all the same. */
static void permit_wait(slack_permit_keeper_t *keeper, slack_permit_t *permit)
{
    pool_t *pool = NULL;
    for (slack_link_t *link = keeper->pools.next; link != &keeper->pools; link = link->next)
        if (pool_at(link)->listener == permit->listener) pool = pool_at(link);
    if (pool == NULL) pool = pool_new(keeper, permit);
    permit->pool = pool;
    permit->waits = true;
    slack__list_push(pool ? &pool->waiting : &keeper->poor, &permit->link);
    if (pool)
        pool->waits++;
    else if (keeper->started)
        slack__timer_start(keeper->net, &keeper->timer, MEMORY_LOOK_MS);
}

static void memory_due(slack_timer_t *timer)
{
    slack_permit_keeper_t *keeper = SLACK_CONTAINER(timer, slack_permit_keeper_t, timer);
    slack_link_t poor, *link;
    slack__link_init(&poor);
    slack__list_splice(&poor, &keeper->poor);
    while ((link = slack__list_shift(&poor)) != NULL) {
        slack_permit_t *permit = SLACK_CONTAINER(link, slack_permit_t, link);
        permit_wait(keeper, permit);
        if (permit->pool) pool_turn(permit->pool);
    }
}

void slack__permit_take(void *data, slack_permit_t *permit)
{
    permit_wait(data, permit);
    pool_t *pool = permit->pool;
    if (pool == NULL) return;
    if (pool->waits == 1 && pool->running < slack__permits_limit(&pool->permits, pool_now(pool))) {
        slack__unlink(&permit->link);
        pool->waits--;
        pool->running++;
        permit->has = true;
        permit->waits = false;
    } else if (!pool->permits.wants) {
        pool_turn(pool);
    }
}

void slack__permit_give(void *data, slack_permit_t *permit)
{
    const slack_permit_keeper_t *keeper = data;
    pool_t *pool = permit->pool;
    slack__unlink(&permit->link);
    if (pool) *(permit->has ? &pool->running : &pool->waits) -= 1;
    permit->pool = NULL;
    permit->has = permit->waits = false;
    if (pool == NULL || !keeper->started) return;
    pool_grant(pool);
    const bool unused = pool->running + pool->waits == 0 && !slack__timer_waits(&pool->timer);
    if (keeper->leaving || unused || slack__permits_owes(&pool->permits)) pool_turn(pool);
}

/* ---- life ---- */

static void keeper_turn_all(slack_permit_keeper_t *keeper, bool idle)
{
    for (slack_link_t *link = keeper->pools.next; link != &keeper->pools; link = link->next)
        if (idle || pool_at(link)->waits > 0) pool_turn(pool_at(link));
}

void slack__permit_keeper_init(slack_permit_keeper_t *keeper)
{
    slack__link_init(&keeper->pools);
    slack__link_init(&keeper->poor);
    slack__timer_init(&keeper->timer, memory_due);
}

void slack__permit_keeper_start(slack_permit_keeper_t *keeper)
{
    keeper->started = true;
}

void slack__permit_keeper_looked(slack_permit_keeper_t *keeper, bool alone)
{
    const bool changed = alone != keeper->alone;
    keeper->alone = alone;
    keeper_turn_all(keeper, changed);
}

void slack__permit_keeper_leave(slack_permit_keeper_t *keeper)
{
    keeper->leaving = true;
    keeper_turn_all(keeper, true);
}

void slack__permit_keeper_stop(slack_permit_keeper_t *keeper)
{
    if (!keeper->started) return;
    keeper->started = false;
    slack__timer_stop(keeper->net, &keeper->timer);
    for (slack_link_t *link = keeper->pools.next; link != &keeper->pools; link = link->next)
        slack__timer_stop(keeper->net, &pool_at(link)->timer);
}

void slack__permit_keeper_done(slack_permit_keeper_t *keeper)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&keeper->pools)) != NULL)
        slack__free(pool_at(link));
}
