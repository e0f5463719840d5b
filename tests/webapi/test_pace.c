/* SPDX-License-Identifier: MIT */
/* When calls are sent, on a virtual clock. */
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "webapi/pace.h"

#define CALLS_MAX 10100
#define MINUTE_MS 60000
#define PLACES    256
#define FIRST_MS  1000000

typedef struct call {
    slack_paced_t paced;
    unsigned lane;    /* the test's own number of what Slack limits */
    uint64_t sent_ms; /* 0: it waits */
} call_t;

static slack_pacer_t *pace;
static call_t calls[CALLS_MAX];
static unsigned count, order[CALLS_MAX], sent;
static uint64_t now_ms, until_ms; /* until_ms: of the next calls */

static void open_pace(enum slack_pace limits)
{
    pace = slack__pace_new(limits, PLACES);
    assert_non_null(pace);
    count = sent = 0;
    now_ms = FIRST_MS;
    until_ms = 0;
}

static void add(unsigned lane, slack_pace_call_t what)
{
    if (what.token == NULL) what.token = "xoxb-1";
    if (what.team == NULL) what.team = "";
    if (what.channel == NULL) what.channel = "";
    call_t *call = &calls[count];
    *call = (call_t){.paced = {.number = ++count, .until_ms = until_ms}, .lane = lane};
    slack__pace_enter(pace, &call->paced, &what, now_ms);
    slack__pace_wait(pace, &call->paced, 0);
}

/* Sends what is ready; the answers come at once. Returns when more is ready. */
static uint64_t send_ready(void)
{
    uint64_t ready_ms;
    slack_paced_t *paced;
    while ((paced = slack__pace_next(pace, now_ms, &ready_ms)) != NULL) {
        call_t *call = SLACK_CONTAINER(paced, call_t, paced);
        order[sent++] = (unsigned)(call - calls);
        call->sent_ms = now_ms;
        slack__pace_answered(pace, paced);
        slack__pace_leave(pace, paced);
    }
    return ready_ms;
}

/* The end of all calls, in whatever state they are. */
static void leave_all(void)
{
    uint64_t ready_ms;
    while (slack__pace_take(pace))
        continue;
    assert_null(slack__pace_next(pace, now_ms, &ready_ms));
    for (unsigned n = 0; n < count; n++)
        slack__pace_leave(pace, &calls[n].paced);
    assert_int_equal(slack__pace_waiting(pace), 0);
    slack__pace_free(pace);
}

static void send_all(void)
{
    for (uint64_t ready_ms; (ready_ms = send_ready()) != UINT64_MAX; now_ms = ready_ms)
        assert_true(ready_ms > now_ms);
    assert_int_equal(slack__pace_waiting(pace), 0);
}

/* The most calls of a lane that were sent within a minute. */
static unsigned busiest_minute(unsigned lane)
{
    unsigned most = 0;
    for (unsigned i = 0, first = 0, in = 0; i < sent; i++) {
        if (calls[order[i]].lane != lane) continue;
        for (in++; calls[order[first]].lane != lane ||
                   calls[order[first]].sent_ms + MINUTE_MS <= calls[order[i]].sent_ms;
             first++)
            if (calls[order[first]].lane == lane) in--;
        if (in > most) most = in;
    }
    return most;
}

/* 700 calls at once: no minute has more than Slack allows, and the last one leaves when it has to.
 */
TEST(test_rates)
{
    static const struct {
        const char *method, *channel;
        enum slack_pace limits;
        unsigned at_once, minute;
    } cases[] = {
        {"apps.manifest.create", NULL, SLACK_PACE_INTERNAL, 1, 1},
        {"users.list", NULL, SLACK_PACE_INTERNAL, 4, 20},
        {"reactions.add", NULL, SLACK_PACE_INTERNAL, 10, 50},
        {"users.info", NULL, SLACK_PACE_INTERNAL, 20, 100},
        {"conversations.history", NULL, SLACK_PACE_INTERNAL, 10, 50},
        {"conversations.history", NULL, SLACK_PACE_DISTRIBUTED, 1, 1},
        {"conversations.replies", NULL, SLACK_PACE_DISTRIBUTED, 1, 1},
        {"users.list", NULL, SLACK_PACE_DISTRIBUTED, 4, 20},
        {"chat.postMessage", "C1", SLACK_PACE_INTERNAL, 5, 64},
        {"auth.test", NULL, SLACK_PACE_INTERNAL, 120, 600},
        {"users.list", NULL, SLACK_PACE_OFF, 700, 700},
        {"new.method", NULL, SLACK_PACE_INTERNAL, 700, 700},
        {"views.open", NULL, SLACK_PACE_INTERNAL, 700, 700},
        {"response_url", NULL, SLACK_PACE_INTERNAL, 700, 700},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_pace(cases[i].limits);
        for (unsigned n = 0; n < 700; n++)
            add(0, (slack_pace_call_t){.method = cases[i].method, .channel = cases[i].channel});
        send_ready();
        const unsigned at_once = sent;
        send_all();
        const unsigned minute = busiest_minute(0), least = cases[i].minute * 9 / 10;
        if (at_once != cases[i].at_once || minute > cases[i].minute || minute < least)
            fail_msg("%s: %u at once, %u a minute", cases[i].method, at_once, minute);
        for (unsigned n = 0; n < 700; n++)
            assert_int_equal(order[n], n);
        slack__pace_free(pace);
    }
}

