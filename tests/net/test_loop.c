/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include <slack/error.h>

#include "net/loop.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "support/world.h"
#include "util/alloc.h"

/* A task that appends its letter to a string, and may post or cancel another one. */
typedef struct note {
    slack_task_t task;
    world_t *world;
    char *text;
    char letter;
    struct note *post;
    struct note *cancel;
} note_t;

static void run_note(slack_task_t *task)
{
    note_t *note = SLACK_CONTAINER(task, note_t, task);
    strncat(note->text, &note->letter, 1);
    if (note->post) slack__task_post(note->world->net, &note->post->task);
    if (note->cancel) slack__task_cancel(&note->cancel->task);
}

static void note_init(note_t *note, world_t *world, char *text, char letter)
{
    *note = (note_t){.task.run = run_note, .world = world, .text = text, .letter = letter};
    slack__link_init(&note->task.link);
}

static struct {
    world_t world;
    char text[64];
    note_t a, b, c;
} n;

static void notes_open(void)
{
    memset(n.text, 0, sizeof n.text);
    note_init(&n.a, &n.world, n.text, 'a');
    note_init(&n.b, &n.world, n.text, 'b');
    note_init(&n.c, &n.world, n.text, 'c');
    assert_true(world_open(&n.world));
}

#define NOTES_TEST(function) TEST_AROUND(function, notes_open(), world_close(&n.world))

static void post(note_t *note)
{
    slack__task_post(note->world->net, &note->task);
}

NOTES_TEST(test_tasks_run_in_order_and_not_before)
{
    post(&n.b);
    post(&n.a);
    post(&n.b); /* it is posted already */
    post(&n.c);
    slack__task_cancel(&n.c.task);
    slack__task_cancel(&n.c.task);
    assert_string_equal(n.text, "");
    uv_run(&n.world.loop, UV_RUN_DEFAULT); /* returns: nothing is left to do */
    assert_string_equal(n.text, "ba");
    post(&n.c);
    uv_run(&n.world.loop, UV_RUN_DEFAULT);
    assert_string_equal(n.text, "bac");
}

NOTES_TEST(test_what_a_task_posts_waits_for_the_next_turn)
{
    n.a.post = &n.a;
    post(&n.a);
    for (size_t turn = 1; turn <= 5; turn++) {
        uv_run(&n.world.loop, UV_RUN_NOWAIT);
        assert_int_equal(strlen(n.text), turn);
    }
    n.a.post = NULL;
}

NOTES_TEST(test_a_task_cancels_one_of_the_same_turn)
{
    n.a.cancel = &n.b;
    post(&n.a);
    post(&n.b);
    post(&n.c);
    uv_run(&n.world.loop, UV_RUN_DEFAULT);
    assert_string_equal(n.text, "ac");
}

TEST(test_close_runs_what_waits_first)
{
    notes_open();
    n.a.post = &n.b;
    n.b.post = &n.c;
    post(&n.a);
    world_close(&n.world);
    assert_string_equal(n.text, "abc");
}

static bool net_closed;

static void run_close(slack_task_t *task)
{
    note_t *note = SLACK_CONTAINER(task, note_t, task);
    slack__net_close(note->world->net, world_set_flag, &net_closed);
    strncat(note->text, &note->letter, 1);
}

NOTES_TEST(test_close_inside_a_task)
{
    n.a.task.run = run_close;
    post(&n.a);
    post(&n.b);
    uv_run(&n.world.loop, UV_RUN_DEFAULT);
    assert_string_equal(n.text, "ab");
    assert_true(net_closed);
    n.world.net = NULL;
}

/* A timer that appends its letter, and may start or stop another one. */
typedef struct alarm {
    slack_timer_t timer;
    char letter;
    struct alarm *start, *stop;
} alarm_t;

static void ring(slack_timer_t *timer)
{
    alarm_t *alarm = SLACK_CONTAINER(timer, alarm_t, timer);
    strncat(n.text, &alarm->letter, 1);
    if (alarm->start) slack__timer_start(n.world.net, &alarm->start->timer, 0);
    if (alarm->stop) slack__timer_stop(n.world.net, &alarm->stop->timer);
}

