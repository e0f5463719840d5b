/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/ctx.h"
#include "support/app_fixture.h"
#include "support/heap.h"

/* What attempts leave behind of each listener: whatever it is called, whoever wrote it, and however
 * little memory there is, what is done is not run again and what failed is not forgotten. */

static app_fixture_t f;
static char folder[] = "/tmp/slackapp-attempts-XXXXXX";
static char path[64], url[80];

#define LONG_MS (10 * 60 * 1000) /* longer than any wait between attempts */

static void clean(void)
{
    static const char *const files[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, files[i]);
        unlink(name);
    }
}

/* ---- listeners that do as they are told ---- */

static char order[256];

typedef struct part {
    char letter;
    int outcomes[4]; /* of its first runs; then 0 */
    unsigned runs;
} part_t;

static int play(slack_ctx_t *ctx, void *user_data)
{
    part_t *part = user_data;
    size_t len = strlen(order);
    snprintf(order + len, sizeof order - len, "%c", part->letter);
    return part->runs < 4 ? part->outcomes[part->runs++] : 0;
}

static unsigned deads;
static slack_dead_t last_dead;
static char dead_error[128];

static void on_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    last_dead = *dead;
    snprintf(dead_error, sizeof dead_error, "%s", dead->error);
    deads++;
}

/* ---- the app ---- */

static void open_app(const char *store, unsigned max_attempts)
{
    app_open(&f, &(slack_options_t){.store = store, .max_attempts = max_attempts});
    slack_on_dead(f.app, on_dead, NULL);
    *order = '\0';
    deads = 0;
}

static void listen_as(const char *name, part_t *part)
{
    const slack_listener_t listener = {
        .kind = SLACK_KIND_EVENT, .name = name, .fn = play, .user_data = part};
    assert_int_equal(slack_listen(f.app, &listener), 0);
}

/* The loop until nothing of the deliveries is left on it. */
static void settle(void)
{
    while (f.app->live_count > 0 || f.app->backlog.claiming)
        app_turn(&f);
}

static void pass_ms(uint64_t ms)
{
    settle(); /* what the start claims */
    f.skew_us += ms * 1000;
    slack__backlog_poll(f.app);
    settle();
}

static void event(const char *id)
{
    char body[128];
    app_ack_t ack = {0};
    snprintf(body, sizeof body, "{\"event_id\":\"%s\",\"event\":{\"type\":\"x\"}}", id);
    app_inject(&f, body, &ack);
    app_run_until(&f, &ack.count);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    settle();
}

/* ---- an operation of another program on the app's store ---- */

static bool op_ended;

static void on_op(slack_store_op_t *op)
{
    assert_int_equal(op->status, 0);
    op_ended = true;
}

static void apply(slack_store_op_t *op)
{
    op_ended = false;
    op->done = on_op;
    slack__link_init(&op->link);
    f.app->store->ops->submit(f.app->store, op);
    while (!op_ended)
        app_turn(&f);
}

static void replay(void)
{
    slack_store_batch_t batch = {0};
    slack_store_op_t op = {.kind = SLACK_STORE_RETRY, .batch = &batch};
    apply(&op);
    assert_int_equal(batch.count, 1);
    pass_ms(LONG_MS);
}

/* A row that waits for its second attempt, with this record of the first. */
static void leave_row(const char *record)
{
    slack_store_op_t put = {.kind = SLACK_STORE_PUT,
                            .claim = true,
                            .row = {.key = slack__slice(record),
                                    .kind = SLACK_SLICE("event"),
                                    .name = SLACK_SLICE("x"),
                                    .payload = SLACK_SLICE("{\"event\":"
                                                           "{\"type\":\"x\"}}")}};
    apply(&put);
    slack_store_op_t wait = {.kind = SLACK_STORE_WAIT, .row = put.row};
    wait.row.done = slack__slice(record);
    apply(&wait);
    pass_ms(LONG_MS);
}

/* ---- names ---- */

/* Each of the listeners fails once, and that one alone is run again. */
static void test_names_of_any_kind(void **state)
{
    static const char *const names[] = {
        "a\nb",  "a\nb#2", "a\x1fnb", "a\\nb", "c", "c",  "c",  "c#2",
        "c#2#1", "=1 2",   "-3 x y",  " ",     "#", "#1", "+c",
    };
    const size_t count = sizeof names / sizeof *names;
    part_t parts[sizeof names / sizeof *names];
    clean();
    open_app(url, 0);
    for (size_t i = 0; i < count; i++)
        listen_as(names[i], &parts[i]);
    app_ready(&f);
    for (size_t failing = 0; failing < count; failing++) {
        char id[16];
        for (size_t i = 0; i < count; i++)
            parts[i] = (part_t){.letter = (char)('a' + i)};
        parts[failing].outcomes[0] = SLACK_EIO;
        snprintf(id, sizeof id, "Ev%zu", failing);
        *order = '\0';
        event(id);
        assert_string_equal(order, "abcdefghijklmno");
        *order = '\0';
        pass_ms(LONG_MS);
        assert_int_equal(*order, 'a' + failing);
        pass_ms(LONG_MS);
        assert_int_equal(strlen(order), 1);
    }
    app_close(&f);
}

