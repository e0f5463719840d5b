/* SPDX-License-Identifier: MIT */
/*
 * hello.c for every workspace that installs it. The person who installs it gets a message.
 *
 *     build/slackapp sim --workspaces 2 --not-installed     in one shell; in another:
 *     eval "$(build/slackapp sim env --distributed)"
 *     SLACK_TRANSPORT=http build/examples/distributed       and in a third, after the same eval:
 *     build/slackapp sim request-url http://127.0.0.1:3000/slack/events
 *     build/slackapp sim install --workspace simulated2
 *     build/slackapp sim send --workspace simulated2 message hello
 *
 * It needs two variables more than hello: SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and, at Slack,
 * SLACK_STORE_KEY replace SLACK_BOT_TOKEN. With the variables of hello it is hello.
 * docs/migration.md says how an app gets here.
 */
#include <slack/slack.h>

#include <stdio.h>

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

/* Stored together with the installation: a crash does not lose it. */
static int welcome(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_installation_t *installation = slack_ctx_installation(ctx);
    if (installation == NULL) return SLACK_ENOMEM;
    return slack_say_json(ctx, slack_jsonf(ctx, "{channel: %s, text: %s}", installation->user_id,
                                           "Thank you! Say hello in a channel that I am in."));
}

int main(void)
{
    /* The scopes belong to the handlers; all other options are from the environment. */
    const slack_options_t options = {.scopes = "channels:history,chat:write"};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, &options);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_installed(app, welcome, NULL);
    if (rc == 0) rc = slack_app_run(app); /* until SIGINT, SIGTERM or slack_app_stop() */
    if (rc != 0) fprintf(stderr, "distributed: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
