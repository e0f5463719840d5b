/* SPDX-License-Identifier: MIT */
#include "installs.h"

#include <stdio.h>
#include <string.h>

#include "installs_commands.h"
#include "cli/store_place.h"
#include "cli/subcommand.h"

#define EXIT_STATUS                                                                                \
    "Exit status:\n"                                                                               \
    "  0  the command has done it\n"                                                               \
    "  1  it has failed\n"                                                                         \
    "  2  its words are wrong\n"

#define ABOUT_PLACES                                                                               \
    "A place is T1 (a workspace), E1/T1 (a workspace of an organization), E1 (the\n"               \
    "whole organization), and with the id of a person behind it the token of that\n"               \
    "person: T1/U1.\n"

static const char usage[] =
    "Installations of a distributed app: the workspaces and people that have\n"
    "installed it.\n"
    "\n"
    "usage: slackapp installs COMMAND [OPTION…]\n"
    "\n"
    "Commands:\n"
    "  list            list them\n"
    "  show            show one, without its tokens\n"
    "  revoke          revoke its token in Slack, and delete it from the store\n"
    "  delete          delete it from the store only\n"
    "  rotate          exchange a long-lived token for one that rotates\n"
    "  reseal          encrypt all with the first key of SLACK_STORE_KEY\n"
    "  export          write all to a new file\n"
    "  import          read such a file, or an installation store of Bolt\n"
    "  import-token    move the token of SLACK_BOT_TOKEN into the store\n"
    "\n" ABOUT_PLACES "\n"
    "The app is that of SLACK_CLIENT_ID. It sees a change when it next looks the\n"
    "workspace up, within minutes.\n"
    "\n"
    "Examples:\n"
    "  slackapp installs list\n"
    "  slackapp installs revoke T0123456789\n"
    "  slackapp installs export installs.jsonl\n"
    "\n" EXIT_STATUS;

static const char list_usage[] =
    "Lists the installations in the store.\n"
    "\n"
    "usage: slackapp installs list [OPTION…]\n"
    "\n"
    "  --limit N    at most N of them (default: all)\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP
    "\n"
    "Examples:\n"
    "  slackapp installs list\n"
    "  slackapp installs list --limit 20 --store sqlite:bot.db\n"
    "\n" EXIT_STATUS;

static const char show_usage[] =
    "Shows an installation, without its tokens.\n"
    "\n"
    "usage: slackapp installs show [OPTION…] PLACE\n"
    "\n"
    "  PLACE        a workspace or an organization that has installed the app, as\n"
    "               slackapp installs list prints it\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP
    "\n" ABOUT_PLACES "\n"
    "Examples:\n"
    "  slackapp installs show T0123456789\n"
    "  slackapp installs show E0123456789/T0123456789\n"
    "\n" EXIT_STATUS;

static const char revoke_usage[] =
    "Revokes the token of an installation in Slack, and deletes it from the store.\n"
    "\n"
    "usage: slackapp installs revoke [OPTION…] PLACE\n"
    "\n"
    "  PLACE        a workspace or an organization that has installed the app, as\n"
    "               slackapp installs list prints it\n"
    "  --uninstall  remove the app from the workspace, too, which needs\n"
    "               SLACK_CLIENT_SECRET\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP
    "\n" ABOUT_PLACES "\n"
    "The app is that of SLACK_CLIENT_ID. It sees a change when it next looks the\n"
    "workspace up, within minutes.\n"
    "\n"
    "Examples:\n"
    "  slackapp installs revoke T0123456789\n"
    "  slackapp installs revoke T0123456789 --uninstall\n"
    "  slackapp installs revoke T0123456789/U0123456789\n"
    "\n" EXIT_STATUS;

