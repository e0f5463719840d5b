/* SPDX-License-Identifier: MIT */
/*
 * What slack_post() costs beside slack_say(): a bot with a store in a file gets messages in 1000
 * channels, and each handler posts one. Slack is a server on 127.0.0.1, a process of its own. The
 * clock stops when Slack has answered for every message. Rounds of both take turns; the figures are
 * the medians.
 *
 * usage: posts STORE ROUNDS MESSAGES CONCURRENCY
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <slack/slack.h>

#include "app/inspect.h"
#include "server.h"
#include "transport_memory/memory.h"
#include "util/json.h"

#define ROUNDS_MAX 1000
#define CHANNELS   1000
#define TEXT       "The build of main has failed: 3 of 1200 tests, see the log."

static uv_loop_t loop;
static slack_app_t *app;
static bool stopped, posts;
static unsigned said, failed, event_id;

static void die(const char *what)
{
    fprintf(stderr, "posts: %s\n", what);
    exit(1);
}

static void count_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    said += done->status == 0;
    failed += done->status != 0;
}

static int answer(slack_ctx_t *ctx, void *user_data)
{
    slack_ctx_on_done(ctx, count_done, NULL);
    return posts ? slack_post(
                       ctx, slack_chat_postMessage(.channel = slack_ctx_channel(ctx), .text = TEXT))
                 : slack_say(ctx, TEXT);
}

static int ignore_ack(const slack_ack_t *ack, void *user_data)
{
    return 0;
}

static void deliver(void)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *event = NULL;
    char id[32], channel[32];
    snprintf(id, sizeof id, "Ev%u", event_id);
    snprintf(channel, sizeof channel, "C%08u", event_id++ % CHANNELS);
    if (arena == NULL ||
        slack__jsonf(arena, &event, NULL,
                     "{type: 'event_callback', event_id: %s, team_id: 'T0', event: {type: "
                     "'message', channel: %s, user: 'U1', ts: '1503435956.000247', text: %s}}",
                     id, channel, TEXT) != 0 ||
        slack__memory_inject(slack__inspect_transport(app, "memory"), arena, event, 0, "",
                             ignore_ack, NULL) != 0)
        die("a message was not delivered");
}

typedef struct round {
    double rate, cpu_us; /* messages a second, and what one costs */
} round_t;

static double cpu_now_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static round_t run(bool with_posts, unsigned messages, unsigned concurrency)
{
    const double cpu_us = cpu_now_us();
    const slack_counters_t *counters = slack__inspect_counters(app);
    const uint64_t since_ns = uv_hrtime(), before = counters->posts;
    unsigned sent = 0;
    posts = with_posts;
    said = 0;
    while (posts ? counters->posts - before < messages : said < messages) {
        while (sent < messages && sent - said < concurrency) {
            deliver();
            sent++;
        }
        uv_run(&loop, UV_RUN_ONCE);
        if (failed) die("a delivery has failed");
    }
    return (round_t){messages * 1e9 / (double)(uv_hrtime() - since_ns),
                     (cpu_now_us() - cpu_us) / messages};
}

static void app_stopped(slack_app_t *unused, int status, void *user_data)
{
    if (status != 0) die(slack_app_error(app));
    stopped = true;
}

static void open_app(const char *store, const char *api_url)
{
    const slack_options_t options = {.loop = &loop,
                                     .transport = "memory",
                                     .store = store,
                                     .bot_token = "xoxb-123456789012-abcdefghijkl",
                                     .api_url = api_url,
                                     .log_level = SLACK_LOG_WARN};
    uv_loop_init(&loop);
    if (slack_app_new(&app, &options) != 0) die("the app is unfit");
    slack_on_message(app, NULL, answer, NULL);
    if (slack_app_start(app, app_stopped, NULL) != 0) die(slack_app_error(app));
    while (!stopped && slack__inspect_unready(app))
        uv_run(&loop, UV_RUN_ONCE);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    static double figures[6][ROUNDS_MAX];
    static const char *const names[] = {"say_rate",   "post_rate",   "ratio",
                                        "say_cpu_us", "post_cpu_us", "cpu_ratio"};
    char api_url[64];
    const unsigned rounds = argc == 5 ? (unsigned)atoi(argv[2]) : 0;
    const unsigned messages = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
    const unsigned concurrency = argc == 5 ? (unsigned)atoi(argv[4]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX || messages < 1 || concurrency < 1)
        die("usage: posts STORE ROUNDS MESSAGES CONCURRENCY");
    const pid_t server = bench_server_start(TEXT, api_url, sizeof api_url);
    open_app(argv[1], api_url);
    run(false, messages, concurrency);
    run(true, messages, concurrency);
    for (unsigned i = 0; i < rounds; i++) {
        const round_t say = run(false, messages, concurrency);
        const round_t post = run(true, messages, concurrency);
        const double row[] = {say.rate,   post.rate,   post.rate / say.rate,
                              say.cpu_us, post.cpu_us, post.cpu_us / say.cpu_us};
        for (unsigned j = 0; j < 6; j++)
            figures[j][i] = row[j];
    }
    for (unsigned j = 0; j < 6; j++)
        printf("%s=%.*f%c", names[j],
               j % 3 == 2 ? 2
               : j < 3    ? 0
                          : 1,
               median(figures[j], rounds), j < 5 ? ' ' : '\n');
    slack_app_stop(app);
    while (!stopped)
        uv_run(&loop, UV_RUN_ONCE);
    slack_app_free(app);
    kill(server, SIGTERM);
    return 0;
}
