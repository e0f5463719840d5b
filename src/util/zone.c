/* SPDX-License-Identifier: MIT */
#include "util/error.h"
#include "util/zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "util/alloc.h"
#include "util/file.h"

#define FOLDER    "/usr/share/zoneinfo/"
#define DAY_S     ((int64_t)86400)
#define TYPES_MAX 256
#define TIMES_MAX 8192

/* When the clocks of each year change, in the notation of POSIX's TZ variable. */
typedef struct change {
    char form;                /* 'M': nth weekday of a month; 'J': a day without February 29; '0' */
    int month, week, weekday; /* 'M'; week 5 is the last one */
    int day;                  /* 'J' from 1, '0' from 0 */
    int64_t time_s;           /* after the local midnight; may be negative */
} change_t;

typedef struct rule {
    bool has_summer;
    int64_t winter_s, summer_s; /* offsets */
    change_t to_summer, to_winter;
} rule_t;

struct slack_zone {
    size_t count;
    int64_t *times;   /* instants of changes, ascending */
    int64_t *offsets; /* offsets[i + 1] begins at times[i] */
    bool has_rule;    /* after the last of times */
    rule_t rule;
};

/* ---- the calendar ---- */

/* Years begin in March, so that a leap day is the last one. 400 years have 146097 days. */
int64_t slack__days_of_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400, y = year - era * 400;
    const int64_t d = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + y * 365 + y / 4 - y / 100 + d - 719468;
}

void slack__date_of_days(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097, d = days - era * 146097;
    const int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    const int64_t in_year = d - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;
    *ret_day = (unsigned)(in_year - (153 * m + 2) / 5 + 1);
    *ret_month = (unsigned)(m < 10 ? m + 3 : m - 9);
    *ret_year = y + era * 400 + (*ret_month <= 2);
}

/* ---- the rule behind the last change ---- */

static int64_t change_local_s(const change_t *change, int64_t year)
{
    int64_t days;
    if (change->form == 'M') {
        const unsigned month = (unsigned)change->month;
        const int64_t first = slack__days_of_date(year, month, 1);
        const int64_t next = month == 12 ? slack__days_of_date(year + 1, 1, 1)
                                         : slack__days_of_date(year, month + 1, 1);
        const int weekday = (int)((first % 7 + 11) % 7); /* 1970 began on a Thursday */
        days = first + (change->weekday - weekday + 7) % 7 + 7 * (change->week - 1);
        while (days >= next)
            days -= 7;
    } else {
        days = slack__days_of_date(year, 1, 1) + change->day;
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        if (change->form == 'J') days += leap && change->day >= 60 ? 0 : -1;
    }
    return days * DAY_S + change->time_s;
}

static int64_t rule_offset_s(const rule_t *rule, int64_t utc_s)
{
    int64_t year;
    unsigned month, day;
    if (!rule->has_summer) return rule->winter_s;
    const int64_t local_s = utc_s + rule->winter_s;
    slack__date_of_days((local_s >= 0 ? local_s : local_s - DAY_S + 1) / DAY_S, &year, &month,
                        &day);
    const int64_t summer = change_local_s(&rule->to_summer, year) - rule->winter_s;
    const int64_t winter = change_local_s(&rule->to_winter, year) - rule->summer_s;
    const bool is_summer =
        summer < winter ? utc_s >= summer && utc_s < winter : utc_s >= summer || utc_s < winter;
    return is_summer ? rule->summer_s : rule->winter_s;
}

static bool read_number(const char **at, int max, int *ret)
{
    int n = 0;
    if (**at < '0' || **at > '9') return false;
    for (; **at >= '0' && **at <= '9' && n <= max; (*at)++)
        n = n * 10 + (**at - '0');
    *ret = n;
    return n <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **at, int64_t *ret)
{
    const int sign = **at == '-' ? -1 : 1;
    int parts[3] = {0};
    *at += **at == '-' || **at == '+';
    for (int i = 0; i < 3; i++) {
        if (!read_number(at, i ? 59 : 167, &parts[i])) return false;
        if (**at != ':') break;
        (*at)++;
    }
    *ret = sign * ((int64_t)parts[0] * 3600 + parts[1] * 60 + parts[2]);
    return true;
}

