/* SPDX-License-Identifier: MIT */
#include "identity/identity.h"

#include <stdio.h>

#include "identity/auth_test.h"

/* ---- the app's own token, whose text changes with its file ---- */

static slack_credential_t *own_hold(slack_credential_t *credential)
{
    return credential;
}

static void own_release(slack_credential_t *credential)
{
}

static const char *own_text(slack_credential_t *credential)
{
    return slack__grant_token(credential)->text;
}

static bool own_renew(slack_credential_t *credential, const char *error, slack_renewal_t *renewal)
{
    slack_grant_t *own = slack__grant_token(credential)->grant;
    slack__auth_test_doubt(SLACK_CONTAINER(own, slack_identity_t, own));
    if (renewal) renewal->status = 0;
    return false;
}

static const slack_credential_ops_t own_ops = {own_hold, own_release, own_text, own_renew};

/* ---- life ---- */

void slack__identity_init(slack_identity_t *identity)
{
    identity->own = (slack_grant_t){
        .own = true,
        .bot = {.credential = {&own_ops}, .grant = &identity->own},
        .bot_id = identity->bot_id,
        .bot_user = identity->bot_user,
    };
    slack__auth_test_init(identity);
}

/* What is known of the app's name before Slack has accepted a token. */
static void name_app(slack_identity_t *identity, const slack_options_t *options)
{
    if (options->app_id) {
        snprintf(identity->app, sizeof identity->app, "%s", options->app_id);
    } else if (identity->authorizer && options->app_token) { /* xapp-1-APPID-… */
        slack_slice_t rest = slack__slice(options->app_token), part = {NULL, 0};
        for (int i = 0; i < 3; i++)
            if (!slack__slice_split(&rest, '-', &part)) return;
        if (part.len > 0 && *part.ptr == 'A')
            snprintf(identity->app, sizeof identity->app, "%.*s", (int)part.len, part.ptr);
    }
}

void slack__identity_open(slack_identity_t *identity, slack_net_t *net, slack_webapi_t *webapi,
                          const slack_options_t *options)
{
    identity->net = net;
    identity->client = (slack_client_t){
        .webapi = webapi,
        .log = slack__net_log(net),
        .token = options->bot_token ? options->bot_token : "",
        .credential = identity->authorizer ? NULL : &identity->own.bot.credential,
    };
    identity->app_client = (slack_client_t){
        .webapi = webapi,
        .token = options->app_token ? options->app_token : "",
        .once = true,
    };
    identity->own.bot.text = options->bot_token;
    name_app(identity, options);
}

void slack__identity_start(slack_identity_t *identity)
{
    identity->phase = SLACK_IDENTITY_CHECKING;
    slack__auth_test_start(identity);
}

void slack__identity_stop(slack_identity_t *identity)
{
    identity->phase = SLACK_IDENTITY_STOPPED;
    if (identity->net) slack__timer_stop(identity->net, &identity->timer);
}

void slack__identity_close(slack_identity_t *identity)
{
    slack__identity_stop(identity);
    if (identity->authorizer) slack__authorizer_cancel(identity->authorizer);
}

void slack__identity_done(slack_identity_t *identity)
{
    slack__authorizer_free(identity->authorizer);
    identity->authorizer = NULL;
}
