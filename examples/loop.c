/* SPDX-License-Identifier: MIT */
/*
 * An app on the program's own loop: libuv runs the app together with everything else on that loop,
 * here a timer and signals. All of it runs on one thread, so nothing needs a lock.
 *
 *     /ticks         says how often the timer has fired
 *
 * At the third tick, it posts a message to #general.
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/loop            and in a third, after the same eval:
 *     build/slackapp sim send command /ticks
 */
#include <slack/slack.h>

#include <signal.h>
#include <stdio.h>
#include <uv.h>

#define TICK_MS 200

typedef struct program {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t sigint, sigterm;
    slack_app_t *app;
    unsigned ticks;
    int status; /* the result with which the app stopped */
} program_t;

/* Outside of deliveries, use the app's own client. The arguments need no ctx. */
static void on_tick(uv_timer_t *timer)
{
    program_t *program = timer->data;
    if (++program->ticks != 3) return;
    char text[32];
    snprintf(text, sizeof text, "Up for %u ms", program->ticks * TICK_MS);
    int rc = slack_call(slack_app_client(program->app),
                        slack_chat_postMessage(.channel = "C0GENERAL1", .text = text), NULL, NULL);
    if (rc != 0) fprintf(stderr, "loop: %s\n", slack_strerror(rc));
}

static int ticks(slack_ctx_t *ctx, void *user_data)
{
    const program_t *program = user_data;
    return slack_ack_text(ctx, "The timer has fired %u times", program->ticks);
}

/* A second signal stops the app without waiting for deliveries under way. */
static void on_signal(uv_signal_t *handle, int signum)
{
    (void)signum;
    slack_app_stop(((program_t *)handle->data)->app);
}

/* The app has left the loop. When the program's own handles are closed, uv_run() returns. */
static void on_stopped(slack_app_t *app, int status, void *user_data)
{
    program_t *program = user_data;
    program->status = status;
    if (status != 0)
        fprintf(stderr, "loop: %s: %s\n", slack_strerror(status), slack_app_error(app));
    uv_close((uv_handle_t *)&program->timer, NULL);
    uv_close((uv_handle_t *)&program->sigint, NULL);
    uv_close((uv_handle_t *)&program->sigterm, NULL);
}

static void add_handles(program_t *program)
{
    uv_timer_init(&program->loop, &program->timer);
    uv_signal_init(&program->loop, &program->sigint);
    uv_signal_init(&program->loop, &program->sigterm);
    program->timer.data = program->sigint.data = program->sigterm.data = program;
    uv_timer_start(&program->timer, on_tick, TICK_MS, TICK_MS);
    uv_signal_start(&program->sigint, on_signal, SIGINT);
    uv_signal_start(&program->sigterm, on_signal, SIGTERM);
}

int main(void)
{
    program_t program = {.ticks = 0};
    const slack_options_t options = {.loop = &program.loop};
    if (uv_loop_init(&program.loop) != 0) return 1;
    int rc = slack_app_new(&program.app, &options);
    if (rc == 0) rc = slack_on_command(program.app, "/ticks", ticks, &program);
    if (rc == 0) rc = slack_app_start(program.app, on_stopped, &program);
    if (rc == 0) {
        add_handles(&program);
        uv_run(&program.loop, UV_RUN_DEFAULT);
        rc = program.status;
    } else {
        fprintf(stderr, "loop: %s: %s\n", slack_strerror(rc), slack_app_error(program.app));
    }
    slack_app_free(program.app);
    uv_run(&program.loop, UV_RUN_DEFAULT);
    uv_loop_close(&program.loop);
    return rc != 0;
}
