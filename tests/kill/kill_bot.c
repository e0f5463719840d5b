/* SPDX-License-Identifier: MIT */
/* The bot that kill_test kills. It notes the start, the end and the failure of each event's
 * handler, by single writes to the file in KILL_LOG. Between start and end it calls the Web API. */
#include <slack/slack.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/orphan.h"

static int out = -1;
static const char *run;

static void note(char what, const char *id)
{
    char line[64];
    int len = snprintf(line, sizeof line, "%c %s %s\n", what, id, run);
    if (write(out, line, (size_t)len) != len) exit(3);
}

/* Notes that the event will be retried. */
static void failed(const char *id, int status)
{
    fprintf(stderr, "kill_bot: %s: %s\n", id, slack_err_name(status));
    note('F', id);
}

static void called(const slack_response_t *response, void *user_data)
{
    slack_ctx_t *ctx = user_data;
    int status = slack_response_status(response);
    const char *id = slack_json_str(slack_ctx_body(ctx), "/event_id");
    if (status == 0)
        note('E', id);
    else
        failed(id, status);
    slack_ctx_release(ctx, status);
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *id = slack_json_str(slack_ctx_body(ctx), "/event_id");
    note('B', id);
    slack_ctx_hold(ctx);
    int rc = slack_callf(slack_ctx_client(ctx), "chat.postMessage", called, ctx,
                         "{channel: 'C1', text: 'x'}");
    if (rc == 0) return 0;
    failed(id, rc);
    slack_ctx_release(ctx, rc);
    return 0;
}

/* A second listener, so that results are stored between the two. */
static int look(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

/* One event of ten fails at its first attempt, so that rows wait. One of a hundred fails for good,
 * so that there are dead letters. */
static int fail_some(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *id = slack_json_str(slack_ctx_body(ctx), "/event_id");
    const char *end = id + strlen(id) - 1;
    if (end[0] == '3' && end[-1] == '1') return SLACK_EINVAL;
    return end[0] == '7' && slack_ctx_attempt(ctx) == 1 ? SLACK_EIO : 0;
}

int main(void)
{
    end_with_the_parent();
    const char *path = getenv("KILL_LOG");
    run = getenv("KILL_RUN");
    out = path && run ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    slack_app_t *app = NULL;
    int rc = out < 0 ? SLACK_EIO : slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_event(app, "message", look, NULL);
    if (rc == 0) rc = slack_on_message(app, NULL, work, NULL);
    if (rc == 0) rc = slack_on_event(app, NULL, fail_some, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "kill_bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
