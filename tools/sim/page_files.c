/* SPDX-License-Identifier: MIT */
#include "sim/page_files.h"

#include <string.h>

#include "sim/responses.h"

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        {name, sizeof(name) - 1},                                                                  \
        {                                                                                          \
            value, sizeof(value) - 1                                                               \
        }                                                                                          \
    }

static const sim_page_file_t *file_find(const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : path + strlen("/page/");
    for (size_t i = 0; i < sim_page_file_count; i++)
        if (strcmp(sim_page_files[i].name, name) == 0) return &sim_page_files[i];
    return NULL;
}

void sim_page_request(slack_http_request_t *request)
{
    const sim_page_file_t *file = file_find(request->path.ptr);
    if (!file) {
        sim_respond_text(request, 404, "The page has no such file.\n");
        return;
    }
    if (!slack__slice_eq(request->method, SLACK_SLICE("GET")) &&
        !slack__slice_eq(request->method, SLACK_SLICE("HEAD"))) {
        sim_respond_text(request, 405, "The page's files are read by GET.\n");
        return;
    }
    const slack_http_header_t headers[] = {
        HEADER("Content-Security-Policy",
               "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
               "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        HEADER("X-Content-Type-Options", "nosniff"),
        HEADER("Referrer-Policy", "no-referrer"),
        HEADER("Cross-Origin-Opener-Policy", "same-origin"),
        HEADER("Cross-Origin-Resource-Policy", "same-origin"),
        /* Another build may follow on the same port, so a browser asks each time. */
        HEADER("Cache-Control", "no-cache"),
        {SLACK_SLICE("ETag"), slack__slice(file->etag)},
    };
    const slack_slice_t known = slack__http_header(request, "if-none-match", NULL);
    const bool same = slack__slice_eq(known, slack__slice(file->etag));
    const slack_http_response_t response = {
        .status = same ? 304 : 200,
        .content_type = same ? NULL : file->type,
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .body = same ? NULL : file->bytes,
        .body_len = same ? 0 : file->len,
    };
    sim_respond(request, &response);
}
