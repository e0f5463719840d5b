/* SPDX-License-Identifier: MIT */
#include "webapi/fetch.h"

#include "app/app.h"

/* Requests to other services that belong to no delivery. */

int slack_fetch(slack_app_t *app, const slack_fetch_t *request, slack_call_fn fn, void *user_data)
{
    SLACK_APP_REQUIRE(app);
    const slack_fetch_caller_t caller = {.fn = fn, .user_data = user_data, .of_program = true};
    const char *why;
    const int rc = slack__fetch(app->services.fetcher, request, &caller, NULL, &why);
    if (rc == 0) return 0;
    SLACK_LOG(&app->log, ERROR, "request not sent", "error=%s reason=%s", slack_err_name(rc), why);
    return slack__app_fail(app, rc, "slack_fetch: the request was not sent: %s", why);
}
