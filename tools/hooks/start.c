/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* Give the bot a token of the CLI, under the name that the library reads. A variable that somebody
 * has set stays, as the CLI promises; the CLI sets it itself if nobody has. */
static bool give_token(const char *from, const char *to)
{
    const char *token = variable(from), *set = variable(to);
    if (token && set && strcmp(token, set) != 0)
        fprintf(stderr,
                "slackapp hooks: %s is set and differs from the token of the Slack CLI, %s: the "
                "bot uses %s\n",
                to, from, to);
    return !token || set || setenv(to, token, 1) == 0;
}

static bool give_tokens(void)
{
    if (!give_token("SLACK_CLI_XOXB", "SLACK_BOT_TOKEN") ||
        !give_token("SLACK_CLI_XAPP", "SLACK_APP_TOKEN"))
        return false;
    if (variable("SLACK_APP_TOKEN") && !variable("SLACK_TRANSPORT"))
        return setenv("SLACK_TRANSPORT", "socket", 1) == 0;
    return true;
}

/* The bot takes the place of this program. So it gets the signals of the CLI, and the CLI gets its
 * output and its status. */
int hook_start(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    if (!hook_has_bot(request, problem)) return CLI_FAILED;
    const int status = hook_build(request, problem);
    if (status != CLI_OK) return status;
    if (!give_tokens()) {
        snprintf(problem, CLI_PROBLEM_SIZE, "the environment of the bot: %s", strerror(errno));
        return CLI_FAILED;
    }
    fflush(NULL);
    execl(request->bot, request->bot, (char *)NULL);
    snprintf(problem, CLI_PROBLEM_SIZE,
             "cannot start %.120s: %s: build it, or name the command that does with --build",
             request->bot, strerror(errno));
    return CLI_FAILED;
}

int hook_deploy(const hook_request_t *request, char problem[CLI_PROBLEM_SIZE])
{
    if (!request->deploy) {
        snprintf(problem, CLI_PROBLEM_SIZE,
                 "no command deploys this bot: it runs on a machine of yours. Name the command "
                 "with --deploy, or as \"deploy\" in .slack/hooks.json; docs/slack-cli.md shows "
                 "both");
        return CLI_FAILED;
    }
    fflush(NULL);
    execl("/bin/sh", "sh", "-c", request->deploy, (char *)NULL);
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot start /bin/sh: %s", strerror(errno));
    return CLI_FAILED;
}
