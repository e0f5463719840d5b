/* SPDX-License-Identifier: MIT */
#ifndef SLACK_AUTHORIZE_H
#define SLACK_AUTHORIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "error.h"
#include "export.h"
#include "listener.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file authorize.h  Tokens of many installations.
 *
 * An app of one workspace has one token, SLACK_BOT_TOKEN. The app checks it with auth.test at the
 * start, and again when Slack refuses it in a call. Such an app does not need this header.
 *
 * An app that others install has a token for each installation. The program sets a function that
 * looks tokens up, in memory, in a file or in a database:
 *
 *     static int look_up(slack_authorize_t request, const slack_tenant_t *tenant,
 *                        void *user_data)
 *     {
 *         const row_t *row = find(user_data, tenant->enterprise_id, tenant->team_id);
 *         if (row == NULL) return slack_authorize_refuse(request, "not installed");
 *         const slack_authorization_t authorization = {
 *             .bot_token = row->token, .bot_id = row->bot, .bot_user_id = row->user};
 *         return slack_authorize_grant(request, &authorization);
 *     }
 *
 *     slack_app_authorize(app, &(slack_authorizer_t){.fn = look_up, .user_data = table});
 *
 * An event is authorized after it is stored and acknowledged, any other delivery when it arrives;
 * middleware and listeners run afterwards. slack_say(), slack_respond(), slack_ctx_client() and
 * their like then use the granted token. A job (slack_on_job()) is authorized like the delivery
 * that deferred it. Each further attempt of a delivery is authorized again.
 * docs/guides/authorize.md is the guide.
 */

/**
 * The tenant of a delivery: the ids that decide on its token. The app remembers a grant and uses it
 * for every delivery with the same ids. Strings are never NULL; "" means that there is no such id.
 * docs/payloads.md says where Slack puts them.
 */
typedef struct slack_tenant {
    const char *app_id;         /* "A…": the app, for a function that serves several */
    const char *enterprise_id;  /* "E…": the organization; "" for a workspace without one */
    const char *team_id;        /* "T…": the workspace; "" if the whole organization has installed
                                 * the app */
    bool is_enterprise_install; /* the whole organization has installed the app */

    /* Set only with slack_authorizer_t.per_user, else "". */
    const char *user_id; /* "U…": the user who acts */

    /* In a channel shared by Slack Connect the user may belong to another workspace or organization
     * than the app. "" if Slack does not say. */
    const char *actor_enterprise_id; /* the user's organization */
    const char *actor_team_id;       /* the user's workspace */
    const char *actor_user_id;       /* the user's id there */
} slack_tenant_t;

/**
 * A question: which tokens does this tenant have? The program answers it exactly once, with
 * slack_authorize_grant(), slack_authorize_refuse() or slack_authorize_fail(). It is a plain value:
 * a program may copy it, keep it and pass it to other threads, and need not free it. An answer that
 * comes too late has no effect.
 */
typedef struct slack_authorize {
    slack_app_t *app; /* the app that asks */
    uint64_t id;      /* the number of the question */
} slack_authorize_t;

/** A grant: the tokens for a tenant. A field of zero is unset. The library copies the strings, and
 * overwrites the copies of tokens when it forgets them. */
typedef struct slack_authorization {
    /** Required unless user_token is set. The token of slack_ctx_client(), slack_say() and their
     * like. */
    const char *bot_token;
    /** Optional, only with slack_authorizer_t.per_user, because a user token acts for one person.
     * The token of slack_ctx_user_client(). If bot_token is unset, it is also the token of
     * slack_ctx_client() and slack_say(). */
    const char *user_token;
    /** Optional. The bot's id, "B…". Without bot_id and bot_user_id the app does not recognise the
     * bot's own events. */
    const char *bot_id;
    /** Optional. The bot's user id, "U…". */
    const char *bot_user_id;
    /** Optional. The tokens are those of a whole organization, so that calls have to name the
     * workspace in which they act. The app takes it from the delivery. Default: as the delivery
     * says (slack_tenant_t.is_enterprise_install). */
    bool is_enterprise_install;
    /** Optional. The time until the token expires, in milliseconds. The app remembers the grant for
     * this time or for slack_authorizer_t.lifetime_ms, whichever is shorter. Default:
     * slack_authorizer_t.lifetime_ms.
     */
    unsigned lifetime_ms;
} slack_authorization_t;

/**
 * Looks up the tokens of a tenant. It runs on the loop and must not block. The program answers
 * before the function returns, or later from any thread. The library asks one question per tenant
 * at a time; deliveries of the tenant that arrive meanwhile wait for the same answer.
 *
 * @param request the question, to be passed with the answer.
 * @param tenant borrowed until the return.
 * @return 0; a negative error has the effect of slack_authorize_fail() with that error.
 */
