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
 * @file authorize.h  With whose token a delivery is handled.
 *
 * An app of one workspace has one token, SLACK_BOT_TOKEN. It is checked by auth.test at the start,
 * and again when Slack refuses a call for its sake; nothing of this page concerns it.
 *
 * An app that others install has a token for each installation. It gives the app a function that
 * looks them up, in memory, in a file, in a database:
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
 * It is asked after a delivery is stored and acknowledged, before middleware and listeners, whose
 * slack_say(), slack_respond(), slack_ctx_client() and the like use what it grants. Jobs
 * (slack_on_job()) are authorized as the delivery that deferred them, and so is each further
 * attempt, and each replay out of the inbox. docs/guides/authorize.md tells the whole of it.
 */

/**
 * Whose delivery it is, as far as that decides on the token: what is granted is remembered by
 * exactly these ids, and given to every delivery that has the same. Strings are never NULL; ""
 * where there is none. Where Slack puts them: docs/payloads.md.
 */
typedef struct slack_tenant {
    const char *app_id;         /* "A…", for a function that serves several apps */
    const char *enterprise_id;  /* "E…", the organization; "" for a workspace without one */
    const char *team_id;        /* "T…", the workspace; "" where the whole organization has
                                 * installed the app */
    bool is_enterprise_install; /* the organization has installed it */

    /* With slack_authorizer_t.per_user only, else "". */
    const char *user_id;             /* "U…", who acts */
    const char *actor_enterprise_id; /* the same three of that person, who may belong to … */
    const char *actor_team_id;       /* … another workspace or organization, in a channel … */
    const char *actor_user_id;       /* … shared by Slack Connect; "" where Slack does not tell */
} slack_tenant_t;

/**
 * A question to be answered, exactly once, by slack_authorize_grant(), slack_authorize_refuse() or
 * slack_authorize_fail(). A plain value: it is copied, kept and carried to other threads at will,
 * and needs no freeing; an answer that comes too late finds nothing and does no harm.
 */
typedef struct slack_authorize {
    slack_app_t *app; /* whose question it is */
    uint64_t id;      /* which one */
} slack_authorize_t;

/** What is granted. Zero what is not needed; every string is copied, and wiped when forgotten. */
typedef struct slack_authorization {
    const char *bot_token;  /* the token that acts; the one of both that is Required */
    const char *user_token; /* slack_ctx_user_client()'s; only with per_user, since it acts for
                             * one person. Without a bot_token it is also what acts. */
    const char *bot_id;     /* "B…" and … */
    const char *bot_user_id; /* … "U…": without them the bot's own events are taken for others' */
    unsigned lifetime_ms;    /* Optional. How long it may be remembered, if less than
                              * slack_authorizer_t.lifetime_ms: until the token expires. */
} slack_authorization_t;

/**
 * Looks up the tokens of a tenant. Called on the loop; it returns at once, and has answered by then
 * or answers later, from any thread. Of one tenant it is asked one question at a time: deliveries
 * that come meanwhile wait for the same answer.
 *
 * @param request what the answer goes to.
 * @param tenant borrowed until the return.
 * @return 0; or a negative error, which is as slack_authorize_fail() with it.
 */
typedef int (*slack_authorize_fn)(slack_authorize_t request, const slack_tenant_t *tenant,
                                  void *user_data);

/** How deliveries are authorized. Zero what is not needed. */
typedef struct slack_authorizer {
    slack_authorize_fn fn; /* Required. */
    void *user_data;       /* Optional, borrowed until user_data_free is called. */
    void (*user_data_free)(void *user_data); /* Optional. Called when the app is freed. */
    bool per_user;          /* Optional. Ask for every user of a tenant by itself. */
    unsigned timeout_ms;    /* Optional. After that a question without an answer has failed with
                             * SLACK_ETIMEDOUT, 1 to 600000. Default 10000. */
    unsigned lifetime_ms;   /* Optional. How long what was granted is remembered, 1 to 86400000.
                             * Default 600000: ten minutes. */
    unsigned cache_entries; /* Optional. The most tenants that are remembered, 1 to 1000000; those
                             * not seen for the longest time are forgotten. Default 10000. */
    const char *refusal;    /* Optional, copied. What a person is told whose command or interaction
                             * is refused. Default: a sentence that the app is not installed. */
} slack_authorizer_t;

/**
 * Have every delivery authorized by a function. Before the start. SLACK_BOT_TOKEN is not needed
 * then; where it is set, it is slack_app_client()'s and nothing else's, and not checked.
 *
 * @param authorizer copied.
 * @return 0; SLACK_EINVAL (no fn, a figure out of its range); SLACK_EALREADY at a second time or
 *         after the start; SLACK_ENOMEM. user_data stays the caller's unless it is 0.
 */
SLACK_API int slack_app_authorize(slack_app_t *app, const slack_authorizer_t *authorizer);

/*
 * The three answers. Any thread, as long as the app is not freed. The deliveries that wait go on in
 * a later turn of the loop, never inside. All return 0; SLACK_EALREADY where the question was
 * answered before, or its time was up; SLACK_ECANCELED when the app stops; SLACK_ENOMEM. After
 * SLACK_EINVAL and SLACK_ENOMEM the question is still open.
 */

/** These are the tokens. Also SLACK_EINVAL: no token, one that is no token's text, a user_token
 * without per_user. */
SLACK_API int slack_authorize_grant(slack_authorize_t request,
                                    const slack_authorization_t *authorization);

/**
 * There are none, and there will be none: the app is not installed there, or not any more. The
 * delivery ends without listeners, with SLACK_EAUTH, and is not attempted again: an event is done,
 * a person is told slack_authorizer_t.refusal. It is remembered for ten seconds, or until
 * slack_app_forget().
 *
 * @param reason copied, for the log and slack_on_error(); NULL for none. No secret.
 */
SLACK_API int slack_authorize_refuse(slack_authorize_t request, const char *reason);

/**
 * It is not known, since the database is away, say. What was stored is attempted again later; what
 * waits for an ack is refused, so that the person sees Slack's error. Nothing is remembered.
 *
 * @param status the negative error that the deliveries fail with. What is none, and SLACK_EAUTH, by
 *        which a refusal is told, count as SLACK_EIO.
 * @param reason as for slack_authorize_refuse().
 */
SLACK_API int slack_authorize_fail(slack_authorize_t request, int status, const char *reason);

/**
 * Forget what was granted or refused, so that it is asked for again: when an installation was
 * stored, changed or removed. The app does it by itself on app_uninstalled and tokens_revoked, and
 * when Slack answers a call with invalid_auth, account_inactive, token_revoked, token_expired or
 * the like. Deliveries that have been authorized keep their tokens to their end; the answer to a
 * question that is under way goes to those that wait for it, and is not remembered.
 *
 * @param tenant which: fields that are NULL or "" match all, is_enterprise_install is not looked
 * at. NULL for all tenants.
 */
SLACK_API void slack_app_forget(slack_app_t *app, const slack_tenant_t *tenant);

/** A client with the user_token of who acts, as slack_ctx_client(): borrowed, calls without a
 * callback are waited for. NULL where there is none, or memory is out. */
SLACK_API slack_client_t *slack_ctx_user_client(slack_ctx_t *ctx);

#ifdef __cplusplus
}
#endif
#endif
