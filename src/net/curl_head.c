/* SPDX-License-Identifier: MIT */
#include "net/curl_head.h"

#include <string.h>

#include "util/str.h"

/* Of a line such as "Content-Encoding: gzip, br". */
static unsigned codings_of(slack_slice_t line)
{
    slack_slice_t name, coding;
    unsigned count = 0;
    if (!slack__slice_split(&line, ':', &name)) return 0;
    if (!slack__slice_eq_nocase(name, SLACK_SLICE("Content-Encoding")) &&
        !slack__slice_eq_nocase(name, SLACK_SLICE("Transfer-Encoding")))
        return 0;
    while (slack__slice_split(&line, ',', &coding))
        count += !slack__slice_eq_nocase(slack__slice_strip(coding), SLACK_SLICE("chunked"));
    return count;
}

/* Whether the line names no length, or the only one (RFC 9110, 8.6). */
static bool length_is_clear(slack_curl_head_t *head, slack_slice_t line)
{
    slack_slice_t name;
    uint64_t length;
    if (!slack__slice_split(&line, ':', &name) ||
        !slack__slice_eq_nocase(name, SLACK_SLICE("Content-Length")))
        return true;
    if (!slack__parse_u64(slack__slice_strip(line), INT64_MAX, &length)) return false;
    if (head->length != 0 && head->length != length + 1) return false;
    head->length = length + 1;
    return true;
}

const char *slack__curl_head_line(slack_curl_head_t *head, const char *line, size_t len)
{
    head->bytes += len;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        head->complete = false; /* the head before was of an interim response, or of a proxy */
        head->codings = 0;
        head->length = 0;
    } else if (len == 2 && line[0] == '\r') {
        head->complete = true;
    }
    head->codings += codings_of((slack_slice_t){line, len});
    if (!length_is_clear(head, (slack_slice_t){line, len}))
        return "the answer has no valid Content-Length";
    if (head->bytes > SLACK_CURL_HEAD_MAX) return "the headers of the answer exceed 64 KiB";
    return head->codings > 1 ? "the answer is compressed more than once" : NULL;
}
