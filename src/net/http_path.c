/* SPDX-License-Identifier: MIT */
#include "net/http_path.h"

#include "util/str.h"

bool slack__http_path_decode(char *path)
{
    char *out = path;
    for (const char *in = path; *in; in++) {
        if (*in != '%') {
            *out++ = *in;
            continue;
        }
        const int high = slack__hex_digit(in[1]), low = high < 0 ? -1 : slack__hex_digit(in[2]);
        if (low < 0) return false;
        const int c = high << 4 | low;
        if (c < 0x20 || c == 0x7f) return false;
        in += 2;
        if (c == '/' || c == '%') {
            *out++ = '%';
            *out++ = '2';
            *out++ = c == '/' ? 'F' : '5';
        } else {
            *out++ = (char)c;
        }
    }
    *out = '\0';
    return true;
}
