/* SPDX-License-Identifier: MIT */
#include "net/sse.h"

#include <string.h>

#include <slack/error.h>

#include "util/str.h"

void slack__sse_init(slack_sse_t *sse, size_t max_bytes)
{
    *sse = (slack_sse_t){.retry_ms = -1};
    slack_buf_t *const bufs[] = {&sse->line, &sse->type, &sse->data, &sse->id};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        slack__buf_init(bufs[i], max_bytes);
}

void slack__sse_done(slack_sse_t *sse)
{
    slack__buf_done(&sse->line);
    slack__buf_done(&sse->type);
    slack__buf_done(&sse->data);
    slack__buf_done(&sse->id);
}

static const char *text_of(const slack_buf_t *buf)
{
    return buf->len > 0 ? slack__buf_ptr(buf) : "";
}

/* An empty line ends an event; one without data is none. */
static int sse_dispatch(slack_sse_t *sse, slack_sse_fn fn, void *user_data)
{
    const slack_sse_event_t event = {.type = sse->type.len > 0 ? text_of(&sse->type) : "message",
                                     .data = text_of(&sse->data),
                                     .data_len = sse->data.len,
                                     .id = text_of(&sse->id),
                                     .retry_ms = sse->retry_ms};
    const int rc = sse->has_data ? fn(&event, user_data) : 0;
    slack__buf_clear(&sse->type);
    slack__buf_clear(&sse->data);
    sse->has_data = false;
    return rc;
}

/* A value with a NUL is ignored, of an id as the standard says, of a type because no text in C has
 * one. */
static int set_text(slack_buf_t *buf, slack_slice_t value)
{
    if (value.len > 0 && memchr(value.ptr, '\0', value.len)) return 0;
    slack__buf_clear(buf);
    return slack__buf_append_slice(buf, value);
}

static int sse_line(slack_sse_t *sse, slack_slice_t line, slack_sse_fn fn, void *user_data)
{
    slack_slice_t value = line, name;
    uint64_t ms;
    if (line.len == 0) return sse_dispatch(sse, fn, user_data);
    slack__slice_split(&value, ':', &name);
    if (value.len > 0 && *value.ptr == ' ') value.ptr++, value.len--;
    if (slack__slice_eq(name, SLACK_SLICE("data"))) {
        const int rc = sse->has_data ? slack__buf_append_char(&sse->data, '\n') : 0;
        sse->has_data = true;
        return rc ? rc : slack__buf_append_slice(&sse->data, value);
    }
    if (slack__slice_eq(name, SLACK_SLICE("event"))) return set_text(&sse->type, value);
    if (slack__slice_eq(name, SLACK_SLICE("id"))) return set_text(&sse->id, value);
    if (slack__slice_eq(name, SLACK_SLICE("retry")) && slack__parse_u64(value, INT64_MAX, &ms))
        sse->retry_ms = (int64_t)ms;
    return 0; /* comments and unknown fields */
}

/* Skips the byte order mark, which may come in pieces. Bytes that only began like one are a line's.
 */
static int sse_begin(slack_sse_t *sse, const char **bytes, const char *end)
{
    static const char bom[] = "\xef\xbb\xbf";
    while (!sse->begun && *bytes < end) {
        if (**bytes == bom[sse->bom]) {
            sse->begun = ++sse->bom == 3;
            ++*bytes;
        } else {
            sse->begun = true;
            return slack__buf_append(&sse->line, bom, sse->bom);
        }
    }
    return 0;
}

int slack__sse_feed(slack_sse_t *sse, const char *bytes, size_t len, slack_sse_fn fn,
                    void *user_data)
{
    const char *const end = bytes + len;
    int rc = sse_begin(sse, &bytes, end);
    while (rc == 0 && bytes < end) {
        if (sse->after_cr && *bytes == '\n') bytes++;
        sse->after_cr = false;
        const char *stop = bytes;
        while (stop < end && *stop != '\r' && *stop != '\n')
            stop++;
        slack_slice_t line = {bytes, (size_t)(stop - bytes)};
        if (stop == end || sse->line.len > 0) rc = slack__buf_append_slice(&sse->line, line);
        if (rc != 0 || stop == end) break;
        sse->after_cr = *stop == '\r';
        if (sse->line.len > 0) line = (slack_slice_t){slack__buf_ptr(&sse->line), sse->line.len};
        if (line.len > sse->line.max) rc = SLACK_ETOOBIG;
        if (rc == 0) rc = sse_line(sse, line, fn, user_data);
        slack__buf_clear(&sse->line);
        bytes = stop + 1;
    }
    return rc;
}
