/* SPDX-License-Identifier: MIT */
#include "webapi/pace.h"

#include <string.h>

#include "protocol/methods.h"
#include "util/alloc.h"
#include "util/random.h"
#include "util/str.h"

/* Lanes that are in use within a minute. When there are more, calls share a lane without a limit.
 */
#define LANES_MAX 4096
/* So many lanes are looked at for each call: more than a call makes. */
#define LOOKS 4

struct slack_lane {
    slack_link_t link; /* in a queue of the pace's while calls wait in it, else in `idle` */
    uint64_t key;
    slack_lane_t *workspace; /* shared by the lanes of channels; NULL: none */
    slack_link_t calls;      /* that wait, by number */
    slack_rate_t rate;
    uint64_t full_ms;   /* the bucket is full then */
    uint64_t closed_ms; /* by a 429, until then */
    unsigned users;     /* calls of this lane, waiting or sent */
    unsigned sent;      /* of them without an answer yet */
    unsigned channels;  /* lanes that share this one */
    bool interactive;   /* someone waits for its calls: they do not wait for the bucket */
    bool one_by_one;    /* after a 429, until it has no calls */
};

struct slack_pacer {
    enum slack_pace limits;
    slack_map_t *lanes;
    slack_link_t interactive, queue; /* lanes in which calls wait; they take turns */
    slack_link_t idle;               /* other lanes, oldest first */
    slack_lane_t rest;               /* of calls for which there is no lane */
    size_t waiting;
    uint64_t seed;
};

/* --- rates --------------------------------------------------------------------------------- */

/* So many calls in a minute. A fifth of them may be sent at once, since a handler makes a handful
 * of calls and should not wait for them; the rest refills within the minute. So no minute has more
 * calls than that, however it begins. Slack tolerates bursts beyond, but says of no size. */
static slack_rate_t per_minute(uint32_t calls)
{
    const uint32_t burst = calls < 5 ? 1 : calls / 5;
    const uint32_t refilled = calls > burst ? calls - burst : 1;
    return (slack_rate_t){(60000 + refilled - 1) / refilled, burst};
}

slack_rate_t slack__pace_rate(const char *method, enum slack_pace limits)
{
    static const struct {
        const char *method;
        uint32_t calls, distributed; /* a minute */
    } special[] = {
        {"assistant.threads.setStatus", 60, 60}, {"auth.test", 600, 600},
        {"chat.getPermalink", 600, 600},         {"chat.postMessage", 300, 300},
        {"conversations.history", 50, 1},        {"conversations.replies", 50, 1},
        {"oauth.v2.access", 600, 600},
    };
    static const uint32_t tiers[] = {[SLACK_TIER_SPECIAL] = 0, 1, 20, 50, 100};
    const slack_rate_t none = {0, 0};
    if (limits != SLACK_PACE_INTERNAL && limits != SLACK_PACE_DISTRIBUTED) return none;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].method, method) == 0)
            return per_minute(limits == SLACK_PACE_DISTRIBUTED ? special[i].distributed
                                                               : special[i].calls);
    const slack_method_t *known = slack__method(method);
    const uint32_t calls = known ? tiers[known->tier] : 0;
    return calls > 0 ? per_minute(calls) : none;
}

/* About a message a second in a channel, and short bursts. */
static const slack_rate_t channel_rate = {1000, 5};

/* Someone waits for these, and most of them have a trigger_id of three seconds. */
static bool is_interactive(const char *method)
{
    static const char *const methods[] = {
        "dialog.open",
        "functions.completeError",
        "functions.completeSuccess",
        "response_url",
        "views.open",
        "views.push",
        "views.update",
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i], method) == 0) return true;
    return false;
}

/* When the bucket has a call: it is empty if it needs `burst` intervals to be full. */
static uint64_t bucket_ready_ms(const slack_lane_t *lane)
{
    const uint64_t slack_ms = (uint64_t)(lane->rate.burst - 1) * lane->rate.interval_ms;
    if (lane->rate.interval_ms == 0 || lane->full_ms < slack_ms) return 0;
    return lane->full_ms - slack_ms;
}

static void bucket_take(slack_lane_t *lane, uint64_t now_ms)
{
    if (lane->full_ms < now_ms) lane->full_ms = now_ms;
    lane->full_ms += lane->rate.interval_ms;
}

/* --- lanes --------------------------------------------------------------------------------- */

static slack_slice_t lane_key(const void *value)
{
    const slack_lane_t *lane = value;
    return (slack_slice_t){(const char *)&lane->key, sizeof lane->key};
}

static void lane_init(slack_lane_t *lane, uint64_t key, slack_rate_t rate, bool interactive)
{
    *lane = (slack_lane_t){.key = key, .rate = rate, .interactive = interactive};
    slack__link_init(&lane->link);
    slack__link_init(&lane->calls);
}

