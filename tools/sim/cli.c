/* SPDX-License-Identifier: MIT */
#include "sim/cli.h"

#include <stdio.h>
#include <string.h>

#include "options.h"
#include "sim/client.h"
#include "sim/faults.h"
#include "sim/send_args.h"
#include "sim/serve.h"

/* Exit statuses. */
enum { GOOD = 0, FAILED = 1, SENSELESS = 2 };

/* What every client command has. */
typedef struct client {
    sim_json_builder_t json;
    const char *port;
    bool help;
    char problem[SIM_PROBLEM_SIZE];
} client_t;

static const char usage[] =
    "A local Slack: Web API, Socket Mode and HTTP delivery, on this machine only.\n"
    "\n"
    "usage: slackapp sim [OPTION…]             run it, until Ctrl-C\n"
    "       slackapp sim send KIND …           do what a person does: see slackapp sim send "
    "--help\n"
    "       slackapp sim transcript [OPTION…]  what was said\n"
    "       slackapp sim env                   the variables that a bot needs\n"
    "       slackapp sim status [--wait]       who is connected; --wait: until an app is there\n"
    "       slackapp sim request-url URL       deliver to URL while no socket is open\n"
    "       slackapp sim disconnect [REASON]   tell the sockets to reconnect (warning,\n"
    "                                          refresh_requested, link_disabled)\n"
    "       slackapp sim fault NAME [ARG…]     let something go wrong: see slackapp sim fault "
    "list\n"
    "\n"
    "Options of a run:\n"
    "  --port N             listen on this port (default 4390; 0: any)\n"
    "  --host ADDRESS       listen on this loopback address (default 127.0.0.1)\n"
    "  --port-file PATH     write the port to PATH once it listens\n"
    "  --request-url URL    deliver to URL while no socket is open\n"
    "  --signing-secret S, --bot-token T, --app-token T   others than the fixed ones\n"
    "  --time-scale N       Slack's retries, and the hour of its failure rate, N times as fast\n"
    "  --disable-after N    events an hour from which on 95 % of failures switch events off\n"
    "                       (default 1000)\n"
    "  --quiet              print no conversation\n"
    "\n"
    "Options of a transcript:\n"
    "  --wait N             until it has N entries; fails after 10 s\n"
    "  --json               as JSON\n"
    "  --clear              then forget it\n"
    "\n"
    "All others find the simulator by --port N, else by SLACKAPP_SIM (its URL), else on port "
    "4390.\n";

static int fail(int status, const char *problem)
{
    fprintf(stderr, "slackapp sim: %s\n", problem);
    if (status == SENSELESS) fprintf(stderr, "See slackapp sim --help\n");
    return status;
}

/* --- running it --- */

static int run(int argc, const char **argv)
{
    sim_serve_options_t options = {.sim.port = SIM_DEFAULT_PORT};
    const char *port = NULL, *time_scale = NULL, *disable_after = NULL;
    char problem[SIM_PROBLEM_SIZE];
    bool help = false;
    const cli_option_t table[] = {
        {"--port", &port, NULL},
        {"--host", &options.sim.host, NULL},
        {"--port-file", &options.port_file, NULL},
        {"--request-url", &options.sim.request_url, NULL},
        {"--signing-secret", &options.sim.signing_secret, NULL},
        {"--bot-token", &options.sim.bot_token, NULL},
        {"--app-token", &options.sim.app_token, NULL},
        {"--time-scale", &time_scale, NULL},
        {"--disable-after", &disable_after, NULL},
        {"--quiet", NULL, &options.quiet},
        {"--help", NULL, &help},
        {NULL, NULL, NULL},
    };
    int rest = cli_options_read(argc, argv, table, problem);
    if (rest < 0) return fail(SENSELESS, problem);
    if (help) {
        fputs(usage, stdout);
        return GOOD;
    }
    if (rest > 0) {
        snprintf(problem, sizeof problem, "there is no command \"%.100s\"", argv[0]);
        return fail(SENSELESS, problem);
    }
    if ((port && !cli_options_port(port, &options.sim.port, problem)) ||
        (time_scale && !cli_options_number("--time-scale", time_scale, 60000,
                                           &options.sim.time_scale, problem)) ||
        (disable_after && !cli_options_number("--disable-after", disable_after, 1000000,
                                              &options.sim.disable_after, problem)))
        return fail(SENSELESS, problem);
    return sim_serve(&options);
}

