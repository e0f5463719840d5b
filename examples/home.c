/* SPDX-License-Identifier: MIT */
/*
 * A home tab that the bot publishes when a user opens it, and changes when its button is clicked.
 * The count is in the view itself, so the bot stores nothing. If two clicks come at once, Slack
 * rejects the second change, because the hash of the view is no longer the same.
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

/* Slack reports the messages tab too. It shows a published view until the next one is published. */
static int opened(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_json_t *event = slack_ctx_event(ctx);
    bool home_tab = strcmp(slack_json_str(event, "/tab"), "home") == 0;
    bool published = *slack_json_str(event, "/view/id") != '\0';
    return home_tab && !published ? slack_view_publish(ctx, NULL, NULL, home(ctx, 0)) : 0;
}

/* Without the id of a view, this changes the delivery's view, unless it has changed meanwhile. */
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
    if (rc == 0) rc = slack_declare_calls(app, "views.publish views.update");
    if (rc == 0) rc = slack_on_event(app, "app_home_opened", opened, NULL);
    if (rc == 0) rc = slack_on_action(app, "more", more, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "home: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