slack_pacer_t *slack__pace_new(enum slack_pace limits)
{
    slack_pacer_t *pace = slack__calloc(1, sizeof *pace);
    if (pace == NULL) return NULL;
    pace->limits = limits;
    pace->seed = slack__random_u64();
    slack__link_init(&pace->queue);
    slack__link_init(&pace->interactive);
    slack__link_init(&pace->idle);
    lane_init(&pace->rest, 0, (slack_rate_t){0, 0}, false);
    pace->lanes = slack__map_new_keyed(LANES_MAX, lane_key);
    if (pace->lanes) return pace;
    slack__free(pace);
    return NULL;
}

void slack__pace_free(slack_pacer_t *pace)
{
    if (pace == NULL) return;
    slack__map_free(pace->lanes, slack__free);
    slack__free(pace);
}

/* Frees some lanes that no call uses, and whose bucket is full: a new lane would be equal. */
static void free_idle_lanes(slack_pacer_t *pace, uint64_t now_ms)
{
    for (unsigned i = 0; i < LOOKS && !slack__list_empty(&pace->idle); i++) {
        slack_lane_t *lane = SLACK_CONTAINER(slack__list_shift(&pace->idle), slack_lane_t, link);
        if (lane->users > 0 || lane->channels > 0 || lane->full_ms > now_ms ||
            lane->closed_ms > now_ms) {
            slack__list_push(&pace->idle, &lane->link);
            continue;
        }
        if (lane->workspace) lane->workspace->channels--;
        slack__map_take(pace->lanes, lane_key(lane));
        slack__free(lane);
    }
}

/* NULL: no room is left. */
static slack_lane_t *lane_for(slack_pacer_t *pace, uint64_t key, slack_rate_t rate,
                              bool interactive)
{
    slack_lane_t *lane =
        slack__map_get(pace->lanes, (slack_slice_t){(const char *)&key, sizeof key});
    if (lane) return lane;
    lane = slack__calloc(1, sizeof *lane);
    if (lane == NULL) return NULL;
    lane_init(lane, key, rate, interactive);
    if (slack__map_put(pace->lanes, lane_key(lane), lane) == 0) {
        slack__list_push(&pace->idle, &lane->link);
        return lane;
    }
    slack__free(lane);
    return NULL;
}

void slack__pace_enter(slack_pacer_t *pace, slack_paced_t *paced, const slack_pace_call_t *call,
                       uint64_t now_ms)
{
    const slack_rate_t rate = slack__pace_rate(call->method, pace->limits);
    /* If two keys collide, the calls of one wait for those of the other. */
    const uint64_t key =
        slack__hash(slack__hash(slack__hash(pace->seed, call->token), call->team), call->method);
    free_idle_lanes(pace, now_ms);
    slack_lane_t *lane = lane_for(pace, key, rate, is_interactive(call->method));
    if (lane && rate.interval_ms > 0 && *call->channel != '\0' &&
        strcmp(call->method, "chat.postMessage") == 0) {
        slack_lane_t *workspace = lane;
        lane = lane_for(pace, slack__hash(key, call->channel), channel_rate, false);
        if (lane && lane->workspace == NULL) {
            lane->workspace = workspace;
            workspace->channels++;
        }
    }
    if (lane == NULL) lane = &pace->rest;
    lane->users++;
    if (lane->workspace) lane->workspace->users++;
    slack__link_init(&paced->link);
    paced->lane = lane;
}

static void lane_forget_call(slack_lane_t *lane)
{
    if (--lane->users == 0) lane->one_by_one = false;
}

/* --- waiting ------------------------------------------------------------------------------- */

void slack__pace_wait(slack_pacer_t *pace, slack_paced_t *paced, uint64_t due_ms)
{
    slack_lane_t *lane = paced->lane;
    if (slack__list_empty(&lane->calls)) {
        slack__unlink(&lane->link);
        slack__list_push(lane->interactive ? &pace->interactive : &pace->queue, &lane->link);
    }
    slack_link_t *after = lane->calls.prev;
    while (after != &lane->calls &&
           SLACK_CONTAINER(after, slack_paced_t, link)->number > paced->number)
        after = after->prev;
    slack__list_push(after->next, &paced->link); /* behind `after` */
    paced->due_ms = due_ms;
    pace->waiting++;
}

static void stop_waiting(slack_pacer_t *pace, slack_paced_t *paced)
{
    slack_lane_t *lane = paced->lane;
    if (!slack__linked(&paced->link)) return;
    slack__unlink(&paced->link);
    pace->waiting--;
    if (!slack__list_empty(&lane->calls)) return;
    slack__unlink(&lane->link);
    if (lane != &pace->rest) slack__list_push(&pace->idle, &lane->link);
}