/* 1,500 calls of three workspaces: none of them waits for another, and a view opens at once. */
TEST(test_three_workspaces)
{
    static const char *const tokens[] = {"xoxb-1", "xoxb-2", "xoxe-org"};
    unsigned next[3] = {0, 500, 1000};
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 1500; n++)
        add(n / 500, (slack_pace_call_t){.token = tokens[n / 500],
                                         .team = n < 1000 ? "" : "T3",
                                         .method = "users.list"});
    for (unsigned n = 0; n < 600; n++, now_ms += 1000)
        send_ready();
    const unsigned before = sent;
    add(3, (slack_pace_call_t){.method = "views.open"});
    send_ready();
    assert_int_equal(order[before], 1500); /* in front of any other call */
    send_all();
    for (unsigned i = 0; i < sent; i++) {
        const call_t *call = &calls[order[i]];
        if (call->lane == 3) continue;
        assert_int_equal(order[i], next[call->lane]++);
        assert_int_equal(call->sent_ms, calls[order[i] % 500].sent_ms); /* as in the first one */
    }
    for (unsigned lane = 0; lane < 3; lane++)
        assert_true(busiest_minute(lane) <= 20);
    slack__pace_free(pace);
}

/* Channels do not wait for each other until their workspace has used up its rate. */
TEST(test_channels)
{
    char channel[8];
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 1000; n++) {
        snprintf(channel, sizeof channel, "C%u", n % 50);
        add(n % 50, (slack_pace_call_t){.method = "chat.postMessage", .channel = channel});
    }
    send_ready();
    assert_int_equal(sent, 60);
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(order[i], i); /* the channels take turns */
    send_all();
    for (unsigned n = 0; n < 1000; n++)
        calls[n].lane = 0;
    assert_true(busiest_minute(0) <= 300);
    slack__pace_free(pace);
}

/* A 429 closes the lanes of one method in one workspace, and then they open a little. */
TEST(test_a_refusal)
{
    uint64_t ready_ms;
    slack_paced_t *refused, *next;
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 9; n++)
        add(0, (slack_pace_call_t){.method = "chat.postMessage", .channel = n % 2 ? "C1" : "C2"});
    refused = slack__pace_next(pace, now_ms, &ready_ms);
    slack__pace_answered(pace, refused);
    slack__pace_close_lane(pace, refused, now_ms + 30000);
    slack__pace_wait(pace, refused, now_ms + 30000);
    add(1, (slack_pace_call_t){.method = "chat.postMessage", .token = "xoxb-2"});
    add(2, (slack_pace_call_t){.method = "users.info"});
    assert_int_equal(send_ready(), now_ms + 30000);
    assert_int_equal(sent, 2);
    now_ms += 30000;
    for (unsigned n = 0; n < 9; n++) {
        now_ms += 1000;
        next = slack__pace_next(pace, now_ms, &ready_ms);
        assert_non_null(next);
        assert_null(slack__pace_next(pace, now_ms, &ready_ms)); /* one at a time */
        assert_true(ready_ms == UINT64_MAX);
        slack__pace_answered(pace, next);
        slack__pace_leave(pace, next);
    }
    slack__pace_free(pace);
}

/* Takes as many calls as have a place. */
static unsigned take_places(void)
{
    uint64_t ready_ms;
    unsigned taken = 0;
    while (slack__pace_next(pace, now_ms, &ready_ms))
        taken++;
    assert_true(ready_ms == UINT64_MAX);
    return taken;
}

