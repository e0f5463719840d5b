/* SPDX-License-Identifier: MIT */
/* OpenSSL 3 calls these functions deprecated. Those that it prefers allocate for each hash. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "protocol/hmac.h"

#include <string.h>

#include "util/alloc.h"

#define BLOCK_BYTES 64

/* ---- the two libraries ---- */

#ifdef SLACK_HAVE_LIBCRYPTO

static bool sha256_begin(slack_hmac_t *hash)
{
    return SHA256_Init(hash) == 1;
}

static bool sha256_add(slack_hmac_t *hash, const void *bytes, size_t len)
{
    return SHA256_Update(hash, bytes, len) == 1;
}

static bool sha256_end(slack_hmac_t *hash, unsigned char ret[SLACK_HMAC_BYTES])
{
    return SHA256_Final(ret, hash) == 1;
}

static void sha256_copy(slack_hmac_t *ret, const slack_hmac_t *hash)
{
    *ret = *hash;
}

#else

static bool sha256_begin(slack_hmac_t *hash)
{
    mbedtls_sha256_init(hash);
    return mbedtls_sha256_starts(hash, 0) == 0;
}

static bool sha256_add(slack_hmac_t *hash, const void *bytes, size_t len)
{
    return mbedtls_sha256_update(hash, bytes, len) == 0;
}

static bool sha256_end(slack_hmac_t *hash, unsigned char ret[SLACK_HMAC_BYTES])
{
    return mbedtls_sha256_finish(hash, ret) == 0;
}

static void sha256_copy(slack_hmac_t *ret, const slack_hmac_t *hash)
{
    mbedtls_sha256_init(ret);
    mbedtls_sha256_clone(ret, hash);
}

#endif

/* ---- HMAC ---- */

static bool key_block(slack_hmac_t *hash, const unsigned char key[BLOCK_BYTES], unsigned char pad)
{
    unsigned char block[BLOCK_BYTES];
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] = key[i] ^ pad;
    const bool good = sha256_begin(hash) && sha256_add(hash, block, sizeof block);
    slack__wipe(block, sizeof block);
    return good;
}

bool slack__hmac_key_init(slack_hmac_key_t *ret, slack_slice_t key)
{
    unsigned char block[BLOCK_BYTES] = {0};
    bool good = true;
    if (key.len > sizeof block)
        good = sha256_begin(&ret->inner) && sha256_add(&ret->inner, key.ptr, key.len) &&
               sha256_end(&ret->inner, block);
    else if (key.len > 0)
        memcpy(block, key.ptr, key.len);
    good = good && key_block(&ret->inner, block, 0x36) && key_block(&ret->outer, block, 0x5c);
    slack__wipe(block, sizeof block);
    return good;
}

void slack__hmac_begin(slack_hmac_t *hmac, const slack_hmac_key_t *key)
{
    sha256_copy(hmac, &key->inner);
}

bool slack__hmac_add(slack_hmac_t *hmac, slack_slice_t bytes)
{
    return bytes.len == 0 || sha256_add(hmac, bytes.ptr, bytes.len);
}

bool slack__hmac_end(slack_hmac_t *hmac, const slack_hmac_key_t *key,
                     unsigned char ret[SLACK_HMAC_BYTES])
{
    if (!sha256_end(hmac, ret)) return false;
    sha256_copy(hmac, &key->outer);
    return sha256_add(hmac, ret, SLACK_HMAC_BYTES) && sha256_end(hmac, ret);
}
