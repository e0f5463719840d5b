/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_CLIENT_FOR_H
#define SLACK_OAUTH_CLIENT_FOR_H

#include "oauth/oauth.h"

/* Implements slack_client_for(), for every app. 0; SLACK_ENOMEM. */
int slack__client_for(slack_oauth_t *oauth, const slack_tenant_t *tenant, slack_client_for_fn fn,
                      void *user_data);
/* The app closes: those that wait get SLACK_ECANCELED, before the return. */
void slack__client_for_close(slack_oauth_t *oauth);

#endif
