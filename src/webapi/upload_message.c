/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "util/json.h"
#include "util/json_make.h"
#include "webapi/response.h"
#include "webapi/upload_flow.h"

/* The message that shares the files: the call, files.info after an unclear answer, and the wait
 * until the message exists. */

#define LOOK_MS     250 /* the first wait before files.info is asked again, then twice as long … */
#define LOOK_MS_MAX 5000
#define AWAIT_MS    60000

static void complete_ask(slack_file_flow_t *flow);
static void look_ask(slack_file_flow_t *flow);

static uint64_t upload_now_ms(const slack_upload_flow_t *upload)
{
    return slack__mono_ms(slack__webapi_net(&upload->flow.client)->clock);
}

/* The messages in a channel or in any that share the file, of {public: {C1: [{ts}]}, private: …}.
 * Returns how many channels have one, and the first one's. */
static size_t read_shares(slack_upload_flow_t *upload, const slack_json_t *file)
{
    slack_json_iter_t kinds = {0};
    const slack_slice_t wanted = slack__slice(upload->channels);
    slack_slice_t first = {wanted.ptr, strcspn(upload->channels, ",")};
    size_t count = 0;
    while (slack_json_next(slack_json_get(file, "/shares"), &kinds)) {
        slack_json_iter_t channels = {0};
        while (slack_json_next(kinds.value, &channels)) {
            const char *ts = slack_json_str(channels.value, "/0/ts");
            if (*ts == '\0') continue;
            const bool is_first = slack__slice_eq(slack__slice(channels.key), first);
            if (count++ > 0 && !is_first) continue;
            upload->channel = slack__arena_strdup(upload->flow.arena, channels.key);
            upload->ts = slack__arena_strdup(upload->flow.arena, ts);
        }
    }
    return count;
}

static void look_later(slack_upload_flow_t *upload)
{
    slack__file_flow_wait(&upload->flow, upload->look_ms, look_ask);
    upload->look_ms = upload->look_ms < LOOK_MS_MAX / 2 ? 2 * upload->look_ms : LOOK_MS_MAX;
}

static void look_begin(slack_upload_flow_t *upload)
{
    upload->look_ms = LOOK_MS;
    upload->until_ms = upload_now_ms(upload) + AWAIT_MS;
    look_later(upload);
}

/* Another call after an unclear one may share the files twice, so it follows only if Slack says
 * that it does not have the file. */
static void look_answered(slack_file_flow_t *flow, const slack_response_t *response)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    const int status = slack_response_status(response);
    const bool unclear = upload->unclear.status != 0;
    const slack_json_t *file = slack_json_get(slack_response_json(response), "/file");
    const bool there = status == 0 && read_shares(upload, file) >= upload->channel_count;
    if (there && upload->shown == NULL) {
        const slack_json_t *files = NULL;
        if (slack__jsonf(flow->arena, &files, NULL, "[%p]", (const void *)file) == 0)
            upload->shown = files;
    }
    if (there)
        slack__file_flow_end(flow);
    else if (unclear && status == SLACK_EAPI &&
             strcmp(slack_response_error(response), "file_not_found") == 0 &&
             upload->completions < SLACK_CALL_TRIES)
        complete_ask(flow);
    else if (unclear && (status != 0 || upload_now_ms(upload) >= upload->until_ms))
        slack__file_flow_fail(
            flow, upload->unclear.status,
            "files.completeUploadExternal: %s; Slack may have shared the files: look "
            "before you upload them again",
            upload->unclear.why ? upload->unclear.why : slack_strerror(upload->unclear.status));
    else if (status != 0)
        slack__file_flow_fail_call(flow, response,
                                   "; the files are shared, but their message is not known");
    else if (upload_now_ms(upload) >= upload->until_ms)
        slack__file_flow_fail(flow, SLACK_ETIMEDOUT,
                              "the files are shared, but their message has not come within %d s",
                              AWAIT_MS / 1000);
    else
        look_later(upload);
}

static void look_ask(slack_file_flow_t *flow)
{
    const slack_json_t *args = NULL;
    slack_upload_flow_t *upload = slack__upload_of(flow);
    const int rc = slack__jsonf(flow->arena, &args, NULL, "{file: %s}", upload->files[0].id);
    if (rc != 0)
        slack__file_flow_fail(flow, rc, "%s", slack_strerror(rc));
    else
        slack__file_flow_ask(flow, "files.info", args, look_answered);
}

static void completed(slack_file_flow_t *flow, const slack_response_t *response)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    const int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    const bool unclear =
        status == SLACK_EHTTP ? slack_response_http_status(response) >= 500
        : status == SLACK_EAPI
            ? strcmp(error, "internal_error") == 0 || strcmp(error, "fatal_error") == 0
            : status == SLACK_ECLOSED || status == SLACK_ETIMEDOUT || status == SLACK_EPROTO ||
                  status == SLACK_ETOOBIG || status == SLACK_EBUSY;
    if (unclear) {
        upload->unclear = (slack_flow_fault_t){.status = status,
                                               .why = slack__response_why(response, flow->arena)};
        look_begin(upload);
    } else if (status != 0) {
        slack__file_flow_fail_call(flow, response, "");
    } else {
        upload->unclear = (slack_flow_fault_t){0};
        size_t len;
        const char *files = slack__json_text(
            flow->arena, slack_json_get(slack_response_json(response), "/files"), &len);
        if (!files || slack__json_parse(flow->arena, files, len, &upload->shown, NULL) != 0)
            slack__file_flow_fail(flow, SLACK_ENOMEM, "%s", slack_strerror(SLACK_ENOMEM));
        else if (upload->await_message && upload->channel_count > 0)
            look_begin(upload);
        else
            slack__file_flow_end(flow);
    }
}

static void complete_ask(slack_file_flow_t *flow)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *items[SLACK_UPLOAD_FILES_MAX], *args = NULL;
    const bool one = upload->channel_count == 1;
    int rc = arena ? 0 : SLACK_ENOMEM;
    for (size_t i = 0; i < upload->count && rc == 0; i++)
        rc = slack__jsonf(arena, &items[i], NULL, "{id: %s, title: %s}", upload->files[i].id,
                          upload->files[i].title);
    const slack_json_t *files =
        rc == 0 ? slack__make_array(arena, "slack_upload", items, upload->count) : NULL;
    if (rc == 0) rc = slack__json_required(files);
    if (rc == 0)
        rc = slack__jsonf(arena, &args, NULL,
                          "{files: %p, channel_id?: %s, channels?: %s, thread_ts?: %s,"
                          " initial_comment?: %s, blocks?: %p}",
                          (const void *)files, one ? upload->channels : NULL,
                          upload->channel_count > 1 ? upload->channels : NULL, upload->thread_ts,
                          upload->initial_comment, (const void *)upload->blocks);
    upload->completions++;
    if (rc != 0)
        slack__file_flow_fail(flow, rc, "files.completeUploadExternal was not called: %s",
                              slack_strerror(rc));
    else
        slack__file_flow_ask(flow, "files.completeUploadExternal", args, completed);
    slack__arena_free(arena);
}

void slack__upload_share(slack_upload_flow_t *upload)
{
    complete_ask(&upload->flow);
}
