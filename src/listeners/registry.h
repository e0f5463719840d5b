/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LISTENERS_REGISTRY_H
#define SLACK_LISTENERS_REGISTRY_H

#include <slack/inbox.h>
#include <slack/middleware.h>

#include "listeners/router.h"

/* The listeners, middleware and hooks that the program has registered. */

#define SLACK_MIDDLEWARE_MAX 64

typedef struct slack_registry {
    slack_router_t *router;
    slack_middleware_t middleware[SLACK_MIDDLEWARE_MAX];
    size_t middleware_count;
    slack_error_fn error_fn;
    void *error_data;
    slack_dead_fn dead_fn;
    void *dead_data;
    slack_middleware_t unmatched;
    bool ordered; /* at least one listener is ordered */
} slack_registry_t;

int slack__registry_init(slack_registry_t *registry); /* 0; SLACK_ENOMEM */
void slack__registry_done(slack_registry_t *registry);

/* Adds a listener. On failure `error` (SLACK_ERROR_TEXT_MAX bytes) has a sentence. 0; SLACK_EINVAL;
 * SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__registry_add(slack_registry_t *registry, const slack_listener_t *listener, char *error);
/* Removes all listeners of this name. 0; SLACK_ENOTFOUND. */
int slack__registry_remove(slack_registry_t *registry, const char *name);
/* Adds a middleware that runs before the listeners of every delivery. 0; SLACK_EINVAL;
 * SLACK_ETOOBIG.
 */
int slack__registry_use(slack_registry_t *registry, slack_handler_fn fn, void *user_data);

#endif
