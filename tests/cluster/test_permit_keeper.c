/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/cluster_bots.h"
#include "support/heap.h"

/* Processes whose deliveries take permits of one listener. */

#define PERMITS 4
static slack_permit_t permits[BOTS_MOST][PERMITS];
static unsigned granted; /* after a wait */

static void permit_granted(slack_permit_t *permit)
{
    granted++;
}

static void join(int which, enum slack_role role)
{
    bot_join(&bots[which], role, 0);
    for (int i = 0; i < PERMITS; i++) {
        permits[which][i] =
            (slack_permit_t){.listener = 0xab, .most = 2, .granted = permit_granted};
        slack__link_init(&permits[which][i].link);
    }
}

static void take(int bot, int permit)
{
    slack__permit_take(&bots[bot].cluster.permits, &permits[bot][permit]);
}

static void give(int bot, int permit)
{
    slack__permit_give(&bots[bot].cluster.permits, &permits[bot][permit]);
}

static int give_all(void **state)
{
    for (int i = 0; i < BOTS_MOST; i++)
        for (int k = 0; k < PERMITS && bots[i].store; k++)
            give(i, k);
    granted = 0;
    return bots_tear_down(state);
}

#define PERMITS_TEST(function) TEST_CASE(function, bots_set_up, give_all, NULL)

/* Of each bot its permits, as it has taken them: '+' it has it, '.' it waits, '-' neither. */
static void expect(const char *expected)
{
    char text[BOTS_MOST * (PERMITS + 1) + 1], *at = text;
    for (int i = 0; i < BOTS_MOST && bots[i].store; i++, *at++ = ' ')
        for (const slack_permit_t *p = permits[i]; p < permits[i] + PERMITS; p++)
            *at++ = p->has ? '+' : p->waits ? '.' : '-';
    *at = '\0';
    assert_string_equal(text, expected);
}

PERMITS_TEST(a_process_that_is_alone_keeps_its_permits)
{
    join(0, SLACK_ROLE_ALL);
    join(1, SLACK_ROLE_RECEIVE); /* takes none */
    take(0, 0);
    expect(".--- ---- ");
    bots_pass(100);
    expect("+--- ---- ");
    take(0, 1);
    take(0, 2);
    expect("++.- ---- ");
    give(0, 0);
    expect("-++- ---- ");
    give(0, 1);
    give(0, 2);
    bots_pass(60000);
    take(0, 3); /* it asks nobody */
    expect("---+ ---- ");
    assert_int_equal(granted, 2);
}

PERMITS_TEST(permits_go_to_the_process_that_wants_them)
{
    join(0, SLACK_ROLE_ALL);
    join(1, SLACK_ROLE_WORK);
    bots_pass(2500);
    take(0, 0);
    take(0, 1);
    bots_pass(500);
    take(1, 0);
    take(0, 2);
    take(1, 1);
    bots_pass(500);
    expect("++.- ..-- ");
    give(0, 0); /* it has two, and the other one has none */
    bots_pass(500);
    expect("-+.- +.-- ");
    give(0, 1);
    bots_pass(500);
    expect("--+- +.-- ");
    give(0, 2);
    bots_pass(500);
    expect("---- ++-- ");
}

/* A receiver and a listener of the same name are others'. The table of one listener is not that of
 * another one. */
PERMITS_TEST(each_listener_has_its_own_bound)
{
    join(0, SLACK_ROLE_ALL);
    join(1, SLACK_ROLE_ALL);
    bots_pass(2500);
    permits[1][0].listener = 0xac;
    for (int i = 0; i < 3; i++)
        take(0, i);
    take(1, 0);
    bots_pass(500);
    expect("++.- +--- ");
}

PERMITS_TEST(a_process_that_dies_leaves_its_permits)
{
    join(0, SLACK_ROLE_ALL);
    join(1, SLACK_ROLE_ALL);
    bots_pass(2500);
    for (int i = 0; i < 2; i++)
        take(1, i);
    bots_pass(500);
    take(0, 0);
    take(0, 1);
    bots_pass(5000);
    expect("..-- ++-- ");
    bot_quit(&bots[1]);
    bots_pass(1000);
    expect("++-- ");
}

