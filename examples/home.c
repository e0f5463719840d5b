/* SPDX-License-Identifier: MIT */
/*
 * A home tab: published when somebody looks at it, changed by its own button. What it counts is in
 * the view itself, so that the bot remembers nothing; its hash sees to it that two clicks at once
 * do not become one.
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/home            and in a third, after the same eval:
 *     build/slackapp sim send open-home
 *     build/slackapp sim send click more
 *
 * The app's settings need the home tab ("App Home") and the event app_home_opened.
 */
#include <slack/slack.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const slack_json_t *home(slack_ctx_t *ctx, unsigned glasses)
{
    return slack_jsonf(ctx,
                       "{"
                       "  type: 'home',"
                       "  private_metadata: '%u',"
                       "  blocks: [{"
                       "    type: 'section',"
                       "    text: {type: 'mrkdwn', text: 'Glasses of water today: *%u*'},"
                       "    accessory: {"
                       "      type: 'button',"
                       "      action_id: 'more',"
                       "      text: {type: 'plain_text', text: 'One more'},"
                       "    },"
                       "  }],"
                       "}",
                       glasses, glasses);
}

/* Slack tells of the messages tab, too; and it shows what is published until something else is. */
static int opened(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *event = slack_ctx_event(ctx);
    bool home_tab = strcmp(slack_json_str(event, "/tab"), "home") == 0;
    bool published = *slack_json_str(event, "/view/id") != '\0';
    return home_tab && !published ? slack_view_publish(ctx, NULL, NULL, home(ctx, 0)) : 0;
}

/* Without a view's id the delivery's own view is changed, if it is still what the user saw. */
static int more(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *glasses = slack_json_str(slack_ctx_body(ctx), "/view/private_metadata");
    unsigned next = (unsigned)strtoul(glasses, NULL, 10) + 1;
    return slack_view_update(ctx, NULL, NULL, home(ctx, next));
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_event(app, "app_home_opened", opened, NULL);
    if (rc == 0) rc = slack_on_action(app, "more", more, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "home: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
