/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_METRICS_H
#define SLACK_OPS_METRICS_H

#include "ops/counters.h"
#include "util/buf.h"

/*
 * Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). A family is a head, and then a
 * line for each of its series. The functions write its name with the prefix "slackapp_".
 */

/* The text that is being written. After the first error the functions below write nothing. */
typedef struct slack_metrics_text {
    slack_buf_t *out;
    int rc; /* 0, SLACK_ETOOBIG or SLACK_ENOMEM */
} slack_metrics_text_t;

/* `type` is "counter", "gauge" or "histogram". */
void slack__metrics_head(slack_metrics_text_t *text, const char *name, const char *type,
                         const char *help);
/* A line of the family, with its full name; the newline is added. */
void slack__metrics_line(slack_metrics_text_t *text, const char *format, ...) SLACK_PRINTF(2, 3);
/* A family of one series without labels. */
void slack__metrics_single(slack_metrics_text_t *text, const char *name, const char *type,
                           uint64_t value, const char *help);
/* A family of one histogram, in seconds. */
void slack__metrics_histogram(slack_metrics_text_t *text, const char *name,
                              const slack_histogram_t *histogram, const char *help);

/* Deliveries, and the rows of counters.def. */
void slack__counters_write(slack_metrics_text_t *text, const slack_counters_t *counters);
void slack__call_counts_write(slack_metrics_text_t *text, const slack_call_counts_t *calls);

#endif
