/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "ops/redact_json.h"
#include "protocol/payload.h"
#include "testkit/testkit.h"
#include "util/alloc.h"

/*
 * What an app did against what was recorded of it: for each delivery the sequence of its ack and
 * its calls, and one more for calls that come out of none. Between deliveries the order may be
 * another one, since a live app is never so quick as one that is played.
 */

/* Of one delivery that was cut off so shortly before the end, more may have followed. */
#define CUT_MS 3000
/* More pairs than these are not compared with one another. */
#define PAIRS_MAX ((size_t)1 << 20)
#define TEXT_MAX  700

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

/* ---- one and the other ---- */

static bool same_string(const slack_json_t *recorded, const slack_json_t *now)
{
    slack_slice_t a, b;
    a.ptr = slack_json_strn(recorded, "", &a.len);
    b.ptr = slack_json_strn(now, "", &b.len);
    if (slack__slice_eq(a, b)) return true;
    return slack__is_hidden(a) && slack__hides_any(b);
}

static bool same_members(const slack_json_t *recorded, const slack_json_t *now)
{
    slack_json_iter_t it = {0};
    if (slack_json_count(recorded, "") != slack_json_count(now, "")) return false;
    while (slack_json_next(recorded, &it)) {
        const slack_json_t *member = slack__json_member(now, slack__json_key(&it));
        if (member == NULL || !slack__differ_same(it.value, member)) return false;
    }
    return true;
}

static bool same_elements(const slack_json_t *recorded, const slack_json_t *now)
{
    slack_json_iter_t a = {0}, b = {0};
    if (slack_json_count(recorded, "") != slack_json_count(now, "")) return false;
    while (slack_json_next(recorded, &a) && slack_json_next(now, &b))
        if (!slack__differ_same(a.value, b.value)) return false;
    return true;
}

bool slack__differ_same(const slack_json_t *recorded, const slack_json_t *now)
{
    const enum slack_json_type type = slack_json_type(recorded);
    if (type != slack_json_type(now)) return false;
    if (type == SLACK_JSON_STRING) return same_string(recorded, now);
    if (type == SLACK_JSON_OBJECT) return same_members(recorded, now);
    if (type == SLACK_JSON_ARRAY) return same_elements(recorded, now);
    return type == SLACK_JSON_NONE || slack__json_equal(recorded, now);
}

static bool same_event(const event_t *recorded, const event_t *now)
{
    return recorded->type == now->type && recorded->is_text == now->is_text &&
           strcmp(recorded->name, now->name) == 0 &&
           slack__differ_same(recorded->value, now->value);
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

int slack__differ_hide(slack_arena_t *arena, const slack_json_t *value, const slack_json_t **ret)
{
    static const slack_hide_t without_key;
    slack_buf_t buf;
    if (value == NULL) return 0;
    slack__buf_init(&buf, SLACK_ARENA_MAX);
    int rc = slack__redact_json_write(&without_key, &buf, value);
    if (rc == 0) rc = slack__json_parse(arena, slack__buf_ptr(&buf), buf.len, ret, NULL);
    slack__buf_done(&buf);
    return rc;
}

static void insert(events_t *events, const event_t *event)
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
    int rc = slack__differ_hide(arena, delivery->ack.json, &event.value);
    if (rc == 0) insert(events, &event);
    return rc;
}

static int events_now(const slack_test_t *kit, slack_arena_t *arena, uint64_t number,
                      const kit_delivery_t *delivery, events_t *ret)
{
    size_t count = 1;
    for (const kit_call_t *call = kit->calls; call; call = call->next)
        count += call->delivery == number;
    *ret = (events_t){slack__arena_calloc(arena, count * sizeof *ret->items), 0};
    if (ret->items == NULL) return SLACK_ENOMEM;
    int rc = add_ack(arena, delivery, ret);
    for (const kit_call_t *call = kit->calls; rc == 0 && call; call = call->next) {
        if (call->delivery != number) continue;
        event_t event = {
            .type = KIT_CALL, .name = call->method, .order = call->order, .at_us = call->at_us};
        rc = slack__differ_hide(arena, call->args, &event.value);
        if (rc == 0) insert(ret, &event);
    }
    return rc;
}

/* What came behind the end is not compared. A recording that was cut off tells of no delivery for
 * sure that it was at its end, when that was about then. */
static void cut(const kit_play_t *play, const kit_item_t *of, size_t recorded, events_t *now)
{
    const kit_recording_t *recording = &play->recording;
    const uint64_t end_ms = recording->items[recording->count - 1].at_ms;
    const bool open = !recording->ended && of->at_ms + CUT_MS > end_ms;
    while (now->count > recorded &&
           (open || now->items[now->count - 1].at_us > play->begin_us + end_ms * 1000))
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

static int write_head(slack_buf_t *out, const kit_item_t *of)
{
    if (of->type == KIT_BEGIN) return slack__buf_printf(out, "outside of deliveries:\n");
    const slack_json_t *body = slack_json_get(of->members, "/body");
    const char *kind = slack_json_str(of->members, "/kind");
    const char *what = slack_json_str(body, "/command");
    if (*what == '\0') what = slack_json_str(body, "/event/type");
    if (*what == '\0') what = slack_json_str(body, "/actions/0/action_id");
    if (*what == '\0') what = slack_json_str(body, "/action_id");
    if (*what == '\0') what = slack_json_str(body, "/view/callback_id");
    if (*what == '\0') what = slack_json_str(body, "/callback_id");
    return slack__buf_printf(out, "line %u, %s%s%s:\n", of->line, kind, *what ? " " : "", what);
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

static int write_both(slack_buf_t *out, slack_arena_t *arena, const events_t *a, const events_t *b)
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

static bool agree(const events_t *a, const events_t *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_event(&a->items[i], &b->items[i])) return false;
    return true;
}

/* All that belongs to a delivery, or to none: then `number` is 0. */
static int differ_in(const slack_test_t *kit, const kit_item_t *of, uint64_t number,
                     const kit_delivery_t *delivery, slack_buf_t *report)
{
    events_t recorded, now = {0};
    slack_arena_t *arena = slack__arena_new(0, SIZE_MAX / 2);
    if (arena == NULL) return SLACK_ENOMEM;
    int rc = recorded_events(arena, of, &recorded);
    if (rc == 0) rc = events_now(kit, arena, number, delivery, &now);
    if (rc == 0) cut(kit->play, of, recorded.count, &now);
    if (rc == 0 && !agree(&recorded, &now)) {
        rc = write_head(report, of);
        if (rc == 0) rc = write_both(report, arena, &recorded, &now);
    }
    slack__arena_free(arena);
    return rc;
}

int slack__differ(slack_test_t *kit, slack_buf_t *report)
{
    const kit_play_t *play = kit->play;
    /* The kit has the newest first. */
    const kit_delivery_t **deliveries =
        slack__arena_calloc(kit->arena, (play->delivered + 1) * sizeof *deliveries);
    if (deliveries == NULL) return SLACK_ENOMEM;
    size_t i = play->delivered;
    for (const kit_delivery_t *d = kit->deliveries; d && i > 0; d = d->next)
        deliveries[--i] = d;
    int rc = 0;
    for (i = 0; rc == 0 && i < play->delivered; i++)
        rc = differ_in(kit, play->deliveries[i], i + 1, deliveries[i], report);
    return rc ? rc : differ_in(kit, &play->recording.items[0], 0, NULL, report);
}
