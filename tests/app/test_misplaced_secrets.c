/* SPDX-License-Identifier: MIT */
/* A person sets a variable to a secret that belongs into another one: nothing shows the secret. */
#include <slack/app.h>

#include "app/options.h"
#include "support/clean_env.h"
#include "support/test.h"
#include "support/world.h"
#include "util/str.h"

/* Each secret contains SHOWN_NEVER, which no output may contain. */
#define SHOWN_NEVER "5ec2e75ec2e7"
static const char *const secrets[] = {
    "xoxb-1234-" SHOWN_NEVER,
    "xoxe.xoxp-1-" SHOWN_NEVER,
    "xapp-1-A1-" SHOWN_NEVER,
    "00000000" SHOWN_NEVER "00000000abcd", /* a signing secret, a client secret */
    "https://hooks.slack.com/services/T1/B1/" SHOWN_NEVER,
    "wss://wss-primary.slack.com/link/?ticket=" SHOWN_NEVER,
    "http://me:" SHOWN_NEVER "@127.0.0.1:1",
    "http://a.very.long.name.of.a.person:and-a-long-password-" SHOWN_NEVER "@127.0.0.1:1",
    "-----BEGIN PRIVATE KEY-----\n" SHOWN_NEVER "\n-----END PRIVATE KEY-----",
    "sqlite:xoxb-1234-" SHOWN_NEVER,
    "127.0.0.1,xapp-1-" SHOWN_NEVER,
};

static world_t world;

/* Runs an app for a moment; its sentence becomes the last line of the log. */
static void run_app(void)
{
    slack_app_t *app = NULL;
    world_open_loop(&world);
    const slack_options_t options = {
        .loop = &world.loop, .log_fn = world_keep_line, .log_user_data = &world};
    if (slack_app_new(&app, &options) == 0 && slack_app_start(app, NULL, NULL) == 0)
        world_turn(&world);
    const char *sentence = slack_app_error(app);
    world_keep_line(SLACK_LOG_ERROR, sentence, strlen(sentence), &world);
    slack_app_free(app);
    while (uv_run(&world.loop, UV_RUN_ONCE))
        ;
    world_close(&world);
}

static void check(const char *variable, const char *secret)
{
    static const char *const good[][2] = {
        {"SLACK_BOT_TOKEN", "xoxb-1"},   {"SLACK_SIGNING_SECRET", "s"},
        {"SLACK_TRANSPORT", "http"},     {"SLACK_HTTP_HOST", "127.0.0.1"},
        {"SLACK_HTTP_PORT", "0"},        {"SLACK_API_URL", "http://127.0.0.1:1/"},
        {"SLACK_LOG_LEVEL", "debug"},    {"SLACK_STORE", "memory:"},
        {"SLACK_HTTP_ADMIN_PORT", NULL},
    };
    void *state = NULL;
    assert_int_equal(clean_env_enter(&state), 0);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (good[i][1]) setenv(good[i][0], good[i][1], 1);
    const size_t len = strlen(variable);
    if (len > 5 && strcmp(variable + len - 5, "_FILE") == 0) {
        char base[80];
        snprintf(base, sizeof base, "%.*s", (int)len - 5, variable);
        unsetenv(base);
    }
    setenv(variable, secret, 1);
    run_app();
    unsetenv(variable);
    assert_int_equal(clean_env_leave(&state), 0);
    if (world_logged(&world, SHOWN_NEVER)) fail_msg("%s=%s:\n%s", variable, secret, world.log);
}

TEST(test_no_variable_shows_a_secret)
{
    for (const slack_option_t *option = slack__option_table; option->field; option++) {
        slack_slice_t rest = slack__slice(option->variables), name;
        while (option->variables && slack__slice_split(&rest, ' ', &name))
            for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
                for (int file = 0; file < 2; file++) {
                    char variable[80];
                    snprintf(variable, sizeof variable, "%.*s%s", (int)name.len, name.ptr,
                             file ? "_FILE" : "");
                    check(variable, secrets[i]);
                }
    }
}
