/* SPDX-License-Identifier: MIT */
#include "sim/serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

typedef struct serve {
    slack_net_t *net;
    sim_t *sim;
    uv_signal_t signals[2];
} serve_t;

/* --- what is printed --- */

/* A word of a shell: as it is where it needs no quotes. */
static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:@%+=,";
    if (*word && word[strspn(word, plain)] == '\0') {
        fputs(word, stdout);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, stdout);
    putchar('\'');
}

void sim_print_env(const slack_json_t *env)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(env, &it)) {
        printf("export %s=", it.key);
        print_word(slack_json_str(it.value, ""));
        putchar('\n');
    }
}

static void print_welcome(const sim_t *sim)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) return;
    printf("A local Slack listens on %s. A bot is to be started with these:\n\n",
           sim->env.base_url);
    sim_print_env(sim_app_env_json(&json, &sim->env));
    char port[32] = "";
    if (sim_port(sim) != SIM_DEFAULT_PORT) snprintf(port, sizeof port, " --port %u", sim_port(sim));
    printf("\nThen, from another terminal: slackapp sim send%s message hello\n\n", port);
    fflush(stdout);
    slack__arena_free(json.arena);
}

static void print_entry(const sim_entry_t *entry, void *user_data)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena) printf("%s\n", sim_entry_line(entry, arena));
    fflush(stdout);
    slack__arena_free(arena);
}

static void complain(const char *what)
{
    fprintf(stderr, "slackapp sim: %s\n", what);
}

/* --- the port file --- */

/* Written beside its place and moved there, so that who finds it finds all of it. */
static int write_port_file(const char *path, unsigned port)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *part = arena ? slack__arena_printf(arena, "%s.part", path) : NULL;
    FILE *file = part ? fopen(part, "w") : NULL;
    int rc = file && fprintf(file, "%u\n", port) > 0 ? 0 : SLACK_EIO;
    if (file && fclose(file) != 0) rc = SLACK_EIO;
    if (rc == 0 && rename(part, path) != 0) rc = SLACK_EIO;
    if (rc != 0) fprintf(stderr, "slackapp sim: cannot write %s: %s\n", path, strerror(errno));
    slack__arena_free(arena);
    return rc;
}

/* --- life --- */

static void on_sim_closed(void *user_data)
{
    serve_t *serve = user_data;
    slack__net_close(serve->net, NULL, NULL);
}

static void end(serve_t *serve)
{
    for (size_t i = 0; i < 2; i++) {
        uv_handle_t *handle = (uv_handle_t *)&serve->signals[i];
        if (uv_is_closing(handle)) return; /* the second signal changes nothing */
        uv_close(handle, NULL);
    }
    sim_close(serve->sim, on_sim_closed, serve);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    end(handle->data);
}

static void watch_signals(serve_t *serve, uv_loop_t *loop)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(loop, &serve->signals[i]);
        serve->signals[i].data = serve;
        uv_signal_start(&serve->signals[i], on_signal, numbers[i]);
    }
}

static int open_sim(serve_t *serve, uv_loop_t *loop, const sim_serve_options_t *options)
{
    char error[SIM_PROBLEM_SIZE];
    sim_options_t sim_options = options->sim;
    if (!options->quiet) sim_options.entry = print_entry;
    int rc = sim_open(&serve->sim, serve->net, &sim_options, error);
    if (rc != 0) {
        complain(error);
        slack__net_close(serve->net, NULL, NULL);
        return rc;
    }
    watch_signals(serve, loop);
    if (!options->quiet) print_welcome(serve->sim);
    if (options->port_file) rc = write_port_file(options->port_file, sim_port(serve->sim));
    if (rc != 0) end(serve);
    return rc;
}

int sim_serve(const sim_serve_options_t *options)
{
    const slack_logger_t logger = {
        .level = SLACK_LOG_INFO,
        .format = SLACK_LOG_TEXT,
        .fn = slack_log_stderr,
        .clock = &slack__clock_system,
    };
    serve_t serve = {0};
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0) {
        complain("no event loop can be had");
        return 1;
    }
    int rc = slack__net_new(&serve.net, &loop, &slack__clock_system, &logger);
    if (rc == 0)
        rc = open_sim(&serve, &loop, options);
    else
        complain(slack_strerror(rc));
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return rc == 0 ? 0 : 1;
}
