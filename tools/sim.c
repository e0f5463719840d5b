/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim_fault.h"
#include "sim_install.h"
#include "sim_record.h"
#include "sim_send.h"
#include "cli/sim_server.h"

static const char usage[] =
    "A local Slack on this machine: the Web API, Socket Mode and HTTP.\n"
    "\n"
    "usage: slackapp sim [OPTION…]             run the simulator, until Ctrl-C\n"
    "       slackapp sim send KIND …           do what a person does: slackapp sim send --help\n"
    "       slackapp sim resend [N] [--retry]  send delivery N again (default: the newest);\n"
    "                                          --retry: an event says that it is a redelivery\n"
    "       slackapp sim install [OPTION…]     install the app, as a person does in a browser\n"
    "       slackapp sim uninstall [OPTION…]   uninstall it, as a person does\n"
    "       slackapp sim access WORD           let an org-wide app into a workspace: granted, "
    "revoked\n"
    "       slackapp sim rotate SECONDS        new tokens rotate from now on, and live so long\n"
    "       slackapp sim transcript [OPTION…]  print what was said and done\n"
    "       slackapp sim messages [OPTION…]    print every message that exists, oldest first\n"
    "       slackapp sim missed N [OPTION…]    let people write N messages that no app receives\n"
    "       slackapp sim env [--distributed]   print the variables that a bot needs, or an app "
    "that\n"
    "                                          others install\n"
    "       slackapp sim status [--wait]       print who is connected; --wait: once an app is\n"
    "       slackapp sim request-url URL       deliver to URL while no socket is open\n"
    "       slackapp sim webhook [CHANNEL]     print the URL of a channel's webhook (default "
    "general)\n"
    "       slackapp sim trigger               print the URL that starts a workflow\n"
    "       slackapp sim disconnect [REASON]   tell the app to reconnect (warning,\n"
    "                                          refresh_requested, link_disabled)\n"
    "       slackapp sim pass SECONDS          let so much time pass: redeliveries, scheduled\n"
    "                                          messages and the ends of tokens come earlier\n"
    "       slackapp sim fault NAME [ARG…]     inject a fault: slackapp sim fault --help\n"
    "\n";

static const char usage_options[] =
    "Options of the simulator:\n"
    "  --port N             listen on this port (default 4390; 0: any)\n"
    "  --host ADDRESS       listen on this loopback address (default 127.0.0.1)\n"
    "  --port-file PATH     write the port to PATH once it accepts connections\n"
    "  --request-url URL    deliver to URL while no socket is open\n"
    "  --signing-secret S, --bot-token T, --app-token T, --client-id I, --client-secret S\n"
    "                       use these and not the fixed ones\n"
    "  --redirect-uri LIST  the redirect URIs of the app's settings, separated by commas (default: "
    "all\n"
    "                       on loopback hosts)\n"
    "  --rotate SECONDS     the tokens of installations rotate, and live so long: Slack's live "
    "43200\n"
    "  --pkce               the app has opted into PKCE\n"
    "  --workspaces N       how many workspaces there are, up to 20 (default 1)\n"
    "  --organization N     how many of them, the last ones, are in an organization (default 0)\n"
    "  --installed          all of them, and the organization, have installed the app from the "
    "start,"
    "\n                       not only the first one\n"
    "  --not-installed      no workspace has installed the app from the start\n"
    "  --people N           how many users a workspace has, ann, ben, cleo and the bot among them: "
    "from "
    "4\n"
    "                       to 2048 (default 300)\n"
    "  --limits             refuse what is above Slack's rate limits\n"
    "  --distributed        also the limits of an app that is distributed outside the Marketplace\n"
    "  --faults LIST        faults from the start, separated by semicolons; @FILE: those in a "
    "file,\n"
    "                       one a line: slackapp sim fault --help\n"
    "  --seed N             the seed of faults with a percentage (default 1)\n"
    "  --time-scale N       send redeliveries and scheduled messages, and pass the hour of the\n"
    "                       failure rate and the minutes of the rate limits, N times as fast\n"
    "  --disable-after N    disable events if 95 % of at least N events an hour fail\n"
    "                       (default 1000)\n"
    "  --log FILE           the file to which the bot writes its log: the page shows it\n"
    "  --quiet              print no transcript\n"
    "\n"
    "Options of a transcript:\n"
    "  --wait N             wait until it has N entries; fail after 10 s\n"
    "  --long               print the ts and the blocks of messages and views, too\n"
    "  --json               print JSON, with everything\n"
    "  --clear              clear it after printing\n"
    "\n"
    "Options of messages:\n"
    "  --channel NAME       only those of this channel\n"
    "  --json               print a line of JSON for each\n"
    "\n"
    "Options of missed:\n"
    "  --channels N         in the channels missed-1 to missed-N (default 1)\n"
    "  --threads PERCENT    so many of them are replies in threads (default 25)\n"
    "  --text WORD          the texts are WORD 1, WORD 2 … (default message)\n"
    "\n"
    "All other commands find the simulator by --port N, else by its URL in SLACKAPP_SIM, else on\n"
    "port 4390. Those about people and channels take --workspace W, the id or the domain of one "
    "of\n"
    "several workspaces (default: the first). Options may stand before a command or after it.\n";

