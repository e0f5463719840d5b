/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "advise/advise.h"
#include "catch_up.h"
#include "cluster.h"
#include "cli/command_line.h"
#include "doctor/doctor.h"
#include "hooks/hooks.h"
#include "inbox.h"
#include "installs.h"
#include "key.h"
#include "manifest/manifest.h"
#include "new/new.h"
#include "run/run.h"
#include "sim.h"
#include "version/version.h"

static const struct subcommand {
    const char *name;
    int (*run)(int argc, const char **argv); /* argv begins behind the name */
    const char *help;
} subcommands[] = {
    {"advise", advise_command, "decide between Socket Mode and HTTP, with reasons and figures"},
    {"catch-up", catch_up_command, "show how far an app has read its channels, and what it missed"},
    {"cluster", cluster_command, "show the processes that share a store, and how they are"},
    {"doctor", doctor_command, "look for what keeps an app from working, and say the cure"},
    {"hooks", hooks_command, "what the Slack CLI asks of a project: slack run and others"},
    {"inbox", inbox_command, "list, retry and drop stored events, jobs and requests"},
    {"installs", installs_command, "installations: list, revoke, rotate, export, import"},
    {"key", key_command, "make a key with which an app encrypts the tokens in its store"},
    {"manifest", manifest_command, "make the app manifest of a bot, from its listeners"},
    {"new", new_command, "make the folder of a new bot, with its test and its build"},
    {"run", run_command, "run a bot beside the simulator, and replace it after each change"},
    {"sim", sim_command, "a local Slack, to build and test bots"},
    {"version", version_command, "print the versions of slackapp and of its libraries"},
    {NULL, NULL, NULL},
};

static const char usage[] = "Builds, runs, tests and operates Slack apps that are written in C.\n"
                            "\n"
                            "usage: slackapp COMMAND …\n"
                            "       slackapp help COMMAND\n"
                            "       slackapp --version\n"
                            "\n"
                            "Commands:\n";

static const char usage_end[] =
    "\n"
    "slackapp COMMAND --help explains a command. Colors are used on a terminal only,\n"
    "and not if NO_COLOR is set.\n"
    "\n"
    "Examples:\n"
    "  slackapp run build/mybot\n"
    "  slackapp sim send message hello\n"
    "  slackapp help sim send\n"
    "\n"
    "Exit status:\n"
    "  0  the command has done it\n"
    "  1  it has failed\n"
    "  2  its words are wrong\n";

static void print_usage(void)
{
    fputs(usage, stdout);
    for (const struct subcommand *row = subcommands; row->name; row++)
        cli_help_item(row->name, row->help, 14);
    fputs(usage_end, stdout);
}

/* `slackapp help sim send` is `slackapp sim send --help`. */
static int help_command(int argc, const char **argv)
{
    const char *words[8];
    char problem[CLI_PROBLEM_SIZE];
    const size_t most = sizeof words / sizeof *words - 2;
    const size_t count = argc < (int)most ? (size_t)argc : most;
    if (count == 0 || strcmp(argv[0], "--help") == 0) {
        print_usage();
        return CLI_OK;
    }
    const struct subcommand *row =
        cli_command_find(subcommands, sizeof *subcommands, argv[0], problem);
    if (!row) return cli_fail("help", CLI_USAGE, problem);
    memcpy(words, argv + 1, (count - 1) * sizeof *words);
    words[count - 1] = "--help";
    words[count] = NULL;
    return row->run((int)count, words);
}

int main(int argc, const char **argv)
{
    char problem[CLI_PROBLEM_SIZE];
    const char *name = argc > 1 ? argv[1] : NULL;
    if (name && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)) name = "help";
    if (name && strcmp(name, "--version") == 0) name = "version";
    if (name && strcmp(name, "help") == 0) return help_command(argc - 2, argv + 2);
    const struct subcommand *row =
        cli_command_find(subcommands, sizeof *subcommands, name, problem);
    if (row) return row->run(argc - 2, argv + 2);
    return cli_fail("", CLI_USAGE, problem);
}
