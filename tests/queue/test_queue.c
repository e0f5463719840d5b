/* SPDX-License-Identifier: MIT */
#include "queue/queue.h"
#include "support/test.h"
#include "support/world.h"
#include "util/alloc.h"

#include <slack/error.h>

/* A queue with consumers of the test's own, on a store in memory. */

static world_t world;
static slack_queue_t queue;
static atomic_size_t bytes;
static char notes[256]; /* the rows that have begun and ended */
static bool waits, holds, starts;
static unsigned unwilling; /* how many rows are not taken */
static size_t room;

typedef struct thing {
    slack_arena_t *arena;
    slack_queue_item_t item;
} thing_t;

static thing_t *last;

static void note(const char *sign, slack_slice_t name)
{
    const size_t len = strlen(notes);
    snprintf(notes + len, sizeof notes - len, "%s%.*s ", sign, (int)name.len, name.ptr);
}

static const slack_consumer_t consumers[2];

static bool thing_begin(const slack_consumer_t *consumer, const slack_row_t *row)
{
    if (unwilling > 0 && unwilling--) return false;
    slack_arena_t *arena = slack__arena_new(0, 0);
    thing_t *thing = slack__arena_calloc(arena, sizeof *thing);
    thing->arena = arena;
    thing->item.queue = &queue;
    thing->item.consumer = consumer;
    assert_true(slack__row_copy(arena, &thing->item.op.row, row));
    slack__link_init(&thing->item.op.link);
    note(*consumer->kind ? "" : "?", row->name);
    last = thing;
    if (starts) slack__queue_starting(&thing->item);
    if (!holds) slack__queue_end(&thing->item); /* while the queue begins rows */
    return true;
}

static bool known_begin(void *data, const slack_row_t *row)
{
    return thing_begin(&consumers[0], row);
}

static bool other_begin(void *data, const slack_row_t *row)
{
    return thing_begin(&consumers[1], row);
}

static int thing_decide(slack_queue_item_t *item)
{
    item->op.kind = waits ? SLACK_STORE_WAIT : SLACK_STORE_FINISH;
    item->op.row.due_ms = slack__wall_ms(&world.clock) + 1000;
    waits = false;
    return 0;
}

static void thing_lost(slack_queue_item_t *item)
{
    note("!", item->op.row.name);
}

static void thing_ended(slack_queue_item_t *item)
{
    note(item->op.status == 0 ? "." : "x", item->op.row.name);
    slack__arena_free(SLACK_CONTAINER(item, thing_t, item)->arena);
}

static const slack_consumer_t consumers[2] = {
    {"known", known_begin, thing_decide, thing_lost, thing_ended},
    {"", other_begin, thing_decide, thing_lost, thing_ended},
};

static size_t queue_room(void *data, size_t *ret_bytes)
{
    *ret_bytes = 1 << 20;
    return room > queue.starting ? room - queue.starting : 0;
}

static void queue_looking(void *data)
{
}

static const slack_queue_host_t host = {.room = queue_room, .looking = queue_looking};

static void put_done(slack_store_op_t *op)
{
    assert_int_equal(op->status, 0);
    op->kind = SLACK_STORE_STATS;
}

static void put_of(const char *tenant, const char *kind, const char *name, const char *order,
                   unsigned in_ms)
{
    slack_store_op_t op = {.kind = SLACK_STORE_PUT,
                           .row = {.kind = slack__slice(kind),
                                   .name = slack__slice(name),
                                   .order = slack__slice(order),
                                   .tenant = slack__slice(tenant),
                                   .due_ms = slack__wall_ms(&world.clock) + in_ms},
                           .done = put_done};
    slack__link_init(&op.link);
    slack__queue_submit(&queue, &op);
    world_until(&world, op.kind == SLACK_STORE_STATS);
}

static void put(const char *kind, const char *name, const char *order)
{
    put_of("", kind, name, order, 0);
}

static int set_up(void **state)
{
    queue = (slack_queue_t){.host = &host, .bytes = &bytes};
    *notes = '\0';
    waits = holds = starts = false;
    unwilling = 0;
    room = 10;
    assert_true(world_open(&world));
    assert_int_equal(slack__store_open(&queue.store, world.net, "memory:", NULL), 0);
    queue.net = world.net;
    slack__queue_init(&queue);
    slack__queue_consume(&queue, consumers, 2, NULL);
    return 0;
}

