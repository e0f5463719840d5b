/* SPDX-License-Identifier: MIT */
#include "load/load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/http_server.h"

static struct {
    slack_net_t *net;
    slack_http_server_t *api;
    const char *socket_url;
    char folder[32], certificate[48], key[48];
} load;

void load_die(const char *what)
{
    printf("Bail out! %s\n", what);
    fflush(stdout);
    _exit(1);
}

/* ---- the Web API ---- */

static void on_call(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    char body[256];
    const int len = snprintf(
        body, sizeof body,
        "{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U1\",\"bot_id\":\"B1\",\"url\":\"%s\"}",
        load.socket_url ? load.socket_url : "");
    slack__http_respond(server, request->id,
                        &(slack_http_response_t){.status = 200,
                                                 .content_type = "application/json",
                                                 .body = body,
                                                 .body_len = (size_t)len});
    slack__arena_free(request->arena);
}

void load_open(void)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .write_max = 1 << 16}, .fn = on_call};
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(load.folder, sizeof load.folder, "/tmp/slackapp-load-XXXXXX");
    if (!mkdtemp(load.folder)) load_die("no temporary folder");
    if (slack__net_new(&load.net, uv_default_loop(), &slack__clock_system, NULL) != 0 ||
        slack__http_server_open(&load.api, load.net, &options, NULL) != 0)
        load_die("cannot set up");
    snprintf(load.certificate, sizeof load.certificate, "%s/cert.pem", load.folder);
    snprintf(load.key, sizeof load.key, "%s/key.pem", load.folder);
}

void load_close(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", load.folder);
    if (system(command) != 0) load_die("cannot remove the folder");
}

void load_set_socket_url(const char *url)
{
    load.socket_url = url;
}

void load_make_certificate(const char *arguments)
{
    char command[512];
    snprintf(command, sizeof command,
             "exec 2>/dev/null; umask 077; openssl genpkey %s -out %s &&"
             " openssl req -x509 -new -key %s -subj /CN=load -days 3"
             " -addext subjectAltName=IP:127.0.0.1 -out %s",
             arguments, load.key, load.key, load.certificate);
    if (system(command) != 0) load_die("openssl makes no certificate");
}

const char *load_certificate(void)
{
    return load.certificate;
}

const char *load_key(void)
{
    return load.key;
}

/* ---- bots ---- */

static void on_bot_closed(uv_handle_t *handle)
{
    load_bot_t *bot = handle->data;
    if (--bot->handles == 0) bot->ended(bot, bot->status, bot->signal);
}

static void on_exit_of_bot(uv_process_t *process, int64_t status, int signal)
{
    load_bot_t *bot = process->data;
    bot->alive = false;
    bot->status = status;
    bot->signal = signal;
    uv_close((uv_handle_t *)process, on_bot_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    static char buffer[64 << 10];
    *ret = uv_buf_init(buffer, sizeof buffer);
}

/* "transport transport=http state=ready reason=none port=3000", or of a process without one
 * "role=work process=…" */
static void look_for_ready(load_bot_t *bot)
{
    const char *line = bot->told ? NULL : strstr(bot->log, "transport=http state=ready");
    if (!line && !bot->told) line = strstr(bot->log, "role=work process=");
    if (!line || !strchr(line, '\n')) return;
    const char *port = strstr(line, " port=");
    bot->told = true;
    if (port) bot->port = (unsigned)atoi(port + 6);
    if (bot->ready) bot->ready(bot);
}

static void on_log(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    load_bot_t *bot = stream->data;
    if (len < 0) {
        uv_close((uv_handle_t *)stream, on_bot_closed);
        return;
    }
    for (ssize_t i = 0; i < len && bot->log_len < LOAD_LOG_MAX; i++)
        bot->log[bot->log_len++] = buf->base[i];
    bot->log[bot->log_len] = '\0';
    look_for_ready(bot);
}

/* Adds those whose names are not there yet. */
static void add_variables(const char *env[32], const char *const *variables)
{
    for (; *variables; variables++) {
        const size_t name = (size_t)(strchr(*variables, '=') - *variables) + 1;
        size_t n = 0;
        while (env[n] && strncmp(env[n], *variables, name) != 0)
            n++;
        if (n == 31) load_die("too many variables");
        if (!env[n]) env[n] = *variables;
    }
}

void load_bot_start(load_bot_t *bot, const char *program, const char *const *variables, int fd)
{
    static const char passed[] = "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\"";
    const char *args[] = {"/bin/sh", "-c", fd >= 0 ? passed : "exec \"$0\"", program, NULL};
    char api[64];
    const char *const of_every_bot[] = {api,
                                        "SLACK_TRANSPORT=http",
                                        "SLACK_HTTP_HOST=127.0.0.1",
                                        "SLACK_BOT_TOKEN=xoxb-load",
                                        "SLACK_SIGNING_SECRET=" LOAD_SECRET,
                                        "SLACK_STORE=memory:",
                                        NULL};
    const char *env[32] = {NULL};
    snprintf(api, sizeof api, "SLACK_API_URL=http://127.0.0.1:%u/api/",
             slack__http_server_port(load.api));
    add_variables(env, variables);
    add_variables(env, of_every_bot);

    memset(bot, 0, offsetof(load_bot_t, process));
    uv_pipe_init(uv_default_loop(), &bot->err, 0);
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {UV_CREATE_PIPE | UV_WRITABLE_PIPE, {.stream = (uv_stream_t *)&bot->err}},
        {.flags = UV_INHERIT_FD, .data.fd = fd},
    };
    const uv_process_options_t options = {.exit_cb = on_exit_of_bot,
                                          .file = args[0],
                                          .args = (char **)(uintptr_t)args,
                                          .env = (char **)(uintptr_t)env,
                                          .cwd = load.folder,
                                          .stdio = stdio,
                                          .stdio_count = fd >= 0 ? 4 : 3};
    bot->told = false;
    bot->process.data = bot->err.data = bot;
    bot->handles = 2;
    if (uv_spawn(uv_default_loop(), &bot->process, &options) != 0) load_die("cannot start a bot");
    bot->alive = true;
    uv_read_start((uv_stream_t *)&bot->err, on_alloc, on_log);
}

void load_bot_stop(load_bot_t *bot)
{
    if (bot->alive) uv_process_kill(&bot->process, SIGTERM);
}

unsigned long load_bot_peak_kib(const load_bot_t *bot)
{
    char path[64], line[256];
    unsigned long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)bot->process.pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lu", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}
