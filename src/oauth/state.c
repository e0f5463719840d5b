/* SPDX-License-Identifier: MIT */
#include "oauth/state.h"

#include <inttypes.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include <slack/options.h>

#include "util/alloc.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/random.h"

#define ID_DIGITS     (2 * SLACK_STATE_ID_BYTES)
#define SECRET_DIGITS (2 * SLACK_STATE_SECRET_BYTES)
#define DIGEST_DIGITS (2 * SLACK_STATE_DIGEST_BYTES)
/* In the names of cookies: fewer digits of the id tell the few attempts of a browser apart. */
#define NAME_DIGITS 12
#define HASH_BYTES  SLACK_HMAC_BYTES
/* The prefix keeps other hosts of the domain from setting the cookie (RFC 6265bis, 4.1.3.2). It
 * requires Secure and Path=/. */
#define COOKIE_PREFIX "__Host-slack-oauth-"
#define COOKIE_FLAGS  "; Path=/; Secure; HttpOnly; SameSite=Lax"
#define PLAIN_MAX     2048

/* ---- keys ---- */

/* HMAC-SHA256 of a label and a value. With 256 random bits in the client secret this is a key
 * derivation function (NIST SP 800-108). */
static bool derive(const slack_hmac_key_t *key, const char *label, slack_slice_t value,
                   unsigned char ret[HASH_BYTES])
{
    slack_hmac_t hmac;
    slack__hmac_begin(&hmac, key);
    return slack__hmac_add(&hmac, (slack_slice_t){label, strlen(label) + 1}) &&
           slack__hmac_add(&hmac, value) && slack__hmac_end(&hmac, key, ret);
}

int slack__state_keys_init(slack_state_keys_t *keys, const char *client_id,
                           const char *client_secret)
{
    const slack_slice_t secret = slack__slice(client_secret);
    *keys = (slack_state_keys_t){.client_id = client_id};
    if (!slack__hmac_key_init(&keys->derive, secret)) return SLACK_EIO;
    return slack__keyring_derive(&keys->keyring, secret, SLACK_SLICE("state"));
}

void slack__state_keys_done(slack_state_keys_t *keys)
{
    slack__keyring_free(keys->keyring);
    slack__wipe(keys, sizeof *keys);
}

static const char *url_base64(slack_arena_t *arena, const unsigned char hash[HASH_BYTES])
{
    const size_t len = slack__base64_len(SLACK_BASE64_URL, HASH_BYTES);
    char *text = slack__arena_calloc(arena, len + 1);
    if (text) slack__base64_encode(SLACK_BASE64_URL, hash, HASH_BYTES, text);
    return text;
}

static const char *derived_text(slack_arena_t *arena, const slack_state_keys_t *keys,
                                const char *label, slack_slice_t value)
{
    unsigned char hash[HASH_BYTES];
    return derive(&keys->derive, label, value, hash) ? url_base64(arena, hash) : NULL;
}

/* ---- the text ---- */

const char *slack__state_id(slack_arena_t *arena, const slack_state_t *state)
{
    char *id = slack__arena_calloc(arena, ID_DIGITS + 1);
    if (id) slack__hex(id, state->id, sizeof state->id);
    return id;
}

bool slack__state_new(slack_state_t *ret, enum slack_oauth_flow flow, int64_t now_ms)
{
    *ret = (slack_state_t){.since_ms = now_ms, .flow = flow, .metadata = ""};
    return slack__random_secret(ret->id, sizeof ret->id) &&
           slack__random_secret(ret->secret, sizeof ret->secret) &&
           mbedtls_sha256(ret->secret, sizeof ret->secret, ret->digest, 0) == 0;
}

/* The fields are texts, with a NUL between them. */
const char *slack__state_seal(slack_arena_t *arena, const slack_state_keys_t *keys,
                              const slack_state_t *state)
{
    char id[ID_DIGITS + 1] = "", digest[DIGEST_DIGITS + 1] = "";
    slack__hex(id, state->id, sizeof state->id);
    slack__hex(digest, state->digest, sizeof state->digest);
    slack_buf_t plain;
    slack__buf_init(&plain, PLAIN_MAX);
    int rc = slack__buf_printf(&plain, "%s%c%s%c%" PRId64 "%c%d%c%s", id, 0, digest, 0,
                               state->since_ms, 0, (int)state->flow, 0, state->metadata);
    slack_slice_t text = {NULL, 0};
    if (rc == 0)
        rc = slack__seal(keys->keyring, slack__slice(keys->client_id),
                         (slack_slice_t){slack__buf_ptr(&plain), plain.len}, arena, &text);
    slack__buf_done(&plain);
    return rc == 0 ? text.ptr : NULL;
}

