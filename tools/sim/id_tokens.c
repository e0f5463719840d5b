/* SPDX-License-Identifier: MIT */
#include "sim/id_tokens.h"

#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>
#include <string.h>

#include "util/alloc.h"
#include "util/base64.h"
#include "util/random.h"

#define KEY_BITS  2048
#define KEY_BYTES (KEY_BITS / 8)
#define KEY_ID    "simulated"

struct sim_signing_key {
    mbedtls_rsa_context rsa;
};

/* The key guards nothing: it is that of a test. */
static int random_bytes(void *user_data, unsigned char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)slack__random_u64();
    return 0;
}

static sim_signing_key_t *key_made(sim_json_builder_t *json, sim_signing_key_t **key)
{
    if (*key || json->rc != 0) return json->rc == 0 ? *key : NULL;
    sim_signing_key_t *made = slack__calloc(1, sizeof *made);
    if (!made) {
        json->rc = SLACK_ENOMEM;
        return NULL;
    }
    mbedtls_rsa_init(&made->rsa);
    if (mbedtls_rsa_gen_key(&made->rsa, random_bytes, NULL, KEY_BITS, 65537) != 0) {
        sim_signing_key_free(made);
        json->rc = SLACK_ENOMEM;
        return NULL;
    }
    return *key = made;
}

void sim_signing_key_free(sim_signing_key_t *key)
{
    if (!key) return;
    mbedtls_rsa_free(&key->rsa);
    slack__free(key);
}

/* NULL without memory. */
static const char *base64url(sim_json_builder_t *json, const void *bytes, size_t len)
{
    char *text = slack__arena_alloc(json->arena, slack__base64_len(SLACK_BASE64_URL, len) + 1);
    if (text) slack__base64_encode(SLACK_BASE64_URL, bytes, len, text);
    if (!text && json->rc == 0) json->rc = SLACK_ENOMEM;
    return text;
}

const char *sim_id_token(sim_json_builder_t *json, sim_signing_key_t **key,
                         const slack_json_t *claims)
{
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"" KEY_ID "\"}";
    unsigned char hash[32], signature[KEY_BYTES];
    sim_signing_key_t *made = key_made(json, key);
    const char *text = made ? slack__json_text(json->arena, claims, NULL) : NULL;
    const char *first = text ? base64url(json, head, sizeof head - 1) : NULL;
    const char *second = first ? base64url(json, text, strlen(text)) : NULL;
    const char *content = second ? slack__arena_printf(json->arena, "%s.%s", first, second) : NULL;
    if (!content || mbedtls_sha256((const unsigned char *)content, strlen(content), hash, 0) != 0 ||
        mbedtls_rsa_pkcs1_sign(&made->rsa, random_bytes, NULL, MBEDTLS_MD_SHA256, sizeof hash, hash,
                               signature) != 0) {
        if (json->rc == 0) json->rc = SLACK_ENOMEM;
        return NULL;
    }
    const char *third = base64url(json, signature, sizeof signature);
    const char *token = third ? slack__arena_printf(json->arena, "%s.%s", content, third) : NULL;
    if (!token && json->rc == 0) json->rc = SLACK_ENOMEM;
    return token;
}

const slack_json_t *sim_signing_key_json(sim_json_builder_t *json, sim_signing_key_t **key)
{
    unsigned char modulus[KEY_BYTES], exponent[] = {1, 0, 1};
    sim_signing_key_t *made = key_made(json, key);
    if (!made || mbedtls_rsa_export_raw(&made->rsa, modulus, sizeof modulus, NULL, 0, NULL, 0, NULL,
                                        0, NULL, 0) != 0) {
        if (json->rc == 0) json->rc = SLACK_ENOMEM;
        return NULL;
    }
    return sim_json(json, "{keys: [{kty: 'RSA', use: 'sig', alg: 'RS256', kid: %s, e: %s, n: %s}]}",
                    KEY_ID, base64url(json, exponent, sizeof exponent),
                    base64url(json, modulus, sizeof modulus));
}

const char *sim_id_token_at_hash(sim_json_builder_t *json, const char *access_token)
{
    unsigned char hash[32] = {0};
    if (mbedtls_sha256((const unsigned char *)access_token, strlen(access_token), hash, 0) != 0 &&
        json->rc == 0)
        json->rc = SLACK_ENOMEM;
    return base64url(json, hash, sizeof hash / 2);
}
