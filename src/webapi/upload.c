/* SPDX-License-Identifier: MIT */
#include "webapi/upload.h"

#include <string.h>

#include "util/json.h"
#include "webapi/upload_flow.h"

/*
 *   next file -> (open) -> files.getUploadURLExternal -> the bytes -> next file
 *                               ^                           |
 *                               +------ another try --------+
 *   no more files -> files.completeUploadExternal -> (files.info until the message exists) -> end
 *                          ^            | no clear answer
 *                          +------ files.info: the file is not there
 */

static void file_next(slack_file_flow_t *flow);

static void file_closed(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (flow->over)
        slack__file_flow_end(flow);
    else
        file_next(flow);
}

static void file_sent(slack_upload_flow_t *upload)
{
    slack_file_flow_t *flow = &upload->flow;
    upload->index++;
    if (flow->disk.fd >= 0)
        slack__disk_close(&flow->disk, file_closed);
    else
        file_next(flow);
}

static void file_opened(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (!slack__file_flow_disk(flow, "read")) return;
    slack__upload_file(slack__upload_of(flow))->size = disk->size;
    flow->progress.report.total = disk->size;
    if (disk->size == 0)
        slack__file_flow_fail(flow, SLACK_EINVAL,
                              "it is empty, and Slack takes no empty files: leave it out");
    else
        slack__upload_bytes(slack__upload_of(flow));
}

static void file_next(slack_file_flow_t *flow)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    if (upload->index == upload->count) {
        flow->name = upload->files[0].name;
        slack__upload_share(upload);
        return;
    }
    const slack_upload_file_t *file = slack__upload_file(upload);
    flow->name = file->path ? file->path : file->name;
    flow->progress.report =
        (slack_file_progress_t){.name = file->name, .file = upload->index, .total = file->size};
    if (file->path)
        slack__disk_open(&flow->disk, file->path, file_opened);
    else if (file->fd > 0)
        slack__disk_open_fd(&flow->disk, file->fd, file_opened);
    else
        slack__upload_bytes(upload);
}

/* --- the start ----------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* The reason why a file cannot be uploaded; NULL: it can be. */
static const char *file_wrong(const slack_file_t *file)
{
    const int sources =
        (file->path != NULL) + (file->fd > 0) + (file->data != NULL) + (file->read != NULL);
    const char *name = file->name ? file->name : last_part(file->path);
    if (sources != 1)
        return sources ? "a file has several of path, fd, data and read: set one of them"
                       : "a file has no bytes: set one of path, fd, data and read";
    if (name == NULL || *name == '\0') return "a file has no name: set one";
    if ((file->data || file->read) && (file->size == 0 || file->size > INT64_MAX))
        return "a file has no size, and Slack takes no empty files: set it";
    return NULL;
}

static bool has_text(const char *text)
{
    return text && *text;
}

static const char *upload_wrong(const slack_upload_t *given)
{
    if (given == NULL || given->files == NULL || given->count == 0)
        return "there are no files: pass some";
    if (given->count > SLACK_UPLOAD_FILES_MAX)
        return "there are more than 20 files: upload them in several messages";
    if (has_text(given->initial_comment) && given->blocks)
        return "it has initial_comment and blocks, and Slack ignores the blocks: set one of them";
    if (has_text(given->thread_ts) && given->channels && strchr(given->channels, ','))
        return "it has thread_ts and several channels, and a thread is in one of them: set one";
    const char *wrong = NULL;
    for (size_t i = 0; i < given->count && wrong == NULL; i++)
        wrong = file_wrong(&given->files[i]);
    return wrong;
}

/* A copy of a text; NULL for NULL and "". */
static const char *copy_text(slack_arena_t *arena, const char *text, int *rc)
{
    if (text == NULL || *text == '\0') return NULL;
    const char *copy = slack__arena_strdup(arena, text);
    if (copy == NULL) *rc = SLACK_ENOMEM;
    return copy;
}

