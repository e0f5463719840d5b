/* SPDX-License-Identifier: MIT */
#include "support/app_handlers.h"
#include "support/test.h"

char app_order[256];
slack_ctx_t *app_held;
slack_done_t app_done;
char app_done_body[256];

int app_say_hello(slack_ctx_t *ctx, void *user_data)
{
    return slack_say(ctx, "Hey there <@%s>!", slack_ctx_user(ctx));
}

int app_nothing(slack_ctx_t *ctx, void *user_data)
{
    return 0;
}

int app_fail(slack_ctx_t *ctx, void *user_data)
{
    return SLACK_EIO;
}

int app_count_run(slack_ctx_t *ctx, void *user_data)
{
    ++*(unsigned *)user_data;
    return 0;
}

int app_append(slack_ctx_t *ctx, void *user_data)
{
    strncat(app_order, user_data, sizeof app_order - strlen(app_order) - 1);
    return 0;
}

int app_append_and_fail(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    return SLACK_EIO;
}

int app_hold(slack_ctx_t *ctx, void *user_data)
{
    app_append(ctx, user_data);
    slack_ctx_hold(ctx);
    app_held = ctx;
    return 0;
}

int app_hold_then_ack(slack_ctx_t *ctx, void *user_data)
{
    slack_ctx_hold(ctx);
    app_held = ctx;
    return 0;
}

static void note_done(slack_ctx_t *ctx, const slack_done_t *done, void *user_data)
{
    slack_done_t *record = user_data;
    *record = *done;
    snprintf(app_done_body, sizeof app_done_body, "%s", done->ack_body);
}

int app_watch(slack_ctx_t *ctx, void *user_data)
{
    app_done = (slack_done_t){.listeners = 999};
    assert_int_equal(slack_ctx_on_done(ctx, note_done, &app_done), 0);
    return slack_next(ctx);
}

void app_run_until_done(app_fixture_t *f)
{
    world_until(&f->world, app_done.listeners != 999 && app_done.duration_us != 0);
}

void app_run_through(app_fixture_t *f, const char *body, app_ack_t *ack)
{
    app_done = (slack_done_t){.listeners = 999};
    app_inject(f, body, ack);
    app_run_until_done(f);
}