/* Neither a flood of interactive calls nor one of bulk calls takes all places. */
TEST(test_each_class_has_places)
{
    static const char *const methods[] = {"users.list", "functions.completeSuccess"};
    for (unsigned i = 0; i < 2; i++) {
        open_pace(SLACK_PACE_OFF);
        for (unsigned n = 0; n < 500; n++)
            add(0, (slack_pace_call_t){.method = methods[i]});
        assert_int_equal(take_places(), PLACES - PLACES / 8);
        for (unsigned n = 0; n < 500; n++)
            add(0, (slack_pace_call_t){.method = methods[1 - i]});
        assert_int_equal(take_places(), PLACES / 8);
        leave_all();
    }
}

/* There are fewer places over HTTP/1.1: calls that have more already keep them. */
TEST(test_the_places_change)
{
    uint64_t ready_ms;
    open_pace(SLACK_PACE_OFF);
    for (unsigned n = 0; n < 500; n++)
        add(0, (slack_pace_call_t){.method = "users.info"});
    slack__pace_set_places(pace, 64);
    assert_int_equal(take_places(), 56);
    slack__pace_set_places(pace, PLACES);
    assert_int_equal(take_places(), PLACES - PLACES / 8 - 56);
    slack__pace_set_places(pace, 64);
    for (unsigned n = PLACES - PLACES / 8; n-- > 0;) {
        slack__pace_answered(pace, &calls[n].paced);
        assert_true((slack__pace_next(pace, now_ms, &ready_ms) != NULL) == (n < 56));
    }
    leave_all();
}

/* With all places taken, those that become free go to the workspaces in turn. */
TEST(test_places_go_round)
{
    static const char *const tokens[] = {"xoxb-1", "xoxb-2", "xoxb-3"};
    open_pace(SLACK_PACE_OFF);
    for (unsigned n = 0; n < 3 * PLACES; n++)
        add(n / PLACES, (slack_pace_call_t){.token = tokens[n / PLACES], .method = "users.info"});
    for (unsigned i = 0, first = take_places(); i < first; i++) {
        uint64_t ready_ms;
        slack__pace_answered(pace, &calls[i % 3 * PLACES + i / 3].paced);
        const slack_paced_t *next = slack__pace_next(pace, now_ms, &ready_ms);
        assert_ptr_equal(next, &calls[(first + i) % 3 * PLACES + (first + i) / 3].paced);
    }
    leave_all();
}

/* A call that waits too long is found, and those behind it in time. */
TEST(test_deadlines)
{
    uint64_t next_ms;
    slack_paced_t *paced;
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 100; n++) {
        until_ms = FIRST_MS + MINUTE_MS + n / 50;
        add(0, (slack_pace_call_t){.method = "users.list"});
    }
    until_ms = FIRST_MS; /* a later call that waits less */
    add(0, (slack_pace_call_t){.method = "users.list"});
    assert_ptr_equal(paced = slack__pace_expired(pace, now_ms, &next_ms), &calls[100].paced);
    slack__pace_leave(pace, paced);
    while (now_ms < FIRST_MS + MINUTE_MS) {
        assert_null(slack__pace_expired(pace, now_ms, &next_ms));
        assert_int_equal(next_ms, FIRST_MS + MINUTE_MS);
        const uint64_t ready_ms = send_ready();
        now_ms = ready_ms < next_ms ? ready_ms : next_ms;
    }
    assert_int_equal(sent, 19); /* and the twentieth would be ready now */
    for (unsigned n = sent; n < 50; n++) {
        assert_ptr_equal(paced = slack__pace_expired(pace, now_ms, &next_ms), &calls[n].paced);
        slack__pace_leave(pace, paced);
    }
    assert_null(slack__pace_expired(pace, now_ms, &next_ms));
    assert_int_equal(next_ms, now_ms + 1);
    send_all();
    assert_int_equal(sent, 19 + 50);
    slack__pace_free(pace);
}

/* Retries keep their place, and wait for their own time. */
TEST(test_retries)
{
    uint64_t ready_ms;
    slack_paced_t *tried[4];
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 8; n++)
        add(0, (slack_pace_call_t){.method = "users.list"});
    for (unsigned n = 0; n < 4; n++)
        tried[n] = slack__pace_next(pace, now_ms, &ready_ms);
    for (unsigned n = 4; n-- > 0;) {
        slack__pace_answered(pace, tried[n]);
        slack__pace_wait(pace, tried[n], now_ms + (n == 3 ? 3000 : 2000));
    }
    assert_int_equal(slack__pace_waiting(pace), 8);
    assert_null(slack__pace_next(pace, now_ms, &ready_ms));
    assert_int_equal(ready_ms, now_ms + 2000);
    now_ms += 2000;
    assert_int_equal(send_ready(), now_ms + 1000);
    now_ms += MINUTE_MS;
    send_all();
    for (unsigned n = 0; n < 8; n++)
        assert_int_equal(order[n], n);
    slack__pace_free(pace);
}

