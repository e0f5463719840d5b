/* SPDX-License-Identifier: MIT */
#include "manifest/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/describe.h"
#include "cli/write_files.h"
#include "manifest/check.h"
#include "util/alloc.h"
#include "util/file.h"

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
    "                     configured, else as the manifest in FILE says, else\n"
    "                     socket)\n"
    "  --url URL          for HTTP: where Slack reaches the bot; its paths follow\n"
    "  --token-rotation   its tokens end after twelve hours, and are refreshed\n"
    "  --merge FILE       the manifest in FILE, with what the bot needs besides\n"
    "  --prune            with --merge: without events, scopes, commands, shortcuts\n"
    "                     and steps that the bot does not need\n"
    "  --check FILE       what differs between the manifest in FILE and the bot's\n"
    "                     needs\n"
    "  --json             with --check: the findings as one line of JSON\n"
    "  --output FILE      write the manifest to FILE, which may be that of --merge\n"
    "\n"
    "The bot starts in describe mode: it opens no connection, and needs no token.\n"
    "Standard error has a line for each thing that its listeners do not tell.\n"
    "\n"
    "Examples:\n"
    "  slackapp manifest build/mybot >manifest.json\n"
    "  slackapp manifest --transport http --url https://bot.example.com build/mybot\n"
    "  slackapp manifest --merge manifest.json --output manifest.json build/mybot\n"
    "  slackapp manifest --check manifest.json build/mybot\n"
    "\n"
    "Exit status:\n"
    "  0  the command has done it, or a check has found nothing bad\n"
    "  1  it has failed, or a check has found something bad\n"
    "  2  its words are wrong\n";

typedef struct request {
    manifest_choices_t choices;
    const char *transport, *output, *merge, *check;
    const char *const *bot; /* its words, NULL at the end */
    bool prune, json, help;
} request_t;

static int manifest_fail(int status, const char *problem)
{
    return cli_fail("manifest", status, problem);
}

/* False: the word is none of a transport. */
static bool choose_transport(request_t *request, const slack_json_t *description,
                             const slack_json_t *given)
{
    const char *word = request->transport;
    if (!word) word = slack_json_str(description, "/options/transport");
    if (!*word && slack_json_get(given, "/settings/socket_mode_enabled"))
        word = slack_json_bool(given, "/settings/socket_mode_enabled") ? "socket" : "http";
    manifest_choices_t *choices = &request->choices;
    choices->http = strcmp(word, "http") == 0;
    choices->socket = !choices->http;
    if (strcmp(word, "both") == 0 || strchr(word, ',')) choices->http = true;
    return choices->http || !*word || strcmp(word, "socket") == 0;
}

/* Scheme and host of the URL that a manifest has; NULL without one. */
static const char *url_of(slack_arena_t *arena, const slack_json_t *given)
{
    static const char *const places[] = {"/settings/event_subscriptions/request_url",
                                         "/settings/interactivity/request_url",
                                         "/features/slash_commands/0/url"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *url = slack_json_str(given, places[i]);
        if (strncmp(url, "https://", 8) != 0) continue;
        return slack__arena_strndup(arena, url, 8 + strcspn(url + 8, "/"));
    }
    return NULL;
}

static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int write_text(const char *path, const slack_buf_t *text, char problem[CLI_PROBLEM_SIZE])
{
    if (path) return cli_write_file(path, slack__buf_ptr(text), problem) ? CLI_OK : CLI_FAILED;
    if (fwrite(slack__buf_ptr(text), 1, text->len, stdout) == text->len && fflush(stdout) == 0)
        return CLI_OK;
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot write standard output: %s", strerror(errno));
    return CLI_FAILED;
}

/* The manifest in a file. */
static bool read_manifest(const char *path, slack_arena_t *arena, const slack_json_t **ret,
                          char problem[CLI_PROBLEM_SIZE])
{
    char *text = NULL;
    slack_file_fault_t fault;
    const ssize_t len = slack__file_read(path, SLACK_FILE_PUBLIC, MANIFEST_MAX, &text, &fault);
    if (len < 0) {
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.180s: %.100s", path, fault.why);
        return false;
    }
    size_t at = 0;
    const int rc = slack__json_parse(arena, text, (size_t)len, ret, &at);
    slack__free(text);
    if (rc == 0 && slack_json_type(*ret) == SLACK_JSON_OBJECT) return true;
    if (rc == SLACK_ENOMEM)
        snprintf(problem, CLI_PROBLEM_SIZE, "out of memory");
    else
        snprintf(
            problem, CLI_PROBLEM_SIZE,
            "%.120s is no manifest in JSON (byte %zu): at Slack, an app's page \"App Manifest\" "
            "has both JSON and YAML",
            path, at);
    return false;
}

/* What is known of a bot and its manifest. */
typedef struct work {
    request_t *request;
    slack_arena_t *arena;
    const slack_json_t *description;
    const slack_json_t *given; /* NULL without --merge and --check */
    manifest_needs_t needs;
    slack_buf_t text, notes;
} work_t;

