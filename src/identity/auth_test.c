/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "app/app.h"
#include "protocol/api_error.h"

/*
 * The app's own token, and who it belongs to. One that Slack refuses for good ends the start;
 * anything else is tried again for as long as it takes, since a bot that boots before its network
 * must come up by itself. Later, when Slack refuses a call for the token's sake, auth.test is asked
 * again: what it says is what /readyz says, until it says something else.
 */

static void ask(slack_app_t *app);

static void ask_again(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, timer);
    if (app->state <= APP_RUNNING) ask(app);
}

static void ask_in(slack_app_t *app, uint64_t in_ms)
{
    app->timer.fire = ask_again;
    slack__timer_start(app->net, &app->timer, in_ms);
}

static void retry_later(slack_app_t *app, int status, const char *reason, int64_t retry_after_s)
{
    uint64_t floor_ms = retry_after_s > 0 ? (uint64_t)retry_after_s * 1000 : 0;
    uint64_t wait = slack__backoff_next_ms(&app->auth_backoff, floor_ms, slack__random_u64());
    SLACK_LOG(&app->log, WARN, "auth.test failed, will be tried again",
              "error=%s reason=%s wait_ms=%llu", slack_err_name(status), reason,
              (unsigned long long)wait);
    ask_in(app, wait);
}

static void refused(slack_app_t *app, const char *error)
{
    if (app->state == APP_AUTHORIZING) {
        slack__app_shutdown(app, slack__app_fail(app, SLACK_EAUTH,
                                                 "Slack refuses the token in SLACK_BOT_TOKEN: %s",
                                                 error));
        return;
    }
    if (!app->token_refused)
        SLACK_LOG(&app->log, ERROR, "Slack refuses the token in SLACK_BOT_TOKEN", "reason=%s",
                  error);
    app->token_refused = true;
    ask_in(app, SLACK_TOKEN_CHECK_MS);
}

static void learn(slack_app_t *app, const slack_response_t *response)
{
    snprintf(app->bot_user, sizeof app->bot_user, "%s", slack_response_str(response, "/user_id"));
    snprintf(app->bot_id, sizeof app->bot_id, "%s", slack_response_str(response, "/bot_id"));
    snprintf(app->team_id, sizeof app->team_id, "%s", slack_response_str(response, "/team_id"));
    SLACK_LOG(&app->log, INFO, "authorized", "team=%s bot_user=%s bot_id=%s", app->team_id,
              app->bot_user, app->bot_id);
}

static void accepted(slack_app_t *app, const slack_response_t *response)
{
    app->auth_backoff.attempt = 0;
    if (app->state == APP_AUTHORIZING) {
        learn(app, response);
        slack__app_authorized(app);
        return;
    }
    if (app->token_refused)
        SLACK_LOG(&app->log, INFO, "Slack accepts the token in SLACK_BOT_TOKEN", "team=%s",
                  app->team_id);
    app->token_refused = false;
}

static void answered(const slack_response_t *response, void *user_data)
{
    slack_app_t *app = user_data;
    app->token_checking = false;
    if (app->state > APP_RUNNING) return; /* stopped meanwhile */
    int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    if (status == 0)
        accepted(app, response);
    else if (status == SLACK_EAPI && slack__api_error_is_fatal(error))
        refused(app, error);
    else
        retry_later(app, status, error, slack__response_retry_after_s(response));
}

static void ask(slack_app_t *app)
{
    /* Nobody's token, as it were: an answer that refuses it is no reason to ask again. */
    slack_client_t client = app->client;
    client.owner = 0;
    if (app->state == APP_RUNNING) app->token_checked_us = slack__mono_us(app->clock);
    app->token_checking = true;
    int rc = slack__webapi_call(&client, "auth.test", NULL, answered, app);
    if (rc == 0) return;
    app->token_checking = false;
    retry_later(app, rc, slack_strerror(rc), -1);
}

void slack__auth_test_doubted(slack_app_t *app)
{
    const uint64_t since_ms = (slack__mono_us(app->clock) - app->token_checked_us) / 1000;
    if (app->state != APP_RUNNING || app->token_checking || app->token_refused) return;
    if (slack__timer_waits(&app->timer)) return; /* is about to be asked again */
    if (since_ms >= SLACK_TOKEN_CHECK_MS)
        ask(app);
    else
        ask_in(app, SLACK_TOKEN_CHECK_MS - since_ms);
}

static void go(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, timer);
    if (app->state == APP_AUTHORIZING) slack__app_authorized(app);
}

void slack__auth_test_start(slack_app_t *app)
{
    app->auth_backoff = (slack_backoff_t){.base_ms = 500, .cap_ms = 30000};
    app->own = (slack_grant_t){
        .number = SLACK_OWNER_APP,
        .bot_token = app->client.token,
        .bot_id = app->bot_id,
        .bot_user = app->bot_user,
    };
    if (app->authority == NULL) {
        ask(app);
        return;
    }
    app->timer.fire = go;
    slack__timer_start(app->net, &app->timer, 0);
}
