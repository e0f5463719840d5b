/* SPDX-License-Identifier: MIT */
#include "cluster/slots.h"
#include "support/dice.h"
#include "support/test.h"
#include "transport_socket/supervisor.h"

#include <slack/error.h>

/*
 * Processes with their slots and supervisors, against a model of the store and a Slack that counts,
 * for thousands of seeds. Time jumps from event to event.
 */

#define PROCESSES 6
#define SEEDS     1000
#define LEASE_MS  3000 /* an owner that the store has not heard for this time is gone */

enum due { LOOK, APPLY, ANSWER, DUES };

typedef struct process {
    bool alive, leaving, draining;
    bool cut, lost; /* from the store; its entries, by that */
    bool beside;    /* has a connection without an entry: it waited for the spare for too long */
    char id[17];
    slack_slots_t slots;
    slack_supervisor_t sup;
    uint64_t at[DUES], tick, leave_end, start, cut_ms;
    bool ordered; /* the operation is an order, else a look */
    slack_slots_order_t order;
    int status;
    slack_slot_t seen[SLACK_SLOTS_ALL];
    char others[PROCESSES][17];
    size_t other_count;
    struct wire { /* of a session */
        bool open, ready;
        uint32_t generation;
        enum slack_session_input_type next;
        uint64_t at, end; /* of `next`; when Slack closes it */
    } wires[SLACK_SESSIONS_MAX];
} process_t;

typedef struct model {
    uint64_t now, dice;
    unsigned budget, errors; /* errors: one operation of so many has an unknown end; 0: none */
    slack_slot_t entries[SLACK_SLOTS_ALL];
    process_t *owners[SLACK_SLOTS_ALL];
    uint64_t ends[SLACK_SLOTS_ALL]; /* of an entry whose owner died */
    process_t list[PROCESSES];
    slack_socket_limits_t limits;
    bool full;   /* there were `budget` connections */
    bool beside; /* a process was, at some time */
    unsigned seed, most, least, serial;
} model_t;

static uint64_t roll(model_t *m, uint64_t sides)
{
    return dice_roll(&m->dice, sides);
}

/* ---- Slack ---- */

static void count(model_t *m, unsigned *open, unsigned *ready, unsigned *stray)
{
    *open = *ready = *stray = 0;
    for (process_t *p = m->list; p < m->list + PROCESSES; p++)
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++) {
            *open += p->wires[i].open;
            *ready += p->wires[i].ready;
            *stray += p->wires[i].open && p->lost;
        }
    for (const process_t *p = m->list; p < m->list + PROCESSES; p++)
        *stray += p->beside && !p->lost ? slack__slots_count(&p->slots) : 0;
}

static void check(model_t *m)
{
    unsigned open, ready, stray;
    count(m, &open, &ready, &stray);
    if (open > m->most + stray)
        fail_msg("seed %u: %u connections of %u and one, %u stray, at %u ms", m->seed, open,
                 m->budget, stray, (unsigned)m->now);
    m->full = m->full || ready >= m->budget;
    if (m->full && ready < m->least)
        fail_msg("seed %u: %u connections of %u, at %u ms", m->seed, ready, m->budget,
                 (unsigned)m->now);
}

static void next(model_t *m, struct wire *w, enum slack_session_input_type type, uint64_t max_ms)
{
    w->next = type;
    w->at = m->now + 1 + roll(m, max_ms);
}

static void act(model_t *m, process_t *p, const slack_action_t *a)
{
    struct wire *w = &p->wires[a->slot];
    switch (a->type) {
    case SLACK_DO_CALL:
        *w = (struct wire){.generation = a->generation};
        next(m, w, SLACK_INPUT_URL, 100);
        break;
    case SLACK_DO_DIAL:
        w->open = true;
        next(m, w, SLACK_INPUT_UPGRADED, 50);
        break;
    case SLACK_DO_CLOSE:
        w->ready = false;
        next(m, w, SLACK_INPUT_CLOSED, 50);
        break;
    case SLACK_DO_ABORT: *w = (struct wire){0}; break;
    default: break;
    }
}

static void feed(model_t *m, process_t *p, slack_session_input_t in)
{
    slack_actions_t actions = {.count = 0};
    slack__supervisor_feed(&p->sup, &in, m->now, &actions);
    for (size_t i = 0; i < actions.count; i++)
        act(m, p, &actions.list[i]);
    const uint64_t due = slack__supervisor_deadline(&p->sup, m->now);
    p->tick = due <= m->now ? m->now + 1 : due;
}