/* --- asking one that runs --- */

/* Call the simulator. NULL: the problem was told. */
static const slack_json_t *call(client_t *client, const char *path, const slack_json_t *body)
{
    const slack_json_t *answer = NULL;
    const char *base = sim_client_base(client->json.arena, client->port, client->problem);
    if (base) answer = sim_client_call(&client->json, base, path, body, client->problem);
    if (!answer) fail(FAILED, *client->problem ? client->problem : slack_strerror(SLACK_ENOMEM));
    return answer;
}

/* How many columns a text takes: continuation bytes take none. */
static int columns(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static void print_send_help(void)
{
    printf("Do what a person does, and wait for the app's acknowledgement.\n\n"
           "usage: slackapp sim send [OPTION…] KIND …\n\n");
    for (const sim_send_kind_t *kind = sim_send_kinds; kind->name; kind++) {
        int pad = 44 - columns(kind->name) - columns(kind->arguments);
        printf("  %s %s%*s%s\n", kind->name, kind->arguments, pad > 1 ? pad : 1, "", kind->help);
    }
    printf(
        "\n"
        "  --user NAME      who does it: ann (the default), ben, cleo\n"
        "  --channel NAME   where: general (the default), random, secret, lounge; @ann for her\n"
        "                   direct messages with the bot\n"
        "  --thread TS      the message to reply to\n"
        "  --message TS     the message of a click or a shortcut (default: the newest that fits)\n"
        "  --value VALUE    what is chosen: its value or its text\n"
        "  --port N         where the simulator listens\n"
        "\n"
        "Exits 1 when the app does not acknowledge it within three seconds.\n");
}

static int send_command(client_t *client, int argc, const char **argv)
{
    sim_send_options_t options = {0};
    const cli_option_t table[] = {
        {"--user", &options.user, NULL},     {"--channel", &options.channel, NULL},
        {"--thread", &options.thread, NULL}, {"--message", &options.message, NULL},
        {"--value", &options.value, NULL},   {"--port", &client->port, NULL},
        {"--help", NULL, &client->help},     {NULL, NULL, NULL},
    };
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return fail(SENSELESS, client->problem);
    if (client->help) {
        print_send_help();
        return GOOD;
    }
    const slack_json_t *args = sim_send_args(&client->json, rest, argv, &options, client->problem);
    if (!args) return fail(SENSELESS, *client->problem ? client->problem : "out of memory");
    const slack_json_t *answer = call(client, "/sim/send", args);
    if (!answer) return FAILED;

    const char *wire = slack_json_str(answer, "/wire"), *ts = slack_json_str(answer, "/ts");
    long long took_ms = slack_json_int(answer, "/took_ms");
    printf("%s\n", slack_json_str(answer, "/line"));
    if (!slack_json_bool(answer, "/acked")) {
        fprintf(stderr, "slackapp sim: not acknowledged%s%s: %s\n", *wire ? " over " : "", wire,
                slack_json_str(answer, "/error"));
        return FAILED;
    }
    if (*wire) printf("acknowledged over %s after %lld ms\n", wire, took_ms);
    if (*ts) printf("ts %s\n", ts);
    return GOOD;
}

static void print_json(client_t *client, const slack_json_t *value)
{
    const char *text = slack__json_text(client->json.arena, value, NULL);
    if (text) printf("%s\n", text);
}

static int transcript_command(client_t *client, int argc, const char **argv)
{
    const char *wait = NULL;
    bool as_json = false, clear = false;
    uint64_t entries = 0;
    char path[64] = "/sim/transcript";
    const cli_option_t table[] = {
        {"--wait", &wait, NULL},         {"--json", NULL, &as_json},      {"--clear", NULL, &clear},
        {"--port", &client->port, NULL}, {"--help", NULL, &client->help}, {NULL, NULL, NULL},
    };
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return fail(SENSELESS, client->problem);
    if (rest > 0) return fail(SENSELESS, "a transcript takes options only");
    if (client->help) {
        fputs(usage, stdout);
        return GOOD;
    }
    if (wait) {
        if (!slack__parse_u64(slack__slice(wait), SIM_TRANSCRIPT_MAX, &entries))
            return fail(SENSELESS, "--wait takes a number of entries, at most 1000");
        snprintf(path, sizeof path, "/sim/transcript?wait=%llu", (unsigned long long)entries);
    }
    const slack_json_t *answer = call(client, path, NULL);
    if (!answer) return FAILED;
    slack_json_iter_t it = {0};
    const slack_json_t *list = slack_json_get(answer, "/entries");
    if (as_json) print_json(client, list);
    while (!as_json && slack_json_next(list, &it))
        printf("%s\n", slack_json_str(it.value, "/line"));
    if (clear && !call(client, "/sim/transcript/clear", sim_json(&client->json, "{}")))
        return FAILED;
    if (slack_json_bool(answer, "/complete")) return GOOD;
    snprintf(client->problem, sizeof client->problem, "there are %zu entries after 10 s, not %s",
             slack_json_count(list, ""), wait);
    return fail(FAILED, client->problem);
}

/* Commands with no options of their own: the arguments that are left, or -1 when all is done, with
 * the exit status in *ret_status. */
static int plain_arguments(client_t *client, int argc, const char **argv, int max, int *ret_status)
{
    const cli_option_t table[] = {
        {"--port", &client->port, NULL}, {"--help", NULL, &client->help}, {NULL, NULL, NULL}};
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest >= 0 && client->help) {
        fputs(usage, stdout);
        *ret_status = GOOD;
        return -1;
    }
    if (rest > max) snprintf(client->problem, sizeof client->problem, "too many arguments");
    if (rest >= 0 && rest <= max) return rest;
    *ret_status = fail(SENSELESS, client->problem);
    return -1;
}

