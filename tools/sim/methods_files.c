/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "sim/bot_messages.h"
#include "sim/methods.h"

static const slack_json_t *files_get_upload_url(sim_call_t *call)
{
    const char *name = sim_call_arg(call, "filename"), *length = sim_call_arg(call, "length");
    size_t bytes;
    if (!*name || !*length) return sim_call_missing(call, *name ? "length" : "filename");
    if (!sim_call_count(call, "length", 0, SIM_FILE_BYTES_MAX, &bytes))
        return sim_call_error(call, "file_upload_size_restricted");
    const sim_file_t *file = sim_file_new(&call->services->workspace->files, name, bytes);
    return sim_json(call->json, "{ok: true, upload_url: '%s/upload/v1/%s', file_id: %s}",
                    call->services->env->base_url, file->key, file->id);
}

/* The files in the arguments, as an array. NULL with the answer in *ret_failure. */
static const slack_json_t *call_files(sim_call_t *call, const slack_json_t **ret_failure)
{
    const slack_json_t *files = NULL;
    slack_json_iter_t it = {0};
    if (!sim_call_json(call, "files", &files) || slack_json_count(files, "") == 0 ||
        slack_json_type(files) != SLACK_JSON_ARRAY) {
        *ret_failure = sim_call_missing(call, "files");
        return NULL;
    }
    while (slack_json_next(files, &it)) {
        const char *id = slack_json_str(it.value, "/id");
        const sim_file_t *file = sim_file_find(&call->services->workspace->files, id);
        if (file && file->uploaded && !file->completed) continue;
        *ret_failure = sim_call_error(call, "file_not_found");
        return NULL;
    }
    return files;
}

/* Complete the files, and return them as methods and messages show them. */
static const slack_json_t *complete_files(sim_call_t *call, const slack_json_t *files)
{
    slack_json_iter_t it = {0};
    sim_list_t shown;
    sim_list_begin(call->json, &shown, '[');
    while (slack_json_next(files, &it)) {
        const char *title = slack_json_str(it.value, "/title");
        sim_file_t *file =
            sim_file_find(&call->services->workspace->files, slack_json_str(it.value, "/id"));
        file->completed = true;
        if (*title) snprintf(file->title, sizeof file->title, "%s", title);
        sim_list_add(call->json, &shown, sim_file_json(call->json, file));
    }
    return sim_list_end(call->json, &shown);
}

/* Post the message that shares the files, and send the events. */
static int share_files(sim_call_t *call, const sim_channel_t *channel, const slack_json_t *files)
{
    slack_json_iter_t it = {0};
    const sim_message_draft_t draft = {
        .channel = channel,
        .thread_ts = sim_call_arg(call, "thread_ts"),
        .content =
            sim_json(call->json, "{subtype: 'file_share', text: %s, upload: true, files: %p}",
                     sim_call_arg(call, "initial_comment"), files),
    };
    if (call->json->rc != 0) return call->json->rc;
    while (slack_json_next(files, &it)) {
        const char *id = slack_json_str(it.value, "/id");
        sim_event_send(call->services, call->json,
                       sim_json(call->json,
                                "{type: 'file_shared', file_id: %s, user_id: %s,"
                                " file: {id: %s}, channel_id: %s}",
                                id, sim_user_bot()->id, id, channel->id));
    }
    return sim_bot_message_post(call->services, &draft, NULL);
}

static const slack_json_t *files_complete_upload(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    const sim_channel_t *channel = NULL;
    const slack_json_t *files = call_files(call, &failure);
    if (files && *sim_call_arg(call, "channel_id"))
        channel = sim_call_own_channel(call, "channel_id", &failure);
    if (failure) return failure;
    files = complete_files(call, files);
    if (channel && share_files(call, channel, files) != 0) return NULL;
    return sim_json(call->json, "{ok: true, files: %p}", files);
}

static const slack_json_t *files_info(sim_call_t *call)
{
    const char *id = sim_call_arg(call, "file");
    const sim_file_t *file = sim_file_find(&call->services->workspace->files, id);
    if (!file || !file->completed) return sim_call_error(call, "file_not_found");
    return sim_json(call->json, "{ok: true, file: %p}", sim_file_json(call->json, file));
}

const sim_method_t sim_methods_files[] = {
    {"files.getUploadURLExternal", SIM_TOKEN_BOT, files_get_upload_url},
    {"files.completeUploadExternal", SIM_TOKEN_BOT, files_complete_upload},
    {"files.info", SIM_TOKEN_BOT, files_info},
    {NULL, 0, NULL},
};
