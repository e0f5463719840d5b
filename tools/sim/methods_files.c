/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/bot_messages.h"
#include "sim/event_payloads.h"
#include "sim/message_content.h"
#include "sim/methods.h"

#define SHARE_MS 200 /* between the call and the message; Slack's own delay is not documented */

static const slack_json_t *files_get_upload_url(sim_call_t *call)
{
    const char *name = sim_call_arg(call, "filename"), *length = sim_call_arg(call, "length");
    size_t bytes;
    if (!*name || !*length) return sim_call_missing(call, *name ? "length" : "filename");
    if (strcmp(length, "0") == 0)
        return sim_call_error_with(call, "invalid_arguments",
                                   "must be greater than 0 [json-pointer:/length]");
    if (!sim_call_count(call, "length", 0, SIM_FILE_BYTES_MAX, &bytes))
        return sim_call_error(call, "file_upload_size_restricted");
    sim_file_t *file = sim_file_new(&call->services->workspace->files, name, bytes);
    snprintf(file->alt_txt, sizeof file->alt_txt, "%s", sim_call_arg(call, "alt_txt"));
    snprintf(file->snippet_type, sizeof file->snippet_type, "%s",
             sim_call_arg(call, "snippet_type"));
    return sim_json(call->json, "{ok: true, upload_url: '%s/upload/v1/%s', file_id: %s}",
                    call->services->env->base_url, file->key, file->id);
}

/* A file of the workspace, or of its organization: an org-wide token uploads a file before it says
 * where to. */
static sim_file_t *find_file(const sim_services_t *services, const char *id)
{
    const sim_teams_t *teams = services->teams;
    sim_file_t *file = sim_file_find(&services->workspace->files, slack__slice(id));
    for (size_t i = 0; i < teams->count && !file && sim_team_is_org_wide(services->team); i++)
        if (sim_team_is_org_wide(teams->list[i]->team))
            file = sim_file_find(&teams->list[i]->workspace->files, slack__slice(id));
    return file;
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
        const sim_file_t *file = find_file(call->services, slack_json_str(it.value, "/id"));
        if (file && file->uploaded && !file->completed) continue;
        *ret_failure = sim_call_error(call, "file_not_found");
        return NULL;
    }
    return files;
}

/* Complete the files, and return them as the answer shows them. */
static const slack_json_t *complete_files(sim_call_t *call, const slack_json_t *files)
{
    slack_json_iter_t it = {0};
    sim_list_t shown;
    sim_list_begin(call->json, &shown, '[');
    while (slack_json_next(files, &it)) {
        const char *title = slack_json_str(it.value, "/title");
        sim_file_t *file = find_file(call->services, slack_json_str(it.value, "/id"));
        file->completed = true;
        if (*title) snprintf(file->title, sizeof file->title, "%s", title);
        sim_list_add(call->json, &shown,
                     sim_file_json(call->json, file, call->services->env->base_url));
    }
    return sim_list_end(call->json, &shown);
}

/* --- the message that shares files, a moment later --- */

typedef struct sharing {
    const sim_services_t *services;
    const sim_channel_t *channels[SIM_SHARES_MAX];
    size_t channel_count;
    const char *thread_ts;
    const slack_json_t *content; /* of the message, without its files */
    const slack_json_t *files;   /* of the arguments */
} sharing_t;

/* The files, which may have been forgotten meanwhile, as the message shows them. */
static const slack_json_t *shared_files(sim_json_builder_t *json, const sharing_t *sharing,
                                        const sim_channel_t *channel)
{
    slack_json_iter_t it = {0};
    sim_list_t shown;
    sim_list_begin(json, &shown, '[');
    while (slack_json_next(sharing->files, &it)) {
        const char *id = slack_json_str(it.value, "/id");
        const sim_file_t *file = find_file(sharing->services, id);
        if (!file) continue;
        sim_list_add(json, &shown, sim_file_json(json, file, sharing->services->env->base_url));
        sim_event_send(sharing->services, json,
                       sim_event_file_shared(json, id, sharing->services->team->bot, channel));
    }
    return sim_list_end(json, &shown);
}

static void share_in(sim_json_builder_t *json, const sharing_t *sharing,
                     const sim_channel_t *channel)
{
    slack_json_iter_t it = {0};
    sim_message_t *message = NULL;
    const slack_json_t *files = shared_files(json, sharing, channel);
    const sim_message_draft_t draft = {
        .channel = channel,
        .thread_ts = sharing->thread_ts,
        .content = sim_json_merged(
            json, sharing->content,
            sim_json(json, "{subtype: 'file_share', upload: true, files: %p}", files)),
    };
    if (json->rc != 0 || sim_bot_message_post(sharing->services, &draft, &message) != 0) return;
    while (slack_json_next(sharing->files, &it)) {
        sim_file_t *file = find_file(sharing->services, slack_json_str(it.value, "/id"));
        if (file) sim_file_share(file, channel, message->ts, message->thread_ts);
    }
}

