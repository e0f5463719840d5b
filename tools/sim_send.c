/* SPDX-License-Identifier: MIT */
#include "sim_send.h"

#include <stdio.h>
#include <string.h>

#include "cli/near.h"
#include "util/alloc.h"
#include "util/base64.h"
#include "util/file.h"

#define UPLOAD_MAX_BYTES ((size_t)12 << 20) /* as base64 it fits into a request */

static const struct send_kind {
    const char *name;
    const char *arguments;
    const char *help;
} kinds[] = {
    {"message", "TEXT…", "post a message in a channel"},
    {"mention", "TEXT…", "post a message that mentions the bot"},
    {"link", "URL [TEXT…]", "post a link that the app may unfurl"},
    {"upload", "FILE [TEXT…]", "post a file"},
    {"edit", "TEXT…", "change the person's newest message, or --message"},
    {"delete", "", "delete it"},
    {"command", "/NAME [TEXT…]", "run a slash command"},
    {"click", "ACTION_ID", "click a button, or choose --value in a select"},
    {"options", "ACTION_ID [TYPED]", "type into an external select"},
    {"shortcut", "CALLBACK_ID", "use a shortcut, or one on a message with --message"},
    {"react", "EMOJI", "react to the newest message, or to --message"},
    {"unreact", "EMOJI", "take a reaction back"},
    {"submit", "[CALLBACK_ID] [BLOCK/ACTION=VALUE…]", "fill in and submit the open modal"},
    {"close-view", "[CALLBACK_ID]", "close the open modal"},
    {"open-home", "", "open the app's home tab"},
    {"open-messages", "", "open the app's messages tab"},
    {"open-assistant", "", "open an assistant thread beside --channel; with --thread: go there"},
    {"stop-stream", "", "stop the message that the app streams in --channel"},
    {"step", "CALLBACK_ID [NAME=VALUE…]", "let a workflow reach a step of the app"},
    {"event", "JSON", "cause any event: {\"type\": \"…\", …}"},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

/* --- the request --- */

/* All arguments as one text, with spaces between. */
static const char *joined(sim_json_builder_t *json, int argc, const char *const *argv)
{
    const char *text = argc > 0 ? argv[0] : "";
    for (int i = 1; i < argc && text; i++)
        text = slack__arena_printf(json->arena, "%s %s", text, argv[i]);
    if (!text) json->rc = SLACK_ENOMEM;
    return text ? text : "";
}

static const slack_json_t *event_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                      char *problem)
{
    const slack_json_t *event = NULL;
    size_t offset = 0;
    const char *text = joined(json, argc, argv);
    if (slack__json_parse(json->arena, text, strlen(text), &event, &offset) != 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "the event is not JSON: error at byte %zu", offset);
        return NULL;
    }
    return sim_json(json, "{event: %p}", event);
}

/* A first argument without '=' is the callback_id. */
static const slack_json_t *values_args(sim_json_builder_t *json, int argc, const char *const *argv)
{
    const char *callback_id = NULL;
    sim_list_t values;
    if (argc > 0 && !strchr(argv[0], '=')) {
        callback_id = argv[0];
        argc--;
        argv++;
    }
    sim_list_begin(json, &values, '[');
    for (int i = 0; i < argc; i++)
        sim_list_add(json, &values, sim_json(json, "%s", argv[i]));
    return sim_json(json, "{callback_id: %s, values: %p}", callback_id,
                    sim_list_end(json, &values));
}

/* A file, and the text beside it. */
static const slack_json_t *upload_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                       char *problem)
{
    const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    slack_file_fault_t fault;
    char *bytes = NULL;
    const ssize_t len =
        slack__file_read(argv[0], SLACK_FILE_PUBLIC, UPLOAD_MAX_BYTES, &bytes, &fault);
    if (len < 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.100s: %.100s", argv[0], fault.why);
        return NULL;
    }
    char *data = slack__arena_alloc(json->arena, slack__base64_len(SLACK_BASE64, (size_t)len) + 1);
    if (data) slack__base64_encode(SLACK_BASE64, bytes, (size_t)len, data);
    slack__free(bytes);
    if (!data) json->rc = SLACK_ENOMEM;
    return sim_json(json, "{name: %s, data: %s, text: %s}", name, data,
                    joined(json, argc - 1, argv + 1));
}

