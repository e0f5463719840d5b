/* SPDX-License-Identifier: MIT */
#include "queue/attempts.h"

#include <stdio.h>

#include "util/backoff.h"
#include "util/random.h"

/* The waits: number n is between half and all of BASE * 2^(n-1). */
#define WAIT_BASE_MS 1000
#define WAIT_CAP_MS  (5 * 60 * 1000)
/* The wait after a spared attempt grows up to spared attempt SPARED_WAITS. */
#define SPARED_WAITS 5

slack_tally_t slack__tally_read(slack_slice_t done, slack_slice_t *rest)
{
    *rest = done;
    if (done.len == 0 || *done.ptr != '=') return (slack_tally_t){0};
    slack_slice_t line, failed;
    slack__slice_split(rest, '\n', &line);
    line = (slack_slice_t){line.ptr + 1, line.len - 1};
    slack__slice_split(&line, ' ', &failed);
    return (slack_tally_t){.failed = slack__slice_number(failed),
                           .spared = slack__slice_number(line)};
}

size_t slack__tally_write(slack_tally_t tally, char *to)
{
    return (size_t)snprintf(to, SLACK_TALLY_MAX, "=%u %u\n", tally.failed, tally.spared);
}

unsigned slack__attempts_crashed(unsigned attempt, slack_slice_t done)
{
    slack_slice_t rest;
    const slack_tally_t tally = slack__tally_read(done, &rest);
    const unsigned ended = tally.failed + tally.spared + 1; /* this one has only begun */
    return attempt > ended ? attempt - ended : 0;
}

bool slack__attempts_next(slack_tally_t *tally, bool counts, unsigned most, uint64_t *ret_wait_ms)
{
    unsigned nth = ++*(counts ? &tally->failed : &tally->spared);
    if (counts && nth >= most) return false;
    if (!counts && nth > SPARED_WAITS) nth = SPARED_WAITS;
    slack_backoff_t backoff = {.base_ms = WAIT_BASE_MS, .cap_ms = WAIT_CAP_MS, .attempt = nth - 1};
    uint64_t wait_ms = WAIT_BASE_MS;
    for (unsigned i = 1; i < nth && wait_ms < WAIT_CAP_MS; i++)
        wait_ms *= 2;
    if (wait_ms > WAIT_CAP_MS) wait_ms = WAIT_CAP_MS;
    *ret_wait_ms = slack__backoff_next_ms(&backoff, wait_ms / 2, slack__random_u64());
    return true;
}
