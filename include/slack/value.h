/* SPDX-License-Identifier: MIT */
#ifndef SLACK_VALUE_H
#define SLACK_VALUE_H

#include "error.h"
#include "export.h"
#include "json.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file value.h  Values that middleware attaches to a delivery for the listeners.
 *
 * A key is a constant of the program:
 *
 *     static const slack_key_t account_key = {"account", account_free};
 *
 *     int rc = slack_ctx_set(ctx, &account_key, account);           in a middleware
 *     struct account *account = slack_ctx_get(ctx, &account_key);   in a listener
 *
 * The functions may also be called on a worker that runs this delivery's handler.
 */

/**
 * The key of a value. Its address identifies it, so the keys of two libraries never clash, even
 * with equal names. Borrowed until the delivery has ended.
 */
typedef struct slack_key {
    /** Optional. A name for the log and for debuggers. */
    const char *name;
    /** Optional. Frees the value. Called on the loop when the delivery has ended, after the hooks
     * of slack_ctx_on_done(). */
    void (*free)(void *value);
} slack_key_t;

/**
 * Attach a value to the delivery.
 *
 * @param key borrowed until the delivery has ended.
 * @param value Required, owned from now on if 0 is returned; otherwise it stays the caller's.
 * @return 0; SLACK_EALREADY if the key has a value; SLACK_EINVAL if `key` or `value` is NULL;
 *         SLACK_ECANCELED on a worker when the app stops; SLACK_ENOMEM.
 */
SLACK_API int slack_ctx_set(slack_ctx_t *ctx, const slack_key_t *key, void *value);

/** Read the value that is attached under a key.
 * @return the value, borrowed until the delivery has ended; NULL if there is none, or on a worker
 *         when the app stops. */
SLACK_API void *slack_ctx_get(slack_ctx_t *ctx, const slack_key_t *key);

#ifdef __cplusplus
}
#endif
#endif
