/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_HTTP_H
#define SLACK_APP_HTTP_H

#include <slack/app.h>

/* Why the app is not ready, a line of text; NULL if it is ready. */
const char *slack__app_unready(const slack_app_t *app);

/* Add the library's own pages to app->http_routes:
 *
 *     /healthz   200 while the loop runs
 *     /readyz    200 if slack__app_unready() has no reason, else 503 with the reason
 *     /metrics   the metrics of docs/http.md
 *
 * 0, SLACK_ENOMEM. */
int slack__app_add_pages(slack_app_t *app);

#endif
