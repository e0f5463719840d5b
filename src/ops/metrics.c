/* SPDX-License-Identifier: MIT */
#include "ops/metrics.h"

#include <stdarg.h>

void slack__metrics_line(slack_metrics_text_t *text, const char *format, ...)
{
    if (text->rc != 0) return;
    va_list ap;
    va_start(ap, format);
    text->rc = slack__buf_vprintf(text->out, format, ap);
    va_end(ap);
    if (text->rc == 0) text->rc = slack__buf_append_char(text->out, '\n');
}

void slack__metrics_head(slack_metrics_text_t *text, const char *name, const char *type,
                         const char *help)
{
    slack__metrics_line(text, "# HELP slackapp_%s %s", name, help);
    slack__metrics_line(text, "# TYPE slackapp_%s %s", name, type);
}

void slack__metrics_single(slack_metrics_text_t *text, const char *name, const char *type,
                           uint64_t value, const char *help)
{
    slack__metrics_head(text, name, type, help);
    slack__metrics_line(text, "slackapp_%s %llu", name, (unsigned long long)value);
}

void slack__metrics_histogram(slack_metrics_text_t *text, const char *name,
                              const slack_histogram_t *histogram, const char *help)
{
    uint64_t count = 0;
    slack__metrics_head(text, name, "histogram", help);
    for (size_t i = 0; i <= SLACK_BUCKETS; i++) {
        count += histogram->buckets[i];
        slack__metrics_line(text, "slackapp_%s_bucket{le=\"%s\"} %llu", name,
                            i < SLACK_BUCKETS ? slack__buckets[i].text : "+Inf",
                            (unsigned long long)count);
    }
    slack__metrics_line(text, "slackapp_%s_sum %llu.%06llu", name,
                        (unsigned long long)(histogram->sum_us / 1000000),
                        (unsigned long long)(histogram->sum_us % 1000000));
    slack__metrics_line(text, "slackapp_%s_count %llu", name, (unsigned long long)count);
}

/* Each kind has a line for "ok" from the start, so that a rate can be computed. Other results have
 * one once they have occurred: kinds times results are many. */
static void write_deliveries(slack_metrics_text_t *text, const slack_counters_t *counters)
{
    static const char *const results[SLACK_RESULTS] = {
        [SLACK_RESULT_OK] = "ok",
        [SLACK_RESULT_FAILED] = "failed",
        [SLACK_RESULT_UNMATCHED] = "unmatched",
        [SLACK_RESULT_DUPLICATE] = "duplicate",
        [SLACK_RESULT_LATER] = "later",
        [SLACK_RESULT_REFUSED] = "refused",
    };
    slack__metrics_head(text, "deliveries_total", "counter", "Deliveries by kind and result.");
    for (int kind = 0; kind < SLACK_KINDS; kind++)
        for (int result = 0; result < SLACK_RESULTS; result++)
            if (result == SLACK_RESULT_OK || counters->deliveries[kind][result] > 0)
                slack__metrics_line(text,
                                    "slackapp_deliveries_total{kind=\"%s\",result=\"%s\"} %llu",
                                    slack_kind_name((enum slack_kind)kind), results[result],
                                    (unsigned long long)counters->deliveries[kind][result]);
}

void slack__counters_write(slack_metrics_text_t *text, const slack_counters_t *counters)
{
    uint64_t duplicates = 0;
    for (int kind = 0; kind < SLACK_KINDS; kind++)
        duplicates += counters->deliveries[kind][SLACK_RESULT_DUPLICATE];
    write_deliveries(text, counters);
    slack__metrics_single(text, "duplicates_total", "counter", duplicates,
                          "Deliveries that were known.");
#define COUNTER(field, name, help)                                                                 \
    slack__metrics_single(text, name, "counter", counters->field, help);
#define HISTOGRAM(field, name, help) slack__metrics_histogram(text, name, &counters->field, help);
#include "ops/counters.def"
}

enum call_family { CALLS, CALLS_LIMITED, CALLS_REPEATED, CALL_FAMILIES };

static void write_calls(slack_metrics_text_t *text, enum call_family family, const char *method,
                        const slack_call_count_t *row)
{
    static const char ended[] = "slackapp_calls_total{method=\"%s\",result=\"%s\"} %llu";
    switch (family) {
    case CALLS_LIMITED:
        slack__metrics_line(text, "slackapp_calls_limited_total{method=\"%s\"} %llu", method,
                            (unsigned long long)row->limited);
        break;
    case CALLS_REPEATED:
        slack__metrics_line(text, "slackapp_calls_repeated_total{method=\"%s\"} %llu", method,
                            (unsigned long long)row->repeated);
        break;
    default:
        slack__metrics_line(text, ended, method, "ok", (unsigned long long)row->ok);
        slack__metrics_line(text, ended, method, "failed", (unsigned long long)row->failed);
    }
}

void slack__call_counts_write(slack_metrics_text_t *text, const slack_call_counts_t *calls)
{
    static const struct {
        const char *name, *help;
    } families[] = {
        [CALLS] = {"calls_total", "Web API calls by method and result."},
        [CALLS_LIMITED] = {"calls_limited_total", "Tries that Slack refused for a rate limit."},
        [CALLS_REPEATED] = {"calls_repeated_total", "Tries after the first one of their call."},
    };
    for (enum call_family family = 0; family < CALL_FAMILIES; family++) {
        slack__metrics_head(text, families[family].name, "counter", families[family].help);
        for (size_t i = 0; i < calls->method_count; i++)
            write_calls(text, family, calls->methods[i].name, &calls->methods[i]);
        write_calls(text, family, "other", &calls->others);
    }
}
