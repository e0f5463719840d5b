/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/workers.md. */
#include "guide.h"

/* Stands for slow work: a database query, a model, a large file. */
static int count_visits(const char *user)
{
    return user[0] == 'U' ? 3 : 0;
}

static int visits(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx); /* the loop sends it at once */
    if (rc != 0) return rc;
    const slack_response_t *answer = NULL;
    rc = slack_call_wait(ctx, slack_users_info(.user = slack_ctx_user(ctx)), &answer);
    if (rc != 0) return rc;
    int count = count_visits(slack_ctx_user(ctx));
    if (slack_ctx_canceled(ctx)) return SLACK_ECANCELED; /* the app is stopping */
    return slack_respond(ctx, "%s has been here %d times", slack_response_str(answer, "/user/name"),
                         count);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_visits = {
        .kind = SLACK_KIND_COMMAND, .match = "/visits", .run = SLACK_RUN_WORKER, .fn = visits};
    return slack_listen(app, &on_visits);
}

static void counts(slack_test_t *t)
{
    slack_test_expect(t, "users.info", "{user: 'U0TEST'}");
    slack_test_answer(t, "{ok: true, user: {name: 'ada'}}");
    slack_test_expect(t, "response_url", "{text: 'ada has been here 3 times'}");
    slack_test_command(t, "/visits", "");
    slack_test_expect_ack(t, NULL);
}

static void fails_with_slack(slack_test_t *t)
{
    slack_test_expect(t, "users.info", NULL);
    slack_test_answer_error(t, "user_not_found");
    slack_test_expect(t, "response_url", NULL); /* the app tells the user */
    slack_test_command(t, "/visits", "");
    slack_test_expect_ack(t, NULL); /* it was sent before the failure */
    slack_test_expect_status(t, SLACK_EAPI);
}

int main(void)
{
    const guide_test_t tests[] = {
        {"counts", counts}, {"fails with Slack", fails_with_slack}, {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
