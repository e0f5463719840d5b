/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_AUTHORIZER_H
#define SLACK_IDENTITY_AUTHORIZER_H

#include "identity/waiter.h"
#include "net/loop.h"
#include "util/arena.h"

/*
 * Tokens that the program looks up. Deliveries wait for their tenant's answer; the program answers
 * at once, later, or from another thread, always by the same way, so that nothing goes on inside of
 * its function. Answers are remembered (tenant_cache.h).
 */
typedef struct slack_authorizer_state slack_authorizer_state_t;

/* How deliveries came by a tenant's token. */
enum slack_lookup {
    SLACK_LOOKUP_GRANTED,
    SLACK_LOOKUP_REFUSED,
    SLACK_LOOKUP_FAILED,     /* or had no answer in time */
    SLACK_LOOKUP_REMEMBERED, /* a delivery's, without a lookup */
    SLACK_LOOKUPS
};

/* Whether the function is there and every figure is in its range. */
bool slack__authorizer_is_sound(const slack_authorizer_t *authorizer);

/* `app` is only handed to the program. At most `max_waiting` deliveries wait, and a part of them
 * for one tenant. `wake` may be called by any thread; slack__authorizer_run() has to follow on the
 * loop. 0; SLACK_EINVAL; SLACK_ENOMEM. */
int slack__authorizer_new(slack_authorizer_state_t **ret, const slack_authorizer_t *authorizer,
                          slack_app_t *app, unsigned max_waiting, void (*wake)(void *user_data),
                          void *user_data);
void slack__authorizer_free(slack_authorizer_state_t *a);
void slack__authorizer_start(slack_authorizer_state_t *a, slack_net_t *net);

/* Ask for a tenant's grant. True: `ret` has the answer already. False: the waiter is linked, and is
 * called from the loop. `arena` holds what the question needs. */
bool slack__authorizer_ask(slack_authorizer_state_t *a, slack_tenant_t *tenant,
                           slack_arena_t *arena, slack_waiter_t *waiter, slack_answer_t *ret);
/* Forget the tenants that match; NULL: all of them. */
void slack__authorizer_forget(slack_authorizer_state_t *a, const slack_tenant_t *tenant);
/* Slack has refused the token of the grant with this number. */
void slack__authorizer_token_failed(slack_authorizer_state_t *a, uint64_t number);

/* Take the answers that other threads gave. */
void slack__authorizer_run(slack_authorizer_state_t *a);
/* No question is open any more, and every later one is answered with SLACK_ECANCELED. */
void slack__authorizer_cancel(slack_authorizer_state_t *a);
bool slack__authorizer_canceled(const slack_authorizer_state_t *a);

/* What a person reads whose tenant was refused. */
const char *slack__authorizer_refusal(const slack_authorizer_state_t *a);
/* SLACK_LOOKUPS figures. */
const uint64_t *slack__authorizer_lookups(const slack_authorizer_state_t *a);
/* Questions without an answer, and tenants that are remembered. */
void slack__authorizer_counts(const slack_authorizer_state_t *a, size_t *ret_open,
                              size_t *ret_known);

/* Any thread: the work of slack_authorize_grant(), _refuse() and _fail(). */
int slack__authorizer_grant(slack_authorizer_state_t *a, uint64_t id,
                            const slack_authorization_t *authorization);
int slack__authorizer_refuse(slack_authorizer_state_t *a, uint64_t id, const char *reason);
int slack__authorizer_fail(slack_authorizer_state_t *a, uint64_t id, int status,
                           const char *reason);

#endif
