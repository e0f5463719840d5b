/* SPDX-License-Identifier: MIT */
#include "sim_fault.h"

#include <stdio.h>
#include <string.h>

#include "sim/faults.h"

static void print_list(sim_client_t *client)
{
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++) {
        const char *usage = sim_fault_usage(kind, client->json.arena);
        int width = sim_client_columns(usage);
        printf("  %s%*s%s\n", usage, width < 37 ? 38 - width : 1, "", kind->help);
    }
}

static void print_help(sim_client_t *client)
{
    printf("Make the simulator misbehave as Slack and networks do.\n\n"
           "usage: slackapp sim fault NAME [ARG…] [--after N] [--count N] [--for MS]\n"
           "       slackapp sim fault list            print this list\n"
           "       slackapp sim fault clear [NAME]    end all faults, or those of that name\n\n");
    print_list(client);
    printf("\n"
           "  --after N   first let N pass: `api-status users.list 429 5 --after 2` refuses the\n"
           "              third call\n"
           "  --count N   act N times (default: a status, an error, a loss or a slow answer once,\n"
           "              others always); a fault that acts at once: on N sockets (default: all)\n"
           "  --for MS    act for that time\n"
           "  --port N    the simulator's port\n"
           "\n"
           "Faults that act at the same place act one after the other. slackapp sim status shows\n"
           "the active ones.\n");
}

static int clear_faults(sim_client_t *client, int argc, const char **argv)
{
    if (argc > 2) return sim_client_fail(CLI_USAGE, "too many arguments");
    const slack_json_t *body = sim_json(&client->json, "{name: %s}", argc > 1 ? argv[1] : "");
    const slack_json_t *answer = sim_client_call(client, "/sim/fault/clear", body);
    if (!answer) return CLI_FAILED;
    printf("ended %lld faults\n", (long long)slack_json_int(answer, "/cleared"));
    return CLI_OK;
}

/* An option's number as JSON; null if it was not given. False with a problem. */
static bool read_bound(sim_client_t *client, const char *name, const char *text,
                       const slack_json_t **ret)
{
    unsigned number = 0;
    *ret = sim_json(&client->json, "null");
    if (!text) return true;
    if (!cli_options_number(name, text, 1000000000, &number, client->problem)) return false;
    *ret = sim_json(&client->json, "%u", number);
    return true;
}

/* The options' texts; NULL: not given. */
typedef struct bounds {
    const char *after;
    const char *count;
    const char *for_ms;
} bounds_t;

static int set_fault(sim_client_t *client, int argc, const char **argv, const bounds_t *bounds)
{
    const slack_json_t *after, *count, *for_ms;
    sim_json_builder_t *json = &client->json;
    sim_fault_t fault;
    sim_list_t args;
    if (!read_bound(client, "--after", bounds->after, &after) ||
        !read_bound(client, "--count", bounds->count, &count) ||
        !read_bound(client, "--for", bounds->for_ms, &for_ms))
        return sim_client_fail(CLI_USAGE, client->problem);
    sim_list_begin(json, &args, '[');
    for (int i = 1; i < argc; i++)
        sim_list_add(json, &args, sim_json(json, "%s", argv[i]));
    const slack_json_t *body =
        sim_json(json, "{name: %s, args: %p, after: %p, count: %p, for_ms: %p}", argv[0],
                 sim_list_end(json, &args), after, count, for_ms);
    if (!body) return sim_client_fail(CLI_FAILED, slack_strerror(json->rc));
    /* Check it here: a wrong command line is exit 2 even if no simulator runs. */
    if (!sim_fault_read(body, &fault, client->problem))
        return sim_client_fail(CLI_USAGE, client->problem);
    const slack_json_t *answer = sim_client_call(client, "/sim/fault", body);
    if (!answer) return CLI_FAILED;
    const char *said = slack_json_str(answer, "/fault");
    if (slack_json_bool(answer, "/now"))
        cli_printf("%s: happened to %lld sockets\n", said,
                   (long long)slack_json_int(answer, "/sockets"));
    else if (slack_json_int(answer, "/left") > 0)
        cli_printf("%s: acts %lld times\n", said, (long long)slack_json_int(answer, "/left"));
    else if (bounds->for_ms)
        cli_printf("%s: acts for %s ms\n", said, bounds->for_ms);
    else
        cli_printf("%s: acts until it is cleared\n", said);
    return CLI_OK;
}

int sim_fault_command(sim_client_t *client, int argc, const char **argv)
{
    bounds_t bounds = {NULL, NULL, NULL};
    const cli_option_t table[] = {
        {"--after", &bounds.after, NULL}, {"--count", &bounds.count, NULL},
        {"--for", &bounds.for_ms, NULL},  {"--port", &client->port, NULL},
        {"--help", NULL, &client->help},  {NULL, NULL, NULL}};
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return sim_client_fail(CLI_USAGE, client->problem);
    if (client->help) {
        print_help(client);
        return CLI_OK;
    }
    if (rest == 0) return sim_client_fail(CLI_USAGE, "a name is missing: slackapp sim fault list");
    if (strcmp(argv[0], "clear") == 0) return clear_faults(client, rest, argv);
    if (strcmp(argv[0], "list") != 0) return set_fault(client, rest, argv, &bounds);
    print_list(client);
    return CLI_OK;
}
