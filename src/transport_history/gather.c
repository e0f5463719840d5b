/* SPDX-License-Identifier: MIT */
#include "transport_history/gather.h"

#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"

void slack__gather_init(slack_gather_t *gather, size_t messages_max, size_t bytes_max)
{
    *gather = (slack_gather_t){.messages_max = messages_max, .bytes_max = bytes_max};
}

static slack_missed_t **gather_items(const slack_gather_t *gather)
{
    return gather->items + gather->first;
}

void slack__gather_shift(slack_gather_t *gather)
{
    if (gather->count == 0) return;
    gather->bytes -= gather_items(gather)[0]->len;
    slack__free(gather_items(gather)[0]);
    gather->first++;
    gather->count--;
}

void slack__gather_reset(slack_gather_t *gather)
{
    while (gather->count > 0)
        slack__gather_shift(gather);
    gather->first = gather->left_out = 0;
    *gather->floor = *gather->cut = '\0';
}

void slack__gather_done(slack_gather_t *gather)
{
    slack__gather_reset(gather);
    slack__free(gather->items);
    gather->items = NULL;
    gather->room = 0;
}

const slack_missed_t *slack__gather_first(const slack_gather_t *gather)
{
    return gather->count > 0 ? gather_items(gather)[0] : NULL;
}

/* The index of the first message that is not before `ts`. */
static size_t gather_find(const slack_gather_t *gather, const char *ts)
{
    size_t low = 0, high = gather->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (slack__ts_compare(gather_items(gather)[middle]->ts, ts) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Makes room for one more item behind the last one. */
static int gather_grow(slack_gather_t *gather)
{
    if (gather->first > 0) { /* of messages that were taken or left out */
        memmove(gather->items, gather_items(gather), gather->count * sizeof *gather->items);
        gather->first = 0;
    }
    if (gather->count < gather->room) return 0;
    const size_t room = gather->room > 0 ? 2 * gather->room : 64;
    slack_missed_t **items = slack__realloc(gather->items, room * sizeof *items);
    if (items == NULL) return SLACK_ENOMEM;
    gather->items = items;
    gather->room = room;
    return 0;
}

/* Keeps the bounds. A message that is too large by itself stays, so that a walk gets on. */
static void gather_bound(slack_gather_t *gather)
{
    while (gather->count > gather->messages_max) {
        memcpy(gather->floor, slack__gather_first(gather)->ts, SLACK_TS_SIZE);
        gather->left_out++;
        slack__gather_shift(gather);
    }
    while (gather->bytes > gather->bytes_max && gather->count > 1) {
        slack_missed_t *last = gather_items(gather)[--gather->count];
        memcpy(gather->cut, last->ts, SLACK_TS_SIZE);
        gather->bytes -= last->len;
        slack__free(last);
    }
}

int slack__gather_add(slack_gather_t *gather, const char *ts, const char *json, size_t len)
{
    if (*gather->cut && slack__ts_compare(ts, gather->cut) >= 0) return 0;
    if (*gather->floor && !slack__ts_after(ts, gather->floor)) {
        gather->left_out++;
        return 0;
    }
    const size_t at = gather_find(gather, ts);
    if (at < gather->count && strcmp(gather_items(gather)[at]->ts, ts) == 0) return 0;
    slack_missed_t *missed = slack__malloc(sizeof *missed + len + 1);
    if (missed == NULL || gather_grow(gather) != 0) {
        slack__free(missed);
        return SLACK_ENOMEM;
    }
    memcpy(missed->ts, ts, strlen(ts) + 1);
    memcpy(missed->json, json, len);
    missed->json[len] = '\0';
    missed->len = len;
    slack_missed_t **place = gather_items(gather) + at;
    memmove(place + 1, place, (gather->count - at) * sizeof *place);
    *place = missed;
    gather->count++;
    gather->bytes += len;
    gather_bound(gather);
    return 0;
}
