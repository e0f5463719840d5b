/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/app_fixture.h"
#include "support/heap.h"
#include "support/orphan.h"
#include "support/shared_store.h"

/*
 * `.max_running` over bots in processes of their own, each of which receives events. All write to
 * one pipe when a handler begins and before it ends, so the test sees this in the order in which it
 * happens. A handler ends when the test says so.
 */

#define BOTS   3
#define BOUND  4
#define EVENTS 14 /* of each bot */
#define ALL    (BOTS * EVENTS)

typedef struct note {
    char what; /* 'b': a handler begins, 'e': it ends, 'k': the bot is killed */
    unsigned char bot, event;
} note_t;

static int notes[2], orders[BOTS][2];
static pid_t bots[BOTS];
static unsigned running[BOTS]; /* deliveries that each runs */
static bool done[ALL];
static unsigned left; /* that are not done */

static void note(char what, int bot, int event)
{
    const note_t n = {what, (unsigned char)bot, (unsigned char)event};
    assert_int_equal(write(notes[1], &n, sizeof n), sizeof n);
}

/* ---- a bot ---- */

static app_fixture_t f;
static int number;
static bool quits;
static slack_ctx_t *held[ALL];
static unsigned first_held, next_held;

static int event_of(slack_ctx_t *ctx)
{
    return atoi(slack_json_str(slack_ctx_event(ctx), "/text"));
}

static int on_message(slack_ctx_t *ctx, void *user_data)
{
    note('b', number, event_of(ctx));
    slack_ctx_hold(ctx);
    held[next_held++ % ALL] = ctx;
    return 0;
}

static void on_order(uv_poll_t *poll, int status, int events)
{
    char order;
    assert_int_equal(read(orders[number][0], &order, 1), 1);
    quits = order == 'q';
    if (quits) {
        uv_close((uv_handle_t *)poll, NULL);
        return;
    }
    slack_ctx_t *ctx = held[first_held++ % ALL];
    note('e', number, event_of(ctx));
    slack_ctx_release(ctx, 0);
}

static void bot_run(void)
{
    static app_ack_t acks[EVENTS];
    static uv_poll_t poll;
    char body[256];
    app_open(&f, &(slack_options_t){.store = shared_store});
    assert_int_equal(slack_listen(f.app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                             .match = "message",
                                                             .max_running = BOUND,
                                                             .fn = on_message}),
                     0);
    app_ready(&f);
    for (int i = 0; i < EVENTS; i++) {
        const int event = number * EVENTS + i;
        snprintf(body, sizeof body,
                 "{'event_id':'Ev%d','event':{'type':'message','channel':'C%d','user':'U1','text':"
                 "'%d'}}",
                 event, event, event);
        app_inject(&f, body, &acks[i]);
    }
    uv_poll_init(&f.world.loop, &poll, orders[number][0]);
    uv_poll_start(&poll, UV_READABLE, on_order);
    while (!quits)
        app_turn(&f);
    app_close(&f);
}

/* ---- the test ---- */

static int begin(void **state)
{
    memset(running, 0, sizeof running);
    memset(done, 0, sizeof done);
    left = ALL;
    return pipe(notes) != 0 ? -1 : shared_store_begin(state);
}

static void bot_start(int which)
{
    assert_int_equal(pipe(orders[which]), 0);
    bots[which] = fork();
    assert_true(bots[which] >= 0);
    if (bots[which] > 0) return;
    end_with_the_parent();
    number = which;
    bot_run();
    _exit(0);
}

static void order(int which, char what)
{
    assert_int_equal(write(orders[which][1], &what, 1), 1);
}

/* Returns the status, after which the bot has no order any more. */
static int bot_wait(int which)
{
    int status;
    assert_int_equal(waitpid(bots[which], &status, 0), bots[which]);
    bots[which] = 0;
    close(orders[which][0]);
    close(orders[which][1]);
    return status;
}

static int end(void **state)
{
    for (int i = 0; i < BOTS; i++) {
        if (bots[i] <= 0) continue;
        kill(bots[i], SIGKILL);
        bot_wait(i);
    }
    close(notes[0]);
    close(notes[1]);
    return heap_live() == 0 ? 0 : -1;
}

/* It stands still before the test says that it is killed: nobody takes its place before. */
static void bot_kill(int which)
{
    kill(bots[which], SIGSTOP);
    assert_int_equal(waitpid(bots[which], NULL, WUNTRACED), bots[which]);
    note('k', which, 0);
    kill(bots[which], SIGKILL);
    bot_wait(which);
}

static unsigned count_running(void)
{
    unsigned all = 0;
    for (int i = 0; i < BOTS; i++)
        all += running[i];
    return all;
}

static void read_note(void)
{
    note_t n;
    struct pollfd fd = {.fd = notes[0], .events = POLLIN};
    if (poll(&fd, 1, 20000) != 1) fail_msg("nothing happens, %u run", count_running());
    assert_int_equal(read(notes[0], &n, sizeof n), sizeof n);
    if (n.what == 'k') running[n.bot] = 0;
    if (n.what == 'b') running[n.bot]++;
    if (n.what == 'e') {
        running[n.bot]--;
        left -= !done[n.event]; /* it may run again, if its bot dies before its end is stored */
        done[n.event] = true;
    }
    assert_in_range(count_running(), 0, BOUND);
}

/* As many as may. */
static void until_they_run(void)
{
    while (count_running() < (left < BOUND ? left : BOUND))
        read_note();
}

/* The next one that runs something. */
static int next_bot(int which)
{
    do
        which = (which + 1) % BOTS;
    while (running[which] == 0);
    return which;
}

/* The first bot has all permits at first. As many as may run do run, and never more, also when a
 * bot dies whose handlers run; and in the end all have run. */
SHARED_STORE_TEST(test_processes_keep_one_bound, begin, end)
{
    bot_start(0);
    until_they_run();
    bot_start(1);
    bot_start(2);
    for (int which = 0, kills = 0; left > 0;) {
        until_they_run();
        which = next_bot(which);
        if (left == ALL / 2 && kills++ == 0) {
            const unsigned before = count_running();
            bot_kill(which);
            while (count_running() == before)
                read_note();
            continue;
        }
        const unsigned before = running[which];
        order(which, 'e');
        while (running[which] == before)
            read_note();
    }
    for (int i = 0; i < BOTS; i++) {
        if (bots[i] == 0) continue;
        order(i, 'q');
        assert_int_equal(bot_wait(i), 0);
    }
}