static int tear_down(void **state)
{
    bool closed = false;
    if (!slack__queue_is_closed(&queue)) slack__queue_close(&queue);
    queue.store->ops->close(queue.store, world_set_flag, &closed);
    world_until(&world, closed);
    world_close(&world);
    return 0;
}

static void expect(const char *expected)
{
    for (int i = 0; i < 20; i++)
        world_pass_ms(&world, 1);
    assert_string_equal(notes, expected);
    *notes = '\0';
}

static void test_each_kind_has_its_consumer(void **state)
{
    put("known", "a", "");
    put("strange", "b", "");
    put("", "c", "");
    slack__queue_start(&queue);
    expect("a ?b ?c .a .b .c ");
}

/* Ends while rows begin, of rows in one order and of others. */
static void test_rows_that_end_at_once(void **state)
{
    put("known", "a1", "a");
    put("known", "a2", "a");
    put("known", "b1", "");
    put("known", "a3", "a");
    slack__queue_start(&queue);
    expect("a1 b1 .a1 .b1 a2 .a2 a3 .a3 ");
}

static void test_a_row_is_offered_again(void **state)
{
    put("known", "a", "");
    unwilling = 2;
    slack__queue_start(&queue);
    expect("");
    world_pass_ms(&world, 100);
    world_pass_ms(&world, 100);
    expect("a .a ");
    waits = true;
    put("known", "b", "");
    slack__queue_look(&queue);
    expect("b .b "); /* the end of an attempt, and the next one in a second */
    world_pass_ms(&world, 1000);
    expect("b .b ");
}

static void test_no_room(void **state)
{
    put("known", "a", "");
    room = 0;
    slack__queue_start(&queue);
    expect("");
    room = 1;
    world_pass_ms(&world, 100);
    expect("a .a ");
}

/* A row that takes its room later keeps it free until then, or until its end. */
static void test_rows_that_start_have_their_room(void **state)
{
    starts = holds = true;
    room = 1;
    put("known", "a", "");
    put("known", "b", "");
    put("known", "c", "");
    slack__queue_start(&queue);
    world_pass_ms(&world, 200);
    expect("a ");
    thing_t *a = last;
    slack__queue_started(&a->item);
    slack__queue_started(&a->item); /* once is enough */
    world_pass_ms(&world, 100);
    expect("b ");
    slack__queue_end(&last->item);
    world_pass_ms(&world, 100);
    expect(".b c ");
    assert_int_equal(queue.starting, 1);
    slack__queue_end(&last->item);
    slack__queue_end(&a->item);
    expect(".c .a ");
    assert_int_equal(queue.starting, 0);
}

/* The store closes: an end is given back, and the next process has the row. */
static void test_a_detached_queue(void **state)
{
    holds = true;
    put("known", "a", "b");
    slack__queue_start(&queue);
    expect("a ");
    slack__queue_close(&queue);
    slack__queue_detach(&queue);
    waits = true;
    slack__queue_end(&last->item);
    expect("xa ");
    assert_false(slack__queue_has_room(&queue));
}

/* A store that refuses operations for a while. */
static void (*real_submit)(slack_store_t *store, slack_store_op_t *op);
static int refusal;

static void refusing_submit(slack_store_t *store, slack_store_op_t *op)
{
    if (refusal == 0 || op->kind == SLACK_STORE_CLAIM) {
        real_submit(store, op);
        return;
    }
    op->status = refusal;
    if (refusal == SLACK_EBUSY) refusal = 0;
    op->done(op);
}