PERMITS_TEST(a_process_that_leaves_keeps_what_it_uses)
{
    join(0, SLACK_ROLE_ALL);
    take(0, 0);
    bots_pass(100);
    slack__cluster_leave(&bots[0].cluster);
    join(1, SLACK_ROLE_ALL);
    take(1, 0);
    take(1, 1);
    bots_pass(1000);
    expect("+--- +.-- ");
    give(0, 0);
    bots_pass(500);
    expect("---- ++-- ");
}

/* ---- what fails ---- */

static slack_link_t failed;
static slack_task_t fail_task;

static void fail_all(slack_task_t *task)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&failed)) != NULL) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->status = SLACK_ESTORE;
        op->done(op);
    }
}

static void submit_in_vain(slack_store_t *store, slack_store_op_t *op)
{
    slack__list_push(&failed, &op->link);
    slack__task_post(sw.world.net, &fail_task);
}

/* What runs goes on. */
PERMITS_TEST(a_store_that_fails_lets_deliveries_wait)
{
    join(0, SLACK_ROLE_ALL);
    join(1, SLACK_ROLE_ALL);
    bots_pass(2500);
    take(0, 0);
    bots_pass(500);
    const slack_store_ops_t *works = bots[0].store->ops;
    slack_store_ops_t broken = *works;
    broken.submit = submit_in_vain;
    slack__link_init(&failed);
    slack__link_init(&fail_task.link);
    fail_task.run = fail_all;
    bots[0].store->ops = &broken;
    bots_pass(500);
    take(0, 1);
    take(0, 2);
    bots_pass(2000);
    expect("+..- ---- ");
    give(0, 0); /* its permit is kept, but may be another one's by now */
    bots_pass(500);
    expect("-..- ---- ");
    bots[0].store->ops = works;
    bots_pass(500);
    expect("-++- ---- ");
    assert_int_equal(world_log_count(&sw.world, "deliveries wait for a listener"), 1);
}

static struct strange_row {
    const char *name, *version, *value, *expected;
    unsigned warnings;
} strange[] = {
    {"a_value_of_another_program_is_replaced", "x", "0123456789abcdef 2 0\nx", "++.- ", 0},
    {"an_entry_without_a_version_is_said_once", "", "", "...- ", 1},
    {"a_version_of_another_program_is_said_once", "0123456789abcdefg", "", "...- ", 1},
    {"lines_of_nobody_are_removed", "x", "0123456789abcdef 1 5\n1123456789abcdef 1 0\n", "++.- ",
     0},
};

TEST_EACH_CASE(an_entry, strange, bots_set_up, give_all)
{
    const struct strange_row *row = *state;
    bots_put("running/A1/00000000000000ab", row->version, row->value);
    join(0, SLACK_ROLE_ALL);
    for (int i = 0; i < 3; i++)
        take(0, i);
    bots_pass(1000);
    expect(row->expected);
    assert_int_equal(world_log_count(&sw.world, "delete it"), row->warnings);
}

static bool take_without_memory(size_t nth, bool all)
{
    heap_fail_at(nth, all);
    take(0, 0);
    for (int i = 0; i < 10; i++)
        bots_pass(50);
    const bool failed_one = heap_heal();
    bots_pass(1000);
    assert_true(permits[0][0].has);
    give(0, 0);
    slack__cluster_leave(&bots[0].cluster);
    bots_pass(1000);
    assert_true(slack__list_empty(&bots[0].cluster.permits.pools));
    bots[0].cluster.permits.leaving = false;
    return failed_one;
}

PERMITS_TEST(without_memory_a_delivery_waits)
{
    join(0, SLACK_ROLE_ALL);
    bots_pass(1000);
    assert_true(alloc_fail_attempts(take_without_memory) > 1);
}