/* ---- records of programs before this one ---- */

static void test_room_that_was_wanting(void **state)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EIO, SLACK_EIO}}, b = {.letter = 'b'};
    clean();
    open_app(url, 2);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&f);
    leave_row("=3\n+b\n");
    assert_string_equal(order, "a");
    assert_int_equal(deads, 0); /* three attempts did not count */
    pass_ms(LONG_MS);
    assert_string_equal(order, "aa");
    assert_int_equal(deads, 1);
    app_close(&f);
}

static void test_a_failure_without_its_code(void **state)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EINVAL, SLACK_EINVAL}}, b = {.letter = 'b'};
    clean();
    open_app(url, 0);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&f);
    leave_row("=1\n+b\n-a\n");
    assert_string_equal(order, "a"); /* nobody knows any more why it failed */
    assert_int_equal(deads, 1);
    assert_string_equal(dead_error, "a: SLACK_EINVAL");
    replay();
    assert_string_equal(order, "aa");
    assert_int_equal(deads, 2);
    app_close(&f);
}

/* What cannot have been written by any program is no reason to fall over. */
static void test_a_record_that_is_none(void **state)
{
    static const char *const records[] = {
        "=",
        "=\n",
        "\n\n\n",
        "-",
        "- \n",
        "-5",
        "-5 \n",
        "-5 x",
        "+",
        "=1 2 3",
        "=x y\n+",
        "-5  \n+b\n",
        "+b",
        "\n=1 1\n+b\n",
        "-0 x b",
        "?b\n",
        "=9999999999999999999999 9999999999999999999999\n",
    };
    part_t a = {.letter = 'a'}, b = {.letter = 'b'};
    clean();
    open_app(url, 0);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&f);
    for (unsigned i = 0; i < sizeof records / sizeof *records; i++) {
        *order = '\0';
        leave_row(records[i]);
        assert_true(*order == 'a');
        pass_ms(LONG_MS);
        slack_store_batch_t batch = {0};
        slack_store_op_t stats = {.kind = SLACK_STORE_STATS, .batch = &batch};
        apply(&stats);
        assert_int_equal(batch.counts[SLACK_ROW_DONE] + batch.counts[SLACK_ROW_DEAD], i + 1);
    }
    app_close(&f);
}

/* ---- listeners that come and go ---- */

static void test_a_listener_that_is_gone(void **state)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EINVAL}};
    part_t b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    clean();
    open_app(url, 0);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&f);
    event("Ev1");
    assert_string_equal(order, "ab");
    assert_int_equal(deads, 0);
    app_close(&f);

    open_app(url, 0);
    listen_as("b", &b);
    app_ready(&f);
    pass_ms(LONG_MS);
    assert_string_equal(order, "b");
    assert_int_equal(deads, 1); /* that it is gone heals nothing */
    assert_string_equal(dead_error, "a: SLACK_EINVAL");
    replay();
    assert_string_equal(order, "b"); /* it was done, though it was the only one */
    assert_int_equal(deads, 1);
    app_close(&f);
}

static void test_the_last_of_them_is_gone(void **state)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EINVAL}};
    part_t b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    clean();
    open_app(url, 0);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&f);
    event("Ev1");
    app_close(&f);

    open_app(url, 0);
    app_ready(&f);
    pass_ms(LONG_MS);
    assert_int_equal(deads, 1);
    app_close(&f);
}

/* ---- both kinds of failure ---- */

/* The attempt that is the last one anyway. */
static void test_the_failure_for_good_is_named(void **state)
{
    for (unsigned max = 1; max <= 2; max++) {
        part_t a = {.letter = 'a', .outcomes = {SLACK_EIO, SLACK_EIO}};
        part_t b = {.letter = 'b', .outcomes = {SLACK_EINVAL}}, c = {.letter = 'c'};
        clean();
        open_app(url, max);
        listen_as("a", &a);
        listen_as("b", &b);
        listen_as("c", &c);
        app_ready(&f);
        event("Ev1");
        pass_ms(LONG_MS);
        assert_string_equal(order, max == 1 ? "abc" : "abca");
        assert_int_equal(deads, 1);
        assert_int_equal(last_dead.status, SLACK_EINVAL);
        assert_string_equal(dead_error, "b: SLACK_EINVAL");
        *order = '\0';
        b.runs = 1;
        replay();
        assert_string_equal(order, "ab");
        app_close(&f);
    }
}

