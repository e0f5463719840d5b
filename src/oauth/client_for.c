/* SPDX-License-Identifier: MIT */
#include "oauth/client_for.h"

#include <string.h>

#include "util/alloc.h"

/* A client for a workspace outside of a delivery, with the grant that a delivery would get. */

typedef struct wanted {
    slack_link_t link; /* oauth->wanted */
    slack_oauth_t *oauth;
    slack_arena_t *arena; /* it lies in it */
    slack_tenant_t tenant;
    slack_waiter_t waiter;
    slack_task_t task;
    int status;
    slack_grant_t *grant;
    slack_client_for_fn fn;
    void *user_data;
} wanted_t;

/* Copies the strings of a tenant, none of which stays NULL. False: memory is out. */
static bool copy_tenant(slack_arena_t *arena, slack_tenant_t *ret, const slack_tenant_t *from)
{
    const char *const given[] = {from->app_id,       from->enterprise_id,       from->team_id,
                                 from->user_id,      from->actor_enterprise_id, from->actor_team_id,
                                 from->actor_user_id};
    const char *copies[sizeof given / sizeof *given];
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        copies[i] = slack__arena_strdup(arena, given[i] ? given[i] : "");
        if (copies[i] == NULL) return false;
    }
    *ret = (slack_tenant_t){copies[0], copies[1], copies[2], from->is_enterprise_install,
                            copies[3], copies[4], copies[5], copies[6]};
    return true;
}

/* A client with the bot's token, or with that of the person whom the tenant names. NULL: memory is
 * out, or there is no such token. */
static slack_client_t *client_make(const wanted_t *w, int *ret_status)
{
    const slack_grant_t *grant = w->grant;
    const slack_token_t *token = *w->tenant.user_id ? &grant->user : &grant->bot;
    *ret_status = SLACK_EAUTH;
    if (token->text == NULL) return NULL;
    *ret_status = SLACK_ENOMEM;
    const size_t team_size = strlen(w->tenant.team_id) + 1;
    slack_client_t *client = slack__calloc(1, sizeof *client + team_size);
    char *text = slack__strdup(token->text);
    if (client == NULL || text == NULL) {
        slack__free(client);
        slack__free_secret(text);
        return NULL;
    }
    memcpy(client + 1, w->tenant.team_id, team_size);
    client->home = &w->oauth->services->webapi;
    client->streams = &w->oauth->services->streams;
    client->log = w->oauth->services->log;
    client->token = text;
    client->team_id = grant->org ? (const char *)(client + 1) : "";
    client->credential = slack__token_credential(token);
    if (client->credential) client->credential = client->credential->ops->hold(client->credential);
    *ret_status = 0;
    return client;
}

/* Tells the program, and frees all. */
static void wanted_end(wanted_t *w)
{
    slack_client_t *client = NULL;
    int status = w->status;
    slack_app_t *app = w->oauth->services->app;
    slack__unlink(&w->link);
    slack__unlink(&w->waiter.link);
    slack__task_cancel(&w->task);
    if (status == 0) client = client_make(w, &status);
    slack__grant_unref(w->grant);
    w->fn(app, client, status, w->user_data);
    slack__arena_free(w->arena);
}

static void wanted_run(slack_task_t *task)
{
    wanted_end(SLACK_CONTAINER(task, wanted_t, task));
}

static void wanted_take(wanted_t *w, const slack_answer_t *answer)
{
    w->status = answer->status;
    w->grant = answer->status == 0 ? answer->grant : NULL;
    slack__task_post(w->oauth->services->net, &w->task);
}

static void wanted_answered(slack_waiter_t *waiter, const slack_answer_t *answer)
{
    wanted_take(SLACK_CONTAINER(waiter, wanted_t, waiter), answer);
}

/* An app with one token has it for its own workspace. */
static bool wanted_ask(wanted_t *w, slack_answer_t *ret)
{
    slack_identity_t *identity = w->oauth->identity;
    slack_tenant_t asked = w->tenant; /* the authorizer drops the ids that it does not need */
    if (identity->authorizer)
        return slack__identity_grant(identity, &asked, w->arena, &w->waiter, ret);
    *ret = (slack_answer_t){.status = SLACK_EAUTH};
    if (slack__identity_owns(identity, &w->tenant))
        *ret = (slack_answer_t){.grant = &identity->own};
    return true;
}

int slack__client_for(slack_oauth_t *oauth, const slack_tenant_t *tenant, slack_client_for_fn fn,
                      void *user_data)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    wanted_t *w = arena ? slack__arena_calloc(arena, sizeof *w) : NULL;
    slack_answer_t answer;
    if (w == NULL || !copy_tenant(arena, &w->tenant, tenant)) {
        slack__arena_free(arena);
        return SLACK_ENOMEM;
    }
    w->oauth = oauth;
    w->arena = arena;
    w->fn = fn;
    w->user_data = user_data;
    w->waiter.answered = wanted_answered;
    w->task.run = wanted_run;
    slack__link_init(&w->waiter.link);
    slack__link_init(&w->task.link);
    slack__link_init(&w->link);
    slack__list_push(&oauth->wanted, &w->link);
    if (wanted_ask(w, &answer)) wanted_take(w, &answer);
    return 0;
}

void slack__client_for_close(slack_oauth_t *oauth)
{
    while (!slack__list_empty(&oauth->wanted)) {
        wanted_t *w = SLACK_CONTAINER(oauth->wanted.next, wanted_t, link);
        w->status = SLACK_ECANCELED;
        wanted_end(w);
    }
}
