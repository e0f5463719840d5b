/* SPDX-License-Identifier: MIT */
#include "net/turns.h"

#include "support/test.h"

/* "ADDRESS COST" adds a turn, '-' takes one, and '!' drops one. */

#define STEPS 20

static const struct {
    const char *name, *steps[STEPS], *order; /* the indices of the steps, in hexadecimal */
} cases[] = {
    {"in the order of arrival", {"a10", "a10", "b10"}, "021"},
    {"a small one goes before a large one", {"a1000", "b10"}, "10"},
    {"also of the same address", {"a1000", "a10"}, "10"},
    {"an address that sends much waits longer", {"a10", "a10", "a10", "b15"}, "0312"},
    {"a large one is not starved", {"a100", "b60", "-", "c60", "-", "d60", "-", "e60"}, "10357"},
    {"nor by many small ones", {"a30", "b20", "b20", "-", "b20", "-", "b20"}, "10246"},
    {"what costs nothing goes first", {"a10", "b10", "-", "c0", "d0", "e5"}, "03415"},
    {"served before it is alone", {"a10", "-", "a10", "-", "-"}, "02"},
    {"many addresses that go on do not delay another one",
     {"a10", "b10", "a10", "b10", "-", "a10", "-", "b10", "-", "a10", "-", "b10", "d10"},
     "012357c9b"},
    {"nor do cheap turns of one", {"a1", "a1", "b8", "-", "a1", "-", "a1", "a1"}, "014672"},
    {"the newest of the heaviest address is dropped", {"a10", "a10", "b10", "!"}, "02"},
    {"which may be the last to come", {"b10", "a10", "a10", "!"}, "01"},
    {"and of equal ones the newest", {"a10", "b10", "c10", "!", "!"}, "0"},
};

TEST(test_the_order_of_turns)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        slack_turns_t turns;
        slack_turn_t all[STEPS], *next;
        char order[STEPS + 1] = "";
        size_t len = 0;
        slack__turns_init(&turns);
        for (size_t k = 0; k <= STEPS; k++) {
            const char *step = k < STEPS ? cases[i].steps[k] : NULL;
            const char op = step ? *step : '\0';
            if (op >= 'a') {
                all[k] = (slack_turn_t){.address = {step, 1}};
                all[k].cost = strtoul(step + 1, NULL, 10);
                slack__turns_add(&turns, &all[k]);
            } else if (op == '!') {
                slack__turns_drop(&turns);
            } else {
                while ((next = slack__turns_take(&turns)) != NULL) {
                    order[len++] = "0123456789abcdefghij"[next - all];
                    if (op) break;
                }
            }
        }
        if (strcmp(order, cases[i].order) != 0) fail_msg("%s: %s", cases[i].name, order);
    }
}
