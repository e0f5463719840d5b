/* SPDX-License-Identifier: MIT */
#include "identity/identity.h"

#include <stdio.h>
#include <string.h>

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
    } else if (!identity->has_own && options->app_token) { /* xapp-1-APPID-… */
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
    identity->has_own =
        identity->authorizer == NULL || (identity->distributed && options->bot_token);
    identity->client = (slack_client_t){
        .webapi = webapi,
        .log = slack__net_log(net),
        .token = options->bot_token ? options->bot_token : "",
        .credential = identity->has_own ? &identity->own.bot.credential : NULL,
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

void slack__identity_disown(slack_identity_t *identity)
{
    identity->phase = SLACK_IDENTITY_ACCEPTED;
    identity->has_own = false;
    identity->client.credential = NULL;
    identity->client.token = "";
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

static bool is_nowhere(const slack_tenant_t *tenant)
{
    return !*tenant->team_id && !*tenant->enterprise_id;
}

bool slack__identity_owns(const slack_identity_t *identity, const slack_tenant_t *tenant)
{
    const slack_home_t *own = &identity->own_home;
    if (!identity->has_own) return false;
    if (own->is_enterprise_install)
        return tenant->is_enterprise_install &&
               strcmp(own->enterprise_id, tenant->enterprise_id) == 0;
    return !tenant->is_enterprise_install && strcmp(own->team_id, tenant->team_id) == 0;
}

bool slack__identity_at_home(const slack_identity_t *identity, slack_tenant_t *tenant)
{
    const slack_home_t *home = &identity->home;
    if (!identity->distributed || !is_nowhere(tenant)) return true;
    tenant->team_id = home->team_id;
    tenant->enterprise_id = home->enterprise_id;
    tenant->is_enterprise_install = home->is_enterprise_install;
    return !is_nowhere(tenant);
}

bool slack__identity_grant(slack_identity_t *identity, slack_tenant_t *tenant, slack_arena_t *arena,
                           slack_waiter_t *waiter, slack_answer_t *ret)
{
    if (!identity->distributed || identity->refused || !slack__identity_owns(identity, tenant))
        return slack__authorizer_ask(identity->authorizer, tenant, arena, waiter, ret);
    *ret = (slack_answer_t){.grant = &identity->own};
    return true;
}
