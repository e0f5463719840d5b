/* SPDX-License-Identifier: MIT */
#include <slack/options.h>

#include "fuzz.h"
#include "listeners/pattern.h"

/* The first line is the pattern, the second one is repeated and the rest appended: the text of a
 * message. No search takes more than its steps (nor ten seconds, under libFuzzer), and what it
 * captures lies in the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[SLACK_ERROR_TEXT_MAX], *copy = malloc(size + 1);
    static char text[40000];
    slack_pattern_t *pattern = NULL;
    slack_captures_t captures = {0};
    slack_arena_t *arena = slack__arena_new(0, 0);
    must(copy && arena);
    memcpy(copy, data, size);
    copy[size] = '\0';
    char *again = strchr(copy, '\n'), *rest = again ? strchr(again + 1, '\n') : NULL;
    if (again) *again++ = '\0';
    if (rest) *rest++ = '\0';
    const size_t piece = again ? strlen(again) : 0, tail = rest ? strlen(rest) : 0;
    size_t len = 0;
    for (; piece > 0 && len + piece + tail < sizeof text; len += piece)
        memcpy(text + len, again, piece);
    snprintf(text + len, sizeof text - len, "%s", rest ? rest : "");
    if (slack__pattern_new(&pattern, copy, error) == 0) {
        unsigned steps = SLACK_PATTERN_STEPS_MAX;
        const int rc = slack__pattern_find(pattern, text, &steps, arena, &captures);
        must(steps >= SLACK_PATTERN_STEPS_MAX / 2 && steps <= SLACK_PATTERN_STEPS_MAX);
        for (size_t i = 0; rc == 0 && i < captures.count; i++)
            must(strstr(text, captures.items[i]));
    }
    slack__pattern_free(pattern);
    slack__arena_free(arena);
    free(copy);
    return 0;
}
