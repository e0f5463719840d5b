/* SPDX-License-Identifier: MIT */
/* The bot of ./dev scale. Its handler takes 20 ms of processor time, on the one worker that each
 * process has. A process that works has the scheduling policy of
 * docs/examples/systemd/work@.service: it leaves the processors to those that receive, and to the
 * database. */
#define _GNU_SOURCE /* SCHED_IDLE */
#include <slack/slack.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/orphan.h"

#define HANDLER_NS (20 * 1000 * 1000LL)

static long long used_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int work(slack_ctx_t *ctx, void *user_data)
{
    (void)ctx, (void)user_data;
    const long long end = used_ns() + HANDLER_NS;
    /* A read of the clock is a call of the kernel: the time is to be the handler's own. */
    while (used_ns() < end)
        for (volatile unsigned i = 0; i < 20000; i++) {
        }
    return 0;
}

int main(void)
{
    const slack_options_t options = {.workers = 1};
    slack_app_t *app = NULL;
    const char *role = getenv("SLACK_ROLE");
    end_with_the_parent();
    if (role && strcmp(role, "work") == 0)
        (void)sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
    int rc = slack_app_new(&app, &options);
    if (rc == 0)
        rc = slack_listen(
            app, &(slack_listener_t){
                     .kind = SLACK_KIND_EVENT, .message = 1, .run = SLACK_RUN_WORKER, .fn = work});
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "scale_bot: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
