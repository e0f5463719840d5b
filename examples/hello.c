/* SPDX-License-Identifier: MIT */
/* The smallest bot: it returns a greeting. README.md says how to run it. */
#include <slack/slack.h>

#include <stdio.h>

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL); /* NULL: options from the environment */
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_app_run(app); /* until SIGINT, SIGTERM or slack_app_stop() */
    if (rc != 0) fprintf(stderr, "hello: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
