/* SPDX-License-Identifier: MIT */
#include "sim/multipart.h"

#include <stdio.h>
#include <string.h>

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */

/* The position of `what` in `text`; text.len if it is not there. */
static size_t find(slack_slice_t text, slack_slice_t what)
{
    for (size_t at = 0; at + what.len <= text.len; at++) {
        const char *first = memchr(text.ptr + at, *what.ptr, text.len - what.len + 1 - at);
        if (!first) break;
        at = (size_t)(first - text.ptr);
        if (memcmp(first, what.ptr, what.len) == 0) return at;
    }
    return text.len;
}

/* Cut `text` behind the first `what`, which is not empty. False: it has none. */
static bool skip_past(slack_slice_t *text, slack_slice_t what, slack_slice_t *ret_before)
{
    const size_t at = find(*text, what);
    if (at == text->len) return false;
    *ret_before = (slack_slice_t){text->ptr, at};
    *text = (slack_slice_t){text->ptr + at + what.len, text->len - at - what.len};
    return true;
}

/* The parameter `boundary` of a media type, which may be quoted. */
static slack_slice_t boundary_of(slack_slice_t content_type)
{
    slack_slice_t part;
    slack__slice_split(&content_type, ';', &part);
    while (slack__slice_split(&content_type, ';', &part)) {
        slack_slice_t value = slack__slice_trim(part), name;
        if (!slack__slice_split(&value, '=', &name) ||
            !slack__slice_eq_nocase(name, SLACK_SLICE("boundary")))
            continue;
        const bool quoted =
            value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"';
        return quoted ? (slack_slice_t){value.ptr + 1, value.len - 2} : value;
    }
    return SLACK_SLICE("");
}

bool sim_multipart_file(slack_slice_t content_type, slack_slice_t body, slack_slice_t *ret)
{
    char line[BOUNDARY_MAX + 8];
    const slack_slice_t boundary = boundary_of(content_type), head_end = SLACK_SLICE("\r\n\r\n");
    slack_slice_t part, head;
    bool found = false;
    if (boundary.len == 0 || boundary.len > BOUNDARY_MAX) return false;
    snprintf(line, sizeof line, "\r\n--%.*s", (int)boundary.len, boundary.ptr);
    const slack_slice_t delimiter = slack__slice(line), first = {line + 2, delimiter.len - 2};
    if (!skip_past(&body, first, &part)) return false; /* a preamble may come before it */
    while (skip_past(&body, delimiter, &part)) {
        if (!skip_past(&part, head_end, &head)) continue;
        const bool named = find(head, SLACK_SLICE("filename=")) < head.len;
        if (named || !found) *ret = part;
        found = true;
        if (named) break;
    }
    return found;
}