static bool read_name(const char **at)
{
    const char *from = *at;
    if (*from == '<') {
        const char *end = strchr(from, '>');
        *at = end ? end + 1 : from;
    } else {
        while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
            (*at)++;
    }
    return *at > from;
}

static bool read_day(const char **at, change_t *ret)
{
    if (**at == 'M') {
        (*at)++;
        ret->form = 'M';
        return read_number(at, 12, &ret->month) && ret->month > 0 && *(*at)++ == '.' &&
               read_number(at, 5, &ret->week) && ret->week > 0 && *(*at)++ == '.' &&
               read_number(at, 6, &ret->weekday);
    }
    ret->form = **at == 'J' ? 'J' : '0';
    *at += **at == 'J';
    if (!read_number(at, 365, &ret->day)) return false;
    if (ret->form == '0') ret->day++; /* as 'J' counts, but with February 29 */
    return true;
}

static bool read_change(const char **at, change_t *ret)
{
    if (*(*at)++ != ',' || !read_day(at, ret)) return false;
    ret->time_s = 2 * 3600;
    if (**at != '/') return true;
    (*at)++;
    return read_time(at, &ret->time_s);
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": POSIX counts offsets west of Greenwich. */
static bool read_rule(const char *text, rule_t *ret)
{
    int64_t west = 0;
    if (!read_name(&text) || !read_time(&text, &west)) return false;
    ret->winter_s = -west;
    if (*text == '\0') return true;
    ret->has_summer = true;
    ret->summer_s = ret->winter_s + 3600;
    if (!read_name(&text)) return false;
    if (*text != ',') {
        if (!read_time(&text, &west)) return false;
        ret->summer_s = -west;
    }
    return read_change(&text, &ret->to_summer) && read_change(&text, &ret->to_winter) &&
           *text == '\0';
}

/* ---- the file ---- */

typedef struct reader {
    const uint8_t *at, *end;
} reader_t;

static int64_t read_int(const uint8_t *at, size_t bytes)
{
    uint64_t n = *at & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | at[i];
    return (int64_t)n;
}

/* Six counts, in the order of the file. */
enum { UT_FLAGS, STD_FLAGS, LEAPS, TIMES, TYPES, CHARS, COUNTS };

/* A header and the bytes of its block, whose times take `width` bytes each. */
static const uint8_t *read_block(reader_t *r, size_t width, size_t counts[COUNTS])
{
    if (r->end - r->at < 44 || memcmp(r->at, "TZif", 4) != 0 || r->at[4] < '2') return NULL;
    for (size_t i = 0; i < COUNTS; i++)
        counts[i] = (size_t)(read_int(r->at + 20 + 4 * i, 4) & 0xffffffff);
    r->at += 44;
    for (size_t i = 0; i < COUNTS; i++)
        if (counts[i] > TIMES_MAX) return NULL;
    const size_t bytes = counts[TIMES] * (width + 1) + counts[TYPES] * 6 + counts[CHARS] +
                         counts[LEAPS] * (width + 4) + counts[STD_FLAGS] + counts[UT_FLAGS];
    const uint8_t *block = r->at;
    if ((size_t)(r->end - r->at) < bytes) return NULL;
    r->at += bytes;
    return block;
}

static bool read_changes(slack_zone_t *zone, const uint8_t *block, const size_t counts[COUNTS])
{
    const uint8_t *which = block + counts[TIMES] * 8, *types = which + counts[TIMES];
    if (counts[TYPES] == 0 || counts[TYPES] > TYPES_MAX) return false;
    zone->count = counts[TIMES];
    zone->offsets[0] = read_int(types, 4);
    for (size_t i = 0; i < zone->count; i++) {
        if (which[i] >= counts[TYPES]) return false;
        zone->times[i] = read_int(block + i * 8, 8);
        zone->offsets[i + 1] = read_int(types + (size_t)which[i] * 6, 4);
        if (i > 0 && zone->times[i] < zone->times[i - 1]) return false;
    }
    return true;
}

/* The line behind the block; an empty one says nothing. */
static bool read_footer(slack_zone_t *zone, const reader_t *r)
{
    char text[128];
    const size_t len = (size_t)(r->end - r->at);
    if (len < 2 || len - 2 >= sizeof text || r->at[0] != '\n' || r->end[-1] != '\n') return false;
    memcpy(text, r->at + 1, len - 2);
    text[len - 2] = '\0';
    zone->has_rule = *text != '\0';
    return !zone->has_rule || read_rule(text, &zone->rule);
}

/* The first block is the same in 32 bits, for old readers. */
int slack__zone_parse(slack_zone_t **ret, const void *data, size_t len)
{
    reader_t r = {data, (const uint8_t *)data + len};
    size_t counts[COUNTS];
    if (!read_block(&r, 4, counts)) return SLACK_EINVAL;
    const uint8_t *block = read_block(&r, 8, counts);
    if (!block) return SLACK_EINVAL;
    slack_zone_t *zone = slack__calloc(1, sizeof *zone + (2 * counts[TIMES] + 1) * sizeof(int64_t));
    if (!zone) return SLACK_ENOMEM;
    zone->times = (int64_t *)(zone + 1);
    zone->offsets = zone->times + counts[TIMES];
    if (!read_changes(zone, block, counts) || !read_footer(zone, &r)) {
        slack__free(zone);
        return SLACK_EINVAL;
    }
    *ret = zone;
    return 0;
}

int slack__zone_load(slack_zone_t **ret, const char *name, char *error)
{
    char path[sizeof FOLDER + 64], *data = NULL;
    slack_file_fault_t fault;
    if (!name || strcmp(name, "UTC") == 0) {
        slack_zone_t *zone = slack__calloc(1, sizeof *zone);
        if (zone) zone->has_rule = true;
        return (*ret = zone) ? 0 : SLACK_ENOMEM;
    }
    /* No name leads out of the folder. */
    const size_t name_len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789_+-/");
    if (name_len == 0 || name_len >= 64 || name[name_len] || *name == '/') {
        slack__explain(error,
                       "\"%.60s\" is not a time zone's name, such as "
                       "Europe/Berlin",
                       name);
        return SLACK_EINVAL;
    }
    snprintf(path, sizeof path, FOLDER "%s", name);
    ssize_t len = slack__file_read(path, SLACK_FILE_PUBLIC, SLACK_FILE_MAX_BYTES, &data, &fault);
    if (len < 0) {
        if (fault.error == ENOMEM) return SLACK_ENOMEM;
        slack__explain(error,
                       "there is no time zone \"%s\": %s: %s (the package tzdata has the zones)",
                       name, path, fault.why);
        return SLACK_EINVAL;
    }
    int rc = slack__zone_parse(ret, data, (size_t)len);
    slack__free(data);
    if (rc == SLACK_EINVAL) slack__explain(error, "%s is not a time zone file", path);
    return rc;
}

void slack__zone_free(slack_zone_t *zone)
{
    slack__free(zone);
}

/* ---- offsets ---- */

int64_t slack__zone_offset_s(const slack_zone_t *zone, int64_t utc_s)
{
    size_t low = 0, high = zone->count; /* the number of changes up to then */
    if (zone->has_rule && (high == 0 || utc_s >= zone->times[high - 1]))
        return rule_offset_s(&zone->rule, utc_s);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (zone->times[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return zone->offsets ? zone->offsets[low] : 0;
}

/* Clocks change at most once within two days. */
slack_instants_t slack__zone_instants(const slack_zone_t *zone, int64_t local_s)
{
    const int64_t before = local_s - slack__zone_offset_s(zone, local_s - DAY_S);
    const int64_t after = local_s - slack__zone_offset_s(zone, local_s + DAY_S);
    const bool is_before = before + slack__zone_offset_s(zone, before) == local_s;
    const bool is_after = after + slack__zone_offset_s(zone, after) == local_s;
    if (is_before && is_after && before != after)
        return (slack_instants_t){
            {before < after ? before : after, before < after ? after : before}, 2};
    return (slack_instants_t){{is_after && !is_before ? after : before, 0}, 1};
}
