/* SPDX-License-Identifier: MIT */
#include "protocol/signature.h"

#include <string.h>

#include <slack/error.h>

#include "protocol/hmac.h"
#include "util/alloc.h"
#include "util/str.h"

#define VERSION "v0"

struct slack_signer {
    size_t count;
    size_t latest; /* the secret that matched last */
    slack_hmac_key_t keys[SLACK_SIGNING_SECRETS_MAX];
    slack_signed_by_t
        alike[SLACK_SIGNING_SECRETS_MAX]; /* the equal ones; several apps may have it */
    char apps[SLACK_SIGNING_SECRETS_MAX][SLACK_APP_ID_MAX + 1]; /* ""; or the app of each secret */
};

/* Takes the app's id and the colon off an item; "" if there is no colon. False: not a valid id. */
static bool take_app_id(slack_slice_t *item, slack_slice_t *ret)
{
    *ret = (slack_slice_t){"", 0};
    if (item->len == 0 || !memchr(item->ptr, ':', item->len)) return true;
    slack__slice_split(item, ':', ret);
    *ret = slack__slice_trim(*ret);
    *item = slack__slice_trim(*item);
    if (ret->len < 2 || ret->len > SLACK_APP_ID_MAX || ret->ptr[0] != 'A') return false;
    for (size_t i = 1; i < ret->len; i++) {
        char c = ret->ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return false;
    }
    return true;
}

/* Adds a secret; `secrets` are those before it. */
static int add_secret(slack_signer_t *signer, slack_slice_t *secrets, slack_slice_t secret)
{
    slack_slice_t app;
    const size_t at = signer->count;
    if (at == SLACK_SIGNING_SECRETS_MAX) return SLACK_EINVAL;
    if (!take_app_id(&secret, &app) || secret.len == 0) return SLACK_EINVAL;
    if (!slack__is_visible(secret)) return SLACK_EINVAL;
    if (at > 0 && (app.len > 0) != (signer->apps[0][0] != '\0')) return SLACK_EINVAL;
    memcpy(signer->apps[at], app.ptr, app.len);
    if (!slack__hmac_key_init(&signer->keys[at], secret)) return SLACK_EIO;
    secrets[at] = secret;
    signer->count++;
    for (size_t i = 0; i <= at; i++) {
        if (!slack__slice_eq(secrets[i], secret)) continue;
        signer->alike[at] |= (slack_signed_by_t)1 << i;
        signer->alike[i] |= (slack_signed_by_t)1 << at;
    }
    return 0;
}

int slack__signer_new(slack_signer_t **ret, const char *secrets)
{
    slack_slice_t all[SLACK_SIGNING_SECRETS_MAX];
    slack_signer_t *signer = slack__calloc(1, sizeof *signer);
    if (!signer) return SLACK_ENOMEM;
    int rc = secrets ? 0 : SLACK_EINVAL;
    slack_slice_t rest = slack__slice(secrets), secret;
    while (rc == 0 && slack__slice_split(&rest, ',', &secret))
        rc = add_secret(signer, all, slack__slice_strip(secret));
    if (rc == 0 && signer->count == 0) rc = SLACK_EINVAL;
    if (rc != 0)
        slack__signer_free(signer);
    else
        *ret = signer;
    return rc;
}

void slack__signer_free(slack_signer_t *signer)
{
    if (!signer) return;
    slack__wipe(signer, sizeof *signer);
    slack__free(signer);
}

/* ---- signatures ---- */

/* The part before the body. */
static bool hmac_begin(slack_hmac_t *hmac, const slack_hmac_key_t *key, slack_slice_t timestamp)
{
    slack__hmac_begin(hmac, key);
    return slack__hmac_add(hmac, SLACK_SLICE(VERSION ":")) && slack__hmac_add(hmac, timestamp) &&
           slack__hmac_add(hmac, SLACK_SLICE(":"));
}

/* Writes the value of the header, "v0=" and the digits. */
static bool hmac_end(slack_hmac_t *hmac, const slack_hmac_key_t *key, char ret[SLACK_SIGNATURE_LEN])
{
    unsigned char digest[SLACK_HMAC_BYTES];
    if (!slack__hmac_end(hmac, key, digest)) return false;
    memcpy(ret, VERSION "=", 3);
    slack__hex(ret + 3, digest, sizeof digest);
    return true;
}

int slack__signature_make(slack_signer_t *signer, slack_slice_t timestamp, slack_slice_t body,
                          char ret_signature[SLACK_SIGNATURE_LEN + 1])
{
    const slack_hmac_key_t *key = &signer->keys[0];
    slack_hmac_t hmac;
    ret_signature[0] = ret_signature[SLACK_SIGNATURE_LEN] = '\0';
    return hmac_begin(&hmac, key, timestamp) && slack__hmac_add(&hmac, body) &&
                   hmac_end(&hmac, key, ret_signature)
               ? 0
               : SLACK_EIO;
}

