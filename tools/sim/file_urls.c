/* SPDX-License-Identifier: MIT */
#include "sim/file_urls.h"

#include <stdio.h>
#include <string.h>

#include "sim/callers.h"
#include "sim/multipart.h"
#include "sim/responses.h"

/* --- uploads --- */

typedef struct late_answer {
    slack_http_request_t *request;
    int status;
    const char *text;
} late_answer_t;

static void answer_late(slack_arena_t *arena, void *data)
{
    const late_answer_t *late = data;
    sim_respond_text(late->request, late->status, late->text);
}

static void upload_respond(const sim_services_t *services, slack_http_request_t *request,
                           int status, const char *text, uint64_t delay_ms)
{
    late_answer_t *late = delay_ms ? slack__arena_calloc(request->arena, sizeof *late) : NULL;
    const char *copy = late ? slack__arena_strdup(request->arena, text) : NULL;
    if (copy) *late = (late_answer_t){request, status, copy};
    if (!copy || sim_later_run(services->later, delay_ms, request->arena, answer_late, late) != 0)
        sim_respond_text(request, status, text);
}

/* The bytes of the file in the request; false if there are none. */
static bool upload_bytes(const slack_http_request_t *request, slack_slice_t *ret)
{
    *ret = (slack_slice_t){request->body ? request->body : "", request->body_len};
    if (!sim_request_is(request, "multipart/form-data")) return true;
    return sim_multipart_file(slack__http_header(request, "content-type", NULL), *ret, ret);
}

/* The workspace that waits for the upload to that path, whose key no other one has. NULL: none
 * does. */
static const sim_services_t *upload_find(const sim_teams_t *teams, const char *path,
                                         sim_file_t **ret)
{
    static const char folder[] = "/upload/v1/";
    *ret = NULL;
    if (strncmp(path, folder, sizeof folder - 1) != 0) return NULL;
    const slack_slice_t key = slack__slice(path + sizeof folder - 1);
    for (size_t i = 0; i < teams->count; i++) {
        *ret = sim_file_find(&teams->list[i]->workspace->files, key);
        if (*ret) return teams->list[i];
    }
    return NULL;
}

void sim_upload_request(const sim_teams_t *teams, slack_http_request_t *request)
{
    char text[SIM_PROBLEM_SIZE];
    const bool post = slack__slice_eq(request->method, SLACK_SLICE("POST"));
    sim_file_t *file;
    slack_slice_t bytes;
    const sim_services_t *services = upload_find(teams, request->path.ptr, &file);
    if (!post || !file || file->completed) {
        sim_respond_text(request, post ? 404 : 405, "There is no upload for this URL.\n");
        return;
    }
    const sim_effect_t effect = sim_faults_at(services->faults, SIM_POINT_UPLOAD, "");
    if (effect.drop) {
        sim_respond_cut(request, &(slack_http_response_t){.status = 200}, 0, true);
    } else if (effect.status == 429) {
        sim_respond_ratelimited(request, effect.retry_after_s);
    } else if (effect.status > 0) {
        sim_respond_text(request, (int)effect.status, "The upload failed.\n");
    } else if (!upload_bytes(request, &bytes)) {
        sim_respond_text(request, 400, "The form has no file.\n");
    } else if (bytes.len != file->bytes) {
        snprintf(text, sizeof text,
                 "%zu bytes arrived, but files.getUploadURLExternal announced %zu.\n", bytes.len,
                 file->bytes);
        upload_respond(services, request, 400, text, effect.delay_ms);
    } else if (sim_file_keep(&services->workspace->files, file, bytes.ptr) != 0) {
        sim_respond_text(request, 500, "Out of memory.\n");
    } else {
        file->uploaded = true;
        snprintf(text, sizeof text, "OK - %zu", bytes.len);
        upload_respond(services, request, 200, text, effect.delay_ms);
    }
}

/* --- downloads --- */

/* The first and the last byte that a request asks for. False: the file has no such byte. A range
 * for another version of the file asks for all of it, as do ranges that the simulator does not know
 * (RFC 9110 14.2, 13.1.5). */
static bool read_range(const slack_http_request_t *request, const char *etag, size_t size,
                       size_t *ret_first, size_t *ret_last)
{
    const slack_slice_t condition = slack__http_header(request, "if-range", NULL);
    slack_slice_t range = slack__http_header(request, "range", NULL), first;
    uint64_t number, last = size ? size - 1 : 0;
    *ret_first = 0;
    *ret_last = (size_t)last;
    if (condition.len > 0 && !slack__slice_eq(condition, slack__slice(etag))) return true;
    if (!slack__slice_split(&range, '=', &first) || !slack__slice_eq(first, SLACK_SLICE("bytes")))
        return true;
    if (!slack__slice_split(&range, '-', &first) || !slack__parse_u64(first, INT64_MAX, &number))
        return true;
    if (range.len > 0 && (!slack__parse_u64(range, INT64_MAX, &last) || last < number)) return true;
    if (number >= size) return false;
    *ret_first = (size_t)number;
    if (last < size) *ret_last = (size_t)last;
    return true;
}

