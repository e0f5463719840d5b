/* SPDX-License-Identifier: MIT */
#include "outbox/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slack/error.h>

#include "store/kv.h"
#include "util/alloc.h"
#include "util/json.h"

/* The life of an entry: as long as a dead letter, which a person may retry. */
#define KEEP_MS SLACK_STORE_DEAD_MS
/* A number as a version: the store compares versions as bytes. */
#define VERSION_FORMAT "%020lld"
#define VERSION_MAX    21
#define KEY_FORMAT     "%s/%.*s/%s"

static const struct {
    const char *method, *argument;
    bool is_state;
} targets[] = {
    {"chat.delete", "ts", false},
    {"chat.postMessage", "thread_ts", false},
    {"chat.update", "ts", true},
    {"pins.add", "timestamp", false},
    {"pins.remove", "timestamp", false},
    {"reactions.add", "timestamp", false},
    {"reactions.remove", "timestamp", false},
};
#define TARGETS (sizeof targets / sizeof *targets)

const char *slack__target_argument(const char *method)
{
    for (size_t i = 0; i < TARGETS; i++)
        if (strcmp(targets[i].method, method) == 0) return targets[i].argument;
    return NULL;
}

bool slack__target_is_state(const char *method)
{
    for (size_t i = 0; i < TARGETS; i++)
        if (strcmp(targets[i].method, method) == 0) return targets[i].is_state;
    return false;
}

static const char *entry_key(const slack_attempt_t *a, const char *what, const char *key)
{
    const slack_slice_t app = a->item.queue->app;
    return slack__arena_printf(a->arena, KEY_FORMAT, what, (int)app.len, app.ptr, key);
}

/* ---- finding ---- */

static void entry_get(slack_attempt_t *a, const char *what, void (*done)(slack_store_op_t *op))
{
    const char *key = entry_key(a, what, a->of);
    if (key == NULL) {
        a->found(a, SLACK_ENOMEM);
        return;
    }
    a->batch = (slack_store_batch_t){0};
    a->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_GET, .row.key = slack__slice(key), .batch = &a->batch, .done = done};
    slack__link_init(&a->op.link);
    slack__queue_submit(a->item.queue, &a->op);
}

/* The message's channel too, because the request may have named it in another way. */
static int take_message(slack_attempt_t *a, slack_slice_t value)
{
    const slack_json_t *message = NULL, *found = NULL;
    int rc = slack__json_parse(a->arena, value.ptr, value.len, &message, NULL);
    if (rc != 0) return rc == SLACK_ENOMEM ? rc : SLACK_ENOTFOUND;
    const char *argument = slack__target_argument(a->trace.method);
    const char *ts = slack_json_str(message, "/ts");
    rc = slack__jsonf(
        a->arena, &found, NULL, "{channel: %s, ts?: %s, thread_ts?: %s, timestamp?: %s}",
        slack_json_str(message, "/channel"), strcmp(argument, "ts") ? NULL : ts,
        strcmp(argument, "thread_ts") ? NULL : ts, strcmp(argument, "timestamp") ? NULL : ts);
    return rc ? rc : slack__json_with_defaults(a->arena, found, a->trace.args, &a->trace.args);
}

static void message_got(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    int rc = op->status;
    if (rc == 0) rc = a->batch.count ? take_message(a, a->batch.rows[0].payload) : SLACK_ENOTFOUND;
    slack__arena_free(a->batch.arena);
    a->found(a, rc);
}

/* A newer update that was canceled, or has become a dead letter, does not count. */
static void newer_got(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    const enum slack_row_state state = a->batch.count ? a->batch.rows[0].state : SLACK_ROW_DEAD;
    const bool will_be_sent = state == SLACK_ROW_QUEUED || state == SLACK_ROW_RUNNING;
    slack__arena_free(a->batch.arena);
    if (op->status != 0 || will_be_sent)
        a->found(a, op->status ? op->status : SLACK_EALREADY);
    else
        entry_get(a, "message", message_got);
}

