/* SPDX-License-Identifier: MIT */
#include "sim/id_tokens.h"

#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>
#include <string.h>

#include "util/base64.h"
#include "util/random.h"

#define KEY_BYTES   256
#define PRIME_BYTES (KEY_BYTES / 2)
#define KEY_ID      "simulated"

/* The primes of the key, which guards nothing: whoever has a simulator has it. */
static const char primes[2][2 * PRIME_BYTES + 1] = {
    "f5c60e1428aec03470a1275bd32091f8745ff0c4e063163a3d74883dfda51852"
    "76d02fb24dd627db9c70c8aab38626151cef0921c9147ede3fb6322546710bca"
    "09b134b5a19807854b66bffb1480af077fd69113b9617613c1fb6fd1f24f0ae7"
    "2d3d7d9ca5a867da89e91da0e19bd7fe13ff3641520176fec6639bd226608c01",
    "d81922cfaf2b40de6eb29c41c7d27debe2d36a89be58aa26529d8e7d0547a924"
    "1deb4d15fc0d1bb63c22b252b7980744a1be2f7d433933071ec4a403f0710a79"
    "fc49d01c3ec6b1df95760ac0374f555247273246e7cbe730963295e257af8548"
    "ffa0889bf8090626c225088bdca8c5170accae982ae3902051a10cba6281b77d",
};

static const unsigned char exponent[] = {1, 0, 1};

/* Blinds the signature against those who measure its time; nobody does here. */
static int random_bytes(void *user_data, unsigned char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)slack__random_u64();
    return 0;
}

/* False without memory. */
static bool key_open(mbedtls_rsa_context *rsa)
{
    unsigned char bytes[2][PRIME_BYTES];
    for (size_t i = 0; i < 2 * PRIME_BYTES; i++) {
        const char *digits = primes[i / PRIME_BYTES] + 2 * (i % PRIME_BYTES);
        bytes[i / PRIME_BYTES][i % PRIME_BYTES] =
            (unsigned char)(slack__hex_digit(digits[0]) << 4 | slack__hex_digit(digits[1]));
    }
    mbedtls_rsa_init(rsa);
    return mbedtls_rsa_import_raw(rsa, NULL, 0, bytes[0], PRIME_BYTES, bytes[1], PRIME_BYTES, NULL,
                                  0, exponent, sizeof exponent) == 0 &&
           mbedtls_rsa_complete(rsa) == 0;
}

/* NULL without memory. */
static const char *base64url(sim_json_builder_t *json, const void *bytes, size_t len)
{
    char *text = slack__arena_alloc(json->arena, slack__base64_len(SLACK_BASE64_URL, len) + 1);
    if (text) slack__base64_encode(SLACK_BASE64_URL, bytes, len, text);
    if (!text && json->rc == 0) json->rc = SLACK_ENOMEM;
    return text;
}

static bool hash_text(const char *text, unsigned char ret[32])
{
    return mbedtls_sha256((const unsigned char *)text, strlen(text), ret, 0) == 0;
}

/* False without memory. */
static bool sign_text(const char *text, unsigned char ret[KEY_BYTES])
{
    unsigned char hash[32];
    mbedtls_rsa_context rsa;
    const bool good = key_open(&rsa) && hash_text(text, hash) &&
                      mbedtls_rsa_pkcs1_sign(&rsa, random_bytes, NULL, MBEDTLS_MD_SHA256,
                                             sizeof hash, hash, ret) == 0;
    mbedtls_rsa_free(&rsa);
    return good;
}

const char *sim_id_token(sim_json_builder_t *json, const slack_json_t *claims)
{
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"" KEY_ID "\"}";
    unsigned char signature[KEY_BYTES];
    const char *token = NULL;
    const char *text = json->rc == 0 ? slack__json_text(json->arena, claims, NULL) : NULL;
    const char *first = text ? base64url(json, head, sizeof head - 1) : NULL;
    const char *second = first ? base64url(json, text, strlen(text)) : NULL;
    const char *content = second ? slack__arena_printf(json->arena, "%s.%s", first, second) : NULL;
    if (content && sign_text(content, signature)) {
        const char *third = base64url(json, signature, sizeof signature);
        token = third ? slack__arena_printf(json->arena, "%s.%s", content, third) : NULL;
    }
    if (!token && json->rc == 0) json->rc = SLACK_ENOMEM;
    return token;
}

const slack_json_t *sim_id_token_keys(sim_json_builder_t *json)
{
    unsigned char modulus[KEY_BYTES];
    mbedtls_rsa_context rsa;
    if (!key_open(&rsa) || mbedtls_rsa_export_raw(&rsa, modulus, sizeof modulus, NULL, 0, NULL, 0,
                                                  NULL, 0, NULL, 0) != 0)
        json->rc = json->rc ? json->rc : SLACK_ENOMEM;
    mbedtls_rsa_free(&rsa);
    if (json->rc != 0) return NULL;
    return sim_json(json, "{keys: [{kty: 'RSA', use: 'sig', alg: 'RS256', kid: %s, e: %s, n: %s}]}",
                    KEY_ID, base64url(json, exponent, sizeof exponent),
                    base64url(json, modulus, sizeof modulus));
}

const char *sim_id_token_at_hash(sim_json_builder_t *json, const char *access_token)
{
    unsigned char hash[32] = {0};
    if (!hash_text(access_token, hash) && json->rc == 0) json->rc = SLACK_ENOMEM;
    return base64url(json, hash, sizeof hash / 2);
}
