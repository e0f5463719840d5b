/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "oauth/entries.h"

/* The records of a new installation. The store takes both in one transaction. */

typedef struct install {
    slack_entries_work_t work;
    slack_install_record_t records[2];
    size_t count; /* of places */
    slack_entries_op_t gets[2][SLACK_INSTALL_PLACES], swaps[2], deletes[2];
    slack_install_stored_fn fn;
    void *user_data;
} install_t;

static void install_end(install_t *i, int status)
{
    i->fn(status, i->user_data);
    slack__entries_work_free(&i->work);
}

static bool is_to_store(const install_t *i, size_t kind)
{
    return *i->records[kind].token.access != '\0';
}

static void install_read(install_t *i);

static void install_over(slack_entries_work_t *work)
{
    install_end(SLACK_CONTAINER(work, install_t, work), 0);
}

/* A record that stays in the old place is behind the new one in every lookup. */
static void install_clear(slack_entries_work_t *work)
{
    install_t *i = SLACK_CONTAINER(work, install_t, work);
    const bool again = i->swaps[0].op.duplicate || i->swaps[1].op.duplicate;
    if (work->status != 0 || (again && ++work->tries >= SLACK_ENTRIES_TRIES)) {
        install_end(i, work->status ? work->status : SLACK_ECONFLICT);
        return;
    }
    if (again) {
        install_read(i);
        return;
    }
    slack__entries_begin(work, install_over);
    for (size_t kind = 0; kind < 2; kind++) {
        const slack_install_found_t *old = &i->gets[kind][SLACK_INSTALL_PLACES - 1].one;
        if (is_to_store(i, kind) && i->count == SLACK_INSTALL_PLACES && *old->version)
            slack__entries_delete(work, &i->deletes[kind], old->key, old->version);
    }
    slack__entries_wait(work);
}

/* Keeps the token that is there, unless it is the new one or Slack has refused it; and the facts of
 * auth.test about the same bot, which the new record gets later. */
static void keep_previous(const install_t *i, size_t kind, size_t home,
                          slack_install_record_t *record)
{
    for (size_t at = home; at < i->count; at++) {
        const slack_install_found_t *old = &i->gets[kind][at].one;
        if (!slack__entries_usable(old)) continue;
        if (strcmp(old->record.about.bot_user_id, record->about.bot_user_id) == 0) {
            if (!*record->about.bot_id) record->about.bot_id = old->record.about.bot_id;
            if (!*record->url) record->url = old->record.url;
        }
        if (strcmp(old->record.token.access, record->token.access) == 0) continue;
        record->previous = old->record.token;
        return;
    }
}

static void install_store(slack_entries_work_t *work)
{
    install_t *i = SLACK_CONTAINER(work, install_t, work);
    if (work->status != 0) {
        install_end(i, work->status);
        return;
    }
    slack__entries_begin(work, install_clear);
    for (size_t kind = 0; kind < 2; kind++) {
        if (!is_to_store(i, kind)) continue;
        slack_install_record_t record = i->records[kind];
        const slack_install_place_t place = slack__install_place(&record, work->in->client_id);
        /* The new record's own place, and behind it the one that the workspace had before it joined
         * its organization. An installation of the organization itself is another installation. */
        const size_t home = *place.enterprise_id && *place.team_id ? 1 : 0;
        keep_previous(i, kind, home, &record);
        slack__entries_swap(work, &i->swaps[kind], &record, i->gets[kind][home].one.version);
    }
    slack__entries_wait(work);
}

static void install_read(install_t *i)
{
    slack_entries_work_t *work = &i->work;
    memset(i->swaps, 0, sizeof i->swaps);
    slack__entries_begin(work, install_store);
    for (size_t kind = 0; kind < 2; kind++) {
        const slack_install_record_t *record = &i->records[kind];
        const slack_install_place_t wanted = slack__install_place(record, work->in->client_id);
        slack_install_place_t places[SLACK_INSTALL_PLACES];
        if (!is_to_store(i, kind)) continue;
        i->count = slack__install_places(&wanted, record->about.is_enterprise_install, places);
        for (size_t at = 0; at < i->count; at++)
            slack__entries_get(work, &i->gets[kind][at], &places[at]);
    }
    slack__entries_wait(work);
}

void slack__installations_install(slack_installations_t *in,
                                  const slack_install_record_t records[2],
                                  slack_install_stored_fn fn, void *user_data)
{
    install_t *i = slack__entries_work_new(in, sizeof *i);
    if (i == NULL) {
        fn(SLACK_ENOMEM, user_data);
        return;
    }
    int rc = 0;
    i->fn = fn;
    i->user_data = user_data;
    for (size_t kind = 0; rc == 0 && kind < 2; kind++) {
        i->records[kind] = slack__install_record();
        if (*records[kind].token.access)
            rc = slack__install_copy(i->work.arena, &records[kind], &i->records[kind]);
    }
    if (rc == 0)
        install_read(i);
    else
        install_end(i, rc);
}
