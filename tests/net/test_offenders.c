/* SPDX-License-Identifier: MIT */
#include "net/offenders.h"

#include "support/test.h"

/* Addresses that send wrong signatures: "ADDRESS TIMES" sends so many, '+' lets seconds pass. */

#define STEPS 8

static const struct {
    const char *name, *steps[STEPS], *asked;
    unsigned wait_ms;
} cases[] = {
    {"an address without any does not wait", {"a 1"}, "b", 0},
    {"nor does one that begins alike", {"a1 1"}, "a", 0},
    {"each adds to the wait", {"a 1", "a 1", "b 9", "a 1"}, "a", 30},
    {"up to a bound", {"a 100000"}, "a", 500},
    {"for a minute", {"a 7", "+59"}, "a", 70},
    {"and no longer", {"a 7", "+60"}, "a", 0},
    {"a minute without another one", {"a 1", "+59", "a 1", "+59"}, "a", 20},
    {"then it begins anew", {"a 100", "+60", "a 1"}, "a", 10},
    {"the quietest is forgotten for a new one", {"q 1", "+1", "* 64"}, "q", 0},
    {"which has a wait then", {"q 1", "+1", "* 64", "z 1"}, "z", 10},
    {"one that goes on is not", {"* 63", "+1", "q 1", "+1", "z 1"}, "q", 10},
    {"an address of many bytes", {"2001:db8:ffff:ffff:: 2"}, "2001:db8:ffff:ffff::", 20},
};

TEST(test_how_long_an_offender_waits)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_offenders_t offenders = {0};
        uint64_t now_ms = 1000;
        for (size_t k = 0; k < STEPS && cases[i].steps[k]; k++) {
            const char *step = cases[i].steps[k], *blank = strchr(step, ' ');
            if (*step == '+') {
                now_ms += 1000 * strtoul(step + 1, NULL, 10);
                continue;
            }
            for (unsigned long times = strtoul(blank, NULL, 10); times > 0; times--) {
                char other[20];
                snprintf(other, sizeof other, "other %lu", times);
                const slack_slice_t address = {step, (size_t)(blank - step)};
                slack__offenders_note(&offenders, *step == '*' ? slack__slice(other) : address,
                                      now_ms);
            }
        }
        const unsigned wait_ms =
            slack__offenders_wait_ms(&offenders, slack__slice(cases[i].asked), now_ms);
        if (wait_ms != cases[i].wait_ms) fail_msg("%s: %u", cases[i].name, wait_ms);
    }
}
