/* SPDX-License-Identifier: MIT */
#include "installs.h"

#include <stdio.h>
#include <string.h>

#include "installs_commands.h"
#include "cli/store_place.h"

static const char usage[] =
    "Installations of a distributed app: the workspaces and people that have installed it.\n"
    "\n"
    "usage: slackapp installs list [--limit N]   list them\n"
    "       slackapp installs show PLACE         show one, without its tokens\n"
    "       slackapp installs revoke PLACE [--uninstall]\n"
    "                                            revoke its token in Slack, and delete it from "
    "the\n"
    "                                            store; --uninstall removes the app from the\n"
    "                                            workspace, with SLACK_CLIENT_SECRET\n"
    "       slackapp installs delete PLACE       delete it from the store only\n"
    "       slackapp installs rotate PLACE | all exchange a long-lived token for one that "
    "rotates,\n"
    "                                            which cannot be undone\n"
    "       slackapp installs reseal             encrypt all with the first key of "
    "SLACK_STORE_KEY\n"
    "       slackapp installs export FILE [--clear]\n"
    "                                            write all to a new file, encrypted with\n"
    "                                            SLACK_STORE_KEY, or in clear\n"
    "       slackapp installs import PATH [--dry-run] [--replace]\n"
    "                                            read such a file, or the folder or the SQLite "
    "file\n"
    "                                            of an installation store of Bolt\n"
    "       slackapp installs import-token [--replace]\n"
    "                                            move the token of SLACK_BOT_TOKEN into the store\n"
    "\n"
    "PLACE is what list prints: T1 (a workspace), E1/T1 (one of an organization), E1 (all of it), "
    "and\n"
    "with a person's id behind it that person's token: T1/U1. The app is that of SLACK_CLIENT_ID; "
    "it\n"
    "sees a change when it next looks the workspace up, within minutes.\n"
    "\n" STORE_PLACE_HELP;

enum argument { NONE, PLACE, PLACE_OR_ALL, PATH };

static const struct command {
    const char *name;
    enum argument argument;
    bool calls; /* Slack */
    int (*run)(installs_session_t *session, const installs_request_t *request);
} commands[] = {
    {"list", NONE, false, installs_list},
    {"show", PLACE, false, installs_show},
    {"revoke", PLACE, true, installs_revoke},
    {"delete", PLACE, false, installs_delete_place},
    {"rotate", PLACE_OR_ALL, true, installs_rotate},
    {"reseal", NONE, false, installs_reseal},
    {"export", PATH, false, installs_export},
    {"import", PATH, false, installs_import},
    {"import-token", NONE, true, installs_import_token},
    {.name = NULL},
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
    static const char *const names[] = {"options only", "a place", "a place, or all", "a path"};
    const struct command *command = words->command;
    if (count != (command->argument != NONE)) {
        snprintf(problem, CLI_PROBLEM_SIZE, "%s takes %s", command->name, names[command->argument]);
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
    int count = cli_options_read(argc, argv, table, problem);
    if (count < 0 || ret->help) return count >= 0;
    ret->command =
        cli_command_find(commands, sizeof *commands, count > 0 ? argv[0] : NULL, problem);
    return ret->command && read_argument(ret, count - 1, argv + 1, problem) &&
           cli_options_number("--limit", limit, 1000000000, &request->limit, problem);
}

int installs_command(int argc, const char **argv)
{
    words_t words = {.command = NULL};
    char problem[CLI_PROBLEM_SIZE];
    if (!read_words(argc, argv, &words, problem)) return cli_fail("installs", CLI_USAGE, problem);
    if (words.help) {
        fputs(usage, stdout);
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
