/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sim_ask.h"
#include "sim_fault.h"
#include "sim_install.h"
#include "sim_record.h"
#include "sim_send.h"
#include "cli/sim_server.h"

static const char usage[] =
    "A local Slack on this machine, to build and test bots: the Web API, Socket Mode,\n"
    "HTTP, and a page for a browser.\n"
    "\n"
    "usage: slackapp sim [OPTION…]\n"
    "       slackapp sim COMMAND …\n"
    "\n"
    "Without a command, the simulator runs until Ctrl-C. The commands find it by\n"
    "--port N, else by its URL in SLACKAPP_SIM, else on port 4390. Options may stand\n"
    "before a command or after it.\n"
    "\n"
    "Commands:\n"
    "  send               do what a person does, and wait for the app's ack\n"
    "  resend             send a delivery once more\n"
    "  install            install the app, as a person does in a browser\n"
    "  uninstall          uninstall it, as a person does\n"
    "  access             let an org-wide app into a workspace, or keep it out\n"
    "  rotate             let new tokens rotate\n"
    "  transcript         print what was said and done\n"
    "  messages           print every message that exists\n"
    "  missed             let people write messages that no app receives\n"
    "  env                print the variables that a bot needs\n"
    "  status             print who is connected\n"
    "  request-url        set the request URL of the app\n"
    "  webhook            print the URL of a channel's webhook\n"
    "  trigger            print the URL that starts a workflow\n"
    "  disconnect         tell the app to reconnect\n"
    "  pass               let time pass\n"
    "  fault              inject a fault\n"
    "\n"
    "Options:\n"
    "  --port N           listen on this port (default 4390; 0: any)\n"
    "  --host ADDRESS     listen on this loopback address (default 127.0.0.1)\n"
    "  --port-file FILE   write the port to FILE once it accepts connections\n"
    "  --request-url URL  deliver to URL while no socket is open\n"
    "  --signing-secret SECRET, --bot-token TOKEN, --app-token TOKEN\n"
    "                     use these and not the fixed ones\n"
    "  --client-id ID, --client-secret SECRET\n"
    "                     use these and not the fixed ones\n"
    "  --redirect-uri LIST\n"
    "                     the redirect URIs of the app's settings, separated by\n"
    "                     commas (default: all on loopback hosts)\n"
    "  --rotate SECONDS   the tokens of installations rotate, and live so long;\n"
    "                     Slack's live 43200 s\n"
    "  --pkce             the app has opted into PKCE\n"
    "  --workspaces N     how many workspaces there are, up to 20 (default 1)\n"
    "  --organization N   how many of them, the last ones, are in an organization\n"
    "                     (default 0)\n"
    "  --installed        all of them, and the organization, have installed the app\n"
    "                     from the start, not only the first one\n"
    "  --not-installed    no workspace has installed the app from the start\n"
    "  --people N         how many users a workspace has, ann, ben, cleo and the bot\n"
    "                     among them: from 4 to 2048 (default 300)\n"
    "  --limits           refuse what is above Slack's rate limits\n"
    "  --distributed      also the limits of an app that is distributed outside the\n"
    "                     Marketplace\n"
    "  --faults LIST      faults from the start, separated by semicolons; @FILE:\n"
    "                     those in a file, one a line: slackapp sim fault --help\n"
    "  --seed N           the seed of faults with a percentage (default 1)\n"
    "  --time-scale N     send redeliveries and scheduled messages, and pass the hour\n"
    "                     of the failure rate and the minutes of the rate limits, N\n"
    "                     times as fast\n"
    "  --disable-after N  disable events if 95 % of at least N events an hour fail\n"
    "                     (default 1000)\n"
    "  --log FILE         the file to which the bot writes its log: the page shows it\n"
    "  --quiet            print no transcript\n"
    "\n"
    "Examples:\n"
    "  slackapp sim\n"
    "  slackapp sim --port 0 --port-file port --people 4\n"
    "  slackapp sim --faults '5% api-cut chat.postMessage; lost-ack' --seed 7\n"
    "\n"
    "Exit status:\n"
    "  0  a signal has ended the simulator, or the command has done it\n"
    "  1  it has failed\n"
    "  2  its words are wrong\n";

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
    {"missed", sim_missed_command},
    {"env", sim_env_command},
    {"status", sim_status_command},
    {"request-url", sim_request_url_command},
    {"webhook", sim_webhook_command},
    {"trigger", sim_trigger_command},
    {"disconnect", sim_disconnect_command},
    {"pass", sim_pass_command},
    {"fault", sim_fault_command},
    {NULL, NULL},
};

/* --- the simulator --- */

/* Run it with the faults of a list, or of the file "@FILE". */
static int run_with_faults(sim_server_options_t *options, const char *list)
{
    char problem[CLI_PROBLEM_SIZE] = "out of memory";
    slack_arena_t *arena = slack__arena_new(0, 0);
    options->sim.faults = arena ? sim_fault_text(arena, list, problem) : NULL;
    const int status =
        options->sim.faults ? sim_server_run(options) : cli_fail("sim", CLI_FAILED, problem);
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
    if (rest < 0) return cli_fail("sim", CLI_USAGE, problem);
    if (help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    if (rest > 0) {
        cli_command_find(commands, sizeof *commands, argv[0], problem);
        return cli_fail("sim", CLI_USAGE, problem);
    }
    bool good = !port || cli_options_port(port, &sim->port, problem);
    for (size_t i = 0; i < count && good; i++)
        good = !numbers[i].text || cli_options_number(numbers[i].name, numbers[i].text,
                                                      numbers[i].max, numbers[i].ret, problem);
    if (!good) return cli_fail("sim", CLI_USAGE, problem);
    if (limits) sim->limits = SIM_LIMITS_TIERS;
    if (distributed) sim->limits = SIM_LIMITS_DISTRIBUTED;
    return faults ? run_with_faults(&options, faults) : sim_server_run(&options);
}

/* --- the command line --- */

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
        for (size_t i = 0; commands[i].name; i++) {
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
    sim_client_t client = {.json = {slack__arena_new(0, 0), 0}, .command = command->name};
    if (!client.json.arena)
        return sim_client_fail(&client, CLI_FAILED, slack_strerror(SLACK_ENOMEM));
    int status = command->run(&client, argc - 1, argv + 1);
    slack__arena_free(client.json.arena);
    return status;
}
