/* SPDX-License-Identifier: MIT */
/*
 * A select menu whose options the program provides while the user types. Slack asks for them after
 * every few characters, and accepts at most 100.
 *
 *     /city          shows the select menu; the chosen option replaces it
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/options         and in a third, after the same eval:
 *     build/slackapp sim send command /city
 *     build/slackapp sim send options city os
 *
 * Over HTTP Slack asks the "Options Load URL" of the app's settings: set it to the request URL.
 */
#include <slack/slack.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct country {
    const char *name;
    const char *cities[4]; /* NULL after the last one */
} countries[] = {
    {"Norway", {"Oslo", "Bergen", "Tromsø"}},
    {"Japan", {"Osaka", "Tokyo", "Kyoto"}},
    {"Peru", {"Lima", "Cusco"}},
};
#define COUNTRIES (sizeof countries / sizeof *countries)

static int city(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_ack_jsonf(ctx, "{"
                                "  text: 'Which city?',"
                                "  blocks: [{"
                                "    type: 'section',"
                                "    text: {type: 'mrkdwn', text: 'Which city?'},"
                                "    accessory: {"
                                "      type: 'external_select',"
                                "      action_id: 'city',"
                                "      min_query_length: 1,"
                                "    },"
                                "  }],"
                                "}");
}

/* Returns the cities of a country that begin with `typed`, and their number in *ret_count. */
static const slack_json_t *matching(slack_ctx_t *ctx, const struct country *country,
                                    const char *typed, size_t *ret_count)
{
    const slack_json_t *found[4];
    size_t count = 0;
    for (const char *const *name = country->cities; *name; name++)
        if (strncasecmp(*name, typed, strlen(typed)) == 0)
            found[count++] =
                slack_jsonf(ctx, "{text: {type: 'plain_text', text: %s}, value: %s}", *name, *name);
    *ret_count = count;
    return slack_json_array(ctx, found, count);
}

/* Options in groups. slack_ack_options() takes options without groups. */
static int cities(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *typed = slack_json_str(slack_ctx_body(ctx), "/value");
    const slack_json_t *groups[COUNTRIES];
    size_t used = 0, count;
    for (size_t i = 0; i < COUNTRIES; i++) {
        const slack_json_t *options = matching(ctx, &countries[i], typed, &count);
        if (count > 0)
            groups[used++] =
                slack_jsonf(ctx, "{label: {type: 'plain_text', text: %s}, options: %p}",
                            countries[i].name, options);
    }
    return slack_ack_option_groups(ctx, slack_json_array(ctx, groups, used));
}

static int chosen(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *name = slack_json_str(slack_ctx_action(ctx), "/selected_option/value");
    return slack_respond_jsonf(ctx, "{replace_original: true, text: 'Off to %s!'}", name);
}

int main(void)
{
    slack_app_t *app = NULL;
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_command(app, "/city", city, NULL);
    if (rc == 0) rc = slack_on_options(app, "city", cities, NULL);
    if (rc == 0) rc = slack_on_action(app, "city", chosen, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "options: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
