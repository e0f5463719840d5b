/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_SWEEP_H
#define SLACK_OAUTH_SWEEP_H

#include "oauth/rotation.h"

/*
 * Refreshes the tokens that nothing has used for half a month, once a day. Refresh tokens of an app
 * with PKCE end after 30 days (https://docs.slack.dev/authentication/using-pkce), so a workspace
 * without traffic would lose its installation. Those of other apps do not end.
 */
typedef struct slack_sweep {
    slack_rotation_t *rotation; /* NULL: no sweep */
    slack_timer_t timer;
    slack_fresh_t fresh; /* of the record that is refreshed */
    char after[300];     /* the key of the record that was looked at last */
} slack_sweep_t;

#define SLACK_SWEEP_FIRST_MS ((uint64_t)10 * 60 * 1000)
#define SLACK_SWEEP_MS       ((uint64_t)24 * 3600 * 1000)

void slack__sweep_start(slack_sweep_t *sweep, slack_rotation_t *rotation);
/* Before slack__rotation_close(). */
void slack__sweep_stop(slack_sweep_t *sweep);

#endif
