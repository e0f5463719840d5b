/* What the app reacts to: the message "hello", and a new installation. */
#include "listeners.h"

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

int add_listeners(slack_app_t *app)
{
    int rc = slack_declare_calls(app, "chat.postMessage"); /* for `slackapp manifest` */
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_installed(app, welcome, NULL);
    return rc;
}
