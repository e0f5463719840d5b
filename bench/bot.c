/* SPDX-License-Identifier: MIT */
/*
 * The bot that is measured: one listener for messages, which does nothing.
 *
 * BENCH_LISTENERS: that many listeners instead, the others for what never comes: events, commands,
 * actions, shortcuts. BENCH_PATTERNS: so many of the others wait for a text in a message.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <stdlib.h>

static int nothing(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    return 0;
}

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *value = getenv(name);
    return value ? (unsigned)strtoul(value, NULL, 10) : otherwise;
}

static int add_other(slack_app_t *app, unsigned i)
{
    char match[32];
    snprintf(match, sizeof match, "/other_%u", i);
    switch (i % 4) {
    case 0: return slack_on_event(app, match, nothing, NULL);
    case 1: return slack_on_command(app, match, nothing, NULL);
    case 2: return slack_on_action(app, match, nothing, NULL);
    default: return slack_on_shortcut(app, match, nothing, NULL);
    }
}

static int add_pattern(slack_app_t *app, unsigned i)
{
    char text[32];
    snprintf(text, sizeof text, "pattern %u", i);
    return slack_on_message(app, text, nothing, NULL);
}

static int add_listeners(slack_app_t *app)
{
    const unsigned count = number_from("BENCH_LISTENERS", 1);
    const unsigned patterns = number_from("BENCH_PATTERNS", 0);
    int rc = slack_on_message(app, NULL, nothing, NULL);
    for (unsigned i = 1; i < count && rc == 0; i++)
        rc = i <= patterns ? add_pattern(app, i) : add_other(app, i);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = add_listeners(app);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
