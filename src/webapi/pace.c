/* SPDX-License-Identifier: MIT */
#include "webapi/pace.h"

#include <limits.h>

#include "protocol/hmac.h"
#include "util/alloc.h"
#include "util/map.h"
#include "util/str.h"

/* More than the calls that the app accepts by default use at once. */
#define LANES_MAX 40000
/* So many unused lanes are looked at for each call: more than a call makes. */
#define LOOKS 4
/* With more processes, the intervals of the own buckets would be too long for their type. */
#define PROCESSES_MAX 1000

struct slack_lane {
    slack_heap_node_t turn; /* among its parent's lanes, from when it is ready; in none: no call
                               waits, or an answer has to come first */
    slack_lane_t *parent;   /* the workspace's of a channel, or a class, which has none */
    slack_heap_t lanes;     /* below it, in which calls wait */
    slack_link_t calls;     /* that wait and are due, by number */
    slack_link_t unused;    /* in pace->unused, without calls and lanes below it */
    uint64_t key;
    slack_rate_bucket_t bucket;
    unsigned calls_in, lanes_in;
    unsigned sent, sent_max; /* of its calls; without an answer yet */
};

enum { INTERACTIVE, BULK, CLASSES };

struct slack_pacer {
    enum slack_pace limits;
    unsigned places;
    slack_map_t *lanes;
    slack_lane_t classes[CLASSES];
    slack_lane_t rest;   /* bulk calls, for which there was no room for a lane: they share a rate */
    slack_link_t unused; /* lanes, by the time since when they are */
    slack_heap_t due;    /* paced->due of calls that wait for a time of their own */
    slack_heap_t ages;   /* paced->age of all calls, by until_ms */
    size_t waiting;
    uint64_t now_ms;          /* of the last call here that had a time */
    slack_hmac_key_t numbers; /* of lanes */
    unsigned processes;
    slack_pace_share_t share; /* if there are several */
    const slack_pace_closing_t *closings;
    size_t closing_count;
    uint64_t leases_used;
};

/* --- turns --------------------------------------------------------------------------------- */

/* When the lane may send or ask for a lease; UINT64_MAX: no call waits, or an answer has to come
 * first. */
static uint64_t lane_ready_ms(const slack_pacer_t *pace, const slack_lane_t *lane)
{
    const slack_rate_bucket_t *bucket = &lane->bucket;
    uint64_t ready = slack__rate_bucket_may_ask(bucket, pace->processes)
                         ? 0
                         : slack__rate_bucket_token_ms(bucket, pace->processes);
    if (lane->sent >= lane->sent_max) return UINT64_MAX;
    if (ready < bucket->closed_ms) ready = bucket->closed_ms;
    if (!slack__list_empty(&lane->calls)) return ready;
    if (lane->lanes.first == NULL) return UINT64_MAX;
    return ready > lane->lanes.first->key ? ready : lane->lanes.first->key;
}

static void lane_refresh(slack_pacer_t *pace, slack_lane_t *lane)
{
    const bool waits = lane->calls_in > lane->sent;
    slack__rate_bucket_refresh(&lane->bucket, pace->processes, waits, pace->now_ms);
}

/* Gives a lane, and those above it, the turn that it has after a change. A lane that is ready keeps
 * its turn, until it is served. */
static void lane_changed(slack_pacer_t *pace, slack_lane_t *lane, bool served)
{
    for (; lane->parent; lane = lane->parent) {
        lane_refresh(pace, lane);
        const uint64_t now = pace->now_ms, ready = lane_ready_ms(pace, lane);
        if (slack__heap_has(&lane->turn)) {
            if (!served && lane->turn.key <= now && ready <= now) continue;
            slack__heap_take(&lane->parent->lanes, &lane->turn);
        }
        if (ready != UINT64_MAX)
            slack__heap_put(&lane->parent->lanes, &lane->turn, ready > now ? ready : now);
    }
}

static void lane_close(slack_pacer_t *pace, slack_lane_t *lane, uint64_t until_ms)
{
    lane->sent_max = 1;
    slack__rate_bucket_close(&lane->bucket, pace->processes, until_ms);
    lane_changed(pace, lane, false);
}

/* --- lanes --------------------------------------------------------------------------------- */

static slack_slice_t lane_key(const void *value)
{
    const slack_lane_t *lane = value;
    return (slack_slice_t){(const char *)&lane->key, sizeof lane->key};
}

static void lane_init(slack_lane_t *lane, slack_lane_t *parent, uint64_t key, slack_rate_t rate)
{
    *lane = (slack_lane_t){
        .parent = parent, .key = key, .bucket = {.rate = rate}, .sent_max = UINT_MAX};
    slack__link_init(&lane->calls);
    slack__link_init(&lane->unused);
}

