/* SPDX-License-Identifier: MIT */
/*
 * Nothing acknowledged is lost. A bot gets 300 events a second, over HTTP and Socket Mode at once,
 * is killed with SIGKILL at random moments and started again. This program is its Slack: events
 * without an ack are sent again, over either transport. In the end every acknowledged event must
 * have been handled, and none twice unless a kill lies between its two runs, which are listed.
 *
 * usage: kill_test [--postgres] BOT [TIMES [HOW [TOOL]]]
 *
 * With --postgres three bots, in processes of their own, share the store on a PostgreSQL that this
 * program starts; at a kill at least one of them dies, and the others go on. TIMES is a number,
 * HOW:
 *
 *     kill      as above
 *     roles     with --postgres: the same, but one of the bots receives and the others work
 *     outside   the same for any bot that answers hello with a greeting, as examples/showcase.c
 *               does: its messages show the events that it handled
 *     points    the bot kills itself, TIMES times at each of the points of util/crash.h
 *     roll      instead of the kill another bot is started on the same store, then the oldest gets
 *               SIGTERM, as in a rolling deploy: no event may be handled twice
 *     takeover  the same, but the oldest bot is killed, while the others work
 *     storm     as roll, with 1,000 events that are sent ten times each, over both transports, all
 *               connections and the restarts
 *     tools     the slackapp command TOOL lists the inbox, and retries and drops its dead letters,
 *               TIMES times in all
 *     failover  with --postgres: the primary is killed while its replication stands still, so that
 *               commits have no answer, its synchronous standby is promoted, and a new standby
 *               made, TIMES times
 *     failover-timed
 *               the same, and the first ack follows within 2 s
 *     partition with --postgres: the first bot is cut off from the store for longer than its lease,
 *               TIMES times
 *     faults    the store of the bot, which was linked with disk.c, cannot write for a while, in
 *               each of four ways, TIMES times; nothing may be acknowledged meanwhile, and the bot
 *               goes on afterwards. PostgreSQL is killed, ended, and stopped instead
 *
 * With "orders-" before kill, roles, roll, takeover, storm, points or faults, the events are
 * orders, 50 a second in 50 channels, for examples/courier.c or post_bot.c. Of the posts, 5 % lose
 * their answer after they took effect, 5 % are lost before, 2 % get a 503 after their effect, 3 % a
 * 429, and 10 % are answered late. In the end each order must have one message "received" and one
 * "shipped", in the order of the orders. There are also:
 *
 *     orders-rush   as orders-points, at points at which a later order could pass: in one channel,
 *                   and no post is lost
 *     orders-blind  as orders-kill, but the history shows no message to the bot: orders must have
 *                   several messages then, or this test would not see what it looks for
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kill/kill.h"

#define TICK_MS      10
#define TICK_EVENTS  100 /* at most, when the machine runs the timer seldom */
#define EVENT_MS     3   /* one event in so many ms: more than 300 a second */
#define ORDER_MS     20
#define COMMAND_MS   100
#define BLIND_ORDERS 120 /* at least, so that some lose their answers */
#define RESEND_MS    700
#define EVENTS_MAX   1000000
#define POINT_ACKS   20000 /* for a bot with a crash point, which must die before */
#define STORM_EVENTS 1000
#define STORM_TRIES  10
#define WORDS_BYTES  8192 /* of the bots' stderr, to be shown */

kill_t t;

/* The points of the inbox, of the outbox, and those at which a later order could pass. */
static const char *const event_points[] = {
    "before-store", "before-commit", "committed", "stored",          "acked", "handled",
    "marked",       "finished",      "claimed",   "claimed-nothing", NULL,
};
static const char *const order_points[] = {
    "before-post", "posted", "job-stored",   "call-begun",    "before-look", "looked",
    "before-call", "called", "message-kept", "result-stored", "call-ended",  NULL,
};
static const char *const rush_points[] = {"stored", "acked", "posted", "claimed", NULL};

