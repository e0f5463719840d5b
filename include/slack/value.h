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
 * @file value.h  What a middleware attaches to a delivery, and listeners read.
 */

/**
 * What a value is attached by: a constant of the program's. Its address is what tells it from all
 * others, so that two libraries cannot clash by a name, and a value can only be read as what its
 * key says it is:
 *
 *     static const slack_key_t account_key = {"account", account_free};
 *
 *     int rc = slack_ctx_set(ctx, &account_key, account);       in a middleware
 *     struct account *account = slack_ctx_get(ctx, &account_key);   in a listener
 */
typedef struct slack_key {
    const char *name;          /* for people who debug */
    void (*free)(void *value); /* Optional. Called for the value when the delivery has ended, after
                                * its on_done hooks, on the loop. */
} slack_key_t;

/**
 * Attach a value, owned from now on.
 *
 * @param value not NULL.
 * @return 0; SLACK_EALREADY when the key has a value; SLACK_EINVAL; SLACK_ENOMEM. The value stays
 *         the caller's unless it is 0.
 */
SLACK_API int slack_ctx_set(slack_ctx_t *ctx, const slack_key_t *key, void *value);

/** The value attached by this key; NULL where there is none. Borrowed. */
SLACK_API void *slack_ctx_get(slack_ctx_t *ctx, const slack_key_t *key);

#ifdef __cplusplus
}
#endif
#endif
