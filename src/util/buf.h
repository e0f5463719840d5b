/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_BUF_H
#define SLACK_UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "slack/export.h"
#include "util/str.h"

/*
 * A growing byte buffer with a maximum. It can be consumed from the front, so it is also a queue of
 * bytes. The content is NUL-terminated once something was appended.
 */
typedef struct slack_buf {
    char *data; /* heap */
    size_t len; /* content: data + off … data + off + len */
    size_t off;
    size_t cap;
    size_t max;
} slack_buf_t;

void slack__buf_init(slack_buf_t *buf, size_t max_bytes);
void slack__buf_done(slack_buf_t *buf);  /* frees; the buffer may be used again, empty */
void slack__buf_clear(slack_buf_t *buf); /* keeps the memory */

/* 0, SLACK_ETOOBIG past the maximum, SLACK_ENOMEM; on failure the content is unchanged. */
int slack__buf_append(slack_buf_t *buf, const void *data, size_t len);
int slack__buf_append_slice(slack_buf_t *buf, slack_slice_t s);
int slack__buf_append_char(slack_buf_t *buf, char c);
int slack__buf_printf(slack_buf_t *buf, const char *format, ...) SLACK_PRINTF(2, 3);
int slack__buf_vprintf(slack_buf_t *buf, const char *format, va_list ap) SLACK_PRINTF(2, 0);
int slack__buf_reserve(slack_buf_t *buf, size_t more, char **ret_tail); /* then _commit */
void slack__buf_commit(slack_buf_t *buf, size_t len);

/* Drop `len` bytes at the front; len must not exceed the content. */
void slack__buf_consume(slack_buf_t *buf, size_t len);
/* Cut the content down to its first `len` bytes, to undo an append. */
void slack__buf_truncate(slack_buf_t *buf, size_t len);

static inline char *slack__buf_ptr(const slack_buf_t *buf)
{
    return buf->data ? buf->data + buf->off : NULL;
}

#endif
