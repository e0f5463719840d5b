/* SPDX-License-Identifier: MIT */
/* Processes that share their rates over real stores, against a Slack that counts. The clocks are
 * the test's. */
#include "cluster/shares.h"
#include "store/kv.h"
#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/peer.h"
#include "support/postgres.h"
#include "support/store_file.h"
#include "support/test.h"
#include "support/world.h"

#define MACHINES 10
#define OPS      64
#define TOKEN    "xoxb-123456789012-abcdefghijkl"

/* A process: its clock, its net, its calls, and its store, which the test can see, stop and break.
 */
typedef struct machine {
    slack_store_t store; /* in front of `real` */
    slack_store_t *real;
    slack_store_op_t *ops[OPS];
    void (*done[OPS])(slack_store_op_t *op);
    enum mode { WORKS, FAILS, HANGS } mode;
    unsigned submitted, in_flight;
    slack_task_t task; /* for operations that fail */
    slack_clock_t clock;
    int64_t ahead_ms;
    slack_net_t *net;
    slack_webapi_t *webapi;
    slack_client_t client;
    slack_shares_t shares;
    unsigned ended, failed, seen; /* calls; requests that Slack has read */
    bool closed;
} machine_t;

static world_t world;
static machine_t machines[MACHINES];
static unsigned count, step_ms;

/* ---- Slack ---- */

static struct {
    peer_t *peer;
    unsigned interval_ms, burst;  /* that it allows */
    uint64_t full_ms, limited_ms; /* it refuses all until then */
    const char *retry;
    unsigned taken, refused, views;
    uint64_t last_ms; /* the last one that it has taken */
} slack;

static uint64_t now_ms(void)
{
    return world.mono_us / 1000;
}

static void slack_answer(peer_t *peer, const peer_request_t *request, void *user_data)
{
    const char *text = "{\"ok\":true}";
    const char *machine = strstr(request->body, "n=");
    if (strstr(request->text, "/api/views.open ")) {
        slack.views++;
        peer_answer(peer, request->connection, 200, "", text);
        return;
    }
    assert_non_null(machine);
    machines[machine[2] - '0'].seen++;
    if (slack.full_ms < now_ms()) slack.full_ms = now_ms();
    if (now_ms() < slack.limited_ms ||
        slack.full_ms > now_ms() + (uint64_t)(slack.burst - 1) * slack.interval_ms) {
        slack.refused++;
        peer_answer(peer, request->connection, 429, slack.retry,
                    "{\"ok\":false,\"error\":\"ratelimited\"}");
        return;
    }
    slack.full_ms += slack.interval_ms;
    slack.taken++;
    slack.last_ms = now_ms();
    peer_answer(peer, request->connection, 200, "", text);
}

/* ---- the store of a machine ---- */

static void shim_done(slack_store_op_t *op)
{
    for (size_t m = 0; m < count; m++)
        for (size_t i = 0; i < OPS; i++)
            if (machines[m].ops[i] == op) {
                machines[m].ops[i] = NULL;
                machines[m].in_flight--;
                op->done = machines[m].done[i];
                op->done(op);
                return;
            }
    fail();
}

static void shim_fail(slack_task_t *task)
{
    machine_t *m = SLACK_CONTAINER(task, machine_t, task);
    for (size_t i = 0; i < OPS; i++)
        if (m->ops[i]) {
            m->ops[i]->status = SLACK_ESTORE;
            if (m->ops[i]->batch) m->ops[i]->batch->count = 0;
            shim_done(m->ops[i]);
        }
}

static void shim_submit(slack_store_t *store, slack_store_op_t *op)
{
    machine_t *m = SLACK_CONTAINER(store, machine_t, store);
    size_t i = 0;
    while (m->ops[i])
        assert_true(++i < OPS);
    m->ops[i] = op;
    m->done[i] = op->done;
    op->done = shim_done;
    m->submitted++;
    m->in_flight++;
    if (m->mode == WORKS) m->real->ops->submit(m->real, op);
    if (m->mode == FAILS) slack__task_post(m->net, &m->task);
}

/* ---- life ---- */

static uint64_t machine_mono_us(void *user_data)
{
    return world.mono_us;
}

static int64_t machine_wall_ms(void *user_data)
{
    return INT64_C(1700000000000) + (int64_t)now_ms() + ((machine_t *)user_data)->ahead_ms;
}