static void print_usage(void)
{
    fputs(usage, stdout);
    fputs(usage_options, stdout);
}

/* --- the simulator --- */

/* Run it with the faults of a list, or of the file "@FILE". */
static int run_with_faults(sim_server_options_t *options, const char *list)
{
    char problem[CLI_PROBLEM_SIZE] = "out of memory";
    slack_arena_t *arena = slack__arena_new(0, 0);
    options->sim.faults = arena ? sim_fault_text(arena, list, problem) : NULL;
    const int status =
        options->sim.faults ? sim_server_run(options) : sim_client_fail(CLI_FAILED, problem);
    slack__arena_free(arena);
    return status;
}

static int run_simulator(int argc, const char **argv)
{
    sim_server_options_t options = {.sim.port = SIM_DEFAULT_PORT};
    sim_options_t *sim = &options.sim;
    const char *port = NULL, *faults = NULL;
    char problem[CLI_PROBLEM_SIZE];
    bool help = false, limits = false, distributed = false;
    struct {
        const char *name;
        unsigned max, *ret;
        const char *text;
    } numbers[] = {
        {"--people", SIM_USERS_MAX, &sim->people, NULL},
        {"--workspaces", SIM_TEAMS_MAX, &sim->workspaces, NULL},
        {"--organization", SIM_TEAMS_MAX, &sim->organization, NULL},
        {"--rotate", SIM_TOKEN_LIFE_MAX_S, &sim->token_life_s, NULL},
        {"--seed", UINT_MAX, &sim->seed, NULL},
        {"--time-scale", 60000, &sim->time_scale, NULL},
        {"--disable-after", 1000000, &sim->disable_after, NULL},
    };
    cli_option_t table[32] = {
        {"--port", &port, NULL},
        {"--port-file", &options.port_file, NULL},
        {"--host", &sim->host, NULL},
        {"--request-url", &sim->request_url, NULL},
        {"--signing-secret", &sim->signing_secret, NULL},
        {"--bot-token", &sim->bot_token, NULL},
        {"--app-token", &sim->app_token, NULL},
        {"--client-id", &sim->client_id, NULL},
        {"--client-secret", &sim->client_secret, NULL},
        {"--redirect-uri", &sim->redirect_uris, NULL},
        {"--pkce", NULL, &sim->pkce},
        {"--installed", NULL, &sim->installed},
        {"--not-installed", NULL, &sim->not_installed},
        {"--limits", NULL, &limits},
        {"--distributed", NULL, &distributed},
        {"--faults", &faults, NULL},
        {"--log", &sim->bot_log, NULL},
        {"--quiet", NULL, &options.quiet},
        {"--help", NULL, &help},
    };
    const size_t count = sizeof numbers / sizeof *numbers;
    cli_option_t *end = table;
    while (end->name)
        end++;
    for (size_t i = 0; i < count; i++)
        end[i] = (cli_option_t){numbers[i].name, &numbers[i].text, NULL};
    int rest = cli_options_read(argc, argv, table, problem);
    if (rest < 0) return sim_client_fail(CLI_USAGE, problem);
    if (help) {
        print_usage();
        return CLI_OK;
    }
    if (rest > 0) {
        snprintf(problem, sizeof problem, "there is no command \"%.100s\"", argv[0]);
        return sim_client_fail(CLI_USAGE, problem);
    }
    bool good = !port || cli_options_port(port, &sim->port, problem);
    for (size_t i = 0; i < count && good; i++)
        good = !numbers[i].text || cli_options_number(numbers[i].name, numbers[i].text,
                                                      numbers[i].max, numbers[i].ret, problem);
    if (!good) return sim_client_fail(CLI_USAGE, problem);
    if (limits) sim->limits = SIM_LIMITS_TIERS;
    if (distributed) sim->limits = SIM_LIMITS_DISTRIBUTED;
    return faults ? run_with_faults(&options, faults) : sim_server_run(&options);
}