static const char delete_usage[] =
    "Deletes an installation from the store only: its token stays valid.\n"
    "\n"
    "usage: slackapp installs delete [OPTION…] PLACE\n"
    "\n"
    "  PLACE        a workspace or an organization that has installed the app, as\n"
    "               slackapp installs list prints it\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP
    "\n" ABOUT_PLACES "\n"
    "The app is that of SLACK_CLIENT_ID. It sees a change when it next looks the\n"
    "workspace up, within minutes.\n"
    "\n"
    "Examples:\n"
    "  slackapp installs delete T0123456789\n"
    "  slackapp installs delete T0123456789/U0123456789\n"
    "\n" EXIT_STATUS;

static const char rotate_usage[] =
    "Exchanges a long-lived token for one that rotates, which cannot be undone.\n"
    "\n"
    "usage: slackapp installs rotate [OPTION…] PLACE|all\n"
    "\n"
    "  PLACE        a workspace or an organization that has installed the app, as\n"
    "               slackapp installs list prints it\n"
    "  all          all installations with a long-lived token\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "The command needs SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.\n"
    "\n" ABOUT_PLACES "\n"
    "Examples:\n"
    "  slackapp installs rotate T0123456789\n"
    "  slackapp installs rotate all\n"
    "\n" EXIT_STATUS;

static const char reseal_usage[] =
    "Encrypts the tokens of all installations with the first key of SLACK_STORE_KEY.\n"
    "\n"
    "usage: slackapp installs reseal [OPTION…]\n"
    "\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP "\n"
    "Run it after the new key stands before the old one in every process of the app.\n"
    "Then the old key can go.\n"
    "\n"
    "Examples:\n"
    "  slackapp installs reseal\n"
    "  slackapp installs reseal --store sqlite:bot.db\n"
    "\n" EXIT_STATUS;

static const char export_usage[] =
    "Writes all installations to a new file, encrypted with SLACK_STORE_KEY.\n"
    "\n"
    "usage: slackapp installs export [OPTION…] FILE\n"
    "\n"
    "  FILE         the file, which must not exist\n"
    "  --clear      do not encrypt the tokens\n" STORE_PLACE_OPTION "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp installs export installs.jsonl\n"
    "  slackapp installs export --clear /run/installs.jsonl\n"
    "\n" EXIT_STATUS;

static const char import_usage[] =
    "Reads a file of slackapp installs export, or an installation store of Bolt, into\n"
    "the store.\n"
    "\n"
    "usage: slackapp installs import [OPTION…] PATH\n"
    "\n"
    "  PATH         that file; or the folder or the SQLite file of Bolt's\n"
    "               installation store\n"
    "  --dry-run    only say what would be done\n"
    "  --replace    replace installations that the store has\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp installs import installs.jsonl\n"
    "  slackapp installs import --dry-run ~/.bolt-app-installation\n"
    "\n" EXIT_STATUS;

static const char import_token_usage[] =
    "Moves the token of SLACK_BOT_TOKEN into the store, for an app that becomes a\n"
    "distributed one.\n"
    "\n"
    "usage: slackapp installs import-token [OPTION…]\n"
    "\n"
    "  --replace    replace the installation that the store has\n" STORE_PLACE_OPTION
    "\n" STORE_PLACE_HELP "\n"
    "Examples:\n"
    "  slackapp installs import-token\n"
    "  slackapp installs import-token --replace\n"
    "\n" EXIT_STATUS;

enum argument { NONE, PLACE, PLACE_OR_ALL, PATH };

static const struct command {
    cli_subcommand_t cli;
    enum argument argument;
    bool calls; /* Slack */
    int (*run)(installs_session_t *session, const installs_request_t *request);
} commands[] = {
    {{"list", "--limit,--store", list_usage}, NONE, false, installs_list},
    {{"show", "--store", show_usage}, PLACE, false, installs_show},
    {{"revoke", "--uninstall,--store", revoke_usage}, PLACE, true, installs_revoke},
    {{"delete", "--store", delete_usage}, PLACE, false, installs_delete_place},
    {{"rotate", "--store", rotate_usage}, PLACE_OR_ALL, true, installs_rotate},
    {{"reseal", "--store", reseal_usage}, NONE, false, installs_reseal},
    {{"export", "--clear,--store", export_usage}, PATH, false, installs_export},
    {{"import", "--dry-run,--replace,--store", import_usage}, PATH, false, installs_import},
    {{"import-token", "--replace,--store", import_token_usage}, NONE, true, installs_import_token},
    {.cli.name = NULL},
};

