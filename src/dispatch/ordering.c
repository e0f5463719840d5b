/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"

static slack_ordering_t *turn_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_ordering_t, link);
}

static bool same_conversation(const slack_ordering_t *a, const slack_ordering_t *b)
{
    return strcmp(a->channel, b->channel) == 0 && strcmp(a->thread, b->thread) == 0;
}

/* Whether it may run, with those before it in the list as they are. */
static bool is_free(const slack_ordering_t *turn)
{
    const slack_rule_t *route = turn->route;
    if (route->listener.max_running && route->running >= route->listener.max_running) return false;
    if (!route->listener.ordered) return true;
    for (slack_link_t *link = turn->link.prev; link != &route->turns; link = link->prev)
        if (same_conversation(turn_at(link), turn)) return false;
    return true;
}

static void start(slack_ordering_t *turn)
{
    turn->running = true;
    turn->route->running++;
}

bool slack__ordering_enter(slack_ctx_t *ctx, slack_rule_t *route)
{
    slack_ordering_t *turn = &ctx->turn;
    if (!route->listener.ordered && route->listener.max_running == 0) return true;
    if (turn->running) return true; /* woken */
    turn->route = route;
    turn->channel = slack_ctx_channel(ctx);
    turn->thread = slack_ctx_thread_ts(ctx);
    slack__list_push(&route->turns, &turn->link);
    ctx->turn_waits = !is_free(turn);
    if (!ctx->turn_waits) start(turn);
    return !ctx->turn_waits;
}

static void wake_free(slack_rule_t *route)
{
    for (slack_link_t *link = route->turns.next; link != &route->turns; link = link->next) {
        slack_ordering_t *turn = turn_at(link);
        if (turn->running || !is_free(turn)) continue;
        slack_ctx_t *ctx = SLACK_CONTAINER(turn, slack_ctx_t, turn);
        start(turn);
        ctx->turn_waits = false;
        if (ctx->state == CTX_RUNNING) slack__task_post(ctx->app->net, &ctx->task);
    }
}

void slack__ordering_leave(slack_ctx_t *ctx)
{
    slack_ordering_t *turn = &ctx->turn;
    if (!slack__linked(&turn->link)) return;
    slack__unlink(&turn->link);
    if (turn->running) turn->route->running--;
    turn->running = false;
    ctx->turn_waits = false;
    if (ctx->app->state < APP_CLOSING) wake_free(turn->route);
}
