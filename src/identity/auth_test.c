/* SPDX-License-Identifier: MIT */
#include "identity/auth_test.h"

#include <stdio.h>

#include "protocol/api_error.h"
#include "protocol/token_kind.h"
#include "util/random.h"

/*
 * A token that Slack refuses for good ends the start. After any other failure auth.test is tried
 * again without end, so that a bot that boots before its network starts by itself. After the start,
 * /readyz reports the last answer.
 */

static void auth_test_ask(slack_identity_t *identity);

static void auth_test_ask_in(slack_identity_t *identity, uint64_t in_ms)
{
    slack__timer_start(identity->net, &identity->timer, in_ms);
}

static void auth_test_retry(slack_identity_t *identity, int status, const char *reason,
                            int64_t retry_after_s)
{
    const uint64_t floor_ms = retry_after_s > 0 ? (uint64_t)retry_after_s * 1000 : 0;
    const uint64_t wait = slack__backoff_next_ms(&identity->backoff, floor_ms, slack__random_u64());
    SLACK_LOG(identity->net->log, WARN, "auth.test failed, will be tried again",
              "error=%s reason=%s wait_ms=%llu hint=%s", slack_err_name(status), reason,
              (unsigned long long)wait, "if this lasts, see whether this machine reaches Slack");
    auth_test_ask_in(identity, wait);
}

static void token_refused(slack_identity_t *identity, const char *error)
{
    if (identity->phase == SLACK_IDENTITY_CHECKING) {
        identity->events->refused(identity->events_data, error);
        return;
    }
    const char *kind = slack__token_kind(identity->client.token);
    if (!identity->refused)
        SLACK_LOG(identity->net->log, ERROR, "Slack refuses the token in SLACK_BOT_TOKEN",
                  "token=%s reason=%s", kind ? kind : "of no known kind", error);
    identity->refused = true;
    auth_test_ask_in(identity, SLACK_TOKEN_CHECK_MS);
}

static void token_accepted(slack_identity_t *identity, const slack_response_t *response)
{
    identity->backoff.attempt = 0;
    if (identity->phase == SLACK_IDENTITY_CHECKING) {
        snprintf(identity->bot_user, sizeof identity->bot_user, "%s",
                 slack_response_str(response, "/user_id"));
        snprintf(identity->bot_id, sizeof identity->bot_id, "%s",
                 slack_response_str(response, "/bot_id"));
        snprintf(identity->team_id, sizeof identity->team_id, "%s",
                 slack_response_str(response, "/team_id"));
        if (*identity->app == '\0')
            snprintf(identity->app, sizeof identity->app, "%s/%s", identity->team_id,
                     *identity->bot_id ? identity->bot_id : identity->bot_user);
        SLACK_LOG(identity->net->log, INFO, "authorized", "team=%s bot_user=%s bot_id=%s",
                  identity->team_id, identity->bot_user, identity->bot_id);
        const slack_json_t *answer = slack_response_json(response);
        slack_home_t *own = &identity->own_home;
        own->is_enterprise_install = slack_json_bool(answer, "/is_enterprise_install");
        if (!own->is_enterprise_install) identity->client.team_id = "";
        identity->own.org = own->is_enterprise_install;
        snprintf(own->enterprise_id, sizeof own->enterprise_id, "%s",
                 slack_json_str(answer, "/enterprise_id"));
        snprintf(own->team_id, sizeof own->team_id, "%s",
                 own->is_enterprise_install ? "" : identity->team_id);
        identity->phase = SLACK_IDENTITY_ACCEPTED;
        identity->events->accepted(identity->events_data);
        return;
    }
    if (identity->refused)
        SLACK_LOG(identity->net->log, INFO, "Slack accepts the token in SLACK_BOT_TOKEN", "team=%s",
                  identity->team_id);
    identity->refused = false;
}

static void auth_test_answered(const slack_response_t *response, void *user_data)
{
    slack_identity_t *identity = user_data;
    identity->checking = false;
    if (identity->phase == SLACK_IDENTITY_STOPPED) return;
    const int status = slack_response_status(response);
    const char *error = slack_response_error(response);
    if (status == 0)
        token_accepted(identity, response);
    else if (status == SLACK_EAPI && slack__api_error_is_fatal(error))
        token_refused(identity, error);
    else
        auth_test_retry(identity, status, error, slack__response_retry_after_s(response));
}

static void auth_test_ask(slack_identity_t *identity)
{
    /* Without the credential, which would answer a refusal by another auth.test. */
    slack_client_t client = identity->client;
    client.credential = NULL;
    client.once = true; /* auth_test_retry() repeats it, and the log says so */
    if (identity->phase == SLACK_IDENTITY_ACCEPTED)
        identity->checked_us = slack__mono_us(identity->net->clock);
    identity->checking = true;
    int rc = slack__webapi_call(&client, "auth.test", NULL, auth_test_answered, identity);
    if (rc == 0) return;
    identity->checking = false;
    auth_test_retry(identity, rc, slack_strerror(rc), -1);
}

static void auth_test_due(slack_timer_t *timer)
{
    slack_identity_t *identity = SLACK_CONTAINER(timer, slack_identity_t, timer);
    if (identity->phase == SLACK_IDENTITY_CHECKING && !identity->has_own) {
        identity->phase = SLACK_IDENTITY_ACCEPTED;
        identity->events->accepted(identity->events_data);
    } else if (identity->phase != SLACK_IDENTITY_STOPPED) {
        auth_test_ask(identity);
    }
}

void slack__auth_test_init(slack_identity_t *identity)
{
    identity->backoff = (slack_backoff_t){.base_ms = 500, .cap_ms = 30000};
    slack__timer_init(&identity->timer, auth_test_due);
}

void slack__auth_test_start(slack_identity_t *identity)
{
    if (!identity->has_own)
        auth_test_ask_in(identity, 0); /* no token to check; the event comes after the start */
    else
        auth_test_ask(identity);
}

void slack__auth_test_doubt(slack_identity_t *identity)
{
    const uint64_t since_ms = (slack__mono_us(identity->net->clock) - identity->checked_us) / 1000;
    if (identity->phase != SLACK_IDENTITY_ACCEPTED || identity->checking || identity->refused)
        return;
    if (slack__timer_waits(&identity->timer)) return; /* a check is due soon */
    if (since_ms >= SLACK_TOKEN_CHECK_MS)
        auth_test_ask(identity);
    else
        auth_test_ask_in(identity, SLACK_TOKEN_CHECK_MS - since_ms);
}
