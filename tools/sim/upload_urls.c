/* SPDX-License-Identifier: MIT */
#include "sim/upload_urls.h"

#include <stdio.h>
#include <string.h>

#include "sim/responses.h"

/* The last occurrence of a text. NULL if there is none. */
static const char *find_last(const char *bytes, size_t len, const char *text)
{
    const size_t text_len = strlen(text);
    for (size_t at = len; at >= text_len; at--)
        if (memcmp(bytes + at - text_len, text, text_len) == 0) return bytes + at - text_len;
    return NULL;
}

/* The number of bytes in a form's only part: behind its headers, up to its boundary. */
static size_t part_bytes(const char *body, size_t len)
{
    const char *head_end = body ? strstr(body, "\r\n\r\n") : NULL; /* headers are text */
    const char *end = head_end ? find_last(body, len, "\r\n--") : NULL;
    return end && end >= head_end + 4 ? (size_t)(end - head_end - 4) : 0;
}

void sim_upload_request(const sim_services_t *services, slack_http_request_t *request)
{
    static const char folder[] = "/upload/v1/";
    char text[SIM_PROBLEM_SIZE];
    const bool post = slack__slice_eq(request->method, SLACK_SLICE("POST"));
    sim_file_t *file = NULL;
    if (strncmp(request->path.ptr, folder, sizeof folder - 1) == 0)
        file = sim_file_find(&services->workspace->files, request->path.ptr + sizeof folder - 1);
    if (!post || !file || file->completed) {
        sim_respond_text(request, post ? 404 : 405, "There is no upload for this URL.\n");
        return;
    }
    const size_t bytes = sim_request_is(request, "multipart/form-data")
                             ? part_bytes(request->body, request->body_len)
                             : request->body_len;
    file->uploaded = bytes == file->bytes;
    if (file->uploaded)
        snprintf(text, sizeof text, "OK - %zu", bytes);
    else
        snprintf(text, sizeof text,
                 "%zu bytes arrived, but files.getUploadURLExternal announced %zu.\n", bytes,
                 file->bytes);
    sim_respond_text(request, file->uploaded ? 200 : 400, text);
}