static int env_command(client_t *client, int argc, const char **argv)
{
    int status = GOOD;
    if (plain_arguments(client, argc, argv, 0, &status) < 0) return status;
    const slack_json_t *answer = call(client, "/sim/status", NULL);
    if (answer) sim_print_env(slack_json_get(answer, "/env"));
    return answer ? GOOD : FAILED;
}

static void print_names(const slack_json_t *list, const char *what)
{
    slack_json_iter_t it = {0};
    printf("%s", what);
    while (slack_json_next(list, &it))
        if (strcmp(slack_json_str(it.value, "/type"), "im") != 0)
            printf(" %s (%s)", slack_json_str(it.value, "/name"), slack_json_str(it.value, "/id"));
    putchar('\n');
}

static void print_faults(const slack_json_t *list)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(list, &it)) {
        printf("fault: %s", slack_json_str(it.value, "/fault"));
        if (slack_json_get(it.value, "/left"))
            printf(", %lld more", (long long)slack_json_int(it.value, "/left"));
        if (slack_json_get(it.value, "/ms"))
            printf(", for %lld ms", (long long)slack_json_int(it.value, "/ms"));
        putchar('\n');
    }
}

static int status_command(client_t *client, int argc, const char **argv)
{
    bool wait = false;
    const cli_option_t table[] = {{"--wait", NULL, &wait},
                                  {"--port", &client->port, NULL},
                                  {"--help", NULL, &client->help},
                                  {NULL, NULL, NULL}};
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return fail(SENSELESS, client->problem);
    if (rest > 0) return fail(SENSELESS, "a status takes options only");
    if (client->help) {
        fputs(usage, stdout);
        return GOOD;
    }
    const slack_json_t *answer = call(client, wait ? "/sim/status?wait=1" : "/sim/status", NULL);
    if (!answer) return FAILED;
    const char *url = slack_json_str(answer, "/request_url");
    bool verified = slack_json_bool(answer, "/request_url_verified");
    printf("listening on %s\n", slack_json_str(answer, "/env/SLACKAPP_SIM"));
    printf("sockets of the app: %lld\n", (long long)slack_json_int(answer, "/sockets"));
    printf("sockets so far: %lld\n", (long long)slack_json_int(answer, "/sockets_so_far"));
    printf("request URL: %s%s\n", *url ? url : "none",
           !*url      ? ""
           : verified ? " (verified)"
                      : " (not verified)");
    if (slack_json_bool(answer, "/events_off"))
        printf("event subscriptions: switched off, too many events failed\n");
    print_faults(slack_json_get(answer, "/faults"));
    print_names(slack_json_get(answer, "/people"), "people:");
    print_names(slack_json_get(answer, "/channels"), "channels:");
    if (!wait || slack_json_bool(answer, "/app_is_there")) return GOOD;
    return fail(FAILED, "no app was there within 10 s");
}