static int print_findings(const work_t *w, const manifest_findings_t *findings)
{
    unsigned bad = 0;
    slack_buf_t out;
    slack__buf_init(&out, MANIFEST_MAX);
    for (size_t i = 0; i < findings->count; i++) {
        const manifest_finding_t *f = &findings->list[i];
        const char *grade = f->severity == MANIFEST_BAD ? "bad" : "warning";
        bad += f->severity == MANIFEST_BAD;
        if (!w->request->json) {
            cli_printf("%-7s  %s\n", grade, f->sentence);
            cli_printf("%-7s  -> %s: %s\n", "", f->path, f->cure);
            continue;
        }
        slack__buf_printf(&out, "%s{\"grade\":\"%s\",\"path\":", i ? "," : "", grade);
        slack__json_write_string(&out, f->path, strlen(f->path));
        slack__buf_printf(&out, ",\"sentence\":");
        slack__json_write_string(&out, f->sentence, strlen(f->sentence));
        slack__buf_printf(&out, ",\"cure\":");
        slack__json_write_string(&out, f->cure, strlen(f->cure));
        slack__buf_append_char(&out, '}');
    }
    const unsigned warnings = (unsigned)findings->count - bad;
    if (w->request->json)
        printf("{\"good\":%s,\"bad\":%u,\"warning\":%u,\"findings\":[%s]}\n",
               bad ? "false" : "true", bad, warnings, out.len ? slack__buf_ptr(&out) : "");
    else if (findings->count == 0)
        printf("The manifest has what the bot needs, and nothing else that code decides on.\n");
    else
        printf("%u bad, %u warning\n", bad, warnings);
    slack__buf_done(&out);
    return bad ? CLI_FAILED : CLI_OK;
}

/* The status in *ret, or the text of a manifest in w->text. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
static int find_answer(work_t *w, int *ret)
{
    const request_t *request = w->request;
    sim_json_builder_t json = {w->arena, 0};
    manifest_scopes_t has = {"", ""};
    if (w->given && !manifest_scopes_of(w->arena, w->given, &has)) return SLACK_ENOMEM;
    int rc = manifest_find_needs(w->description, &has, &w->needs, &w->notes);
    if (rc != 0) return rc;
    manifest_findings_t findings = {w->arena, &w->needs, NULL, 0, 0, 0};
    const manifest_merging_t merging = {&json, &w->needs, request->prune, manifest_findings_add,
                                        &findings};
    const slack_json_t *manifest =
        manifest_make(&json, w->description, &w->needs, &request->choices);
    if (w->given) manifest = manifest_merge(&merging, manifest, w->given);
    if (json.rc != 0 || findings.rc != 0) return json.rc ? json.rc : findings.rc;
    if (!request->check) return manifest_print(&w->text, manifest);
    *ret = print_findings(w, &findings);
    return 0;
}

static int answer(work_t *w, char problem[CLI_PROBLEM_SIZE])
{
    int status = CLI_OK;
    slack__buf_init(&w->text, MANIFEST_MAX);
    slack__buf_init(&w->notes, MANIFEST_MAX);
    const int rc = find_answer(w, &status);
    if (w->notes.len > 0) fwrite(slack__buf_ptr(&w->notes), 1, w->notes.len, stderr);
    if (rc != 0) {
        status = CLI_FAILED;
        snprintf(problem, CLI_PROBLEM_SIZE, "%s",
                 rc == SLACK_ETOOBIG ? "the bot has more names of one kind than Slack takes"
                                     : slack_strerror(rc));
    } else if (!w->request->check) {
        status = write_text(w->request->output, &w->text, problem);
    }
    slack__buf_done(&w->text);
    slack__buf_done(&w->notes);
    return status;
}

static int make_manifest(request_t *request, slack_arena_t *arena)
{
    work_t work = {.request = request, .arena = arena};
    char problem[CLI_PROBLEM_SIZE] = "";
    const char *file = request->merge ? request->merge : request->check;
    if (file && !read_manifest(file, arena, &work.given, problem))
        return manifest_fail(CLI_FAILED, problem);
    if (!cli_describe(request->bot, arena, &work.description, problem))
        return manifest_fail(CLI_FAILED, problem);
    choose_transport(request, work.description, work.given);
    manifest_choices_t *choices = &request->choices;
    if (!choices->name) choices->name = program_name(request->bot[0]);
    if (!choices->url) choices->url = url_of(arena, work.given);
    if (!choices->url && !choices->socket)
        fputs("--url is missing: replace " ANY_URL " by the place where Slack reaches the bot.\n",
              stderr);
    if (!choices->url) choices->url = ANY_URL;
    const int status = answer(&work, problem);
    return problem[0] ? manifest_fail(status, problem) : status;
}

static const char *wrong_words(request_t *request)
{
    if (!request->bot[0]) return "the bot is missing: slackapp manifest build/mybot";
    if (request->transport && !choose_transport(request, NULL, NULL))
        return "--transport takes socket, http or both";
    if (request->choices.name && strlen(request->choices.name) > NAME_MAX_LEN)
        return "--name takes up to 35 characters";
    if (request->choices.url && strncmp(request->choices.url, "https://", 8) != 0)
        return "--url takes an https:// URL, as Slack does";
    if (request->merge && request->check) return "--merge and --check exclude each other";
    if (request->prune && !request->merge) return "--prune belongs to --merge";
    if (request->json && !request->check) return "--json belongs to --check";
    if (request->output && request->check)
        return "--check writes no manifest: --output is for others";
    return NULL;
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
        {"--merge", &request.merge, NULL},
        {"--check", &request.check, NULL},
        {"--prune", NULL, &request.prune},
        {"--json", NULL, &request.json},
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
    const char *wrong = wrong_words(&request);
    if (wrong) return manifest_fail(CLI_USAGE, wrong);
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) return manifest_fail(CLI_FAILED, "out of memory");
    const int status = make_manifest(&request, arena);
    slack__arena_free(arena);
    return status;
}