static const slack_json_t *kind_args(sim_json_builder_t *json, const struct send_kind *kind,
                                     int argc, const char *const *argv, char *problem)
{
    const char *name = kind->name, *first = argc > 0 ? argv[0] : NULL;
    if (strcmp(name, "event") == 0) return event_args(json, argc, argv, problem);
    if (strcmp(name, "submit") == 0) return values_args(json, argc, argv);
    if (!*kind->arguments) return sim_json(json, "{}");
    if (strcmp(name, "close-view") == 0) return sim_json(json, "{callback_id: %s}", first);
    if (!first) {
        snprintf(problem, CLI_PROBLEM_SIZE, "an argument is missing: slackapp sim send %s %s", name,
                 kind->arguments);
        return NULL;
    }
    if (strcmp(name, "command") == 0)
        return sim_json(json, "{command: %s, text: %s}", first, joined(json, argc - 1, argv + 1));
    if (strcmp(name, "step") == 0) return values_args(json, argc, argv);
    if (strcmp(name, "shortcut") == 0) return sim_json(json, "{callback_id: %s}", first);
    if (strcmp(name, "upload") == 0) return upload_args(json, argc, argv, problem);
    if (strcmp(name, "link") == 0)
        return sim_json(json, "{url: %s, text: %s}", first, joined(json, argc - 1, argv + 1));
    if (strcmp(name, "react") == 0 || strcmp(name, "unreact") == 0)
        return sim_json(json, "{name: %s}", first);
    if (strcmp(name, "click") == 0) return sim_json(json, "{action_id: %s}", first);
    if (strcmp(name, "options") == 0)
        return sim_json(json, "{action_id: %s, value: %s}", first,
                        joined(json, argc - 1, argv + 1));
    return sim_json(json, "{text: %s}", joined(json, argc, argv));
}

const slack_json_t *sim_send_args(sim_json_builder_t *json, int argc, const char *const *argv,
                                  const sim_send_options_t *options, char problem[CLI_PROBLEM_SIZE])
{
    size_t i = 0;
    *problem = '\0';
    if (argc == 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "a kind is missing: slackapp sim send message hello");
        return NULL;
    }
    while (i < KIND_COUNT && strcmp(kinds[i].name, argv[0]) != 0)
        i++;
    if (i == KIND_COUNT) {
        cli_near_t near = {.word = argv[0]};
        for (i = 0; i < KIND_COUNT; i++)
            cli_near_offer(&near, kinds[i].name);
        snprintf(problem, CLI_PROBLEM_SIZE, "there is no kind \"%.80s\": %s%s%s", argv[0],
                 near.name ? "do you mean " : "slackapp sim send --help has all of them",
                 near.name ? near.name : "", near.name ? "?" : "");
        return NULL;
    }
    const slack_json_t *own = kind_args(json, &kinds[i], argc - 1, argv + 1, problem);
    if (!own) return NULL;
    const slack_json_t *common = sim_json(
        json, "{kind: %s, user: %s, channel: %s, thread: %s, message: %s, value: %s, missed?: %p}",
        argv[0], options->user, options->channel, options->thread, options->message, options->value,
        options->missed ? sim_json_bool(json, true) : NULL);
    return sim_json_merged(json, own, common);
}

/* --- the command --- */

static const char usage[] = "Does what a person does, and waits for the app's ack.\n"
                            "\n"
                            "usage: slackapp sim send [OPTION…] KIND [ARG…]\n"
                            "\n"
                            "Kinds:\n";

static const char usage_options[] =
    "\n"
    "Options:\n"
    "  --user NAME        the person: ann (the default), ben, cleo\n"
    "  --channel NAME     general (the default), random, secret, lounge; @ann for her\n"
    "                     direct messages with the bot\n"
    "  --thread TS        reply to this message\n"
    "  --message TS       the message of a click, a shortcut, a reaction, an edit\n"
    "                     (default for a click: the newest that has the element)\n"
    "  --value VALUE      the option to choose, by its value or its text\n"
    "  --missed           no app receives the event, as while it is away: a message,\n"
    "                     a reaction\n" SIM_CLIENT_WORKSPACE SIM_CLIENT_PORT "\n"
    "TS may be the word newest: the newest message, in --channel if given. Options\n"
    "may stand anywhere. A text that begins with two dashes goes behind a --.\n"
    "\n"
    "Examples:\n"
    "  slackapp sim send message hello\n"
    "  slackapp sim send click approve --user ben\n"
    "  slackapp sim send command /deploy -- --force api\n"
    "\n"
    "Exit status:\n"
    "  0  the app has acknowledged it\n"
    "  1  it has not, within three seconds, or no simulator runs\n"
    "  2  the command's words are wrong\n";

