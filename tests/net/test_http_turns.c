/* SPDX-License-Identifier: MIT */
#include "net/http_turns.h"

#include "support/test.h"

/* The order of strangers' requests: "ADDRESS COST" comes, and '-' takes a turn. */

#define STEPS 14

static const struct {
    const char *name, *steps[STEPS], *order; /* the indices of the steps */
} cases[] = {
    {"in the order of arrival", {"a10", "a10", "b10"}, "021"},
    {"a small one goes before a large one", {"a1000", "b10"}, "10"},
    {"also of the same address", {"a1000", "a10"}, "10"},
    {"an address that sends much waits longer", {"a10", "a10", "a10", "b15"}, "0312"},
    {"a large one is not starved", {"a100", "b60", "-", "c60", "-", "d60", "-", "e60"}, "10357"},
    {"nor by many small ones", {"a30", "b20", "b20", "-", "b20", "-", "b20"}, "10246"},
    {"served before it is alone", {"a10", "-", "a10", "-", "-"}, "02"},
};

TEST(test_the_order_of_turns)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_http_turns_t turns;
        slack_http_turn_t all[STEPS], *next;
        char order[STEPS + 1] = "";
        size_t len = 0;
        slack__http_turns_init(&turns);
        for (size_t k = 0; k <= STEPS; k++) {
            const char *step = k < STEPS ? cases[i].steps[k] : NULL;
            if (step && *step != '-') {
                all[k] = (slack_http_turn_t){.address = {step, 1}};
                all[k].cost = strtoul(step + 1, NULL, 10);
                slack__http_turns_add(&turns, &all[k]);
                continue;
            }
            while ((next = slack__http_turns_take(&turns)) != NULL) {
                order[len++] = (char)('0' + (next - all));
                if (step) break;
            }
        }
        if (strcmp(order, cases[i].order) != 0) fail_msg("%s: %s", cases[i].name, order);
    }
}