static void wire_turn(model_t *m, process_t *p, unsigned slot)
{
    struct wire *w = &p->wires[slot];
    const slack_session_input_t in = {
        .type = w->next, .slot = slot, .generation = w->generation, .cause = SLACK_CAUSE_REFRESH};
    w->at = 0;
    if (in.type == SLACK_INPUT_UPGRADED) next(m, w, SLACK_INPUT_HELLO, 50);
    if (in.type == SLACK_INPUT_HELLO) w->ready = true;
    if (in.type == SLACK_INPUT_GOODBYE) { /* Slack closes the connection some 10 s later */
        w->next = SLACK_INPUT_CLOSED;
        w->at = m->now + 10000;
    }
    if (in.type == SLACK_INPUT_CLOSED) w->open = w->ready = false;
    feed(m, p, in);
}

static void refresh(model_t *m, process_t *p)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (p->wires[i].ready && p->wires[i].at == 0) next(m, &p->wires[i], SLACK_INPUT_GOODBYE, 9);
}

/* ---- the store ---- */

static void entry_end(model_t *m, unsigned i)
{
    m->entries[i] = (slack_slot_t){0};
    m->owners[i] = NULL;
    m->ends[i] = 0;
}

static void owner_end(model_t *m, const process_t *p, uint64_t at)
{
    for (unsigned i = 0; i < SLACK_SLOTS_ALL; i++)
        if (m->owners[i] == p) m->ends[i] = at;
}

static void apply(model_t *m, process_t *p)
{
    const slack_slots_order_t *o = &p->order;
    const bool lost = m->errors > 0 && roll(m, m->errors) == 0;
    char is[SLACK_SLOT_TEXT], was[SLACK_SLOT_TEXT];
    p->status = lost || p->cut ? SLACK_ESTORE : 0;
    if (p->cut || (lost && roll(m, 2))) return;
    if (!p->ordered) {
        memcpy(p->seen, m->entries, sizeof p->seen);
        p->other_count = 0;
        for (process_t *q = m->list; q < m->list + PROCESSES; q++)
            if (q != p && q->alive && !q->leaving && q->start <= m->now)
                memcpy(p->others[p->other_count++], q->id, sizeof q->id);
        return;
    }
    slack__slot_write(&m->entries[o->number], is);
    slack__slot_write(&o->before, was);
    if (strcmp(is, was) != 0) {
        p->status = SLACK_EBUSY;
        return;
    }
    m->entries[o->number] = o->after;
    m->owners[o->number] = o->after.state == SLACK_SLOT_FREE ? NULL : p;
    m->ends[o->number] = 0;
}

/* ---- a process ---- */

static void process_start(model_t *m, process_t *p, uint64_t in_ms)
{
    *p = (process_t){.alive = true, .start = m->now + in_ms};
    snprintf(p->id, sizeof p->id, "%016x", ++m->serial);
    slack__slots_init(&p->slots, p->id, m->budget, roll(m, UINT32_MAX));
    slack__supervisor_init(&p->sup, 0, &m->limits, roll(m, UINT32_MAX));
    p->at[LOOK] = p->start;
    p->tick = UINT64_MAX;
}

static void submit(model_t *m, process_t *p, bool ordered)
{
    p->ordered = ordered;
    p->at[APPLY] = m->now + 1 + roll(m, 40);
    p->at[ANSWER] = p->at[APPLY] + roll(m, 20);
}

static bool has_spare(const process_t *p)
{
    return strcmp(p->slots.list[SLACK_SLOTS_SPARE].holder, p->id) == 0;
}

static void allow(model_t *m, process_t *p)
{
    const slack_allowance_t a = slack__slots_allowance(&p->slots, m->now);
    const unsigned kept = slack__slots_count(&p->slots) + has_spare(p);
    p->beside = a.limit > kept || (p->beside && slack__supervisor_use(&p->sup, m->now).open > kept);
    m->beside = m->beside || p->beside;
    slack__supervisor_allow(&p->sup, &a);
    feed(m, p, (slack_session_input_t){.type = SLACK_INPUT_TICK});
}

static void answer(model_t *m, process_t *p)
{
    slack_slots_t *s = &p->slots;
    if (p->ordered)
        slack__slots_ended(s, &p->order, p->status, m->now);
    else if (p->status == 0)
        slack__slots_look(s, p->seen, (const char(*)[17])p->others, p->other_count, m->now);
    if (!p->ordered && p->status == 0) p->lost = false;
    allow(m, p);
    const slack_allowance_use_t use = slack__supervisor_use(&p->sup, m->now);
    const bool more = slack__slots_next(s, &use, m->now, &p->order);
    allow(m, p);
    if (more) submit(m, p, true);
    p->at[LOOK] = more ? 0 : m->now + slack__slots_look_in_ms(s);
}

