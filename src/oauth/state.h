/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_STATE_H
#define SLACK_OAUTH_STATE_H

#include "oauth/authorize_url.h"
#include "protocol/hmac.h"
#include "protocol/seal.h"
#include "util/arena.h"

/*
 * `state`, the parameter that Slack returns with a code (RFC 6749, 10.12), and what is derived from
 * it. Pure.
 *
 * A state holds all that the app has to know of an attempt, sealed with a key that is derived from
 * the client secret: the app keeps nothing until the person comes back, and every process of the
 * app can read it, also after a restart. A cookie binds the attempt to its browser: it has a random
 * secret, and the state has the digest of the secret. The verifier of PKCE is derived from both the
 * client secret and the browser's, so that nobody can use a code without the cookie. Each attempt
 * has a cookie of its own, so that two tabs do not disturb each other.
 */
#define SLACK_STATE_LIFE_MS      (10 * 60 * 1000)
#define SLACK_STATE_CLOCKS_MS    (60 * 1000) /* the most by which the clocks of two servers differ */
#define SLACK_STATE_ID_BYTES     16
#define SLACK_STATE_SECRET_BYTES 16
#define SLACK_STATE_DIGEST_BYTES 32
#define SLACK_METADATA_MAX       1000
/* The most attempts of one browser. The cookies of older ones are deleted. */
#define SLACK_STATE_COOKIES_MAX 16
#define SLACK_STATE_SURPLUS_MAX 3 /* deleted at once */

typedef struct slack_state_keys {
    slack_keyring_t *keyring;
    slack_hmac_key_t derive;
    const char *client_id; /* borrowed */
} slack_state_keys_t;

/* 0; SLACK_ENOMEM; SLACK_EIO if the library of cryptography fails. */
int slack__state_keys_init(slack_state_keys_t *keys, const char *client_id,
                           const char *client_secret);
void slack__state_keys_done(slack_state_keys_t *keys);

typedef struct slack_state {
    unsigned char id[SLACK_STATE_ID_BYTES]; /* random */
    /* The browser's, random. A state that was opened has it after slack__state_is_of_browser(). */
    unsigned char secret[SLACK_STATE_SECRET_BYTES];
    unsigned char digest[SLACK_STATE_DIGEST_BYTES]; /* SHA-256 of the secret */
    int64_t since_ms;                               /* wall clock */
    enum slack_oauth_flow flow;
    const char *metadata; /* at most SLACK_METADATA_MAX bytes; never NULL */
} slack_state_t;

/* Begins an attempt: a random id and secret, the time, and no metadata. False: the kernel gives no
 * random bytes. */
bool slack__state_new(slack_state_t *ret, enum slack_oauth_flow flow, int64_t now_ms);
/* The text for Slack's URL. NULL: memory is out, or the kernel gives no random bytes. */
const char *slack__state_seal(slack_arena_t *arena, const slack_state_keys_t *keys,
                              const slack_state_t *state);
/* Reads such a text. NULL: it is good; else the word of a failure (pages.h): state_missing,
 * state_forged, state_expired, state_early, no_memory. The caller has to check the browser, and
 * that the state was not used before. */
const char *slack__state_open(slack_arena_t *arena, const slack_state_keys_t *keys,
                              const char *text, int64_t now_ms, slack_state_t *ret);
/* Reads the opened bytes, for the function above and its fuzzer. False: they are malformed, or
 * memory is out. */
bool slack__state_read(slack_arena_t *arena, slack_slice_t plain, slack_state_t *ret);

/* The id in hexadecimal. NULL: memory is out, here and below. */
const char *slack__state_id(slack_arena_t *arena, const slack_state_t *state);

/* The name of the attempt's cookie; the values of the header Set-Cookie that set and delete it. */
const char *slack__state_cookie_name(slack_arena_t *arena, const slack_state_t *state);
const char *slack__state_set_cookie(slack_arena_t *arena, const slack_state_t *state);
const char *slack__state_delete_cookie(slack_arena_t *arena, slack_slice_t name);
/* Whether the value of the cookie, "" without one, belongs to the attempt. If so, its
 * secret is read. */
bool slack__state_is_of_browser(slack_state_t *state, const char *cookie);
/* The names of the oldest cookies of attempts in a header Cookie, if there are too many. A browser
 * sends older cookies first (RFC 6265, 5.4). Returns their number. */
size_t slack__state_surplus(slack_slice_t cookies,
                            slack_slice_t ret_names[SLACK_STATE_SURPLUS_MAX]);

/* PKCE (RFC 7636): the verifier of the attempt, and its challenge by S256. */
const char *slack__state_verifier(slack_arena_t *arena, const slack_state_keys_t *keys,
                                  const slack_state_t *state);
const char *slack__state_challenge(slack_arena_t *arena, const slack_state_keys_t *keys,
                                   const slack_state_t *state);
/* The nonce of a sign-in. */
const char *slack__state_nonce(slack_arena_t *arena, const slack_state_keys_t *keys,
                               const slack_state_t *state);

#endif
