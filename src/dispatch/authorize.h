/* SPDX-License-Identifier: MIT */
#ifndef SLACK_DISPATCH_AUTHORIZE_H
#define SLACK_DISPATCH_AUTHORIZE_H

#include "dispatch/run.h"

/* Gets the grant of a run from the app's authorizer. True: the answer is known (a grant, no grant
 * or a refusal), and the run may continue at once. False: the run waits, and its task is posted
 * after the answer. */
bool slack__run_authorize(slack_run_t *run);
/* If the delivery is an event that revokes grants, forgets them. Called before and after the
 * handlers: until the program has removed a token, other deliveries may still look it up. */
void slack__run_forget_revoked(slack_run_t *run);

/* unauthorized.c: acks a delivery that was refused, if Slack waits for the ack. */
void slack__unauthorized_ack(slack_run_t *run);

#endif
