/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "fuzz.h"
#include "net/sse.h"

#define MAX ((size_t)200)

/* A digest of the events of a stream. */
typedef struct seen {
    uint64_t digest;
    unsigned count;
} seen_t;

static void digest(seen_t *seen, const char *text, size_t len)
{
    for (size_t i = 0; i <= len; i++) /* with the NUL */
        seen->digest = (seen->digest ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
}

static int see(const slack_sse_event_t *event, void *user_data)
{
    seen_t *seen = user_data;
    must(event->data_len <= MAX && event->data[event->data_len] == '\0');
    must(!memchr(event->data, '\r', event->data_len));
    must(*event->type && strlen(event->type) <= MAX && strlen(event->id) <= MAX);
    must(!strpbrk(event->type, "\r\n") && !strpbrk(event->id, "\r\n"));
    must(event->retry_ms >= -1);
    digest(seen, event->type, strlen(event->type));
    digest(seen, event->data, event->data_len);
    digest(seen, event->id, strlen(event->id));
    return ++seen->count == 20 ? SLACK_EMISMATCH : 0;
}

static int split(const char *bytes, size_t len, size_t piece, seen_t *seen)
{
    slack_sse_t sse;
    int rc = 0;
    slack__sse_init(&sse, MAX);
    for (size_t at = 0; rc == 0 && at < len; at += piece) {
        const size_t size = len - at < piece ? len - at : piece;
        char *copy = fuzz_copy(bytes + at, size);
        rc = slack__sse_feed(&sse, copy, size, see, seen);
        free(copy);
    }
    slack__sse_done(&sse);
    must(rc == 0 || rc == SLACK_ETOOBIG || rc == SLACK_EMISMATCH);
    return rc;
}

/* The first byte is the length of the pieces, which must not change the events. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen_t whole = {0}, pieces = {0};
    if (size == 0) return 0;
    const char *bytes = (const char *)data + 1;
    const int rc = split(bytes, size - 1, size, &whole);
    must(split(bytes, size - 1, 1 + (data[0] & 31u), &pieces) == rc);
    must(whole.count == pieces.count && whole.digest == pieces.digest);
    return 0;
}
