/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "net/curl_head.h"

/* The head of a response, in lines as libcurl gives them. The input may stand for much more of
 * itself: each line comes up to 256 times. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned times = size > 0 ? data[0] + 1 : 1;
    slack_curl_head_t head = {0};
    for (size_t from = 1, len; from < size; from += len) {
        const uint8_t *end = memchr(data + from, '\n', size - from);
        len = end ? (size_t)(end - data) + 1 - from : size - from;
        char *line = fuzz_copy(data + from, len);
        for (unsigned i = 0; i < times; i++) {
            const size_t before = head.bytes;
            const char *why = slack__curl_head_line(&head, line, len);
            must(head.bytes == before + len);
            must(why || (head.bytes <= SLACK_CURL_HEAD_MAX && head.codings <= 1));
            must(head.length <= (uint64_t)INT64_MAX + 1);
            must(!head.complete || why || len != 5 || memcmp(line, "HTTP/", 5) != 0);
            if (why) i = times - 1;
        }
        free(line);
    }
    return 0;
}
