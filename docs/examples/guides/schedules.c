/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/schedules.md. */
#include "guide.h"

static int remind(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say_jsonf(ctx, "{channel: 'C0TEST', text: 'Standup in ten minutes'}");
}

static int add_listeners(slack_app_t *app)
{
    return slack_every(app, "remind", "20 9 * * 1-5", "Europe/Berlin", remind, NULL);
}

/* Runs once a day. The due time says which day the digest is about. */
static int digest(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const int64_t day = slack_ctx_due_ms(ctx) / 86400000;
    return slack_say_jsonf(ctx, "{channel: 'C0TEST', text: 'Digest of day %lld'}", (long long)day);
}

static int add_digest(slack_app_t *app)
{
    const slack_schedule_t schedule = {
        .name = "digest", .cron = "0 0 * * *", .missed = SLACK_MISSED_SKIP, .fn = digest};
    return slack_schedule(app, &schedule);
}

/* Polls a number of times. Each job defers the next one under its own key. */
static int poll(slack_ctx_t *ctx, void *user_data)
{
    int *left = user_data;
    if (--*left == 0) return 0;
    return slack_defer_job(ctx, &(slack_job_t){.name = "poll",
                                               .args = slack_ctx_body(ctx),
                                               .key = "poll",
                                               .at_ms = slack_ctx_due_ms(ctx) + 90 * 1000});
}

static int add_poll(slack_app_t *app, int *left)
{
    int rc = slack_on_job(app, "poll", poll, left);
    if (rc == 0) rc = slack_app_defer(app, &(slack_job_t){.name = "poll", .key = "poll"});
    return rc;
}

#define DAY_MS ((uint64_t)86400000)

static void reminds_on_weekdays(slack_test_t *t)
{
    for (int i = 0; i < 5; i++)
        slack_test_expect(t, "chat.postMessage", "{text: 'Standup in ten minutes'}");
    slack_test_start(t);
    slack_test_advance_ms(t, 7 * DAY_MS);
}

static void digests_each_day(slack_test_t *t)
{
    const long long today = slack_test_wall_ms(t) / (int64_t)DAY_MS;
    add_digest(slack_test_app(t));
    for (int i = 0; i < 5; i++)
        slack_test_expect(t, "chat.postMessage", "{text: 'Standup in ten minutes'}");
    for (int i = 1; i <= 7; i++)
        slack_test_expect(t, "chat.postMessage", "{text: 'Digest of day %lld'}", today + i);
    slack_test_start(t);
    slack_test_advance_ms(t, 7 * DAY_MS);
}

static void polls_three_times(slack_test_t *t)
{
    int left = 3;
    add_poll(slack_test_app(t), &left);
    slack_test_start(t);
    slack_test_advance_ms(t, 10 * 60 * 1000);
    if (left != 0) slack_test_expect(t, "polls", NULL); /* which does not come */
}

int main(void)
{
    const guide_test_t tests[] = {{"reminds on weekdays", reminds_on_weekdays},
                                  {"digests each day", digests_each_day},
                                  {"polls three times", polls_three_times},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
