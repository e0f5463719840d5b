/* SPDX-License-Identifier: MIT */
#include "ops/counters.h"

#include <string.h>

const struct slack_bucket slack__buckets[SLACK_BUCKETS] = {
    {1000, "0.001"},
    {2500, "0.0025"},
    {5000, "0.005"},
    {10000, "0.01"},
    {25000, "0.025"},
    {50000, "0.05"},
    {100000, "0.1"},
    {500000, "0.5"},
    {1000000, "1"},
    {2500000, "2.5"},
    {3000000, "3"},
    /* A call may wait for hours. */
    {10000000, "10"},
    {30000000, "30"},
    {60000000, "60"},
    {300000000, "300"},
    {1800000000, "1800"},
    {7200000000, "7200"},
};

/* The row of a method; at the limit, the one that all further methods share. */
static slack_call_count_t *row_of(slack_call_counts_t *calls, const char *method)
{
    size_t i = 0;
    while (i < calls->method_count && strcmp(calls->methods[i].name, method) != 0)
        i++;
    /* A method named "other" would have the label of the row that the others share. */
    if (i == calls->method_count && i < SLACK_METHODS_MAX &&
        strlen(method) <= SLACK_METHOD_MAX_LEN && strcmp(method, "other") != 0) {
        memcpy(calls->methods[i].name, method, strlen(method) + 1);
        calls->method_count++;
    }
    return i < calls->method_count ? &calls->methods[i] : &calls->others;
}

void slack__counters_call(slack_counters_t *counters, const char *method, int status)
{
    slack_call_count_t *row = row_of(&counters->calls, method);
    ++*(status == 0 ? &row->ok : &row->failed);
}

void slack__counters_try(slack_counters_t *counters, const char *method, bool limited, bool again)
{
    slack_call_count_t *row = row_of(&counters->calls, method);
    row->limited += limited;
    row->repeated += again;
}
