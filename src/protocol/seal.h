/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_SEAL_H
#define SLACK_PROTOCOL_SEAL_H

#include "util/arena.h"
#include "util/str.h"

/*
 * Seals texts, such as the tokens of an installation, with AES-256-GCM (NIST SP 800-38D): nobody
 * without the key can read or change them. A sealed text is
 *
 *     v1.KEYID.DATA
 *
 * with the first 32 bits of the SHA-256 of the key in hexadecimal, and in URL-safe Base64 a random
 * nonce of 96 bits, the encrypted text and a tag of 128 bits. It may stand in a URL and in a
 * cookie. Pure, but for the kernel's random bytes. Only one thread at a time may use a keyring.
 *
 * The context is authenticated and not stored: the key of the entry that holds the text, so that no
 * text can be moved to another entry.
 *
 * Random nonces allow 2^32 texts for one key: 10,000 workspaces whose tokens rotate every ten hours
 * seal as many in 400 years.
 */
typedef struct slack_keyring slack_keyring_t;

#define SLACK_KEY_BYTES   32
#define SLACK_KEYS_MAX    8
#define SLACK_KEY_ID_SIZE 9 /* "8 digits" and a NUL */

/*
 * Read the text of SLACK_STORE_KEY: keys in Base64, separated by commas, with blanks around them.
 * The first one seals, all open.
 *
 * 0; SLACK_ECONFIG with the rest of a sentence in `why` ("key 2 has 16 bytes, not 32"), which holds
 * no part of the text; SLACK_ENOMEM; SLACK_EIO if the library of cryptography fails. `why` takes
 * SLACK_ERROR_TEXT_MAX bytes.
 */
int slack__keyring_new(slack_keyring_t **ret, slack_slice_t keys, char *why);

/* A keyring with one key, HMAC-SHA256 of `label` under `secret`. Each purpose of a secret has a
 * label of its own. 0; SLACK_ENOMEM; SLACK_EIO. */
int slack__keyring_derive(slack_keyring_t **ret, slack_slice_t secret, slack_slice_t label);

void slack__keyring_free(slack_keyring_t *keyring); /* wipes; NULL is allowed */

/* Seal a text; *ret is in the arena and NUL-terminated. 0; SLACK_ENOMEM; SLACK_EIO if the kernel
 * gives no random bytes. */
int slack__seal(slack_keyring_t *keyring, slack_slice_t context, slack_slice_t plain,
                slack_arena_t *arena, slack_slice_t *ret);

/*
 * Open a sealed text of the same context; *ret is in the arena and NUL-terminated. `keyring` may be
 * NULL. 0, or with the rest of a sentence in `why` ("is sealed with the key 1a2b3c4d, …"), which
 * takes SLACK_ERROR_TEXT_MAX bytes:
 *
 *   SLACK_ECONFIG   no key of the keyring has that id
 *   SLACK_EDAMAGED  not a sealed text, changed, or sealed for another context
 *   SLACK_ENOMEM
 */
int slack__unseal(slack_keyring_t *keyring, slack_slice_t context, slack_slice_t sealed,
                  slack_arena_t *arena, slack_slice_t *ret, char *why);

/* Whether a text begins as sealed ones do. */
bool slack__is_sealed(slack_slice_t text);

/* The id of the key that seals. */
const char *slack__keyring_id(const slack_keyring_t *keyring);

#endif
