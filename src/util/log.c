/* SPDX-License-Identifier: MIT */
#include "util/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/conversion.h"
#include "util/json.h"
#include "util/redact.h"
#include "util/str.h"

/* The longest line, without its newline. */
#define LINE_MAX_BYTES ((size_t)4096)
/* Room at its end for the mark and the end of a line that is cut. */
#define TAIL_BYTES ((size_t)24)

typedef struct line {
    size_t len;
    bool json;
    bool cut;    /* a value did not fit, and nothing follows */
    bool marked; /* the cut is visible */
    char text[LINE_MAX_BYTES + 1];
} line_t;

/* A value, before it is quoted. */
typedef struct value {
    size_t len;
    bool bare; /* a number or null, which have no quotes */
    char text[LINE_MAX_BYTES];
} value_t;

/* --- the line --- */

/* Append all of the text, or nothing. */
static bool line_put(line_t *line, const char *text, size_t len)
{
    if (line->len + len > LINE_MAX_BYTES - TAIL_BYTES) {
        line->cut = true;
        return false;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
    return true;
}

/* Append to the room at the end. */
static void line_put_tail(line_t *line, const char *text)
{
    size_t len = strlen(text);
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void line_put_quoted(line_t *line, const char *s, size_t len)
{
    if (!line_put(line, "\"", 1)) return;
    for (size_t i = 0, taken; i < len && !line->cut; i += taken) {
        char escaped[SLACK_JSON_ESCAPE_MAX + 1];
        size_t n;
        taken = slack__control_len(s + i, len - i);
        if (taken < 2) { /* ASCII, or no control character */
            n = slack__json_escape(s + i, len - i, &taken, escaped);
        } else {
            slack__control_escape(s + i, taken, escaped);
            n = strlen(escaped);
        }
        line_put(line, escaped, n);
    }
    line_put_tail(line, line->cut ? "…\"" : "\"");
    line->marked = line->cut;
}

/* A text is written without quotes if it reads the same. Code and JSON, which contain double
 * quotes, are put into single quotes, so that they can be read and pasted. */
static void line_put_text(line_t *line, const char *s, size_t len)
{
    const size_t start = line->len;
    bool quoted = line->json || len == 0 || slack__utf8_valid(s, len) != len;
    for (size_t i = 0; !quoted && i < len; i++)
        quoted = slack__control_len(s + i, len - i) > 0;
    if (quoted) {
        line_put_quoted(line, s, len);
        return;
    }
    if (memchr(s, '"', len) && !memchr(s, '\'', len)) {
        if (line_put(line, "'", 1) && line_put(line, s, len) && line_put(line, "'", 1)) return;
        line->len = start;
        line->cut = false;
        line_put_quoted(line, s, len); /* cuts the text */
        return;
    }
    bool bare = *s != '\'' && len < LINE_MAX_BYTES / 4;
    for (size_t i = 0; i < len; i++)
        if (s[i] == ' ' || s[i] == '=' || s[i] == '"' || s[i] == '\\') bare = false;
    if (bare)
        line_put(line, s, len);
    else
        line_put_quoted(line, s, len);
}

static void line_put_pair(line_t *line, slack_slice_t key, const char *s, size_t len, bool bare)
{
    const size_t start = line->len;
    char name[64];
    int n = line->json ? snprintf(name, sizeof name, "%s\"%.*s\":", start > 1 ? "," : "",
                                  (int)key.len, key.ptr)
                       : snprintf(name, sizeof name, "%s%.*s=", start > 0 ? " " : "", (int)key.len,
                                  key.ptr);
    if (n < 0 || (size_t)n >= sizeof name || !line_put(line, name, (size_t)n)) return;
    size_t before = line->len;
    if (bare)
        line_put(line, s, len);
    else
        line_put_text(line, s, len);
    if (line->len == before) line->len = start; /* no key without its value */
}

/* --- values out of the format --- */

static void value_append(value_t *value, const char *text, size_t len)
{
    if (len > sizeof value->text - value->len) len = sizeof value->text - value->len;
    if (len) memcpy(value->text + value->len, text, len);
    value->len += len;
}

/* Append the result of a conversion. False: it is unknown, and the arguments behind it cannot be
 * read.
 */
static bool value_append_conversion(value_t *value, const slack_conversion_t *c, va_list *ap,
                                    bool alone)
{
    char number[SLACK_CONVERSION_NUMBER_MAX];
    const char *s = number;
    size_t len = 1;
    switch (c->kind) {
    case SLACK_CONVERSION_STRING:
        s = slack__conversion_string(c, ap, &len);
        value->bare = alone && !s;
        if (value->bare) value_append(value, "null", 4);
        break;
    case SLACK_CONVERSION_INTEGER:
    case SLACK_CONVERSION_HEX:
    case SLACK_CONVERSION_DOUBLE:
        len = slack__conversion_number(c, ap, number);
        value->bare = alone && c->kind != SLACK_CONVERSION_HEX && !memchr(number, 'n', len);
        break;
    case SLACK_CONVERSION_CHAR: number[0] = (char)va_arg(*ap, int); break;
    case SLACK_CONVERSION_PERCENT: number[0] = '%'; break;
    default: return false;
    }
    value_append(value, s, len);
    return true;
}

/* Format one value, up to the next space of the format. */
static bool format_value(value_t *value, const char **format, va_list *ap)
{
    const char *p = *format;
    value->len = 0;
    value->bare = false;
    for (bool start = true; *p && *p != ' '; start = false) {
        if (*p != '%') {
            value_append(value, p++, 1);
            continue;
        }
        slack_conversion_t c = slack__conversion_parse(p);
        bool alone = start && (p[c.len] == ' ' || p[c.len] == '\0');
        if (!value_append_conversion(value, &c, ap, alone)) return false;
        p += c.len;
    }
    *format = p;
    return true;
}

static void line_put_pairs(line_t *line, const char *format, va_list *ap)
{
    value_t value;
    while (!line->cut) {
        format += strspn(format, " ");
        size_t key_len = strcspn(format, "= ");
        if (key_len == 0 || format[key_len] != '=') return;
        slack_slice_t key = {format, key_len};
        format += key_len + 1;
        if (!format_value(&value, &format, ap)) return;
        value.len = slack__redact(value.text, value.len);
        line_put_pair(line, key, value.text, value.len, value.bare);
    }
}

/* --- the entry points --- */

static void line_put_head(line_t *line, const slack_logger_t *logger, enum slack_log_level level,
                          const char *event)
{
    const slack_clock_t *clock = logger->clock ? logger->clock : &slack__clock_system;
    const char *name = slack__log_level_name(level);
    const int64_t wall_ms = slack__wall_ms(clock);
    const time_t seconds = (time_t)(wall_ms / 1000);
    char time[80]; /* RFC 3339 in UTC, with milliseconds */
    int time_len = 0;
    struct tm tm;
    if (wall_ms >= 0 && gmtime_r(&seconds, &tm))
        time_len = snprintf(time, sizeof time, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                            tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                            tm.tm_sec, (int)(wall_ms % 1000));
    if (line->json) line_put(line, "{", 1);
    line_put_pair(line, SLACK_SLICE("ts"), time, (size_t)time_len, false);
    line_put_pair(line, SLACK_SLICE("level"), name, strlen(name), false);
    line_put_pair(line, SLACK_SLICE("event"), event, strlen(event), false);
}

static void log_line(const slack_logger_t *logger, enum slack_log_level level, const char *event,
                     const char *format, va_list *ap)
{
    line_t line;
    line.len = 0;
    line.json = logger->format == SLACK_LOG_JSON;
    line.cut = line.marked = false;
    line_put_head(&line, logger, level, event);
    if (format) line_put_pairs(&line, format, ap);
    if (line.cut && !line.marked) line_put_tail(&line, line.json ? ",\"cut\":true" : " …");
    if (line.json) line_put_tail(&line, "}");
    line.text[line.len] = '\0';

    slack_log_fn fn = logger->fn ? logger->fn : slack_log_stderr;
    fn(level, line.text, line.len, logger->user_data);
}

static uint64_t now_ms(const slack_logger_t *logger)
{
    return slack__mono_ms(logger->clock ? logger->clock : &slack__clock_system);
}

static void SLACK_PRINTF(4, 5)
    log_unlimited(const slack_logger_t *logger, enum slack_log_level level, const char *event,
                  const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    log_line(logger, level, event, format, &ap);
    va_end(ap);
}

void slack__log_left_out(const slack_logger_t *logger, bool all)
{
    slack_log_limit_t limit;
    while (logger->limits && slack__log_limit_left_out(logger->limits, now_ms(logger), all, &limit))
        log_unlimited(logger, limit.level, "lines left out", "of=%s count=%llu reason=%s",
                      limit.event, (unsigned long long)limit.left_out,
                      "an event has 20 lines in 10 seconds at most");
}

void slack__log(const slack_logger_t *logger, enum slack_log_level level, const char *event,
                const char *format, ...)
{
    const int saved_errno = errno;
    va_list ap;
    va_start(ap, format);
    if (level < SLACK_LOG_DEBUG) slack__log_left_out(logger, false);
    if (level >= SLACK_LOG_DEBUG || logger->limits == NULL ||
        slack__log_limit_take(logger->limits, level, event, now_ms(logger)))
        log_line(logger, level, event, format, &ap);
    va_end(ap);
    errno = saved_errno;
}

const char *slack__log_level_name(enum slack_log_level level)
{
    switch (level) {
    case SLACK_LOG_ERROR: return "error";
    case SLACK_LOG_WARN: return "warn";
    case SLACK_LOG_INFO: return "info";
    case SLACK_LOG_DEBUG: return "debug";
    default: return "unknown";
    }
}

void slack_log_stderr(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    (void)level;
    (void)user_data;
    /* One write, so that lines of several threads and processes do not mix. */
    char text[LINE_MAX_BYTES + 1];
    if (len > LINE_MAX_BYTES) len = LINE_MAX_BYTES;
    memcpy(text, line, len);
    text[len] = '\n';
    ssize_t written = write(STDERR_FILENO, text, len + 1);
    (void)written; /* a failure cannot be logged */
}