static bool read_hex(slack_slice_t text, unsigned char *ret, size_t size)
{
    if (text.len != 2 * size) return false;
    for (size_t i = 0; i < size; i++) {
        const int high = slack__hex_digit(text.ptr[2 * i]);
        const int low = slack__hex_digit(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        ret[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool slack__state_read(slack_arena_t *arena, slack_slice_t plain, slack_state_t *ret)
{
    enum { ID, DIGEST, SINCE, FLOW, METADATA, FIELDS };
    slack_slice_t fields[FIELDS];
    uint64_t since_ms, number;
    slack_state_t state = {.metadata = ""};
    for (size_t i = 0; i < FIELDS; i++)
        if (!slack__slice_split(&plain, '\0', &fields[i])) return false;
    if (plain.ptr || !read_hex(fields[ID], state.id, sizeof state.id) ||
        !read_hex(fields[DIGEST], state.digest, sizeof state.digest) ||
        !slack__parse_u64(fields[SINCE], INT64_MAX, &since_ms) ||
        !slack__parse_u64(fields[FLOW], SLACK_OAUTH_SIGN_IN, &number))
        return false;
    state.since_ms = (int64_t)since_ms;
    state.flow = (enum slack_oauth_flow)number;
    state.metadata = slack__arena_strndup(arena, fields[METADATA].ptr, fields[METADATA].len);
    if (state.metadata) *ret = state;
    return state.metadata != NULL;
}

const char *slack__state_open(slack_arena_t *arena, const slack_state_keys_t *keys,
                              const char *text, int64_t now_ms, slack_state_t *ret)
{
    slack_slice_t plain;
    char why[SLACK_ERROR_TEXT_MAX];
    if (*text == '\0') return "state_missing";
    const int rc = slack__unseal(keys->keyring, slack__slice(keys->client_id), slack__slice(text),
                                 arena, &plain, why);
    if (rc == SLACK_ENOMEM) return "no_memory";
    if (rc != 0 || !slack__state_read(arena, plain, ret)) return "state_forged";
    if (ret->since_ms > now_ms + SLACK_STATE_CLOCKS_MS) return "state_early";
    return now_ms - ret->since_ms > SLACK_STATE_LIFE_MS ? "state_expired" : NULL;
}

/* ---- the cookie ---- */

const char *slack__state_cookie_name(slack_arena_t *arena, const slack_state_t *state)
{
    const char *id = slack__state_id(arena, state);
    return id ? slack__arena_printf(arena, COOKIE_PREFIX "%.*s", NAME_DIGITS, id) : NULL;
}

const char *slack__state_set_cookie(slack_arena_t *arena, const slack_state_t *state)
{
    const char *name = slack__state_cookie_name(arena, state);
    char value[SECRET_DIGITS + 1] = "";
    slack__hex(value, state->secret, sizeof state->secret);
    if (!name) return NULL;
    return slack__arena_printf(arena, "%s=%s; Max-Age=%d" COOKIE_FLAGS, name, value,
                               SLACK_STATE_LIFE_MS / 1000);
}

const char *slack__state_delete_cookie(slack_arena_t *arena, slack_slice_t name)
{
    return slack__arena_printf(arena, "%.*s=; Max-Age=0" COOKIE_FLAGS, (int)name.len, name.ptr);
}

bool slack__state_is_of_browser(slack_state_t *state, const char *cookie)
{
    unsigned char secret[SLACK_STATE_SECRET_BYTES], digest[SLACK_STATE_DIGEST_BYTES];
    if (!read_hex(slack__slice(cookie), secret, sizeof secret) ||
        mbedtls_sha256(secret, sizeof secret, digest, 0) != 0 ||
        !slack__equal_ct(digest, state->digest, sizeof digest))
        return false;
    memcpy(state->secret, secret, sizeof secret);
    return true;
}

/* The name of an attempt's cookie; empty for another one. */
static slack_slice_t attempt_name(slack_slice_t cookie)
{
    static const slack_slice_t prefix = {COOKIE_PREFIX, sizeof COOKIE_PREFIX - 1};
    const slack_slice_t none = {NULL, 0};
    slack_slice_t name;
    cookie = slack__slice_trim(cookie);
    if (!slack__slice_split(&cookie, '=', &name)) return none;
    if (name.len != prefix.len + NAME_DIGITS) return none;
    if (memcmp(name.ptr, prefix.ptr, prefix.len) != 0) return none;
    for (size_t i = prefix.len; i < name.len; i++)
        if (slack__hex_digit(name.ptr[i]) < 0) return none;
    return name;
}

size_t slack__state_surplus(slack_slice_t cookies, slack_slice_t ret_names[SLACK_STATE_SURPLUS_MAX])
{
    slack_slice_t cookie;
    size_t oldest = 0, count = 1; /* with the one that is set now */
    while (slack__slice_split(&cookies, ';', &cookie)) {
        const slack_slice_t name = attempt_name(cookie);
        if (!name.ptr) continue;
        count++;
        if (oldest < SLACK_STATE_SURPLUS_MAX) ret_names[oldest++] = name;
    }
    const size_t surplus = count > SLACK_STATE_COOKIES_MAX ? count - SLACK_STATE_COOKIES_MAX : 0;
    return surplus < oldest ? surplus : oldest;
}

/* ---- PKCE, and the nonce ---- */

const char *slack__state_verifier(slack_arena_t *arena, const slack_state_keys_t *keys,
                                  const slack_state_t *state)
{
    return derived_text(arena, keys, "verifier",
                        (slack_slice_t){(const char *)state->secret, sizeof state->secret});
}

const char *slack__state_challenge(slack_arena_t *arena, const slack_state_keys_t *keys,
                                   const slack_state_t *state)
{
    const char *verifier = slack__state_verifier(arena, keys, state);
    unsigned char hash[HASH_BYTES];
    if (!verifier) return NULL;
    const unsigned char *bytes = (const unsigned char *)verifier;
    return mbedtls_sha256(bytes, strlen(verifier), hash, 0) == 0 ? url_base64(arena, hash) : NULL;
}

const char *slack__state_nonce(slack_arena_t *arena, const slack_state_keys_t *keys,
                               const slack_state_t *state)
{
    return derived_text(arena, keys, "nonce",
                        (slack_slice_t){(const char *)state->id, sizeof state->id});
}
