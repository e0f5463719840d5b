/* SPDX-License-Identifier: MIT */
/* A listener of every kind, see docs/listeners.md. The tests build this file. */
#include <slack/slack.h>

#include <stdio.h>

static int greet(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hello <@%s>", slack_ctx_user(ctx));
}

static int deploy(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_reply(ctx, "Deploying %s…", slack_ctx_match(ctx, 1));
}

static int weather(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_text(ctx, "Sunny in %s.", slack_json_str(slack_ctx_body(ctx), "/text"));
}

static int ask(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_view_openf(ctx, "{type: 'modal', callback_id: 'form',"
                                 " title: {type: 'plain_text', text: 'A question'},"
                                 " submit: {type: 'plain_text', text: 'Send'},"
                                 " blocks: [{type: 'input', block_id: 'name',"
                                 "           label: {type: 'plain_text', text: 'Your name'},"
                                 "           element: {type: 'plain_text_input',"
                                 "                     action_id: 'text'}}]}");
}

static int submitted(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *name = slack_json_str(slack_ctx_body(ctx), "/view/state/values/name/text/value");
    if (*name == '\0') return slack_ack_errorsf(ctx, "{name: 'Say something'}");
    return slack_ack(ctx);
}

static int cities(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_optionsf(ctx, "[{text: {type: 'plain_text', text: 'Oslo'}, value: 'oslo'}]");
}

static int approve(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_respond_jsonf(ctx, "{replace_original: true, text: %s}",
                               slack_json_str(slack_ctx_action(ctx), "/value"));
}

static int add_up(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *in = slack_ctx_inputs(ctx);
    double sum = slack_json_num(in, "/a") + slack_json_num(in, "/b");
    return slack_completef(ctx, "{sum: %g}", sum);
}

/* On a worker a handler may block, and each call returns when Slack has answered it. */
static int report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    const slack_response_t *user = NULL;
    if (rc == 0) rc = slack_call_wait(ctx, slack_users_info(.user = slack_ctx_user(ctx)), &user);
    if (rc == 0)
        rc = slack_respond(ctx, "Your time zone: %s", slack_response_str(user, "/user/tz"));
    return rc;
}

static int note(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    fprintf(stderr, "%s by %s\n", slack_kind_name(slack_ctx_kind(ctx)), slack_ctx_listener(ctx));
    return 0;
}

static int listen_to_all(slack_app_t *app)
{
    static char admins[] = "U012AB3CD,U024BE7LH";
    const slack_middleware_t admins_only[] = {{slack_only_for_users, admins}, {0}};
    const slack_listener_t special[] = {
        {.kind = SLACK_KIND_EVENT,
         .message = 1,
         .match = "^deploy (\\w+)",
         .how = SLACK_MATCH_REGEX,
         .where = SLACK_IN_CHANNEL | SLACK_NOT_IN_THREAD,
         .middleware = admins_only,
         .fn = deploy},
        {.kind = SLACK_KIND_EVENT, .match = "message", .subtypes = "message_changed", .fn = note},
        {.kind = SLACK_KIND_ACTION, .match = "approve", .block_id = "request", .fn = approve},
        {.kind = SLACK_KIND_SHORTCUT, .match = "ask", .type = "message_action", .fn = ask},
        {.kind = SLACK_KIND_COMMAND, .match = "/report", .run = SLACK_RUN_WORKER, .fn = report},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof special / sizeof *special; i++)
        rc = slack_listen(app, &special[i]);
    if (rc == 0) rc = slack_on_message(app, "hello", greet, NULL);
    if (rc == 0) rc = slack_on_event(app, "app_mention", greet, NULL);
    if (rc == 0) rc = slack_on_command(app, "/weather", weather, NULL);
    if (rc == 0) rc = slack_on_shortcut(app, "ask", ask, NULL);
    if (rc == 0) rc = slack_on_view_submission(app, "form", submitted, NULL);
    if (rc == 0) rc = slack_on_view_closed(app, "form", note, NULL);
    if (rc == 0) rc = slack_on_options(app, "city", cities, NULL);
    if (rc == 0) rc = slack_on_dialog(app, "old_form", note, NULL);
    if (rc == 0) rc = slack_on_function(app, "add_up", add_up, NULL);
    if (rc == 0) rc = slack_on_app_rate_limited(app, note, NULL);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = listen_to_all(app);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "%s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
