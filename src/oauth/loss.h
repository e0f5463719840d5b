/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_LOSS_H
#define SLACK_OAUTH_LOSS_H

#include "oauth/oauth.h"

/* An installation or some of its tokens, which have ended. Borrowed until the return. */
typedef struct slack_loss {
    slack_tenant_t tenant;
    const char *key;          /* the same for each report of this loss: one waits at a time */
    const char *reason;       /* Slack's word, or the type of the event */
    bool bot;                 /* the bot's token: then nothing of the installation goes on */
    const char *const *users; /* whose tokens have ended */
    size_t user_count;
    int64_t before_id; /* of the event: newer rows may belong to a newer installation; 0: none */
} slack_loss_t;

/* Cancels the rows that wait for the installation, if the bot's token has ended, and stores the job
 * for slack_on_uninstalled(). `stored` runs once, perhaps before the return. */
void slack__loss_put(slack_oauth_t *oauth, const slack_loss_t *loss,
                     void (*stored)(int status, void *user_data), void *user_data);
/* The same for a record whose token Slack takes no more: slack_rotation_t.lost. */
void slack__loss_of_record(const slack_install_found_t *found, const char *reason,
                           void (*stored)(int status, void *user_data), void *user_data,
                           void *oauth);

#endif
