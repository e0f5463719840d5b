/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/commands.md. */
#include "guide.h"

static int weather(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *city = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*city == '\0') return slack_ack_text(ctx, "usage: /weather CITY");
    return slack_ack_jsonf(ctx, "{response_type: 'in_channel', text: 'Sunny in %s.'}", city);
}

/* The ack waits until the job is stored. A stored job runs even if this process dies. */
static int report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_deferf(ctx, "report", "{channel: %s, user: %s}", slack_ctx_channel(ctx),
                          slack_ctx_user(ctx));
    return rc ? rc : slack_ack_text(ctx, "Your report is on its way.");
}

static int make_report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *job = slack_ctx_body(ctx);
    return slack_say_jsonf(ctx, "{channel: %s, text: 'The report of <@%s>'}",
                           slack_json_str(job, "/channel"), slack_json_str(job, "/user"));
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_command(app, "/weather", weather, NULL);
    if (rc == 0) rc = slack_on_command(app, "/report", report, NULL);
    if (rc == 0) rc = slack_on_job(app, "report", make_report, NULL);
    return rc;
}

static void tells_the_weather(slack_test_t *t)
{
    slack_test_command(t, "/weather", "Oslo");
    slack_test_expect_ack(t, "{response_type: 'in_channel', text: 'Sunny in Oslo.'}");
    slack_test_command(t, "/weather", "");
    slack_test_expect_ack(t, "'usage: /weather CITY'");
}

static void reports_later(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{channel: 'C0TEST', text: 'The report of <@U1>'}");
    slack_test_as(t, "U1", NULL);
    slack_test_command(t, "/report", "");
    slack_test_expect_ack(t, "'Your report is on its way.'");
}

int main(void)
{
    const guide_test_t tests[] = {
        {"tells the weather", tells_the_weather}, {"reports later", reports_later}, {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
