/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "advise/advise.h"
#include "catch_up.h"
#include "cluster.h"
#include "cli/command_line.h"
#include "doctor/doctor.h"
#include "inbox.h"
#include "installs.h"
#include "key.h"
#include "manifest/manifest.h"
#include "run/run.h"
#include "sim.h"

static const struct subcommand {
    const char *name;
    int (*run)(int argc, const char **argv); /* argv begins behind the name */
    const char *help;
} subcommands[] = {
    {"advise", advise_command, "decide between Socket Mode and HTTP, with reasons and figures"},
    {"catch-up", catch_up_command, "show how far an app has read its channels, and what it missed"},
    {"cluster", cluster_command, "show the processes that share a store, and how they are"},
    {"doctor", doctor_command, "look for what keeps an app from working, and say the cure"},
    {"inbox", inbox_command, "list, retry and drop stored events, jobs and requests"},
    {"installs", installs_command, "installations: list, revoke, rotate, export, import"},
    {"key", key_command, "make a key with which an app encrypts the tokens in its store"},
    {"manifest", manifest_command, "make the app manifest of a bot, from its listeners"},
    {"run", run_command, "run a bot beside the simulator, and replace it after each change"},
    {"sim", sim_command, "a local Slack, to build and test bots"},
};

static void print_usage(FILE *out)
{
    fputs("usage: slackapp COMMAND …\n\n", out);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(out, "  %-12s %s\n", subcommands[i].name, subcommands[i].help);
    fputs("\nslackapp COMMAND --help explains a command. slackapp --version prints the version.\n",
          out);
}

int main(int argc, const char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return CLI_OK;
    }
    if (strcmp(name, "--version") == 0) {
        puts("slackapp " SLACKAPP_VERSION);
        return CLI_OK;
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, name) == 0) return subcommands[i].run(argc - 2, argv + 2);
    if (*name) fprintf(stderr, "slackapp: there is no command \"%s\"\n", name);
    print_usage(stderr);
    return CLI_USAGE;
}
