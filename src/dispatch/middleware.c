/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/payload.h"
#include "util/alloc.h"
#include "util/map.h"
#include "util/str.h"

/* The middleware of the library. A middleware ends the chain by not calling slack_next(). */

int slack_only_in_channels(slack_ctx_t *ctx, void *ids)
{
    SLACK_CTX_REQUIRE(ctx);
    return slack__list_has(ids, slack_ctx_channel(ctx)) ? slack_next(ctx) : 0;
}

int slack_only_for_users(slack_ctx_t *ctx, void *ids)
{
    SLACK_CTX_REQUIRE(ctx);
    return slack__list_has(ids, slack_ctx_user(ctx)) ? slack_next(ctx) : 0;
}

int slack_only_mentions(slack_ctx_t *ctx, void *unused)
{
    SLACK_CTX_REQUIRE(ctx);
    if (ctx->delivery->kind != SLACK_KIND_EVENT) return slack_next(ctx);
    const char *text = slack_json_str(ctx->delivery->body, "/event/text");
    return slack__mentions_first(text, slack_ctx_bot_user(ctx)) ? slack_next(ctx) : 0;
}

/* ---- a limit for each user ---- */

/* A user beyond this number is not limited: memory is bounded, and no user is locked out. */
#define USERS_MAX 10000

struct user {
    slack_link_t link; /* in by_age */
    uint64_t since_ms;
    unsigned count;
    size_t key_len;
    char key[];
};

struct slack_user_limit {
    unsigned count, period_ms;
    slack_map_t *users;
    slack_link_t by_age; /* links user->link, the oldest period first */
};

int slack_user_limit_new(slack_user_limit_t **ret_limit, unsigned count, unsigned period_ms)
{
    if (count == 0 || period_ms == 0) return SLACK_EINVAL;
    slack_user_limit_t *limit = slack__calloc(1, sizeof *limit);
    if (limit == NULL) return SLACK_ENOMEM;
    limit->count = count;
    limit->period_ms = period_ms;
    slack__link_init(&limit->by_age);
    limit->users = slack__map_new(USERS_MAX);
    if (limit->users == NULL) {
        slack__free(limit);
        return SLACK_ENOMEM;
    }
    *ret_limit = limit;
    return 0;
}

void slack_user_limit_free(slack_user_limit_t *limit)
{
    if (limit == NULL) return;
    slack__map_free(limit->users, slack__free);
    slack__free(limit);
}

/* NULL if there is no room for another user. */
static struct user *user_of(slack_user_limit_t *limit, slack_slice_t key, uint64_t now_ms)
{
    struct user *user = slack__map_get(limit->users, key);
    if (user) return user;
    if (slack__map_count(limit->users) == USERS_MAX && !slack__list_empty(&limit->by_age)) {
        struct user *oldest = SLACK_CONTAINER(limit->by_age.next, struct user, link);
        const slack_slice_t name = {oldest->key, oldest->key_len};
        if (now_ms - oldest->since_ms >= limit->period_ms) { /* its period is over */
            slack__unlink(&oldest->link);
            slack__free(slack__map_take(limit->users, name));
        }
    }
    user = slack__calloc(1, sizeof *user + key.len);
    if (user == NULL) return NULL;
    slack__link_init(&user->link);
    user->since_ms = now_ms;
    user->key_len = key.len;
    memcpy(user->key, key.ptr, key.len);
    if (slack__map_put(limit->users, key, user) != 0) {
        slack__free(user);
        return NULL;
    }
    slack__list_push(&limit->by_age, &user->link);
    return user;
}

int slack_limit_users(slack_ctx_t *ctx, void *user_data)
{
    SLACK_CTX_REQUIRE(ctx);
    const int elsewhere = slack__net_require(ctx->services->net, __func__); /* not on a worker */
    if (elsewhere != 0) return elsewhere;
    slack_user_limit_t *limit = user_data;
    const char *id = slack__arena_printf(slack__ctx_arena(ctx), "%s/%s", slack_ctx_team(ctx),
                                         slack_ctx_user(ctx));
    if (id == NULL) return SLACK_ENOMEM;
    uint64_t now_ms = slack__mono_ms(ctx->services->log->clock);
    struct user *user = user_of(limit, slack__slice(id), now_ms);
    if (user == NULL) return slack_next(ctx);
    if (now_ms - user->since_ms >= limit->period_ms) { /* a new period */
        user->since_ms = now_ms;
        user->count = 0;
        slack__unlink(&user->link);
        slack__list_push(&limit->by_age, &user->link);
    }
    if (user->count >= limit->count) return 0;
    user->count++;
    return slack_next(ctx);
}
