/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_CRON_H
#define SLACK_UTIL_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "util/zone.h"

/*
 * Five fields of cron: minute, hour, day of the month, month, day of the week. A field is "*", or a
 * list of numbers, ranges and steps: "1,15", "9-17", "*" "/" "15", "8-18/2". Months and days of the
 * week also have names: "jan", "mon"; Sunday is 0 and 7. If both days are given, either is enough.
 */
typedef struct slack_cron {
    uint64_t minutes; /* a bit for each value */
    uint32_t hours, days, months, weekdays;
    bool any_hour; /* the field begins with "*" */
    bool any_day, any_weekday;
} slack_cron_t;

/* 0; SLACK_EINVAL and a sentence in `error` (SLACK_ERROR_TEXT_MAX bytes). */
int slack__cron_parse(slack_cron_t *ret, const char *text, char *error);

/*
 * The first instant after another one, in seconds since 1970, at which a zone's clocks show a time
 * of the expression; INT64_MAX: no such instant in thirteen years. If the clocks are set forward
 * over such a time, the instant is later by the length of the jump. If the clocks are set back and
 * show the time twice, the first instant counts, or both if the hour is "*".
 */
int64_t slack__cron_next_s(const slack_cron_t *cron, const slack_zone_t *zone, int64_t after_s);

#endif