typedef struct words {
    const struct command *command;
    const char *store;
    char place[INSTALLS_PLACE_SIZE];
    installs_request_t request;
    bool help;
} words_t;

/* "E1/T1/U1" and its shorter forms: the first letter says which id it is. "-" is none. */
static bool read_place(words_t *words, const char *text, char *problem)
{
    slack_install_place_t *place = &words->request.place;
    char *rest = words->place;
    *place = (slack_install_place_t){"", "", "", ""};
    snprintf(words->place, sizeof words->place, "%s", text);
    for (char *id; (id = strsep(&rest, "/")) != NULL;) {
        const char **at = NULL;
        if (strcmp(id, "-") == 0) continue;
        if (*id == 'E') at = &place->enterprise_id;
        if (*id == 'T') at = &place->team_id;
        if (*id == 'U' || *id == 'W') at = &place->user_id;
        if (at && **at == '\0') {
            *at = id;
            continue;
        }
        snprintf(
            problem, CLI_PROBLEM_SIZE,
            "a place is like T1, E1/T1, E1 or T1/U1, not \"%.100s\": see slackapp installs list",
            text);
        return false;
    }
    if (*place->team_id || *place->enterprise_id) return true;
    snprintf(problem, CLI_PROBLEM_SIZE,
             "a place begins with the id of a workspace or an organization, "
             "not \"%.100s\"",
             text);
    return false;
}

static bool read_argument(words_t *words, int count, const char **argv, char *problem)
{
    static const char *const names[] = {"options only",
                                        "a PLACE, which slackapp installs list prints",
                                        "a PLACE, or all", "one path"};
    const struct command *command = words->command;
    if (count != (command->argument != NONE)) {
        snprintf(problem, CLI_PROBLEM_SIZE, "%s takes %s", command->cli.name,
                 names[command->argument]);
        return false;
    }
    if (command->argument == PATH) words->request.path = argv[0];
    if (command->argument == NONE || command->argument == PATH) return true;
    words->request.all = command->argument == PLACE_OR_ALL && strcmp(argv[0], "all") == 0;
    return words->request.all || read_place(words, argv[0], problem);
}

static bool read_words(int argc, const char **argv, words_t *ret, char *problem)
{
    const char *limit = "1000000000";
    installs_request_t *request = &ret->request;
    const cli_option_t table[] = {
        {"--store", &ret->store, NULL},         {"--limit", &limit, NULL},
        {"--clear", NULL, &request->clear},     {"--dry-run", NULL, &request->dry_run},
        {"--replace", NULL, &request->replace}, {"--uninstall", NULL, &request->uninstall},
        {"--help", NULL, &ret->help},           {NULL, NULL, NULL},
    };
    const cli_subcommand_t *row;
    const int count =
        cli_subcommand_read(argc, argv, commands, sizeof *commands, table, &row, problem);
    ret->command = (const struct command *)row;
    if (count < 0 || ret->help) return count >= 0;
    return read_argument(ret, count, argv + 1, problem) &&
           cli_options_number("--limit", limit, 1000000000, &request->limit, problem);
}

int installs_command(int argc, const char **argv)
{
    words_t words = {.command = NULL};
    char problem[CLI_PROBLEM_SIZE];
    if (!read_words(argc, argv, &words, problem))
        return cli_subcommand_fail("installs", words.command ? &words.command->cli : NULL,
                                   CLI_USAGE, problem);
    if (words.help) {
        fputs(words.command ? words.command->cli.usage : usage, stdout);
        return CLI_OK;
    }
    installs_session_t session;
    int status = installs_open(&session, words.store, words.command->calls);
    if (status != CLI_OK) return status;
    words.request.place.client_id = session.client_id;
    status = words.command->run(&session, &words.request);
    installs_close(&session);
    return status;
}