static void alarm_init(alarm_t *alarm, char letter)
{
    *alarm = (alarm_t){.letter = letter};
    slack__timer_init(&alarm->timer, ring);
}

static void start(alarm_t *alarm, uint64_t in_ms)
{
    slack__timer_start(n.world.net, &alarm->timer, in_ms);
}

static void pass_ms(uint64_t ms)
{
    n.world.mono_us += ms * 1000;
    slack__net_clock_moved(n.world.net);
    world_turn(&n.world);
}

NOTES_TEST(test_timers_follow_the_clock)
{
    alarm_t a, b, c, d;
    alarm_init(&a, 'a');
    alarm_init(&b, 'b');
    alarm_init(&c, 'c');
    alarm_init(&d, 'd');
    assert_true(slack__net_next_us(n.world.net) == UINT64_MAX);
    start(&c, 86400000);
    start(&a, 10);
    start(&d, 86400000); /* in the order of their starts */
    start(&b, 20);
    start(&a, 30); /* again */
    assert_true(slack__net_next_us(n.world.net) == n.world.mono_us + 20000);
    pass_ms(19);
    assert_string_equal(n.text, "");
    pass_ms(1);
    assert_string_equal(n.text, "b");
    assert_false(slack__timer_waits(&b.timer));
    assert_true(slack__timer_waits(&a.timer));
    pass_ms(86400000);
    assert_string_equal(n.text, "bacd");
    assert_true(slack__net_next_us(n.world.net) == UINT64_MAX);
}

NOTES_TEST(test_timers_start_and_stop_others)
{
    alarm_t a, b, c;
    alarm_init(&a, 'a');
    alarm_init(&b, 'b');
    alarm_init(&c, 'c');
    a.start = &c;
    a.stop = &b;
    start(&a, 1);
    start(&b, 1);
    slack__timer_stop(n.world.net, &c.timer); /* no effect */
    pass_ms(1);
    assert_string_equal(n.text, "ac");
    start(&b, 5);
    start(&c, UINT64_MAX); /* forever */
    slack__timer_stop(n.world.net, &b.timer);
    pass_ms(86400000);
    assert_string_equal(n.text, "ac");
    slack__timer_stop(n.world.net, &c.timer);
    uv_run(&n.world.loop, UV_RUN_DEFAULT); /* returns: no timer is left */
}

NOTES_TEST(test_a_timer_that_starts_itself_lets_the_loop_turn)
{
    alarm_t a;
    alarm_init(&a, 'a');
    a.start = &a;
    start(&a, 0);
    assert_string_equal(n.text, ""); /* never inside */
    for (size_t turn = 1; turn <= 5; turn++) {
        while (strlen(n.text) < turn)
            uv_run(&n.world.loop, UV_RUN_NOWAIT);
        assert_int_equal(strlen(n.text), turn);
    }
    slack__timer_stop(n.world.net, &a.timer);
}

/* By the machine's clock. */
NOTES_TEST(test_timers_of_the_machine)
{
    alarm_t a, b;
    n.world.clock = slack__clock_system;
    alarm_init(&a, 'a');
    alarm_init(&b, 'b');
    const uint64_t begin = slack__mono_us(&slack__clock_system);
    start(&b, 20);
    start(&a, 10);
    uv_run(&n.world.loop, UV_RUN_DEFAULT);
    assert_string_equal(n.text, "ab");
    assert_true(slack__mono_us(&slack__clock_system) - begin >= 20000);
}

static void run_free(slack_task_t *task)
{
    slack__free(SLACK_CONTAINER(task, note_t, task));
}

NOTES_TEST(test_a_task_may_free_itself)
{
    note_t *note = slack__malloc(sizeof(*note));
    note_init(note, &n.world, n.text, 'x');
    note->task.run = run_free;
    post(note);
    post(&n.a);
    uv_run(&n.world.loop, UV_RUN_DEFAULT);
    assert_string_equal(n.text, "a");
}

