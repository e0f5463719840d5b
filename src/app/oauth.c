/* SPDX-License-Identifier: MIT */
#include "app/app.h"
#include "oauth/client_for.h"
#include "oauth/leaving.h"
#include "protocol/job_names.h"

/* The part of a distributed app, and its public functions. */

int slack__app_distribute(slack_app_t *app, const slack_oauth_events_t *events)
{
    const slack_options_t *o = &app->options;
    slack_identity_t *identity = &app->identity;
    if (!slack__oauth_configured(o)) return 0;
    app->oauth.options = o;
    app->dispatcher.leave = slack__leaving_begin;
    app->dispatcher.leave_data = &app->oauth;
    app->oauth.events = events;
    app->oauth.events_data = app;
    identity->distributed = true;
    const slack_authorizer_t authorizer = {
        .fn = slack__oauth_look_up,
        .user_data = &app->oauth,
        .per_user = o->user_scopes && *o->user_scopes,
    };
    int rc = slack__authorizer_new(&identity->authorizer, &authorizer, app, o->max_deliveries,
                                   slack__mailbox_wake, &app->mailbox);
    slack_install_flow_t *flow = &app->install_flow;
    app->oauth.client = &flow->client;
    flow->oauth = &app->oauth;
    flow->inbox = &app->inbox;
    flow->routes = &app->routes;
    return rc ? rc : slack__install_flow_open(flow);
}

int slack_app_set_install_hooks(slack_app_t *app, const slack_install_hooks_t *hooks)
{
    SLACK_APP_REQUIRE(app);
    if (hooks == NULL)
        return slack__app_fail(app, SLACK_EINVAL,
                               "slack_app_set_install_hooks: the hooks are NULL: pass a struct");
    if (app->life.state != SLACK_APP_NEW)
        return slack__app_fail(app, SLACK_EALREADY,
                               "slack_app_set_install_hooks: the app was started before: call it "
                               "before slack_app_run() or slack_app_start()");
    app->install_flow.hooks = *hooks;
    return 0;
}

int slack_sign_in(slack_app_t *app, const char *path, slack_signed_in_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    const int rc = slack__sign_in_add(&app->install_flow, path, fn, user_data);
    if (rc == 0) return 0;
    return slack__app_fail(
        app, rc, "slack_sign_in: %s",
        rc == SLACK_EINVAL     ? "it needs a function, and a path such as /login"
        : rc == SLACK_ECONFIG  ? "set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_REDIRECT_URI"
        : rc == SLACK_EALREADY ? "there is a route on the path, or on /redirect below it: choose "
                                 "another path"
                               : slack_strerror(rc));
}

int slack_client_for(slack_app_t *app, const slack_tenant_t *tenant, slack_client_for_fn fn,
                     void *user_data)
{
    SLACK_APP_REQUIRE(app);
    const enum slack_app_state state = app->life.state;
    if (tenant == NULL || fn == NULL ||
        slack__slice(tenant->team_id).len + slack__slice(tenant->enterprise_id).len == 0)
        return slack__app_fail(app, SLACK_EINVAL,
                               "slack_client_for: pass a function, and a tenant with a team_id or "
                               "an enterprise_id");
    if (state < SLACK_APP_RUNNING || state > SLACK_APP_DRAINING)
        return slack__app_fail(app, SLACK_ECANCELED,
                               "slack_client_for: the app does not run: call it after the start");
    const int rc = slack__client_for(&app->oauth, tenant, fn, user_data);
    return rc == 0 ? 0 : slack__app_fail(app, rc, "slack_client_for: %s", slack_strerror(rc));
}

/* Jobs of a reserved name, which slack_listen() refuses. */
static int listen_reserved(slack_app_t *app, const char *name, slack_handler_fn fn, void *user_data,
                           bool *ret_there)
{
    const slack_listener_t listener = {
        .kind = SLACK_KIND_JOB, .match = name, .fn = fn, .user_data = user_data};
    const int rc = slack__registry_add(&app->registry, &listener, app->error);
    if (rc == 0) *ret_there = true;
    return slack__app_failed(app, rc);
}

int slack_on_installed(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_reserved(app, SLACK_JOB_INSTALLED, fn, user_data, &app->oauth.on_installed);
}

int slack_on_uninstalled(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    return listen_reserved(app, SLACK_JOB_UNINSTALLED, fn, user_data, &app->oauth.on_uninstalled);
}
