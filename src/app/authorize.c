/* SPDX-License-Identifier: MIT */
#include "app/app.h"

/* The public functions of identity/authorizer.h. */

int slack_app_authorize(slack_app_t *app, const slack_authorizer_t *authorizer)
{
    SLACK_APP_REQUIRE(app);
    slack_identity_t *identity = &app->identity;
    if (authorizer == NULL || !slack__authorizer_is_sound(authorizer))
        return slack__app_fail(app, SLACK_EINVAL,
                               "slack_app_authorize: lookup is NULL, or a number is out of its "
                               "range: see slack/authorize.h");
    if (identity->distributed)
        return slack__app_fail(app, SLACK_EALREADY,
                               "slack_app_authorize: SLACK_CLIENT_ID is set, so that the app looks "
                               "tokens up in its installations: do not set one of the two");
    if (identity->authorizer || app->life.state != SLACK_APP_NEW)
        return slack__app_fail(app, SLACK_EALREADY,
                               "slack_app_authorize: the app has an authorizer, or has started: "
                               "call it once, before the start");
    int rc = slack__authorizer_new(&identity->authorizer, authorizer, app,
                                   app->options.max_deliveries, slack__mailbox_wake, &app->mailbox);
    return rc == 0 ? 0 : slack__app_fail(app, rc, "slack_app_authorize: %s", slack_strerror(rc));
}

void slack_app_forget(slack_app_t *app, const slack_tenant_t *tenant)
{
    SLACK_APP_REQUIRE_OR(app, );
    if (app->identity.authorizer) slack__authorizer_forget(app->identity.authorizer, tenant);
}

/* NULL for a request of zeros, or of an app without an authorizer. */
static slack_authorizer_state_t *authorizer_of(slack_authorize_t request)
{
    return request.app ? request.app->identity.authorizer : NULL;
}

int slack_authorize_grant(slack_authorize_t request, const slack_authorization_t *authorization)
{
    slack_authorizer_state_t *authorizer = authorizer_of(request);
    if (authorizer == NULL) return SLACK_EINVAL;
    return slack__authorizer_grant(authorizer, request.id, authorization);
}

int slack_authorize_refuse(slack_authorize_t request, const char *reason)
{
    slack_authorizer_state_t *authorizer = authorizer_of(request);
    return authorizer ? slack__authorizer_refuse(authorizer, request.id, reason) : SLACK_EINVAL;
}

int slack_authorize_fail(slack_authorize_t request, int status, const char *reason)
{
    slack_authorizer_state_t *authorizer = authorizer_of(request);
    return authorizer ? slack__authorizer_fail(authorizer, request.id, status, reason)
                      : SLACK_EINVAL;
}
