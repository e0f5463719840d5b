/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_BASE64_H
#define SLACK_UTIL_BASE64_H

#include "util/str.h"

/* Base64 (RFC 4648). */
enum slack_base64 {
    SLACK_BASE64,    /* '+' and '/', padded with '=' */
    SLACK_BASE64_URL /* '-' and '_', without padding: it may stand in a URL and in a cookie */
};

/* The length of the text for that many bytes. */
size_t slack__base64_len(enum slack_base64 form, size_t bytes);

/* Write the text of `len` bytes and a NUL. */
void slack__base64_encode(enum slack_base64 form, const void *bytes, size_t len, char *out);

/* Read a text; without its padding SLACK_BASE64 is accepted too. `out` receives the first `size`
 * bytes, *ret_len is the length of all. False: the text is malformed, or it is not the one that
 * encodes these bytes. */
bool slack__base64_decode(enum slack_base64 form, slack_slice_t text, void *out, size_t size,
                          size_t *ret_len);

#endif
