/* SPDX-License-Identifier: MIT */
#include "run/session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/env.h"
#include "sim/installs.h"
#include "util/alloc.h"

#define TRANSFERS        8
#define BUILD_OUTPUT_MAX ((size_t)1 << 20)
#define LOG_MAX          ((size_t)16 << 20)

/* --- output --- */

static void say(const char *format, ...) SLACK_PRINTF(1, 2);
static void say(const char *format, ...)
{
    va_list ap;
    slack_buf_t text;
    slack__buf_init(&text, 4096);
    va_start(ap, format);
    fputs("run: ", stdout);
    if (slack__buf_vprintf(&text, format, ap) == 0)
        cli_put(stdout, (slack_slice_t){slack__buf_ptr(&text), text.len});
    putchar('\n');
    fflush(stdout);
    va_end(ap);
    slack__buf_done(&text);
}

/* The page reads the file, and begins anew if it has become shorter. */
static void log_line(run_session_t *session, const char *line, size_t len)
{
    if (!session->log) return;
    if (session->log_bytes + len + 1 > LOG_MAX) {
        rewind(session->log);
        if (ftruncate(fileno(session->log), 0) != 0) return;
        session->log_bytes = 0;
    }
    fwrite(line, 1, len, session->log);
    putc('\n', session->log);
    fflush(session->log);
    session->log_bytes += len + 1;
}

static void bot_line(const char *line, size_t len, void *user_data)
{
    log_line(user_data, line, len);
    fputs("bot| ", stdout);
    cli_put(stdout, (slack_slice_t){line, len});
    putchar('\n');
    fflush(stdout);
}

/* --- the end --- */

static void curl_closed(void *user_data)
{
    run_session_t *session = user_data;
    if (session->log) fclose(session->log);
    if (session->bot_options.request_fd > 0) close(session->bot_options.request_fd);
    slack__buf_done(&session->build_output);
    slack__arena_free(session->arena);
    session->ended(session->ended_data);
}

static void end_if_done(run_session_t *session)
{
    if (!session->ended || session->alive > 0 || session->building) return;
    if (session->curl)
        slack__curl_close(session->curl, curl_closed, session);
    else
        curl_closed(session);
}

void run_session_end(void *user_data, void (*ended)(void *ended_data), void *ended_data)
{
    run_session_t *session = user_data;
    const bool again = session->ended != NULL;
    session->ended = ended;
    session->ended_data = ended_data;
    if (session->current) run_bot_stop(session->current);
    if (session->next) run_bot_stop(session->next);
    if (session->building) run_child_kill(&session->build, SIGTERM);
    if (!again) {
        if (session->alive > 0) say("the bot ends; Ctrl-C again ends it at once");
        run_source_watch_stop(&session->watch);
        end_if_done(session);
    }
}

/* --- the bot's processes --- */

static void url_verified(const char *problem, void *user_data)
{
    const run_session_t *session = user_data;
    if (*problem && !session->ended) say("the request URL: %s", problem);
}

/* Slack checks a request URL once it is set. */
static void set_request_url(run_session_t *session, unsigned port)
{
    const char *url = slack__arena_printf(session->arena, "http://127.0.0.1:%u%s", port,
                                          session->request->request_path);
    session->verify = (sim_verify_wait_t){.fn = url_verified, .user_data = session};
    const int rc = url ? sim_request_url_set(&session->sim->request_url, url) : SLACK_ENOMEM;
    if (rc != 0)
        say("cannot set the request URL %s: %s", url ? url : "", slack_strerror(rc));
    else
        sim_request_url_verify(&session->sim->request_url, &session->verify);
}

static void bot_ready(run_bot_t *bot, const char *problem, void *user_data)
{
    run_session_t *session = user_data;
    if (problem) {
        say("the bot is not ready yet: %s", problem);
        return;
    }
    const bool first = bot != session->next;
    say(first ? "the bot is ready" : "the new bot is ready, and the old one ends");
    if (!first) {
        if (session->current) run_bot_stop(session->current);
        session->current = session->next;
        session->next = NULL;
    }
    if (session->request->request_path && !session->sim->request_url.verified)
        set_request_url(session, session->request_port);
}

static void bot_ended(run_bot_t *bot, bool succeeded, const char *text, void *user_data)
{
    run_session_t *session = user_data;
    session->alive--;
    if (bot == session->next) {
        session->next = NULL;
        if (!session->ended)
            say("the new bot ended before it was ready, with %s%s", text,
                session->current ? "; the old one stays" : "");
    } else if (bot == session->current) {
        session->current = NULL;
        if (!session->ended) say("the bot ended, with %s; the next change starts it again", text);
    } else if (!session->ended) {
        say(succeeded ? "the old bot has ended" : "the old bot ended with %s", text);
    }
    end_if_done(session);
}

