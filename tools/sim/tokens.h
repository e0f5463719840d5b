/* SPDX-License-Identifier: MIT */
#ifndef SIM_TOKENS_H
#define SIM_TOKENS_H

#include "sim/ids.h"
#include "sim/scope_set.h"

/*
 * Grants, and the tokens that stand for them. A workspace or an organization grants scopes to the
 * app's bot, and each of its people grants others to the app. No I/O.
 *
 * With rotation an access token lives for a while, and a refresh token is good for one new pair
 * (https://docs.slack.dev/authentication/using-token-rotation). Two access tokens of a grant may be
 * active; a third one ends the oldest. Slack documents a short grace for a refresh token that was
 * used, and not how long it is: here it ends after SIM_REFRESH_GRACE_MS, or when a newer one is
 * used. Without rotation a grant keeps its token; so does Slack, as far as is known.
 */

#define SIM_GRANTS_MAX       256
#define SIM_TOKENS_MAX       2048
#define SIM_TOKEN_SIZE       96
#define SIM_ACTIVE_TOKENS    2
#define SIM_REFRESH_GRACE_MS 30000
#define SIM_TOKEN_LIFE_MAX_S 2592000 /* 30 days */

typedef struct sim_grantor {
    char enterprise_id[SIM_ID_SIZE]; /* "" for a workspace without an organization */
    char team_id[SIM_ID_SIZE];       /* "" for the whole organization */
    char user_id[SIM_ID_SIZE];       /* the app's bot there, or the person */
    bool bot;
} sim_grantor_t;

typedef struct sim_grant {
    sim_grantor_t grantor;
    sim_scope_set_t scopes; /* empty: nothing is granted any more */
    bool uninstalled;       /* its tokens ended with the installation */
} sim_grant_t;

typedef struct sim_token {
    char text[SIM_TOKEN_SIZE];
    sim_grant_t *grant; /* NULL for the app's own token */
    uint64_t number;    /* larger than that of every older token; 0: the place is free */
    uint64_t ends_ms;   /* monotonic; 0: never */
    bool refresh;       /* good for new tokens only */
    bool used;          /* a refresh token that is in its grace */
    bool revoked;
    bool exchanged; /* for a pair that rotates */
} sim_token_t;

typedef struct sim_tokens {
    const slack_clock_t *clock; /* borrowed */
    uint64_t life_ms;           /* of new access tokens; 0: rotation is off */
    uint64_t last_number;
    uint64_t refused; /* uses of access tokens that have ended */
    sim_grant_t grants[SIM_GRANTS_MAX];
    sim_token_t list[SIM_TOKENS_MAX];
} sim_tokens_t;

/* New tokens. The refresh token is NULL without rotation. */
typedef struct sim_token_pair {
    const sim_token_t *access, *refresh;
    uint64_t expires_in_s; /* 0: never */
} sim_token_pair_t;

void sim_tokens_init(sim_tokens_t *tokens, const slack_clock_t *clock, uint64_t life_ms);

/* Add a token that is good for ever: of a grant, or of the app if `grant` is NULL. */
void sim_tokens_add(sim_tokens_t *tokens, const char *text, sim_grant_t *grant);

/* The grant of that grantor, which gets these scopes beside those that it has: an installation
 * never lowers them. NULL at SIM_GRANTS_MAX. */
sim_grant_t *sim_tokens_grant(sim_tokens_t *tokens, const sim_grantor_t *grantor,
                              const sim_scope_set_t *scopes);
/* NULL if that grantor has granted nothing. */
sim_grant_t *sim_tokens_granted(sim_tokens_t *tokens, const sim_grantor_t *grantor);

/* The newest access token of a grant that works; NULL: there is none. */
const char *sim_grant_token(sim_tokens_t *tokens, const sim_grant_t *grant);

/* The tokens of an installation: a new pair with rotation, else the token that the grant has. */
void sim_tokens_issue(sim_tokens_t *tokens, sim_grant_t *grant, sim_token_pair_t *ret);

/* NULL for an access token that works, which is in *ret; else Slack's word for the error. */
const char *sim_tokens_check(sim_tokens_t *tokens, slack_slice_t text, const sim_token_t **ret);
/* Use a refresh token, or exchange an access token that lives for ever. NULL for success, else
 * Slack's word for the error. */
const char *sim_tokens_refresh(sim_tokens_t *tokens, const char *text, sim_token_pair_t *ret);
const char *sim_tokens_exchange(sim_tokens_t *tokens, slack_slice_t text, sim_token_pair_t *ret);

/* End an access token and the refresh token of its pair. True: it was the last one of its grant. */
bool sim_tokens_revoke(sim_tokens_t *tokens, const sim_token_t *token);
/* End all tokens of a grant, and forget its scopes. `uninstalled`: the installation has ended. */
void sim_grant_revoke(sim_tokens_t *tokens, sim_grant_t *grant, bool uninstalled);

#endif