static void machine_open(machine_t *m, const char *url, int64_t ahead_ms)
{
    static slack_store_ops_t shim;
    char api_url[64], error[SLACK_ERROR_TEXT_MAX];
    snprintf(api_url, sizeof api_url, "http://127.0.0.1:%u/api/", peer_port(slack.peer));
    const slack_webapi_options_t options = {.api_url = api_url,
                                            .concurrency = 16,
                                            .calls_max = 1000,
                                            .timeout_ms = 10000,
                                            .pace = SLACK_PACE_INTERNAL};
    *m = (machine_t){.clock = {machine_mono_us, machine_wall_ms, m}, .ahead_ms = ahead_ms};
    slack__link_init(&m->task.link);
    m->task.run = shim_fail;
    assert_int_equal(slack__net_new(&m->net, &world.loop, &m->clock, &world.logger), 0);
    assert_int_equal(slack__store_open(&m->real, m->net, url, error), 0);
    assert_int_equal(slack__webapi_new(&m->webapi, m->net, &options), 0);
    shim = *m->real->ops;
    shim.submit = shim_submit;
    m->store.ops = &shim;
    m->client = (slack_client_t){.webapi = m->webapi, .token = TOKEN};
    m->shares = (slack_shares_t){
        .net = m->net, .store = &m->store, .webapi = m->webapi, .app = SLACK_SLICE("T1/B1")};
    assert_int_equal(slack__shares_start(&m->shares), 0);
}

static void open_all(const char *url, unsigned n)
{
    assert_true(world_open(&world));
    memset(&slack, 0, sizeof slack);
    slack.interval_ms = 1200; /* of tier 3, with a burst of a minute, as the simulator has it */
    slack.burst = 50;
    slack.retry = "Retry-After: 30\r\n";
    step_ms = 100;
    slack.peer = peer_open(&world.loop, slack_answer, NULL);
    count = n;
    for (unsigned i = 0; i < n; i++)
        machine_open(&machines[i], url, 0);
    for (unsigned i = 0; i < n; i++)
        slack__shares_set_processes(&machines[i].shares, n);
}

static void machine_stop(machine_t *m)
{
    if (m->net == NULL) return;
    slack__shares_stop(&m->shares);
    m->closed = false;
    slack__webapi_close(m->webapi, world_set_flag, &m->closed);
    world_until(&world, m->closed);
    if (m->mode != WORKS) shim_fail(&m->task);
    m->closed = false;
    m->real->ops->close(m->real, world_set_flag, &m->closed);
    world_until(&world, m->closed);
    slack__shares_done(&m->shares);
    m->closed = false;
    slack__net_close(m->net, world_set_flag, &m->closed);
    world_until(&world, m->closed);
    m->net = NULL;
}

static int close_all(void **state)
{
    if (count == 0) return 0;
    for (unsigned i = 0; i < count; i++)
        machine_stop(&machines[i]);
    peer_close(slack.peer);
    count = 0;
    world_close(&world);
    store_file_clean();
    return heap_live() == 0 ? 0 : -1;
}

#define SHARES_TEST(function) TEST_CASE(function, NULL, close_all, NULL)

/* ---- calls and time ---- */

static void ended(const slack_response_t *response, void *user_data)
{
    machine_t *m = user_data;
    m->ended++;
    m->failed += slack_response_status(response) != 0;
}

static void call(unsigned i, const char *method, unsigned n)
{
    while (n-- > 0)
        assert_int_equal(
            slack_callf(&machines[i].client, method, ended, &machines[i],
                        "{n: %d, channel: 'C1', user: 'U1', name: 'x', timestamp: '1.2',"
                        " trigger_id: '1', view: {}}",
                        (int)i),
            0);
}

static bool is_busy(void)
{
    for (unsigned i = 0; i < count; i++) {
        const machine_t *m = &machines[i];
        if (m->net == NULL) continue;
        if (m->in_flight > 0 && m->mode == WORKS) return true;
        if (slack__webapi_under_way(m->webapi) > slack__webapi_waiting(m->webapi)) return true;
    }
    return false;
}

/* All that needs no time happens. */
static void settle(void)
{
    do
        for (int i = 0; i < 8; i++)
            uv_run(&world.loop, UV_RUN_NOWAIT);
    while (is_busy());
}

static void pass(uint64_t ms)
{
    for (; ms > 0; ms -= ms < step_ms ? ms : step_ms) {
        world.mono_us += (ms < step_ms ? ms : step_ms) * UINT64_C(1000);
        for (unsigned i = 0; i < count; i++)
            if (machines[i].net) slack__net_clock_moved(machines[i].net);
        settle();
    }
}

static unsigned waiting(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < count; i++)
        if (machines[i].net) n += (unsigned)slack__webapi_under_way(machines[i].webapi);
    return n;
}