static unsigned count_points(void)
{
    unsigned count = 0;
    while (t.points[count])
        count++;
    return count;
}

void tell_last_words(void)
{
    char line[512];
    long from = 0;
    FILE *words = fopen(t.words, "r");
    if (!words) return;
    if (fseek(words, 0, SEEK_END) == 0 && (from = ftell(words)) > WORDS_BYTES)
        fseek(words, from - WORDS_BYTES, SEEK_SET);
    else
        rewind(words);
    while (fgets(line, sizeof line, words))
        printf("# bot: %.*s\n", (int)strcspn(line, "\n"), line);
    fclose(words);
}

void die(const char *what)
{
    tell_last_words();
    printf("not ok 1 - %s\n", what);
    for (int i = 0; i < BOTS_MAX; i++)
        if (t.bots[i].alive) uv_process_kill(&t.bots[i].process, SIGKILL);
    exit(1);
}

/* ---- sending ---- */

static bool all_ended(void);

static void finish(void)
{
    uv_timer_stop(&t.tick);
    for (unsigned i = 0; i < BOTS_MAX; i++)
        end_bot(i, SIGTERM);
}

/* The point "claimed-nothing" needs an empty store, so that no new event may fail. */
static bool pauses(void)
{
    return t.point && strcmp(t.point, "claimed-nothing") == 0;
}

/* In a storm every event is sent ten times, some of them after each restart. */
static unsigned tries_due(void)
{
    if (!t.storm) return 0;
    return t.over ? STORM_TRIES : 1 + (STORM_TRIES - 1) * t.done / (t.times + 1);
}

static bool send_due(uint64_t now)
{
    unsigned tries = tries_due(), most = t.storm ? STORM_EVENTS : EVENTS_MAX;
    const uint64_t event_ms = t.orders ? ORDER_MS : EVENT_MS;
    bool more = false;
    if (pauses() || (t.over && !t.storm)) t.debt_ms = now;
    for (int i = 0; i < TICK_EVENTS && t.debt_ms + event_ms <= now && t.sent < most; i++) {
        t.debt_ms += event_ms;
        more = true;
        t.sent++;
        send_event(t.sent - 1);
    }
    for (unsigned n = t.storm ? 0 : t.oldest; n < t.sent; n++) {
        const event_t *e = &t.events[n];
        bool again = e->tries < tries && now - e->sent_ms > 50;
        if (again || (!e->acked && now - e->sent_ms > RESEND_MS)) send_event(n);
        more = more || e->tries < tries;
    }
    return more;
}

static void on_tick(uv_timer_t *timer)
{
    uint64_t now = uv_now(t.loop);
    bool more = send_due(now);
    if (t.orders && now >= t.command_ms && t.sent > 0) {
        send_command((unsigned)rand() % t.sent);
        t.command_ms = now + COMMAND_MS;
    }
    if (!t.over) return;
    if (!more && t.oldest == t.sent && all_ended()) finish();
    if (now - t.progress_ms > PATIENCE_MS) finish();
}

/* ---- bots ---- */

static void blow_later(void);

/* Every other start of the first bot has a crash point. */
static void start_next(unsigned which)
{
    if (which == 0)
        t.point = t.points && !t.point && !t.over ? t.points[t.done % count_points()] : NULL;
    start_bot(which);
}

static void on_gone(unsigned which)
{
    if (t.over && !uv_is_active((uv_handle_t *)&t.tick)) {
        if (t.running == 0) uv_stop(t.loop);
        return;
    }
    if (!t.roll) start_next(which);
    blow_later();
}

/* The bots are killed one at a time, and sometimes all of them; each point is reached after the end
 * of the first one. */
static void kill_some(void)
{
    const bool all = rand() % 4 == 0;
    const unsigned one = t.points ? 0 : (unsigned)rand() % t.count;
    for (unsigned i = 0; i < t.count; i++)
        if (all || i == one) end_bot(i, SIGKILL);
}

