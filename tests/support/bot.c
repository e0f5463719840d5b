/* SPDX-License-Identifier: MIT */
#include "support/bot.h"
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/inspect.h"
#include "support/orphan.h"

#define WAIT_MS  20000
#define BOTS_MAX 4

static pid_t running[BOTS_MAX];

/* ---- in the bot's process ---- */

/* Answers auth.test in the loop's next turn; the bot makes no other call. */
static struct web_api {
    slack_app_t *app;
    slack_task_t task;
    slack_curl_fn answered;
    void *answered_data;
    void (*closed)(void *user_data);
    void *closed_data;
} web_api;

static void run_web_api(slack_task_t *task)
{
    static const char identity[] = "{\"ok\":true,\"user_id\":\"U0BOT\",\"bot_id\":\"B0BOT\","
                                   "\"team_id\":\"T0TEAM\"}";
    const slack_curl_result_t result = {.reason = "",
                                        .http_status = 200,
                                        .content_type = "application/json",
                                        .retry_after_s = -1,
                                        .body = identity,
                                        .body_len = sizeof identity - 1};
    slack_curl_fn answered = web_api.answered;
    web_api.answered = NULL;
    if (answered) answered(&result, web_api.answered_data);
    if (web_api.closed) web_api.closed(web_api.closed_data);
}

static int send_call(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    if (web_api.answered) return SLACK_EBUSY;
    web_api.answered = fn;
    web_api.answered_data = user_data;
    slack__task_post(slack__inspect_net(web_api.app), &web_api.task);
    return 0;
}

static void close_calls(void *sender, void (*fn)(void *user_data), void *user_data)
{
    web_api.closed = fn;
    web_api.closed_data = user_data;
    slack__task_post(slack__inspect_net(web_api.app), &web_api.task);
}

static int log_fd;

static void write_line(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t n = write(log_fd, line, len);
        if (n < 0 && errno != EINTR) _exit(99);
        if (n > 0) line += n, len -= (size_t)n;
    }
}

static void on_log(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    char text[2048];
    int n = snprintf(text, sizeof text, "%.*s\n", (int)len, line);
    write_line(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static int handle(slack_ctx_t *ctx, void *user_data)
{
    return 0;
}

static int run(const slack_options_t *given)
{
    static const slack_sender_t sender = {send_call, close_calls, NULL};
    slack_options_t options = *given;
    slack_app_t *app = NULL;
    char last[SLACK_ERROR_TEXT_MAX + 64];
    if (!options.transport) options.transport = "http";
    options.bot_token = "xoxb-test";
    if (!options.store) options.store = "memory:";
    options.log_fn = on_log;
    if (!options.http_port) options.http_port = "0";
    if (!options.http_host) options.http_host = "127.0.0.1";
    int rc = slack_app_new(&app, &options);
    if (rc == 0) rc = slack_on_event(app, NULL, handle, NULL);
    if (rc == 0) {
        web_api.app = app;
        web_api.task.run = run_web_api;
        slack__link_init(&web_api.task.link);
        slack__inspect_set_sender(app, &sender);
        rc = slack_app_run(app);
    }
    int n = snprintf(last, sizeof last, "ended status=%s error=%s\n", rc ? slack_err_name(rc) : "0",
                     slack_app_error(app));
    write_line(last, (size_t)n);
    slack_app_free(app);
    uv_library_shutdown(); /* ends its threads, which _exit() does not do */
    return rc != 0;
}

/* ---- in the test's process ---- */

void bot_start(bot_t *bot, const slack_options_t *options, void (*prepare)(void *arg), void *arg)
{
    int fds[2];
    memset(bot, 0, sizeof *bot);
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    bot->pid = fork();
    assert_true(bot->pid >= 0);
    if (bot->pid == 0) {
        end_with_the_parent();
        close(fds[0]);
        log_fd = fcntl(fds[1], F_DUPFD, 100); /* `prepare` may need the low numbers */
        close(fds[1]);
        if (prepare) prepare(arg);
        const int status = run(options);
        uv_library_shutdown(); /* ends its threads: valgrind reports what a process leaves */
        _exit(status);
    }
    close(fds[1]);
    bot->log_fd = fds[0];
    for (size_t i = 0; i < BOTS_MAX; i++) {
        if (running[i]) continue;
        running[i] = bot->pid;
        break;
    }
}

/* Reads more of the log. Returns false at its end. */
static bool read_log(bot_t *bot)
{
    struct pollfd wait = {.fd = bot->log_fd, .events = POLLIN};
    if (poll(&wait, 1, WAIT_MS) != 1)
        fail_msg("the bot says nothing more: %s", bot->log + bot->seen);
    assert_true(bot->len + 1 < sizeof bot->log);
    ssize_t n = read(bot->log_fd, bot->log + bot->len, sizeof bot->log - 1 - bot->len);
    assert_true(n >= 0);
    bot->len += (size_t)n;
    return n > 0;
}

void bot_until(bot_t *bot, const char *text)
{
    const char *found;
    while (!(found = strstr(bot->log + bot->seen, text)) || !strchr(found, '\n'))
        if (!read_log(bot)) fail_msg("the bot never said \"%s\": %s", text, bot->log + bot->seen);
    bot->seen = (size_t)(found - bot->log) + strlen(text);
}

static unsigned port_in(const char *log, const char *event)
{
    const char *line = strstr(log, event);
    const char *port = line ? strstr(line, " port=") : NULL;
    return port ? (unsigned)strtoul(port + 6, NULL, 10) : 0;
}

void bot_until_listening(bot_t *bot)
{
    bot_until(bot, "state=ready");
    bot->port = port_in(bot->log, "\"http listening\"");
    bot->admin_port = port_in(bot->log, "\"admin server listening\"");
}

void bot_open(bot_t *bot, const slack_options_t *options)
{
    bot_start(bot, options, NULL, NULL);
    bot_until_listening(bot);
}

void bot_signal(const bot_t *bot, int signum)
{
    assert_int_equal(kill(bot->pid, signum), 0);
}

int bot_wait(bot_t *bot)
{
    int status = 0;
    while (read_log(bot))
        continue;
    close(bot->log_fd);
    while (waitpid(bot->pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    for (size_t i = 0; i < BOTS_MAX; i++)
        if (running[i] == bot->pid) running[i] = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void bot_close(bot_t *bot)
{
    bot_signal(bot, SIGTERM);
    int status = bot_wait(bot);
    if (status != 0) fail_msg("the bot ended with %d: %s", status, bot->log);
}

int bot_kill_all(void **state)
{
    for (size_t i = 0; i < BOTS_MAX; i++) {
        if (running[i] == 0) continue;
        kill(running[i], SIGKILL);
        waitpid(running[i], NULL, 0);
        running[i] = 0;
    }
    return 0;
}
