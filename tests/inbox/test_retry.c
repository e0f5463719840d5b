/* SPDX-License-Identifier: MIT */
#include "app/inspect.h"
#include "support/heap.h"
#include "support/inbox.h"
#include "support/store_file.h"
#include "support/test.h"

/* The results of listeners that are stored with a row. For any listener's name, any stored text,
 * and when memory runs out, a listener that succeeded is not run again and a failure is not
 * lost. */

/* ---- listeners whose results a case sets ---- */

typedef struct part {
    char letter;
    int outcomes[4]; /* of the first four runs; later ones return 0 */
    unsigned runs;
} part_t;

static int play(slack_ctx_t *ctx, void *user_data)
{
    part_t *part = user_data;
    inbox_note((char[]){part->letter, '\0'});
    return part->runs < 4 ? part->outcomes[part->runs++] : 0;
}

/* ---- the app ---- */

static void open_app(const char *store, unsigned max_attempts)
{
    inbox_open(store, &(slack_options_t){.max_attempts = max_attempts});
}

static void listen_as(const char *name, part_t *part)
{
    const slack_listener_t listener = {
        .kind = SLACK_KIND_EVENT, .name = name, .fn = play, .user_data = part};
    assert_int_equal(slack_listen(inbox.f.app, &listener), 0);
}

static void event(const char *id)
{
    char body[128];
    app_ack_t ack = {0};
    snprintf(body, sizeof body, "{'event_id':'%s','event':{'type':'x'}}", id);
    app_deliver(&inbox.f, body, &ack);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
    app_settle(&inbox.f);
}

/* ---- the store as another program uses it ---- */

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
    slack__inspect_store(inbox.f.app)->ops->submit(slack__inspect_store(inbox.f.app), op);
    world_until(&inbox.f.world, op_ended);
}

static void replay(void)
{
    slack_store_batch_t batch = {.now_ms = INT64_MAX};
    slack_store_op_t op = {.kind = SLACK_STORE_RETRY, .batch = &batch};
    apply(&op);
    assert_int_equal(batch.count, 1);
    app_pass_and_claim(&inbox.f, LONG_MS);
}

/* Leaves a row that waits for its second attempt, with these results of the first. */
static void leave_row(const char *record)
{
    slack_store_op_t put = {.kind = SLACK_STORE_PUT,
                            .claim = true,
                            .row = {.key = slack__slice(record),
                                    .app = SLACK_SLICE(FAKE_SLACK_APP),
                                    .kind = SLACK_SLICE("event"),
                                    .name = SLACK_SLICE("x"),
                                    .payload = SLACK_SLICE("{\"event\":"
                                                           "{\"type\":\"x\"}}")}};
    apply(&put);
    slack_store_op_t wait = {.kind = SLACK_STORE_WAIT, .row = put.row};
    wait.row.done = slack__slice(record);
    apply(&wait);
    app_pass_and_claim(&inbox.f, LONG_MS);
}

/* ---- names ---- */

/* One listener fails at a time, and only that one is run again. */
INBOX_CLOSED(test_names_of_any_kind)
{
    static const char *const names[] = {
        "a\nb",  "a\nb#2", "a\x1fnb", "a\\nb", "c", "c",  "c",  "c#2",
        "c#2#1", "=1 2",   "-3 x y",  " ",     "#", "#1", "+c",
    };
    const size_t count = sizeof names / sizeof *names;
    part_t parts[sizeof names / sizeof *names];
    open_app(store_file_url(), 0);
    for (size_t i = 0; i < count; i++)
        listen_as(names[i], &parts[i]);
    app_ready(&inbox.f);
    for (size_t failing = 0; failing < count; failing++) {
        char id[16];
        for (size_t i = 0; i < count; i++)
            parts[i] = (part_t){.letter = (char)('a' + i)};
        parts[failing].outcomes[0] = SLACK_EIO;
        snprintf(id, sizeof id, "Ev%zu", failing);
        *inbox.order = '\0';
        event(id);
        assert_string_equal(inbox.order, "abcdefghijklmno");
        *inbox.order = '\0';
        app_pass_and_claim(&inbox.f, LONG_MS);
        assert_int_equal(*inbox.order, 'a' + failing);
        app_pass_and_claim(&inbox.f, LONG_MS);
        assert_int_equal(strlen(inbox.order), 1);
    }
}

/* ---- malformed results ---- */