static unsigned submitted(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < count; i++)
        n += machines[i].submitted;
    return n;
}

/* ---- cases ---- */

/* A hundred calls at once of a method that Slack takes 50 times a minute. */
static void all_at_once(const char *url, unsigned n, bool shared)
{
    open_all(url, n);
    for (unsigned i = 0; i < n; i++) {
        if (!shared) slack__shares_set_processes(&machines[i].shares, 1);
        call(i, "reactions.add", 100 / n);
    }
    const uint64_t since_ms = now_ms();
    while (waiting() > 0)
        pass(1000);
    assert_int_equal(slack.taken, 100);
    if (!shared) {
        assert_true(slack.refused > 20);
        return;
    }
    assert_in_range(slack.refused, 0, 2);
    assert_in_range(slack.last_ms - since_ms, 85 * 1500, 100 * 1500);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(machines[i].failed, 0);
        assert_true(machines[i].shares.leases > 0);
        /* Two a second look for 429s. */
        assert_in_range(machines[i].submitted, 1, (now_ms() - since_ms) / 1000 * 3);
    }
}

SHARES_TEST(ten_processes_are_not_refused)
{
    all_at_once(store_file_url(), 10, true);
}

SHARES_TEST(ten_processes_that_do_not_share_are_refused)
{
    all_at_once(store_file_url(), 10, false);
}

SHARES_TEST(two_processes_on_postgres_are_not_refused)
{
    char url[256];
    const char *conninfo = postgres_start();
    if (conninfo == NULL) skip();
    snprintf(url, sizeof url, "postgres:%s", conninfo);
    all_at_once(url, 2, true);
}

SHARES_TEST(one_process_asks_for_nothing)
{
    open_all(store_file_url(), 1);
    call(0, "reactions.add", 20);
    while (waiting() > 0)
        pass(1000);
    assert_int_equal(machines[0].submitted, 0);
    assert_int_equal(slack.refused, 0);
}

SHARES_TEST(idle_processes_ask_for_nothing)
{
    open_all(store_file_url(), 3);
    pass(10000);
    assert_int_equal(submitted(), 0);
    call(0, "reactions.add", 1); /* rare: it is sent at once */
    settle();
    assert_int_equal(slack.taken, 1);
    pass(70000);
    assert_int_equal(machines[0].shares.leases, 0);
    const unsigned before = submitted();
    pass(60000);
    assert_int_equal(submitted(), before);
}

/* All processes know of a 429 within a second; and they do not come back all at once. */
SHARES_TEST(a_refusal_closes_the_lane_in_all)
{
    open_all(store_file_url(), 5);
    for (unsigned i = 0; i < 5; i++)
        call(i, "users.info", 1); /* they look for 429s */
    pass(2000);
    slack.limited_ms = now_ms() + 30000;
    call(0, "reactions.add", 1);
    settle();
    assert_int_equal(slack.refused, 1);
    pass(1000);
    for (unsigned i = 1; i < 5; i++)
        call(i, "reactions.add", 6);
    pass(28900);
    assert_int_equal(slack.refused, 1);
    assert_int_equal(waiting(), 25);
    slack.burst = 2; /* and nothing has been forgotten */
    while (waiting() > 0)
        pass(1000);
    assert_in_range(slack.refused, 1, 2);
}

/* A call of a person needs neither a token nor the store. */
SHARES_TEST(interactive_calls_do_not_wait)
{
    open_all(store_file_url(), 3);
    machines[0].mode = HANGS;
    call(0, "reactions.add", 10);
    call(0, "views.open", 5);
    settle();
    assert_int_equal(slack.views, 5);
}

static struct outage {
    const char *name;
    enum mode mode;
    const char *log;
} outages[] = {
    {"a_store_that_fails", FAILS, "event=\"rate limits are not shared\" error=SLACK_ESTORE"},
    {"a_store_that_hangs", HANGS, "event=\"rate limits are not shared\" error=SLACK_ETIMEDOUT"},
};

/* Each process goes on at a third of the rate, says so once, and shares again afterwards. */
TEST_EACH_CASE(outage, outages, NULL, close_all)
{
    const struct outage *o = *state;
    open_all(store_file_url(), 3);
    for (unsigned i = 0; i < 3; i++) {
        machines[i].mode = o->mode;
        call(i, "reactions.add", 60);
    }
    pass(90000); /* 60 calls, and a burst of three times three */
    assert_in_range(slack.taken, 55, 75);
    assert_int_equal(slack.refused, 0);
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(machines[i].seen, 18, 25);
    assert_int_equal(world_log_count(&world, o->log), 3);
    for (unsigned i = 0; i < 3; i++) {
        machines[i].mode = WORKS;
        if (o->mode == HANGS) shim_fail(&machines[i].task);
    }
    pass(20000);
    for (unsigned i = 0; i < 3; i++)
        assert_true(machines[i].shares.leases > 0);
    while (waiting() > 0)
        pass(1000);
    assert_int_equal(slack.refused, 0);
}