slack_pacer_t *slack__pace_new(enum slack_pace limits, unsigned places)
{
    const slack_rate_t no_limit = {0, 0};
    slack_pacer_t *pace = slack__calloc(1, sizeof *pace);
    if (pace == NULL) return NULL;
    pace->limits = limits;
    pace->processes = 1;
    slack__link_init(&pace->unused);
    for (unsigned i = 0; i < CLASSES; i++)
        lane_init(&pace->classes[i], NULL, 0, no_limit);
    slack__pace_set_places(pace, places);
    lane_init(&pace->rest, &pace->classes[BULK], 0, slack__rate_of("chat.postMessage", limits));
    pace->rest.bucket.alone = true;
    pace->lanes = slack__map_new_keyed(LANES_MAX, lane_key);
    if (pace->lanes && slack__hmac_key_init(&pace->numbers, SLACK_SLICE("lane"))) return pace;
    slack__map_free(pace->lanes, NULL);
    slack__free(pace);
    return NULL;
}

void slack__pace_set_places(slack_pacer_t *pace, unsigned places)
{
    pace->places = places;
    for (unsigned i = 0; i < CLASSES; i++)
        pace->classes[i].sent_max = places - places / 8;
}

void slack__pace_free(slack_pacer_t *pace)
{
    if (pace == NULL) return;
    slack__map_free(pace->lanes, slack__free);
    slack__free(pace);
}

/* Notes that a lane has lost a call or a lane below it. */
static void lane_lost(slack_pacer_t *pace, slack_lane_t *lane)
{
    if (lane->parent == NULL || lane->calls_in > 0) return;
    lane->sent_max = UINT_MAX;
    if (!lane->bucket.asked && lane != &pace->rest) lane->bucket.alone = false;
    if (lane->lanes_in == 0 && lane != &pace->rest) slack__list_push(&pace->unused, &lane->unused);
}

static void lane_free(slack_pacer_t *pace, slack_lane_t *lane)
{
    slack_lane_t *parent = lane->parent;
    slack__unlink(&lane->unused);
    slack__map_take(pace->lanes, lane_key(lane));
    slack__free(lane);
    parent->lanes_in--;
    lane_lost(pace, parent);
}

/* Frees some unused lanes whose bucket is full: a new lane would be equal. */
static void free_unused_lanes(slack_pacer_t *pace)
{
    for (unsigned i = 0; i < LOOKS && !slack__list_empty(&pace->unused); i++) {
        slack_lane_t *lane = SLACK_CONTAINER(pace->unused.next, slack_lane_t, unused);
        if (lane->bucket.full_ms <= pace->now_ms && lane->bucket.closed_ms <= pace->now_ms) {
            lane_free(pace, lane);
            continue;
        }
        slack__unlink(&lane->unused);
        slack__list_push(&pace->unused, &lane->unused);
    }
}

/* The lane of this key, for a call or a lane below it, which the caller counts. NULL: memory is
 * out. At the limit, the lane that is unused for the longest time makes room. */
static slack_lane_t *lane_for(slack_pacer_t *pace, slack_lane_t *parent, uint64_t key,
                              slack_rate_t rate)
{
    slack_lane_t *lane =
        slack__map_get(pace->lanes, (slack_slice_t){(const char *)&key, sizeof key});
    if (lane) {
        slack__unlink(&lane->unused);
        return lane;
    }
    parent->lanes_in++; /* which keeps it */
    if (slack__map_count(pace->lanes) >= LANES_MAX && !slack__list_empty(&pace->unused))
        lane_free(pace, SLACK_CONTAINER(pace->unused.next, slack_lane_t, unused));
    lane = slack__calloc(1, sizeof *lane);
    if (lane) lane_init(lane, parent, key, rate);
    if (lane && slack__map_put(pace->lanes, lane_key(lane), lane) == 0) {
        for (size_t i = 0; i < pace->closing_count; i++)
            if (pace->closings[i].lane == key) lane_close(pace, lane, pace->closings[i].until_ms);
        return lane;
    }
    parent->lanes_in--;
    slack__free(lane);
    return NULL;
}

/* The same in all processes. From it nobody gets the token, which is long and random. If two
 * numbers collide, the calls of one wait for those of the other. */
static uint64_t lane_number(const slack_pacer_t *pace, const slack_pace_call_t *call)
{
    unsigned char digest[SLACK_HMAC_BYTES] = {0};
    slack_hmac_t hmac;
    slack__hmac_begin(&hmac, &pace->numbers);
    if (slack__hmac_add(&hmac, slack__slice(call->token)))
        slack__hmac_end(&hmac, &pace->numbers, digest);
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | digest[i];
    return slack__hash(slack__hash(number, call->team), call->method);
}

