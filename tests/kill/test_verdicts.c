/* SPDX-License-Identifier: MIT */
#include "kill/orders.h"
#include "support/test.h"

#include "kill/verdict.h"

/* The verdict about events finds those that were lost, and those that ran again without a reason;
 * that about orders finds messages that are missing, doubled and misplaced. */

/* Logs about two acknowledged events, and about one without an ack. */
static const struct {
    const char *log;
    verdict_t verdict; /* lost, twice, interrupted, unstored, failed, handled */
} logs[] = {
    {"B Ev0 1\nE Ev0 1\nB Ev1 2\nE Ev1 2\n", {.handled = 2}},
    {"B Ev0 1\nE Ev0 1\nB Ev1 2\n", {.lost = 1, .handled = 1}},
    {"\n", {.lost = 2}},
    {"B Ev0 1\nE Ev0 1\nB Ev1 2\nE Ev1 2\nB Ev1 2\nE Ev1 2\n", {.twice = 1, .handled = 2}},
    /* Another process was killed. */
    {"K 1\nB Ev0 2\nE Ev0 2\nB Ev1 2\nB Ev1 3\nE Ev1 3\n", {.twice = 1, .handled = 2}},
    /* The process that had it is killed later. */
    {"B Ev0 1\nE Ev0 1\nB Ev1 2\nB Ev1 3\nK 2\nE Ev1 3\n", {.twice = 1, .handled = 2}},
    {"B Ev0 1\nE Ev0 1\nB Ev1 2\nK 2\nB Ev1 3\nE Ev1 3\n", {.interrupted = 1, .handled = 2}},
    {"B Ev0 1\nE Ev0 1\nK 1\nB Ev0 2\nE Ev0 2\nB Ev1 2\nE Ev1 2\n", {.unstored = 1, .handled = 2}},
    /* The message of a process that was killed comes late. */
    {"K 1\nB Ev0 1\nE Ev0 1\nB Ev0 2\nE Ev0 2\nB Ev1 2\nE Ev1 2\n", {.unstored = 1, .handled = 2}},
    {"K 1\nB Ev0 2\nE Ev0 2\nB Ev0 1\nE Ev0 1\nB Ev1 2\nE Ev1 2\n", {.unstored = 1, .handled = 2}},
    {"B Ev0 1\nF Ev0 1\nB Ev0 2\nE Ev0 2\nB Ev1 2\nE Ev1 2\n", {.failed = 1, .handled = 2}},
    {"B Ev0 1\nE Ev0 1\nB Ev1 1\nE Ev1 1\nB Ev2 1\n", {.handled = 2}},
};

TEST(test_the_verdict_about_events)
{
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        event_t happened[] = {{.acked = true}, {.acked = true}, {.acked = false}};
        FILE *log = fmemopen((char *)(uintptr_t)logs[i].log, strlen(logs[i].log), "r");
        const verdict_t v = verdict_of(log, happened, 3, false);
        fclose(log);
        if (memcmp(&v, &logs[i].verdict, sizeof v) != 0)
            fail_msg(
                "\"%s\": lost %u, twice %u, interrupted %u, unstored %u, failed %u, handled %u",
                logs[i].log, v.lost, v.twice, v.interrupted, v.unstored, v.failed, v.handled);
    }
}

/* ---- orders ---- */

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

TEST(test_the_verdict_about_orders)
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
