/* SPDX-License-Identifier: MIT */
#include "run/bot.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/alloc.h"

#define LOOK_MS     50
#define LOOK_MAX_MS 2000
#define BODY_MAX    4096
/* After so long a bot that is not ready is reported. */
#define PATIENCE_MS 10000
/* More than the longest drain that is usual. */
#define LEAVE_MS 40000
#define ARGS_MAX 64

int run_listen(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 511) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        *ret_port = ntohs(address.sin_port);
        return fd;
    }
    const int error = errno;
    close(fd);
    return -error;
}

static void bot_free_if_done(run_bot_t *bot)
{
    if (!bot->gone || bot->asking) return;
    slack__timer_stop(bot->options->net, &bot->timer);
    bot->options->ended(bot, bot->succeeded, bot->text, bot->options->user_data);
    slack__free(bot);
}

static void look(slack_timer_t *timer);

static void look_again(run_bot_t *bot)
{
    bot->timer.fire = look;
    slack__timer_start(bot->options->net, &bot->timer, LOOK_MS);
}

static void looked(const slack_curl_result_t *result, void *user_data)
{
    run_bot_t *bot = user_data;
    const run_bot_options_t *options = bot->options;
    bot->asking = false;
    if (bot->gone) {
        bot_free_if_done(bot);
        return;
    }
    if (bot->phase != RUN_BOT_STARTING) return;
    if (result->status == 0 && result->http_status == 200) {
        bot->phase = RUN_BOT_READY;
        options->ready(bot, NULL, options->user_data);
        return;
    }
    if (!bot->warned && slack__mono_ms(options->net->clock) - bot->since_ms > PATIENCE_MS) {
        bot->warned = true;
        options->ready(bot, result->status == 0 ? result->body : result->reason,
                       options->user_data);
    }
    look_again(bot);
}

static void look(slack_timer_t *timer)
{
    run_bot_t *bot = SLACK_CONTAINER(timer, run_bot_t, timer);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/readyz", bot->admin_port);
    const slack_curl_request_t request = {
        .method = "GET", .url = url, .body_max = BODY_MAX, .timeout_ms = LOOK_MAX_MS};
    bot->asking = slack__curl_send(bot->options->curl, &request, looked, bot) == 0;
    if (!bot->asking) look_again(bot);
}

static void child_line(const char *line, size_t len, void *user_data)
{
    const run_bot_t *bot = user_data;
    bot->options->line(line, len, bot->options->user_data);
}

static void child_ended(bool succeeded, const char *text, void *user_data)
{
    run_bot_t *bot = user_data;
    bot->gone = true;
    bot->succeeded = succeeded;
    snprintf(bot->text, sizeof bot->text, "%s", text);
    close(bot->admin_fd);
    bot_free_if_done(bot);
}

/* The id of a process that LISTEN_PID has to name is known in that process alone. */
static int child_start(run_bot_t *bot)
{
    static const char passed[] = "LISTEN_PID=$$ exec \"$0\" \"$@\"";
    const run_bot_options_t *options = bot->options;
    const char *argv[ARGS_MAX + 4] = {"/bin/sh", "-c", passed};
    size_t count = 0;
    for (; count < ARGS_MAX && options->argv[count]; count++)
        argv[3 + count] = options->argv[count];
    if (options->argv[count]) return UV_E2BIG;
    size_t variables = 0;
    while (options->env[variables])
        variables++;
    const char **env = slack__calloc(variables + 2, sizeof *env);
    if (!env) return UV_ENOMEM;
    memcpy(env, options->env, variables * sizeof *env);
    env[variables] = options->request_fd ? "LISTEN_FDS=2" : "LISTEN_FDS=1";
    run_child_options_t child = {
        .argv = argv,
        .env = env,
        .passed = {options->request_fd ? options->request_fd : bot->admin_fd,
                   options->request_fd ? bot->admin_fd : 0},
        .line = child_line,
        .ended = child_ended,
        .user_data = bot,
    };
    const int rc = run_child_start(&bot->child, options->net->loop, &child);
    slack__free(env);
    return rc;
}

int run_bot_start(run_bot_t **ret, const run_bot_options_t *options, char problem[CLI_PROBLEM_SIZE])
{
    run_bot_t *bot = slack__calloc(1, sizeof *bot);
    int rc = bot ? 0 : UV_ENOMEM;
    if (rc == 0) {
        bot->options = options;
        bot->since_ms = slack__mono_ms(options->net->clock);
        slack__link_init(&bot->timer.link);
        bot->admin_fd = run_listen(&bot->admin_port);
        rc = bot->admin_fd < 0 ? bot->admin_fd : child_start(bot);
    }
    if (rc == 0) {
        look_again(bot);
        *ret = bot;
        return 0;
    }
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot start %.180s: %s", options->argv[0],
             uv_strerror(rc));
    if (bot && bot->admin_fd > 0) close(bot->admin_fd);
    slack__free(bot);
    return -1;
}

static void patience_ended(slack_timer_t *timer)
{
    run_child_kill(&SLACK_CONTAINER(timer, run_bot_t, timer)->child, SIGKILL);
}

void run_bot_stop(run_bot_t *bot)
{
    run_child_kill(&bot->child, SIGTERM);
    if (bot->phase == RUN_BOT_LEAVING) return;
    bot->phase = RUN_BOT_LEAVING;
    bot->timer.fire = patience_ended;
    slack__timer_start(bot->options->net, &bot->timer, LEAVE_MS);
}
