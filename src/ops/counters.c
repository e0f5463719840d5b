/* SPDX-License-Identifier: MIT */
#include "ops/counters.h"

#include <string.h>

const struct slack_bucket slack__buckets[SLACK_BUCKETS] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"}, {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {3000000, "3"},
};

void slack__counters_call(slack_counters_t *counters, const char *method, int status)
{
    slack_call_counts_t *calls = &counters->calls;
    uint64_t *ok = &calls->others_ok, *failed = &calls->others_failed;
    size_t i = 0;
    while (i < calls->method_count && strcmp(calls->methods[i].name, method) != 0)
        i++;
    /* A method named "other" would have the label of the row that the others share. */
    if (i == calls->method_count && i < SLACK_METHODS_MAX &&
        strlen(method) <= SLACK_METHOD_MAX_LEN && strcmp(method, "other") != 0) {
        memcpy(calls->methods[i].name, method, strlen(method) + 1);
        calls->method_count++;
    }
    if (i < calls->method_count) {
        ok = &calls->methods[i].ok;
        failed = &calls->methods[i].failed;
    }
    ++*(status == 0 ? ok : failed);
}
