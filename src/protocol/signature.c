/* SPDX-License-Identifier: MIT */
#include "protocol/signature.h"

#include <string.h>

#include <mbedtls/md.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/str.h"

#define DIGEST_BYTES 32
#define VERSION      "v0"

/* Each context is keyed once. mbedtls_md_hmac_reset() returns to that state, so that a request
 * costs no allocation and no hashing of the key. */
struct slack_signer {
    size_t count;
    mbedtls_md_context_t keyed[SLACK_SIGNING_SECRETS_MAX];
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

static int add_secret(slack_signer_t *signer, slack_slice_t secret)
{
    slack_slice_t app;
    if (signer->count == SLACK_SIGNING_SECRETS_MAX) return SLACK_EINVAL;
    if (!take_app_id(&secret, &app) || secret.len == 0) return SLACK_EINVAL;
    if (!slack__is_visible(secret)) return SLACK_EINVAL;
    if (signer->count > 0 && (app.len > 0) != (signer->apps[0][0] != '\0')) return SLACK_EINVAL;
    memcpy(signer->apps[signer->count], app.ptr, app.len);
    mbedtls_md_context_t *md = &signer->keyed[signer->count++];
    mbedtls_md_init(md);
    if (mbedtls_md_setup(md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) != 0 ||
        mbedtls_md_hmac_starts(md, (const unsigned char *)secret.ptr, secret.len) != 0)
        return SLACK_ENOMEM;
    return 0;
}

int slack__signer_new(slack_signer_t **ret, const char *secrets)
{
    slack_signer_t *signer = slack__calloc(1, sizeof *signer);
    if (!signer) return SLACK_ENOMEM;
    int rc = secrets ? 0 : SLACK_EINVAL;
    slack_slice_t rest = slack__slice(secrets), secret;
    while (rc == 0 && slack__slice_split(&rest, ',', &secret))
        rc = add_secret(signer, slack__slice_strip(secret));
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
    for (size_t i = 0; i < signer->count; i++)
        mbedtls_md_free(&signer->keyed[i]);
    slack__wipe(signer, sizeof *signer);
    slack__free(signer);
}

static int hmac_update(mbedtls_md_context_t *md, slack_slice_t bytes)
{
    if (bytes.len == 0) return 0;
    return mbedtls_md_hmac_update(md, (const unsigned char *)bytes.ptr, bytes.len);
}

/* Writes the value of the header, "v0=" and the digits. A keyed context allocates nothing, so this
 * does not fail for lack of memory; callers count any failure as a signature that does not match.
 */
static int write_signature(mbedtls_md_context_t *md, slack_slice_t timestamp, slack_slice_t body,
                           char *ret)
{
    unsigned char digest[DIGEST_BYTES];
    if (mbedtls_md_hmac_reset(md) != 0 || hmac_update(md, SLACK_SLICE(VERSION ":")) != 0 ||
        hmac_update(md, timestamp) != 0 || hmac_update(md, SLACK_SLICE(":")) != 0 ||
        hmac_update(md, body) != 0 || mbedtls_md_hmac_finish(md, digest) != 0)
        return SLACK_ENOMEM;
    memcpy(ret, VERSION "=", 3);
    slack__hex(ret + 3, digest, sizeof digest);
    return 0;
}

int slack__signature_make(slack_signer_t *signer, slack_slice_t timestamp, slack_slice_t body,
                          char ret_signature[SLACK_SIGNATURE_LEN + 1])
{
    char text[SLACK_SIGNATURE_LEN];
    int rc = write_signature(&signer->keyed[0], timestamp, body, text);
    if (rc != 0) return rc;
    memcpy(ret_signature, text, sizeof text);
    ret_signature[SLACK_SIGNATURE_LEN] = '\0';
    return 0;
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

/* Tries every secret, also after one that matched, so that the time tells nothing. */
static slack_signed_by_t signed_by(slack_signer_t *signer, const slack_signed_request_t *request)
{
    slack_signed_by_t found = 0;
    for (size_t i = 0; i < signer->count; i++) {
        char expected[SLACK_SIGNATURE_LEN];
        if (write_signature(&signer->keyed[i], request->timestamp, request->body, expected) == 0)
            found |= (slack_signed_by_t)slack__equal_ct(expected, request->signature.ptr,
                                                        sizeof expected)
                     << i;
    }
    return found;
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

int slack__signature_check(slack_signer_t *signer, const slack_signed_request_t *request,
                           int64_t now_s, slack_signed_by_t *ret_by,
                           enum slack_signature_fault *ret_fault)
{
    slack_signed_by_t by = 0;
    enum slack_signature_fault fault = slack__signature_check_head(request, now_s);
    if (fault == SLACK_SIGNATURE_OK) {
        by = signed_by(signer, request);
        if (by == 0) fault = SLACK_SIGNATURE_MISMATCH;
    }
    if (fault == SLACK_SIGNATURE_OK) {
        if (ret_by) *ret_by = by;
        return 0;
    }
    if (ret_fault) *ret_fault = fault;
    return SLACK_ESIGNATURE;
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
