/* SPDX-License-Identifier: MIT */
/* The code of docs/json.md, as C99 and as C++17. */
#include <stdio.h>
#include <string.h>

#include <slack/slack.h>

/* SLACK_JSON(): Block Kit without quotes around its lines. */
static const slack_json_t *greeting(slack_ctx_t *ctx, const char *name, const slack_json_t *button)
{
    return slack_jsonf(
        ctx,
        SLACK_JSON({
        type: 'section',
        text: { type: 'mrkdwn', text: 'Hello *%s*, "welcome" to https://example.com' }, // vanishes
        accessory?: %p,
        expand: true
    }),
                     name, button);
}

/* An array whose length is not known, and a boolean. */
static int list(slack_ctx_t *ctx, void *user_data)
{
    const char *const *names = (const char *const *)user_data;
    slack_json_list_t rows = {0, 0, 0};
    for (; *names; names++)
        slack_json_add(ctx, &rows, greeting(ctx, *names, NULL));
    const slack_json_t *blocks = slack_json_array(ctx, rows.items, rows.count);
    return slack_say_jsonf(ctx, "{text: 'Names', unfurl_links: !!%d, blocks: %p}", rows.count < 3,
                           blocks);
}

/* Text and back, outside of a delivery. */
static int keep(const char *path)
{
    slack_json_pool_t *pool = slack_json_pool_new();
    const slack_json_t *view =
        slack_pool_file(pool, path, slack_pool_jsonf(pool, "{title: %s}", "Standup"));
    const char *text = slack_pool_text(pool, view);
    if (text == NULL) {
        fprintf(stderr, "%s\n", slack_json_reason(view));
        slack_json_pool_free(pool);
        return 1;
    }
    const slack_json_t *again = slack_pool_parse(pool, text, strlen(text));
    printf("%s: %s\n", slack_json_str(again, "/title/text"), text);
    slack_json_pool_free(pool);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *names[] = {"Ada", "Grace", NULL};
    slack_app_t *app = NULL;
    if (argc > 1) return keep(argv[1]);
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_command(app, "/names", list, (void *)names);
    if (rc == 0) rc = slack_app_run(app);
    slack_app_free(app);
    return rc == 0 ? 0 : 1;
}