/* No program writes these texts. The row is still run, and ends. */
INBOX_CLOSED(test_a_record_that_is_none)
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
    store_file_clean();
    open_app(store_file_url(), 0);
    listen_as("a", &a);
    listen_as("b", &b);
    app_ready(&inbox.f);
    for (unsigned i = 0; i < sizeof records / sizeof *records; i++) {
        *inbox.order = '\0';
        leave_row(records[i]);
        assert_true(*inbox.order == 'a');
        app_pass_and_claim(&inbox.f, LONG_MS);
        slack_store_batch_t batch = {0};
        slack_store_op_t stats = {.kind = SLACK_STORE_STATS, .batch = &batch};
        apply(&stats);
        assert_int_equal(batch.counts[SLACK_ROW_DONE] + batch.counts[SLACK_ROW_DEAD], i + 1);
    }
}

/* ---- listeners that come and go ---- */

/* Listener a fails for good, b temporarily; then the process ends. */
static void fail_both(part_t *a, part_t *b)
{
    store_file_clean();
    open_app(store_file_url(), 0);
    listen_as("a", a);
    listen_as("b", b);
    app_ready(&inbox.f);
    event("Ev1");
    assert_string_equal(inbox.order, "ab");
    assert_int_equal(inbox.deads, 0);
    app_close(&inbox.f);
}

INBOX_CLOSED(test_a_listener_that_is_gone)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EINVAL}};
    part_t b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    fail_both(&a, &b);

    open_app(store_file_url(), 0);
    listen_as("b", &b);
    app_ready(&inbox.f);
    app_settle(&inbox.f); /* the start's own claim */
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "b");
    assert_int_equal(inbox.deads, 1); /* a's failure counts though a is gone */
    assert_string_equal(inbox.dead_error, "a: SLACK_EINVAL invalid argument");
    replay();
    assert_string_equal(inbox.order, "b"); /* b had succeeded and is not run */
    assert_int_equal(inbox.deads, 1);
}

INBOX_CLOSED(test_the_last_of_them_is_gone)
{
    part_t a = {.letter = 'a', .outcomes = {SLACK_EINVAL}};
    part_t b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    fail_both(&a, &b);

    open_app(store_file_url(), 0);
    app_ready(&inbox.f);
    app_settle(&inbox.f); /* the start's own claim */
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_int_equal(inbox.deads, 1);
}

/* ---- both kinds of failure ---- */

/* With the last attempt every failure is final; the row names the permanent one. */
TEST(test_the_failure_for_good_is_named)
{
    for (unsigned max = 1; max <= 2; max++) {
        part_t a = {.letter = 'a', .outcomes = {SLACK_EIO, SLACK_EIO}};
        part_t b = {.letter = 'b', .outcomes = {SLACK_EINVAL}}, c = {.letter = 'c'};
        store_file_clean();
        open_app(store_file_url(), max);
        listen_as("a", &a);
        listen_as("b", &b);
        listen_as("c", &c);
        app_ready(&inbox.f);
        event("Ev1");
        app_pass_and_claim(&inbox.f, LONG_MS);
        assert_string_equal(inbox.order, max == 1 ? "abc" : "abca");
        assert_int_equal(inbox.deads, 1);
        assert_int_equal(inbox.last_dead.status, SLACK_EINVAL);
        assert_string_equal(inbox.dead_error, "b: SLACK_EINVAL invalid argument");
        *inbox.order = '\0';
        b.runs = 1;
        replay();
        assert_string_equal(inbox.order, "ab");
        app_close(&inbox.f);
    }
}

/* ---- slack_listener_t.attempts ---- */

