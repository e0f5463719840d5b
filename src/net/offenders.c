/* SPDX-License-Identifier: MIT */
#include "net/offenders.h"

#include <stdio.h>

static bool is_of(const slack_offender_t *offender, slack_slice_t address, uint64_t now_ms)
{
    return offender->wait_ms > 0 && now_ms - offender->last_ms < SLACK_OFFENDER_QUIET_MS &&
           slack__slice_eq(slack__slice(offender->address), address);
}

void slack__offenders_note(slack_offenders_t *offenders, slack_slice_t address, uint64_t now_ms)
{
    slack_offender_t *found = &offenders->all[0];
    for (size_t i = 0; i < SLACK_OFFENDERS_MAX && !is_of(found, address, now_ms); i++) {
        slack_offender_t *next = &offenders->all[i];
        if (is_of(next, address, now_ms) || next->last_ms < found->last_ms) found = next;
    }
    if (!is_of(found, address, now_ms)) {
        found->wait_ms = 0;
        snprintf(found->address, sizeof found->address, "%.*s", (int)address.len, address.ptr);
    }
    found->last_ms = now_ms;
    if (found->wait_ms < SLACK_OFFENDER_MOST_MS) found->wait_ms += SLACK_OFFENDER_WAIT_MS;
}

unsigned slack__offenders_wait_ms(const slack_offenders_t *offenders, slack_slice_t address,
                                  uint64_t now_ms)
{
    for (size_t i = 0; i < SLACK_OFFENDERS_MAX; i++)
        if (is_of(&offenders->all[i], address, now_ms)) return offenders->all[i].wait_ms;
    return 0;
}
