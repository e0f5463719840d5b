/* What the bot reacts to: the message "hello" and the command /greet. */
#include "listeners.h"

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

/* The ack of a command may carry the answer, which only the user sees. */
static int greet(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *name = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*name == '\0') return slack_ack_text(ctx, "usage: /greet NAME");
    return slack_ack_jsonf(ctx, "{response_type: 'in_channel', text: 'Greetings, *%s*!'}", name);
}

int add_listeners(slack_app_t *app)
{
    int rc = slack_declare_calls(app, "chat.postMessage"); /* for `slackapp manifest` */
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_command(app, "/greet", greet, NULL);
    return rc;
}