static void respond_with_login(slack_http_request_t *request)
{
    static const char page[] = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>"
                               "<body>Sign in to your workspace</body></html>\n";
    sim_respond(request, &(slack_http_response_t){.status = 200,
                                                  .content_type = "text/html; charset=utf-8",
                                                  .body = page,
                                                  .body_len = sizeof page - 1});
}

static void respond_with_file(const sim_services_t *services, slack_http_request_t *request,
                              const sim_file_t *file)
{
    char etag[SIM_ID_SIZE + 2], range[96], disposition[SIM_FILE_NAME_SIZE + 32];
    const sim_effect_t effect = sim_faults_at(services->faults, SIM_POINT_DOWNLOAD, "");
    size_t first, last;
    snprintf(etag, sizeof etag, "\"%.30s\"", file->key);
    const bool found = read_range(request, etag, file->bytes, &first, &last);
    const bool part = found && file->bytes > 0 && last - first + 1 < file->bytes;
    if (found)
        snprintf(range, sizeof range, "bytes %zu-%zu/%zu", first, last, file->bytes);
    else
        snprintf(range, sizeof range, "bytes */%zu", file->bytes);
    snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", file->id);
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("Accept-Ranges"), SLACK_SLICE("bytes")},
        {SLACK_SLICE("ETag"), slack__slice(etag)},
        {SLACK_SLICE("Content-Disposition"), slack__slice(disposition)},
        {SLACK_SLICE("Content-Range"), slack__slice(range)}, /* may be left out */
    };
    slack_http_response_t response = {
        .status = !found ? 416
                  : part ? 206
                         : 200,
        .content_type = sim_file_media_type(file),
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers - (found && !part),
        .body = found ? file->data + first : NULL,
        .body_len = found && file->bytes > 0 ? last - first + 1 : 0,
    };
    if (effect.status == 429)
        sim_respond_ratelimited(request, effect.retry_after_s);
    else if (effect.status > 0)
        sim_respond_text(request, (int)effect.status, "The download failed.\n");
    else if (effect.drop)
        sim_respond_cut(request, &response, (size_t)effect.cut_bytes, false);
    else
        sim_respond(request, &response);
}

void sim_download_request(const sim_services_t *services, slack_http_request_t *request)
{
    sim_caller_t caller;
    slack_slice_t path = slack__slice(request->path.ptr + strlen("/files-pri/")), id, team;
    if (!slack__slice_eq(request->method, SLACK_SLICE("GET"))) {
        sim_respond_text(request, 405, "A file is read with GET.\n");
        return;
    }
    if (sim_caller_find(services, sim_bearer(slack__http_header(request, "authorization", NULL)),
                        &caller) != NULL ||
        caller.kind == SIM_TOKEN_APP || !sim_caller_sees(&caller, services)) {
        respond_with_login(request);
        return;
    }
    slack__slice_split(&path, '/', &id);
    slack__slice_split(&id, '-', &team);
    const sim_file_t *file = sim_file_find(&services->workspace->files, id);
    if (file && file->completed && file->data)
        respond_with_file(services, request, file);
    else
        sim_respond_text(request, 404, "There is no such file.\n");
}

void sim_file_show(const sim_services_t *services, const char *id, slack_http_request_t *request)
{
    static const char *const images[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    const sim_file_t *file = sim_file_find(&services->workspace->files, slack__slice(id));
    const char *type = NULL;
    if (!file || !file->completed || !file->data) {
        sim_respond_text(request, 404, "There is no such file, or its bytes are forgotten.\n");
        return;
    }
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (strcmp(sim_file_media_type(file), images[i]) == 0) type = images[i];
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("X-Content-Type-Options"), SLACK_SLICE("nosniff")},
        {SLACK_SLICE("Content-Security-Policy"), SLACK_SLICE("sandbox; default-src 'none'")},
        {SLACK_SLICE("Cross-Origin-Resource-Policy"), SLACK_SLICE("same-origin")},
        {SLACK_SLICE("Content-Disposition"), SLACK_SLICE("attachment")}, /* not for an image */
    };
    const slack_http_response_t response = {
        .status = 200,
        .content_type = type ? type : "application/octet-stream",
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers - (type != NULL),
        .body = file->data,
        .body_len = file->bytes,
    };
    sim_respond(request, &response);
}
