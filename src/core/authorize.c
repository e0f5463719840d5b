/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "core/app.h"

/*
 * Who the bot is. A token that Slack refuses for good ends the start; anything else is tried again
 * for as long as it takes, since a bot that boots before its network must come up by itself.
 */

static void ask(slack_app_t *app);

static void ask_again(slack_timer_t *timer)
{
    slack_app_t *app = SLACK_CONTAINER(timer, slack_app_t, timer);
    if (app->state == APP_AUTHORIZING) ask(app);
}

static void retry_later(slack_app_t *app, int status, const char *reason, int64_t retry_after_s)
{
    uint64_t floor_ms = retry_after_s > 0 ? (uint64_t)retry_after_s * 1000 : 0;
    uint64_t wait = slack__backoff_next_ms(&app->auth_backoff, floor_ms, slack__random_u64());
    SLACK_LOG(&app->log, WARN, "auth.test failed, will be tried again",
              "error=%s reason=%s wait_ms=%llu", slack_err_name(status), reason,
              (unsigned long long)wait);
    app->timer.fire = ask_again;
    slack__timer_start(app->net, &app->timer, wait);
}

static void answered(const slack_response_t *response, void *user_data)
{
    slack_app_t *app = user_data;
    if (app->state != APP_AUTHORIZING) return; /* stopped meanwhile */
    int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    if (status == SLACK_EAPI && slack__webapi_error_is_fatal_auth(error)) {
        slack__app_shutdown(app, slack__app_fail(app, SLACK_EAUTH,
                                                 "Slack refuses the token in SLACK_BOT_TOKEN: %s",
                                                 error));
        return;
    }
    if (status != 0) {
        retry_later(app, status, error, slack__response_retry_after_s(response));
        return;
    }
    snprintf(app->bot_user, sizeof app->bot_user, "%s", slack_response_str(response, "/user_id"));
    snprintf(app->bot_id, sizeof app->bot_id, "%s", slack_response_str(response, "/bot_id"));
    snprintf(app->team_id, sizeof app->team_id, "%s", slack_response_str(response, "/team_id"));
    SLACK_LOG(&app->log, INFO, "authorized", "team=%s bot_user=%s bot_id=%s", app->team_id,
              app->bot_user, app->bot_id);
    slack__app_authorized(app);
}

static void ask(slack_app_t *app)
{
    int rc = slack__webapi_call(&app->client, "auth.test", NULL, answered, app);
    if (rc != 0) retry_later(app, rc, slack_strerror(rc), -1);
}

void slack__authorize_start(slack_app_t *app)
{
    app->auth_backoff = (slack_backoff_t){.base_ms = 500, .cap_ms = 30000};
    ask(app);
}
