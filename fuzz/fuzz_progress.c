/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "dispatch/progress.h"

/* Reads all lines of a record; each lies in it. */
static size_t count_lines(slack_slice_t record)
{
    const char *start = record.ptr, *end = record.ptr + record.len;
    slack_verdict_t verdict;
    size_t count = 0;
    for (; slack__progress_next(&record, &verdict); count++) {
        must(verdict.status <= 0);
        must(verdict.name.len == 0 ||
             (verdict.name.ptr >= start && verdict.name.ptr + verdict.name.len <= end));
        must(verdict.reason.len == 0 ||
             (verdict.reason.ptr >= start && verdict.reason.ptr + verdict.reason.len <= end));
    }
    must(record.len == 0);
    return count;
}

/* The record of a row, which any program may have written, before and after an attempt. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_rule_t rules[] = {{.listener.name = "a"}, {.listener.name = "b#2\n"}};
    slack_hit_t items[] = {{.rule = &rules[0]}, {.rule = &rules[1]}, {.rule = &rules[0]}};
    const slack_hits_t hits = {.items = items, .count = 3};
    slack_progress_t progress = {.record = {(const char *)data, size}};
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_slice_t rest;
    if (arena == NULL) return 0;

    const slack_tally_t tally = slack__tally_read(progress.record, &rest);
    const unsigned crashed = slack__attempts_crashed(1000, progress.record);
    must(crashed < 1000 && (crashed == 0 || crashed + tally.failed + tally.spared == 999));
    must(rest.len <= size);
    const size_t lines = count_lines(progress.record);
    if (slack__progress_prepare(&progress, &hits, arena) == 0) {
        size_t added = 0;
        for (size_t i = 0; i < hits.count; i++) {
            if (slack__progress_has(&progress, &hits, i)) continue;
            slack__progress_add(&progress, &hits, i, i == 1 ? -20002 : 0, "channel_not_found");
            must(slack__progress_has(&progress, &hits, i));
            added++;
        }
        must(count_lines(progress.record) == lines + added);
    }
    slack__arena_free(arena);
    return 0;
}
