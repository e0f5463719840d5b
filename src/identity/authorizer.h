/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_AUTHORIZER_H
#define SLACK_IDENTITY_AUTHORIZER_H

#include "identity/grant.h"
#include "net/loop.h"
#include "util/arena.h"

/*
 * Asks the program for the tokens of tenants. Deliveries wait for the answer of their tenant. The
 * program answers at once, later or from another thread. In all three cases the loop handles the
 * answer later, so that no delivery runs inside the program's function. A cache keeps the answers
 * (tenant_cache.h).
 */
typedef struct slack_authorizer_state slack_authorizer_state_t;

/* How deliveries got the token of their tenant. */
enum slack_lookup {
    SLACK_LOOKUP_GRANTED,
    SLACK_LOOKUP_REFUSED,
    SLACK_LOOKUP_FAILED,     /* or timed out */
    SLACK_LOOKUP_REMEMBERED, /* from the cache, without a lookup; counts deliveries */
    SLACK_LOOKUPS
};

/* Whether the function is set and every figure is in range. */
bool slack__authorizer_is_sound(const slack_authorizer_t *authorizer);

/* `app` is only passed to the program. At most `max_waiting` deliveries wait, and about half as
 * many for one tenant. Any thread may call `wake`, after which the loop has to call
 * slack__authorizer_run(). 0; SLACK_EINVAL; SLACK_ENOMEM. */
int slack__authorizer_new(slack_authorizer_state_t **ret, const slack_authorizer_t *authorizer,
                          slack_app_t *app, unsigned max_waiting, void (*wake)(void *user_data),
                          void *user_data);
void slack__authorizer_free(slack_authorizer_state_t *a);
void slack__authorizer_start(slack_authorizer_state_t *a, slack_net_t *net);

/* Asks for the grant of a tenant. True: `ret` has the answer. False: the waiter is linked, and the
 * loop calls it with the answer. Allocates the key of the question in `arena`. */
bool slack__authorizer_ask(slack_authorizer_state_t *a, slack_tenant_t *tenant,
                           slack_arena_t *arena, slack_waiter_t *waiter, slack_answer_t *ret);
/* Forgets the tenants that match; NULL: all tenants. */
void slack__authorizer_forget(slack_authorizer_state_t *a, const slack_tenant_t *tenant);
/* A token that Slack has refused. */
typedef struct slack_refused {
    const char *token;
    const char *error; /* Slack's word: "token_expired" */
} slack_refused_t;
/* In the authorizer's function: the refused token for which another one is looked up; NULL: the
 * lookup has another cause. */
const slack_refused_t *slack__authorizer_refused(const slack_authorizer_state_t *a);

/* Handles the answers that the program has given. */
void slack__authorizer_run(slack_authorizer_state_t *a);
/* Closes all questions without an answer. Later questions are answered with SLACK_ECANCELED. */
void slack__authorizer_cancel(slack_authorizer_state_t *a);
bool slack__authorizer_canceled(const slack_authorizer_state_t *a);

/* The sentence for a person whose tenant was refused. */
const char *slack__authorizer_refusal(const slack_authorizer_state_t *a);
/* SLACK_LOOKUPS figures. */
const uint64_t *slack__authorizer_lookups(const slack_authorizer_state_t *a);
/* Questions without an answer, and tenants in the cache. */
void slack__authorizer_counts(const slack_authorizer_state_t *a, size_t *ret_open,
                              size_t *ret_known);

/* Implement slack_authorize_grant(), _refuse() and _fail(), on any thread. */
int slack__authorizer_grant(slack_authorizer_state_t *a, uint64_t id,
                            const slack_authorization_t *authorization);
int slack__authorizer_refuse(slack_authorizer_state_t *a, uint64_t id, const char *reason);
int slack__authorizer_fail(slack_authorizer_state_t *a, uint64_t id, int status,
                           const char *reason);

#endif
