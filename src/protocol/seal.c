/* SPDX-License-Identifier: MIT */
#include "protocol/seal.h"

#include <limits.h>
#include <mbedtls/gcm.h>
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <string.h>

#include <slack/error.h>

#include "protocol/hmac.h"
#include "util/alloc.h"
#include "util/base64.h"
#include "util/error.h"
#include "util/random.h"

#define VERSION     "v1."
#define VERSION_LEN (sizeof VERSION - 1)
#define ID_LEN      (SLACK_KEY_ID_SIZE - 1)
#define HEAD_LEN    (VERSION_LEN + ID_LEN + 1) /* with the dot */
#define NONCE_BYTES 12
#define TAG_BYTES   16
#define CURE        "make one with `slackapp key`"

typedef unsigned char raw_key_t[SLACK_KEY_BYTES];

struct seal_key {
    char id[SLACK_KEY_ID_SIZE];
    mbedtls_gcm_context gcm;
};

struct slack_keyring {
    size_t count;
    struct seal_key keys[SLACK_KEYS_MAX];
};

/* ---- keyrings ---- */

void slack__keyring_free(slack_keyring_t *keyring)
{
    if (keyring == NULL) return;
    for (size_t i = 0; i < keyring->count; i++)
        mbedtls_gcm_free(&keyring->keys[i].gcm); /* wipes what it frees */
    slack__wipe(keyring, sizeof *keyring);
    slack__free(keyring);
}

static int key_add(slack_keyring_t *keyring, const raw_key_t raw)
{
    struct seal_key *key = &keyring->keys[keyring->count++];
    unsigned char hash[32];
    mbedtls_gcm_init(&key->gcm);
    if (mbedtls_sha256(raw, SLACK_KEY_BYTES, hash, 0) != 0) return SLACK_EIO;
    slack__hex(key->id, hash, ID_LEN / 2);
    const int rc =
        mbedtls_gcm_setkey(&key->gcm, MBEDTLS_CIPHER_ID_AES, raw, SLACK_KEY_BYTES * CHAR_BIT);
    if (rc == MBEDTLS_ERR_CIPHER_ALLOC_FAILED) return SLACK_ENOMEM;
    return rc == 0 ? 0 : SLACK_EIO;
}

/* Reads the key of an item; `raw` holds the keys before it, too. */
static int key_read(slack_slice_t item, raw_key_t *raw, size_t count, char *why)
{
    size_t len = 0;
    if (count == SLACK_KEYS_MAX)
        slack__explain(why, "holds more than %d keys: drop the oldest ones", SLACK_KEYS_MAX);
    else if (item.len == 0)
        slack__explain(why, "key %zu is empty: " CURE ", or remove a comma", count + 1);
    else if (!slack__base64_decode(SLACK_BASE64, item, raw[count], sizeof *raw, &len))
        slack__explain(why, "key %zu is not Base64: " CURE, count + 1);
    else if (len != sizeof *raw)
        slack__explain(why, "key %zu has %zu bytes, not %d: " CURE, count + 1, len,
                       SLACK_KEY_BYTES);
    else {
        for (size_t i = 0; i < count; i++) {
            if (!slack__equal_ct(raw[i], raw[count], sizeof *raw)) continue;
            slack__explain(why, "keys %zu and %zu are the same: remove one", i + 1, count + 1);
            return SLACK_ECONFIG;
        }
        return 0;
    }
    return SLACK_ECONFIG;
}

int slack__keyring_new(slack_keyring_t **ret, slack_slice_t keys, char *why)
{
    raw_key_t raw[SLACK_KEYS_MAX];
    slack_slice_t rest = slack__slice_strip(keys), item;
    slack_keyring_t *keyring = slack__calloc(1, sizeof *keyring);
    if (keyring == NULL) return SLACK_ENOMEM;
    int rc = 0;
    while (rc == 0 && slack__slice_split(&rest, ',', &item)) {
        rc = key_read(slack__slice_strip(item), raw, keyring->count, why);
        if (rc == 0) rc = key_add(keyring, raw[keyring->count]);
    }
    slack__wipe(raw, sizeof raw);
    if (rc != 0)
        slack__keyring_free(keyring);
    else
        *ret = keyring;
    return rc;
}

int slack__keyring_derive(slack_keyring_t **ret, slack_slice_t secret, slack_slice_t label)
{
    slack_hmac_key_t key;
    slack_hmac_t hmac;
    raw_key_t raw;
    slack_keyring_t *keyring = slack__calloc(1, sizeof *keyring);
    if (keyring == NULL) return SLACK_ENOMEM;
    int rc = SLACK_EIO;
    if (slack__hmac_key_init(&key, secret)) {
        slack__hmac_begin(&hmac, &key);
        if (slack__hmac_add(&hmac, label) && slack__hmac_end(&hmac, &key, raw))
            rc = key_add(keyring, raw);
    }
    slack__wipe(&key, sizeof key);
    slack__wipe(&hmac, sizeof hmac);
    slack__wipe(raw, sizeof raw);
    if (rc != 0)
        slack__keyring_free(keyring);
    else
        *ret = keyring;
    return rc;
}

const char *slack__keyring_id(const slack_keyring_t *keyring)
{
    return keyring->keys[0].id;
}