static void test_an_end_that_is_not_stored(void **state)
{
    slack_store_ops_t ops = *queue.store->ops;
    real_submit = ops.submit;
    ops.submit = refusing_submit;
    queue.store->ops = &ops;
    holds = true;
    put("known", "a", "");
    slack__queue_start(&queue);
    expect("a ");
    refusal = SLACK_ESTORE;
    slack__queue_end(&last->item);
    world_pass_ms(&world, 1000);
    expect("");
    refusal = 0;
    world_pass_ms(&world, 1000);
    expect(".a ");

    put("known", "b", ""); /* no room to keep it */
    slack__queue_look(&queue);
    expect("b ");
    waits = true;
    refusal = SLACK_EBUSY;
    slack__queue_end(&last->item);
    expect("!b .b ");

    put("known", "c", ""); /* the queue closes before */
    slack__queue_look(&queue);
    expect("c ");
    refusal = SLACK_ESTORE;
    slack__queue_end(&last->item);
    slack__queue_close(&queue);
    expect("xc ");
    refusal = 0;
    queue.store->ops = &slack__store_memory;
}

/* ---- a tenant that leaves ---- */

static unsigned cancels, cancel_ops;
static int cancel_status;
static size_t cancel_count;

static void on_canceled(void *user_data, int status, size_t count)
{
    cancels++;
    cancel_status = status;
    cancel_count = count;
}

static int cancel(const char *team, unsigned rows)
{
    cancels = cancel_ops = 0;
    for (unsigned i = 0; i < rows; i++)
        put_of("{\"installation\":\"T1\"}", "known", "x", "", 1000);
    const slack_tenant_t tenant = {.team_id = team};
    return slack__queue_cancel_tenant(&queue, &tenant, 0, on_canceled, NULL);
}

static void counting_submit(slack_store_t *store, slack_store_op_t *op)
{
    if (op->kind == SLACK_STORE_CANCEL_TENANT) {
        cancel_ops++;
        assert_in_range(op->batch->limit, 1, 100);
    }
    real_submit(store, op);
}

/* A few rows at a time, and one end. */
static void test_a_tenant_that_leaves(void **state)
{
    slack_store_ops_t ops = *queue.store->ops;
    real_submit = ops.submit;
    ops.submit = counting_submit;
    queue.store->ops = &ops;
    assert_int_equal(cancel("T1", 0), SLACK_ECANCELED); /* not open yet */
    slack__queue_start(&queue);
    put_of("{\"installation\":\"T1\"}", "known", "first", "k", 1000);
    put_of("{\"installation\":\"T12\"}", "known", "behind", "k", 0);
    put_of("{\"installation\":\"T12\"}", "known", "other", "", 1000);
    assert_int_equal(cancel("", 0), SLACK_EINVAL);
    assert_int_equal(cancel("T1", 250), 0);
    assert_int_equal(cancels, 0); /* never before the return */
    expect("behind .behind ");
    assert_int_equal(cancels, 1);
    assert_int_equal(cancel_status, 0);
    assert_int_equal(cancel_count, 251);
    assert_int_equal(cancel_ops, 4); /* 100, 100, 51, 0 */
    world_pass_ms(&world, 1000);
    expect("other .other ");
    queue.store->ops = &slack__store_memory;
}

static void test_a_tenant_that_leaves_while_the_queue_ends(void **state)
{
    slack__queue_start(&queue);
    assert_int_equal(cancel("T1", 150), 0);
    slack__queue_close(&queue);
    world_until(&world, cancels == 1);
    assert_int_equal(cancel_status, SLACK_ECANCELED);
    assert_int_equal(cancel_count, 100);
    assert_int_equal(cancel("T1", 0), SLACK_ECANCELED);
    assert_int_equal(cancels, 0);
}

static void test_a_tenant_that_leaves_a_store_that_fails(void **state)
{
    slack_store_ops_t ops = *queue.store->ops;
    slack__queue_start(&queue);
    expect("");
    real_submit = ops.submit;
    ops.submit = refusing_submit;
    queue.store->ops = &ops;
    refusal = SLACK_ESTORE;
    assert_int_equal(cancel("T1", 0), 0);
    assert_int_equal(cancels, 1);
    assert_int_equal(cancel_status, SLACK_ESTORE);
    refusal = 0;
    queue.store->ops = &slack__store_memory;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_kind_has_its_consumer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_that_end_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_row_is_offered_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_that_start_have_their_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_detached_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_end_that_is_not_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tenant_that_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_tenant_that_leaves_while_the_queue_ends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_tenant_that_leaves_a_store_that_fails, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
