/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "protocol/signature.h"

/* The input's first two lines are the timestamp and the signature; the rest is the body, which may
 * contain anything. A signature made by the signer itself must be valid. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_signer_t *signer = NULL;
    if (slack__signer_new(&signer, "old,8f742231b10e8888abcd99yyyzzz85a5") != 0) return 0;
    slack_slice_t rest = {(const char *)data, size};
    slack_signed_request_t request = {.timestamp_count = 1, .signature_count = 1};
    slack__slice_split(&rest, '\n', &request.timestamp);
    slack__slice_split(&rest, '\n', &request.signature);
    request.body = rest;

    enum slack_signature_fault fault = SLACK_SIGNATURE_OK;
    slack_signed_by_t by = 0;
    int rc = slack__signature_check(signer, &request, 1531420618, &by, &fault);
    if ((rc == 0) != (fault == SLACK_SIGNATURE_OK)) __builtin_trap();
    if ((rc == 0) != (by != 0)) __builtin_trap();

    char made[SLACK_SIGNATURE_LEN + 1];
    if (slack__signature_make(signer, request.timestamp, request.body, made) == 0) {
        request.signature = slack__slice(made);
        rc = slack__signature_check(signer, &request, 1531420618, &by, &fault);
        if (rc != 0 && (fault == SLACK_SIGNATURE_MISMATCH || fault == SLACK_SIGNATURE_MISSING))
            __builtin_trap();
    }
    slack__signer_free(signer);
    return 0;
}
