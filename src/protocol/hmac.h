/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_HMAC_H
#define SLACK_PROTOCOL_HMAC_H

#include <stdbool.h>

#ifdef SLACK_HAVE_LIBCRYPTO
#include <openssl/sha.h>
#else
#include <mbedtls/sha256.h>
#endif

#include "util/str.h"

/*
 * HMAC-SHA256 (RFC 2104), by libcrypto if the build has it, else by mbedTLS. libcrypto uses the
 * processor's own instructions for SHA-256, and is four to eight times as fast with them. Nothing
 * here allocates. The functions return false if the library fails, which is not known to happen.
 */
#define SLACK_HMAC_BYTES 32

#ifdef SLACK_HAVE_LIBCRYPTO
typedef SHA256_CTX slack_hmac_t;
#else
typedef mbedtls_sha256_context slack_hmac_t; /* one that is being computed */
#endif

/* A prepared key: the hashes after their first block, so that a message does not cost the hashing
 * of the key. */
typedef struct slack_hmac_key {
    slack_hmac_t inner, outer;
} slack_hmac_key_t;

bool slack__hmac_key_init(slack_hmac_key_t *ret, slack_slice_t key);

/* Begin one, add bytes, and end it. One that was begun may be left. */
void slack__hmac_begin(slack_hmac_t *hmac, const slack_hmac_key_t *key);
bool slack__hmac_add(slack_hmac_t *hmac, slack_slice_t bytes);
bool slack__hmac_end(slack_hmac_t *hmac, const slack_hmac_key_t *key,
                     unsigned char ret[SLACK_HMAC_BYTES]);

#endif