/* --- commands that call it --- */

static int missed_command(sim_client_t *client, int argc, const char **argv)
{
    static const char *const names[] = {"the number of messages", "--channels", "--threads"};
    const char *channels = "1", *threads = "25", *text = NULL;
    uint64_t numbers[3];
    int status = CLI_OK;
    const cli_option_t options[] = {{"--channels", &channels, NULL},
                                    {"--threads", &threads, NULL},
                                    {"--text", &text, NULL},
                                    {"--workspace", &client->workspace, NULL},
                                    {NULL, NULL, NULL}};
    int rest = sim_client_arguments(client, argc, argv, options, 1, &status);
    if (rest < 0) return status;
    if (rest == 0)
        return sim_client_fail(CLI_USAGE, "a number is missing: slackapp sim missed 100");
    const char *const given[] = {argv[0], channels, threads};
    for (size_t i = 0; i < 3; i++)
        if (!slack__parse_u64(slack__slice(given[i]), INT32_MAX, &numbers[i])) {
            snprintf(client->problem, sizeof client->problem, "%s is a number, not \"%.100s\"",
                     names[i], given[i]);
            return sim_client_fail(CLI_USAGE, client->problem);
        }
    const slack_json_t *body =
        sim_json(&client->json, "{messages: %llu, channels: %llu, threads: %llu, text: %s}",
                 (unsigned long long)numbers[0], (unsigned long long)numbers[1],
                 (unsigned long long)numbers[2], text);
    if (!sim_client_call(client, "/sim/missed", body)) return CLI_FAILED;
    cli_printf("people wrote %s messages that no app receives\n", given[0]);
    return CLI_OK;
}

static int env_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    bool distributed = false;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL},
                                    {"--distributed", NULL, &distributed},
                                    {NULL, NULL, NULL}};
    if (sim_client_arguments(client, argc, argv, options, 0, &status) < 0) return status;
    const slack_json_t *answer = sim_client_call(client, "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    if (sim_server_print_env(slack_json_get(answer, "/env"), distributed, client->json.arena))
        return CLI_OK;
    return sim_client_fail(CLI_FAILED, "the server there is not a simulator of this version: its "
                                       "variables are not valid; start one with `slackapp sim`");
}

static void print_names(const slack_json_t *list, const char *heading, long long more)
{
    slack_json_iter_t it = {0};
    cli_printf("%s", heading);
    while (slack_json_next(list, &it))
        if (strcmp(slack_json_str(it.value, "/type"), "im") != 0)
            cli_printf(" %s (%s)", slack_json_str(it.value, "/name"),
                       slack_json_str(it.value, "/id"));
    if (more > 0) cli_printf(", and %lld more", more);
    putchar('\n');
}

static void print_faults(const slack_json_t *list)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(list, &it)) {
        cli_printf("fault: %s", slack_json_str(it.value, "/fault"));
        if (slack_json_int(it.value, "/acted") > 0)
            cli_printf(", acted %lld times", (long long)slack_json_int(it.value, "/acted"));
        if (slack_json_get(it.value, "/after"))
            cli_printf(", after %lld more", (long long)slack_json_int(it.value, "/after"));
        if (slack_json_get(it.value, "/left"))
            cli_printf(", %lld more", (long long)slack_json_int(it.value, "/left"));
        if (slack_json_get(it.value, "/ms"))
            cli_printf(", for %lld ms", (long long)slack_json_int(it.value, "/ms"));
        putchar('\n');
    }
}

