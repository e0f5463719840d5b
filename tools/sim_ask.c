/* SPDX-License-Identifier: MIT */
#include "sim_ask.h"

#include <stdio.h>
#include <string.h>

#include "cli/sim_server.h"

static const char missed_usage[] =
    "Lets people write messages that no app receives, as while it is away.\n"
    "\n"
    "usage: slackapp sim missed [OPTION…] N\n"
    "\n"
    "  N                  how many messages\n"
    "  --channels N       in the channels missed-1 to missed-N (default 1)\n"
    "  --threads PERCENT  so many of them are replies in threads (default 25)\n"
    "  --text WORD        the texts are WORD 1, WORD 2 … (default message)\n" SIM_CLIENT_WORKSPACE
        SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim missed 100\n"
    "  slackapp sim missed 5000 --channels 20 --threads 50 --text hello\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_missed_command(sim_client_t *client, int argc, const char **argv)
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
    const sim_client_words_t words = {missed_usage, options, 1, 1};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const char *const given[] = {argv[0], channels, threads};
    for (size_t i = 0; i < 3; i++)
        if (!slack__parse_u64(slack__slice(given[i]), INT32_MAX, &numbers[i])) {
            snprintf(client->problem, sizeof client->problem, "%s is a number, not \"%.100s\"",
                     names[i], given[i]);
            return sim_client_fail(client, CLI_USAGE, client->problem);
        }
    const slack_json_t *body =
        sim_json(&client->json, "{messages: %llu, channels: %llu, threads: %llu, text: %s}",
                 (unsigned long long)numbers[0], (unsigned long long)numbers[1],
                 (unsigned long long)numbers[2], text);
    if (!sim_client_call(client, "/sim/missed", body)) return CLI_FAILED;
    cli_printf("people wrote %s messages that no app receives\n", given[0]);
    return CLI_OK;
}

