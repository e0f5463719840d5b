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

#include <slack/slack.h>

#include "app/inspect.h"
#include "pair.h"
#include "server.h"
#include "transport_memory/memory.h"
#include "util/json.h"

#define CHANNELS 1000
#define TEXT     "The build of main has failed: 3 of 1200 tests, see the log."

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

static bench_speed_t run(bool with_posts, unsigned messages, unsigned concurrency)
{
    const slack_counters_t *counters = slack__inspect_counters(app);
    const uint64_t before = counters->posts;
    const bench_clock_t clock = bench_clock_start();
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
    return bench_clock_stop(clock, messages);
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

int main(int argc, char **argv)
{
    static bench_speed_t pairs[BENCH_PAIRS_MAX][2];
    char api_url[64];
    const unsigned rounds = argc == 5 ? (unsigned)atoi(argv[2]) : 0;
    const unsigned messages = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
    const unsigned concurrency = argc == 5 ? (unsigned)atoi(argv[4]) : 0;
    if (rounds < 1 || rounds > BENCH_PAIRS_MAX || messages < 1 || concurrency < 1)
        die("usage: posts STORE ROUNDS MESSAGES CONCURRENCY");
    const pid_t server = bench_server_start(TEXT, api_url, sizeof api_url);
    open_app(argv[1], api_url);
    run(false, messages, concurrency);
    run(true, messages, concurrency);
    for (unsigned i = 0; i < rounds; i++) {
        pairs[i][1] = run(false, messages, concurrency);
        pairs[i][0] = run(true, messages, concurrency);
    }
    bench_pairs_print(pairs, rounds, "post_", "say_");
    slack_app_stop(app);
    while (!stopped)
        uv_run(&loop, UV_RUN_ONCE);
    slack_app_free(app);
    kill(server, SIGTERM);
    return 0;
}
