/* SPDX-License-Identifier: MIT */
#include "util/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"

#define FIRST_BYTES ((size_t)256)

void slack__buf_init(slack_buf_t *buf, size_t max_bytes)
{
    /* One byte more than the maximum is allocated, for the NUL. */
    if (max_bytes == SIZE_MAX) max_bytes--;
    *buf = (slack_buf_t){.max = max_bytes};
}

/* Buffers hold headers and bodies, and so tokens: memory is wiped before it is freed. */
static void free_data(slack_buf_t *buf)
{
    slack__wipe(buf->data, buf->cap);
    slack__free(buf->data);
}

void slack__buf_done(slack_buf_t *buf)
{
    free_data(buf);
    slack__buf_init(buf, buf->max);
}

void slack__buf_clear(slack_buf_t *buf)
{
    buf->len = buf->off = 0;
    if (buf->data) buf->data[0] = '\0';
}

static int grow(slack_buf_t *buf, size_t need)
{
    size_t cap = buf->cap > buf->max / 2 ? buf->max + 1 : 2 * buf->cap;
    if (cap < FIRST_BYTES) cap = FIRST_BYTES;
    if (cap < need) cap = need;
    if (cap > buf->max + 1) cap = buf->max + 1;
    /* Not realloc(), which could leave a copy behind, and would copy what was consumed. */
    char *data = slack__malloc(cap);
    if (!data) return SLACK_ENOMEM;
    if (buf->len) memcpy(data, slack__buf_ptr(buf), buf->len);
    data[buf->len] = '\0';
    free_data(buf);
    buf->data = data;
    buf->cap = cap;
    buf->off = 0;
    return 0;
}

int slack__buf_reserve(slack_buf_t *buf, size_t more, char **ret_tail)
{
    if (more > buf->max - buf->len) return SLACK_ETOOBIG;
    size_t need = buf->len + more + 1;
    if (buf->off + need > buf->cap || !buf->data) {
        /* Move the content to the front only if that is less than was consumed, otherwise many
         * small appends to a long buffer would cost the square of its length. */
        bool move = need <= buf->cap && (buf->off >= buf->len || buf->cap > buf->max);
        if (move) {
            memmove(buf->data, buf->data + buf->off, buf->len);
            buf->off = 0;
            buf->data[buf->len] = '\0';
        } else {
            int rc = grow(buf, need);
            if (rc != 0) return rc;
        }
    }
    *ret_tail = buf->data + buf->off + buf->len;
    return 0;
}

void slack__buf_commit(slack_buf_t *buf, size_t len)
{
    buf->len += len;
    buf->data[buf->off + buf->len] = '\0';
}

int slack__buf_append(slack_buf_t *buf, const void *data, size_t len)
{
    char *tail;
    int rc = slack__buf_reserve(buf, len, &tail);
    if (rc != 0) return rc;
    if (len) memcpy(tail, data, len);
    slack__buf_commit(buf, len);
    return 0;
}

int slack__buf_append_slice(slack_buf_t *buf, slack_slice_t s)
{
    return slack__buf_append(buf, s.ptr, s.len);
}

int slack__buf_append_char(slack_buf_t *buf, char c)
{
    return slack__buf_append(buf, &c, 1);
}

int slack__buf_printf(slack_buf_t *buf, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int rc = slack__buf_vprintf(buf, format, ap);
    va_end(ap);
    return rc;
}

int slack__buf_vprintf(slack_buf_t *buf, const char *format, va_list ap)
{
    va_list measured;
    va_copy(measured, ap);
    int len = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (len < 0) return SLACK_EINVAL;
    char *tail;
    int rc = slack__buf_reserve(buf, (size_t)len, &tail);
    if (rc != 0) return rc;
    vsnprintf(tail, (size_t)len + 1, format, ap);
    slack__buf_commit(buf, (size_t)len);
    return 0;
}

void slack__buf_consume(slack_buf_t *buf, size_t len)
{
    buf->off += len;
    buf->len -= len;
    if (buf->len == 0) slack__buf_clear(buf);
}

void slack__buf_truncate(slack_buf_t *buf, size_t len)
{
    if (len >= buf->len) return;
    buf->len = len;
    buf->data[buf->off + len] = '\0';
}
