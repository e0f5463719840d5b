/* SPDX-License-Identifier: MIT */
#ifndef SLACK_WEBAPI_CREDENTIAL_H
#define SLACK_WEBAPI_CREDENTIAL_H

#include <stdbool.h>

#include "util/queue.h"

/*
 * A token that another one may replace while clients use it. A client borrows its credential. A
 * call holds the credential whose token it was sent with. When Slack refuses that token, the call
 * asks for another one. Slack has not acted on a call that it refused, so the call is sent again
 * with the new token, once, whatever its method. identity/grant.h has the credentials.
 */
typedef struct slack_credential {
    const struct slack_credential_ops *ops;
} slack_credential_t;

/* Embedded in the call that waits for another token. */
typedef struct slack_renewal {
    slack_link_t link; /* linked while it waits; initialised by the caller, who may unlink it */
    /* Runs on the loop, once, unless the renewal was unlinked. */
    void (*renewed)(struct slack_renewal *renewal);
    /* The result. 0: token() has the token to use now, which may be the refused one. SLACK_EAUTH:
     * there is none. Otherwise the error of the lookup; then the next one may succeed. */
    int status;
    const char *why; /* a sentence, or NULL; borrowed as the result is */
} slack_renewal_t;

typedef struct slack_credential_ops {
    /* Returns the credential that has replaced this one, or this one, with a reference. */
    slack_credential_t *(*hold)(slack_credential_t *credential);
    void (*release)(slack_credential_t *credential);
    /* The token of the credential that hold() returns. NULL: it has none. Borrowed until the loop
     * turns. */
    const char *(*token)(slack_credential_t *credential);
    /* Slack has refused the token of this credential with `error`. True: `renewal` waits for
     * another one. False: `renewal` has the result, borrowed until the loop turns. NULL for a
     * renewal: nobody needs the result. */
    bool (*renew)(slack_credential_t *credential, const char *error, slack_renewal_t *renewal);
} slack_credential_ops_t;

#endif
