/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ROTATION_H
#define SLACK_OAUTH_ROTATION_H

#include "identity/authorizer.h"
#include "oauth/installations.h"
#include "ops/counters.h"
#include "util/map.h"
#include "webapi/webapi.h"

/*
 * Keeps the tokens of installations usable. A token that rotates lives for 12 hours and has a
 * refresh token, which Slack exchanges once for a new pair
 * (https://docs.slack.dev/authentication/using-token-rotation):
 *
 *   more than 2 h left    the token is used
 *   2 h or less           the token is used, and a refresh runs beside
 *   expired, or refused   whoever needs the token waits for the refresh
 *
 * One refresh of a record runs in all processes on the store: it holds a lease, the entry
 * "refresh/CLIENT_ID/ENTERPRISE/TEAM[/USER]". Other processes look at the record until it changes.
 * The new pair is stored before it is used, in place of the version that was read.
 *
 * Slack takes a refresh token once more within a short time after its first use, so a refresh whose
 * answer was lost is made again at once, and by the next process. An installation whose refresh
 * token Slack takes no more is marked (slack_oauth_token_t.refused), unless its record has changed.
 * After any other failure the refresh waits, and the old token serves until it expires.
 *
 *   rotation.c    decides whether a token is used, refreshed or refused
 *   refresh.c     a refresh: lease, call, store, mark
 *   refreshes.c   all refreshes of an app
 */

#define SLACK_ROTATION_SOON_MS ((int64_t)2 * 3600 * 1000)

/* Embedded in the object that needs a token. */
typedef struct slack_fresh {
    slack_link_t link; /* linked while it waits */
    void (*ended)(struct slack_fresh *fresh);
    void *user_data;
    /* The result. 0: `record`, borrowed until ended() returns, has a token to use; SLACK_EAUTH: the
     * installation has none; otherwise a later try may succeed. */
    int status;
    const slack_install_record_t *record;
    char text[200]; /* the cause, if status is not 0 */
} slack_fresh_t;

typedef struct slack_rotation {
    /* Set by the owner. */
    slack_net_t *net;
    slack_installations_t *installations;
    const slack_client_t *client; /* with the app's credentials (slack_client.basic) */
    slack_counters_t *counters;
    /* Slack does not take the token of a record any more, which is marked when `stored` has run
     * with status 0. */
    void (*lost)(const slack_install_found_t *found, const char *reason,
                 void (*stored)(int status, void *user_data), void *user_data, void *lost_data);
    void *lost_data;

    slack_map_t *refreshes; /* by key: under way, or waiting after a failure */
    slack_link_t resting;   /* refresh->link: after a failure, the oldest first */
    slack_link_t ticking;   /* refresh->link: with a step to come */
    slack_timer_t timer;    /* for these steps */
    uint64_t tick_ms;       /* when the timer fires */
    size_t under_way;
    bool closing;
} slack_rotation_t;

/* 0; SLACK_ENOMEM. */
int slack__rotation_init(slack_rotation_t *rotation);
/* Refreshes that wait end with SLACK_ECANCELED. The store and Slack end those that they have. */
void slack__rotation_close(slack_rotation_t *rotation);
void slack__rotation_done(slack_rotation_t *rotation);
/* Refreshes that a stop should wait for: Slack may have answered, and the pair is not stored. */
static inline size_t slack__rotation_busy(const slack_rotation_t *rotation)
{
    return rotation->under_way;
}

/* Gets a token of a record that was found, which is borrowed until the return. `refused`: a token
 * that Slack has just refused, or NULL. True: `fresh` waits, and ended() follows. False: `fresh`
 * has the result, borrowed as `found` is. */
bool slack__rotation_use(slack_rotation_t *rotation, const slack_install_found_t *found,
                         const slack_refused_t *refused, slack_fresh_t *fresh);

#endif