/* ---- out of memory ---- */

/* The delivery's own memory is all used, and there is no more. */
static void use_up(slack_ctx_t *ctx)
{
    heap_fail_at(0, true);
    while (slack__arena_strndup(ctx->d->arena, "", 0)) {
    }
}

static int use_up_and_end(slack_ctx_t *ctx, void *user_data)
{
    play(ctx, user_data);
    use_up(ctx);
    return 0;
}

static int use_up_and_fail(slack_ctx_t *ctx, void *user_data)
{
    play(ctx, user_data);
    use_up(ctx);
    slack__step_failed(ctx, SLACK_EAPI, "channel_not_found");
    return SLACK_EAPI;
}

/* What is done is recorded all the same. */
static void test_no_memory_for_a_record(void **state)
{
    part_t a = {.letter = 'a'}, b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    clean();
    open_app(url, 0);
    assert_int_equal(slack_on_event(f.app, "x", use_up_and_end, &a), 0);
    listen_as("b", &b);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, "{\"event_id\":\"Ev1\",\"event\":{\"type\":\"x\"}}", &ack);
    while (b.runs == 0)
        app_turn(&f);
    app_spin(&f);
    assert_true(heap_heal());
    pass_ms(LONG_MS); /* the end can be noted */
    pass_ms(LONG_MS);
    assert_string_equal(order, "abb");
    app_close(&f);
}

static void test_no_memory_for_a_reason(void **state)
{
    part_t a = {.letter = 'a'};
    clean();
    open_app(url, 0);
    assert_int_equal(slack_on_event(f.app, "x", use_up_and_fail, &a), 0);
    app_ready(&f);
    app_ack_t ack = {0};
    app_inject(&f, "{\"event_id\":\"Ev1\",\"event\":{\"type\":\"x\"}}", &ack);
    while (a.runs == 0)
        app_turn(&f);
    app_spin(&f);
    assert_true(heap_heal());
    pass_ms(LONG_MS);
    pass_ms(LONG_MS);
    assert_string_equal(order, "a"); /* that does not heal */
    assert_int_equal(deads, 1);
    assert_int_equal(last_dead.status, SLACK_EAPI);
    app_close(&f);
}

static part_t good, hopeless, passing;

/* One allocation fails, of all that are made for an event with one listener of each kind. */
static bool each_kind(unsigned nth)
{
    char body[128];
    app_ack_t ack = {0};
    snprintf(body, sizeof body, "{\"event_id\":\"Ev%u\",\"event\":{\"type\":\"x\"}}", nth);
    good.runs = hopeless.runs = passing.runs = deads = 0;
    *order = *f.log = '\0';
    app_prepare(&f, body, &ack);
    heap_fail_at(nth, false);
    unsigned taken = app_inject_prepared(&f);
    if (taken) app_run_until(&f, &ack.count);
    for (int i = 0; i < 3; i++)
        pass_ms(LONG_MS);
    bool failed = heap_heal();
    for (int i = 0; i < 3; i++)
        pass_ms(LONG_MS);
    if (!taken || ack.outcome != SLACK_ACK_OK) return failed;
    if (strcmp(order, "abcc") != 0) fail_msg("allocation %u failing: %s\n%s", nth, order, f.log);
    assert_int_equal(deads, 1);
    assert_int_equal(last_dead.status, SLACK_EINVAL);
    return failed;
}

static void test_allocations(void **state)
{
    size_t live = heap_live();
    unsigned nth = 0;
    good = (part_t){.letter = 'a'};
    hopeless = (part_t){.letter = 'b', .outcomes = {SLACK_EINVAL, SLACK_EINVAL}};
    passing = (part_t){.letter = 'c', .outcomes = {SLACK_EIO}};
    clean();
    open_app(url, 0);
    listen_as("same", &good);
    listen_as("same", &hopeless);
    listen_as("same", &passing);
    app_ready(&f);
    while (each_kind(nth))
        nth++;
    assert_true(nth > 3);
    app_close(&f);
    assert_int_equal(heap_live(), live);
}

int main(void)
{
    heap_install();
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/inbox.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_any_kind),
        cmocka_unit_test(test_room_that_was_wanting),
        cmocka_unit_test(test_a_failure_without_its_code),
        cmocka_unit_test(test_a_record_that_is_none),
        cmocka_unit_test(test_a_listener_that_is_gone),
        cmocka_unit_test(test_the_last_of_them_is_gone),
        cmocka_unit_test(test_the_failure_for_good_is_named),
        cmocka_unit_test(test_no_memory_for_a_record),
        cmocka_unit_test(test_no_memory_for_a_reason),
        cmocka_unit_test(test_allocations),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    clean();
    rmdir(folder);
    return failed;
}