static int copy_file(slack_arena_t *arena, slack_upload_file_t *to, const slack_file_t *from)
{
    int rc = 0;
    *to = (slack_upload_file_t){
        .name = copy_text(arena, from->name ? from->name : last_part(from->path), &rc),
        .title = copy_text(arena, from->title, &rc),
        .alt_text = copy_text(arena, from->alt_text, &rc),
        .snippet_type = copy_text(arena, from->snippet_type, &rc),
        .path = copy_text(arena, from->path, &rc),
        .fd = from->fd,
        .data = from->data,
        .size = from->size,
        .once = from->once,
        .read = from->read,
        .user_data = from->user_data,
    };
    if (to->title == NULL) to->title = to->name;
    return rc;
}

static int copy_upload(slack_upload_flow_t *upload, const slack_upload_t *given)
{
    slack_arena_t *arena = upload->flow.arena;
    int rc = 0;
    upload->channels = copy_text(arena, given->channels, &rc);
    upload->thread_ts = copy_text(arena, given->thread_ts, &rc);
    upload->initial_comment = copy_text(arena, given->initial_comment, &rc);
    upload->await_message = given->await_message;
    upload->count = given->count;
    upload->files = slack__arena_calloc(arena, given->count * sizeof *upload->files);
    if (upload->files == NULL || rc != 0) return SLACK_ENOMEM;
    for (size_t i = 0; i < given->count && rc == 0; i++)
        rc = copy_file(arena, &upload->files[i], &given->files[i]);
    upload->flow.name = upload->files[0].name;
    if (upload->channels == NULL) upload->channels = "";
    if (*upload->channels) upload->channel_count = 1;
    for (const char *c = upload->channels; (c = strchr(c, ',')) != NULL; c++)
        upload->channel_count++;
    if (rc == 0 && given->blocks) {
        size_t len;
        rc = slack_json_error(given->blocks);
        const char *text = rc == 0 ? slack__json_text(arena, given->blocks, &len) : NULL;
        if (rc == 0)
            rc = text ? slack__json_parse(arena, text, len, &upload->blocks, NULL) : SLACK_ENOMEM;
    }
    return rc;
}

static int upload_init(slack_upload_flow_t *upload, const slack_upload_t *given)
{
    bool reads = false;
    upload->flow.resume = slack__upload_resume;
    upload->sent = file_sent;
    for (size_t i = 0; i < given->count; i++)
        reads = reads || given->files[i].read != NULL;
    if (!reads && given->progress == NULL) return copy_upload(upload, given);
    slack_file_call_t *call = slack__file_call_new(reads);
    if (call == NULL) return SLACK_ENOMEM;
    call->progress = given->progress;
    call->progress_data = given->progress_data;
    upload->flow.call = call;
    return copy_upload(upload, given);
}

const slack_json_t *slack__upload_blocks(slack_arena_t *arena, const slack_upload_t *upload)
{
    const slack_json_t *args = NULL;
    if (upload == NULL || upload->blocks == NULL || slack_json_error(upload->blocks)) return NULL;
    const int rc = slack__jsonf(arena, &args, NULL, "{blocks: %p}", (const void *)upload->blocks);
    return rc == 0 ? args : NULL;
}

int slack__upload_begin(slack_client_t *client, const slack_upload_t *given,
                        const slack_file_owner_t *owner, slack_file_flow_t **ret,
                        const char **ret_why)
{
    *ret_why = upload_wrong(given);
    if (*ret_why) return SLACK_EINVAL;
    slack_file_flow_t *flow = slack__file_flow_new(sizeof(slack_upload_flow_t), owner);
    int rc = flow ? upload_init(slack__upload_of(flow), given) : SLACK_ENOMEM;
    if (rc == 0) rc = slack__file_flow_begin(flow, client, file_next, ret_why);
    if (rc != 0) slack__file_flow_drop(flow);
    *ret = rc == 0 ? flow : NULL;
    return rc;
}

slack_uploaded_t slack__upload_result(slack_file_flow_t *flow)
{
    const slack_upload_flow_t *upload = slack__upload_of(flow);
    const slack_flow_fault_t *fault = &flow->fault;
    slack_uploaded_t result = {.status = fault->status, .error = "", .channel = "", .ts = ""};
    if (fault->status != 0)
        result.error = fault->why ? fault->why : slack_strerror(fault->status);
    else
        result.files = upload->shown;
    if (upload->channel) result.channel = upload->channel;
    if (upload->ts) result.ts = upload->ts;
    return result;
}