static unsigned oldest_bot(void)
{
    unsigned oldest = t.newest;
    for (unsigned i = 0; i < BOTS_MAX; i++)
        if (t.bots[i].alive && t.bots[i].run < t.bots[oldest].run) oldest = i;
    return oldest;
}

static void roll_over(void)
{
    t.bots[t.newest].serves = true;
    end_bot(oldest_bot(), t.takeover ? SIGKILL : SIGTERM);
}

static void start_another(void)
{
    unsigned which = 0;
    while (t.bots[which].alive)
        which++;
    start_bot(which);
    when_ready(which, roll_over);
}

static bool blind(void)
{
    return t.orders && t.orders->blind;
}

static void on_blow(uv_timer_t *timer)
{
    if (t.point) { /* the bot kills itself */
        uint64_t idle_ms = uv_now(t.loop) - t.progress_ms;
        if (idle_ms < PATIENCE_MS && t.acks < POINT_ACKS) {
            uv_timer_start(timer, on_blow, PATIENCE_MS - idle_ms, 0);
            return;
        }
        printf("# the point \"%s\" was never reached\n", t.point);
        die("a point was never reached");
    }
    if (t.done++ >= t.times && (!blind() || t.sent >= BLIND_ORDERS)) {
        t.over = true;
        t.over_ms = t.progress_ms = uv_now(t.loop);
    } else if (t.tool) {
        use_tool(blow_later);
    } else if (t.faults) {
        break_store(blow_later);
    } else if (t.failover) {
        fail_over(blow_later);
    } else if (t.partition) {
        cut_off(blow_later);
    } else if (t.roll) {
        start_another();
    } else {
        kill_some();
    }
}

/* The bot dies at any time, from before it listens to the middle of its work. */
static void blow_later(void)
{
    uint64_t ms = t.point ? PATIENCE_MS : 20 + (uint64_t)rand() % 600;
    if (!t.over) uv_timer_start(&t.blow, on_blow, ms, 0);
}

/* ---- the verdict ---- */

static bool stormed(void)
{
    for (unsigned n = 0; n < t.sent; n++)
        if (t.events[n].tries < STORM_TRIES) return false;
    return t.sent == STORM_EVENTS;
}

static verdict_t verdict(bool tell)
{
    FILE *log = fopen(t.log, "r");
    if (!log) return (verdict_t){.lost = t.sent}; /* no bot has begun */
    const verdict_t v = verdict_of(log, t.events, t.sent, tell);
    fclose(log);
    return v;
}

static bool all_ended(void)
{
    static uint64_t last_ms;
    if (uv_now(t.loop) - last_ms < 200) return false;
    last_ms = uv_now(t.loop);
    if (t.orders) return orders_judge(t.orders, t.events, t.sent, false).missing == 0;
    return verdict(false).lost == 0;
}

/* ---- the run ---- */

static unsigned free_port(void)
{
    struct sockaddr_in address;
    int len = sizeof address;
    uv_tcp_t tcp;
    uv_ip4_addr(t.host, 0, &address);
    uv_tcp_init(t.loop, &tcp);
    uv_tcp_bind(&tcp, (const struct sockaddr *)&address, 0);
    uv_tcp_getsockname(&tcp, (struct sockaddr *)&address, &len);
    uv_close((uv_handle_t *)&tcp, NULL);
    uv_run(t.loop, UV_RUN_NOWAIT);
    return ntohs(address.sin_port);
}