static int request_url_command(client_t *client, int argc, const char **argv)
{
    int status = GOOD;
    int rest = plain_arguments(client, argc, argv, 1, &status);
    if (rest < 0) return status;
    if (rest == 0) return fail(SENSELESS, "say which URL; '' for none");
    const slack_json_t *body = sim_json(&client->json, "{url: %s}", argv[0]);
    if (!call(client, "/sim/request-url", body)) return FAILED;
    printf("%s\n", *argv[0] ? "verified" : "no request URL any more");
    return GOOD;
}

static int disconnect_command(client_t *client, int argc, const char **argv)
{
    int status = GOOD;
    int rest = plain_arguments(client, argc, argv, 1, &status);
    if (rest < 0) return status;
    const slack_json_t *body = sim_json(&client->json, "{reason: %s}", rest > 0 ? argv[0] : NULL);
    const slack_json_t *answer = call(client, "/sim/disconnect", body);
    if (!answer) return FAILED;
    printf("told %lld sockets\n", (long long)slack_json_int(answer, "/sockets"));
    return GOOD;
}

/* --- faults --- */

static void print_fault_list(client_t *client)
{
    for (const sim_fault_kind_t *kind = sim_fault_kinds; kind->name; kind++) {
        const char *name = sim_fault_usage(kind, client->json.arena);
        int pad = 38 - columns(name);
        printf("  %s%*s%s\n", name, pad > 1 ? pad : 1, "", kind->help);
    }
}

static void print_fault_help(client_t *client)
{
    printf("Let something go wrong, as it does at Slack.\n\n"
           "usage: slackapp sim fault NAME [ARG…] [--count N] [--for MS]\n"
           "       slackapp sim fault list            this list\n"
           "       slackapp sim fault clear [NAME]    end all of them, or those of that name\n\n");
    print_fault_list(client);
    printf("\n"
           "  --count N   act N times; what happens at once: to N sockets (default: all)\n"
           "  --for MS    act for that long\n"
           "  --port N    where the simulator listens\n"
           "\n"
           "Faults at the same place act one after the other. slackapp sim status shows them.\n");
}

static int clear_faults(client_t *client, int rest, const char **argv)
{
    const slack_json_t *body = sim_json(&client->json, "{name: %s}", rest > 1 ? argv[1] : "");
    if (rest > 2) return fail(SENSELESS, "too many arguments");
    const slack_json_t *answer = call(client, "/sim/fault/clear", body);
    if (!answer) return FAILED;
    printf("ended %lld faults\n", (long long)slack_json_int(answer, "/cleared"));
    return GOOD;
}

