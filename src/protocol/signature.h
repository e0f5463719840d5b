/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_SIGNATURE_H
#define SLACK_PROTOCOL_SIGNATURE_H

#include <stdint.h>

#include "util/str.h"

/*
 * The signature of a request, made and checked: "v0=" and the HMAC-SHA256, in lowercase hex, of
 * "v0:" timestamp ":" body (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 * No I/O and no clock: the time comes in. Here and not in the receiver, because the local Slack of
 * tools/sim signs with it.
 */

/* One or several secrets, ready for use. Not for two threads at once. */
typedef struct slack_signer slack_signer_t;

/* Separated by commas, spaces around each are passed over. Every request costs an HMAC for each of
 * them, so there may not be many. */
#define SLACK_SIGNING_SECRETS_MAX 16
/* "A0KRD7HC3", at the longest. */
#define SLACK_APP_ID_MAX 32

/*
 * Of one app, or of several, then with an app's id before each:
 *
 *     "new, old"      "A111:secret, A222:new, A222:old"
 *
 * 0; SLACK_EINVAL when `secrets` is NULL or blank, has an empty one between its commas, too many,
 * an id before some and not before all, or a colon behind what is no id; SLACK_ENOMEM. The text is
 * not kept: only what HMAC makes of it.
 */
int slack__signer_new(slack_signer_t **ret, const char *secrets);
void slack__signer_free(slack_signer_t *signer); /* zeroes; NULL is fine */

#define SLACK_SIGNATURE_LEN 67 /* "v0=" and 64 digits */

/* Sign with the first secret. `timestamp` is the header's text. 0; SLACK_ENOMEM. */
int slack__signature_make(slack_signer_t *signer, slack_slice_t timestamp, slack_slice_t body,
                          char ret_signature[SLACK_SIGNATURE_LEN + 1]);

/* A timestamp may be so far from our clock, to either side. */
#define SLACK_SIGNATURE_WINDOW_S 300

/* What there is to check. A header that is not there has a count of 0. */
typedef struct slack_signed_request {
    slack_slice_t timestamp; /* X-Slack-Request-Timestamp, trimmed */
    unsigned timestamp_count;
    slack_slice_t signature; /* X-Slack-Signature, trimmed */
    unsigned signature_count;
    slack_slice_t body; /* as it was received */
} slack_signed_request_t;

enum slack_signature_fault {
    SLACK_SIGNATURE_OK = 0,
    SLACK_SIGNATURE_MISSING,   /* one of the headers is not there */
    SLACK_SIGNATURE_DUPLICATE, /* one of the headers is there twice */
    SLACK_SIGNATURE_MALFORMED, /* a timestamp that is no number, a signature of another form */
    SLACK_SIGNATURE_STALE,     /* sent, or replayed, too long ago; or a clock is wrong */
    SLACK_SIGNATURE_FUTURE,    /* a clock is wrong */
    SLACK_SIGNATURE_MISMATCH   /* made with another secret, or for another body */
};

/* The secrets that a signature was made with, a bit for each. */
typedef uint32_t slack_signed_by_t;

/*
 * Check a request at the time `now_s` (seconds since 1970). The comparison takes the same time
 * whichever byte differs and whichever secret it was made with.
 *
 * 0 with *ret_by (optional); SLACK_ESIGNATURE with *ret_fault (optional) telling why.
 */
int slack__signature_check(slack_signer_t *signer, const slack_signed_request_t *request,
                           int64_t now_s, slack_signed_by_t *ret_by,
                           enum slack_signature_fault *ret_fault);

/* Whether a request for the app `*app_id` may be signed so: with one of that app's secrets, or one
 * of secrets without ids. Where the request names no app (an empty id, as of legacy dialogs), the
 * id becomes that of the secret, borrowed from the signer. */
bool slack__signer_owns(const slack_signer_t *signer, slack_signed_by_t by, slack_slice_t *app_id);

/* The fault in words for a log: "timestamp is older than 300 s". Never NULL. */
const char *slack__signature_fault_text(enum slack_signature_fault fault);

#endif