static void process_leave(model_t *m, process_t *p)
{
    if (p->leaving) return;
    p->leaving = true;
    p->leave_end = m->now + 5000;
    slack__slots_leave(&p->slots, m->now);
}

static void process_kill(model_t *m, process_t *p)
{
    owner_end(m, p, m->now + 1 + roll(m, 200));
    process_start(m, p, 500 + roll(m, 1000));
}

static void process_cut(model_t *m, process_t *p)
{
    if (p->cut) return;
    p->cut = true;
    p->cut_ms = m->now;
}

static void process_heal(process_t *p)
{
    p->cut = false;
}

static void process_turn(model_t *m, process_t *p)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (p->wires[i].at == m->now) wire_turn(m, p, i);
    if (p->sup.phase == SLACK_PHASE_IDLE && p->start <= m->now)
        feed(m, p, (slack_session_input_t){.type = SLACK_INPUT_START});
    if (p->tick == m->now) feed(m, p, (slack_session_input_t){.type = SLACK_INPUT_TICK});
    if (p->at[LOOK] == m->now) {
        p->at[LOOK] = 0;
        submit(m, p, false);
    }
    if (p->at[APPLY] == m->now) apply(m, p);
    if (p->at[ANSWER] == m->now) answer(m, p);
    if (p->cut && m->now == p->cut_ms + LEASE_MS) {
        p->lost = true;
        owner_end(m, p, m->now);
    }
    const bool over = !slack__slots_leaving(&p->slots) || m->now >= p->leave_end;
    if (p->leaving && !p->draining && over) {
        p->draining = true;
        feed(m, p, (slack_session_input_t){.type = SLACK_INPUT_DRAIN});
    }
    unsigned open = slack__supervisor_connections(&p->sup);
    if (p->draining && open == 0) process_kill(m, p);
}

static uint64_t earliest(const model_t *m, uint64_t end)
{
    uint64_t at = end;
#define CONSIDER(time) at = (time) > m->now && (time) < at ? (time) : at
    for (unsigned i = 0; i < SLACK_SLOTS_ALL; i++)
        CONSIDER(m->ends[i]);
    for (const process_t *p = m->list; p < m->list + PROCESSES; p++) {
        for (unsigned i = 0; i < DUES; i++)
            CONSIDER(p->at[i]);
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            CONSIDER(p->wires[i].at);
        CONSIDER(p->tick);
        CONSIDER(p->start);
        if (p->leaving && !p->draining) CONSIDER(p->leave_end);
        if (p->cut) CONSIDER(p->cut_ms + LEASE_MS);
    }
#undef CONSIDER
    return at;
}

static void pass(model_t *m, uint64_t ms)
{
    const uint64_t end = m->now + ms;
    while (m->now < end) {
        m->now = earliest(m, end);
        for (unsigned i = 0; i < SLACK_SLOTS_ALL; i++)
            if (m->ends[i] == m->now) entry_end(m, i);
        for (process_t *p = m->list; p < m->list + PROCESSES; p++)
            process_turn(m, p);
        check(m);
    }
}

/* ---- the cases ---- */

/* All processes start within this time. */
static void model_open(model_t *m, uint64_t seed, uint64_t within_ms)
{
    *m = (model_t){.now = 1000000, .dice = seed * 2654435761u + 1, .seed = (unsigned)seed};
    m->limits = slack__socket_limits_default;
    m->limits.ping_ms = m->limits.dead_ms = m->limits.tick_ms = 3600000;
    m->budget = 1 + (unsigned)roll(m, SLACK_SLOTS_MAX);
    m->most = m->budget + 1;
    for (unsigned i = 0; i < PROCESSES; i++)
        process_start(m, &m->list[i], 1 + roll(m, within_ms));
}

/* After a quiet time every slot has its connection, no process has two more than another, and
 * nobody has the spare. */
static void model_settle(model_t *m, uint64_t ms)
{
    pass(m, ms);
    unsigned open, ready, stray, fewest = UINT_MAX, most = 0;
    count(m, &open, &ready, &stray);
    assert_int_equal(ready, m->budget);
    assert_int_equal(open, m->budget);
    for (unsigned i = 0; i < PROCESSES; i++) {
        const unsigned n = slack__slots_count(&m->list[i].slots);
        fewest = n < fewest ? n : fewest;
        most = n > most ? n : most;
        assert_int_equal(m->list[i].sup.allowance.standby, n == 0);
    }
    assert_true(most <= fewest + 1);
    assert_int_equal(m->entries[SLACK_SLOTS_SPARE].state, SLACK_SLOT_FREE);
}

