/* SPDX-License-Identifier: MIT */
#include "util/base64.h"

#include <string.h>

static const char digits[][65] = {
    [SLACK_BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [SLACK_BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

size_t slack__base64_len(enum slack_base64 form, size_t bytes)
{
    if (form == SLACK_BASE64) return (bytes + 2) / 3 * 4;
    return bytes / 3 * 4 + (bytes % 3 ? bytes % 3 + 1 : 0);
}

void slack__base64_encode(enum slack_base64 form, const void *bytes, size_t len, char *out)
{
    const uint8_t *from = bytes;
    const size_t text_len = slack__base64_len(form, len);
    uint32_t bits = 0;
    unsigned count = 0; /* of the bits that are not written */
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | from[i];
        for (count += 8; count >= 6; count -= 6)
            out[at++] = digits[form][bits >> (count - 6) & 63];
    }
    if (count > 0) out[at++] = digits[form][bits << (6 - count) & 63];
    memset(out + at, '=', text_len - at);
    out[text_len] = '\0';
}

bool slack__base64_decode(enum slack_base64 form, slack_slice_t text, void *out, size_t size,
                          size_t *ret_len)
{
    uint8_t *to = out;
    uint32_t bits = 0;
    unsigned count = 0; /* of the bits that are no byte yet */
    size_t len = 0;
    size_t pad = 0;
    while (form == SLACK_BASE64 && pad < text.len && text.ptr[text.len - pad - 1] == '=')
        pad++;
    if (pad > 0 && (pad > 2 || text.len % 4 != 0)) return false;
    text.len -= pad;
    if (text.len % 4 == 1) return false;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = text.ptr[i] ? strchr(digits[form], text.ptr[i]) : NULL;
        if (digit == NULL) return false;
        bits = (bits << 6 | (uint32_t)(digit - digits[form])) & 0xffff;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        if (len < size) to[len] = (uint8_t)(bits >> count);
        len++;
    }
    if (bits & ((1u << count) - 1)) return false;
    *ret_len = len;
    return true;
}