static void print_help(void)
{
    fputs(usage, stdout);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        char term[64];
        snprintf(term, sizeof term, "%s%s%s", kinds[i].name, *kinds[i].arguments ? " " : "",
                 kinds[i].arguments);
        cli_help_item(term, kinds[i].help, 30);
    }
    fputs(usage_options, stdout);
}

int sim_send_command(sim_client_t *client, int argc, const char **argv)
{
    sim_send_options_t options = {0};
    const cli_option_t table[] = {
        {"--user", &options.user, NULL},     {"--channel", &options.channel, NULL},
        {"--thread", &options.thread, NULL}, {"--message", &options.message, NULL},
        {"--value", &options.value, NULL},   {"--missed", NULL, &options.missed},
        {"--port", &client->port, NULL},     {"--workspace", &client->workspace, NULL},
        {"--help", NULL, &client->help},     {NULL, NULL, NULL},
    };
    int rest = cli_options_read(argc, argv, table, client->problem);
    if (rest < 0) {
        if (strstr(client->problem, "is not an option"))
            strncat(client->problem, "; write a text that begins with two dashes behind a --",
                    sizeof client->problem - strlen(client->problem) - 1);
        return sim_client_fail(client, CLI_USAGE, client->problem);
    }
    if (client->help) {
        print_help();
        return CLI_OK;
    }
    const slack_json_t *args = sim_send_args(&client->json, rest, argv, &options, client->problem);
    if (!args)
        return sim_client_fail(client, CLI_USAGE,
                               *client->problem ? client->problem : "out of memory");
    const slack_json_t *answer = sim_client_call(client, "/sim/send", args);
    if (!answer) return CLI_FAILED;

    const char *wire = slack_json_str(answer, "/wire"), *ts = slack_json_str(answer, "/ts");
    long long took_ms = slack_json_int(answer, "/took_ms");
    cli_printf("%s\n", slack_json_str(answer, "/line"));
    if (!slack_json_bool(answer, "/acked")) {
        snprintf(client->problem, sizeof client->problem, "not acknowledged%s%.20s: %.200s",
                 *wire ? " over " : "", wire, slack_json_str(answer, "/error"));
        return sim_client_fail(client, CLI_FAILED, client->problem);
    }
    if (*wire) cli_printf("acknowledged over %s after %lld ms\n", wire, took_ms);
    if (*ts) cli_printf("ts %s\n", ts);
    return CLI_OK;
}

static const char resend_usage[] =
    "Sends a delivery to the app once more.\n"
    "\n"
    "usage: slackapp sim resend [OPTION…] [N]\n"
    "\n"
    "  N                  its number, which the page shows (default: the newest)\n"
    "  --retry            an event says that it is a redelivery\n" SIM_CLIENT_PORT "\n"
    "Examples:\n"
    "  slackapp sim resend\n"
    "  slackapp sim resend 12 --retry\n"
    "\n" SIM_CLIENT_EXIT_STATUS;

int sim_resend_command(sim_client_t *client, int argc, const char **argv)
{
    int status = CLI_OK;
    bool retry = false;
    uint64_t number = 0;
    const cli_option_t options[] = {{"--retry", NULL, &retry}, {NULL, NULL, NULL}};
    const sim_client_words_t words = {resend_usage, options, 0, 1};
    const int rest = sim_client_arguments(client, argc, argv, &words, &status);
    if (rest < 0) return status;
    if (rest > 0 && !slack__parse_u64(slack__slice(argv[0]), INT64_MAX, &number))
        return sim_client_fail(client, CLI_USAGE, "a delivery has a number: the page shows it");
    const slack_json_t *body =
        sim_json(&client->json, "{number: %llu, retry: %p}", (unsigned long long)number,
                 sim_json_bool(&client->json, retry));
    const slack_json_t *answer = sim_client_call(client, "/sim/resend", body);
    if (!answer) return CLI_FAILED;
    printf(retry ? "delivery %lld is sent again\n" : "sent again as delivery %lld\n",
           (long long)slack_json_int(answer, "/number"));
    return CLI_OK;
}
