/* SPDX-License-Identifier: MIT */
#include "cluster/shares.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "store/kv.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/random.h"

/* More lanes do not ask at once. */
#define LANES_MAX 4000
/* More ends of 429s are not written at once: the other processes get a 429 of their own. */
#define CLOSINGS_MAX 64
/* A bucket is kept so long after it is full, for clocks that differ. */
#define KEEP_MS (5 * 60 * 1000)
/* Swaps that other processes were faster with, before the lane is alone; and the longest wait after
 * each of them. */
#define TRIES   10
#define WAIT_MS 20
/* No more than one line in this time says that the store fails. */
#define WARN_MS 60000
/* Without calls for so long, nobody looks for 429s. */
#define QUIET_MS 60000
#define PAGE     100
#define DIGITS   16 /* of a lane's number */

enum share_state { IDLE, READING, WRITING, WAITING };

typedef struct share_lane {
    slack_link_t link;     /* in shares->idle */
    slack_heap_node_t due; /* in shares->due */
    slack_shares_t *shares;
    uint64_t number;
    enum share_state state;
    slack_lease_want_t want;
    uint64_t late_ms, again_ms; /* the lease is late then; the next try while it waits */
    bool late;
    unsigned tries;
    slack_share_t bucket, next; /* of the entry; after the lease that is being taken */
    slack_lease_t lease;
    char version[DIGITS + 1]; /* of the entry, as far as is known; "": there is none */
    char next_version[DIGITS + 1], value[SLACK_SHARE_TEXT];
    slack_store_op_t op;
    slack_store_batch_t batch;
    char key[]; /* of the entry */
} share_lane_t;

/* ---- time ---- */

static uint64_t mono_ms(const slack_shares_t *shares)
{
    return slack__mono_ms(shares->net->clock);
}

static uint64_t shared_ms(const slack_shares_t *shares)
{
    return mono_ms(shares) + shares->ahead_ms;
}

/* Reads the value of an entry. If another process's clock is ahead, it is the shared one. */
static bool share_read(slack_shares_t *shares, const slack_kv_entry_t *entry, slack_share_t *ret)
{
    const uint64_t now_ms = shared_ms(shares);
    if (entry->damaged || !slack__share_read(entry->value, now_ms, ret)) return false;
    if (ret->at_ms > now_ms) shares->ahead_ms += ret->at_ms - now_ms;
    return true;
}

/* ---- lanes ---- */

static slack_slice_t share_lane_key(const void *value)
{
    const share_lane_t *lane = value;
    return (slack_slice_t){(const char *)&lane->number, sizeof lane->number};
}

static share_lane_t *share_lane_new(slack_shares_t *shares, uint64_t number)
{
    const size_t size = sizeof "pace//" + shares->app.len + DIGITS;
    if (slack__map_count(shares->lanes) >= LANES_MAX) {
        slack_link_t *link = slack__list_shift(&shares->idle);
        if (link == NULL) return NULL;
        share_lane_t *oldest = SLACK_CONTAINER(link, share_lane_t, link);
        slack__free(slack__map_take(shares->lanes, share_lane_key(oldest)));
    }
    share_lane_t *lane = slack__calloc(1, sizeof *lane + size);
    if (lane == NULL) return NULL;
    lane->shares = shares;
    lane->number = number;
    slack__link_init(&lane->link);
    snprintf(lane->key, size, "pace/%.*s/%016" PRIx64, (int)shares->app.len, shares->app.ptr,
             number);
    if (slack__map_put(shares->lanes, share_lane_key(lane), lane) == 0) return lane;
    slack__free(lane);
    return NULL;
}

static void shares_set_timer(slack_shares_t *shares)
{
    const slack_heap_node_t *first = shares->due.first;
    if (first)
        slack__timer_start_at(shares->net, &shares->timer, first->key * 1000);
    else
        slack__timer_stop(shares->net, &shares->timer);
}

static void lane_set_due(share_lane_t *lane)
{
    slack_shares_t *shares = lane->shares;
    uint64_t due_ms = lane->late || lane->state == IDLE ? UINT64_MAX : lane->late_ms;
    if (lane->state == WAITING && lane->again_ms < due_ms) due_ms = lane->again_ms;
    if (slack__heap_has(&lane->due)) slack__heap_take(&shares->due, &lane->due);
    if (due_ms != UINT64_MAX) slack__heap_put(&shares->due, &lane->due, due_ms);
    shares_set_timer(shares);
}

