/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "testkit/testkit.h"
#include "util/alloc.h"

/* The bytes of uploads and downloads, which are no calls: the kit takes what is uploaded, and gives
 * the content that the test has set for a URL. */

struct kit_file {
    const struct kit_file *next;
    const char *url, *bytes;
    size_t len;
};

typedef struct kit_bytes {
    slack_link_t link; /* calls->bytes */
    slack_curl_source_t source;
    slack_curl_sink_t sink;
    const struct kit_file *file; /* NULL: an upload, or a URL without content */
    bool told;                   /* sink.head was called */
    size_t moved;
    slack_curl_fn fn;
    void *user_data;
} kit_bytes_t;

static void bytes_end(kit_bytes_t *b, int status, int http_status)
{
    char body[32];
    snprintf(body, sizeof body, "OK - %zu", b->moved);
    const bool upload = b->source.read != NULL && status == 0;
    const slack_curl_result_t result = {
        .status = status,
        .reason = status ? slack_strerror(status) : "",
        .http_status = status ? 0 : http_status,
        .content_type = "",
        .retry_after_s = -1,
        .body = upload ? body : "",
        .body_len = upload ? strlen(body) : 0,
    };
    slack__unlink(&b->link);
    b->fn(&result, b->user_data);
    slack__free(b);
}

static void bytes_take(kit_bytes_t *b)
{
    char piece[4096];
    size_t len = 0;
    int rc = 0;
    while (rc == 0 && b->moved < (uint64_t)b->source.len) {
        const uint64_t left = (uint64_t)b->source.len - b->moved;
        rc = b->source.read(b->source.user_data, piece,
                            left < sizeof piece ? (size_t)left : sizeof piece, &len);
        if (rc == 0) b->moved += len;
    }
    if (rc <= 0) bytes_end(b, rc, 200);
}

static void bytes_give(kit_bytes_t *b)
{
    const slack_curl_result_t head = {
        .http_status = b->file ? 200 : 404, .reason = "", .content_type = "", .body = ""};
    int rc = 0;
    if (!b->told && b->sink.head) rc = b->sink.head(&head, b->sink.user_data);
    b->told = true;
    while (rc == 0 && b->file && b->moved < b->file->len) {
        size_t len = b->file->len - b->moved;
        if (len > SLACK_CURL_WINDOW) len = SLACK_CURL_WINDOW;
        const char *piece = b->file->bytes + b->moved;
        b->moved += len;
        rc = b->sink.write(piece, len, b->sink.user_data);
    }
    if (rc <= 0) bytes_end(b, rc, head.http_status);
}

bool slack__kit_bytes_move(kit_calls_t *calls)
{
    if (slack__list_empty(&calls->bytes)) return false;
    kit_bytes_t *b = SLACK_CONTAINER(calls->bytes.next, kit_bytes_t, link);
    slack__unlink(&b->link); /* the others have their turn, if this one has to wait */
    slack__list_push(&calls->bytes, &b->link);
    if (b->source.read)
        bytes_take(b);
    else
        bytes_give(b);
    return true;
}

void slack__kit_bytes_cancel(kit_calls_t *calls)
{
    while (!slack__list_empty(&calls->bytes))
        bytes_end(SLACK_CONTAINER(calls->bytes.next, kit_bytes_t, link), SLACK_ECANCELED, 0);
}

int slack__kit_bytes_begin(kit_calls_t *calls, const slack_curl_request_t *request,
                           slack_curl_fn fn, void *user_data)
{
    kit_bytes_t *b = slack__calloc(1, sizeof *b);
    if (b == NULL) return SLACK_ENOMEM;
    *b = (kit_bytes_t){
        .source = request->source, .sink = request->sink, .fn = fn, .user_data = user_data};
    for (const struct kit_file *file = calls->files; file && !b->file; file = file->next)
        if (strcmp(file->url, request->url) == 0) b->file = file;
    slack__link_init(&b->link);
    slack__list_push(&calls->bytes, &b->link);
    return 0;
}

int slack_test_file(slack_test_t *kit, const char *url, const void *bytes, size_t len)
{
    slack_arena_t *arena = kit->base.arena;
    struct kit_file *file = slack__arena_calloc(arena, sizeof *file);
    char *copy = file ? slack__arena_alloc(arena, len ? len : 1) : NULL;
    if (url == NULL || (bytes == NULL && len > 0)) return SLACK_EINVAL;
    if (copy) file->url = slack__arena_strdup(arena, url);
    if (copy == NULL || file->url == NULL) return SLACK_ENOMEM;
    if (len > 0) memcpy(copy, bytes, len);
    file->bytes = copy;
    file->len = len;
    file->next = kit->calls.files;
    kit->calls.files = file;
    return 0;
}
