/* SPDX-License-Identifier: MIT */
/*
 * One app on both transports, with the same handlers and one inbox. Slack uses Socket Mode while it
 * is on, and the request URL while it is off. So an app can move from one to the other and back
 * without losing an event or running one twice.
 *
 *     /where         says over which transport the command came
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     build/examples/both                                   and in a third, after the same eval:
 *     build/slackapp sim request-url http://127.0.0.1:3000/slack/events
 *     build/slackapp sim send command /where
 *     build/slackapp sim fault link-disabled                switches Socket Mode off
 *     build/slackapp sim send command /where
 *
 * It needs the settings of both transports: SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET.
 */
#include <slack/slack.h>

#include <stdio.h>

/* A handler need not know its transport; this one is curious. */
static int where(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_text(ctx, "It came over %s.", slack_ctx_transport(ctx));
}

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

/* The app goes on while one transport recovers. */
static void tell_state(slack_app_t *app, const char *name, enum slack_transport_state state,
                       int reason, void *user_data)
{
    static const char *const words[] = {
        [SLACK_TRANSPORT_IDLE] = "idle",       [SLACK_TRANSPORT_STARTING] = "starting",
        [SLACK_TRANSPORT_READY] = "ready",     [SLACK_TRANSPORT_DEGRADED] = "degraded",
        [SLACK_TRANSPORT_STOPPED] = "stopped",
    };
    (void)app;
    (void)user_data;
    fprintf(stderr, "both: %s is %s%s%s\n", name, words[state], reason ? ": " : "",
            reason ? slack_strerror(reason) : "");
}

int main(void)
{
    /* An option in code wins over its variable, here SLACK_TRANSPORT. */
    const slack_options_t options = {.transport = "http,socket"};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, &options);
    if (rc == 0) slack_on_state(app, tell_state, NULL);
    if (rc == 0) rc = slack_on_command(app, "/where", where, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "both: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