/* The lease has not come in time. */
static void lane_is_late(share_lane_t *lane, int status)
{
    slack_shares_t *shares = lane->shares;
    if (lane->late) return;
    lane->late = true;
    shares->late++;
    const uint64_t now_ms = mono_ms(shares);
    if (status != SLACK_EBUSY &&
        now_ms >= shares->warn_ms) { /* busy with many processes, it works */
        shares->warn_ms = now_ms + WARN_MS;
        SLACK_LOG(shares->net->log, WARN, "rate limits are not shared", "error=%s hint=%s",
                  slack_err_name(status),
                  "calls go on, and each process keeps its part of the rates: see to the store");
    }
    slack__pace_alone(slack__webapi_pacer(shares->webapi), lane->number, now_ms);
    slack__webapi_run(shares->webapi);
}

static void lane_wait(share_lane_t *lane, uint64_t ms)
{
    lane->state = WAITING;
    lane->again_ms = mono_ms(lane->shares) + ms;
    lane_set_due(lane);
}

static void lane_failed(share_lane_t *lane, int status)
{
    lane->tries = 0;
    lane_is_late(lane, status);
    lane_wait(lane, SLACK_SHARES_RETRY_MS);
}

static void lane_answer(share_lane_t *lane, const slack_lease_t *lease)
{
    slack_shares_t *shares = lane->shares;
    lane->state = IDLE;
    lane_set_due(lane);
    slack__list_push(&shares->idle, &lane->link);
    slack__pace_leased(slack__webapi_pacer(shares->webapi), lane->number, lease, mono_ms(shares));
    slack__webapi_run(shares->webapi);
}

/* ---- the bucket ---- */

static void lane_read(share_lane_t *lane);

static void bucket_written(slack_store_op_t *op)
{
    share_lane_t *lane = SLACK_CONTAINER(op, share_lane_t, op);
    slack_shares_t *shares = lane->shares;
    shares->under_way--;
    if (!shares->started) return;
    if (op->status != 0) {
        lane_failed(lane, op->status);
        return;
    }
    if (op->duplicate) {
        if (++lane->tries == TRIES)
            lane_failed(lane, SLACK_EBUSY);
        else if (lane->tries == 1)
            lane_read(lane);
        else
            lane_wait(lane, slack__random_u64() % (lane->tries * WAIT_MS));
        return;
    }
    shares->leases++;
    lane->bucket = lane->next;
    memcpy(lane->version, lane->next_version, sizeof lane->version);
    slack_lease_t lease = lane->lease;
    lease.from_ms = lease.from_ms > shares->ahead_ms ? lease.from_ms - shares->ahead_ms : 0;
    lane_answer(lane, &lease);
}

static void lane_submit(share_lane_t *lane, enum share_state state, slack_store_op_t op)
{
    slack_store_t *store = lane->shares->store;
    lane->shares->under_way++;
    lane->state = state;
    lane->op = op;
    slack__link_init(&lane->op.link);
    lane_set_due(lane);
    store->ops->submit(store, &lane->op);
}

static void lane_write(share_lane_t *lane)
{
    const slack_shares_t *shares = lane->shares;
    const uint64_t now_ms = shared_ms(shares);
    slack_lease_want_t want = lane->want;
    if (want.opened_ms > 0) want.opened_ms += shares->ahead_ms;
    lane->next = slack__share_take(&lane->bucket, &want, now_ms, &lane->lease);
    slack__share_write(&lane->next, lane->value);
    snprintf(lane->next_version, sizeof lane->next_version, "%016" PRIx64, slack__random_u64());
    const int64_t used_ms = (int64_t)(lane->next.until_ms - now_ms);
    const slack_kv_entry_t entry = {
        .key = slack__slice(lane->key),
        .version = slack__slice(lane->next_version),
        .value = slack__slice(lane->value),
        .until_ms = slack__wall_ms(shares->net->clock) + used_ms + KEEP_MS,
        .expected = slack__slice(lane->version),
    };
    lane_submit(lane, WRITING,
                (slack_store_op_t){.kind = SLACK_STORE_KV_SWAP,
                                   .row = slack__kv_to_row(&entry),
                                   .done = bucket_written});
}

/* A value that is not valid is replaced. A version that no process of this kind has written cannot
 * be: the entry stays until it expires. */
static void bucket_read(slack_store_op_t *op)
{
    share_lane_t *lane = SLACK_CONTAINER(op, share_lane_t, op);
    const int status = op->status;
    lane->shares->under_way--;
    lane->bucket = (slack_share_t){0};
    *lane->version = '\0';
    if (status == 0 && lane->batch.count > 0) {
        const slack_kv_entry_t entry = slack__kv_from_row(lane->batch.rows);
        if (!share_read(lane->shares, &entry, &lane->bucket)) lane->bucket = (slack_share_t){0};
        snprintf(lane->version, sizeof lane->version, "%.*s", (int)entry.version.len,
                 entry.version.ptr ? entry.version.ptr : "");
    }
    slack__arena_free(lane->batch.arena);
    if (!lane->shares->started) return;
    if (status == 0)
        lane_write(lane);
    else
        lane_failed(lane, status);
}

