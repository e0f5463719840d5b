/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/catch-up.md. */
#include "guide.h"

/* Answers at once, or says that the answer comes late. */
static int answer(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    if (slack_ctx_recovered(ctx))
        return slack_reply(ctx, "Sorry for the wait. Here is your answer.");
    return slack_reply(ctx, "Here is your answer.");
}

/* A reminder of an hour ago is of no use. */
static int remind(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ctx_recovered(ctx) ? 0 : slack_say(ctx, "Lunch is ready!");
}

static int add_listeners(slack_app_t *app)
{
    int rc = slack_on_message(app, "question", answer, NULL);
    if (rc == 0) rc = slack_on_message(app, "lunch", remind, NULL);
    return rc;
}

static void says_sorry_for_an_hour(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Sorry for the wait. Here is your answer.'}");
    slack_test_recovered(t);
    slack_test_message(t, "a question");
}

static void answers_at_once(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Here is your answer.'}");
    slack_test_message(t, "a question");
}

static void is_silent_about_an_old_lunch(slack_test_t *t)
{
    slack_test_recovered(t);
    slack_test_message(t, "lunch?");
}

int main(void)
{
    const guide_test_t tests[] = {{"says sorry for an hour", says_sorry_for_an_hour},
                                  {"answers at once", answers_at_once},
                                  {"is silent about an old lunch", is_silent_about_an_old_lunch},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
