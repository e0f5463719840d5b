/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PROMETHEUS_H
#define SLACK_TESTS_SUPPORT_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A strict reader of Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). A family is its HELP line, its
 * TYPE line and then all its samples, and occurs once. Names, labels, escapes and values are well
 * formed. A series occurs once. The names of counters end in _total. The buckets of a histogram do
 * not decrease, and the last one is +Inf and equals the count.
 */
typedef struct prometheus {
    struct prometheus_series {
        char *name;   /* with its labels, as in the text */
        char *family; /* of the TYPE line above it */
        double value;
    } * series;
    size_t count;
    char error[200]; /* "" without one */
} prometheus_t;

/* Returns false and sets `error` if the text breaks a rule. Free the page in any case. */
bool prometheus_read(prometheus_t *page, const char *text);
void prometheus_free(prometheus_t *page);

/* The value of a series; -1 if there is no series of this name. */
double prometheus_value(const prometheus_t *page, const char *name);
/* How many series a family has. */
size_t prometheus_size(const prometheus_t *page, const char *family);

#endif
