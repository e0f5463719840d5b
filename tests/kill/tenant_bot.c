/* SPDX-License-Identifier: MIT */
/* A distributed app for test_tenants.c. It answers each message. Its clock is AHEAD_MS ahead of the
 * machine's. */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>

#include "app/inspect.h"
#include "support/orphan.h"

static uint64_t ahead_ms;

static uint64_t mono_us(void *user_data)
{
    (void)user_data;
    return slack__mono_us(&slack__clock_system) + ahead_ms * 1000;
}

static int64_t wall_ms(void *user_data)
{
    (void)user_data;
    return slack__wall_ms(&slack__clock_system) + (int64_t)ahead_ms;
}

static int answer(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "ran %s", slack_ctx_match(ctx, 1));
}

int main(void)
{
    static const slack_clock_t clock = {mono_us, wall_ms, NULL};
    const slack_listener_t events = {.kind = SLACK_KIND_EVENT,
                                     .message = 1,
                                     .match = "^event ([0-9]+)$",
                                     .how = SLACK_MATCH_REGEX,
                                     .fn = answer};
    const char *ahead = getenv("AHEAD_MS");
    slack_app_t *app = NULL;
    end_with_the_parent();
    ahead_ms = ahead ? strtoul(ahead, NULL, 10) : 0;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) slack__inspect_set_clock(app, &clock);
    if (rc == 0) rc = slack_listen(app, &events);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "tenant_bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
