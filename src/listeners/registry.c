/* SPDX-License-Identifier: MIT */
#include "listeners/registry.h"

#include <stdio.h>

#include <slack/options.h>

#include "util/error.h"

int slack__registry_init(slack_registry_t *registry)
{
    registry->router = slack__router_new();
    return registry->router ? 0 : SLACK_ENOMEM;
}

void slack__registry_done(slack_registry_t *registry)
{
    slack__router_free(registry->router);
    registry->router = NULL;
}

int slack__registry_add(slack_registry_t *registry, const slack_listener_t *listener, char *error)
{
    char why[SLACK_ERROR_TEXT_MAX] = "too many listeners"; /* the router has no sentence for it */
    int rc = slack__router_add(registry->router, listener, why);
    if (rc != 0)
        slack__explain(error, "%s", rc == SLACK_ENOMEM ? slack_strerror(rc) : why);
    else if (listener->ordered)
        registry->ordered = true;
    return rc;
}

int slack__registry_remove(slack_registry_t *registry, const char *name)
{
    return name ? slack__router_remove(registry->router, name) : SLACK_ENOTFOUND;
}

int slack__registry_use(slack_registry_t *registry, slack_handler_fn fn, void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    if (registry->middleware_count == SLACK_MIDDLEWARE_MAX) return SLACK_ETOOBIG;
    registry->middleware[registry->middleware_count++] = (slack_middleware_t){fn, user_data};
    return 0;
}
