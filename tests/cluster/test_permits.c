/* SPDX-License-Identifier: MIT */
#include "cluster/permits.h"
#include "support/dice.h"
#include "support/test.h"

/*
 * Processes that share the bound of a listener, against a model of the store, for thousands of
 * seeds. Time goes in steps.
 */

#define PROCESSES 6
#define SEEDS     2000
#define STEP_MS   5
#define RUNS      64

typedef struct process {
    bool alive, cut, leaving;
    char id[17];
    slack_permits_t permits;
    uint64_t cut_ms; /* since when it is cut off */
    unsigned waiting, running;
    uint64_t ends[RUNS];   /* of the deliveries that run; 0: none */
    uint64_t waits_since;  /* the oldest delivery that waits, or the last one that began */
    uint64_t turn, answer; /* the next reading; the result of the writing */
    slack_permit_table_t table;
    unsigned read_version;
    int status; /* of the writing: 0; 1: another one was first; 2: failed */
} process_t;

typedef struct model {
    uint64_t now, dice;
    slack_permit_table_t table;
    unsigned version, most, serial, errors; /* errors: one writing of so many is unclear; 0: none */
    unsigned begun, operations;
    unsigned length_ms; /* of a delivery, at most */
    uint64_t longest_wait;
    process_t list[PROCESSES];
} model_t;

static uint64_t roll(model_t *m, uint64_t sides)
{
    return dice_roll(&m->dice, sides);
}

static void process_start(model_t *m, process_t *p)
{
    *p = (process_t){.alive = true};
    snprintf(p->id, sizeof p->id, "%016x", ++m->serial);
    slack__permits_init(&p->permits, p->id, m->most);
}

static unsigned count_alive(const model_t *m)
{
    unsigned n = 0;
    for (int i = 0; i < PROCESSES; i++)
        n += m->list[i].alive;
    return n;
}

static bool is_alive(const model_t *m, const char *id)
{
    for (int i = 0; i < PROCESSES; i++)
        if (m->list[i].alive && strcmp(m->list[i].id, id) == 0) return true;
    return false;
}

static void run(model_t *m, process_t *p)
{
    while (p->waiting > 0 && p->running < slack__permits_limit(&p->permits, m->now)) {
        size_t i = 0;
        while (p->ends[i])
            i++;
        p->ends[i] = m->now + 1 + roll(m, m->length_ms);
        p->waiting--;
        p->running++;
        m->begun++;
        assert_true(!p->cut || p->permits.alone || m->now <= p->cut_ms + 300);
        p->waits_since = m->now;
    }
}

static void deliver(model_t *m, process_t *p)
{
    if (p->waiting == 0) p->waits_since = m->now;
    p->waiting++;
    run(m, p);
    if (p->waiting > 0 && !p->permits.wants && !p->answer) p->turn = m->now;
}

static void turn(model_t *m, process_t *p)
{
    p->turn = 0;
    m->operations++;
    if (p->cut) {
        slack__permits_failed(&p->permits);
        p->turn = m->now + 250;
        return;
    }
    p->table = m->table;
    p->read_version = m->version;
    for (size_t i = 0; i < p->table.count; i++)
        p->table.lines[i].listed = is_alive(m, p->table.lines[i].id);
    const char *suspect = slack__permits_suspect(&p->permits, &p->table);
    if (suspect) {
        char gone[17];
        memcpy(gone, suspect, sizeof gone);
        slack__permit_table_remove(&p->table, gone);
    }
    const slack_permit_need_t need = {.running = p->running,
                                      .waiting = p->waiting,
                                      .alone = count_alive(m) == 1,
                                      .leaving = p->leaving};
    if (slack__permits_turn(&p->permits, &p->table, &need, m->now, m->now)) {
        p->answer = m->now + STEP_MS * (1 + roll(m, 4));
        m->operations++;
    } else {
        const unsigned ms = slack__permits_turn_in_ms(&p->permits);
        p->turn = ms ? m->now + ms : 0;
    }
    run(m, p);
}

/* The store applies a writing at its end, or at its beginning; both are before the answer. */
static void answer(model_t *m, process_t *p)
{
    const bool unclear = p->cut || (m->errors && roll(m, m->errors) == 0);
    p->answer = 0;
    int status = m->version == p->read_version ? 0 : 1;
    if (status == 0 && (!unclear || roll(m, 2))) {
        char text[SLACK_PERMITS_TEXT]; /* as the store has it */
        const size_t len = slack__permit_table_write(&p->table, text);
        slack__permit_table_read((slack_slice_t){text, len}, &m->table);
        assert_int_equal(m->table.count, p->table.count);
        m->version++;
    }
    if (unclear) status = 2;
    if (status == 0) slack__permits_written(&p->permits);
    if (status == 2) slack__permits_failed(&p->permits);
    p->turn = m->now + (status ? roll(m, 60) : slack__permits_turn_in_ms(&p->permits));
    if (status == 0 && p->turn == m->now) p->turn = 0;
    run(m, p);
}

