/* SPDX-License-Identifier: MIT */
#include "cli/store_place.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include <slack/options.h>

#include "store/store.h"

/* A program that names no store has one that is named after the program: take the one in this
 * folder. */
int store_place_here(store_place_t *ret, char problem[CLI_PROBLEM_SIZE])
{
    static const char owners[] = "-owners"; /* the file beside a store */
    snprintf(problem, CLI_PROBLEM_SIZE, "no store is in this folder: name one with --store");
    glob_t found = {0};
    int status = glob("*.db-owners", 0, NULL, &found) == 0 ? CLI_OK : CLI_FAILED;
    if (found.gl_pathc > 1) {
        status = CLI_FAILED;
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "%zu stores are in this folder: name one with --store, such as sqlite:%.*s",
                 found.gl_pathc, (int)(strlen(found.gl_pathv[0]) - strlen(owners)),
                 found.gl_pathv[0]);
    } else if (status == CLI_OK) {
        snprintf(ret->url, sizeof ret->url, "sqlite:%.*s",
                 (int)(strlen(found.gl_pathv[0]) - strlen(owners)), found.gl_pathv[0]);
        snprintf(ret->from, sizeof ret->from, "the store in this folder");
    }
    globfree(&found);
    return status;
}

int store_place_find(store_place_t *ret, const char *subcommand, const char *given,
                     const char *option)
{
    char problem[CLI_PROBLEM_SIZE], error[SLACK_ERROR_TEXT_MAX] = "";
    const char *url = given ? given : option;
    if (url == NULL) {
        const int status = store_place_here(ret, problem);
        if (status != CLI_OK) return cli_fail(subcommand, status, problem);
    } else {
        snprintf(ret->from, sizeof ret->from, "%s", given ? "--store" : "SLACK_STORE");
        if (strlen(url) < sizeof ret->url)
            memcpy(ret->url, url, strlen(url) + 1);
        else
            snprintf(error, sizeof error, "it is longer than %zu bytes: name a service or a file",
                     sizeof ret->url - 1);
    }
    if (*error == '\0' && slack__store_find(ret->url, error) == 0) return CLI_OK;
    snprintf(problem, sizeof problem, "%s: %s", ret->from, *error ? error : "memory is out");
    return cli_fail(subcommand, CLI_FAILED, problem);
}