static void lane_read(share_lane_t *lane)
{
    lane->batch = (slack_store_batch_t){.limit = 1};
    const slack_kv_entry_t entry = {.key = slack__slice(lane->key)};
    lane_submit(lane, READING,
                (slack_store_op_t){.kind = SLACK_STORE_KV_GET,
                                   .row = slack__kv_to_row(&entry),
                                   .batch = &lane->batch,
                                   .done = bucket_read});
}

static void lanes_due(slack_timer_t *timer)
{
    slack_shares_t *shares = SLACK_CONTAINER(timer, slack_shares_t, timer);
    const slack_lease_t none = {0, 0};
    const uint64_t now_ms = mono_ms(shares);
    const slack_heap_node_t *first;
    while ((first = shares->due.first) && first->key <= now_ms) {
        share_lane_t *lane = SLACK_CONTAINER((uintptr_t)first, share_lane_t, due);
        if (now_ms >= lane->late_ms) lane_is_late(lane, SLACK_ETIMEDOUT);
        if (lane->state != WAITING || now_ms < lane->again_ms)
            lane_set_due(lane);
        else if (shares->processes > 1)
            lane_read(lane);
        else
            lane_answer(lane, &none);
    }
    shares_set_timer(shares);
}

/* The pacer asks for a lease: if nobody else has taken one since the last one, the entry is known.
 */
static bool shares_want(void *user_data, const slack_lease_want_t *want)
{
    slack_shares_t *shares = user_data;
    const uint64_t number = want->lane;
    if (!shares->started) return false;
    share_lane_t *lane =
        slack__map_get(shares->lanes, (slack_slice_t){(const char *)&number, sizeof number});
    if (lane == NULL) lane = share_lane_new(shares, number);
    if (lane == NULL || lane->state != IDLE) return false;
    slack__unlink(&lane->link);
    lane->want = *want;
    lane->tries = 0;
    lane->late = false;
    lane->late_ms = mono_ms(shares) + SLACK_SHARES_LATE_MS;
    lane_write(lane);
    return true;
}

/* ---- 429s ---- */

typedef struct share_closing {
    slack_shares_t *shares;
    slack_store_op_t op;
    char value[SLACK_SHARE_TEXT], version[24];
    char key[];
} share_closing_t;

static void closing_written(slack_store_op_t *op)
{
    share_closing_t *closing = SLACK_CONTAINER(op, share_closing_t, op);
    closing->shares->closings--;
    closing->shares->under_way--;
    slack__free(closing);
}

/* The latest end stays, since its version is the greatest one. */
static void shares_closed(void *user_data, uint64_t number, uint64_t until_ms)
{
    slack_shares_t *shares = user_data;
    const size_t size = sizeof "limited//" + shares->app.len + DIGITS;
    const uint64_t now_ms = shared_ms(shares);
    const slack_share_t share = {until_ms + shares->ahead_ms, now_ms};
    if (!shares->started || shares->closings == CLOSINGS_MAX) return;
    share_closing_t *closing = slack__calloc(1, sizeof *closing + size);
    if (closing == NULL) return;
    closing->shares = shares;
    slack__share_write(&share, closing->value);
    snprintf(closing->version, sizeof closing->version, "%020" PRIu64, share.until_ms);
    snprintf(closing->key, size, "limited/%.*s/%016" PRIx64, (int)shares->app.len, shares->app.ptr,
             number);
    const slack_kv_entry_t entry = {
        .key = slack__slice(closing->key),
        .version = slack__slice(closing->version),
        .value = slack__slice(closing->value),
        .until_ms =
            slack__wall_ms(shares->net->clock) + (int64_t)(share.until_ms - now_ms) + KEEP_MS,
    };
    closing->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_PUT, .row = slack__kv_to_row(&entry), .done = closing_written};
    slack__link_init(&closing->op.link);
    shares->closings++;
    shares->under_way++;
    shares->store->ops->submit(shares->store, &closing->op);
}

/* Notes the end of a 429 that another process has got. */
static void look_note(slack_shares_t *shares, const slack_kv_entry_t *entry)
{
    static const char digits[] = "0123456789abcdef";
    struct slack_shares_look *look = &shares->look;
    const size_t prefix_len = strlen(look->prefix);
    slack_share_t share;
    uint64_t number = 0;
    if (look->count == SLACK_SHARES_CLOSED_MAX || entry->key.len != prefix_len + DIGITS ||
        !share_read(shares, entry, &share) || share.until_ms <= shared_ms(shares))
        return;
    for (size_t i = prefix_len; i < entry->key.len; i++) {
        const char *digit = memchr(digits, entry->key.ptr[i], DIGITS);
        if (digit == NULL) return;
        number = number << 4 | (uint64_t)(digit - digits);
    }
    look->lists[look->list][look->count++] =
        (slack_pace_closing_t){number, share.until_ms - shares->ahead_ms};
}

