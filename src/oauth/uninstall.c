/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "oauth/entries.h"

/*
 * Deletes the records of an installation page by page: those of a workspace's people may be tens of
 * thousands. The same is done below the place that the workspace had before it joined its
 * organization.
 */

#define PAGE       50
#define KEY_SIZE   300
#define PLACES_MAX 2

typedef struct uninstall {
    slack_entries_work_t work;
    int64_t before_ms;
    char keys[PLACES_MAX][KEY_SIZE]; /* of the workspace's records */
    size_t count, place;
    char after[KEY_SIZE]; /* the last key of the page before */
    slack_entries_op_t bot, page;
    slack_entries_op_t deletes[PAGE + 1];
    size_t deleted;
    slack_install_stored_fn fn;
    void *user_data;
} uninstall_t;

static void uninstall_end(uninstall_t *u, int status)
{
    u->fn(status, u->user_data);
    slack__entries_work_free(&u->work);
}

static void uninstall_read(uninstall_t *u);

/* A record that has changed meanwhile, such as by a refresh, is read and judged again. */
static void uninstall_deleted(slack_entries_work_t *work)
{
    uninstall_t *u = SLACK_CONTAINER(work, uninstall_t, work);
    bool again = false;
    for (size_t i = 0; i < u->deleted; i++)
        again = again || u->deletes[i].op.duplicate;
    if (work->status != 0 || (again && ++work->tries >= SLACK_ENTRIES_TRIES)) {
        uninstall_end(u, work->status ? work->status : SLACK_ECONFLICT);
        return;
    }
    if (!again) {
        const size_t count = u->page.batch.count;
        work->tries = 0;
        u->after[0] = '\0';
        if (count > 0)
            snprintf(u->after, sizeof u->after, "%s", u->page.found[count - 1].key);
        else
            u->place++;
    }
    if (u->place < u->count)
        uninstall_read(u);
    else
        uninstall_end(u, 0);
}

static void delete_old(uninstall_t *u, const slack_install_found_t *found)
{
    if (!*found->version || found->fault || found->record.about.installed_ms >= u->before_ms)
        return;
    slack__entries_delete(&u->work, &u->deletes[u->deleted++], found->key, found->version);
}

static void uninstall_judge(slack_entries_work_t *work)
{
    uninstall_t *u = SLACK_CONTAINER(work, uninstall_t, work);
    const int status = work->status;
    if (status != 0) {
        uninstall_end(u, status);
        return;
    }
    u->deleted = 0;
    slack__entries_begin(work, uninstall_deleted);
    /* The workspace's own record goes last, so that another attempt finds it. */
    if (u->page.batch.count == 0) delete_old(u, &u->bot.one);
    for (size_t i = 0; i < u->page.batch.count; i++)
        delete_old(u, &u->page.found[i]);
    slack__entries_wait(work);
}

/* Reads the workspace's record, and a page of those of its people. */
static void uninstall_read(uninstall_t *u)
{
    slack_entries_work_t *work = &u->work;
    const char *key = u->keys[u->place];
    slack__arena_reset(work->arena);
    slack__entries_begin(work, uninstall_judge);
    slack__entries_get_key(work, &u->bot, key);
    slack__entries_list(work, &u->page, slack__arena_printf(work->arena, "%s/", key), u->after,
                        PAGE);
    slack__entries_wait(work);
}

void slack__installations_uninstall(slack_installations_t *in, const slack_install_place_t *place,
                                    int64_t before_ms, slack_install_stored_fn fn, void *user_data)
{
    const slack_install_place_t places[PLACES_MAX] = {
        {in->client_id, place->enterprise_id, place->team_id, ""},
        {in->client_id, "", place->team_id, ""}};
    uninstall_t *u = slack__entries_work_new(in, sizeof *u);
    if (u == NULL) {
        fn(SLACK_ENOMEM, user_data);
        return;
    }
    u->fn = fn;
    u->user_data = user_data;
    u->before_ms = before_ms;
    int rc = slack__install_is_place(&places[0]) ? 0 : SLACK_EINVAL;
    for (size_t i = 0; rc == 0 && i < PLACES_MAX; i++) {
        if (i > 0 && (!*place->enterprise_id || !*place->team_id)) break;
        const char *key = slack__install_key(u->work.arena, &places[i]);
        if (key == NULL) rc = SLACK_ENOMEM;
        if (key) snprintf(u->keys[u->count++], KEY_SIZE, "%s", key);
    }
    if (rc == 0)
        uninstall_read(u);
    else
        uninstall_end(u, rc);
}