void slack__pace_leave(slack_pacer_t *pace, slack_paced_t *paced)
{
    slack_lane_t *lane = paced->lane;
    if (lane == NULL) return;
    stop_waiting(pace, paced);
    lane_forget_call(lane);
    if (lane->workspace) lane_forget_call(lane->workspace);
    paced->lane = NULL;
}

/* When the lane may send; UINT64_MAX: after an answer. */
static uint64_t lane_ready_ms(const slack_lane_t *lane)
{
    if (lane->one_by_one && lane->sent > 0) return UINT64_MAX;
    uint64_t ready = lane->interactive ? 0 : bucket_ready_ms(lane);
    if (ready < lane->closed_ms) ready = lane->closed_ms;
    const uint64_t shared = lane->workspace ? lane_ready_ms(lane->workspace) : 0;
    return ready > shared ? ready : shared;
}

/* The first call of a lane that is due. NULL: none is before *ret_ready_ms. */
static slack_paced_t *lane_first(slack_lane_t *lane, uint64_t now_ms, uint64_t *ret_ready_ms)
{
    const uint64_t open_ms = lane_ready_ms(lane);
    *ret_ready_ms = open_ms;
    if (open_ms > now_ms) return NULL;
    *ret_ready_ms = UINT64_MAX;
    for (slack_link_t *link = lane->calls.next; link != &lane->calls; link = link->next) {
        slack_paced_t *paced = SLACK_CONTAINER(link, slack_paced_t, link);
        if (paced->due_ms <= now_ms) return paced;
        if (paced->due_ms < *ret_ready_ms) *ret_ready_ms = paced->due_ms;
    }
    return NULL;
}

static void lane_send(slack_lane_t *lane, uint64_t now_ms)
{
    bucket_take(lane, now_ms);
    lane->sent++;
    if (lane->workspace) lane_send(lane->workspace, now_ms);
}

slack_paced_t *slack__pace_next(slack_pacer_t *pace, bool interactive_only, uint64_t now_ms,
                                uint64_t *ret_ready_ms)
{
    slack_link_t *const queues[] = {&pace->interactive, interactive_only ? NULL : &pace->queue};
    *ret_ready_ms = UINT64_MAX;
    for (size_t i = 0; i < 2 && queues[i]; i++) {
        for (slack_link_t *link = queues[i]->next; link != queues[i]; link = link->next) {
            slack_lane_t *lane = SLACK_CONTAINER(link, slack_lane_t, link);
            uint64_t ready_ms;
            slack_paced_t *paced = lane_first(lane, now_ms, &ready_ms);
            if (paced == NULL) {
                if (ready_ms < *ret_ready_ms) *ret_ready_ms = ready_ms;
                continue;
            }
            slack__unlink(link); /* it was its turn */
            slack__list_push(queues[i], link);
            stop_waiting(pace, paced);
            lane_send(lane, now_ms);
            return paced;
        }
    }
    return NULL;
}

/* A lane's first call is its oldest. */
slack_paced_t *slack__pace_expired(slack_pacer_t *pace, uint64_t now_ms, uint64_t *ret_next_ms)
{
    slack_link_t *const queues[] = {&pace->interactive, &pace->queue};
    *ret_next_ms = UINT64_MAX;
    for (size_t i = 0; i < 2; i++) {
        for (slack_link_t *link = queues[i]->next; link != queues[i]; link = link->next) {
            const slack_lane_t *lane = SLACK_CONTAINER(link, slack_lane_t, link);
            slack_paced_t *paced = SLACK_CONTAINER(lane->calls.next, slack_paced_t, link);
            if (paced->until_ms <= now_ms) {
                stop_waiting(pace, paced);
                return paced;
            }
            if (paced->until_ms < *ret_next_ms) *ret_next_ms = paced->until_ms;
        }
    }
    return NULL;
}

void slack__pace_answered(slack_paced_t *paced)
{
    paced->lane->sent--;
    if (paced->lane->workspace) paced->lane->workspace->sent--;
}

void slack__pace_close_lane(slack_pacer_t *pace, slack_paced_t *paced, uint64_t until_ms)
{
    slack_lane_t *lane = paced->lane->workspace ? paced->lane->workspace : paced->lane;
    if (lane == &pace->rest) return; /* its calls have nothing in common */
    lane->one_by_one = true;
    if (lane->closed_ms < until_ms) lane->closed_ms = until_ms;
}

slack_paced_t *slack__pace_take(slack_pacer_t *pace)
{
    const slack_link_t *queue =
        slack__list_empty(&pace->interactive) ? &pace->queue : &pace->interactive;
    if (slack__list_empty(queue)) return NULL;
    slack_lane_t *lane = SLACK_CONTAINER(queue->next, slack_lane_t, link);
    slack_paced_t *paced = SLACK_CONTAINER(lane->calls.next, slack_paced_t, link);
    stop_waiting(pace, paced);
    return paced;
}

size_t slack__pace_waiting(const slack_pacer_t *pace)
{
    return pace->waiting;
}