static bool is_signature(slack_slice_t signature)
{
    if (signature.len != SLACK_SIGNATURE_LEN || memcmp(signature.ptr, VERSION "=", 3) != 0)
        return false;
    for (size_t i = 3; i < signature.len; i++) {
        char c = signature.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return true;
}

enum slack_signature_fault slack__signature_check_head(const slack_signed_request_t *request,
                                                       int64_t now_s)
{
    if (request->timestamp_count == 0 || request->signature_count == 0)
        return SLACK_SIGNATURE_MISSING;
    if (request->timestamp_count > 1 || request->signature_count > 1)
        return SLACK_SIGNATURE_DUPLICATE;
    uint64_t sent_s;
    if (!is_signature(request->signature) ||
        !slack__parse_u64(request->timestamp, INT64_MAX, &sent_s))
        return SLACK_SIGNATURE_MALFORMED;
    if (now_s < 0) return SLACK_SIGNATURE_FUTURE;
    const int64_t age_s = now_s - (int64_t)sent_s;
    if (age_s > SLACK_SIGNATURE_WINDOW_S) return SLACK_SIGNATURE_STALE;
    if (age_s < -SLACK_SIGNATURE_WINDOW_S) return SLACK_SIGNATURE_FUTURE;
    return SLACK_SIGNATURE_OK;
}

void slack__signature_check_begin(slack_signature_check_t *check,
                                  const slack_signed_request_t *request, int64_t now_s)
{
    check->request = *request;
    check->fault = slack__signature_check_head(request, now_s);
    check->by = check->tried = 0;
    check->hashing = false;
}

/* Begins with the next secret: the one that matched last, then the others. Of equal secrets the
 * first is enough. False: all were tried. */
static bool next_secret(slack_signature_check_t *check, const slack_signer_t *signer)
{
    size_t next = signer->latest;
    for (size_t i = 0; check->tried >> next & 1; i++) {
        if (i == signer->count) return false;
        next = i;
    }
    check->tried |= signer->alike[next];
    check->secret = next;
    check->hashed = 0;
    check->hashing = hmac_begin(&check->hmac, &signer->keys[next], check->request.timestamp);
    return true;
}

/* Hashes at most *budget bytes of the body. True: the secret is tried. */
static bool try_secret(slack_signature_check_t *check, slack_signer_t *signer, size_t *budget)
{
    const slack_slice_t body = check->request.body;
    const size_t left = body.len - check->hashed, len = left < *budget ? left : *budget;
    char expected[SLACK_SIGNATURE_LEN];
    if (!check->hashing) return true;
    *budget -= len;
    check->hashing = slack__hmac_add(&check->hmac, (slack_slice_t){body.ptr + check->hashed, len});
    check->hashed += len;
    if (check->hashing && len < left) return false;
    if (check->hashing && hmac_end(&check->hmac, &signer->keys[check->secret], expected) &&
        slack__equal_ct(expected, check->request.signature.ptr, sizeof expected)) {
        check->by = signer->alike[check->secret];
        signer->latest = check->secret;
    }
    check->hashing = false;
    return true;
}

bool slack__signature_check_step(slack_signature_check_t *check, slack_signer_t *signer,
                                 size_t *budget)
{
    while (check->fault == SLACK_SIGNATURE_OK && check->by == 0) {
        if (!check->hashing && !next_secret(check, signer))
            check->fault = SLACK_SIGNATURE_MISMATCH;
        else if (!try_secret(check, signer, budget))
            return false;
    }
    return true;
}

int slack__signature_check(slack_signer_t *signer, const slack_signed_request_t *request,
                           int64_t now_s, slack_signed_by_t *ret_by,
                           enum slack_signature_fault *ret_fault)
{
    slack_signature_check_t check;
    size_t budget = SIZE_MAX;
    slack__signature_check_begin(&check, request, now_s);
    slack__signature_check_step(&check, signer, &budget);
    if (ret_by && check.fault == SLACK_SIGNATURE_OK) *ret_by = check.by;
    if (ret_fault) *ret_fault = check.fault;
    return check.fault == SLACK_SIGNATURE_OK ? 0 : SLACK_ESIGNATURE;
}

bool slack__signer_owns(const slack_signer_t *signer, slack_signed_by_t by, slack_slice_t *app_id)
{
    for (size_t i = 0; i < signer->count; i++) {
        const slack_slice_t app = slack__slice(signer->apps[i]);
        if (!(by >> i & 1)) continue;
        if (app.len == 0 || slack__slice_eq(app, *app_id)) return true;
        if (app_id->len == 0) {
            *app_id = app;
            return true;
        }
    }
    return false;
}

const char *slack__signature_fault_text(enum slack_signature_fault fault)
{
    switch (fault) {
    case SLACK_SIGNATURE_OK: return "signature is valid";
    case SLACK_SIGNATURE_MISSING: return "signature or timestamp header is missing";
    case SLACK_SIGNATURE_DUPLICATE: return "signature or timestamp header occurs twice";
    case SLACK_SIGNATURE_MALFORMED: return "signature or timestamp is malformed";
    case SLACK_SIGNATURE_STALE: return "timestamp is older than 300 s";
    case SLACK_SIGNATURE_FUTURE: return "timestamp is more than 300 s in the future";
    case SLACK_SIGNATURE_MISMATCH: return "signature does not match SLACK_SIGNING_SECRET";
    }
    return "unknown fault";
}