static void set_up(void)
{
    const slack_curl_options_t curl = {.user_agent = "Slackbot 1.0", .concurrency = 4096};
    snprintf(t.folder, sizeof t.folder, "/tmp/slackapp-kill-XXXXXX");
    if (!mkdtemp(t.folder)) die("no temporary folder");
    open_store();
    snprintf(t.log, sizeof t.log, "%s/log", t.folder);
    snprintf(t.fault, sizeof t.fault, "%s/fault", t.folder);
    snprintf(t.words, sizeof t.words, "%s/stderr", t.folder);
    t.words_fd =
        getenv("KILL_VERBOSE") ? 2 : open(t.words, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    t.loop = uv_default_loop();
    t.events = calloc(EVENTS_MAX, sizeof *t.events);
    if (!t.events || slack__net_new(&t.net, t.loop, &slack__clock_system, NULL) != 0 ||
        slack__curl_new(&t.curl, t.net, &curl) != 0 || slack__signer_new(&t.signer, SECRET) != 0)
        die("cannot set up");
    slack_open();
    t.begun_s = slack__wall_ms(&slack__clock_system) / 1000;
    t.on_gone = on_gone;
    /* The bots keep their ports over their restarts, so that no other program may take one in
     * between. */
    unsigned pid = (unsigned)getpid();
    snprintf(t.host, sizeof t.host, "127.%u.%u.%u", 1 + (pid >> 16 & 127), pid >> 8 & 255,
             1 + pid % 254);
    for (unsigned i = 0; i < BOTS_MAX; i++)
        t.bots[i].port = free_port();
    uv_timer_init(t.loop, &t.tick);
    uv_timer_init(t.loop, &t.blow);
}

static void clean_up(void)
{
    static const char *const files[] = {
        "log", "stderr", "fault", "inbox.db", "inbox.db-wal", "inbox.db-shm", "inbox.db-owners"};
    char name[160];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/%s", t.folder, files[i]);
        unlink(name);
    }
    if (rmdir(t.folder) != 0) die("the folder cannot be removed");
}

/* Blows begin when all bots are ready. */
static void await_bots(void)
{
    static unsigned ready;
    if (ready == t.count)
        blow_later();
    else
        when_ready(ready++, await_bots);
}

static void set_flag(void *user_data)
{
    *(bool *)user_data = true;
}

/* Closes the bots' connections, so that a leak checker finds nothing of them. The kernel releases
 * the rest. */
static void close_server(void)
{
    bool gone = false;
    uv_timer_stop(&t.tick);
    uv_timer_stop(&t.blow);
    slack__http_server_close(t.server, set_flag, &gone);
    while (!gone && uv_run(t.loop, UV_RUN_ONCE)) {
    }
}

/* Prints the line of TAP. */
static bool tell(bool good, const char *what)
{
    printf("%s 1 - %s, %s\n", good ? "ok" : "not ok", what,
           t.storm       ? "in a storm"
           : t.takeover  ? "taken over"
           : t.roll      ? "rolling"
           : t.faults    ? "while the store fails"
           : t.failover  ? "failing over"
           : t.partition ? "cut off"
           : t.tool      ? "while the inbox is looked at"
                         : "killed");
    return good;
}

static bool judge_events(void)
{
    verdict_t v = verdict(true);
    printf("# %u events, all acknowledged: %s; handled %u; lost %u; twice %u; again after a kill "
           "inside the handler %u, before its end was stored %u; calls that failed %u\n",
           t.sent, t.oldest == t.sent ? "yes" : "no", v.handled, v.lost, v.twice, v.interrupted,
           v.unstored, v.failed);
    printf("# %u kills of %u processes in %.1f s\n", t.kills, t.runs,
           (double)(uv_now(t.loop) - t.begun_ms) / 1000);
    if (t.faults && t.postgres)
        printf("# the first ack after the server was back: at most %u ms\n",
               (unsigned)t.resumed_ms);
    return tell((!t.failover || judge_failovers()) && v.lost == 0 && v.twice == 0 &&
                    t.oldest == t.sent && v.handled == t.sent && t.unsound == 0 &&
                    (!t.storm || stormed()) &&
                    (t.kills > 0 || t.partition || v.interrupted + v.unstored == 0),
                "nothing acknowledged is lost");
}

