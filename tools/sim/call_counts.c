/* SPDX-License-Identifier: MIT */
#include "sim/call_counts.h"

#include <inttypes.h>
#include <string.h>

#include "protocol/methods.h"
#include "sim/fault_request.h"

/* The name as a table has it, which lives on. */
static const char *find_name(const char *name)
{
    const slack_method_t *method = slack__method(name);
    if (method) return method->name;
    for (const char *const *url = sim_fault_urls; *url; url++)
        if (strcmp(*url, name) == 0) return *url;
    return "unknown";
}

void sim_call_counts_add(sim_call_counts_t *counts, const char *method, bool ratelimited)
{
    const char *name = find_name(method);
    size_t i = 0;
    while (i < counts->count && strcmp(counts->list[i].method, name) != 0)
        i++;
    if (i == SIM_CALL_COUNTS_MAX) return;
    if (i == counts->count) counts->list[counts->count++] = (sim_call_count_t){.method = name};
    counts->list[i].calls++;
    counts->list[i].ratelimited += ratelimited;
}

const slack_json_t *sim_call_counts_json(const sim_call_counts_t *counts, sim_json_builder_t *json)
{
    sim_list_t list;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < counts->count; i++)
        sim_list_add(json, &list,
                     sim_json(json, "{method: %s, calls: %" PRIu64 ", ratelimited: %" PRIu64 "}",
                              counts->list[i].method, counts->list[i].calls,
                              counts->list[i].ratelimited));
    return sim_list_end(json, &list);
}
