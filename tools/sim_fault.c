/* SPDX-License-Identifier: MIT */
#include "sim_fault.h"

#include <stdio.h>
#include <string.h>

#include "sim/fault_request.h"
#include "util/alloc.h"
#include "util/file.h"

static const char usage[] =
    "Makes the simulator misbehave as Slack and networks do.\n"
    "\n"
    "usage: slackapp sim fault [OPTION…] [PERCENT%] NAME [ARG…]\n"
    "       slackapp sim fault [OPTION…] @FILE\n"
    "       slackapp sim fault list\n"
    "       slackapp sim fault clear [NAME]\n"
    "\n"
    "  @FILE              the faults in a file, one a line; # begins a comment\n"
    "  list               print the names of faults\n"
    "  clear              end all faults, or those of that name\n"
    "  PERCENT%           act on that share of the calls, with the same seed\n"
    "                     (slackapp sim --seed N) on the same ones\n"
    "\n"
    "Faults:\n";

static const char usage_options[] =
    "\n"
    "METHOD is a method; several: chat.* or *; or what the app posts to: webhook,\n"
    "trigger, response_url.\n"
    "\n"
    "Options:\n"
    "  --after N          first let N pass: `api-status users.list 429 5 --after 2`\n"
    "                     refuses the third call\n"
    "  --count N          act N times (default: a status, an error, a loss or a slow\n"
    "                     answer once, others always); a fault that acts at once: on\n"
    "                     N sockets (default: all)\n"
    "  --for MS           act for that time\n" SIM_CLIENT_PORT "\n"
    "Faults that act at the same place act one after the other; of those with a\n"
    "percentage one acts on a call. slackapp sim status shows the active ones.\n"
    "\n"
    "Examples:\n"
    "  slackapp sim fault api-status chat.postMessage 429 5\n"
    "  slackapp sim fault 5% api-cut chat.postMessage --for 60000\n"
    "  slackapp sim fault clear\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

static void print_list(sim_client_t *client)
{
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++)
        cli_help_item(sim_fault_usage(kind, client->json.arena), kind->help, 30);
}

static void print_help(sim_client_t *client)
{
    fputs(usage, stdout);
    print_list(client);
    fputs(usage_options, stdout);
}

static int clear_faults(sim_client_t *client, int argc, const char **argv)
{
    if (argc > 2) return sim_client_fail(client, CLI_USAGE, "too many arguments");
    const slack_json_t *body = sim_json(&client->json, "{name: %s}", argc > 1 ? argv[1] : "");
    const slack_json_t *answer = sim_client_call(client, "/sim/fault/clear", body);
    if (!answer) return CLI_FAILED;
    printf("ended %lld faults\n", (long long)slack_json_int(answer, "/cleared"));
    return CLI_OK;
}

/* --- lists --- */

const char *sim_fault_text(slack_arena_t *arena, const char *list, char problem[CLI_PROBLEM_SIZE])
{
    slack_file_fault_t fault;
    char *bytes = NULL;
    if (*list != '@') return list;
    const ssize_t len =
        slack__file_read(list + 1, SLACK_FILE_PUBLIC, SLACK_FILE_MAX_BYTES, &bytes, &fault);
    const char *text = len < 0 ? NULL : slack__arena_strdup(arena, bytes);
    if (len < 0)
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.100s: %.100s", list + 1, fault.why);
    else if (!text)
        snprintf(problem, CLI_PROBLEM_SIZE, "%s", slack_strerror(SLACK_ENOMEM));
    slack__free(bytes);
    return text;
}

static void print_started(const slack_json_t *fault)
{
    const char *said = slack_json_str(fault, "/fault");
    const long long left = slack_json_int(fault, "/left"), ms = slack_json_int(fault, "/ms");
    if (slack_json_get(fault, "/sockets"))
        cli_printf("%s: happened to %lld sockets\n", said,
                   (long long)slack_json_int(fault, "/sockets"));
    else if (left > 0)
        cli_printf("%s: acts %lld times\n", said, left);
    else if (ms > 0)
        cli_printf("%s: acts for %lld ms\n", said, ms);
    else
        cli_printf("%s: acts until it is cleared\n", said);
}

static int set_faults(sim_client_t *client, const char *text)
{
    sim_json_builder_t *json = &client->json;
    sim_fault_list_t *list = slack__arena_calloc(json->arena, sizeof *list);
    text = list ? sim_fault_text(json->arena, text, client->problem) : NULL;
    if (!text) return sim_client_fail(client, CLI_FAILED, list ? client->problem : "out of memory");
    /* Check it here: a wrong command line is exit 2 even if no simulator runs. */
    if (!sim_fault_list_read(text, list, client->problem))
        return sim_client_fail(client, CLI_USAGE, client->problem);
    const slack_json_t *answer =
        sim_client_call(client, "/sim/fault", sim_json(json, "{faults: %s}", text));
    if (!answer) return CLI_FAILED;
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(answer, "/faults"), &it))
        print_started(it.value);
    return CLI_OK;
}

int sim_fault_command(sim_client_t *client, int argc, const char **argv)
{
    const char *after = NULL, *count = NULL, *for_ms = NULL;
    const cli_option_t table[] = {
        {"--after", &after, NULL},       {"--count", &count, NULL},       {"--for", &for_ms, NULL},
        {"--port", &client->port, NULL}, {"--help", NULL, &client->help}, {NULL, NULL, NULL},
    };
    slack_arena_t *arena = client->json.arena;
    const char *text = "";
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return sim_client_fail(client, CLI_USAGE, client->problem);
    if (client->help) {
        print_help(client);
        return CLI_OK;
    }
    if (rest == 0)
        return sim_client_fail(client, CLI_USAGE, "a name is missing: slackapp sim fault list");
    if (strcmp(argv[0], "clear") == 0) return clear_faults(client, rest, argv);
    if (strcmp(argv[0], "list") == 0) {
        print_list(client);
        return CLI_OK;
    }
    for (int i = 0; i < rest && text; i++)
        text = slack__arena_printf(arena, "%s%s%s", text, *text ? " " : "", argv[i]);
    const char *const bounds[][2] = {{"--after", after}, {"--count", count}, {"--for", for_ms}};
    for (size_t i = 0; i < 3 && text; i++)
        if (bounds[i][1])
            text = slack__arena_printf(arena, "%s %s %s", text, bounds[i][0], bounds[i][1]);
    return set_faults(client, text ? text : "");
}
