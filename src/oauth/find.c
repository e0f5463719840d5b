/* SPDX-License-Identifier: MIT */
#include "oauth/entries.h"

/* The records for a tenant. The entries of all places are read together. */

enum { BOT, USER, KINDS }; /* of records */

typedef struct find {
    slack_entries_work_t work;
    slack_install_place_t place; /* of the tenant */
    bool org;                    /* a whole organization has installed the app */
    size_t count;                /* of places where the records may lie */
    slack_entries_op_t gets[KINDS][SLACK_INSTALL_PLACES];
    size_t chosen[KINDS];
    slack_entries_op_t moves[KINDS], deletes[KINDS];
    slack_install_found_t found[KINDS];
    slack_install_found_fn fn;
    void *user_data;
} find_t;

static size_t kinds_of(const find_t *f)
{
    return *f->place.user_id ? KINDS : 1;
}

static void find_end(find_t *f, int status)
{
    f->fn(status, f->found, status == 0 ? kinds_of(f) : 0, f->user_data);
    slack__entries_work_free(&f->work);
}

static void find_read(find_t *f);

static void find_over(slack_entries_work_t *work)
{
    find_t *f = SLACK_CONTAINER(work, find_t, work);
    bool again = false; /* another process has moved a record at the same time */
    for (size_t kind = 0; kind < KINDS; kind++)
        again = again || f->moves[kind].op.duplicate;
    if (again && ++work->tries < SLACK_ENTRIES_TRIES)
        find_read(f);
    else
        find_end(f, 0);
}

/* A record that could not be moved serves from its old place. */
static void find_moved(slack_entries_work_t *work)
{
    find_t *f = SLACK_CONTAINER(work, find_t, work);
    slack__entries_begin(work, find_over);
    for (size_t kind = 0; kind < kinds_of(f); kind++) {
        const slack_entries_op_t *move = &f->moves[kind];
        const slack_install_found_t *old = &f->gets[kind][f->chosen[kind]].one;
        if (!*move->one.version || move->op.status != 0 || move->op.duplicate) continue;
        slack__entries_delete(work, &f->deletes[kind], old->key, old->version);
        f->found[kind] = move->one;
    }
    slack__entries_wait(work);
}

static void find_choose(slack_entries_work_t *work)
{
    find_t *f = SLACK_CONTAINER(work, find_t, work);
    const int status = work->status;
    if (status != 0) {
        find_end(f, status);
        return;
    }
    slack__entries_begin(work, find_moved);
    for (size_t kind = 0; kind < kinds_of(f); kind++) {
        size_t chosen = 0; /* with a token that Slack has not refused, else the first that exists */
        for (size_t i = f->count; i-- > 0;)
            if (*f->gets[kind][i].one.version) chosen = i;
        for (size_t i = f->count; i-- > 0;)
            if (slack__entries_usable(&f->gets[kind][i].one)) chosen = i;
        f->chosen[kind] = chosen;
        f->found[kind] = f->gets[kind][chosen].one;
        /* A record moves from the place that its workspace had outside of the organization. */
        if (f->count != SLACK_INSTALL_PLACES || chosen != SLACK_INSTALL_PLACES - 1 ||
            !slack__entries_usable(&f->found[kind]))
            continue;
        slack_install_record_t record = f->found[kind].record;
        record.about.enterprise_id = f->place.enterprise_id;
        slack__entries_swap(work, &f->moves[kind], &record, f->gets[kind][chosen - 1].one.version);
    }
    slack__entries_wait(work);
}

static void find_read(find_t *f)
{
    slack_entries_work_t *work = &f->work;
    slack__entries_begin(work, find_choose);
    for (size_t kind = 0; kind < KINDS; kind++)
        f->moves[kind] = (slack_entries_op_t){.one.version = ""};
    for (size_t kind = 0; kind < kinds_of(f); kind++) {
        slack_install_place_t wanted = f->place, places[SLACK_INSTALL_PLACES];
        if (kind == BOT) wanted.user_id = "";
        f->count = slack__install_places(&wanted, f->org, places);
        for (size_t i = 0; i < f->count; i++)
            slack__entries_get(work, &f->gets[kind][i], &places[i]);
    }
    slack__entries_wait(work);
}

void slack__installations_find(slack_installations_t *in, const slack_tenant_t *tenant,
                               slack_install_found_fn fn, void *user_data)
{
    find_t *f = slack__entries_work_new(in, sizeof *f);
    if (f == NULL) {
        fn(SLACK_ENOMEM, NULL, 0, user_data);
        return;
    }
    f->fn = fn;
    f->user_data = user_data;
    f->org = tenant->is_enterprise_install;
    f->place = (slack_install_place_t){in->client_id,
                                       slack__arena_strdup(f->work.arena, tenant->enterprise_id),
                                       slack__arena_strdup(f->work.arena, tenant->team_id),
                                       slack__arena_strdup(f->work.arena, tenant->user_id)};
    if (!f->place.enterprise_id || !f->place.team_id || !f->place.user_id)
        find_end(f, SLACK_ENOMEM);
    else if (!slack__install_is_place(&f->place))
        find_end(f, SLACK_EINVAL);
    else
        find_read(f);
}