static void print_calls(const slack_json_t *list)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(list, &it)) {
        const long long ratelimited = slack_json_int(it.value, "/ratelimited");
        cli_printf("calls of %s: %lld", slack_json_str(it.value, "/method"),
                   (long long)slack_json_int(it.value, "/calls"));
        if (ratelimited > 0) cli_printf(", %lld ratelimited", ratelimited);
        putchar('\n');
    }
}

/* Nothing if there is only one. */
static void print_workspaces(const slack_json_t *list)
{
    slack_json_iter_t it = {0};
    while (slack_json_count(list, "") > 1 && slack_json_next(list, &it)) {
        const char *enterprise_id = slack_json_str(it.value, "/enterprise_id");
        const char *token = slack_json_str(it.value, "/bot_token");
        cli_printf("workspace: %s (%s", slack_json_str(it.value, "/domain"),
                   slack_json_str(it.value, "/id"));
        if (*enterprise_id)
            cli_printf(", in %s, %s", slack_json_str(it.value, "/enterprise_domain"),
                       enterprise_id);
        cli_printf(*token ? "), bot token %s\n" : "), the app is not installed\n", token);
    }
}

static int status_command(sim_client_t *client, int argc, const char **argv)
{
    bool wait = false;
    int status = CLI_OK;
    const cli_option_t options[] = {
        {"--wait", NULL, &wait}, {"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    if (sim_client_arguments(client, argc, argv, options, 0, &status) < 0) return status;
    const slack_json_t *answer =
        sim_client_call(client, wait ? "/sim/status?wait=1" : "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    const char *url = slack_json_str(answer, "/request_url"), *state = "";
    if (*url)
        state =
            slack_json_bool(answer, "/request_url_verified") ? " (verified)" : " (not verified)";
    cli_printf("listening on %s\n", slack_json_str(answer, "/env/SLACKAPP_SIM"));
    print_workspaces(slack_json_get(answer, "/workspaces"));
    cli_printf("sockets of the app: %lld\n", (long long)slack_json_int(answer, "/sockets"));
    cli_printf("sockets so far: %lld\n", (long long)slack_json_int(answer, "/sockets_so_far"));
    cli_printf("request URL: %s%s\n", *url ? url : "none", state);
    if (slack_json_bool(answer, "/events_off"))
        cli_printf("event subscriptions: switched off, too many events failed\n");
    print_faults(slack_json_get(answer, "/faults"));
    print_calls(slack_json_get(answer, "/calls"));
    print_names(slack_json_get(answer, "/people"),
                "people:", (long long)slack_json_int(answer, "/more_people"));
    print_names(slack_json_get(answer, "/channels"), "channels:", 0);
    if (!wait || slack_json_bool(answer, "/app_is_there")) return CLI_OK;
    return sim_client_fail(CLI_FAILED, "no app connected within 10 s");
}

static int request_url_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    int rest = sim_client_arguments(client, argc, argv, NULL, 1, &status);
    if (rest < 0) return status;
    if (rest == 0) return sim_client_fail(CLI_USAGE, "a URL is missing; '' for none");
    const slack_json_t *body = sim_json(&client->json, "{url: %s}", argv[0]);
    if (!sim_client_call(client, "/sim/request-url", body)) return CLI_FAILED;
    printf("%s\n", *argv[0] ? "verified" : "the simulator has no request URL now");
    return CLI_OK;
}

static int webhook_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    int rest = sim_client_arguments(client, argc, argv, options, 1, &status);
    if (rest < 0) return status;
    const char *name = rest > 0 ? argv[0] + (*argv[0] == '#') : "general";
    const slack_json_t *answer = sim_client_call(client, "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(answer, "/channels"), &it))
        if (strcmp(slack_json_str(it.value, "/name"), name) == 0 ||
            strcmp(slack_json_str(it.value, "/id"), name) == 0) {
            cli_printf("%s\n", slack_json_str(it.value, "/webhook"));
            return CLI_OK;
        }
    snprintf(client->problem, sizeof client->problem,
             "there is no channel \"%.80s\": slackapp sim status names them", name);
    return sim_client_fail(CLI_FAILED, client->problem);
}

static int trigger_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    if (sim_client_arguments(client, argc, argv, options, 0, &status) < 0) return status;
    const slack_json_t *answer = sim_client_call(client, "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    cli_printf("%s\n", slack_json_str(answer, "/trigger"));
    return CLI_OK;
}

static int disconnect_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    int rest = sim_client_arguments(client, argc, argv, NULL, 1, &status);
    if (rest < 0) return status;
    const slack_json_t *body = sim_json(&client->json, "{reason: %s}", rest > 0 ? argv[0] : NULL);
    const slack_json_t *answer = sim_client_call(client, "/sim/disconnect", body);
    if (!answer) return CLI_FAILED;
    printf("told %lld sockets to reconnect\n", (long long)slack_json_int(answer, "/sockets"));
    return CLI_OK;
}

static int pass_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    uint64_t seconds;
    const int rest = sim_client_arguments(client, argc, argv, NULL, 1, &status);
    if (rest < 0) return status;
    if (rest == 0 || !slack__parse_u64(slack__slice(argv[0]), INT32_MAX, &seconds))
        return sim_client_fail(CLI_USAGE, "SECONDS is a number: slackapp sim pass 3600");
    const slack_json_t *body =
        sim_json(&client->json, "{ms: %llu}", (unsigned long long)seconds * 1000);
    if (!sim_client_call(client, "/sim/clock", body)) return CLI_FAILED;
    cli_printf("%s s have passed\n", argv[0]);
    return CLI_OK;
}

