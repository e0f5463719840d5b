/* SPDX-License-Identifier: MIT */
#include "store_place.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command_line.h"

/* A program that names no store has one that is named after the program: take the one in this
 * folder. */
static int find_here(store_place_t *ret, const char *subcommand)
{
    static const char owners[] = "-owners"; /* the file beside a store */
    char problem[CLI_PROBLEM_SIZE] = "no store is in this folder: name one with --store";
    glob_t found = {0};
    int status = glob("*.db-owners", 0, NULL, &found) == 0 ? CLI_OK : CLI_FAILED;
    if (found.gl_pathc > 1) {
        status = CLI_FAILED;
        snprintf(problem, sizeof problem,
                 "%zu stores are in this folder: name one with --store, such as sqlite:%.*s",
                 found.gl_pathc, (int)(strlen(found.gl_pathv[0]) - strlen(owners)),
                 found.gl_pathv[0]);
    } else if (status == CLI_OK) {
        snprintf(ret->url, sizeof ret->url, "sqlite:%.*s",
                 (int)(strlen(found.gl_pathv[0]) - strlen(owners)), found.gl_pathv[0]);
        memcpy(ret->from, ret->url, sizeof ret->from);
    }
    globfree(&found);
    return status == CLI_OK ? CLI_OK : cli_fail(subcommand, status, problem);
}

int store_place_find(store_place_t *ret, const char *subcommand, const char *given,
                     const char *option)
{
    char problem[CLI_PROBLEM_SIZE];
    const char *url = given ? given : option;
    if (url == NULL) {
        const int status = find_here(ret, subcommand);
        if (status != CLI_OK) return status;
    } else {
        snprintf(ret->url, sizeof ret->url, "%s", url);
        snprintf(ret->from, sizeof ret->from, "%s", given ? "--store" : "SLACK_STORE");
    }
    if (strcmp(ret->url, "memory:") == 0)
        return cli_fail(subcommand, CLI_FAILED,
                        "the store \"memory:\" is inside its app; no other process can open it");
    const char *path = strncmp(ret->url, "sqlite:", 7) == 0 ? ret->url + 7 : "";
    if (*path == '\0' || access(path, F_OK) == 0) return CLI_OK;
    snprintf(problem, sizeof problem,
             "%.40s: there is no store at %.180s: the app makes it when it starts", ret->from,
             path);
    return cli_fail(subcommand, CLI_FAILED, problem);
}
