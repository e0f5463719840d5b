/* SPDX-License-Identifier: MIT */
/* Several pacers and a model of the store that they share, on a virtual clock. */
#include "cluster/share.h"
#include "support/heap.h"
#include "support/test.h"
#include "webapi/pace.h"

#define PROCESSES 10
#define CALLS     120 /* of each process */
#define FIRST_MS  UINT64_C(1000000)

typedef struct process {
    slack_pacer_t *pace;
    slack_paced_t calls[CALLS];
    unsigned made, sent;
    uint64_t next_ms;        /* of the pacer */
    uint64_t call_ms;        /* of its next call */
    uint64_t every_ms;       /* between two calls; 0: it makes all at once */
    slack_lease_want_t want; /* of the lane of the workspace, and of that of the channel */
    struct answer {
        slack_lease_want_t want;
        uint64_t at_ms; /* 0: nothing was asked */
        bool late;
    } answers[2];
} process_t;

static struct {
    process_t processes[PROCESSES];
    unsigned count;
    const char *method, *channel;
    slack_rate_t rates[2];
    struct {
        uint64_t lane;
        slack_share_t share;
    } entries[2]; /* of the store */
    uint64_t now_ms, random, asked;
    unsigned latency_ms, failures; /* in a hundred answers */
    uint64_t sent_ms[PROCESSES * CALLS];
    unsigned sent;
} model;

static unsigned dice(unsigned n)
{
    model.random = model.random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(model.random >> 33) % n;
}

static bool model_want(void *user_data, const slack_lease_want_t *want)
{
    process_t *p = user_data;
    struct answer *answer = &p->answers[p->answers[0].at_ms ? 1 : 0];
    assert_true(answer->at_ms == 0 && want->tokens > 0);
    model.asked++;
    *answer = (struct answer){*want, model.now_ms + 1 + dice(model.latency_ms), false};
    if (dice(100) < model.failures) answer->late = true;
    return true;
}

static void model_closed(void *user_data, uint64_t lane, uint64_t until_ms)
{
    fail();
}

/* A late answer comes after three seconds, and the lane is alone until then. */
static void model_answer(process_t *p, struct answer *answer)
{
    const slack_lease_want_t want = answer->want;
    slack_lease_t lease;
    if (answer->late) {
        answer->late = false;
        answer->at_ms = model.now_ms + 3000;
        slack__pace_alone(p->pace, want.lane, model.now_ms);
        return;
    }
    const unsigned i = model.entries[0].lane == 0 || model.entries[0].lane == want.lane ? 0 : 1;
    model.entries[i].lane = want.lane;
    model.entries[i].share =
        slack__share_take(&model.entries[i].share, &want, model.now_ms, &lease);
    answer->at_ms = 0;
    assert_in_range(lease.tokens, 1, want.tokens);
    slack__pace_leased(p->pace, want.lane, &lease, model.now_ms);
}

static void model_open(unsigned count, const char *method, const char *channel)
{
    memset(&model, 0, sizeof model);
    model.count = count;
    model.method = method;
    model.channel = channel;
    model.rates[0] = slack__rate_of(method, SLACK_PACE_INTERNAL);
    model.rates[1] = slack__rate_in_channel(method, SLACK_PACE_INTERNAL);
    model.now_ms = FIRST_MS;
    model.latency_ms = 20;
    for (unsigned i = 0; i < count; i++) {
        process_t *p = &model.processes[i];
        const slack_pace_share_t share = {model_want, model_closed, p};
        p->pace = slack__pace_new(SLACK_PACE_INTERNAL, 256);
        assert_non_null(p->pace);
        slack__pace_share(p->pace, count, &share);
        p->next_ms = p->call_ms = UINT64_MAX;
    }
}

static void process_call(process_t *p)
{
    slack_paced_t *paced = &p->calls[p->made++];
    *paced = (slack_paced_t){.number = p->made, .until_ms = UINT64_MAX};
    const slack_pace_call_t call = {"xoxb-1", "", model.method, model.channel};
    slack__pace_enter(p->pace, paced, &call, model.now_ms);
    slack__pace_wait(p->pace, paced, 0);
}

