/* What the bot reacts to: /report stores a job, which a worker thread runs. */
#include "listeners.h"

/* Stands for slow work, such as a query: it may block, because it runs on a worker. */
static size_t measure(const char *topic)
{
    size_t letters = 0;
    while (topic[letters] != '\0')
        letters++;
    return letters;
}

/* The app sends the ack once the job is stored: from then on a crash does not lose it. */
static int report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *topic = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*topic == '\0') return slack_ack_text(ctx, "usage: /report TOPIC");
    const int rc = slack_defer(
        ctx, "report", slack_jsonf(ctx, "{channel: %s, topic: %s}", slack_ctx_channel(ctx), topic));
    return rc ? rc : slack_ack_text(ctx, "The report is on its way.");
}

/* A job that fails is attempted again. */
static int make_report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *job = slack_ctx_body(ctx);
    const char *topic = slack_json_str(job, "/topic");
    const size_t letters = measure(topic);
    return slack_say_json(ctx, slack_jsonf(ctx, "{channel: %s, text: 'Report on %s: %zu letters'}",
                                           slack_json_str(job, "/channel"), topic, letters));
}

int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_job = {
        .kind = SLACK_KIND_JOB, .match = "report", .run = SLACK_RUN_WORKER, .fn = make_report};
    int rc = slack_declare_calls(app, "chat.postMessage"); /* for `slackapp manifest` */
    if (rc == 0) rc = slack_on_command(app, "/report", report, NULL);
    if (rc == 0) rc = slack_listen(app, &on_job);
    return rc;
}
