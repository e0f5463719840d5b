/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_AUTHORIZE_H
#define SLACK_DISPATCH_AUTHORIZE_H

#include "dispatch/run.h"

/* The app has an authorizer: get the run its grant. True: the run goes on at once, with a grant,
 * unauthorized or refused. False: its task is posted when the answer is there. */
bool slack__run_authorize(slack_run_t *run);
/* The delivery is an event that says that tokens are gone: forget them. At its beginning and at its
 * end, since the program may remove what is looked up in between. */
void slack__run_forget_revoked(slack_run_t *run);

/* unauthorized.c: answer Slack, if it waits, for a delivery that was refused. */
void slack__unauthorized_ack(slack_run_t *run);

#endif
