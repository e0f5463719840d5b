/* SPDX-License-Identifier: MIT */
#include "support/file.h"
#include "support/test.h"
#include "util/alloc.h"
#include "util/cron.h"

#include <slack/options.h>

/* Expressions, time zones, and the days on which clocks change. */

static char error[SLACK_ERROR_TEXT_MAX];

/* "2026-03-29 01:00" as seconds. */
static int64_t at(const char *text)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
    assert_true(sscanf(text, "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute) == 5);
    return slack__days_of_date(year, (unsigned)month, (unsigned)day) * 86400 + hour * 3600 +
           minute * 60;
}

static const char *text_of(int64_t s)
{
    static char text[64];
    int64_t year;
    unsigned month, day;
    if (s == INT64_MAX) return "never";
    slack__date_of_days(s / 86400, &year, &month, &day);
    snprintf(text, sizeof text, "%lld-%02u-%02u %02d:%02d", (long long)year, month, day,
             (int)(s % 86400 / 3600), (int)(s % 3600 / 60));
    return text;
}

static slack_zone_t *zone_of(const char *name)
{
    slack_zone_t *zone = NULL;
    if (slack__zone_load(&zone, name, error) != 0) fail_msg("%s", error);
    return zone;
}

/* The next times after one, all in UTC, separated by ", ". */
static void expect(const char *expression, const char *zone_name, const char *after,
                   const char *times)
{
    slack_cron_t cron;
    char got[256] = "";
    slack_zone_t *zone = zone_of(zone_name);
    if (slack__cron_parse(&cron, expression, error) != 0) fail_msg("%s", error);
    int64_t s = at(after);
    for (const char *comma = times; comma; comma = strchr(comma + 1, ',')) {
        s = slack__cron_next_s(&cron, zone, s);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", *got ? ", " : "", text_of(s));
        if (s == INT64_MAX) break;
    }
    if (strcmp(got, times) != 0)
        fail_msg("%s %s after %s: %s, not %s", expression, zone_name ? zone_name : "UTC", after,
                 got, times);
    slack__zone_free(zone);
}

TEST(test_expressions)
{
    expect("* * * * *", NULL, "2026-01-01 00:00", "2026-01-01 00:01, 2026-01-01 00:02");
    expect("30 9 * * 1-5", NULL, "2026-01-01 09:29",
           "2026-01-01 09:30, 2026-01-02 09:30, "
           "2026-01-05 09:30");
    expect("30 9 * * mon-FRI", NULL, "2026-01-02 09:30", "2026-01-05 09:30");
    expect("*/15 8-18/5 * * *", NULL, "2026-01-01 08:40", "2026-01-01 08:45, 2026-01-01 13:00");
    expect("50/5 23 31 dec *", NULL, "2026-01-01 00:00",
           "2026-12-31 23:50, 2026-12-31 23:55, "
           "2027-12-31 23:50");
    expect("0 0 * * 7", NULL, "2026-01-01 00:00", "2026-01-04 00:00");
    expect("0 0 * * 0", NULL, "2026-01-01 00:00", "2026-01-04 00:00");
    expect("0 0 13 * 5", NULL, "2026-03-01 00:00", "2026-03-06 00:00, 2026-03-13 00:00");
    expect("0 0 1,31 * *", NULL, "2026-01-31 00:00", "2026-02-01 00:00, 2026-03-01 00:00");
    expect("0 12 29 2 *", NULL, "2096-02-29 12:00", "2104-02-29 12:00");
    expect("0 0 */31 2 */7", NULL, "2015-02-02 00:00", "2026-02-01 00:00, 2032-02-01 00:00");
    expect("0 9 31 2 1", NULL, "2026-01-31 00:00", "2026-02-02 09:00"); /* a Monday is enough */
    expect("  0\t0 1 1 * ", NULL, "1969-06-01 00:00", "1970-01-01 00:00");
}

TEST(test_what_is_no_expression)
{
    static const char *const bad[] = {
        "",           "* * * *",       "* * * * * *",     "60 * * * *",
        "* 24 * * *", "* * 0 * *",     "* * * 13 *",      "* * * * 8",
        "a * * * *",  "5-1 * * * *",   "*/0 * * * *",     "1, * * * *",
        "-1 * * * *", "1-2-3 * * * *", "* * * jan-foo *", "*5 * * * *",
        "@daily",     "1//2 * * * *",  "*/ * * * *",      "1.5 * * * *",
        "* * * * mo", "0 9 31 2 *",    "0 0 30-31 feb *", "0 0 31 4,6,9,11 */2",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        slack_cron_t cron;
        *error = '\0';
        if (slack__cron_parse(&cron, bad[i], error) != SLACK_EINVAL) fail_msg("\"%s\"", bad[i]);
        assert_true(*error != '\0');
    }
    slack_cron_t cron;
    slack__cron_parse(&cron, "0 25 * * *", error);
    assert_string_equal(error, "\"0 25 * * *\": the hour cannot be \"25\"; five fields are needed, "
                               "such as \"30 9 * * 1-5\"");
    slack__cron_parse(&cron, "0 9 31 2 *", error);
    assert_string_equal(error, "\"0 9 31 2 *\" never runs: none of its months has such a day");
}

/* Berlin changes on 29 March 2026 at 01:00 UTC from 02:00 to 03:00, on 25 October at 01:00 UTC from
 * 03:00 to 02:00. The dates of 2050 follow the rule of the file, not its list of changes. */
TEST(test_clocks_that_change)
{
    const char *berlin = "Europe/Berlin";
    expect("30 9 * * *", berlin, "2026-03-28 00:00",
           "2026-03-28 08:30, 2026-03-29 07:30, 2026-03-30 07:30");
    expect("30 9 * * *", berlin, "2026-10-24 00:00",
           "2026-10-24 07:30, 2026-10-25 08:30, 2026-10-26 08:30");
    expect("30 2 * * *", berlin, "2026-03-28 02:00", "2026-03-29 01:30, 2026-03-30 00:30");
    expect("30 2,3 * * *", berlin, "2026-03-28 12:00", "2026-03-29 01:30, 2026-03-30 00:30");
    expect("*/20 2 29 3 *", berlin, "2026-03-28 12:00",
           "2026-03-29 01:00, 2026-03-29 01:20, 2026-03-29 01:40, 2027-03-29 00:00");
    expect("*/30 * * * *", berlin, "2026-03-29 00:00",
           "2026-03-29 00:30, 2026-03-29 01:00, 2026-03-29 01:30, 2026-03-29 02:00");
    expect("30 2 * * *", berlin, "2026-10-24 12:00", "2026-10-25 00:30, 2026-10-26 01:30");
    expect("30 * * * *", berlin, "2026-10-25 00:00",
           "2026-10-25 00:30, 2026-10-25 01:30, 2026-10-25 02:30");
    expect("0 3 * * *", berlin, "2050-03-26 12:00", "2050-03-27 01:00");
    expect("30 2 * * *", berlin, "2050-10-29 12:00", "2050-10-30 00:30, 2050-10-31 01:30");
}

TEST(test_other_zones)
{
    expect("0 9 * * *", "America/New_York", "2026-03-07 12:00",
           "2026-03-07 14:00, 2026-03-08 13:00");
    expect("0 9 * * *", "Asia/Kolkata", "2026-01-01 00:00", "2026-01-01 03:30");
    expect("0 9 * * *", "Australia/Sydney", "2026-01-01 00:00", "2026-01-01 22:00");
    expect("0 9 * * *", "Australia/Sydney", "2060-07-01 00:00", "2060-07-01 23:00");
    /* A change of half an hour; a change at midnight, which does not exist on that day. */
    expect("15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00",
           "2026-10-03 15:45, 2026-10-04 15:15");
    expect("0 0 * * *", "America/Santiago", "2026-09-05 12:00",
           "2026-09-06 04:00, 2026-09-07 03:00");
    expect("0 12 * * *", "Pacific/Apia", "2011-12-29 12:00", "2011-12-29 22:00, 2011-12-30 22:00");
}

TEST(test_names_of_zones)
{
    static const char *const bad[] = {
        "", "../passwd", "/etc/localtime", "Europe", "Europe/Berlim", "zone.tab", "tzdata.zi"};
    slack_zone_t *zone = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (slack__zone_load(&zone, bad[i], error) != SLACK_EINVAL) fail_msg("%s", bad[i]);
    assert_int_equal(slack__zone_load(&zone, "Europe/Berlim", error), SLACK_EINVAL);
    assert_true(strstr(error, "there is no time zone \"Europe/Berlim\"") != NULL);
}

/* A file that is cut anywhere or has one other byte is refused or read, without harm. */
TEST(test_files_that_are_none)
{
    static uint8_t some[1 << 16];
    size_t len;
    const uint8_t *bytes = (uint8_t *)file_read("/usr/share/zoneinfo/Europe/Berlin", &len);
    slack_zone_t *zone = NULL;
    for (size_t i = 0; i < len; i++)
        assert_int_equal(slack__zone_parse(&zone, bytes, i), SLACK_EINVAL);
    for (size_t i = 0; i < len; i++) {
        memcpy(some, bytes, len);
        some[i] ^= 0xff;
        zone = NULL;
        if (slack__zone_parse(&zone, some, len) == 0) slack__zone_offset_s(zone, 1800000000);
        slack__zone_free(zone);
    }
}