static void look_over(slack_shares_t *shares)
{
    struct slack_shares_look *look = &shares->look;
    slack__free(look->after);
    look->after = NULL;
    look->busy = false;
    if (shares->started && shares->processes > 1)
        slack__timer_start(shares->net, &look->timer, SLACK_SHARES_LOOK_MS);
}

static void look_on(slack_shares_t *shares);

static void page_listed(slack_store_op_t *op)
{
    slack_shares_t *shares = SLACK_CONTAINER(op, slack_shares_t, look.op);
    struct slack_shares_look *look = &shares->look;
    const size_t count = op->status == 0 && shares->started ? look->batch.count : 0;
    const bool complete = op->status == 0 && count == 0 && shares->started;
    shares->under_way--;
    slack__free(look->after);
    look->after = NULL;
    for (size_t i = 0; i < count; i++) {
        const slack_kv_entry_t entry = slack__kv_from_row(&look->batch.rows[i]);
        look_note(shares, &entry);
        if (i == count - 1) look->after = slack__strndup(entry.key.ptr, entry.key.len);
    }
    slack__arena_free(look->batch.arena);
    if (complete) {
        slack__pace_closed(slack__webapi_pacer(shares->webapi), look->lists[look->list],
                           look->count, mono_ms(shares));
        look->list = !look->list;
    }
    if (look->after)
        look_on(shares);
    else
        look_over(shares);
}

static void look_on(slack_shares_t *shares)
{
    struct slack_shares_look *look = &shares->look;
    look->batch = (slack_store_batch_t){.limit = PAGE};
    look->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_LIST,
        .row = slack__kv_page(slack__slice(look->prefix), slack__slice(look->after)),
        .batch = &look->batch,
        .done = page_listed};
    slack__link_init(&look->op.link);
    shares->under_way++;
    shares->store->ops->submit(shares->store, &look->op);
}

static void look_due(slack_timer_t *timer)
{
    slack_shares_t *shares = SLACK_CONTAINER(timer, slack_shares_t, look.timer);
    struct slack_shares_look *look = &shares->look;
    const uint64_t calls = slack__webapi_accepted(shares->webapi), now_ms = mono_ms(shares);
    if (calls != look->calls) look->called_ms = now_ms;
    look->calls = calls;
    look->busy = true;
    look->count = 0;
    if (look->called_ms > 0 && now_ms - look->called_ms < QUIET_MS)
        look_on(shares);
    else
        look_over(shares);
}

/* ---- life ---- */

int slack__shares_start(slack_shares_t *shares)
{
    const size_t size = sizeof "limited//" + shares->app.len;
    const uint64_t wall_ms = (uint64_t)slack__wall_ms(shares->net->clock);
    slack__link_init(&shares->idle);
    slack__timer_init(&shares->timer, lanes_due);
    slack__timer_init(&shares->look.timer, look_due);
    shares->ahead_ms = wall_ms > mono_ms(shares) ? wall_ms - mono_ms(shares) : 0;
    shares->processes = 1;
    shares->lanes = slack__map_new_keyed(LANES_MAX, share_lane_key);
    shares->look.prefix = slack__calloc(1, size);
    if (shares->lanes == NULL || shares->look.prefix == NULL) return SLACK_ENOMEM;
    snprintf(shares->look.prefix, size, "limited/%.*s/", (int)shares->app.len, shares->app.ptr);
    shares->started = true;
    return 0;
}

void slack__shares_set_processes(slack_shares_t *shares, size_t processes)
{
    const slack_pace_share_t share = {shares_want, shares_closed, shares};
    const unsigned before = shares->processes;
    if (!shares->started) return;
    shares->processes = processes < UINT_MAX ? (unsigned)processes : UINT_MAX;
    slack__pace_share(slack__webapi_pacer(shares->webapi), shares->processes, &share);
    if (before == 1 && processes > 1 && !shares->look.busy)
        slack__timer_start(shares->net, &shares->look.timer, 0);
    if (processes == 1) slack__timer_stop(shares->net, &shares->look.timer);
}

void slack__shares_stop(slack_shares_t *shares)
{
    if (!shares->started) return;
    shares->started = false;
    slack__timer_stop(shares->net, &shares->timer);
    slack__timer_stop(shares->net, &shares->look.timer);
}

void slack__shares_done(slack_shares_t *shares)
{
    slack__map_free(shares->lanes, slack__free);
    slack__free(shares->look.prefix);
}
