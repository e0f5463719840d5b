/* SPDX-License-Identifier: MIT */
/* The bot that ./dev attack attacks. Its patterns are those that a careful author would not write,
 * and its handler of "slow…" takes a fifth of a second. */
#include <slack/slack.h>

#include <stdio.h>
#include <unistd.h>

#include "support/orphan.h"

static int ignore(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    usleep(200000);
    return 0;
}

int main(void)
{
    static const char *const patterns[] = {"\\s+$", "(a+)+b", "[\\w.+-]+@[\\w-]+\\.[\\w.-]+$"};
    slack_app_t *app = NULL;
    end_with_the_parent();
    int rc = slack_app_new(&app, NULL);
    for (size_t i = 0; rc == 0 && i < sizeof patterns / sizeof *patterns; i++)
        rc = slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                   .message = 1,
                                                   .match = patterns[i],
                                                   .how = SLACK_MATCH_REGEX,
                                                   .fn = ignore});
    if (rc == 0)
        rc = slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                   .message = 1,
                                                   .match = "^slow",
                                                   .how = SLACK_MATCH_REGEX,
                                                   .run = SLACK_RUN_WORKER,
                                                   .fn = work});
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "attack_bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
