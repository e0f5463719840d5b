/* SPDX-License-Identifier: MIT */
#include "testkit/replay_diff.h"

#include <string.h>

#include "protocol/redact_json.h"
#include "util/str.h"

/* A recording that was cut off may lack events of a delivery so shortly before its end. */
#define CUT_MS 3000
/* The limit of the table of common_lengths(). Above it, the report lists what was recorded, then
 * what happened. */
#define PAIRS_MAX ((size_t)1 << 20)
/* Bytes of a value that the report shows. */
#define TEXT_MAX 700

/* An ack or a call. */
typedef struct event {
    enum kit_item_type type;
    const char *name; /* the outcome; the method */
    const slack_json_t *value;
    bool is_text;
    unsigned order;
    uint64_t at_us;
} event_t;

typedef struct events {
    event_t *items;
    size_t count;
} events_t;

/* ---- comparing ---- */

bool slack__replay_diff_same(const slack_json_t *recorded, const slack_json_t *now)
{
    const enum slack_json_type type = slack_json_type(recorded);
    if (type != slack_json_type(now)) return false;
    if (type == SLACK_JSON_STRING) {
        slack_slice_t a, b;
        a.ptr = slack_json_strn(recorded, "", &a.len);
        b.ptr = slack_json_strn(now, "", &b.len);
        return slack__slice_eq(a, b) || (slack__is_placeholder(a) && slack__is_any_placeholder(b));
    }
    if (type != SLACK_JSON_OBJECT && type != SLACK_JSON_ARRAY)
        return type == SLACK_JSON_NONE || slack__json_equal(recorded, now);
    if (slack_json_count(recorded, "") != slack_json_count(now, "")) return false;
    slack_json_iter_t it = {0}, at = {0};
    while (slack_json_next(recorded, &it) && slack_json_next(now, &at)) {
        const slack_json_t *other = /* the members of an object have any order */
            type == SLACK_JSON_OBJECT ? slack__json_member(now, slack__json_key(&it)) : at.value;
        if (other == NULL || !slack__replay_diff_same(it.value, other)) return false;
    }
    return true;
}

static bool same_event(const event_t *recorded, const event_t *now)
{
    return recorded->type == now->type && recorded->is_text == now->is_text &&
           strcmp(recorded->name, now->name) == 0 &&
           slack__replay_diff_same(recorded->value, now->value);
}

/* ---- what was recorded ---- */

static int recorded_events(slack_arena_t *arena, const kit_item_t *of, events_t *ret)
{
    size_t count = 0;
    for (const kit_item_t *item = of->events; item; item = item->next_event)
        count++;
    *ret = (events_t){slack__arena_calloc(arena, (count + 1) * sizeof *ret->items), 0};
    if (ret->items == NULL) return SLACK_ENOMEM;
    for (const kit_item_t *item = of->events; item; item = item->next_event) {
        event_t *event = &ret->items[ret->count++];
        const bool ack = item->type == KIT_ACK;
        const slack_json_t *text = slack_json_get(item->members, "/text");
        event->type = item->type;
        event->name = slack_json_str(item->members, ack ? "/outcome" : "/method");
        event->is_text = ack && text != NULL;
        event->value = ack ? (text ? text : slack_json_get(item->members, "/body"))
                           : slack_json_get(item->members, "/args");
    }
    return 0;
}

/* ---- what happened ---- */

int slack__replay_diff_hide(slack_arena_t *arena, const slack_json_t *value,
                            const slack_json_t **ret)
{
    static const slack_redactor_t without_key;
    slack_buf_t buf;
    if (value == NULL) return 0;
    slack__buf_init(&buf, SLACK_ARENA_MAX);
    int rc = slack__redact_json_write(&without_key, &buf, value);
    if (rc == 0) rc = slack__json_parse(arena, slack__buf_ptr(&buf), buf.len, ret, NULL);
    slack__buf_done(&buf);
    return rc;
}

static void insert_event(events_t *events, const event_t *event)
{
    size_t i = events->count++;
    for (; i > 0 && events->items[i - 1].order > event->order; i--)
        events->items[i] = events->items[i - 1];
    events->items[i] = *event;
}

static int add_ack(slack_arena_t *arena, const kit_delivery_t *delivery, events_t *events)
{
    static const char *const outcomes[] = {"", "ok", "later", "refuse"};
    if (delivery == NULL || delivery->ack.outcome == SLACK_TEST_NOT_ACKED) return 0;
    event_t event = {.type = KIT_ACK,
                     .name = outcomes[delivery->ack.outcome],
                     .is_text = delivery->ack_is_text,
                     .order = delivery->ack_order,
                     .at_us = delivery->acked_us};
    int rc = slack__replay_diff_hide(arena, delivery->ack.json, &event.value);
    if (rc == 0) insert_event(events, &event);
    return rc;
}

static int events_now(const kit_calls_t *calls, slack_arena_t *arena, uint64_t number,
                      const kit_delivery_t *delivery, events_t *ret)
{
    size_t count = 1;
    for (const kit_call_t *call = calls->first; call; call = call->next)
        count += call->delivery == number;
    *ret = (events_t){slack__arena_calloc(arena, count * sizeof *ret->items), 0};
    if (ret->items == NULL) return SLACK_ENOMEM;
    int rc = add_ack(arena, delivery, ret);
    for (const kit_call_t *call = calls->first; rc == 0 && call; call = call->next) {
        if (call->delivery != number || call->fetch) continue;
        event_t event = {
            .type = KIT_CALL, .name = call->method, .order = call->order, .at_us = call->at_us};
        rc = slack__replay_diff_hide(arena, call->args, &event.value);
        if (rc == 0) insert_event(ret, &event);
    }
    return rc;
}