typedef int (*slack_authorize_fn)(slack_authorize_t request, const slack_tenant_t *tenant,
                                  void *user_data);

/** How the app authorizes deliveries. A field of zero is unset. */
typedef struct slack_authorizer {
    /** Required. The function that looks tokens up. */
    slack_authorize_fn fn;
    /** Optional, borrowed until user_data_free is called. Passed to `fn`. */
    void *user_data;
    /** Optional. Called when the app is freed. */
    void (*user_data_free)(void *user_data);
    /** Optional. Ask for each user of a tenant separately. Default false. */
    bool per_user;
    /** Optional. The time after which a question without an answer fails with SLACK_ETIMEDOUT, 1 to
     * 600000 milliseconds. Default 10000. */
    unsigned timeout_ms;
    /** Optional. The time for which the app remembers a grant, 1 to 86400000 milliseconds. Default
     * 600000, ten minutes. */
    unsigned lifetime_ms;
    /** Optional. The number of tenants that the app remembers, 1 to 1000000. When it is reached,
     * the app forgets the tenant that it has not seen for the longest time. Default 10000. */
    unsigned cache_entries;
    /** Optional, copied. The text for a user whose command or interaction is refused. Default: a
     * sentence that says that the app is not installed. */
    const char *refusal;
} slack_authorizer_t;

/**
 * Set the function that authorizes deliveries. Call this before the start of the app. The app then
 * needs no SLACK_BOT_TOKEN. If that is set, only slack_app_client() uses it, without a check at the
 * start.
 *
 * @param authorizer copied.
 * @return 0; SLACK_EINVAL if `fn` is missing or a number is out of its range; SLACK_EALREADY if a
 *         function is set, or after the start; SLACK_ENOMEM. On failure user_data stays the
 *         caller's.
 */
SLACK_API int slack_app_authorize(slack_app_t *app, const slack_authorizer_t *authorizer);

/* ---- the three answers ----
 *
 * Any thread, until the app is freed. The waiting deliveries continue in a later turn of the loop,
 * never inside the call. All three return 0; SLACK_EALREADY if the question was answered before or
 * has timed out; SLACK_ECANCELED if the app stops; SLACK_EINVAL if the app has no authorizer;
 * SLACK_ENOMEM. After SLACK_EINVAL and SLACK_ENOMEM the question is still open. */

/** Grant tokens to the tenant.
 * @param authorization borrowed until the return; its strings are copied.
 * @return as above; SLACK_EINVAL also if both tokens are missing, if a token has illegal
 *         characters, or for a user_token without slack_authorizer_t.per_user. */
SLACK_API int slack_authorize_grant(slack_authorize_t request,
                                    const slack_authorization_t *authorization);

/**
 * Refuse the tenant: the app is not installed there. The delivery ends with SLACK_EAUTH; it runs no
 * listeners and is not attempted again. A user who waits for an ack sees
 * slack_authorizer_t.refusal. The app remembers the refusal for ten seconds, or until
 * slack_app_forget().
 *
 * @param reason Optional, copied, without secrets: for the log and slack_on_error().
 */
SLACK_API int slack_authorize_refuse(slack_authorize_t request, const char *reason);

/**
 * Report that the lookup failed, for example because the database is down. The app attempts a
 * stored delivery again later. It refuses a delivery that waits for an ack (ack.h). It remembers
 * nothing.
 *
 * @param status the error of the deliveries. It must be negative and not SLACK_EAUTH, which means a
 *        refusal. The library replaces any other value by SLACK_EIO.
 * @param reason as for slack_authorize_refuse().
 */
SLACK_API int slack_authorize_fail(slack_authorize_t request, int status, const char *reason);

/**
 * Forget grants and refusals, so that the app asks again for the next delivery. Call this when an
 * installation was stored, changed or removed. The app forgets a tenant by itself after the events
 * app_uninstalled, tokens_revoked and team_access_revoked. It also does so when Slack answers a
 * call with invalid_auth, account_inactive, token_revoked, token_expired or a similar error; then
 * it asks again at once, and makes the call again if the answer has another token. Deliveries that
 * have their tokens keep them until Slack refuses one. The answer to an open question still serves
 * the deliveries that wait for it, but the app does not remember it.
 *
 * @param tenant the tenants to forget: a string that is NULL or "" matches every id, and
 *        is_enterprise_install has no effect. NULL for all tenants.
 */
SLACK_API void slack_app_forget(slack_app_t *app, const slack_tenant_t *tenant);

/** Read the client with the user_token of the user who acts. A call without a callback keeps the
 * delivery open, as with slack_ctx_client().
 * @return the client, borrowed until the delivery has ended; NULL if there is no user_token, or if
 *         memory is out. */
SLACK_API slack_client_t *slack_ctx_user_client(slack_ctx_t *ctx);

#ifdef __cplusplus
}
#endif
#endif
