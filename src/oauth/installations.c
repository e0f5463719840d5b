/* SPDX-License-Identifier: MIT */
#include "oauth/entries.h"

/* One operation on records: get, list, put, delete. */

typedef struct simple {
    slack_entries_work_t work;
    slack_entries_op_t op;
    slack_install_record_t record; /* put */
    slack_install_found_fn found;
    slack_install_stored_fn stored;
    void *user_data;
} simple_t;

static simple_t *simple_new(slack_installations_t *in, slack_install_found_fn found,
                            slack_install_stored_fn stored, void *user_data)
{
    simple_t *s = slack__entries_work_new(in, sizeof *s);
    if (s) {
        s->found = found;
        s->stored = stored;
        s->user_data = user_data;
    } else if (found) {
        found(SLACK_ENOMEM, NULL, 0, user_data);
    } else {
        stored(SLACK_ENOMEM, user_data);
    }
    return s;
}

static void simple_end(simple_t *s, const slack_install_found_t *found, size_t count)
{
    int status = s->work.status;
    if (status == 0 && s->op.op.duplicate) status = SLACK_ECONFLICT;
    if (s->found)
        s->found(status, found, status == 0 ? count : 0, s->user_data);
    else
        s->stored(status, s->user_data);
    slack__entries_work_free(&s->work);
}

static void simple_over(slack_entries_work_t *work)
{
    simple_t *s = SLACK_CONTAINER(work, simple_t, work);
    const bool list = s->op.op.kind == SLACK_STORE_KV_LIST;
    simple_end(s, list ? s->op.found : &s->op.one, list ? s->op.batch.count : 1);
}

void slack__installations_get(slack_installations_t *in, const slack_install_place_t *place,
                              slack_install_found_fn fn, void *user_data)
{
    simple_t *s = simple_new(in, fn, NULL, user_data);
    if (s == NULL) return;
    slack__entries_begin(&s->work, simple_over);
    slack__entries_get(&s->work, &s->op, place);
    slack__entries_wait(&s->work);
}

void slack__installations_list(slack_installations_t *in, const char *after, unsigned limit,
                               slack_install_found_fn fn, void *user_data)
{
    simple_t *s = simple_new(in, fn, NULL, user_data);
    if (s == NULL) return;
    slack__entries_begin(&s->work, simple_over);
    slack__entries_list(&s->work, &s->op, slack__install_prefix(s->work.arena, in->client_id),
                        slack__arena_strdup(s->work.arena, after), limit);
    slack__entries_wait(&s->work);
}

void slack__installations_delete(slack_installations_t *in, const slack_install_place_t *place,
                                 const char *expected, slack_install_stored_fn fn, void *user_data)
{
    simple_t *s = simple_new(in, NULL, fn, user_data);
    if (s == NULL) return;
    const char *key = slack__install_key(s->work.arena, place);
    const char *version = slack__arena_strdup(s->work.arena, expected ? expected : "");
    slack__entries_begin(&s->work, simple_over);
    if (key && version)
        slack__entries_delete(&s->work, &s->op, key, version);
    else
        s->work.status = slack__install_is_place(place) ? SLACK_ENOMEM : SLACK_EINVAL;
    slack__entries_wait(&s->work);
}

/* ---- put ---- */

static void put_read(slack_entries_work_t *work);

static void put_over(slack_entries_work_t *work)
{
    simple_t *s = SLACK_CONTAINER(work, simple_t, work);
    if (work->status == 0 && s->op.op.duplicate && ++work->tries < SLACK_ENTRIES_TRIES)
        put_read(work);
    else
        simple_end(s, NULL, 0);
}

static void put_swap(slack_entries_work_t *work)
{
    simple_t *s = SLACK_CONTAINER(work, simple_t, work);
    const int status = work->status;
    const char *version = s->op.one.version;
    slack__entries_begin(work, put_over);
    work->status = status;
    if (status == 0) slack__entries_swap(work, &s->op, &s->record, version);
    slack__entries_wait(work);
}

/* Whatever the version of the entry is: it is read first. */
static void put_read(slack_entries_work_t *work)
{
    simple_t *s = SLACK_CONTAINER(work, simple_t, work);
    const slack_install_place_t place = slack__install_place(&s->record, work->in->client_id);
    slack__entries_begin(work, put_swap);
    slack__entries_get(work, &s->op, &place);
    slack__entries_wait(work);
}

void slack__installations_put(slack_installations_t *in, const slack_install_record_t *record,
                              const char *expected, slack_install_stored_fn fn, void *user_data)
{
    simple_t *s = simple_new(in, NULL, fn, user_data);
    if (s == NULL) return;
    slack_entries_work_t *work = &s->work;
    const char *version = slack__arena_strdup(work->arena, expected);
    int rc = slack__install_copy(work->arena, record, &s->record);
    if (rc == 0 && expected && version == NULL) rc = SLACK_ENOMEM;
    if (rc == 0 && expected == NULL) {
        put_read(work);
        return;
    }
    slack__entries_begin(work, simple_over);
    work->status = rc;
    if (rc == 0) slack__entries_swap(work, &s->op, &s->record, version);
    slack__entries_wait(work);
}