static slack_lane_t *lane_for_call(slack_pacer_t *pace, const slack_pace_call_t *call)
{
    const uint64_t key = lane_number(pace, call);
    slack_lane_t *class = &pace->classes[slack__is_interactive(call->method) ? INTERACTIVE : BULK];
    const slack_rate_t in_channel = slack__rate_in_channel(call->method, pace->limits);
    slack_lane_t *lane = lane_for(pace, class, key, slack__rate_of(call->method, pace->limits));
    if (lane == NULL) return &pace->rest;
    if (in_channel.interval_ms == 0) return lane;
    slack_lane_t *channel = lane_for(pace, lane, slack__hash(key, call->channel), in_channel);
    if (channel) return channel;
    lane_lost(pace, lane);
    return &pace->rest;
}

/* --- calls --------------------------------------------------------------------------------- */

void slack__pace_enter(slack_pacer_t *pace, slack_paced_t *paced, const slack_pace_call_t *call,
                       uint64_t now_ms)
{
    pace->now_ms = now_ms;
    free_unused_lanes(pace);
    slack__link_init(&paced->link);
    slack__heap_put(&pace->ages, &paced->age, paced->until_ms);
    paced->lane = lane_for_call(pace, call);
    for (slack_lane_t *lane = paced->lane; lane; lane = lane->parent) {
        lane_refresh(pace, lane);
        lane->calls_in++;
    }
}

/* Puts a call that is due into its lane. One that waits again is among the first there. */
static void join_lane(slack_pacer_t *pace, slack_paced_t *paced)
{
    slack_link_t *calls = &paced->lane->calls, *before = calls;
    const bool is_last = slack__list_empty(calls) ||
                         SLACK_CONTAINER(calls->prev, slack_paced_t, link)->number <= paced->number;
    if (!is_last) do
            before = before->next;
        while (SLACK_CONTAINER(before, slack_paced_t, link)->number <= paced->number);
    slack__list_push(before, &paced->link);
    lane_changed(pace, paced->lane, false);
}

void slack__pace_wait(slack_pacer_t *pace, slack_paced_t *paced, uint64_t due_ms)
{
    if (!slack__heap_has(&paced->age)) /* it expired on its way */
        slack__heap_put(&pace->ages, &paced->age, paced->until_ms);
    pace->waiting++;
    if (due_ms > pace->now_ms)
        slack__heap_put(&pace->due, &paced->due, due_ms);
    else
        join_lane(pace, paced);
}

static void stop_waiting(slack_pacer_t *pace, slack_paced_t *paced)
{
    if (slack__heap_has(&paced->due)) {
        slack__heap_take(&pace->due, &paced->due);
    } else if (slack__linked(&paced->link)) {
        slack__unlink(&paced->link);
        lane_changed(pace, paced->lane, false);
    } else {
        return;
    }
    pace->waiting--;
}

/* Sends the first call of the first lane of a class. NULL: a lane has no token any more, or has to
 * ask for a lease. */
static slack_paced_t *class_send(slack_pacer_t *pace, slack_lane_t *class)
{
    slack_lane_t *lane = class;
    while (lane->lanes.first)
        lane = SLACK_CONTAINER(lane->lanes.first, slack_lane_t, turn);
    for (slack_lane_t *up = lane; up->parent; up = up->parent) {
        if (slack__rate_bucket_token_ms(&up->bucket, pace->processes) <= pace->now_ms) continue;
        if (slack__rate_bucket_may_ask(&up->bucket, pace->processes)) {
            slack_lease_want_t want =
                slack__rate_bucket_ask(&up->bucket, pace->processes, pace->now_ms);
            want.lane = up->key;
            up->bucket.asked = pace->share.want(pace->share.user_data, &want);
            up->bucket.alone = !up->bucket.asked;
        }
        lane_changed(pace, up, true);
        return NULL;
    }
    slack_paced_t *paced = SLACK_CONTAINER(slack__list_shift(&lane->calls), slack_paced_t, link);
    paced->sent = true;
    pace->waiting--;
    for (slack_lane_t *up = lane; up; up = up->parent) {
        up->sent++;
        pace->leases_used += slack__rate_bucket_take(&up->bucket, pace->processes, pace->now_ms);
    }
    lane_changed(pace, lane, true);
    return paced;
}

