/* SPDX-License-Identifier: MIT */
#include "app/app.h"

/* The part of a distributed app, and its public functions. */

int slack__app_distribute(slack_app_t *app, const slack_oauth_events_t *events)
{
    const slack_options_t *o = &app->options;
    slack_identity_t *identity = &app->identity;
    if (!slack__oauth_configured(o)) return 0;
    app->oauth.options = o;
    app->oauth.services = &app->services;
    app->oauth.identity = identity;
    app->oauth.queue = &app->queue;
    app->oauth.events = events;
    app->oauth.events_data = app;
    identity->distributed = true;
    const slack_authorizer_t authorizer = {
        .fn = slack__oauth_look_up,
        .user_data = &app->oauth,
        .per_user = o->user_scopes && *o->user_scopes,
    };
    return slack__authorizer_new(&identity->authorizer, &authorizer, app, o->max_deliveries,
                                 slack__mailbox_wake, &app->mailbox);
}
