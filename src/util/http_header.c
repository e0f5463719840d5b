/* SPDX-License-Identifier: MIT */
#include "util/http_header.h"

slack_slice_t slack__http_header_find(const slack_http_header_t *headers, size_t count,
                                      const char *name, unsigned *ret_count)
{
    slack_slice_t wanted = slack__slice(name), found = {NULL, 0};
    unsigned matches = 0;
    for (size_t i = 0; i < count; i++) {
        if (!slack__slice_eq_nocase(headers[i].name, wanted)) continue;
        if (matches++ == 0) found = headers[i].value;
        if (!ret_count) break;
    }
    if (ret_count) *ret_count = matches;
    return found;
}