slack_paced_t *slack__pace_next(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_ready_ms)
{
    slack_heap_node_t *first;
    pace->now_ms = now_ms;
    while ((first = pace->due.first) && first->key <= now_ms) {
        slack__heap_take(&pace->due, first);
        join_lane(pace, SLACK_CONTAINER(first, slack_paced_t, due));
    }
    *ret_ready_ms = first ? first->key : UINT64_MAX;
    if (pace->classes[INTERACTIVE].sent + pace->classes[BULK].sent >= pace->places) return NULL;
    for (unsigned i = 0; i < CLASSES; i++) {
        uint64_t ready_ms;
        while ((ready_ms = lane_ready_ms(pace, &pace->classes[i])) <= now_ms) {
            slack_paced_t *paced = class_send(pace, &pace->classes[i]);
            if (paced) return paced;
        }
        if (ready_ms < *ret_ready_ms) *ret_ready_ms = ready_ms;
    }
    return NULL;
}

slack_paced_t *slack__pace_take(slack_pacer_t *pace)
{
    slack_heap_node_t *first;
    while ((first = pace->ages.first)) {
        slack_paced_t *paced = SLACK_CONTAINER(first, slack_paced_t, age);
        slack__heap_take(&pace->ages, first);
        if (paced->sent) continue; /* it gets its answer */
        stop_waiting(pace, paced);
        return paced;
    }
    return NULL;
}

slack_paced_t *slack__pace_expired(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_next_ms)
{
    slack_heap_node_t *first;
    pace->now_ms = now_ms;
    while ((first = pace->ages.first) && first->key <= now_ms) {
        if (!SLACK_CONTAINER(first, slack_paced_t, age)->sent) return slack__pace_take(pace);
        slack__heap_take(&pace->ages, first); /* it may get its answer */
    }
    *ret_next_ms = first ? first->key : UINT64_MAX;
    return NULL;
}

void slack__pace_answered(slack_pacer_t *pace, slack_paced_t *paced)
{
    paced->sent = false;
    for (slack_lane_t *lane = paced->lane; lane; lane = lane->parent)
        lane->sent--;
    lane_changed(pace, paced->lane, false);
}

void slack__pace_close_lane(slack_pacer_t *pace, slack_paced_t *paced, uint64_t until_ms)
{
    slack_lane_t *lane = paced->lane;
    while (lane->parent->parent)
        lane = lane->parent;
    lane_close(pace, lane, until_ms);
    if (pace->processes > 1 && lane != &pace->rest)
        pace->share.closed(pace->share.user_data, lane->key, until_ms);
}

void slack__pace_leave(slack_pacer_t *pace, slack_paced_t *paced)
{
    slack_lane_t *lane = paced->lane;
    if (lane == NULL) return;
    stop_waiting(pace, paced);
    if (slack__heap_has(&paced->age)) slack__heap_take(&pace->ages, &paced->age);
    paced->lane = NULL;
    for (; lane; lane = lane->parent) {
        lane->calls_in--;
        lane_lost(pace, lane);
    }
}

size_t slack__pace_waiting(const slack_pacer_t *pace)
{
    return pace->waiting;
}

/* --- other processes ----------------------------------------------------------------------- */

void slack__pace_share(slack_pacer_t *pace, unsigned processes, const slack_pace_share_t *share)
{
    pace->processes = processes < PROCESSES_MAX ? processes : PROCESSES_MAX;
    pace->share = *share;
}

static slack_lane_t *lane_of_number(slack_pacer_t *pace, uint64_t number, uint64_t now_ms)
{
    pace->now_ms = now_ms;
    return slack__map_get(pace->lanes, (slack_slice_t){(const char *)&number, sizeof number});
}

void slack__pace_leased(slack_pacer_t *pace, uint64_t number, const slack_lease_t *lease,
                        uint64_t now_ms)
{
    slack_lane_t *lane = lane_of_number(pace, number, now_ms);
    if (lane == NULL || !lane->bucket.asked) return;
    slack__rate_bucket_leased(&lane->bucket, lease, now_ms);
    lane_changed(pace, lane, false);
}

void slack__pace_alone(slack_pacer_t *pace, uint64_t number, uint64_t now_ms)
{
    slack_lane_t *lane = lane_of_number(pace, number, now_ms);
    if (lane == NULL || !lane->bucket.asked) return;
    lane->bucket.alone = true;
    lane_changed(pace, lane, false);
}

void slack__pace_closed(slack_pacer_t *pace, const slack_pace_closing_t *list, size_t count,
                        uint64_t now_ms)
{
    pace->closings = list;
    pace->closing_count = count;
    for (size_t i = 0; i < count; i++) {
        slack_lane_t *lane = lane_of_number(pace, list[i].lane, now_ms);
        if (lane && lane->bucket.closed_ms < list[i].until_ms && list[i].until_ms > now_ms)
            lane_close(pace, lane, list[i].until_ms);
    }
}

uint64_t slack__pace_leases_used(const slack_pacer_t *pace)
{
    return pace->leases_used;
}
