/* SPDX-License-Identifier: MIT */
#include "manifest/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/describe.h"
#include "manifest/make.h"

#define MANIFEST_MAX ((size_t)1 << 20)
#define NAME_MAX_LEN 35 /* https://docs.slack.dev/reference/app-manifest */
#define ANY_URL      "https://bot.example.com"

static const char usage[] =
    "Makes the app manifest of a bot from its listeners.\n"
    "\n"
    "usage: slackapp manifest [OPTION…] [--] BOT [ARG…]\n"
    "\n"
    "  BOT                the bot's program, and its arguments\n"
    "  --name NAME        the app's name, up to 35 characters (default: that of the\n"
    "                     program)\n"
    "  --transport socket|http|both\n"
    "                     how Slack reaches the bot (default: as the bot is\n"
    "                     configured, else socket)\n"
    "  --url URL          for HTTP: where Slack reaches the bot; its paths follow\n"
    "  --token-rotation   its tokens end after twelve hours, and are refreshed\n"
    "  --output FILE      write the manifest to FILE\n"
    "\n"
    "The bot starts in describe mode: it opens no connection, and needs no token.\n"
    "Standard error has a line for each thing that its listeners do not tell.\n"
    "\n"
    "Examples:\n"
    "  slackapp manifest build/mybot >manifest.json\n"
    "  slackapp manifest --transport http --url https://bot.example.com build/mybot\n"
    "\n"
    "Exit status:\n"
    "  0  the command has done it\n"
    "  1  it has failed\n"
    "  2  its words are wrong\n";

typedef struct request {
    manifest_choices_t choices;
    const char *transport, *output;
    const char *const *bot; /* its words, NULL at the end */
    bool help;
} request_t;

static int manifest_fail(int status, const char *problem)
{
    return cli_fail("manifest", status, problem);
}

/* False: the word is none of a transport. */
static bool choose_transport(request_t *request, const slack_json_t *description)
{
    const char *word = request->transport;
    if (!word) word = slack_json_str(description, "/options/transport");
    manifest_choices_t *choices = &request->choices;
    choices->http = strcmp(word, "http") == 0;
    choices->socket = !choices->http;
    if (strcmp(word, "both") == 0 || strchr(word, ',')) choices->http = true;
    return choices->http || !*word || strcmp(word, "socket") == 0;
}

static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int write_text(const char *path, const slack_buf_t *text, char problem[CLI_PROBLEM_SIZE])
{
    FILE *file = path ? fopen(path, "we") : NULL, *out = path ? file : stdout;
    bool good = out && fwrite(slack__buf_ptr(text), 1, text->len, out) == text->len;
    good = out && fflush(out) == 0 && good;
    if (file && fclose(file) != 0) good = false;
    if (good) return CLI_OK;
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot write %.180s: %s", path ? path : "standard output",
             strerror(errno));
    return CLI_FAILED;
}

static int make_text(const request_t *request, const slack_json_t *description,
                     slack_arena_t *arena, slack_buf_t *out, slack_buf_t *notes)
{
    manifest_needs_t needs;
    sim_json_builder_t json = {arena, 0};
    int rc = manifest_find_needs(description, &needs, notes);
    if (rc != 0) return rc;
    const slack_json_t *manifest = manifest_make(&json, description, &needs, &request->choices);
    return json.rc ? json.rc : manifest_print(out, manifest);
}

static int make_manifest(request_t *request, slack_arena_t *arena)
{
    const slack_json_t *description = NULL;
    char problem[CLI_PROBLEM_SIZE];
    if (!cli_describe(request->bot, arena, &description, problem))
        return manifest_fail(CLI_FAILED, problem);
    choose_transport(request, description);
    manifest_choices_t *choices = &request->choices;
    if (!choices->name) choices->name = program_name(request->bot[0]);
    if (!choices->url && !choices->socket)
        fputs("--url is missing: replace " ANY_URL " by the place where Slack reaches the bot.\n",
              stderr);
    if (!choices->url) choices->url = ANY_URL;
    slack_buf_t text, notes;
    slack__buf_init(&text, MANIFEST_MAX);
    slack__buf_init(&notes, MANIFEST_MAX);
    int status = CLI_OK;
    const int rc = make_text(request, description, arena, &text, &notes);
    if (notes.len > 0) fwrite(slack__buf_ptr(&notes), 1, notes.len, stderr);
    if (rc != 0) {
        status = CLI_FAILED;
        snprintf(problem, sizeof problem, "%s",
                 rc == SLACK_ETOOBIG ? "the bot has more names of one kind than Slack takes"
                                     : slack_strerror(rc));
    } else {
        status = write_text(request->output, &text, problem);
    }
    slack__buf_done(&text);
    slack__buf_done(&notes);
    return status == CLI_OK ? status : manifest_fail(status, problem);
}

int manifest_command(int argc, const char **argv)
{
    request_t request = {.help = false};
    char problem[CLI_PROBLEM_SIZE];
    const cli_option_t options[] = {
        {"--name", &request.choices.name, NULL},
        {"--transport", &request.transport, NULL},
        {"--url", &request.choices.url, NULL},
        {"--token-rotation", NULL, &request.choices.token_rotation},
        {"--output", &request.output, NULL},
        {"--help", NULL, &request.help},
        {NULL, NULL, NULL},
    };
    const int own = cli_options_before(argc, argv, options);
    if (cli_options_read(own, argv, options, problem) < 0) return manifest_fail(CLI_USAGE, problem);
    if (request.help) {
        fputs(usage, stdout);
        return CLI_OK;
    }
    const bool dashes = own < argc && strcmp(argv[own], "--") == 0;
    request.bot = argv + own + dashes;
    if (own + dashes >= argc)
        return manifest_fail(CLI_USAGE, "the bot is missing: slackapp manifest build/mybot");
    if (request.transport && !choose_transport(&request, NULL))
        return manifest_fail(CLI_USAGE, "--transport takes socket, http or both");
    if (request.choices.name && strlen(request.choices.name) > NAME_MAX_LEN)
        return manifest_fail(CLI_USAGE, "--name takes up to 35 characters");
    if (request.choices.url && strncmp(request.choices.url, "https://", 8) != 0)
        return manifest_fail(CLI_USAGE, "--url takes an https:// URL, as Slack does");
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) return manifest_fail(CLI_FAILED, "out of memory");
    const int status = make_manifest(&request, arena);
    slack__arena_free(arena);
    return status;
}
