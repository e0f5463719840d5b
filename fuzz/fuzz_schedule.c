/* SPDX-License-Identifier: MIT */
#include <slack/options.h>

#include "fuzz.h"
#include "util/cron.h"

#define START_S INT64_C(1767225600) /* 2026 */

/* The first line is an expression of cron, the rest the file of a time zone. The times that follow
 * come one after another, and in UTC the clocks show them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[SLACK_ERROR_TEXT_MAX], text[128];
    const char *end = size > 0 ? memchr(data, '\n', size) : NULL;
    const size_t len = end ? (size_t)(end - (const char *)data) : size;
    const size_t rest = end ? size - len - 1 : 0;
    slack_zone_t *zone = NULL, *utc = NULL;
    slack_cron_t cron;
    if (len >= sizeof text) return 0;
    snprintf(text, sizeof text, "%.*s", (int)len, (const char *)data);
    void *file = fuzz_copy(end ? end + 1 : "", rest);
    const bool has_zone = slack__zone_parse(&zone, file, rest) == 0;
    must(slack__zone_load(&utc, NULL, error) == 0);
    free(file);
    if (slack__cron_parse(&cron, text, error) == 0) {
        int64_t at = START_S, before = at - 1;
        for (int i = 0; has_zone && i < 3 && at != INT64_MAX; i++, before = at)
            must((at = slack__cron_next_s(&cron, zone, at)) > before);
        for (int i = 0; i < 3 && (at = slack__cron_next_s(&cron, utc, START_S + i)) != INT64_MAX;
             i++)
            must(at > START_S + i && at % 60 == 0 && cron.minutes >> (at / 60 % 60) & 1 &&
                 cron.hours >> (at / 3600 % 24) & 1);
    } else {
        must(*error);
    }
    slack__zone_free(zone);
    slack__zone_free(utc);
    return 0;
}
