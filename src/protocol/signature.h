/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_SIGNATURE_H
#define SLACK_PROTOCOL_SIGNATURE_H

#include <stdint.h>

#include "protocol/hmac.h"
#include "util/str.h"

/*
 * Makes and checks the signature of a request: "v0=" and the HMAC-SHA256, in lowercase hex, of
 * "v0:" timestamp ":" body (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 * Pure: the caller passes the time. The simulator signs with it too.
 */

/* One or several secrets. Only one thread at a time may use it. */
typedef struct slack_signer slack_signer_t;

/* A forged request costs one HMAC for each secret, one of Slack's rarely more than one. */
#define SLACK_SIGNING_SECRETS_MAX 16
/* An id like "A0KRD7HC3", in bytes. */
#define SLACK_APP_ID_MAX 32

/*
 * Reads secrets, separated by commas; spaces around them are ignored. The secrets of several apps
 * have the id of the app before each:
 *
 *     "new, old"      "A111:secret, A222:new, A222:old"
 *
 * 0; SLACK_EINVAL if `secrets` is NULL or blank, or has an empty secret, too many secrets, an id
 * before only some of the secrets, or a colon after something that is not an id; SLACK_ENOMEM;
 * SLACK_EIO if the library of cryptography fails. The signer does not keep the text.
 */
int slack__signer_new(slack_signer_t **ret, const char *secrets);
void slack__signer_free(slack_signer_t *signer); /* wipes; NULL is allowed */

#define SLACK_SIGNATURE_LEN 67 /* "v0=" and 64 digits */

/* Signs with the first secret. `timestamp` is the text of the header. 0; SLACK_EIO. */
int slack__signature_make(slack_signer_t *signer, slack_slice_t timestamp, slack_slice_t body,
                          char ret_signature[SLACK_SIGNATURE_LEN + 1]);

/* The largest difference between a timestamp and the clock, in either direction. */
#define SLACK_SIGNATURE_WINDOW_S 300

typedef struct slack_signed_request {
    slack_slice_t timestamp;  /* X-Slack-Request-Timestamp, trimmed */
    unsigned timestamp_count; /* how many of these headers the request has */
    slack_slice_t signature;  /* X-Slack-Signature, trimmed */
    unsigned signature_count;
    slack_slice_t body; /* as it was received */
} slack_signed_request_t;

enum slack_signature_fault {
    SLACK_SIGNATURE_OK = 0,
    SLACK_SIGNATURE_MISSING,   /* one of the headers is missing */
    SLACK_SIGNATURE_DUPLICATE, /* one of the headers occurs twice */
    SLACK_SIGNATURE_MALFORMED, /* the timestamp or the signature has another form */
    SLACK_SIGNATURE_STALE,     /* sent too long ago or replayed; or a clock is wrong */
    SLACK_SIGNATURE_FUTURE,    /* a clock is wrong */
    SLACK_SIGNATURE_MISMATCH   /* made with another secret, or for another body */
};

/* The secrets that made a signature, one bit for each. */
typedef uint32_t slack_signed_by_t;

/*
 * Checks a request at the time `now_s`, in seconds since 1970. The check tries the secret that
 * matched last first, so that Slack's requests cost one HMAC, and ends with the one that matches.
 * It takes the same time whichever bytes of a signature differ.
 *
 * 0 with *ret_by (optional); SLACK_ESIGNATURE with the reason in *ret_fault (optional).
 */
int slack__signature_check(slack_signer_t *signer, const slack_signed_request_t *request,
                           int64_t now_s, slack_signed_by_t *ret_by,
                           enum slack_signature_fault *ret_fault);

/* The same in steps, because a large body and many secrets take long. A check that was begun may be
 * left. */
typedef struct slack_signature_check {
    enum slack_signature_fault fault; /* SLACK_SIGNATURE_OK: none so far */
    slack_signed_by_t by;             /* 0 until a secret matches */
    /* Private. */
    slack_signed_request_t request; /* borrowed until the last step */
    slack_signed_by_t tried;
    size_t secret; /* the one that is tried */
    size_t hashed; /* bytes of the body */
    bool hashing;
    slack_hmac_t hmac;
} slack_signature_check_t;

void slack__signature_check_begin(slack_signature_check_t *check,
                                  const slack_signed_request_t *request, int64_t now_s);
/* Hash at most *budget bytes, and reduce it by those hashed. True: the check is done. Every step of
 * a check has the same signer. */
bool slack__signature_check_step(slack_signature_check_t *check, slack_signer_t *signer,
                                 size_t *budget);

/* What is wrong with a request by its headers alone, at the time `now_s`. SLACK_SIGNATURE_OK if its
 * body decides. */
enum slack_signature_fault slack__signature_check_head(const slack_signed_request_t *request,
                                                       int64_t now_s);

/* Whether one of the secrets `by` belongs to the app `*app_id`; secrets without ids belong to every
 * app. If `*app_id` is empty, as in requests of legacy dialogs, the function sets it to the id of
 * the secret's app, borrowed from the signer. */
bool slack__signer_owns(const slack_signer_t *signer, slack_signed_by_t by, slack_slice_t *app_id);

/* A constant text for logs: "timestamp is older than 300 s". Never NULL. */
const char *slack__signature_fault_text(enum slack_signature_fault fault);

#endif
