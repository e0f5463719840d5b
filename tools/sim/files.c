/* SPDX-License-Identifier: MIT */
#include "sim/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/random.h"

void sim_files_init(sim_files_t *files, sim_ids_t *ids, const sim_team_t *team)
{
    memset(files, 0, sizeof *files);
    files->ids = ids;
    files->team = team;
}

static void file_forget(sim_files_t *files, sim_file_t *file)
{
    if (file->data) files->data_bytes -= file->bytes;
    slack__free(file->data);
    file->data = NULL;
}

void sim_files_done(sim_files_t *files)
{
    for (size_t i = 0; i < SIM_FILES_MAX; i++)
        file_forget(files, &files->ring[i]);
}

sim_file_t *sim_file_new(sim_files_t *files, const char *name, size_t bytes)
{
    sim_file_t *file = &files->ring[files->count++ % SIM_FILES_MAX];
    file_forget(files, file);
    *file = (sim_file_t){.team = files->team, .user = files->team->bot, .bytes = bytes};
    sim_ids_next(files->ids, "F0", file->id);
    snprintf(file->key, sizeof file->key, "%016" PRIx64, slack__random_u64());
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->title, sizeof file->title, "%s", name);
    file->created_s = slack__wall_ms(files->ids->clock) / 1000;
    return file;
}

sim_file_t *sim_file_find(sim_files_t *files, slack_slice_t id)
{
    for (size_t i = 0; i < SIM_FILES_MAX && id.len > 0; i++)
        if (slack__slice_eq(id, slack__slice(files->ring[i].id)) ||
            slack__slice_eq(id, slack__slice(files->ring[i].key)))
            return &files->ring[i];
    return NULL;
}

int sim_file_keep(sim_files_t *files, sim_file_t *file, const char *data)
{
    file_forget(files, file);
    char *copy = slack__malloc(file->bytes ? file->bytes : 1);
    if (!copy) return SLACK_ENOMEM;
    if (file->bytes > 0) memcpy(copy, data, file->bytes);
    file->data = copy;
    files->data_bytes += file->bytes;
    for (uint64_t i = 0; i < SIM_FILES_MAX && files->data_bytes > SIM_FILES_BYTES_MAX; i++) {
        sim_file_t *oldest = &files->ring[(files->count + i) % SIM_FILES_MAX];
        if (oldest != file) file_forget(files, oldest);
    }
    return 0;
}

void sim_file_share(sim_file_t *file, const sim_channel_t *channel, const char *ts,
                    const char *thread_ts)
{
    if (file->share_count == SIM_SHARES_MAX) return;
    sim_share_t *share = &file->shares[file->share_count++];
    share->channel = channel;
    snprintf(share->ts, sizeof share->ts, "%s", ts);
    snprintf(share->thread_ts, sizeof share->thread_ts, "%s", thread_ts);
}

/* --- as Slack shows it --- */

static const struct file_type {
    const char *ending, *type, *media_type;
} file_types[] = {
    {"txt", "text", "text/plain"},      {"log", "text", "text/plain"},
    {"csv", "csv", "text/csv"},         {"json", "json", "application/json"},
    {"html", "html", "text/html"},      {"png", "png", "image/png"},
    {"jpg", "jpg", "image/jpeg"},       {"jpeg", "jpg", "image/jpeg"},
    {"gif", "gif", "image/gif"},        {"webp", "webp", "image/webp"},
    {"pdf", "pdf", "application/pdf"},  {"zip", "zip", "application/zip"},
    {"gz", "gzip", "application/gzip"}, {"", "binary", "application/octet-stream"},
};

static const struct file_type *file_type(const sim_file_t *file)
{
    const struct file_type *type = file_types;
    const char *dot = strrchr(file->name, '.');
    while (*type->ending && !(dot && strcmp(dot + 1, type->ending) == 0))
        type++;
    return type;
}

const char *sim_file_media_type(const sim_file_t *file)
{
    return file_type(file)->media_type;
}

const slack_json_t *sim_file_json(sim_json_builder_t *json, const sim_file_t *file,
                                  const char *base_url)
{
    const struct file_type *type = file_type(file);
    const slack_json_t *value = sim_json(
        json,
        "{id: %s, created: %" PRId64 ", timestamp: %" PRId64 ", name: %s, title: %s,"
        " mimetype: %s, filetype: %s, user: %s, user_team: %s, size: %zu,"
        " mode: %s, is_external: false, editable: !!%d, external_type: '', is_public: !!%d,"
        " public_url_shared: false, display_as_bot: false, username: '', has_rich_preview: false,"
        " url_private: '%s/files-pri/%s-%s/%s',"
        " url_private_download: '%s/files-pri/%s-%s/download/%s', file_access: 'visible'}",
        file->id, file->created_s, file->created_s, file->name, file->title, type->media_type,
        *file->snippet_type ? file->snippet_type : type->type, file->user->id, file->team->id,
        file->bytes, *file->snippet_type ? "snippet" : "hosted", *file->snippet_type != '\0',
        file->share_count > 0, base_url, file->team->id, file->id, file->key, base_url,
        file->team->id, file->id, file->key);
    if (*file->alt_txt)
        value = sim_json_merged(json, value, sim_json(json, "{alt_txt: %s}", file->alt_txt));
    return value;
}

/* The messages in channels that everybody may see, or in all others: {CHANNEL: [MESSAGE]}. */
static const slack_json_t *shares_json(sim_json_builder_t *json, const sim_file_t *file,
                                       bool is_public)
{
    sim_list_t list;
    sim_list_begin(json, &list, '{');
    for (size_t i = 0; i < file->share_count; i++) {
        const sim_share_t *share = &file->shares[i];
        if ((share->channel->kind == SIM_CHANNEL_PUBLIC) != is_public) continue;
        const slack_json_t *message =
            sim_json(json,
                     "{ts: %s, channel_name: %s, team_id: %s, share_user_id: %s,"
                     " source: 'UNKNOWN', is_silent_share: false}",
                     share->ts, share->channel->name, file->team->id, file->user->id);
        if (*share->thread_ts)
            message =
                sim_json_merged(json, message, sim_json(json, "{thread_ts: %s}", share->thread_ts));
        sim_list_put(json, &list, share->channel->id, sim_json(json, "[%p]", message));
    }
    return sim_list_end(json, &list);
}

const slack_json_t *sim_file_info(sim_json_builder_t *json, const sim_file_t *file,
                                  const char *base_url)
{
    const slack_json_t *shares =
        sim_json(json, "{shares: {public: %p, private: %p}}", shares_json(json, file, true),
                 shares_json(json, file, false));
    return sim_json_merged(json, sim_file_json(json, file, base_url), shares);
}
