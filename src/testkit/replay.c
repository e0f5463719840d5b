/* SPDX-License-Identifier: MIT */
#include "testkit/replay.h"

#include <stdio.h>
#include <string.h>

#include "testkit/replay_diff.h"
#include "testkit/testkit.h"

/* How long the replay waits after the end of the recording for calls that the app has still to
 * make: the pauses between attempts are random. */
#define OVERTIME_MS ((uint64_t)10 * 60 * 1000)
#define STEP_MS     100
#define REPORT_MAX  ((size_t)1 << 20)

void slack__replay_done(kit_replay_t *replay)
{
    slack__recording_done(&replay->recording);
}

/* ---- answers ---- */

static int error_of(const char *name)
{
#define ERROR_OF(code, number, text)                                                               \
    if (strcmp(name, #code) == 0) return code;
    SLACK_ERROR_MAP(ERROR_OF)
#undef ERROR_OF
    return SLACK_EIO;
}

static void read_answer(const kit_item_t *call, kit_answer_t *ret)
{
    const kit_item_t *answer = call->answer;
    ret->after_ms = UINT32_MAX;
    if (answer == NULL) return; /* the recording ended before it */
    const uint64_t after_ms = answer->at_ms - call->at_ms;
    const char *error = slack_json_str(answer->members, "/error");
    if (after_ms < UINT32_MAX) ret->after_ms = (unsigned)after_ms;
    if (*error) {
        ret->status = error_of(error);
        ret->unsent = slack_json_bool(answer->members, "/unsent");
        return;
    }
    ret->http_status = (int)slack_json_int(answer->members, "/http");
    ret->body = slack_json_get(answer->members, "/body");
    if (slack_json_get(answer->members, "/retry_after_s"))
        ret->retry_after_s = slack_json_int(answer->members, "/retry_after_s");
}

/* The recorded call to take the answer from: the first one with the same arguments, else the first
 * one of the same method. */
static kit_item_t *find_call(const kit_replay_t *replay, const kit_call_t *call,
                             const slack_json_t *args)
{
    if (call->delivery > replay->delivered) return NULL;
    const kit_item_t *of =
        call->delivery ? replay->deliveries[call->delivery - 1] : &replay->recording.items[0];
    kit_item_t *near = NULL;
    for (kit_item_t *item = of->events; item; item = item->next_event) {
        if (item->type != KIT_CALL || item->used) continue;
        if (strcmp(slack_json_str(item->members, "/method"), call->method) != 0) continue;
        if (slack__replay_diff_same(slack_json_get(item->members, "/args"), args)) return item;
        if (near == NULL) near = item;
    }
    return near;
}

static int answer_as_recorded(void *user_data, const kit_call_t *call, kit_answer_t *ret)
{
    slack_test_t *kit = user_data;
    kit_replay_t *replay = &kit->replay;
    const slack_json_t *args = NULL;
    if (call->fetch) return slack__expectations_answer.answer(&kit->expectations, call, ret);
    int rc = slack__replay_diff_hide(kit->base.arena, call->args, &args);
    if (rc != 0) return rc;
    kit_item_t *item = call->checks_token ? NULL : find_call(replay, call, args);
    if (item == NULL) return slack__calls_default_answer(&kit->base, call, &ret->body);
    item->used = true;
    replay->calls_left--;
    read_answer(item, ret);
    return 0;
}

static const kit_calls_events_t answer_events = {.answer = answer_as_recorded};

/* ---- replaying ---- */

static int advance_to(slack_test_t *kit, uint64_t at_ms)
{
    const uint64_t now_ms = (kit->base.now_us - kit->replay.begin_us) / 1000;
    return at_ms > now_ms ? slack__runner_advance_ms(&kit->runner, at_ms - now_ms) : 0;
}

static int replay_delivery(slack_test_t *kit, kit_item_t *item)
{
    kit_replay_t *replay = &kit->replay;
    int rc = advance_to(kit, item->at_ms);
    if (rc != 0) return rc;
    const int retry_num = (int)slack_json_int(item->members, "/retry_num");
    if (retry_num > 0)
        rc = slack_test_retry(kit, retry_num, slack_json_str(item->members, "/retry_reason"));
    if (rc != 0) return rc;
    replay->deliveries[replay->delivered++] = item;
    return slack_test_body(kit, "%p", (const void *)slack_json_get(item->members, "/body"));
}

static int replay_all(slack_test_t *kit)
{
    kit_replay_t *replay = &kit->replay;
    const kit_recording_t *recording = &replay->recording;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < recording->count; i++) {
        kit_item_t *item = &recording->items[i];
        const slack_json_t *ack = item->ack ? item->ack->members : NULL;
        /* No handler ran: the app could not take the delivery, was stopping, or knew it. */
        const bool not_run =
            strcmp(slack_json_str(ack, "/outcome"), "later") == 0 || slack_json_bool(ack, "/known");
        if (item->type == KIT_DELIVERY && !not_run) rc = replay_delivery(kit, item);
    }
    const uint64_t end_ms = recording->items[recording->count - 1].at_ms;
    if (rc == 0) rc = advance_to(kit, end_ms);
    for (uint64_t more = STEP_MS; rc == 0 && replay->calls_left > 0 && more <= OVERTIME_MS;
         more += STEP_MS)
        rc = advance_to(kit, end_ms + more);
    return rc;
}

static const char *identity(const kit_item_t *begin, const char *path, const char *otherwise)
{
    const char *id = slack_json_str(begin->members, path);
    return *id ? id : otherwise;
}

static int prepare(slack_test_t *kit, const char *text, size_t len,
                   char error[KIT_RECORDING_ERROR_MAX])
{
    kit_replay_t *replay = &kit->replay;
    kit_recording_t *recording = &replay->recording;
    int rc = slack__recording_read(recording, text, len, error);
    if (rc != 0) return rc;
    replay->deliveries =
        slack__arena_calloc(recording->arena, recording->count * sizeof *replay->deliveries);
    if (replay->deliveries == NULL) return SLACK_ENOMEM;
    for (size_t i = 0; i < recording->count; i++)
        replay->calls_left += recording->items[i].type == KIT_CALL;
    /* The bot's identity and the time of day are those of the recording. */
    kit_base_t *base = &kit->base;
    const kit_item_t *begin = &recording->items[0];
    base->bot_user = identity(begin, "/bot_user", base->bot_user);
    base->bot_id = identity(begin, "/bot_id", base->bot_id);
    base->team = identity(begin, "/team", base->team);
    const int64_t wall_ms = slack_json_int(begin->members, "/wall_ms");
    if (wall_ms > 0) base->wall_ms += wall_ms - slack__kit_wall_ms(base);
    slack__calls_listen(&kit->calls, &answer_events, kit);
    kit->deliveries.compared = true;
    return 0;
}

/* The report goes to the kit's memory. */
static int report_differences(slack_test_t *kit, const char *name, const char **ret_report)
{
    slack_buf_t report;
    slack__buf_init(&report, REPORT_MAX);
    int rc = slack__replay_diff(&kit->replay, &kit->calls, &kit->deliveries, &report);
    if (rc == SLACK_ETOOBIG) rc = 0; /* the first ones are enough */
    if (rc == 0 && report.len > 0) {
        const size_t size = report.len * (SLACK_CONTROL_ESCAPE_SIZE - 1) + 1;
        slack_arena_t *arena = kit->base.arena;
        const char *raw = slack__arena_strndup(arena, slack__buf_ptr(&report), report.len);
        char *text = raw ? slack__arena_alloc(arena, size) : NULL;
        if (text) slack__escape_controls(text, size, raw, "\n");
        if (text && ret_report) *ret_report = text;
        rc = text ? slack__kit_fail(&kit->base, SLACK_EMISMATCH,
                                    "%s: the replay differs from the recording:\n%s", name, text)
                  : SLACK_ENOMEM;
    }
    slack__buf_done(&report);
    return rc;
}

static int replay_text(slack_test_t *kit, const char *name, slack_slice_t text,
                       const char **ret_report)
{
    kit_base_t *base = &kit->base;
    char error[KIT_RECORDING_ERROR_MAX] = "";
    if (ret_report) *ret_report = "";
    if (kit->runner.started || kit->replay.recording.arena)
        return slack__kit_fail(base, SLACK_EALREADY, "%s: the kit has already started", name);
    int rc = prepare(kit, text.ptr, text.len, error);
    if (rc != 0) {
        const char *copy = slack__arena_strdup(base->arena, error);
        if (copy && ret_report) *ret_report = copy;
        return slack__kit_fail(base, rc, "%s: %s", name, *error ? error : slack_strerror(rc));
    }
    rc = slack__runner_start(&kit->runner);
    kit->replay.begin_us = base->now_us;
    if (rc == 0) rc = replay_all(kit);
    if (rc == 0) rc = report_differences(kit, name, ret_report);
    return rc ? slack__kit_fail(base, rc, "%s: %s", name, slack_strerror(rc)) : 0;
}

/* ---- slack/test.h ---- */

int slack_test_replay_text(slack_test_t *kit, const char *text, size_t len, const char **ret_report)
{
    return replay_text(kit, "the recording", (slack_slice_t){text, len}, ret_report);
}

static int read_file(slack_buf_t *buf, FILE *file)
{
    int rc = 0;
    char *tail;
    while (rc == 0 && (rc = slack__buf_reserve(buf, 65536, &tail)) == 0) {
        size_t len = fread(tail, 1, 65536, file);
        slack__buf_commit(buf, len);
        if (len == 0) return ferror(file) ? SLACK_EIO : 0;
    }
    return rc;
}

int slack_test_replay(slack_test_t *kit, const char *path, const char **ret_report)
{
    if (ret_report) *ret_report = "";
    slack_buf_t text;
    slack__buf_init(&text, KIT_RECORDING_MAX + 65536);
    FILE *file = path ? fopen(path, "rb") : NULL;
    int rc = file ? read_file(&text, file) : SLACK_EIO;
    if (file) fclose(file);
    if (rc == 0)
        rc = replay_text(kit, path, (slack_slice_t){slack__buf_ptr(&text), text.len}, ret_report);
    else
        slack__kit_fail(&kit->base, rc, "%s: cannot be read: %s", path ? path : "(no path)",
                        slack_strerror(rc));
    slack__buf_done(&text);
    return rc;
}
