/* SPDX-License-Identifier: MIT */
#include "util/cron.h"

#include <string.h>

#include <slack/options.h>

#include "util/error.h"
#include "util/str.h"

#define DAY_S ((int64_t)86400)
/* February 29 may be eight years away, and a first of the month that is a Sunday twelve. */
#define DAYS_MAX (13 * 366)

typedef struct field {
    const char *what;
    unsigned min, max;
    const char *names; /* three letters each; NULL: no names */
} field_t;

static const field_t fields[5] = {
    {"minute", 0, 59, NULL},
    {"hour", 0, 23, NULL},
    {"day of the month", 1, 31, NULL},
    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"day of the week", 0, 7, "sunmontuewedthufrisat"},
};

/* ---- days ---- */

static bool has_day(const slack_cron_t *cron, int64_t days)
{
    int64_t year;
    unsigned month, day;
    slack__date_of_days(days, &year, &month, &day);
    const bool on_day = cron->days >> day & 1;
    const bool on_weekday = cron->weekdays >> ((days % 7 + 11) % 7) & 1;
    if (!(cron->months >> month & 1)) return false;
    return cron->any_day || cron->any_weekday ? on_day && on_weekday : on_day || on_weekday;
}

/* ---- reading ---- */

static bool read_value(const field_t *field, slack_slice_t text, unsigned *ret)
{
    uint64_t number;
    if (slack__parse_u64(text, field->max, &number)) {
        *ret = (unsigned)number;
        return number >= field->min;
    }
    for (unsigned i = 0; field->names && text.len == 3 && field->names[3 * i]; i++)
        if (slack__slice_eq_nocase(text, (slack_slice_t){field->names + (size_t)3 * i, 3})) {
            *ret = field->min + i;
            return true;
        }
    return false;
}

/* "*", "5", "1-5", each with "/STEP" or without. A single number with a step runs to the end. */
static bool read_item(const field_t *field, slack_slice_t item, uint64_t *bits)
{
    slack_slice_t range, from, rest = item;
    uint64_t step = 1;
    unsigned first = field->min, last = field->max;
    if (!slack__slice_split(&rest, '/', &range)) return false;
    const bool has_step = rest.ptr != NULL;
    if (has_step && (!slack__parse_u64(rest, field->max, &step) || step == 0)) return false;
    if (!slack__slice_eq(range, SLACK_SLICE("*"))) {
        slack_slice_t to = range;
        if (!slack__slice_split(&to, '-', &from) || !read_value(field, from, &first)) return false;
        if (to.ptr ? !read_value(field, to, &last) : !has_step) {
            if (to.ptr) return false;
            last = first;
        }
    } else if (field->max == 7) {
        last = 6; /* 7 is Sunday once more */
    }
    if (first > last) return false;
    for (uint64_t i = first; i <= last; i += step)
        *bits |= (uint64_t)1 << i;
    return true;
}

static bool read_field(const field_t *field, slack_slice_t text, uint64_t *bits)
{
    slack_slice_t item;
    while (slack__slice_split(&text, ',', &item))
        if (!read_item(field, item, bits)) return false;
    return *bits != 0;
}

static bool next_word(const char **at, slack_slice_t *ret)
{
    *at += strspn(*at, " \t");
    *ret = (slack_slice_t){*at, strcspn(*at, " \t")};
    *at += ret->len;
    return ret->len > 0;
}

int slack__cron_parse(slack_cron_t *ret, const char *text, char *error)
{
    uint64_t bits[5] = {0};
    bool any[5];
    slack_slice_t word;
    const char *at = text;
    for (unsigned i = 0; i < 5; i++) {
        const bool some = next_word(&at, &word);
        if (!some || !read_field(&fields[i], word, &bits[i])) {
            slack__explain(
                error,
                "\"%.60s\": the %s %s%.*s%s; five fields are needed, such as \"30 9 * * 1-5\"",
                text, fields[i].what, some ? "cannot be \"" : "is missing",
                some ? (int)(word.len < 30 ? word.len : 30) : 0, word.ptr, some ? "\"" : "");
            return SLACK_EINVAL;
        }
        any[i] = *word.ptr == '*';
    }
    if (next_word(&at, &word)) {
        slack__explain(error, "\"%.60s\" has more than five fields", text);
        return SLACK_EINVAL;
    }
    if (bits[4] & 1 << 7) bits[4] |= 1;
    *ret = (slack_cron_t){.minutes = bits[0],
                          .hours = (uint32_t)bits[1],
                          .days = (uint32_t)bits[2],
                          .months = (uint32_t)bits[3],
                          .weekdays = (uint32_t)bits[4],
                          .any_hour = any[1],
                          .any_day = any[2],
                          .any_weekday = any[4]};
    for (int64_t days = 0; days <= DAYS_MAX; days++)
        if (has_day(ret, days)) return 0;
    slack__explain(error, "\"%.60s\" never runs: none of its months has such a day", text);
    return SLACK_EINVAL;
}

/* ---- the next time ---- */

/* The first instant of a day after another one. Where clocks change, the times of a day do not come
 * in their order. */
static int64_t next_in_day(const slack_cron_t *cron, const slack_zone_t *zone, int64_t days,
                           int64_t after_s)
{
    int64_t next = INT64_MAX;
    for (unsigned minute = 0; minute < 24 * 60; minute++) {
        if (!(cron->hours >> minute / 60 & 1) || !(cron->minutes >> minute % 60 & 1)) continue;
        const slack_instants_t at = slack__zone_instants(zone, days * DAY_S + (int64_t)minute * 60);
        for (unsigned i = 0; i < (cron->any_hour ? at.count : 1); i++)
            if (at.utc_s[i] > after_s && at.utc_s[i] < next) next = at.utc_s[i];
    }
    return next;
}

int64_t slack__cron_next_s(const slack_cron_t *cron, const slack_zone_t *zone, int64_t after_s)
{
    const int64_t local_s = after_s + slack__zone_offset_s(zone, after_s);
    const int64_t today = (local_s >= 0 ? local_s : local_s - DAY_S + 1) / DAY_S;
    /* A time of yesterday may come today, where clocks are set forward at midnight. */
    for (int64_t days = today - 1; days <= today + DAYS_MAX; days++) {
        if (!has_day(cron, days)) continue;
        const int64_t next = next_in_day(cron, zone, days, after_s);
        if (next != INT64_MAX) return next;
    }
    return INT64_MAX;
}
