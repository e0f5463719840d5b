/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "app/app.h"
#include "context/ctx.h"
#include "util/error.h"

/* The sentence of the last failure of an app. */

int slack__app_fail(slack_app_t *app, int rc, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    slack__explain_v(app->error, format, ap);
    va_end(ap);
    return slack__app_failed(app, rc);
}

int slack__app_failed(slack_app_t *app, int rc)
{
    if (rc != 0 && app->services.running)
        slack__ctx_fail(app->services.running, rc, "%s", app->error);
    return rc;
}

const char *slack_app_error(const slack_app_t *app)
{
    if (app == NULL) return "";
    SLACK_APP_REQUIRE_OR(app, "slack_app_error() is for the loop's thread: use slack_app_post()");
    return app->error;
}
