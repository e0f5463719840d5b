/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_ZONE_H
#define SLACK_UTIL_ZONE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A time zone of the system's database (https://www.rfc-editor.org/rfc/rfc8536). The C library
 * knows one zone for each process, the TZ of its environment; this module reads the files itself. A
 * zone never changes, so any thread may use it.
 */
typedef struct slack_zone slack_zone_t;

/* Read a zone by its name: "Europe/Berlin". NULL and "UTC" need no file. 0; SLACK_EINVAL and a
 * sentence in `error` (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. */
int slack__zone_load(slack_zone_t **ret, const char *name, char *error);
/* Make a zone of the bytes of a file. 0; SLACK_EINVAL; SLACK_ENOMEM. */
int slack__zone_parse(slack_zone_t **ret, const void *data, size_t len);
void slack__zone_free(slack_zone_t *zone);

/* How far local time is ahead of UTC at an instant, in seconds. */
int64_t slack__zone_offset_s(const slack_zone_t *zone, int64_t utc_s);

/* The instants at which the zone's clocks show a local time. `local_s` is the local time in seconds
 * since 1970, as if it were UTC. There are two instants if the clocks are set back over the local
 * time. If the clocks are set forward over it, there is one, later by the length of the jump. */
typedef struct slack_instants {
    int64_t utc_s[2]; /* the earlier one first */
    unsigned count;   /* 1 or 2 */
} slack_instants_t;
slack_instants_t slack__zone_instants(const slack_zone_t *zone, int64_t local_s);

/* Days since 1970 of a date of the Gregorian calendar, and back. Months and days count from 1. */
int64_t slack__days_of_date(int64_t year, unsigned month, unsigned day);
void slack__date_of_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);

#endif
