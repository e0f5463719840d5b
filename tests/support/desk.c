/* SPDX-License-Identifier: MIT */
#include "support/desk.h"
#include "support/test.h"

struct desk desk;

int desk_grant(slack_authorize_t request, const char *team)
{
    char bot[64], user[64], bot_id[40], bot_user[40];
    snprintf(bot, sizeof bot, "xoxb-%s-%u", team, desk.version);
    snprintf(user, sizeof user, "xoxp-%s-%u", desk.user, desk.version);
    snprintf(bot_id, sizeof bot_id, "B%s", team);
    snprintf(bot_user, sizeof bot_user, "U%s", team);
    return slack_authorize_grant(request, &(slack_authorization_t){
                                              .bot_token = bot,
                                              .user_token = *desk.user ? user : NULL,
                                              .bot_id = bot_id,
                                              .bot_user_id = bot_user,
                                              .lifetime_ms = desk.lifetime_ms,
                                          });
}

static int look_up(slack_authorize_t request, const slack_tenant_t *tenant, void *user_data)
{
    desk.asked++;
    desk.request = request;
    desk.org = tenant->is_enterprise_install;
    snprintf(desk.app, sizeof desk.app, "%s", tenant->app_id);
    snprintf(desk.enterprise, sizeof desk.enterprise, "%s", tenant->enterprise_id);
    snprintf(desk.team, sizeof desk.team, "%s", tenant->team_id);
    snprintf(desk.user, sizeof desk.user, "%s", tenant->user_id);
    snprintf(desk.actor_team, sizeof desk.actor_team, "%s", tenant->actor_team_id);
    switch (desk.answer) {
    case DESK_NOW: return desk_grant(request, desk.org ? desk.enterprise : desk.team);
    case DESK_LATER: return 0;
    case DESK_REFUSE: return slack_authorize_refuse(request, "not installed");
    case DESK_FAIL: return slack_authorize_fail(request, SLACK_ENOTFOUND, "the database is away");
    case DESK_RETURN: return SLACK_ESTORE;
    }
    return 0;
}

static void count_free(void *user_data)
{
    desk.freed++;
}

slack_authorizer_t desk_authorizer(void)
{
    return (slack_authorizer_t){.fn = look_up, .user_data_free = count_free};
}

void desk_open(app_fixture_t *f, const slack_options_t *options, const slack_authorizer_t *how)
{
    memset(&desk, 0, sizeof desk);
    app_open(f, options);
    assert_int_equal(slack_app_authorize(f->app, how), 0);
}

int desk_setup(void **state)
{
    const slack_authorizer_t how = desk_authorizer();
    desk_open(*state, NULL, &how);
    return 0;
}

int desk_teardown(void **state)
{
    int rc = app_teardown(state);
    assert_int_equal(desk.freed, 1);
    return rc;
}

/* ---- deliveries ---- */

void desk_event_body(char ret[DESK_BODY_MAX], const char *team, const char *type, const char *user)
{
    static unsigned last_event;
    snprintf(ret, DESK_BODY_MAX,
             "{\"type\":\"event_callback\",\"api_app_id\":\"A1\",\"event_id\":\"Ev%u\","
             "\"team_id\":\"%s\",\"event\":{\"type\":\"%s\",\"channel\":\"C1\",\"user\":\"%s\","
             "\"ts\":\"1.1\",\"text\":\"x\"}}",
             ++last_event, team, type, user);
}

void desk_event(app_fixture_t *f, const char *team, const char *type, const char *user,
                app_ack_t *ack)
{
    char body[DESK_BODY_MAX];
    desk_event_body(body, team, type, user);
    *ack = (app_ack_t){0};
    app_inject(f, body, ack);
    app_run_until(f, &ack->count);
    assert_int_equal(ack->outcome, SLACK_ACK_OK);
}

void desk_message(app_fixture_t *f, const char *team)
{
    app_ack_t ack;
    desk_event(f, team, "message", "U1", &ack);
    app_spin(f);
}

int desk_see(slack_ctx_t *ctx, void *user_data)
{
    desk.seen.count++;
    desk.seen.attempt = slack_ctx_attempt(ctx);
    snprintf(desk.seen.bot_user, sizeof desk.seen.bot_user, "%s", slack_ctx_bot_user(ctx));
    snprintf(desk.seen.bot_id, sizeof desk.seen.bot_id, "%s", slack_ctx_bot_id(ctx));
    return user_data ? slack_say(ctx, "%s", (const char *)user_data) : 0;
}

void desk_hear(app_fixture_t *f, const char *text)
{
    memset(&desk.seen, 0, sizeof desk.seen);
    assert_int_equal(slack_on_message(f->app, NULL, desk_see, (void *)(uintptr_t)text), 0);
    app_ready(f);
}