static const char env_usage[] =
    "Prints the variables that a bot needs to talk to the simulator, for a shell.\n"
    "\n"
    "usage: slackapp sim env [OPTION…]\n"
    "\n"
    "  --distributed      those of an app that others install: without a bot's "
    "token\n" SIM_CLIENT_WORKSPACE SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  eval \"$(slackapp sim env)\"\n"
    "  eval \"$(slackapp sim env --distributed --port 4400)\"\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_env_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    bool distributed = false;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL},
                                    {"--distributed", NULL, &distributed},
                                    {NULL, NULL, NULL}};
    const sim_client_words_t words = {env_usage, options, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const slack_json_t *answer = sim_client_call(client, "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    if (sim_server_print_env(slack_json_get(answer, "/env"), distributed, client->json.arena))
        return CLI_OK;
    return sim_client_fail(client, CLI_FAILED,
                           "the server there is not a simulator of this version: its "
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

static const char status_usage[] =
    "Prints who is connected, and which workspaces, people, channels and faults there\n"
    "are.\n"
    "\n"
    "usage: slackapp sim status [OPTION…]\n"
    "\n"
    "  --wait             print it once an app is there; fail after 10 s\n" SIM_CLIENT_WORKSPACE
        SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim status\n"
    "  slackapp sim status --wait\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_status_command(sim_client_t *client, int argc, const char **argv)
{
    bool wait = false;
    int status = CLI_OK;
    const cli_option_t options[] = {
        {"--wait", NULL, &wait}, {"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    const sim_client_words_t words = {status_usage, options, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
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
    return sim_client_fail(client, CLI_FAILED, "no app connected within 10 s");
}

static const char request_url_usage[] =
    "Sets the request URL of the app, to which the simulator delivers while no socket\n"
    "is open.\n"
    "\n"
    "usage: slackapp sim request-url [OPTION…] URL\n"
    "\n"
    "  URL                where the app listens; '' for none\n" SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim request-url http://127.0.0.1:3000/slack/events\n"
    "  slackapp sim request-url ''\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_request_url_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const sim_client_words_t words = {request_url_usage, NULL, 1, 1};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const slack_json_t *body = sim_json(&client->json, "{url: %s}", argv[0]);
    if (!sim_client_call(client, "/sim/request-url", body)) return CLI_FAILED;
    printf("%s\n", *argv[0] ? "verified" : "the simulator has no request URL now");
    return CLI_OK;
}

static const char webhook_usage[] =
    "Prints the URL of a channel's incoming webhook.\n"
    "\n"
    "usage: slackapp sim webhook [OPTION…] [CHANNEL]\n"
    "\n"
    "  CHANNEL            its name or its id (default general)\n" SIM_CLIENT_WORKSPACE
        SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim webhook\n"
    "  curl -d '{\"text\": \"hello\"}' \"$(slackapp sim webhook random)\"\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_webhook_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    const sim_client_words_t words = {webhook_usage, options, 0, 1};
    int rest = sim_client_arguments(client, argc, argv, &words, &status);
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
    return sim_client_fail(client, CLI_FAILED, client->problem);
}

static const char trigger_usage[] = "Prints the URL that starts a workflow.\n"
                                    "\n"
                                    "usage: slackapp sim trigger [OPTION…]\n"
                                    "\n" SIM_CLIENT_WORKSPACE SIM_CLIENT_PORT "\n"
                                    "Examples:\n"
                                    "  slackapp sim trigger\n"
                                    "  curl -d '{\"name\": \"ann\"}' \"$(slackapp sim trigger)\"\n"
                                    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_trigger_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const cli_option_t options[] = {{"--workspace", &client->workspace, NULL}, {NULL, NULL, NULL}};
    const sim_client_words_t words = {trigger_usage, options, 0, 0};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    const slack_json_t *answer = sim_client_call(client, "/sim/status", NULL);
    if (!answer) return CLI_FAILED;
    cli_printf("%s\n", slack_json_str(answer, "/trigger"));
    return CLI_OK;
}

static const char disconnect_usage[] =
    "Tells the app to reconnect, as Slack does over Socket Mode.\n"
    "\n"
    "usage: slackapp sim disconnect [OPTION…] [REASON]\n"
    "\n"
    "Reasons:\n"
    "  warning            the socket is about to close\n"
    "  refresh_requested  the app should open another one (default)\n"
    "  link_disabled      Socket Mode was switched off\n"
    "\n" SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim disconnect\n"
    "  slackapp sim disconnect refresh_requested\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_disconnect_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    const sim_client_words_t words = {disconnect_usage, NULL, 0, 1};
    int rest = sim_client_arguments(client, argc, argv, &words, &status);
    if (rest < 0) return status;
    const slack_json_t *body = sim_json(&client->json, "{reason: %s}", rest > 0 ? argv[0] : NULL);
    const slack_json_t *answer = sim_client_call(client, "/sim/disconnect", body);
    if (!answer) return CLI_FAILED;
    printf("told %lld sockets to reconnect\n", (long long)slack_json_int(answer, "/sockets"));
    return CLI_OK;
}

static const char pass_usage[] =
    "Lets time pass: redeliveries, scheduled messages and the ends of tokens come\n"
    "earlier.\n"
    "\n"
    "usage: slackapp sim pass [OPTION…] SECONDS\n"
    "\n"
    "  SECONDS            how much time\n" SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim pass 60\n"
    "  slackapp sim pass 43200\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_pass_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    uint64_t seconds;
    const sim_client_words_t words = {pass_usage, NULL, 1, 1};
    if (sim_client_arguments(client, argc, argv, &words, &status) < 0) return status;
    if (!slack__parse_u64(slack__slice(argv[0]), INT32_MAX, &seconds))
        return sim_client_fail(client, CLI_USAGE, "SECONDS is a number: slackapp sim pass 3600");
    const slack_json_t *body =
        sim_json(&client->json, "{ms: %llu}", (unsigned long long)seconds * 1000);
    if (!sim_client_call(client, "/sim/clock", body)) return CLI_FAILED;
    cli_printf("%s s have passed\n", argv[0]);
    return CLI_OK;
}