/* A clock that is ahead does not starve the others, and sends no more. */
SHARES_TEST(clocks_that_differ_by_a_minute)
{
    open_all(store_file_url(), 3);
    machine_stop(&machines[1]);
    machine_open(&machines[1], store_file_url(), 60000);
    slack__shares_set_processes(&machines[1].shares, 3);
    for (unsigned i = 0; i < 3; i++)
        call(i, "reactions.add", 40);
    pass(75000); /* 50 calls and a burst */
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(machines[i].seen, 14, 30);
    assert_in_range(slack.taken, 50, 80);
    assert_int_equal(slack.refused, 0);
}

/* The tokens of a process that ends are lost for no longer than they stand for. */
SHARES_TEST(a_process_ends_with_a_lease)
{
    open_all(store_file_url(), 2);
    for (unsigned i = 0; i < 2; i++)
        call(i, "reactions.add", 60);
    pass(10000);
    machine_stop(&machines[0]);
    slack__shares_set_processes(&machines[1].shares, 1);
    const unsigned before = machines[1].seen;
    pass(15000);
    assert_in_range(machines[1].seen - before, 8, 12);
}

static void note_done(slack_store_op_t *op)
{
    op->done = NULL;
}

/* Runs an operation on the store of the first process. */
static void run_op(slack_store_op_t *op, enum slack_store_op_kind kind, slack_row_t row,
                   slack_store_batch_t *batch)
{
    *op = (slack_store_op_t){.kind = kind, .row = row, .batch = batch, .done = note_done};
    slack__link_init(&op->link);
    machines[0].real->ops->submit(machines[0].real, op);
    world_until(&world, op->done == NULL);
    assert_int_equal(op->status, 0);
}

/* A value that another program has written is replaced; one for the end of a 429 is ignored. */
SHARES_TEST(entries_of_another_program)
{
    static const char *const values[] = {"", "x", "1 2 3", "9 99999999999999999", "1 1"};
    slack_store_op_t op;
    slack_store_batch_t found = {.limit = 1};
    open_all(store_file_url(), 2);
    call(0, "reactions.add", 100);
    pass(10000);
    run_op(&op, SLACK_STORE_KV_LIST, slack__kv_page(SLACK_SLICE("pace/T1/B1/"), SLACK_SLICE("")),
           &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.rows[0].key.len, strlen("pace/T1/B1/0123456789abcdef"));
    assert_null(strstr(found.rows[0].payload.ptr, TOKEN));
    const slack_slice_t keys[] = {found.rows[0].key, SLACK_SLICE("limited/T1/B1/0123456789abcdef"),
                                  SLACK_SLICE("limited/T1/B1/0123456789ABCDEF"),
                                  SLACK_SLICE("limited/T1/B1/x")};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            run_op(&op, SLACK_STORE_KV_PUT,
                   slack__kv_to_row(&(slack_kv_entry_t){.key = keys[k],
                                                        .version = SLACK_SLICE("g"),
                                                        .value = slack__slice(values[i]),
                                                        .until_ms = SLACK_KV_FOREVER}),
                   NULL);
        const unsigned before = machines[0].seen;
        pass(5000);
        assert_in_range(machines[0].seen - before, 2, 16); /* the bucket was full */
    }
    slack__arena_free(found.arena);
}

/* Without memory, a process keeps its part of the rate. Each attempt has lanes of its own. */
static bool share_without_memory(size_t nth, bool all)
{
    char token[32];
    snprintf(token, sizeof token, "xoxb-%zu-%d", nth, all);
    machines[0].client.token = machines[1].client.token = token;
    slack.full_ms = 0;
    slack.limited_ms = now_ms() + 500;
    call(0, "reactions.add", 3);
    call(1, "users.info", 2);
    heap_fail_at(nth, all);
    pass(1000);
    const bool failed = heap_heal();
    while (waiting() > 0)
        pass(1000);
    return failed;
}

SHARES_TEST(memory_is_out)
{
    open_all(store_file_url(), 2);
    slack.retry = "Retry-After: 1\r\n";
    step_ms = 500;
    assert_true(alloc_fail_attempts(share_without_memory) > 5);
}