static const struct command {
    const char *name;
    int (*run)(sim_client_t *client, int argc, const char **argv);
} commands[] = {
    {"send", sim_send_command},
    {"resend", sim_resend_command},
    {"install", sim_install_command},
    {"uninstall", sim_uninstall_command},
    {"access", sim_access_command},
    {"rotate", sim_rotate_command},
    {"transcript", sim_transcript_command},
    {"messages", sim_messages_command},
    {"missed", missed_command},
    {"env", env_command},
    {"status", status_command},
    {"request-url", request_url_command},
    {"webhook", webhook_command},
    {"trigger", trigger_command},
    {"disconnect", disconnect_command},
    {"pass", pass_command},
    {"fault", sim_fault_command},
};

/* Whether the argument behind an option belongs to it, whatever it is. */
static bool option_takes_value(const char *option)
{
    static const char *const flags[] = {"--quiet",  "--help",          "--json",   "--long",
                                        "--clear",  "--wait",          "--limits", "--distributed",
                                        "--missed", "--installed",     "--cancel", "--verbose",
                                        "--pkce",   "--not-installed", "--retry"};
    if (strncmp(option, "--", 2) != 0 || strchr(option, '=')) return false;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(option, flags[i]) == 0) return false;
    return true;
}

/* The command in a command line, which options may precede. It is moved to the front. */
static const struct command *command_find(int argc, const char **argv)
{
    for (int at = 0; at < argc && strcmp(argv[at], "--") != 0; at++) {
        const char *name = argv[at];
        if (option_takes_value(name)) {
            at++;
            continue;
        }
        if (*name == '-') continue;
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
            if (strcmp(commands[i].name, name) != 0) continue;
            memmove(argv + 1, argv, (size_t)at * sizeof *argv);
            argv[0] = name;
            return &commands[i];
        }
        /* `--wait` of a transcript has a number behind it, that of a status has none. */
        if (at == 0 || strcmp(argv[at - 1], "--wait") != 0) return NULL;
    }
    return NULL;
}

int sim_command(int argc, const char **argv)
{
    const struct command *command = command_find(argc, argv);
    if (!command) return run_simulator(argc, argv);
    sim_client_t client = {.json = {slack__arena_new(0, 0), 0}, .print_usage = print_usage};
    if (!client.json.arena) return sim_client_fail(CLI_FAILED, slack_strerror(SLACK_ENOMEM));
    int status = command->run(&client, argc - 1, argv + 1);
    slack__arena_free(client.json.arena);
    return status;
}
