/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/webhooks.md. */
#include "guide.h"

#include <stdlib.h>

static const char *hook_url(void)
{
    const char *url = getenv("ALERTS_WEBHOOK_URL");
    return url ? url : "https://hooks.slack.com/services/T0/B0/x";
}

static int alert(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_webhook_then(
        ctx, hook_url(),
        slack_jsonf(ctx, "{text: %s}", slack_json_str(slack_ctx_body(ctx), "/text")), NULL, NULL);
}

static int say_result(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    (void)user_data;
    const int rc = slack_response_status(response);
    if (rc == SLACK_EAPI)
        return slack_say(ctx, "Slack did not take it: %s", slack_response_error(response));
    return rc ? rc : slack_say(ctx, "The workflow has started");
}

static int start_workflow(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_webhook_then(
        ctx, "https://hooks.slack.com/triggers/T0/1/x",
        slack_jsonf(ctx, "{city: %s}", slack_json_str(slack_ctx_body(ctx), "/text")), say_result,
        NULL);
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_command(app, "/alert", alert, NULL);
    if (rc == 0) rc = slack_on_command(app, "/workflow", start_workflow, NULL);
    return rc;
}

static void starts_a_workflow(slack_test_t *t)
{
    slack_test_expect(t, "webhook", "{city: 'Oslo'}");
    slack_test_expect(t, "chat.postMessage", "{text: 'The workflow has started'}");
    slack_test_command(t, "/workflow", "Oslo");
}

static void posts_an_alert(slack_test_t *t)
{
    slack_test_expect(t, "webhook", "{text: 'the disk is full'}");
    slack_test_command(t, "/alert", "the disk is full");
}

static void says_why_it_did_not(slack_test_t *t)
{
    slack_test_expect(t, "webhook", NULL);
    slack_test_answer_http(t, 404, "Content-Type: text/html", "no_service");
    slack_test_expect(t, "chat.postMessage", "{text: 'Slack did not take it: no_service'}");
    slack_test_command(t, "/workflow", "Oslo");
}

int main(void)
{
    const guide_test_t tests[] = {{"posts an alert", posts_an_alert},
                                  {"starts a workflow", starts_a_workflow},
                                  {"says why it did not", says_why_it_did_not},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