static void process_step(model_t *m, process_t *p)
{
    if (!p->alive) return;
    for (size_t i = 0; i < RUNS; i++) {
        if (p->ends[i] == 0 || p->ends[i] > m->now) continue;
        p->ends[i] = 0;
        p->running--;
        if ((p->leaving || slack__permits_owes(&p->permits)) && !p->answer) p->turn = m->now;
    }
    run(m, p);
    if (p->waiting > 0 && !p->turn && !p->answer) p->turn = m->now;
    if (p->answer && p->answer <= m->now) answer(m, p);
    if (p->turn && p->turn <= m->now && !p->answer) turn(m, p);
}

static void check(model_t *m)
{
    unsigned running = 0;
    uint64_t held = 0;
    for (const process_t *p = m->list; p < m->list + PROCESSES; p++) {
        const uint64_t waited_ms = p->waiting ? m->now - p->waits_since : 0;
        if (waited_ms > m->longest_wait) m->longest_wait = waited_ms;
        running += p->running;
    }
    for (size_t i = 0; i < m->table.count; i++)
        held += m->table.lines[i].held;
    assert_true(running <= m->most);
    assert_true(held <= m->most);
}

static void pass(model_t *m, uint64_t ms)
{
    for (const uint64_t end = m->now + ms; m->now < end; m->now += STEP_MS) {
        for (int i = 0; i < PROCESSES; i++)
            process_step(m, &m->list[i]);
        check(m);
    }
}

static void settle(model_t *m)
{
    unsigned left = 1;
    for (unsigned passed = 0; left > 0; passed++) {
        if (passed == 400) fail_msg("%u deliveries never run", left);
        pass(m, 100);
        left = 0;
        for (int i = 0; i < PROCESSES; i++)
            left += m->list[i].waiting + m->list[i].running;
    }
}

static void process_cut(model_t *m, process_t *p)
{
    p->cut = !p->cut;
    p->cut_ms = m->now;
}

static void kill_process(process_t *p)
{
    p->alive = false;
    p->running = p->waiting = 0;
}

static void model_open(model_t *m, uint64_t seed, unsigned processes)
{
    *m = (model_t){.now = 1000000, .dice = seed * 2654435761u + 1, .length_ms = 100};
    m->most = 1 + (unsigned)roll(m, 8);
    for (unsigned i = 0; i < processes; i++)
        process_start(m, &m->list[i]);
}

#define FOR_SEEDS(m)                                                                               \
    for (model_t *m = malloc(sizeof *m), *m##_end = m; m##_end; free(m), m##_end = NULL)           \
        for (uint64_t seed = 1; seed <= SEEDS; seed++)

TEST(all_processes_together_keep_the_bound)
{
    FOR_SEEDS(m)
    {
        unsigned sent = 0;
        model_open(m, seed, 1 + (unsigned)(seed % PROCESSES));
        m->errors = seed % 3 ? 0 : 5;
        for (int i = 0; i < 60; i++) {
            process_t *p = &m->list[roll(m, PROCESSES)];
            for (uint64_t k = roll(m, 6); p->alive && k > 0; k--, sent++)
                deliver(m, p);
            pass(m, roll(m, 80));
        }
        settle(m);
        assert_int_equal(m->begun, sent);
    }
}

/* Killed, cut off, stopped and started in turn. A process that is cut off begins nothing. */
TEST(processes_come_and_go)
{
    FOR_SEEDS(m)
    {
        model_open(m, seed, 3);
        for (int i = 0; i < 60; i++) {
            process_t *p = &m->list[roll(m, PROCESSES)];
            const uint64_t dice = roll(m, 12);
            if (!p->alive)
                process_start(m, p);
            else if (dice == 0)
                kill_process(p);
            else if (dice == 1)
                process_cut(m, p);
            else if (dice == 2)
                p->leaving = true;
            else if (p->waiting < 20)
                deliver(m, p);
            if (p->leaving && p->running + p->waiting == 0 && !p->cut) kill_process(p);
            pass(m, roll(m, 80));
        }
        for (int i = 0; i < PROCESSES; i++)
            m->list[i].cut = false;
        settle(m);
    }
}

/* All have more to run than may run; each runs some every few seconds, and none is idle. */
TEST(nobody_waits_for_long)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        model_t m;
        model_open(&m, seed, PROCESSES);
        pass(&m, 1000);
        for (int i = 0; i < 40; i++) {
            for (int k = 0; k < PROCESSES; k++)
                while (m.list[k].waiting < 30)
                    deliver(&m, &m.list[k]);
            pass(&m, 500);
        }
        assert_true(m.longest_wait < (PROCESSES + 2) * SLACK_PERMITS_TURN_MS);
        /* 20 s, and 50 ms on the average */
        assert_true(m.begun > m.most * 400 * 3 / 4);
        assert_true(m.operations < 20 * PROCESSES * 15);
    }
}

