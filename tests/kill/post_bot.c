/* SPDX-License-Identifier: MIT */
/* A courier, as examples/courier.c, whose second message is posted by the job that gets the result
 * of the first one (slack_post_options_t.then). A job of its own does nothing. */
#include <slack/slack.h>

#include <stdio.h>

#include "support/orphan.h"

/* The job's name has the number and the thread: a result does not tell them. */
static int take_order(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    char text[64], then[128];
    const char *number = slack_ctx_match(ctx, 1);
    snprintf(text, sizeof text, "order %s received", number);
    snprintf(then, sizeof then, "ship %s %s", number, slack_ctx_ts(ctx));
    const slack_post_options_t received = {
        .request = slack_chat_postMessage(.channel = slack_ctx_channel(ctx), .text = text),
        .key = number,
        .then = then,
    };
    int rc = slack_post_with(ctx, &received);
    return rc ? rc : slack_defer(ctx, "rest", NULL);
}

static int ship(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    char text[64];
    const slack_json_t *result = slack_ctx_body(ctx);
    if (*slack_json_str(result, "/error")) return SLACK_EAPI;
    snprintf(text, sizeof text, "order %s shipped", slack_ctx_match(ctx, 1));
    return slack_post(ctx,
                      slack_chat_postMessage(.channel = slack_json_str(result, "/channel"),
                                             .thread_ts = slack_ctx_match(ctx, 2), .text = text));
}

static int rest(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

static int status(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_text(ctx, "I do not know");
}

int main(void)
{
    end_with_the_parent();
    const slack_listener_t orders = {.kind = SLACK_KIND_EVENT,
                                     .message = 1,
                                     .match = "^order ([0-9]+)$",
                                     .how = SLACK_MATCH_REGEX,
                                     .ordered = 1,
                                     .fn = take_order};
    const slack_listener_t results = {.kind = SLACK_KIND_JOB,
                                      .match = "^ship ([0-9]+) ([0-9.]+)$",
                                      .how = SLACK_MATCH_REGEX,
                                      .fn = ship};
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_listen(app, &orders);
    if (rc == 0) rc = slack_listen(app, &results);
    if (rc == 0) rc = slack_on_job(app, "rest", rest, NULL);
    if (rc == 0) rc = slack_on_command(app, "/status", status, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "post_bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
