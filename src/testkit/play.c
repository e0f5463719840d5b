/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "testkit/testkit.h"
#include "util/alloc.h"

/* How long the app may go on behind the end of a recording, for calls that were recorded and not
 * made yet: pauses between attempts are never twice the same. */
#define OVERTIME_MS ((uint64_t)10 * 60 * 1000)
#define STEP_MS     100
#define REPORT_MAX  ((size_t)1 << 20)

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
    *ret = (kit_answer_t){.retry_after_s = -1, .http_status = 200, .after_ms = UINT32_MAX};
    if (answer == NULL) return; /* there was none before the end */
    const uint64_t after_ms = answer->at_ms - call->at_ms;
    const char *error = slack_json_str(answer->members, "/error");
    ret->after_ms = after_ms < UINT32_MAX ? (unsigned)after_ms : UINT32_MAX;
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

/* The recorded call that is meant: the first with the same arguments, else the first of the same
 * method. */
static kit_item_t *find_call(const kit_play_t *play, const kit_call_t *call,
                             const slack_json_t *args)
{
    if (call->delivery > play->delivered) return NULL;
    const kit_item_t *of =
        call->delivery ? play->deliveries[call->delivery - 1] : &play->recording.items[0];
    kit_item_t *near = NULL;
    for (kit_item_t *item = of->events; item; item = item->next_event) {
        if (item->type != KIT_CALL || item->used) continue;
        if (strcmp(slack_json_str(item->members, "/method"), call->method) != 0) continue;
        if (slack__differ_same(slack_json_get(item->members, "/args"), args)) return item;
        if (near == NULL) near = item;
    }
    return near;
}

int slack__play_answer(slack_test_t *kit, const kit_call_t *call, kit_answer_t *ret)
{
    const slack_json_t *args = NULL;
    int rc = slack__differ_hide(kit->arena, call->args, &args);
    if (rc != 0) return rc;
    kit_item_t *item = find_call(kit->play, call, args);
    if (item == NULL) return SLACK_ENOTFOUND;
    item->used = true;
    kit->play->calls_left--;
    read_answer(item, ret);
    return 0;
}

/* ---- playing ---- */

/* The app could not take it, or was about to stop. */
static bool was_put_off(const kit_item_t *delivery)
{
    return delivery->ack &&
           strcmp(slack_json_str(delivery->ack->members, "/outcome"), "later") == 0;
}

static int advance_to(slack_test_t *kit, uint64_t at_ms)
{
    const uint64_t now_ms = (kit->now_us - kit->play->begin_us) / 1000;
    return at_ms > now_ms ? slack_test_advance_ms(kit, at_ms - now_ms) : 0;
}

static int deliver_item(slack_test_t *kit, kit_item_t *item)
{
    kit_play_t *play = kit->play;
    int rc = advance_to(kit, item->at_ms);
    if (rc != 0) return rc;
    const int retry_num = (int)slack_json_int(item->members, "/retry_num");
    if (retry_num > 0)
        rc = slack_test_retry(kit, retry_num, slack_json_str(item->members, "/retry_reason"));
    if (rc != 0) return rc;
    play->deliveries[play->delivered++] = item;
    return slack_test_body(kit, "%p", (const void *)slack_json_get(item->members, "/body"));
}

static int play_on(slack_test_t *kit)
{
    kit_play_t *play = kit->play;
    const kit_recording_t *recording = &play->recording;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < recording->count; i++) {
        kit_item_t *item = &recording->items[i];
        if (item->type == KIT_DELIVERY && !was_put_off(item)) rc = deliver_item(kit, item);
    }
    const uint64_t end_ms = recording->items[recording->count - 1].at_ms;
    if (rc == 0) rc = advance_to(kit, end_ms);
    for (uint64_t more = STEP_MS; rc == 0 && play->calls_left > 0 && more <= OVERTIME_MS;
         more += STEP_MS)
        rc = advance_to(kit, end_ms + more);
    return rc;
}

