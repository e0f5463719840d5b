/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/authorize.md. */
#include "guide.h"

#include <stdlib.h>
#include <string.h>

/* ---- installations ---- */

struct installation {
    const char *team, *token, *bot_id, *bot_user;
};

static const struct installation installations[] = {
    {"T0TEST", "xoxb-1", "B0BOT", "U0BOT"},
    {"T0OTHER", "xoxb-2", "B0OTHER", "U0OTHER"},
};

static const struct installation *find(const char *team)
{
    for (size_t i = 0; i < sizeof installations / sizeof *installations; i++)
        if (strcmp(installations[i].team, team) == 0) return &installations[i];
    return NULL;
}

static int answer(slack_authorize_t request, const char *team)
{
    const struct installation *found = find(team);
    if (found == NULL) return slack_authorize_refuse(request, "not installed");
    const slack_authorization_t granted = {
        .bot_token = found->token, .bot_id = found->bot_id, .bot_user_id = found->bot_user};
    return slack_authorize_grant(request, &granted);
}

static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    (void)user_data;
    return answer(request, tenant->team_id);
}

/* ---- later ---- */

struct query {
    slack_authorize_t request;
    char team[32];
};

static struct query *waiting; /* kept by the database client until it calls on_rows() */

static int ask_database(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    (void)user_data;
    struct query *query = calloc(1, sizeof *query);
    if (query == NULL) return SLACK_ENOMEM;
    query->request = request;
    snprintf(query->team, sizeof query->team, "%s", tenant->team_id);
    waiting = query;
    return 0;
}

static void on_rows(struct query *query, int failed)
{
    if (failed)
        slack_authorize_fail(query->request, SLACK_EIO, "the database is away");
    else
        answer(query->request, query->team);
    free(query);
}

/* ---- the app ---- */

static int hello(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

static int whoami(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_text(ctx, "I am <@%s>.", slack_ctx_bot_user(ctx));
}

static int add_listeners(slack_app_t *app)
{
    const slack_authorizer_t authorizer = {
        .fn = look_up,
        .refusal = "Please install me: https://bot.example.com/slack/install",
    };
    int rc = slack_app_authorize(app, &authorizer);
    if (rc == 0) rc = slack_on_message(app, "hello", hello, NULL);
    if (rc == 0) rc = slack_on_command(app, "/whoami", whoami, NULL);
    return rc;
}

static void acts_for_each(slack_test_t *t)
{
    slack_test_expect(t, "chat.postMessage", "{text: 'Hey there <@U0TEST>!'}");
    slack_test_message(t, "hello");
    slack_test_body(t, "{command: '/whoami', team_id: 'T0OTHER', user_id: 'U1'}");
    slack_test_expect_ack(t, "'I am <@U0OTHER>.'");
}

static void refuses_strangers(slack_test_t *t)
{
    slack_test_body(t, "{command: '/whoami', team_id: 'T0NEW', user_id: 'U1'}");
    slack_test_expect_ack(t, "{text: 'Please install me: https://bot.example.com/slack/install'}");
}

/* ---- the same with a database ---- */

static int add_listeners_later(slack_app_t *app)
{
    int rc = slack_app_authorize(app, &(slack_authorizer_t){.fn = ask_database});
    return rc ? rc : slack_on_command(app, "/whoami", whoami, NULL);
}

static void waits_for_the_database(slack_test_t *t)
{
    slack_test_command(t, "/whoami", "");
    slack_test_expect_outcome(t, SLACK_TEST_NOT_ACKED);
    on_rows(waiting, 0);
    slack_test_advance_ms(t, 0);
    slack_test_expect_ack(t, "'I am <@U0BOT>.'");
    slack_test_command(t, "/whoami", ""); /* remembered */
    slack_test_expect_ack(t, "'I am <@U0BOT>.'");
}

static void fails_with_the_database(slack_test_t *t)
{
    slack_test_command(t, "/whoami", "");
    on_rows(waiting, 1);
    slack_test_advance_ms(t, 0);
    slack_test_expect_outcome(t, SLACK_TEST_REFUSED);
}

int main(void)
{
    const guide_test_t now[] = {
        {"acts for each", acts_for_each}, {"refuses strangers", refuses_strangers}, {NULL, NULL}};
    const guide_test_t later[] = {{"waits for the database", waits_for_the_database},
                                  {"fails with the database", fails_with_the_database},
                                  {NULL, NULL}};
    int failed = guide_run(add_listeners, now);
    return guide_run(add_listeners_later, later) || failed;
}