/* The permits spread: nobody has two more than another one that wants some. */
TEST(permits_are_shared_equally)
{
    FOR_SEEDS(m)
    {
        model_open(m, seed, PROCESSES);
        unsigned fewest = m->most, most = 0;
        m->length_ms = 20;
        for (int k = 0; k < PROCESSES; k++) {
            pass(m, roll(m, 300));
            for (int i = 0; i < RUNS; i++)
                m->list[k].waiting++;
        }
        for (int i = 0; i < 40; i++) {
            pass(m, 50);
            for (int k = 0; k < PROCESSES; k++)
                m->list[k].waiting = RUNS;
        }
        for (size_t i = 0; i < m->table.count; i++) {
            if (m->table.lines[i].held < fewest) fewest = m->table.lines[i].held;
            if (m->table.lines[i].held > most) most = m->table.lines[i].held;
        }
        assert_true(most <= fewest + 1);
    }
}

TEST(a_process_that_is_alone_asks_once)
{
    model_t m;
    model_open(&m, 1, 1);
    m.most = 8;
    m.length_ms = 20;
    process_start(&m, &m.list[0]);
    for (int i = 0; i < 1000; i++) {
        deliver(&m, &m.list[0]);
        pass(&m, 10);
    }
    assert_int_equal(m.begun, 1000);
    assert_in_range(m.operations, 2, 3); /* a reading, a writing, and a look after 15 s */
    process_start(&m, &m.list[1]);
    deliver(&m, &m.list[1]);
    settle(&m); /* it learns of the other one at its next look */
    assert_true(m.longest_wait < 16000);
}

TEST(a_permit_that_is_not_used_goes_to_another_process)
{
    model_t m;
    model_open(&m, 1, 2);
    m.most = 1;
    for (int i = 0; i < 2; i++)
        process_start(&m, &m.list[i]);
    for (int i = 0; i < 20; i++) {
        deliver(&m, &m.list[i % 2]);
        pass(&m, 500);
        assert_int_equal(m.begun, i + 1);
    }
    assert_in_range(m.longest_wait, 1, 400);
}

/* Of a handful of deliveries a second on two processes, few need the store. */
TEST(a_permit_serves_many_deliveries)
{
    model_t m;
    model_open(&m, 1, 2);
    m.most = 2;
    m.length_ms = 10;
    process_start(&m, &m.list[0]);
    process_start(&m, &m.list[1]);
    for (int i = 0; i < 1000; i++) {
        deliver(&m, &m.list[i % 2]);
        pass(&m, 20);
    }
    assert_int_equal(m.begun, 1000);
    assert_true(m.operations < 200);
}

static void expect_table(const char *text, size_t count)
{
    slack_permit_table_t table;
    slack__permit_table_read(slack__slice(text), &table);
    assert_int_equal(table.count, count);
}

TEST(tables_of_other_programs_are_empty)
{
    static const struct row {
        const char *name, *text;
        size_t count;
    } rows[] = {
        {"one", "0123456789abcdef 1 2\n", 1},
        {"two", "0123456789abcdef 1 2\n0123456789abcdee 0 100000\n", 2},
        {"nothing", "", 0},
        {"no_number", "0123456789abcdef 1 x\n", 0},
        {"too_many", "0123456789abcdef 100001 0\n", 0},
        {"negative", "0123456789abcdef -1 0\n", 0},
        {"half", "0123456789abcdef 1 2\n0123456789abcdef", 0},
        {"short_id", "0123 1 2\n", 0},
        {"long_id", "0123456789abcdef0 1 2\n", 0},
        {"control", "0123456789abcd\x01g 1 2\n", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_table(rows[i].text, rows[i].count);
    }
    slack_permit_table_t full = {.count = 0};
    char text[SLACK_PERMITS_TEXT];
    for (; full.count < SLACK_PERMITS_LINES; full.count++) {
        full.lines[full.count].held = full.lines[full.count].wants = SLACK_PERMITS_MOST;
        snprintf(full.lines[full.count].id, 17, "%016zu", full.count);
    }
    const size_t len = slack__permit_table_write(&full, text);
    assert_in_range(len, 1, sizeof text);
    slack__permit_table_read((slack_slice_t){text, len}, &full);
    assert_int_equal(full.count, SLACK_PERMITS_LINES);

    /* There is no line for one more, which waits until there is. */
    slack_permits_t permits;
    const slack_permit_need_t need = {.waiting = 1};
    slack__permits_init(&permits, "x123456789abcdef", 2);
    assert_false(slack__permits_turn(&permits, &full, &need, 1, 1));
    assert_int_equal(slack__permits_limit(&permits, 1), 0);
    assert_int_equal(slack__permits_turn_in_ms(&permits), 100);
}
