/* SPDX-License-Identifier: MIT */
#include "core/ctx.h"

int slack_on_assistant_started(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    return slack_on_event(app, "assistant_thread_started", fn, user_data);
}

int slack_on_assistant_context(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    return slack_on_event(app, "assistant_thread_context_changed", fn, user_data);
}

/* As Bolt tells a user's message to the assistant: no subtype, or a file; not from a bot. */
static int only_from_users(slack_ctx_t *ctx, void *unused)
{
    bool bot = *slack_json_str(ctx->d->body, "/event/bot_id") != '\0';
    return bot ? 0 : slack_next(ctx);
}

int slack_on_assistant_message(slack_app_t *app, slack_handler_fn fn, void *user_data)
{
    static const slack_middleware_t around[] = {{only_from_users, NULL}, {0}};
    return slack_listen(app, &(slack_listener_t){.kind = SLACK_KIND_EVENT,
                                                 .message = 1,
                                                 .subtypes = "none,file_share",
                                                 .where = SLACK_IN_IM | SLACK_IN_THREAD,
                                                 .middleware = around,
                                                 .name = "assistant:message",
                                                 .fn = fn,
                                                 .user_data = user_data});
}

const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx)
{
    return slack_json_get(ctx->d->body, "/event/assistant_thread/context");
}

/* Call a method of the thread's with its place and {name: value}. */
static int call_thread(slack_ctx_t *ctx, const char *method, const slack_json_t *what)
{
    const char *channel = slack_ctx_channel(ctx), *thread = slack_ctx_thread_ts(ctx);
    if (*channel == '\0' || *thread == '\0') return SLACK_EINVAL;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *place = NULL, *args = NULL;
    int rc = slack__jsonf(arena, &place, NULL, "{channel_id: %s, thread_ts: %s}", channel, thread);
    if (rc == 0) rc = slack__json_with_defaults(arena, what, place, &args);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

int slack_set_status(slack_ctx_t *ctx, const char *status)
{
    const slack_json_t *what = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &what, NULL, "{status: %s}", status ? status : "");
    return rc ? rc : call_thread(ctx, "assistant.threads.setStatus", what);
}

int slack_set_title(slack_ctx_t *ctx, const char *title)
{
    const slack_json_t *what = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &what, NULL, "{title: %s}", title ? title : "");
    return rc ? rc : call_thread(ctx, "assistant.threads.setTitle", what);
}

#define PROMPTS_MAX 4

int slack_set_prompts(slack_ctx_t *ctx, const char *title, const slack_json_t *prompts)
{
    if (prompts == NULL) return slack__ctx_no_json(ctx);
    size_t count = slack_json_count(prompts, "");
    if (slack_json_type(prompts) != SLACK_JSON_ARRAY || count == 0) return SLACK_EINVAL;
    if (count > PROMPTS_MAX) return SLACK_ETOOBIG;
    slack_arena_t *arena = slack__ctx_arena(ctx);
    const slack_json_t *what = NULL;
    int rc = title ? slack__jsonf(arena, &what, NULL, "{title: %s, prompts: %p}", title,
                                  (const void *)prompts)
                   : slack__jsonf(arena, &what, NULL, "{prompts: %p}", (const void *)prompts);
    return rc ? rc : call_thread(ctx, "assistant.threads.setSuggestedPrompts", what);
}
