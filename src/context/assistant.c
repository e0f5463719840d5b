/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "util/json.h"

/* The context, status, title and suggested prompts of a thread of an assistant
 * (https://docs.slack.dev/ai/developing-ai-apps). app/assistant.c keeps the contexts. */

int slack_ctx_set_assistant_context(slack_ctx_t *ctx, const slack_json_t *context)
{
    SLACK_CTX_REQUIRE(ctx);
    const int wrong = slack__ctx_required(ctx, context);
    if (wrong != 0) return wrong;
    const slack_json_t *copy = NULL;
    int rc = slack__jsonf(slack__ctx_arena(ctx), &copy, NULL, "%p", (const void *)context);
    if (rc == 0) ctx->assistant.context = copy;
    return rc;
}

const slack_json_t *slack_ctx_assistant_context(const slack_ctx_t *ctx)
{
    SLACK_CTX_REQUIRE_OR(ctx, NULL);
    const slack_json_t *sent =
        slack_json_get(ctx->delivery->body, "/event/assistant_thread/context");
    return sent ? sent : ctx->assistant.context;
}

/* Calls a method with the members of `what` and the place of the thread. */
static int thread_call(slack_ctx_t *ctx, const char *method, const slack_json_t *what)
{
    const char *channel = slack_ctx_channel(ctx), *thread = slack_ctx_thread_ts(ctx);
    if (*channel == '\0' || *thread == '\0')
        return slack__ctx_fail(ctx, SLACK_EINVAL,
                               "%s: %s is not in a thread of the assistant: call it in a listener "
                               "with .assistant = 1",
                               method, slack__ctx_what(ctx));
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *place = NULL, *args = NULL;
    int rc = slack__jsonf(arena, &place, NULL, "{channel_id: %s, thread_ts: %s}", channel, thread);
    if (rc == 0) rc = slack__json_with_defaults(arena, what, place, &args);
    return rc ? rc : slack__ctx_call(ctx, method, args);
}

int slack_set_status(slack_ctx_t *ctx, const char *status)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *what = NULL;
    int rc =
        slack__jsonf(slack__ctx_scratch(ctx), &what, NULL, "{status: %s}", status ? status : "");
    return rc ? rc : thread_call(ctx, "assistant.threads.setStatus", what);
}

int slack_set_title(slack_ctx_t *ctx, const char *title)
{
    SLACK_CTX_REQUIRE(ctx);
    const slack_json_t *what = NULL;
    int rc = slack__jsonf(slack__ctx_scratch(ctx), &what, NULL, "{title: %s}", title ? title : "");
    return rc ? rc : thread_call(ctx, "assistant.threads.setTitle", what);
}

/* https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts */
#define PROMPTS_MAX 4

int slack_set_prompts(slack_ctx_t *ctx, const char *title, const slack_json_t *prompts)
{
    SLACK_CTX_REQUIRE(ctx);
    const int wrong = slack__ctx_required(ctx, prompts);
    if (wrong != 0) return wrong;
    size_t count = slack_json_count(prompts, "");
    if (slack_json_type(prompts) != SLACK_JSON_ARRAY || count == 0)
        return slack__ctx_fail(
            ctx, SLACK_EINVAL,
            "slack_set_prompts: the prompts are not an array, or an empty one: pass "
            "1 to 4 prompts");
    if (count > PROMPTS_MAX)
        return slack__ctx_fail(ctx, SLACK_ETOOBIG,
                               "slack_set_prompts: %zu prompts, Slack takes %d: send the first",
                               count, PROMPTS_MAX);
    slack_arena_t *arena = slack__ctx_scratch(ctx);
    const slack_json_t *what = NULL;
    int rc = title ? slack__jsonf(arena, &what, NULL, "{title: %s, prompts: %p}", title,
                                  (const void *)prompts)
                   : slack__jsonf(arena, &what, NULL, "{prompts: %p}", (const void *)prompts);
    return rc ? rc : thread_call(ctx, "assistant.threads.setSuggestedPrompts", what);
}