TEST(test_what_it_was_given)
{
    world_t world;
    assert_true(world_open(&world));
    assert_ptr_equal(slack__net_loop(world.net), &world.loop);
    assert_ptr_equal(slack__net_clock(world.net), &world.clock);
    assert_ptr_equal(slack__net_log(world.net), &world.logger);
    uv_buf_t buf = {0};
    slack__net_read_buffer(world.net, &buf);
    assert_non_null(buf.base);
    assert_int_equal(buf.len, 64 * 1024);
    world_close(&world);
}

TEST(test_addresses)
{
    static const struct {
        const char *text;
        unsigned port;
        int family; /* 0: not an address */
    } table[] = {
        {"127.0.0.1", 0, AF_INET},
        {"0.0.0.0", 65535, AF_INET},
        {"::1", 80, AF_INET6},
        {"fe80::1", 80, AF_INET6},
        {"", 80, 0},
        {"localhost", 80, 0},
        {"127.0.0.1", 65536, 0},
        {"127.0.0.256", 80, 0},
        {"127.1", 80, 0},
        {"[::1]", 80, 0},
        {" 127.0.0.1", 80, 0},
        {"::1::", 80, 0},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct sockaddr_storage address;
        bool is = slack__net_address(table[i].text, table[i].port, &address);
        assert_int_equal(is, table[i].family != 0);
        if (is) assert_int_equal(address.ss_family, table[i].family);
    }
}

/* What counts as one peer. */
TEST(test_networks)
{
    static const char *const table[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::", "2001:db8:1:2::"},
        {"2001:DB8::3:4:5:6", "2001:db8::"},
        {"::1", "::"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:192.0.2.1", "192.0.2.1"},
        {"0:0::ffff:c000:201", "192.0.2.1"},
        {"unix", "unix"},
        {"", ""},
        {NULL, ""},
        {"0123456789012345678901234567890123456789012345678", /* too long for an address */
         "012345678901234567890123456789012345678901234"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char network[SLACK_NETWORK_SIZE];
        slack__net_network(slack__slice(table[i][0]), network);
        assert_string_equal(network, table[i][1]);
    }
}

TEST(test_errors)
{
    static const int table[][2] = {
        {0, 0},
        {UV_ENOMEM, SLACK_ENOMEM},
        {UV_EAI_MEMORY, SLACK_ENOMEM},
        {UV_EINVAL, SLACK_EINVAL},
        {UV_ECANCELED, SLACK_ECANCELED},
        {UV_ETIMEDOUT, SLACK_ETIMEDOUT},
        {UV_EOF, SLACK_ECLOSED},
        {UV_EPIPE, SLACK_ECLOSED},
        {UV_ECONNRESET, SLACK_ECLOSED},
        {UV_ECONNREFUSED, SLACK_ECONNECT},
        {UV_ENETUNREACH, SLACK_ECONNECT},
        {UV_EAI_NONAME, SLACK_ECONNECT},
        {UV_EAI_AGAIN, SLACK_ECONNECT},
        {UV_EMFILE, SLACK_EIO},
        {UV_EIO, SLACK_EIO},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_int_equal(slack__net_error(table[i][0]), table[i][1]);
}

static void own_handler(int number)
{
}

TEST(test_sigpipe)
{
    struct sigaction action;
    world_t world;
    signal(SIGPIPE, SIG_DFL);
    assert_true(world_open(&world));
    sigaction(SIGPIPE, NULL, &action);
    assert_true(action.sa_handler == SIG_IGN);
    world_close(&world);

    signal(SIGPIPE, own_handler);
    assert_true(world_open(&world));
    sigaction(SIGPIPE, NULL, &action);
    assert_true(action.sa_handler == own_handler);
    world_close(&world);
    signal(SIGPIPE, SIG_DFL);
}

static int open_and_close(void *ctx)
{
    world_t *world = ctx;
    if (!world_open(world)) return SLACK_ENOMEM;
    world_close(world);
    return 0;
}

TEST(test_no_memory)
{
    world_t world;
    assert_int_equal(alloc_fail_each(open_and_close, &world), 1);
}