static void process_run(process_t *p)
{
    slack_paced_t *paced;
    for (size_t i = 0; i < 2; i++)
        if (p->answers[i].at_ms && p->answers[i].at_ms <= model.now_ms)
            model_answer(p, &p->answers[i]);
    while (p->call_ms <= model.now_ms) {
        process_call(p);
        p->call_ms = p->made == CALLS ? UINT64_MAX : p->call_ms + p->every_ms;
    }
    while ((paced = slack__pace_next(p->pace, model.now_ms, &p->next_ms)) != NULL) {
        model.sent_ms[model.sent++] = model.now_ms;
        p->sent++;
        slack__pace_answered(p->pace, paced);
        slack__pace_leave(p->pace, paced);
    }
}

static void sooner(uint64_t *ret, uint64_t at_ms)
{
    if (at_ms > 0 && at_ms < *ret) *ret = at_ms;
}

/* Until all calls are sent, or the time has come. */
static void model_run(uint64_t end_ms)
{
    while (model.now_ms < end_ms) {
        uint64_t next_ms = end_ms;
        for (unsigned i = 0; i < model.count; i++) {
            process_t *p = &model.processes[i];
            process_run(p);
            sooner(&next_ms, p->next_ms);
            sooner(&next_ms, p->call_ms);
            sooner(&next_ms, p->answers[0].at_ms);
            sooner(&next_ms, p->answers[1].at_ms);
        }
        assert_true(next_ms > model.now_ms);
        model.now_ms = next_ms;
    }
}

static void process_die(process_t *p)
{
    slack_paced_t *paced;
    while ((paced = slack__pace_take(p->pace)) != NULL)
        slack__pace_leave(p->pace, paced);
    p->call_ms = p->next_ms = UINT64_MAX;
    p->answers[0] = p->answers[1] = (struct answer){0};
}

static void model_close(void)
{
    for (unsigned i = 0; i < model.count; i++) {
        process_die(&model.processes[i]);
        slack__pace_free(model.processes[i].pace);
    }
    assert_int_equal(heap_live(), 0);
}

/* The highest level of a bucket without a limit that drains a call in `interval_us`. */
static uint64_t most_at_once(uint64_t interval_us)
{
    uint64_t full_us = 0, most = 0;
    for (unsigned i = 0; i < model.sent; i++) {
        const uint64_t now_us = model.sent_ms[i] * 1000;
        if (full_us < now_us) full_us = now_us;
        full_us += interval_us;
        const uint64_t calls = (full_us - now_us + interval_us - 1) / interval_us;
        if (calls > most) most = calls;
    }
    return most;
}

static const struct {
    const char *method, *channel;
} kinds[] = {
    {"users.list", ""}, {"reactions.add", ""}, {"users.info", ""}, {"chat.postMessage", "C1"}};

/* The processes send no more than the rate and a burst together, also if some die, and if answers
 * of the store are late. Calls that are rare, and are not reported, may add an eighth. */
TEST(a_thousand_seeds)
{
    for (unsigned seed = 0; seed < 1000; seed++) {
        const unsigned n = 2 + seed % (PROCESSES - 1);
        model_open(n, kinds[seed % 4].method, kinds[seed % 4].channel);
        model.random = seed;
        model.failures = seed % 3 == 0 ? 10 : 0;
        const slack_rate_t rate = model.rates[seed % 4 == 3];
        for (unsigned i = 0; i < n; i++) {
            process_t *p = &model.processes[i];
            static const unsigned parts[] = {0, 1, 4, 16, 64};
            p->every_ms = (uint64_t)parts[dice(5)] * rate.interval_ms;
            p->call_ms = FIRST_MS + dice(3) * dice(30000);
        }
        for (unsigned k = 0; k < 3; k++) {
            model_run(FIRST_MS + (k + 1) * UINT64_C(60000));
            process_die(&model.processes[dice(n)]);
        }
        const unsigned own = rate.burst / (2 * n) ? rate.burst / (2 * n) : 1;
        uint64_t most = rate.burst > n * own ? rate.burst : n * own + 1;
        most += n * slack__lease_tokens(rate);
        if (model.failures) most += rate.burst + 4000 / rate.interval_ms; /* of lanes alone */
        const uint64_t got = most_at_once((uint64_t)rate.interval_ms * 1000 * 8 / 9);
        if (got > most)
            fail_msg("seed %u: %s, %u processes: %u at once, not %u", seed, model.method, n,
                     (unsigned)got, (unsigned)most);
        model_close();
    }
}

