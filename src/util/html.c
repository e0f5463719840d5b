/* SPDX-License-Identifier: MIT */
#include "util/html.h"

#include <string.h>

#include "util/str.h"

static const char *reference_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

const char *slack__html_escape(slack_arena_t *arena, const char *text)
{
    static const char unknown[] = "\xEF\xBF\xBD";
    const size_t longest = sizeof "&quot;" - 1, len = strlen(text);
    char *escaped = slack__arena_alloc(arena, len * longest + 1), *out = escaped;
    if (escaped == NULL) return NULL;
    for (size_t i = 0; i < len;) {
        const bool blank = text[i] == '\n' || text[i] == '\t';
        const size_t control = blank ? 0 : slack__control_len(text + i, len - i);
        const size_t n = control ? control : slack__utf8_char(text + i, len - i);
        const char *instead = control || n == 0 ? unknown : reference_of(text[i]);
        const size_t size = instead ? strlen(instead) : n;
        memcpy(out, instead ? instead : text + i, size);
        out += size;
        i += n ? n : 1;
    }
    *out = '\0';
    return escaped;
}