/* A number of the command line as JSON; NULL where it was not given. False: the problem was told.
 */
static bool bound(client_t *client, const char *name, const char *text, const slack_json_t **ret)
{
    unsigned number = 0;
    *ret = sim_json(&client->json, "null");
    if (!text) return true;
    if (!cli_options_number(name, text, 1000000000, &number, client->problem)) return false;
    *ret = sim_json(&client->json, "%u", number);
    return true;
}

static int set_fault(client_t *client, int rest, const char **argv, const char *count,
                     const char *for_ms)
{
    const slack_json_t *count_json, *for_json;
    sim_fault_t fault;
    sim_list_t args;
    if (!bound(client, "--count", count, &count_json) || !bound(client, "--for", for_ms, &for_json))
        return fail(SENSELESS, client->problem);
    sim_list_begin(&client->json, &args, '[');
    for (int i = 1; i < rest; i++)
        sim_list_add(&client->json, &args, sim_json(&client->json, "%s", argv[i]));
    const slack_json_t *body =
        sim_json(&client->json, "{name: %s, args: %p, count: %p, for_ms: %p}", argv[0],
                 sim_list_end(&client->json, &args), count_json, for_json);
    if (!body) return fail(FAILED, slack_strerror(client->json.rc));
    if (!sim_fault_read(body, &fault, client->problem)) return fail(SENSELESS, client->problem);
    const slack_json_t *answer = call(client, "/sim/fault", body);
    if (!answer) return FAILED;
    const char *said = slack_json_str(answer, "/fault");
    if (slack_json_bool(answer, "/now"))
        printf("%s: happened to %lld sockets\n", said,
               (long long)slack_json_int(answer, "/sockets"));
    else if (slack_json_int(answer, "/left") > 0)
        printf("%s: acts %lld times\n", said, (long long)slack_json_int(answer, "/left"));
    else if (for_ms)
        printf("%s: acts for %s ms\n", said, for_ms);
    else
        printf("%s: acts until it is cleared\n", said);
    return GOOD;
}

static int fault_command(client_t *client, int argc, const char **argv)
{
    const char *count = NULL, *for_ms = NULL;
    const cli_option_t table[] = {{"--count", &count, NULL},
                                  {"--for", &for_ms, NULL},
                                  {"--port", &client->port, NULL},
                                  {"--help", NULL, &client->help},
                                  {NULL, NULL, NULL}};
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) return fail(SENSELESS, client->problem);
    if (client->help) {
        print_fault_help(client);
        return GOOD;
    }
    if (rest == 0) return fail(SENSELESS, "say which fault: slackapp sim fault list");
    if (strcmp(argv[0], "clear") == 0) return clear_faults(client, rest, argv);
    if (strcmp(argv[0], "list") != 0) return set_fault(client, rest, argv, count, for_ms);
    print_fault_list(client);
    return GOOD;
}

/* --- the table --- */

static const struct command {
    const char *name;
    int (*run)(client_t *client, int argc, const char **argv);
} commands[] = {
    {"send", send_command},
    {"transcript", transcript_command},
    {"env", env_command},
    {"status", status_command},
    {"request-url", request_url_command},
    {"disconnect", disconnect_command},
    {"fault", fault_command},
};

int sim_cli(int argc, const char **argv)
{
    for (size_t i = 0; argc > 0 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, argv[0]) != 0) continue;
        client_t client = {.json = {slack__arena_new(0, 0), 0}};
        if (!client.json.arena) return fail(FAILED, slack_strerror(SLACK_ENOMEM));
        int status = commands[i].run(&client, argc - 1, argv + 1);
        slack__arena_free(client.json.arena);
        return status;
    }
    return run(argc, argv);
}