static void newest_got(slack_store_op_t *op)
{
    slack_attempt_t *a = SLACK_CONTAINER(op, slack_attempt_t, op);
    char version[VERSION_MAX] = "";
    bool is_sent = false;
    if (a->batch.count) {
        const slack_kv_entry_t newest = slack__kv_from_row(&a->batch.rows[0]);
        if (newest.version.len < sizeof version)
            memcpy(version, newest.version.ptr, newest.version.len);
        is_sent = newest.value.len > 0;
    }
    const int64_t id = strtoll(version, NULL, 10);
    slack__arena_free(a->batch.arena);
    if (op->status != 0) {
        a->found(a, op->status);
    } else if (id <= a->item.op.row.id) {
        entry_get(a, "message", message_got);
    } else if (is_sent) {
        a->found(a, SLACK_EALREADY);
    } else {
        a->batch = (slack_store_batch_t){.one = true, .limit = 1};
        a->op = (slack_store_op_t){
            .kind = SLACK_STORE_LIST, .row.id = id, .batch = &a->batch, .done = newer_got};
        slack__link_init(&a->op.link);
        slack__queue_submit(a->item.queue, &a->op);
    }
}

void slack__target_find(slack_attempt_t *a)
{
    if (slack__target_is_state(a->trace.method))
        entry_get(a, "newest", newest_got);
    else
        entry_get(a, "message", message_got);
}

/* ---- keeping ---- */

int slack__target_keep(slack_attempt_t *a, void (*kept)(slack_store_op_t *op))
{
    const char *key = entry_key(a, "message", a->key);
    const slack_json_t *value = NULL;
    size_t len = 0;
    const int rc = slack__jsonf(a->arena, &value, NULL, "{channel: %s, ts: %s}", a->result.channel,
                                a->result.ts);
    const char *text = rc == 0 ? slack__json_text(a->arena, value, &len) : NULL;
    if (key == NULL || text == NULL) return SLACK_ENOMEM;
    const slack_kv_entry_t entry = {
        .key = slack__slice(key),
        .value = {text, len},
        .until_ms = slack__wall_ms(a->outbox->services->net->clock) + KEEP_MS,
    };
    a->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_PUT, .row = slack__kv_to_row(&entry), .done = kept};
    slack__link_init(&a->op.link);
    slack__queue_submit(a->item.queue, &a->op);
    return 0;
}

int slack__target_note_sent(slack_attempt_t *a, void (*noted)(slack_store_op_t *op))
{
    const char *key = entry_key(a, "newest", a->of);
    const char *version =
        slack__arena_printf(a->arena, VERSION_FORMAT, (long long)a->item.op.row.id);
    if (key == NULL || version == NULL) return SLACK_ENOMEM;
    const slack_kv_entry_t entry = {
        .key = slack__slice(key),
        .version = slack__slice(version),
        .value = SLACK_SLICE("sent"),
        .until_ms = slack__wall_ms(a->outbox->services->net->clock) + KEEP_MS,
    };
    a->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_PUT, .row = slack__kv_to_row(&entry), .done = noted};
    slack__link_init(&a->op.link);
    slack__queue_submit(a->item.queue, &a->op);
    return 0;
}

typedef struct newest {
    slack_store_op_t op;
    char version[VERSION_MAX];
    char key[];
} newest_t;

static void newest_noted(slack_store_op_t *op)
{
    slack__free(SLACK_CONTAINER(op, newest_t, op));
}

void slack__target_note_newest(slack_queue_t *queue, const char *of, int64_t id)
{
    const size_t size = sizeof "newest//" + queue->app.len + strlen(of);
    newest_t *newest = slack__calloc(1, sizeof *newest + size);
    if (newest == NULL) return;
    snprintf(newest->version, sizeof newest->version, VERSION_FORMAT, (long long)id);
    snprintf(newest->key, size, KEY_FORMAT, "newest", (int)queue->app.len, queue->app.ptr, of);
    const slack_kv_entry_t entry = {
        .key = slack__slice(newest->key),
        .version = slack__slice(newest->version),
        .until_ms = slack__wall_ms(queue->net->clock) + KEEP_MS,
    };
    newest->op = (slack_store_op_t){
        .kind = SLACK_STORE_KV_PUT, .row = slack__kv_to_row(&entry), .done = newest_noted};
    slack__link_init(&newest->op.link);
    slack__queue_submit(queue, &newest->op);
}
