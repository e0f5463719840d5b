/* SPDX-License-Identifier: MIT */
#include "kill/orders.h"
#include "support/test.h"

/* The verdict about orders finds messages that are missing, doubled and misplaced. */

/* Order 0 is acknowledged before order 1 is sent; orders 1 and 2 are under way together. Order 3 is
 * in another channel, and nobody acknowledges order 4. */
static const event_t events[] = {
    {.acked = true, .sent_at = 1, .acked_at = 2},
    {.acked = true, .sent_at = 3, .acked_at = 6},
    {.acked = true, .sent_at = 4, .acked_at = 5},
    {.acked = true, .sent_at = 7, .acked_at = 8},
    {.sent_at = 9},
};

/* The verdicts on orders. */
static const struct {
    const char *messages; /* pairs: the order, and 'r' or 's' */
    order_verdict_t verdict;
} cases[] = {
    {"0r1r2r3r0s1s2s3s", {0, 0, 0}},
    {"3r0r2r1r3s0s2s1s", {0, 0, 0}}, /* nobody promised another order */
    {"0r0s1r1s2r2s3r3s4r4s", {0, 0, 0}},
    {"1r2r3r0s1s2s3s", {1, 0, 0}},
    {"0r1r2r3r0s1s3s", {1, 0, 0}},
    {"", {8, 0, 0}},
    {"0r0r1r2r3r0s1s2s3s", {0, 1, 0}},
    {"0r1r2r3r0s1s2s3s3s3s", {0, 2, 0}},
    {"1r0r2r3r0s1s2s3s", {0, 0, 1}},
    {"0r1r2r3r2s1s0s3s", {0, 0, 2}},
    {"0r1r2r3r0s1s2s3s0r", {0, 1, 2}}, /* as one that was sent again too late */
};

TEST(test_the_verdict)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        orders_t orders = {0};
        for (const char *at = cases[i].messages; *at; at += 2) {
            const unsigned order = (unsigned)(*at - '0');
            orders_post(&orders,
                        (post_t){.order = order, .channel = order == 3, .shipped = at[1] == 's'});
        }
        const order_verdict_t v = orders_judge(&orders, events, 5, false), *e = &cases[i].verdict;
        if (memcmp(&v, e, sizeof v) != 0)
            fail_msg("\"%s\": %u missing, %u doubled, %u misplaced", cases[i].messages, v.missing,
                     v.doubled, v.misplaced);
        orders_free(&orders);
    }
}
