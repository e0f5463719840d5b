/* SPDX-License-Identifier: MIT */
#include "oauth/sweep.h"

#include <stdio.h>

#define PAGE    20
#define IDLE_MS ((int64_t)15 * 24 * 3600 * 1000) /* since the end of the last token */

static void sweep_again(slack_sweep_t *sweep, uint64_t in_ms)
{
    slack__timer_start(sweep->rotation->net, &sweep->timer, in_ms);
}

/* A refresh that has failed is made again a day later, or by the next delivery. */
static void idle_refreshed(slack_fresh_t *fresh)
{
    slack_sweep_t *sweep = fresh->user_data;
    if (!sweep->rotation->closing) sweep_again(sweep, 0);
}

static void page_got(int status, const slack_install_found_t *found, size_t count, void *user_data)
{
    slack_sweep_t *sweep = user_data;
    if (sweep->rotation->closing) return;
    const int64_t now_ms = slack__wall_ms(sweep->rotation->net->clock);
    for (size_t i = 0; i < count; i++) {
        snprintf(sweep->after, sizeof sweep->after, "%s", found[i].key);
        const slack_oauth_token_t *token = &found[i].record.token;
        const bool is_idle = token->expires_ms != 0 && token->expires_ms + IDLE_MS <= now_ms;
        if (!found[i].fault && *token->refresh && is_idle &&
            slack__rotation_use(sweep->rotation, &found[i], NULL, &sweep->fresh))
            return;
    }
    if (status == 0 && count > 0) {
        sweep_again(sweep, 0);
        return;
    }
    if (status != 0)
        SLACK_LOG(slack__net_log(sweep->rotation->net), WARN, "idle tokens not refreshed",
                  "error=%s reason=%s hint=%s", slack_err_name(status), slack_strerror(status),
                  "the app tries again in a day; Slack ends their refresh tokens after 30 days");
    sweep->after[0] = '\0';
    sweep_again(sweep, SLACK_SWEEP_MS);
}

static void sweep_due(slack_timer_t *timer)
{
    slack_sweep_t *sweep = SLACK_CONTAINER(timer, slack_sweep_t, timer);
    slack__installations_list(sweep->rotation->installations, sweep->after, PAGE, page_got, sweep);
}

void slack__sweep_start(slack_sweep_t *sweep, slack_rotation_t *rotation)
{
    *sweep = (slack_sweep_t){.rotation = rotation,
                             .fresh = {.ended = idle_refreshed, .user_data = sweep}};
    slack__link_init(&sweep->fresh.link);
    slack__timer_init(&sweep->timer, sweep_due);
    sweep_again(sweep, SLACK_SWEEP_FIRST_MS);
}

void slack__sweep_stop(slack_sweep_t *sweep)
{
    if (sweep->rotation) slack__timer_stop(sweep->rotation->net, &sweep->timer);
}