/* All processes start at once, and share the budget. */
static void model_begin(model_t *m, uint64_t seed)
{
    model_open(m, seed, 100);
    model_settle(m, 3000);
}

#define FOR_SEEDS(m)                                                                               \
    for (model_t *m = malloc(sizeof *m), *m##_end = m; m##_end; free(m), m##_end = NULL)           \
        for (uint64_t seed = 1; seed <= SEEDS; seed++)

TEST(processes_that_start_share_the_budget)
{
    FOR_SEEDS(m)
    {
        model_open(m, seed, seed % 2 ? 100 : 4000);
        model_settle(m, seed % 2 ? 3000 : 20000);
    }
}

TEST(a_rolling_restart_keeps_every_connection)
{
    FOR_SEEDS(m)
    {
        model_begin(m, seed);
        m->least = m->budget;
        for (unsigned i = 0; i < PROCESSES; i++) {
            process_leave(m, &m->list[i]);
            pass(m, 3000 + roll(m, 3000));
        }
        model_settle(m, 20000);
    }
}

TEST(a_killed_holder_is_replaced_in_two_seconds)
{
    FOR_SEEDS(m)
    {
        model_begin(m, seed);
        for (unsigned i = 0; i < 5; i++) {
            process_kill(m, &m->list[roll(m, PROCESSES)]);
            pass(m, 2000);
            unsigned open, ready, stray;
            count(m, &open, &ready, &stray);
            assert_true(ready >= m->budget);
            pass(m, roll(m, 3000));
        }
        model_settle(m, 20000);
    }
}

TEST(refreshes_take_turns_with_the_spare)
{
    FOR_SEEDS(m)
    {
        model_begin(m, seed);
        m->least = m->budget;
        for (unsigned i = 0; i < PROCESSES; i++) {
            refresh(m, &m->list[i]);
            if (seed % 2) pass(m, roll(m, 2000));
            if (seed % 3 == 0) process_leave(m, &m->list[(i + roll(m, 2)) % PROCESSES]);
            if (seed % 3 == 0) pass(m, 4000);
        }
        model_settle(m, 30000);
        assert_false(m->beside);
    }
}

/* A process that is cut from the store keeps its connections; when it is back, and others have its
 * slots, it closes them. */
TEST(faults_of_all_kinds_end_in_order)
{
    FOR_SEEDS(m)
    {
        model_open(m, seed, 2000);
        m->errors = 5;
        for (unsigned i = 0; i < 20; i++) {
            process_t *p = &m->list[roll(m, PROCESSES)];
            switch (roll(m, 5)) {
            case 0: process_kill(m, p); break;
            case 1: process_leave(m, p); break;
            case 2: refresh(m, p); break;
            case 3: process_cut(m, p); break;
            default: process_heal(p); break;
            }
            pass(m, roll(m, 3000));
        }
        m->errors = 0;
        for (unsigned i = 0; i < PROCESSES; i++)
            process_heal(&m->list[i]);
        model_settle(m, 60000);
    }
}

/* ---- one process, "a…", against entries that stay as they are ---- */

#define A "aaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbb"

/* Looks at entries, as "HOLDER STATE;HOLDER STATE;…" with the spare as the last one. */
static void look(slack_slots_t *s, const char *entries, uint64_t now)
{
    static const char others[][17] = {B};
    slack_slot_t list[SLACK_SLOTS_ALL] = {{.state = SLACK_SLOT_FREE}};
    slack_slice_t rest = slack__slice(entries), text;
    for (unsigned i = 0; slack__slice_split(&rest, ';', &text); i++)
        if (text.len > 0) list[i < s->budget ? i : SLACK_SLOTS_SPARE] = slack__slot_read(text);
    slack__slots_look(s, list, others, 1, now);
}

/* The next order as text: "NUMBER BEFORE -> AFTER", or "". */
static const char *next_order(slack_slots_t *s, slack_allowance_use_t use, uint64_t now)
{
    static char text[128];
    char before[SLACK_SLOT_TEXT], after[SLACK_SLOT_TEXT];
    slack_slots_order_t order;
    if (!slack__slots_next(s, &use, now, &order)) return "";
    slack__slot_write(&order.before, before);
    slack__slot_write(&order.after, after);
    snprintf(text, sizeof text, "%u %s ->%s", order.number, before, after);
    return text;
}

TEST(a_replacement_waits_for_the_spare_but_not_for_ever)
{
    slack_slots_t s;
    const slack_allowance_use_t use = {.open = 1, .missing = 1, .serving = 1};
    slack__slots_init(&s, A, 2, 1);
    look(&s, A " ready;" B " ready;" B " replacing", 1000);
    assert_string_equal(next_order(&s, use, 1000), "0 " A " ready ->" A " replacing");
    look(&s, A " replacing;" B " ready;" B " replacing", 7999);
    assert_string_equal(next_order(&s, use, 7999), "");
    assert_int_equal(slack__slots_allowance(&s, 7999).limit, 1);
    assert_int_equal(slack__slots_allowance(&s, 8000).limit, 2);
    assert_int_equal(slack__slots_allowance(&s, 8000).wanted, 1);
}

TEST(a_holder_that_cannot_connect_gives_up_unless_slack_refuses_all)
{
    for (int refused = 0; refused <= 1; refused++) {
        slack_slots_t s;
        const slack_allowance_use_t use = {.missing = 1, .refused = refused};
        slack__slots_init(&s, A, 2, 1);
        look(&s, A " opening;" B " ready;", 1000);
        assert_string_equal(next_order(&s, use, 1000), "");
        assert_string_equal(next_order(&s, use, 10999), "");
        assert_string_equal(next_order(&s, use, 11000), refused ? "" : "0 " A " opening -> free");
        assert_int_equal(slack__slots_count(&s), refused);
    }
}

/* Single decisions, some time after a look. */
static struct decision {
    const char *name, *entries;
    slack_allowance_use_t use;
    bool leaves;
    unsigned after_ms;
    const char *order;
} decisions[] = {
    {"a_process_that_leaves_takes_no_slot", ";" B " ready;", {0}, true, 5000, ""},
    {"a_process_that_leaves_frees_a_slot_without_a_connection",
     A " opening;" B " ready;",
     {.open = 1},
     true,
     0,
     "0 " A " opening -> free"},
    {"a_slot_that_nobody_takes_stays_free_for_a_while",
     A " ready;;" A " handing-over 1",
     {.open = 2, .serving = 2},
     false,
     1499,
     ""},
    {"and_then_comes_back",
     A " ready;;" A " handing-over 1",
     {.open = 2, .serving = 2},
     false,
     1500,
     "1  free ->" A " ready"},
    {"a_process_that_leaves_does_not_take_it_back",
     A " ready;;" A " handing-over 1",
     {.open = 2, .serving = 2},
     true,
     5000,
     ""},
    {"the_spare_is_kept_until_the_connection_is_closed",
     A " ready;" B " ready;" A " handing-over 1",
     {.open = 2, .serving = 2},
     false,
     0,
     ""},
    {"and_is_free_then",
     A " ready;" B " ready;" A " handing-over 1",
     {.open = 1, .serving = 1},
     false,
     0,
     "10 " A " handing-over 1 -> free"},
};

TEST_EACH(decide, decisions)
{
    const struct decision *d = *state;
    slack_slots_t s;
    slack__slots_init(&s, A, 2, 1);
    if (d->leaves) slack__slots_leave(&s, 1000);
    look(&s, d->entries, 1000);
    assert_string_equal(next_order(&s, d->use, 1000 + d->after_ms), d->order);
}

TEST(a_slot_that_was_lost_comes_back_or_is_given_up)
{
    slack_slots_t s;
    const slack_allowance_use_t use = {.open = 1, .serving = 1};
    slack__slots_init(&s, A, 2, 1);
    look(&s, A " ready;" B " ready;", 1000);
    look(&s, ";" B " ready;", 2000); /* this owner was silent for too long */
    assert_int_equal(slack__slots_allowance(&s, 2000).wanted, 1);
    assert_string_equal(next_order(&s, use, 2000), "0  free ->" A " ready");
    look(&s, B " opening;" B " ready;", 3000);
    assert_int_equal(slack__slots_allowance(&s, 3000).wanted, 0);
    assert_int_equal(slack__slots_allowance(&s, 3000).limit, 0);
}

TEST(entries_that_are_not_understood_have_a_holder)
{
    static const char *const versions[] = {"",
                                           "x",
                                           A,
                                           A " dancing",
                                           "0 ready",
                                           A " handing-over 99",
                                           A " handing-over x",
                                           "\033[2J456789abcdef ready"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const slack_slot_t slot = slack__slot_read(slack__slice(versions[i]));
        assert_int_not_equal(slot.state, SLACK_SLOT_FREE);
        assert_true(slot.handed < SLACK_SLOTS_MAX);
        assert_true(slack__is_visible(slack__slice(slot.holder)));
    }
}
