/* SPDX-License-Identifier: MIT */
#include "cli/sim_server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command_line.h"
#include "sim/installs.h"
#include "util/str.h"

#define SIGNALS 3

typedef struct sim_server {
    slack_clock_t clock;
    uint64_t passed_us; /* so far its monotonic clock is ahead of the machine's */
    slack_net_t *net;
    sim_t *sim;
    uv_signal_t signals[SIGNALS];
    const sim_companion_t *companion;
    bool ending;
} sim_server_t;

/* --- output --- */

/* The value of a variable, "" for null; NULL: it is missing, or has control characters, and no
 * simulator sent it. */
static const char *env_value(const slack_json_t *env, const char *name)
{
    const slack_json_t *member = slack_json_get(env, name);
    const char *value = slack_json_str(env, name);
    if (member && slack_json_type(member) == SLACK_JSON_NULL) return "";
    for (size_t i = 0, len = strlen(value); i < len; i++)
        if (slack__control_len(value + i, len - i)) return NULL;
    return *value ? value : NULL;
}

bool sim_server_print_env(const slack_json_t *env, bool distributed, slack_arena_t *arena)
{
    static const char *const of_bot[] = {"/SLACK_API_URL",   "/SLACK_BOT_TOKEN",
                                         "/SLACK_APP_TOKEN", "/SLACK_SIGNING_SECRET",
                                         "/SLACKAPP_SIM",    NULL};
    static const char *const of_distributed[] = {
        "/SLACK_API_URL",   "/SLACK_AUTHORIZE_URL",  "/SLACK_CLIENT_ID", "/SLACK_CLIENT_SECRET",
        "/SLACK_APP_TOKEN", "/SLACK_SIGNING_SECRET", "/SLACKAPP_SIM",    NULL};
    const char *const *names = distributed ? of_distributed : of_bot;
    for (size_t i = 0; names[i]; i++)
        if (!env_value(env, names[i]) || !cli_shell_word(arena, env_value(env, names[i])))
            return false;
    for (size_t i = 0; names[i]; i++) {
        const char *value = env_value(env, names[i]);
        printf(*value ? "export %s=" : "unset %s", names[i] + 1);
        if (*value) fputs(cli_shell_word(arena, value), stdout);
        putchar('\n');
    }
    if (distributed) puts("unset SLACK_BOT_TOKEN");
    return true;
}

static void print_welcome(const sim_t *sim)
{
    sim_json_builder_t json = {slack__arena_new(0, 0), 0};
    if (!json.arena) return;
    printf("The simulator listens on %s. Start a bot with these variables:\n\n", sim->env.base_url);
    const char *token = sim_installs_bot_token(sim->services);
    sim_server_print_env(sim_app_env_json(&json, &sim->env, token), false, json.arena);
    char port[32] = "";
    if (sim_port(sim) != SIM_DEFAULT_PORT) snprintf(port, sizeof port, " --port %u", sim_port(sim));
    printf("\nSlack in a browser: %s/\n", sim->env.base_url);
    printf("Then, from another terminal: slackapp sim send%s message hello\n\n", port);
    printf("For an app that others install: slackapp sim env%s --distributed, and then\n"
           "slackapp sim install%s.\n\n",
           port, port);
    if (sim->teams.count > 1)
        printf("There are %zu workspaces: slackapp sim status%s names them.\n\n", sim->teams.count,
               port);
    fflush(stdout);
    slack__arena_free(json.arena);
}

static void print_entry(const sim_entry_t *entry, void *user_data)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena) cli_printf("%s\n", sim_entry_line(entry, arena));
    fflush(stdout);
    slack__arena_free(arena);
}

/* Write the file under another name first, so that nobody reads half of it. */
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

/* --- time --- */

static uint64_t server_mono_us(void *user_data)
{
    const sim_server_t *server = user_data;
    return slack__mono_us(&slack__clock_system) + server->passed_us;
}

static int64_t server_wall_ms(void *user_data)
{
    return slack__wall_ms(&slack__clock_system);
}

static void server_pass_ms(uint64_t ms, void *user_data)
{
    ((sim_server_t *)user_data)->passed_us += ms * 1000;
}

/* --- life --- */

static void server_sim_closed(void *user_data)
{
    sim_server_t *server = user_data;
    slack__net_close(server->net, NULL, NULL);
}

static void server_close(void *user_data)
{
    sim_server_t *server = user_data;
    for (size_t i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&server->signals[i], NULL);
    sim_close(server->sim, server_sim_closed, server);
}

static void server_end(sim_server_t *server)
{
    const sim_companion_t *companion = server->companion;
    const bool again = server->ending;
    server->ending = true;
    if (companion)
        companion->end(companion->user_data, server_close, server);
    else if (!again)
        server_close(server);
}

static void server_signalled(uv_signal_t *handle, int signum)
{
    server_end(handle->data);
}

static int server_started(sim_server_t *server, const sim_server_options_t *options)
{
    const sim_companion_t *companion = options->companion;
    int rc = 0;
    if (!companion && !options->quiet) print_welcome(server->sim);
    if (options->port_file) rc = write_port_file(options->port_file, sim_port(server->sim));
    return rc == 0 && companion ? companion->start(companion->user_data, server->sim) : rc;
}

static int server_open(sim_server_t *server, uv_loop_t *loop, const sim_server_options_t *options)
{
    static const int signals[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    char error[SIM_PROBLEM_SIZE];
    sim_options_t sim_options = options->sim;
    if (!options->quiet) sim_options.entry = print_entry;
    sim_options.pass_ms = server_pass_ms;
    sim_options.user_data = server;
    int rc = sim_open(&server->sim, server->net, &sim_options, error);
    if (rc != 0) {
        cli_fail("sim", CLI_FAILED, error);
        slack__net_close(server->net, NULL, NULL);
        return rc;
    }
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(loop, &server->signals[i]);
        server->signals[i].data = server;
        uv_signal_start(&server->signals[i], server_signalled, signals[i]);
    }
    rc = server_started(server, options);
    if (rc != 0) server_end(server);
    return rc;
}

int sim_server_run(const sim_server_options_t *options)
{
    const slack_logger_t logger = {
        .level = SLACK_LOG_INFO,
        .format = SLACK_LOG_TEXT,
        .fn = slack_log_stderr,
        .clock = &slack__clock_system,
    };
    sim_server_t server = {
        .clock = {server_mono_us, server_wall_ms, &server},
        .companion = options->companion,
    };
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0) return cli_fail("sim", CLI_FAILED, "cannot create an event loop");
    int rc = slack__net_new(&server.net, &loop, &server.clock, &logger);
    if (rc == 0)
        rc = server_open(&server, &loop, options);
    else
        cli_fail("sim", CLI_FAILED, slack_strerror(rc));
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return rc == 0 ? CLI_OK : CLI_FAILED;
}