static const char *who(const kit_item_t *begin, const char *path, const char *otherwise)
{
    const char *id = slack_json_str(begin->members, path);
    return *id ? id : otherwise;
}

/* The bot is who it was, at the time at which it was. */
static void take_place(slack_test_t *kit)
{
    const kit_item_t *begin = &kit->play->recording.items[0];
    kit->bot_user = who(begin, "/bot_user", kit->bot_user);
    kit->bot_id = who(begin, "/bot_id", kit->bot_id);
    kit->team = who(begin, "/team", kit->team);
    const int64_t wall_ms = slack_json_int(begin->members, "/wall_ms");
    if (wall_ms > 0) kit->wall_ms = wall_ms - (int64_t)((kit->now_us - KIT_EPOCH_US) / 1000);
}

static int prepare(slack_test_t *kit, const char *text, size_t len,
                   char error[KIT_RECORDING_ERROR_MAX])
{
    kit_play_t *play = slack__arena_calloc(kit->arena, sizeof *play);
    if (play == NULL) return SLACK_ENOMEM;
    int rc = slack__recording_read(&play->recording, text, len, error);
    if (rc != 0) return rc;
    const kit_recording_t *recording = &play->recording;
    play->deliveries =
        slack__arena_calloc(recording->arena, recording->count * sizeof *play->deliveries);
    if (play->deliveries == NULL) {
        slack__recording_done(&play->recording);
        return SLACK_ENOMEM;
    }
    for (size_t i = 0; i < recording->count; i++)
        play->calls_left += recording->items[i].type == KIT_CALL;
    kit->play = play;
    take_place(kit);
    return 0;
}

void slack__play_free(slack_test_t *kit)
{
    if (kit->play) slack__recording_done(&kit->play->recording);
    kit->play = NULL;
}

/* The report in the kit's memory. */
static int tell(slack_test_t *kit, const char *name, const char **ret_report)
{
    slack_buf_t report;
    slack__buf_init(&report, REPORT_MAX);
    int rc = slack__differ(kit, &report);
    if (rc == SLACK_ETOOBIG) rc = 0; /* the first of them do */
    if (rc == 0 && report.len > 0) {
        const char *text = slack__arena_strndup(kit->arena, slack__buf_ptr(&report), report.len);
        if (text && ret_report) *ret_report = text;
        rc = text ? slack__kit_fail(kit, SLACK_EMISMATCH, "%s was played with differences:\n%s",
                                    name, text)
                  : SLACK_ENOMEM;
    }
    slack__buf_done(&report);
    return rc;
}

static int play(slack_test_t *kit, const char *name, const char *text, size_t len,
                const char **ret_report)
{
    char error[KIT_RECORDING_ERROR_MAX] = "";
    if (ret_report) *ret_report = "";
    if (kit->started || kit->play)
        return slack__kit_fail(kit, SLACK_EALREADY, "%s: the kit has started before", name);
    int rc = prepare(kit, text, len, error);
    if (rc != 0) {
        const char *copy = slack__arena_strdup(kit->arena, error);
        if (copy && ret_report) *ret_report = copy;
        return slack__kit_fail(kit, rc, "%s: %s", name, *error ? error : slack_strerror(rc));
    }
    rc = slack_test_start(kit);
    kit->play->begin_us = kit->now_us;
    if (rc == 0) rc = play_on(kit);
    if (rc == 0) rc = tell(kit, name, ret_report);
    return rc ? slack__kit_fail(kit, rc, "%s: %s", name, slack_strerror(rc)) : 0;
}

int slack_test_replay_text(slack_test_t *kit, const char *text, size_t len, const char **ret_report)
{
    return play(kit, "the recording", text, len, ret_report);
}

/* ---- files ---- */

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
        rc = play(kit, path, slack__buf_ptr(&text), text.len, ret_report);
    else
        slack__kit_fail(kit, rc, "%s: cannot be read: %s", path ? path : "(no path)",
                        slack_strerror(rc));
    slack__buf_done(&text);
    return rc;
}
