/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "context/ctx.h"
#include "protocol/payload.h"

/* Calls a method with {name: value, hash: …, view: …}. Slack refuses an update whose hash is not
 * the one of the view that is shown, so two updates cannot overwrite each other. */
static int call_view(slack_ctx_t *ctx, const char *method, const char *name, const char *value,
                     const char *hash, const slack_json_t *view)
{
    const int wrong = slack__ctx_required(ctx, view);
    if (wrong != 0) return wrong;
    if (*value == '\0')
        return slack__ctx_fail(
            ctx, SLACK_EINVAL, "%s: %s has no %s: %s", method, slack__ctx_what(ctx), name,
            strcmp(name, "trigger_id") == 0
                ? "call it in a listener of commands, actions or shortcuts"
            : strcmp(name, "view_id") == 0 ? "pass the /view/id of the answer to views.open"
                                           : "pass one");
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *args = NULL;
    int rc = hash ? slack__jsonf(arena, &args, NULL, "{%s: %s, hash: %s, view: %p}", name, value,
                                 hash, (const void *)view)
                  : slack__jsonf(arena, &args, NULL, "{%s: %s, view: %p}", name, value,
                                 (const void *)view);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

int slack_view_open(slack_ctx_t *ctx, const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_view(ctx, "views.open", "trigger_id", slack_ctx_trigger_id(ctx), NULL, view);
}

int slack_view_push(slack_ctx_t *ctx, const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_view(ctx, "views.push", "trigger_id", slack_ctx_trigger_id(ctx), NULL, view);
}

int slack_view_update(slack_ctx_t *ctx, const char *view_id, const char *hash,
                      const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    if (view_id == NULL) {
        const char *own = slack_json_str(ctx->delivery->body, "/view/hash");
        if (hash == NULL && *own) hash = own;
        view_id = slack_json_str(ctx->delivery->body, "/view/id");
    }
    return call_view(ctx, "views.update", "view_id", view_id, hash, view);
}

int slack_view_publish(slack_ctx_t *ctx, const char *user_id, const char *hash,
                       const slack_json_t *view)
{
    SLACK_CTX_REQUIRE(ctx);
    return call_view(ctx, "views.publish", "user_id", user_id ? user_id : slack_ctx_user(ctx), hash,
                     view);
}