/* ---- texts ---- */

bool slack__is_sealed(slack_slice_t text)
{
    return text.len > VERSION_LEN && memcmp(text.ptr, VERSION, VERSION_LEN) == 0;
}

int slack__seal(slack_keyring_t *keyring, slack_slice_t context, slack_slice_t plain,
                slack_arena_t *arena, slack_slice_t *ret)
{
    struct seal_key *key = &keyring->keys[0];
    const size_t size = NONCE_BYTES + plain.len + TAG_BYTES;
    const size_t text_len = HEAD_LEN + slack__base64_len(SLACK_BASE64_URL, size);
    unsigned char *nonce = slack__arena_alloc(arena, size);
    char *text = slack__arena_alloc(arena, text_len + 1);
    if (nonce == NULL || text == NULL) return SLACK_ENOMEM;
    unsigned char *data = nonce + NONCE_BYTES;
    if (!slack__random_secret(nonce, NONCE_BYTES)) return SLACK_EIO;
    if (mbedtls_gcm_crypt_and_tag(&key->gcm, MBEDTLS_GCM_ENCRYPT, plain.len, nonce, NONCE_BYTES,
                                  (const unsigned char *)context.ptr, context.len,
                                  (const unsigned char *)plain.ptr, data, TAG_BYTES,
                                  data + plain.len) != 0)
        return SLACK_EIO;
    snprintf(text, HEAD_LEN + 1, VERSION "%s.", key->id);
    slack__base64_encode(SLACK_BASE64_URL, nonce, size, text + HEAD_LEN);
    *ret = (slack_slice_t){text, text_len};
    return 0;
}

/* Takes the head off a sealed text. */
static bool head_read(slack_slice_t *sealed, char ret_id[SLACK_KEY_ID_SIZE])
{
    if (!slack__is_sealed(*sealed) || sealed->len < HEAD_LEN || sealed->ptr[HEAD_LEN - 1] != '.')
        return false;
    for (size_t i = 0; i < ID_LEN; i++) {
        const char c = sealed->ptr[VERSION_LEN + i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
        ret_id[i] = c;
    }
    ret_id[ID_LEN] = '\0';
    sealed->ptr += HEAD_LEN;
    sealed->len -= HEAD_LEN;
    return true;
}

/* Decrypts nonce, text and tag with each key of that id; different keys may have the same one. The
 * text is wiped if its tag is wrong. */
static int data_open(slack_keyring_t *keyring, const char *id, slack_slice_t context,
                     slack_slice_t data, unsigned char *plain)
{
    const unsigned char *nonce = (const unsigned char *)data.ptr;
    const size_t len = data.len - NONCE_BYTES - TAG_BYTES;
    for (size_t i = 0; i < keyring->count; i++) {
        if (strcmp(keyring->keys[i].id, id) != 0) continue;
        if (mbedtls_gcm_auth_decrypt(
                &keyring->keys[i].gcm, len, nonce, NONCE_BYTES, (const unsigned char *)context.ptr,
                context.len, nonce + NONCE_BYTES + len, TAG_BYTES, nonce + NONCE_BYTES, plain) == 0)
            return 0;
    }
    slack__wipe(plain, len);
    return SLACK_EDAMAGED;
}

int slack__unseal(slack_keyring_t *keyring, slack_slice_t context, slack_slice_t sealed,
                  slack_arena_t *arena, slack_slice_t *ret, char *why)
{
    char id[SLACK_KEY_ID_SIZE];
    size_t len = 0, known = 0;
    if (!head_read(&sealed, id)) {
        slack__explain(why, "is not a sealed text");
        return SLACK_EDAMAGED;
    }
    for (size_t i = 0; keyring && i < keyring->count; i++)
        known += strcmp(keyring->keys[i].id, id) == 0;
    if (known == 0) { /* a person looks for that key, and learns which ones there are */
        char ids[SLACK_KEYS_MAX * (SLACK_KEY_ID_SIZE + 2)] = "";
        for (size_t i = 0, at = 0; keyring && i < keyring->count; i++)
            at += (size_t)snprintf(ids + at, sizeof ids - at, "%s%s", i ? ", " : "",
                                   keyring->keys[i].id);
        slack__explain(why, "is sealed with the key %s, and %s%s: add that key to SLACK_STORE_KEY",
                       id, *ids ? "the keys here are " : "there is no key here", ids);
        return SLACK_ECONFIG;
    }

    char *data = slack__arena_alloc(arena, sealed.len);
    if (data == NULL) return SLACK_ENOMEM;
    if (slack__base64_decode(SLACK_BASE64_URL, sealed, data, sealed.len, &len) &&
        len >= NONCE_BYTES + TAG_BYTES) {
        const size_t plain_len = len - NONCE_BYTES - TAG_BYTES;
        char *plain = slack__arena_alloc(arena, plain_len + 1);
        if (plain == NULL) return SLACK_ENOMEM;
        plain[plain_len] = '\0';
        if (data_open(keyring, id, context, (slack_slice_t){data, len}, (unsigned char *)plain) ==
            0) {
            *ret = (slack_slice_t){plain, plain_len};
            return 0;
        }
    }
    slack__explain(why, "was changed, or was sealed for another place");
    return SLACK_EDAMAGED;
}