/* Drop what happened after the end of the recording. If the recording was cut off shortly after the
 * delivery, drop everything that it may lack. */
static void drop_uncompared(const kit_replay_t *replay, const kit_item_t *of, size_t recorded,
                            events_t *now)
{
    const kit_recording_t *recording = &replay->recording;
    const uint64_t end_ms = recording->items[recording->count - 1].at_ms;
    const bool open = !recording->ended && of->at_ms + CUT_MS > end_ms;
    while (now->count > recorded &&
           (open || now->items[now->count - 1].at_us > replay->begin_us + end_ms * 1000))
        now->count--;
}

/* ---- the report ---- */

static int write_event(slack_buf_t *out, slack_arena_t *arena, char sign, const event_t *event)
{
    const char *text = event->value ? slack__json_text(arena, event->value, NULL) : "";
    if (text == NULL) return SLACK_ENOMEM;
    const size_t len = strlen(text);
    const size_t shown = len > TEXT_MAX ? slack__utf8_valid(text, TEXT_MAX) : len;
    return slack__buf_printf(out, "  %c %s %s%s%.*s%s\n", sign,
                             event->type == KIT_ACK ? "ack" : "call", event->name, *text ? " " : "",
                             (int)shown, text, shown < len ? "…" : "");
}

/* lengths[i * (b + 1) + j]: the longest common sequence of what is left from i and from j. */
static uint32_t *common_lengths(slack_arena_t *arena, const events_t *a, const events_t *b)
{
    const size_t row = b->count + 1;
    uint32_t *lengths = slack__arena_calloc(arena, (a->count + 1) * row * sizeof *lengths);
    for (size_t i = a->count; lengths && i-- > 0;)
        for (size_t j = b->count; j-- > 0;) {
            const uint32_t down = lengths[(i + 1) * row + j], right = lengths[i * row + j + 1];
            lengths[i * row + j] = same_event(&a->items[i], &b->items[j])
                                       ? lengths[(i + 1) * row + j + 1] + 1
                                   : down > right ? down
                                                  : right;
        }
    return lengths;
}

static int write_events(slack_buf_t *out, slack_arena_t *arena, const events_t *a,
                        const events_t *b)
{
    const bool few = (a->count + 1) * (b->count + 1) <= PAIRS_MAX;
    const size_t row = b->count + 1;
    const uint32_t *lengths = few ? common_lengths(arena, a, b) : NULL;
    if (few && lengths == NULL) return SLACK_ENOMEM;
    size_t i = 0, j = 0;
    int rc = 0;
    while (rc == 0 && (i < a->count || j < b->count)) {
        const bool both = i < a->count && j < b->count && same_event(&a->items[i], &b->items[j]);
        const bool mine = i < a->count && (j == b->count || !lengths ||
                                           lengths[(i + 1) * row + j] >= lengths[i * row + j + 1]);
        if (both) {
            rc = write_event(out, arena, ' ', &a->items[i++]);
            j++;
        } else if (mine) {
            rc = write_event(out, arena, '-', &a->items[i++]);
        } else {
            rc = write_event(out, arena, '+', &b->items[j++]);
        }
    }
    return rc;
}

/* Compare the events of one delivery; of none, if `number` is 0. */
static int diff_events(const kit_replay_t *replay, const kit_calls_t *calls, uint64_t number,
                       const kit_delivery_t *delivery, slack_buf_t *report)
{
    const kit_item_t *of = number ? replay->deliveries[number - 1] : &replay->recording.items[0];
    events_t recorded, now = {0};
    slack_arena_t *arena = slack__arena_new(0, SIZE_MAX / 2);
    if (arena == NULL) return SLACK_ENOMEM;
    int rc = recorded_events(arena, of, &recorded);
    if (rc == 0) rc = events_now(calls, arena, number, delivery, &now);
    if (rc == 0) drop_uncompared(replay, of, recorded.count, &now);
    bool same = rc == 0 && recorded.count == now.count;
    for (size_t i = 0; same && i < now.count; i++)
        same = same_event(&recorded.items[i], &now.items[i]);
    if (rc == 0 && !same) {
        const slack_json_t *body = slack_json_get(of->members, "/body");
        const bool outside = of->type == KIT_BEGIN;
        const char *name = outside ? "" : slack__kit_delivery_name(arena, body);
        rc = outside ? slack__buf_printf(report, "outside of deliveries:\n")
             : name  ? slack__buf_printf(report, "line %u, %s:\n", of->line, name)
                     : SLACK_ENOMEM;
        if (rc == 0) rc = write_events(report, arena, &recorded, &now);
    }
    slack__arena_free(arena);
    return rc;
}

int slack__replay_diff(const kit_replay_t *replay, const kit_calls_t *calls,
                       const kit_deliveries_t *deliveries, slack_buf_t *report)
{
    /* The list begins with the newest. */
    const kit_delivery_t **in_order =
        slack__arena_calloc(deliveries->base->arena, (replay->delivered + 1) * sizeof *in_order);
    if (in_order == NULL) return SLACK_ENOMEM;
    size_t i = replay->delivered;
    for (const kit_delivery_t *d = deliveries->first; d && i > 0; d = d->next)
        in_order[--i] = d;
    int rc = 0;
    for (i = 0; rc == 0 && i < replay->delivered; i++)
        rc = diff_events(replay, calls, i + 1, in_order[i], report);
    return rc ? rc : diff_events(replay, calls, 0, NULL, report);
}
