/* SPDX-License-Identifier: MIT */
/*
 * A list in pages. On a worker the code reads from top to bottom; docs/guides/calling.md has the
 * same on the loop, with functions that are called back.
 *
 *     /roster     counts the users of the workspace, posts the names of its admins, pins that, and
 *                 asks in an hour whether it is still right
 *
 *     build/slackapp sim --people 1050                      in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/roster          and in a third, after the same eval:
 *     build/slackapp sim send command /roster
 *
 * docs/guides/calling.md says what it needs at Slack.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct roster {
    unsigned people;
    char admins[1000]; /* their names */
} roster_t;

static void add_page(roster_t *roster, const slack_json_t *users)
{
    slack_json_iter_t it = {0};
    while (slack_json_next(users, &it)) {
        const size_t len = strlen(roster->admins);
        roster->people++;
        if (slack_json_bool(it.value, "/is_admin"))
            snprintf(roster->admins + len, sizeof roster->admins - len, " %s",
                     slack_json_str(it.value, "/name"));
    }
}

/* Each call returns when Slack has answered. If Slack limits the rate, the library waits. */
static int roster(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    if (rc != 0) return rc;
    roster_t found = {0};
    slack_page_t page;
    slack_pager_t *pager = slack_pager(ctx, slack_users_list(.limit = 200), 0);
    while (slack_pager_next(pager, &page))
        add_page(&found, page.items);
    rc = page.status;
    if (rc == 0) rc = slack_say(ctx, "%u users; admins:%s", found.people, found.admins);
    const char *channel = slack_ctx_said_channel(ctx), *ts = slack_ctx_said_ts(ctx);
    if (rc == 0)
        rc = slack_call_wait(
            ctx, slack_reactions_add(.channel = channel, .timestamp = ts, .name = "eyes"), NULL);
    if (rc == 0)
        rc = slack_call_wait(ctx, slack_pins_add(.channel = channel, .timestamp = ts), NULL);
    if (rc == 0)
        rc = slack_call_wait(ctx,
                             slack_chat_scheduleMessage(.channel = channel, .thread_ts = ts,
                                                        .post_at = time(NULL) + 3600,
                                                        .text = "Is it still right?"),
                             NULL);
    return rc;
}

int main(void)
{
    slack_app_t *app = NULL;
    const slack_listener_t on_roster = {
        .kind = SLACK_KIND_COMMAND, .match = "/roster", .run = SLACK_RUN_WORKER, .fn = roster};
    int rc = slack_app_new(&app, NULL);
    if (rc == 0)
        rc = slack_declare_calls(app, "chat.postMessage chat.scheduleMessage pins.add "
                                      "reactions.add users.list");
    if (rc == 0) rc = slack_listen(app, &on_roster);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "roster: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
