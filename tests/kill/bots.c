/* SPDX-License-Identifier: MIT */
#include "kill/kill.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the end of a bot ---- */

static void bot_freed(uv_handle_t *handle)
{
    const bot_t *bot = handle->data;
    t.running--;
    t.on_gone((unsigned)(bot - t.bots));
}

/* A bot that is killed while it starts may not have a handler of SIGTERM yet. */
static bool ended_well(const bot_t *bot, int64_t status, int signal)
{
    const bool at_point = t.point && bot == t.bots;
    if (signal == SIGKILL) return bot->signal == SIGKILL || at_point;
    return bot->signal == SIGTERM && status == 0 && (signal == 0 || (signal == SIGTERM && !t.roll));
}

static void bot_exited(uv_process_t *process, int64_t status, int signal)
{
    bot_t *bot = process->data;
    bot->alive = bot->serves = false;
    t.kills += signal == SIGKILL;
    t.progress_ms = uv_now(t.loop);
    if (!ended_well(bot, status, signal)) {
        printf("# bot %d ended with status %d, by signal %d, %llu ms after its start\n",
               (int)(bot - t.bots), (int)status, signal,
               (unsigned long long)(uv_now(t.loop) - bot->started_ms));
        die(bot->signal ? "a bot did not end well" : "a bot ended by itself");
    }
    uv_close((uv_handle_t *)process, bot_freed);
}

void end_bot(unsigned which, int signum)
{
    bot_t *bot = &t.bots[which];
    if (!bot->alive) return;
    if (signum == SIGKILL) log_line("K %u\n", bot->run);
    bot->signal = signum;
    bot->serves = false;
    uv_process_kill(&bot->process, signum);
}

/* ---- the start ---- */

void spawn(uv_process_t *process, char **args, char **env, uv_exit_cb ended)
{
    uv_stdio_container_t stdio[] = {{.flags = UV_IGNORE},
                                    {.flags = UV_IGNORE},
                                    {.flags = UV_INHERIT_FD, .data.fd = t.words_fd}};
    const uv_process_options_t options = {.exit_cb = ended,
                                          .file = args[0],
                                          .args = args,
                                          .env = env,
                                          .cwd = t.folder,
                                          .stdio = stdio,
                                          .stdio_count = 3};
    if (uv_spawn(t.loop, process, &options) != 0) die("cannot start a program");
}

void start_bot(unsigned which)
{
    char host[64], port[64], api[64], log[128], run[32], store[352], fault[128];
    bot_t *bot = &t.bots[which];
    bot->run = ++t.runs;
    snprintf(host, sizeof host, "SLACK_HTTP_HOST=%s", t.host);
    snprintf(port, sizeof port, "SLACK_HTTP_PORT=%u", bot->port);
    snprintf(api, sizeof api, "SLACK_API_URL=http://127.0.0.1:%u/%u/api/",
             slack__http_server_port(t.server), bot->run);
    snprintf(log, sizeof log, "KILL_LOG=%s", t.log);
    snprintf(run, sizeof run, "KILL_RUN=%u", bot->run);
    snprintf(store, sizeof store, "SLACK_STORE=%s%s", t.store,
             t.partition && which == 0 ? " port=6000" : "");
    snprintf(fault, sizeof fault, "DISK_FAULT=%s", t.fault);
    char point[64] = "NO_POINT=";
    if (t.point && which == 0) snprintf(point, sizeof point, "SLACK_CRASH_POINT=%s", t.point);
    char *role = !t.roles     ? "SLACK_ROLE=all"
                 : which == 0 ? "SLACK_ROLE=receive"
                              : "SLACK_ROLE=work";
    char *env[] = {point,
                   role,
                   port,
                   api,
                   log,
                   run,
                   store,
                   host,
                   fault,
                   getenv("DISK_LIES") ? "DISK_LIES=1" : "DISK_SPEAKS_TRUE=1",
                   "SLACK_TRANSPORT=http,socket",
                   "SLACK_BOT_TOKEN=xoxb-kill",
                   "SLACK_APP_TOKEN=xapp-kill",
                   "SLACK_SIGNING_SECRET=" SECRET,
                   t.failover ? "SLACK_LOG_LEVEL=debug" : "SLACK_LOG_LEVEL=error",
                   NULL};
    char *args[] = {(char *)(uintptr_t)t.program, NULL};
    spawn(&bot->process, args, env, bot_exited);
    bot->process.data = bot;
    t.newest = which;
    t.running++;
    bot->signal = 0;
    bot->alive = true;
    bot->serves = (!t.roll || t.done == 0) && (!t.roles || which == 0);
    bot->started_ms = t.progress_ms = uv_now(t.loop);
    t.acks = 0;
}

/* ---- a bot that is ready ---- */

static unsigned awaited;

static void ask_ready(uv_timer_t *timer);

static void on_ready_answer(const slack_curl_result_t *result, void *user_data)
{
    if (result->status != 0 || result->http_status != 200) {
        uv_timer_start(&t.blow, ask_ready, 20, 0);
        return;
    }
    t.on_ready();
}

/* A process that is still starting would ignore SIGTERM, and requests to it would fail. */
static void ask_ready(uv_timer_t *timer)
{
    char url[64];
    const bot_t *bot = &t.bots[awaited];
    if (uv_now(t.loop) - t.progress_ms > PATIENCE_MS) die("a bot did not come up");
    snprintf(url, sizeof url, "http://%s:%u/readyz", t.host, bot->port);
    const slack_curl_request_t request = {
        .method = "GET", .url = url, .timeout_ms = 3000, .body_max = 4096};
    if (slack__curl_send(t.curl, &request, on_ready_answer, NULL) != 0) die("cannot ask the bot");
}

void when_ready(unsigned which, void (*fn)(void))
{
    awaited = which;
    t.on_ready = fn;
    ask_ready(NULL);
}