/* Listener a has a number of attempts of its own; b fails twice and has the default. */
TEST(test_attempts_of_a_listener)
{
    static const struct {
        unsigned attempts;
        int outcomes[4];
        const char *order, *error;
    } cases[] = {
        {0, {SLACK_EIO, SLACK_EIO}, "ababab", ""},
        {1, {SLACK_EIO}, "abbb", "a: SLACK_EIO input or output failed"},
        {1, {0}, "abbb", ""},
        {1, {SLACK_EBUSY}, "abbb", "a: SLACK_EBUSY a limit was reached, try again later"},
        {2, {SLACK_EIO, SLACK_ECLOSED}, "ababb", "a: SLACK_ECLOSED the connection is closed"},
        {2, {SLACK_EIO}, "ababb", ""},
        {3, {SLACK_EIO, SLACK_EINVAL}, "ababb", "a: SLACK_EINVAL invalid argument"},
        {99,
         {SLACK_EIO, SLACK_EIO, SLACK_EIO, SLACK_EIO},
         "abababa",
         "a: SLACK_EIO the handler returned SLACK_EIO, input or output failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        part_t a = {.letter = 'a'}, b = {.letter = 'b', .outcomes = {SLACK_EIO, SLACK_EIO}};
        slack_listener_t limited = {.kind = SLACK_KIND_EVENT, .name = "a", .fn = play};
        limited.attempts = cases[i].attempts;
        limited.user_data = &a;
        memcpy(a.outcomes, cases[i].outcomes, sizeof a.outcomes);
        open_app("memory:", 4);
        assert_int_equal(slack_listen(inbox.f.app, &limited), 0);
        listen_as("b", &b);
        app_ready(&inbox.f);
        event("Ev1");
        for (int n = 0; n < 5; n++)
            app_pass_and_claim(&inbox.f, LONG_MS);
        assert_string_equal(inbox.order, cases[i].order);
        assert_string_equal(inbox.dead_error, cases[i].error);
        assert_int_equal(inbox.deads, *cases[i].error != '\0');
        app_close(&inbox.f);
    }
}

/* ---- out of memory ---- */

/* Uses up the delivery's arena and makes every later allocation fail. */
static void use_up(slack_ctx_t *ctx)
{
    heap_fail_at(0, true);
    while (slack__arena_strndup(slack__inspect_delivery(ctx)->arena, "", 0)) {
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
    slack__inspect_fail_listener(ctx, SLACK_EAPI, "channel_not_found");
    return SLACK_EAPI;
}

/* A success is recorded even if there was no memory for it at first. */
INBOX_CLOSED(test_no_memory_for_a_record)
{
    part_t a = {.letter = 'a'}, b = {.letter = 'b', .outcomes = {SLACK_EIO}};
    open_app(store_file_url(), 0);
    assert_int_equal(slack_on_event(inbox.f.app, "x", use_up_and_end, &a), 0);
    listen_as("b", &b);
    app_ready(&inbox.f);
    app_inject(&inbox.f, "{'event_id':'Ev1','event':{'type':'x'}}", &inbox.f.ack);
    world_until(&inbox.f.world, b.runs != 0);
    app_spin(&inbox.f);
    assert_true(heap_heal());
    app_pass_and_claim(&inbox.f, LONG_MS); /* now its end can be stored */
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "abb");
}

INBOX_CLOSED(test_no_memory_for_a_reason)
{
    part_t a = {.letter = 'a'};
    open_app(store_file_url(), 0);
    assert_int_equal(slack_on_event(inbox.f.app, "x", use_up_and_fail, &a), 0);
    app_ready(&inbox.f);
    app_inject(&inbox.f, "{'event_id':'Ev1','event':{'type':'x'}}", &inbox.f.ack);
    world_until(&inbox.f.world, a.runs != 0);
    app_spin(&inbox.f);
    assert_true(heap_heal());
    app_pass_and_claim(&inbox.f, LONG_MS);
    app_pass_and_claim(&inbox.f, LONG_MS);
    assert_string_equal(inbox.order, "a"); /* a permanent failure */
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.status, SLACK_EAPI);
}

static part_t good, hopeless, passing;

/* Delivers an event with a listener for each kind of result while the nth allocation fails. */
static bool each_kind(unsigned nth)
{
    char body[128];
    app_ack_t ack = {0};
    snprintf(body, sizeof body, "{'event_id':'Ev%u','event':{'type':'x'}}", nth);
    good.runs = hopeless.runs = passing.runs = inbox.deads = 0;
    *inbox.order = '\0';
    world_forget_log(&inbox.f.world);
    app_prepare(&inbox.f, body, &ack);
    heap_fail_at(nth, false);
    unsigned taken = app_inject_prepared(&inbox.f);
    if (taken) app_run_until(&inbox.f, &ack.count);
    for (int i = 0; i < 3; i++)
        app_pass_and_claim(&inbox.f, LONG_MS);
    bool failed = heap_heal();
    for (int i = 0; i < 3; i++)
        app_pass_and_claim(&inbox.f, LONG_MS);
    if (!taken || ack.outcome != SLACK_ACK_OK) return failed;
    if (strcmp(inbox.order, "abcc") != 0)
        fail_msg("allocation %u failing: %s\n%s", nth, inbox.order, inbox.f.world.log);
    assert_int_equal(inbox.deads, 1);
    assert_int_equal(inbox.last_dead.status, SLACK_EINVAL);
    return failed;
}

TEST(test_allocations)
{
    size_t live = heap_live();
    unsigned nth = 0;
    good = (part_t){.letter = 'a'};
    hopeless = (part_t){.letter = 'b', .outcomes = {SLACK_EINVAL, SLACK_EINVAL}};
    passing = (part_t){.letter = 'c', .outcomes = {SLACK_EIO}};
    store_file_clean();
    open_app(store_file_url(), 0);
    listen_as("same", &good);
    listen_as("same", &hopeless);
    listen_as("same", &passing);
    app_ready(&inbox.f);
    while (each_kind(nth))
        nth++;
    assert_true(nth > 3);
    app_close(&inbox.f);
    assert_int_equal(heap_live(), live);
}
