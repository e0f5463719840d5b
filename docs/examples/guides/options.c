/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/options.md. */
#include "guide.h"

#include <string.h>

static const char *const cities[] = {"Bergen", "Oslo", "Osaka", "Tromsø"};
#define CITIES (sizeof cities / sizeof *cities)

static int find_cities(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *typed = slack_json_str(slack_ctx_body(ctx), "/value");
    const slack_json_t *found[CITIES];
    size_t count = 0;
    for (size_t i = 0; i < CITIES; i++)
        if (strncmp(cities[i], typed, strlen(typed)) == 0)
            found[count++] = slack_jsonf(ctx, "{text: {type: 'plain_text', text: %s}, value: %s}",
                                         cities[i], cities[i]);
    return slack_ack_options(ctx, slack_json_array(ctx, found, count));
}

static int add_listeners(slack_app_t *app)
{
    return slack_on_options(app, "city", find_cities, NULL);
}

static void offers_matching_cities(slack_test_t *t)
{
    slack_test_options(t, "city", "Os");
    slack_test_expect_ack(t, "{options: [{value: 'Oslo'}, {value: 'Osaka'}]}");
    slack_test_options(t, "city", "x");
    slack_test_expect_ack(t, "{options: []}");
}

int main(void)
{
    const guide_test_t tests[] = {{"offers matching cities", offers_matching_cities}, {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