/* A call that expires on its way gets its answer, and does not wait for another try. */
TEST(test_a_deadline_on_the_way)
{
    uint64_t next_ms;
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 2; n++)
        add(0, (slack_pace_call_t){.method = "apps.manifest.create"});
    calls[0].paced.until_ms = calls[1].paced.until_ms = now_ms + 1000;
    slack_paced_t *paced = slack__pace_next(pace, now_ms, &next_ms);
    now_ms += 1000;
    assert_ptr_equal(slack__pace_expired(pace, now_ms, &next_ms), &calls[1].paced);
    assert_null(slack__pace_expired(pace, now_ms, &next_ms));
    slack__pace_answered(pace, paced);
    slack__pace_wait(pace, paced, now_ms + 1000);
    assert_ptr_equal(slack__pace_expired(pace, now_ms, &next_ms), paced);
    leave_all();
}

static void add_ten_thousand(unsigned round)
{
    char token[24];
    count = sent = 0;
    for (unsigned n = 0; n < 10000; n++) {
        snprintf(token, sizeof token, "xoxb-%u-%u", round, n);
        add(n, (slack_pace_call_t){.token = token, .method = "chat.postMessage", .channel = "C1"});
    }
}

/* At once in 50,000 workspaces and their channels: all calls leave, and lanes that are not used do
 * not stay. */
TEST(test_many_lanes)
{
    const size_t before = heap_bytes();
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned round = 0; round < 5; round++) {
        add_ten_thousand(round);
        send_ready();
        assert_int_equal(sent, 10000);
        assert_true(heap_bytes() - before < (size_t)10 << 20);
    }
    now_ms += MINUTE_MS;
    for (unsigned round = 0; round < 2; round++) {
        add_ten_thousand(round);
        send_ready();
        now_ms += MINUTE_MS;
    }
    assert_true(heap_bytes() - before < (size_t)5 << 20);
    slack__pace_free(pace);
}

/* Calls beyond the limit of lanes share one with a rate. */
TEST(test_lanes_are_limited)
{
    enum { CHANNELS = 50000 };
    static slack_paced_t paced[CHANNELS];
    char channel[16];
    uint64_t ready_ms;
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < CHANNELS; n++) {
        snprintf(channel, sizeof channel, "C%u", n);
        paced[n] = (slack_paced_t){.number = n + 1};
        slack__pace_enter(pace, &paced[n],
                          &(slack_pace_call_t){"xoxb-1", "", "chat.postMessage", channel}, now_ms);
        slack__pace_wait(pace, &paced[n], 0);
    }
    slack_paced_t *next;
    for (sent = 0; (next = slack__pace_next(pace, now_ms, &ready_ms)) != NULL; sent++) {
        slack__pace_answered(pace, next);
        slack__pace_leave(pace, next);
    }
    assert_int_equal(sent, 120); /* of both lanes */
    while ((next = slack__pace_take(pace)) != NULL)
        slack__pace_leave(pace, next);
    slack__pace_free(pace);
}

/* 10,000 calls at a stop. */
TEST(test_the_end)
{
    slack_paced_t *paced;
    open_pace(SLACK_PACE_INTERNAL);
    for (unsigned n = 0; n < 10000; n++)
        add(0, (slack_pace_call_t){.method = n % 2 ? "users.list" : "views.open"});
    for (unsigned n = 10000; n > 0; n--) {
        assert_int_equal(slack__pace_waiting(pace), n);
        assert_non_null(paced = slack__pace_take(pace));
        slack__pace_leave(pace, paced);
    }
    leave_all();
}

/* Without memory for a lane, calls share one. */
static bool send_two(size_t nth, bool all)
{
    heap_fail_at(nth, all);
    pace = slack__pace_new(SLACK_PACE_INTERNAL, PLACES);
    count = sent = 0;
    if (pace) {
        add(0, (slack_pace_call_t){.method = "chat.postMessage", .channel = "C1"});
        add(0, (slack_pace_call_t){.method = "users.list"});
        send_all();
        assert_int_equal(sent, 2);
        slack__pace_free(pace);
    }
    return heap_heal();
}

TEST(test_memory_is_out)
{
    assert_true(alloc_fail_attempts(send_two) > 3);
}
