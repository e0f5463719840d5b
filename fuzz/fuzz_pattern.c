/* SPDX-License-Identifier: MIT */
#include <time.h>

#include <slack/options.h>

#include "fuzz.h"
#include "listeners/pattern.h"

#define SEARCH_MAX_S 2.0 /* under sanitizers; milliseconds without them */

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The first line is the pattern, the second one is repeated and the rest appended: the text of a
 * message. No search takes long, and what it captures lies in the text. */
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
        const double since = cpu_s();
        const int rc = slack__pattern_find(pattern, text, &steps, arena, &captures);
        must(cpu_s() - since < SEARCH_MAX_S);
        must(steps >= SLACK_PATTERN_STEPS_MAX / 2 && steps <= SLACK_PATTERN_STEPS_MAX);
        for (size_t i = 0; rc == 0 && i < captures.count; i++)
            must(strstr(text, captures.items[i]));
    }
    slack__pattern_free(pattern);
    slack__arena_free(arena);
    free(copy);
    return 0;
}
