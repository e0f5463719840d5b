/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PROMETHEUS_H
#define SLACK_TESTS_SUPPORT_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A strict reader of Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/): every family has its HELP, its
 * TYPE and then its samples, in one piece and once; names, labels, escapes and values are of their
 * form; no series is there twice; counters end in _total; the buckets of a histogram grow up to
 * +Inf, which is its count.
 */
typedef struct prometheus {
    struct prometheus_series {
        char *name;   /* with its labels, as it stands there */
        char *family; /* of the TYPE line above it */
        double value;
    } * series;
    size_t count;
    char error[200]; /* what is wrong, "" for nothing */
} prometheus_t;

/* False with `error` where the text breaks a rule. Free it in any case. */
bool prometheus_read(prometheus_t *page, const char *text);
void prometheus_free(prometheus_t *page);

/* The value of a series, -1 where there is none of that name. */
double prometheus_value(const prometheus_t *page, const char *name);
/* How many series a family has. */
size_t prometheus_size(const prometheus_t *page, const char *family);

#endif
