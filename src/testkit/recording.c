/* SPDX-License-Identifier: MIT */
#include "testkit/recording.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

#define FORMAT_VERSION 1
/* The largest time of a recording: a hundred years. */
#define AT_MS_MAX (INT64_C(100) * 366 * 24 * 3600 * 1000)

typedef struct reader {
    kit_recording_t *out;
    kit_item_t **deliveries, **calls; /* by number, which increases */
    size_t delivery_count, call_count;
    unsigned line;
    char *error;
} reader_t;

static int bad_line(const reader_t *r, const char *format, ...) SLACK_PRINTF(2, 3);

static int bad_line(const reader_t *r, const char *format, ...)
{
    int n = snprintf(r->error, KIT_RECORDING_ERROR_MAX, "line %u: ", r->line);
    va_list ap;
    va_start(ap, format);
    char text[KIT_RECORDING_ERROR_MAX];
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    slack__escape_controls(r->error + n, KIT_RECORDING_ERROR_MAX - (size_t)n, text, "");
    return SLACK_EPROTO;
}

static bool item_has(const kit_item_t *item, const char *path, enum slack_json_type type)
{
    return slack_json_type(slack_json_get(item->members, path)) == type;
}

/* The item of that number; NULL if the list has none. */
static kit_item_t *find_item(kit_item_t *const *list, size_t count, int64_t number)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((int64_t)list[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && (int64_t)list[low]->number == number ? list[low] : NULL;
}

static void add_event(kit_item_t *of, kit_item_t *event)
{
    if (of->last_event)
        of->last_event->next_event = event;
    else
        of->events = event;
    of->last_event = event;
}

/* A number has to be larger than the ones before it. */
static int read_number(const reader_t *r, kit_item_t *item, const char *path,
                       kit_item_t *const *list, size_t count)
{
    const int64_t number = slack_json_int(item->members, path);
    if (number < 1 || (count > 0 && (uint64_t)number <= list[count - 1]->number))
        return bad_line(r, "the number \"%s\" is not larger than the one before", path + 1);
    item->number = (uint64_t)number;
    return 0;
}

/* ---- lines of each type ---- */

static int read_begin(reader_t *r, kit_item_t *item)
{
    const int64_t version = slack_json_int(item->members, "/version");
    if (version != FORMAT_VERSION)
        return bad_line(r, "version %lld, but this kit reads version %d", (long long)version,
                        FORMAT_VERSION);
    return r->out->count == 0 ? 0 : bad_line(r, "a second line of type \"begin\"");
}

static int read_delivery(reader_t *r, kit_item_t *item)
{
    if (!item_has(item, "/body", SLACK_JSON_OBJECT))
        return bad_line(r, "a delivery without a body");
    int rc = read_number(r, item, "/n", r->deliveries, r->delivery_count);
    if (rc == 0) r->deliveries[r->delivery_count++] = item;
    return rc;
}

static int read_ack(reader_t *r, kit_item_t *item)
{
    static const char *const outcomes[] = {"ok", "later", "refuse", NULL};
    const char *outcome = slack_json_str(item->members, "/outcome");
    size_t i = 0;
    while (outcomes[i] && strcmp(outcomes[i], outcome) != 0)
        i++;
    if (outcomes[i] == NULL)
        return bad_line(r, "an ack with the unknown outcome \"%.40s\"", outcome);
    item->of = find_item(r->deliveries, r->delivery_count, slack_json_int(item->members, "/n"));
    if (item->of == NULL) return bad_line(r, "an ack of an unknown delivery");
    if (item->of->ack)
        return bad_line(r, "a second ack of the delivery in line %u", item->of->line);
    item->of->ack = item;
    add_event(item->of, item);
    return 0;
}

static int read_call(reader_t *r, kit_item_t *item)
{
    if (*slack_json_str(item->members, "/method") == '\0' ||
        !item_has(item, "/args", SLACK_JSON_OBJECT))
        return bad_line(r, "a call without a method or its arguments");
    int rc = read_number(r, item, "/c", r->calls, r->call_count);
    if (rc != 0) return rc;
    if (slack_json_get(item->members, "/n")) {
        item->of = find_item(r->deliveries, r->delivery_count, slack_json_int(item->members, "/n"));
        if (item->of == NULL) return bad_line(r, "a call of an unknown delivery");
    }
    add_event(item->of ? item->of : &r->out->items[0], item);
    r->calls[r->call_count++] = item;
    return 0;
}

static int read_answer(reader_t *r, kit_item_t *item)
{
    item->of = find_item(r->calls, r->call_count, slack_json_int(item->members, "/c"));
    if (item->of == NULL) return bad_line(r, "an answer to an unknown call");
    if (item->of->answer)
        return bad_line(r, "a second answer to the call in line %u", item->of->line);
    const int64_t http = slack_json_int(item->members, "/http");
    if (*slack_json_str(item->members, "/error") == '\0' && (http < 100 || http > 599))
        return bad_line(r, "an answer without an HTTP status or an error");
    item->of->answer = item;
    return 0;
}

static int read_end(reader_t *r, kit_item_t *item)
{
    (void)item;
    r->out->ended = true;
    return 0;
}

static const struct {
    const char *name;
    int (*read)(reader_t *r, kit_item_t *item);
} types[] = {
    [KIT_BEGIN] = {"begin", read_begin},    [KIT_DELIVERY] = {"delivery", read_delivery},
    [KIT_ACK] = {"ack", read_ack},          [KIT_CALL] = {"call", read_call},
    [KIT_ANSWER] = {"answer", read_answer}, [KIT_END] = {"end", read_end},
};

#define TYPES (sizeof types / sizeof *types)

/* ---- all lines ---- */

static int read_time(const reader_t *r, kit_item_t *item)
{
    const slack_json_t *t = slack_json_get(item->members, "/t");
    const int64_t at_ms = slack_json_int(t, "");
    const bool whole = slack_json_num(t, "") == (double)at_ms;
    if (slack_json_type(t) != SLACK_JSON_NUMBER || !whole || at_ms < 0 || at_ms > AT_MS_MAX)
        return bad_line(r, "the time \"t\" is missing or not valid");
    item->at_ms = (uint64_t)at_ms;
    if (r->out->count > 0 && item->at_ms < r->out->items[r->out->count - 1].at_ms)
        return bad_line(r, "the time is before that of the previous line");
    return 0;
}

static int read_line(reader_t *r, slack_slice_t text)
{
    kit_item_t *item = &r->out->items[r->out->count];
    size_t offset = 0;
    int rc = slack__json_parse(r->out->arena, text.ptr, text.len, &item->members, &offset);
    if (rc == SLACK_ENOMEM) return rc;
    if (rc != 0) return bad_line(r, "not JSON, error at byte %zu", offset), SLACK_EJSON;
    if (slack_json_type(item->members) != SLACK_JSON_OBJECT) return bad_line(r, "not an object");
    item->line = r->line;
    const char *name = slack_json_str(item->members, "/type");
    size_t type = 0;
    while (type < TYPES && strcmp(types[type].name, name) != 0)
        type++;
    if (type == TYPES) return bad_line(r, "unknown type \"%.40s\"", name);
    if (r->out->count == 0 && type != KIT_BEGIN)
        return bad_line(r, "not the first line of a recording");
    if (r->out->ended) return bad_line(r, "a line after the end");
    item->type = (enum kit_item_type)type;
    rc = read_time(r, item);
    if (rc == 0) rc = types[type].read(r, item);
    if (rc == 0) r->out->count++;
    return rc;
}

static int read_lines(reader_t *r, slack_slice_t text)
{
    int rc = 0;
    const char *end;
    while (rc == 0 && text.len > 0 && (end = memchr(text.ptr, '\n', text.len)) != NULL) {
        const slack_slice_t line = {text.ptr, (size_t)(end - text.ptr)};
        r->line++;
        rc = read_line(r, line);
        text.ptr += line.len + 1;
        text.len -= line.len + 1;
    }
    if (rc != 0 || r->out->count > 0) return rc;
    snprintf(r->error, KIT_RECORDING_ERROR_MAX, "the recording is empty");
    return SLACK_EPROTO;
}

int slack__recording_read(kit_recording_t *ret, const char *text, size_t len,
                          char error[KIT_RECORDING_ERROR_MAX])
{
    const slack_slice_t all = {text ? text : "", text ? len : 0};
    *error = '\0';
    *ret = (kit_recording_t){0};
    if (len > KIT_RECORDING_MAX) {
        snprintf(error, KIT_RECORDING_ERROR_MAX, "larger than %zu bytes", KIT_RECORDING_MAX);
        return SLACK_ETOOBIG;
    }
    ret->arena = slack__arena_new(0, SIZE_MAX / 2);
    if (ret->arena == NULL) return SLACK_ENOMEM;
    size_t lines = 0;
    for (size_t i = 0; i < all.len; i++)
        lines += all.ptr[i] == '\n';
    reader_t r = {.out = ret, .error = error};
    ret->items = slack__arena_calloc(ret->arena, (lines + 1) * sizeof *ret->items);
    r.deliveries = slack__arena_calloc(ret->arena, (lines + 1) * sizeof(void *));
    r.calls = slack__arena_calloc(ret->arena, (lines + 1) * sizeof(void *));
    int rc = ret->items && r.deliveries && r.calls ? read_lines(&r, all) : SLACK_ENOMEM;
    if (rc != 0) slack__recording_done(ret);
    return rc;
}

void slack__recording_done(kit_recording_t *recording)
{
    slack__arena_free(recording->arena);
    *recording = (kit_recording_t){0};
}
