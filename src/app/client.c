/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/app.h"
#include "util/alloc.h"

/* The clients that belong to no delivery. */

slack_client_t *slack_app_client(slack_app_t *app)
{
    return app ? &app->identity.client : NULL;
}

slack_client_t *slack_client_new(slack_app_t *app, const char *token)
{
    if (app == NULL) return NULL;
    slack_client_t *client = slack__calloc(1, sizeof *client);
    char *copy = slack__strdup(token);
    if (client == NULL || (token && copy == NULL)) {
        slack__free(client);
        slack__free(copy);
        return NULL;
    }
    client->home = &app->services.webapi;
    client->streams = &app->services.streams;
    client->log = &app->log;
    client->token = copy;
    return client;
}

void slack_client_free(slack_client_t *client)
{
    if (client == NULL) return;
    slack__client_release(client);
    char *token = (char *)(uintptr_t)client->token;
    if (token) slack__wipe(token, strlen(token));
    slack__free(token);
    slack__free(client);
}