static void share(slack_arena_t *arena, void *data)
{
    const sharing_t *sharing = data;
    sim_json_builder_t json = {arena, 0};
    for (size_t i = 0; i < sharing->channel_count; i++)
        share_in(&json, sharing, sharing->channels[i]);
    slack__arena_free(arena);
}

static int share_later(sim_call_t *call, const sharing_t *given)
{
    const sim_effect_t effect = sim_faults_at(call->services->faults, SIM_POINT_SHARE, "");
    const uint64_t wait_ms = effect.acts ? effect.delay_ms : SHARE_MS / call->services->time_scale;
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    sharing_t *sharing = json.arena ? slack__arena_calloc(json.arena, sizeof *sharing) : NULL;
    if (sharing) {
        *sharing = *given;
        sharing->thread_ts = slack__arena_strdup(json.arena, given->thread_ts);
        sharing->content = sim_json_copy(&json, given->content);
        sharing->files = sim_json_copy(&json, given->files);
    }
    if (sharing && sharing->thread_ts && json.rc == 0 &&
        sim_later_run(call->services->later, wait_ms, json.arena, share, sharing) == 0)
        return 0;
    slack__arena_free(json.arena);
    return SLACK_ENOMEM;
}

/* --- the end of an upload --- */

/* The channels of `channel_id` and `channels`. NULL if all are the bot's, else the answer. */
static const slack_json_t *call_channels(sim_call_t *call, sharing_t *ret)
{
    const slack_slice_t given[] = {slack__slice(sim_call_arg(call, "channel_id")),
                                   slack__slice(sim_call_arg(call, "channels"))};
    char name[SIM_CHANNEL_NAME_SIZE];
    for (size_t i = 0; i < 2; i++) {
        slack_slice_t rest = given[i], part;
        while (slack__slice_split(&rest, ',', &part)) {
            part = slack__slice_trim(part);
            if (part.len == 0) continue;
            snprintf(name, sizeof name, "%.*s", (int)part.len, part.ptr);
            const sim_channel_t *channel =
                sim_channel_reach(&call->services->workspace->channels, name);
            if (!channel || !sim_channel_is_visible(channel))
                return sim_call_error(call, "channel_not_found");
            if (!sim_channel_has_bot(channel)) return sim_call_error(call, "not_in_channel");
            if (ret->channel_count == SIM_SHARES_MAX)
                return sim_call_error_with(call, "invalid_arguments", "more than %d channels",
                                           SIM_SHARES_MAX);
            ret->channels[ret->channel_count++] = channel;
        }
    }
    return NULL;
}

/* Slack ignores blocks beside an initial comment. NULL, or the answer. */
static const slack_json_t *call_content(sim_call_t *call, sharing_t *ret)
{
    const char *comment = sim_call_arg(call, "initial_comment");
    const slack_json_t *blocks = NULL;
    char problem[SIM_PROBLEM_SIZE];
    ret->content = sim_json(call->json, "{text: %s}", comment);
    if (*comment || !*sim_call_arg(call, "blocks")) return NULL;
    if (!sim_call_json(call, "blocks", &blocks)) return sim_call_error(call, "invalid_blocks");
    const char *error = sim_message_content(
        call->json, sim_json(call->json, "{blocks: %p}", blocks), &ret->content, problem);
    return error ? sim_call_error_with(call, error, "%s", problem) : NULL;
}

static const slack_json_t *files_complete_upload(sim_call_t *call)
{
    const slack_json_t *failure = NULL;
    sharing_t sharing = {.services = call->services,
                         .thread_ts = sim_call_arg(call, "thread_ts"),
                         .files = call_files(call, &failure)};
    if (!failure) failure = call_channels(call, &sharing);
    if (!failure) failure = call_content(call, &sharing);
    if (failure || call->json->rc != 0) return failure;
    if (sharing.channel_count > 0 && share_later(call, &sharing) != 0) return NULL;
    const slack_json_t *files = complete_files(call, sharing.files);
    return sim_json(call->json, "{ok: true, files: %p}", files);
}

static const slack_json_t *files_info(sim_call_t *call)
{
    const sim_file_t *file = find_file(call->services, sim_call_arg(call, "file"));
    if (!file || !file->completed) return sim_call_error(call, "file_not_found");
    return sim_json(call->json, "{ok: true, file: %p}",
                    sim_file_info(call->json, file, call->services->env->base_url));
}

const sim_method_t sim_methods_files[] = {
    {"files.getUploadURLExternal", SIM_TOKEN_BOT, files_get_upload_url},
    {"files.completeUploadExternal", SIM_TOKEN_BOT, files_complete_upload},
    {"files.info", SIM_TOKEN_BOT, files_info},
    {NULL, 0, NULL},
};