static bool judge_orders(void)
{
    const orders_t *o = t.orders;
    const order_verdict_t v = orders_judge(o, t.events, t.sent, !o->blind);
    printf("# %u orders, all acknowledged: %s; messages %zu, missing %u, doubled %u, misplaced %u, "
           "strange %u\n",
           t.sent, t.oldest == t.sent ? "yes" : "no", o->count, v.missing, v.doubled, v.misplaced,
           o->strays);
    printf("# %u kills; %u posts: answer lost %u, lost %u, 503 %u, 429 %u, late %u; looks %u\n",
           t.kills, o->calls, o->cut, o->lost, o->failed, o->limited, o->late, o->looks);
    printf("# %u times /status, answered %u, the slowest after %u ms; %.1f s, of which %.1f s with "
           "orders\n",
           t.commands, t.answered, t.slowest_ms, (double)(uv_now(t.loop) - t.begun_ms) / 1000,
           (double)(t.over_ms - t.begun_ms) / 1000);
    const bool sound = t.oldest == t.sent && v.missing == 0 && o->strays == 0 && t.answered > 0;
    if (o->blind) return tell(sound && v.doubled > 0, "without a look orders have two messages");
    return tell(sound && v.doubled == 0 && v.misplaced == 0, "each order has its messages once");
}

int main(int argc, char **argv)
{
    static orders_t orders;
    t.postgres = argc > 1 && strcmp(argv[1], "--postgres") == 0;
    argc -= t.postgres;
    argv += t.postgres;
    if (argc < 2) return 2;
    t.program = realpath(argv[1], NULL);
    if (!t.program) return 2;
    t.times = argc > 2 ? (unsigned)atoi(argv[2]) : 5;
    const char *how = argc > 3 ? argv[3] : "kill";
    if (strncmp(how, "orders-", 7) == 0) {
        t.orders = &orders;
        how += 7;
    }
    orders.blind = strcmp(how, "blind") == 0;
    orders.calm = strcmp(how, "rush") == 0;
    orders.channels = orders.calm ? 1 : ORDER_CHANNELS;
    if (strcmp(how, "points") == 0) t.points = t.orders ? order_points : event_points;
    if (orders.calm) t.points = rush_points;
    t.storm = strcmp(how, "storm") == 0;
    t.roles = strcmp(how, "roles") == 0;
    t.outside = strcmp(how, "outside") == 0;
    t.faults = strcmp(how, "faults") == 0;
    t.failover = t.postgres && strncmp(how, "failover", 8) == 0;
    t.partition = t.postgres && strcmp(how, "partition") == 0;
    t.timed = strcmp(how, "failover-timed") == 0;
    t.takeover = strcmp(how, "takeover") == 0;
    t.roll = t.storm || t.takeover || strcmp(how, "roll") == 0;
    t.tool = argc > 4 ? realpath(argv[4], NULL) : NULL;
    if (t.points) t.times *= count_points();
    t.times *= t.faults ? faults_count() : t.tool ? commands_count() : 1;
    unsigned seed = (unsigned)uv_hrtime();
    srand(seed);
    setvbuf(stdout, NULL, _IOLBF, 0);
    set_up();
    printf("1..1\n# %u times, seed %u\n", t.times, seed);
    for (unsigned i = 0; i < t.count; i++)
        start_next(i);
    t.debt_ms = t.begun_ms = uv_now(t.loop);
    uv_timer_start(&t.tick, on_tick, TICK_MS, TICK_MS);
    if (t.roll || t.faults || t.tool || t.failover || t.partition)
        await_bots();
    else
        blow_later();
    uv_run(t.loop, UV_RUN_DEFAULT);

    const bool good = t.orders ? judge_orders() : judge_events();
    if (good)
        clean_up();
    else
        tell_last_words();
    fflush(stdout);
    orders_free(&orders);
    close_server();
    close_store();
    _exit(!good);
}
