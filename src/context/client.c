/* SPDX-License-Identifier: MIT */
#include "context/ctx.h"
#include "protocol/payload.h"
#include "protocol/tenant.h"
#include "webapi/response.h"

/* The clients of a delivery: one for the bot, one for the user who acts. A delivery stays open
 * until their calls without a callback have ended, and fails if one of these calls fails. */

/* The end of the delivery logs the fault. */
static void call_ended(slack_ctx_t *ctx, const slack_response_t *response)
{
    slack_fault_t fault = {0};
    if (response->status != 0) fault = slack__fault_of_call(ctx->delivery->arena, response);
    slack__ctx_call_ended(ctx, &fault);
}

/* If the handler returns the error, the delivery fails with the sentence. */
static void call_refused(slack_ctx_t *ctx, const char *method, int status, const char *why)
{
    slack__ctx_fail(ctx, status, "%s was not called: %s", method, why);
}

static void bot_call_refused(slack_client_t *client, const char *method, int status,
                             const char *why)
{
    call_refused(SLACK_CONTAINER(client, slack_ctx_t, client), method, status, why);
}

static void user_call_refused(slack_client_t *client, const char *method, int status,
                              const char *why)
{
    call_refused(SLACK_CONTAINER(client, slack_ctx_t, user_client), method, status, why);
}

static void bot_call_began(slack_client_t *client)
{
    SLACK_CONTAINER(client, slack_ctx_t, client)->calls++;
}

static void bot_call_ended(slack_client_t *client, const slack_response_t *response)
{
    call_ended(SLACK_CONTAINER(client, slack_ctx_t, client), response);
}

slack_client_t *slack__ctx_client(slack_ctx_t *ctx)
{
    slack_client_t *client = &ctx->client;
    if (client->webapi) return client;
    slack_delivery_t *d = ctx->delivery;
    /* The token of an organization is good for all its workspaces, so a call has to name the one
     * that it acts in. */
    const bool org =
        ctx->grant->org || (ctx->tenant ? slack_json_int(ctx->tenant, "/is_enterprise_install") != 0
                                        : slack__payload_is_enterprise_install(d->body));
    slack_tenant_t tenant = {.team_id = ""};
    if (org) slack__tenant_of(d->kind, d->body, d->app_id, ctx->tenant, &tenant);
    *client = (slack_client_t){
        .webapi = ctx->services->webapi,
        .log = slack__ctx_log(ctx),
        .token = "",
        .credential = slack__token_credential(&ctx->grant->bot),
        .workspace = ctx->grant->bot.text,
        .team_id = tenant.team_id,
        .order = ctx,
        .tag = d->number,
        .begin = ctx->phase >= SLACK_CTX_ENDED ? NULL : bot_call_began,
        .end = bot_call_ended,
        .refuse = bot_call_refused,
    };
    /* Slack gives each step of a workflow a token of its own, which may see other channels than the
     * bot's token. */
    const char *token = slack__payload_workflow_token(d->body);
    if (*token) {
        client->token = token;
        client->credential = NULL;
    }
    return client;
}

slack_client_t *slack_ctx_client(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    return slack__ctx_client(ctx);
}

static void user_call_began(slack_client_t *client)
{
    SLACK_CONTAINER(client, slack_ctx_t, user_client)->calls++;
}

static void user_call_ended(slack_client_t *client, const slack_response_t *response)
{
    call_ended(SLACK_CONTAINER(client, slack_ctx_t, user_client), response);
}

slack_client_t *slack_ctx_user_client(slack_ctx_t *ctx)
{
    SLACK_CTX_ACT_OR(ctx, NULL);
    if (ctx->grant->user.text == NULL) return NULL;
    slack_client_t *user = &ctx->user_client;
    if (user->webapi) return user;
    *user = *slack__ctx_client(ctx);
    user->repeat = user->refused = false; /* which belong to each client */
    user->token = "";
    user->credential = slack__token_credential(&ctx->grant->user);
    if (user->begin) user->begin = user_call_began;
    user->end = user_call_ended;
    user->refuse = user_call_refused;
    return user;
}