/* Ten processes with all that they can send, together: the rate exactly, each of them its part. */
TEST(ten_busy_processes_share_alike)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        model_open(PROCESSES, kinds[k].method, kinds[k].channel);
        const slack_rate_t rate = model.rates[k == 3];
        for (unsigned i = 0; i < PROCESSES; i++)
            model.processes[i].call_ms = FIRST_MS;
        model_run(FIRST_MS + 400 * (uint64_t)rate.interval_ms);
        const unsigned all = 400 + (rate.burst > PROCESSES ? rate.burst : PROCESSES);
        assert_in_range(model.sent, 380, all + 10);
        for (unsigned i = 0; i < PROCESSES; i++)
            assert_in_range(model.processes[i].sent, 30, 55);
        assert_in_range(model.asked, 1, 2 * model.sent);
        model_close();
    }
}

/* One process among ten that are idle has the whole rate. */
TEST(one_busy_process_has_it_all)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        model_open(PROCESSES, kinds[k].method, kinds[k].channel);
        const slack_rate_t rate = model.rates[k == 3];
        model.processes[3].call_ms = FIRST_MS;
        const uint64_t ms = (uint64_t)CALLS * rate.interval_ms;
        model_run(FIRST_MS + ms);
        assert_in_range(model.sent, CALLS - 2, CALLS);
        assert_in_range(model.asked, 1, (k == 3 ? 2 : 1) * (10 + ms / 1000));
        model_close();
    }
}

/* Calls that are rare ask for nothing. */
TEST(rare_calls_ask_for_nothing)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        model_open(PROCESSES, kinds[k].method, kinds[k].channel);
        for (unsigned i = 0; i < PROCESSES; i++) {
            model.processes[i].every_ms = (uint64_t)model.rates[k == 3].interval_ms * 8 * PROCESSES;
            model.processes[i].call_ms = FIRST_MS + dice(60000);
        }
        model_run(FIRST_MS + UINT64_C(20) * 60 * 1000);
        assert_true(model.sent > 20);
        assert_int_equal(model.asked, 0);
        model_close();
    }
}

/* Values that no process has written stand for no entry. */
TEST(values)
{
    static const struct {
        const char *text;
        uint64_t until_ms, at_ms; /* 0: it is not valid */
    } rows[] = {
        {"2000 1000", 2000, 1000},
        {"0 1", 0, 1},
        {"86500999 86500999", 86500999, 86500999},
        {"1 86401001", 0, 0},
        {"86401001 1000", 0, 0},
        {"", 0, 0},
        {" ", 0, 0},
        {"1", 0, 0},
        {"1 ", 0, 0},
        {" 1", 0, 0},
        {"1 2 3", 0, 0},
        {"1  2", 0, 0},
        {"-1 2", 0, 0},
        {"1 2x", 0, 0},
        {"0x1 2", 0, 0},
        {"99999999999999999999 1", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        slack_share_t share = {0, 0};
        char text[SLACK_SHARE_TEXT];
        const uint64_t now_ms = rows[i].at_ms > 1000 ? rows[i].at_ms : 1000;
        const bool valid = slack__share_read(slack__slice(rows[i].text), now_ms, &share);
        assert_int_equal(valid, rows[i].at_ms > 0);
        if (!valid) continue;
        assert_int_equal(share.until_ms, rows[i].until_ms);
        assert_int_equal(share.at_ms, rows[i].at_ms);
        slack__share_write(&share, text);
        assert_string_equal(text, rows[i].text);
    }
}