static void start_bot(run_session_t *session)
{
    char problem[CLI_PROBLEM_SIZE];
    run_bot_t **place = session->current ? &session->next : &session->current;
    if (session->next) run_bot_stop(session->next);
    session->next = NULL;
    if (run_bot_start(place, &session->bot_options, problem) == 0)
        session->alive++;
    else
        say("%s", problem);
}

/* --- builds --- */

static void start_build(run_session_t *session);

static void build_line(const char *line, size_t len, void *user_data)
{
    run_session_t *session = user_data;
    if (slack__buf_append(&session->build_output, line, len) == 0)
        slack__buf_append_char(&session->build_output, '\n');
}

static void build_ended(bool succeeded, const char *text, void *user_data)
{
    run_session_t *session = user_data;
    const uint64_t ms = slack__mono_ms(session->net->clock) - session->build_ms;
    session->building = false;
    if (session->ended) {
        end_if_done(session);
    } else if (session->changed) {
        start_build(session);
    } else if (succeeded) {
        say("built in %u.%u s", (unsigned)(ms / 1000), (unsigned)(ms % 1000 / 100));
        start_bot(session);
    } else {
        fwrite(slack__buf_ptr(&session->build_output), 1, session->build_output.len, stdout);
        say("the build failed with %s%s", text, session->current ? "; the old bot stays" : "");
    }
}

static void start_build(run_session_t *session)
{
    const char *const argv[] = {"/bin/sh", "-c", session->request->project.build, NULL};
    extern char **environ;
    const run_child_options_t options = {
        .argv = argv,
        .env = (const char *const *)environ,
        .line = build_line,
        .ended = build_ended,
        .user_data = session,
    };
    session->changed = false;
    session->build_ms = slack__mono_ms(session->net->clock);
    slack__buf_clear(&session->build_output);
    const int rc = run_child_start(&session->build, session->net->loop, &options);
    session->building = rc == 0;
    if (rc != 0) say("cannot start the build: %s", uv_strerror(rc));
}

static void sources_changed(const char *file, void *user_data)
{
    run_session_t *session = user_data;
    if (session->ended) return;
    if (session->building) {
        session->changed = true;
        return;
    }
    say("%s changed", file);
    start_build(session);
}

/* --- the start --- */

/* Of the bot's processes. 0, or -1 with a sentence. */
static int prepare_bot(run_session_t *session, char problem[CLI_PROBLEM_SIZE])
{
    extern char **environ;
    const run_request_t *request = session->request;
    const sim_t *sim = session->sim;
    sim_json_builder_t json = {session->arena, 0};
    const slack_json_t *given =
        sim_app_env_json(&json, &sim->env, sim_installs_bot_token(sim->services));
    int fd = request->request_path ? run_listen(&session->request_port) : 0;
    session->bot_options = (run_bot_options_t){
        .net = session->net,
        .curl = session->curl,
        .argv = request->argv,
        .env = run_env(session->arena, (const char *const *)environ, given, request->transport,
                       request->distributed),
        .request_fd = fd,
        .line = bot_line,
        .ready = bot_ready,
        .ended = bot_ended,
        .user_data = session,
    };
    if (fd >= 0 && session->bot_options.env) return 0;
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot listen on 127.0.0.1: %s",
             fd < 0 ? uv_strerror(fd) : "out of memory");
    return -1;
}

static int open_parts(run_session_t *session, char problem[CLI_PROBLEM_SIZE])
{
    const run_project_t *project = &session->request->project;
    const slack_curl_options_t curl = {.user_agent = "slackapp-run", .concurrency = TRANSFERS};
    slack__buf_init(&session->build_output, BUILD_OUTPUT_MAX);
    session->arena = slack__arena_new(0, 0);
    const int rc =
        session->arena ? slack__curl_new(&session->curl, session->net, &curl) : SLACK_ENOMEM;
    if (rc != 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "%s", slack_strerror(rc));
        return -1;
    }
    if (prepare_bot(session, problem) != 0) return -1;
    session->watch.fn = sources_changed;
    session->watch.user_data = session;
    if (!project->build) return 0;
    return run_source_watch_start(&session->watch, session->net->loop, project->sources,
                                  project->output, problem);
}

int run_session_start(void *user_data, sim_t *sim)
{
    run_session_t *session = user_data;
    const run_project_t *project = &session->request->project;
    char problem[CLI_PROBLEM_SIZE];
    session->sim = sim;
    session->net = sim->net;
    if (open_parts(session, problem) != 0) {
        cli_fail("run", CLI_FAILED, problem);
        return SLACK_EIO;
    }
    session->log = fopen(session->request->log, "we");
    say("Slack in a browser: %s/", sim->env.base_url);
    say("from another terminal: SLACKAPP_SIM=%s slackapp sim send message hello",
        sim->env.base_url);
    if (project->build) {
        say("changes below %s run: %s", project->sources, project->build);
        start_build(session);
    } else {
        say("no build folder of Meson or CMake and no Makefile was found: nothing is watched");
        start_bot(session);
    }
    return 0;
}
