/* SPDX-License-Identifier: MIT */
#include "oauth/entries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/kv.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/random.h"

/* ---- work ---- */

void *slack__entries_work_new(slack_installations_t *in, size_t size)
{
    slack_entries_work_t *work = slack__calloc(1, size);
    if (work == NULL) return NULL;
    work->in = in;
    work->arena = slack__arena_new(4096, 0);
    if (work->arena) return work;
    slack__free(work);
    return NULL;
}

void slack__entries_work_free(slack_entries_work_t *work)
{
    slack__arena_free(work->arena);
    slack__free(work);
}

static void work_went(slack_entries_work_t *work, int status)
{
    if (work->status == 0) work->status = status;
    if (--work->busy == 0) work->next(work);
}

/* The beginning counts as an operation, so that work goes on after its last one at the earliest. */
void slack__entries_begin(slack_entries_work_t *work, void (*next)(slack_entries_work_t *work))
{
    work->busy = 1;
    work->status = 0;
    work->next = next;
}

void slack__entries_wait(slack_entries_work_t *work)
{
    work_went(work, 0);
}

/* ---- reading ---- */

static void found_none(slack_install_found_t *found, const char *key)
{
    *found = (slack_install_found_t){
        .key = key, .version = "", .why = "", .record = slack__install_record()};
}

/* Opens the value of an entry and reads its record. 0; SLACK_ENOMEM. */
static int found_read(slack_entries_work_t *work, slack_install_found_t *found,
                      const slack_row_t *row)
{
    char why[SLACK_ERROR_TEXT_MAX] = "is damaged: let a person install the app again";
    const slack_kv_entry_t entry = slack__kv_from_row(row);
    slack_slice_t text = entry.value;
    found_none(found, slack__arena_strndup(work->arena, entry.key.ptr, entry.key.len));
    found->version = slack__arena_strndup(work->arena, entry.version.ptr, entry.version.len);
    if (found->key == NULL || found->version == NULL) return SLACK_ENOMEM;
    const bool unknown = *found->version == '\0' || strlen(found->version) != entry.version.len;
    if (unknown) found->version = SLACK_ENTRIES_ANY_VERSION;
    int rc = entry.damaged || unknown ? SLACK_EDAMAGED : 0;
    if (rc == 0 && (work->in->keys || slack__is_sealed(text)))
        rc = slack__unseal(work->in->keys, entry.key, text, work->arena, &text, why);
    if (rc == 0) rc = slack__install_read(work->arena, text, &found->record);
    if (rc == 0) { /* a record lies in its own place: a value in clear is not bound to the key */
        const slack_install_place_t place =
            slack__install_place(&found->record, work->in->client_id);
        const char *key = slack__install_key(work->arena, &place);
        if (key == NULL || strcmp(key, found->key) != 0) rc = SLACK_EDAMAGED;
    }
    if (rc == SLACK_EJSON) rc = SLACK_EDAMAGED;
    if (rc == 0 || rc == SLACK_ENOMEM) return rc;
    const char *sentence =
        slack__arena_printf(work->arena, "the installation %s %s", found->key, why);
    found->fault = rc;
    found->why = sentence ? sentence : "out of memory";
    found->record = slack__install_record();
    return 0;
}

/* ---- operations ---- */

static int list_read(slack_entries_op_t *op)
{
    slack_entries_work_t *work = op->work;
    const size_t count = op->batch.count;
    int rc = 0;
    op->found = slack__arena_alloc(work->arena, (count ? count : 1) * sizeof *op->found);
    if (op->found == NULL) return SLACK_ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = found_read(work, &op->found[i], &op->batch.rows[i]);
    return rc;
}

static void op_done(slack_store_op_t *store_op)
{
    slack_entries_op_t *op = SLACK_CONTAINER(store_op, slack_entries_op_t, op);
    int rc = store_op->status;
    if (rc == 0 && store_op->kind == SLACK_STORE_KV_GET && op->batch.count > 0)
        rc = found_read(op->work, &op->one, op->batch.rows);
    if (rc == 0 && store_op->kind == SLACK_STORE_KV_LIST) rc = list_read(op);
    slack__arena_free(op->batch.arena);
    op->batch.arena = NULL;
    work_went(op->work, rc);
}

static void op_init(slack_entries_work_t *work, slack_entries_op_t *op,
                    enum slack_store_op_kind kind, unsigned limit)
{
    *op = (slack_entries_op_t){
        .work = work, .op = {.kind = kind, .done = op_done}, .batch.limit = limit};
    if (limit > 0) op->op.batch = &op->batch;
    slack__link_init(&op->op.link);
    found_none(&op->one, "");
    work->busy++;
}

static void op_submit(slack_entries_op_t *op, int rc)
{
    const slack_installations_t *in = op->work->in;
    op->op.status = rc;
    if (rc == 0)
        in->submit(in->place, &op->op);
    else
        work_went(op->work, rc);
}

/* The key of a place. 0; SLACK_EINVAL; SLACK_ENOMEM. */
static int key_of(slack_entries_work_t *work, const slack_install_place_t *place, const char **ret)
{
    *ret = slack__install_key(work->arena, place);
    if (*ret) return 0;
    return slack__install_is_place(place) ? SLACK_ENOMEM : SLACK_EINVAL;
}

void slack__entries_get_key(slack_entries_work_t *work, slack_entries_op_t *op, const char *key)
{
    op_init(work, op, SLACK_STORE_KV_GET, 1);
    op->one.key = key;
    op->op.row.key = slack__slice(key);
    op_submit(op, 0);
}

void slack__entries_get(slack_entries_work_t *work, slack_entries_op_t *op,
                        const slack_install_place_t *place)
{
    const char *key;
    int rc = key_of(work, place, &key);
    op_init(work, op, SLACK_STORE_KV_GET, 1);
    op->one.key = key ? key : "";
    op->op.row.key = slack__slice(key);
    op_submit(op, rc);
}

void slack__entries_list(slack_entries_work_t *work, slack_entries_op_t *op, const char *prefix,
                         const char *after, unsigned limit)
{
    op_init(work, op, SLACK_STORE_KV_LIST, limit);
    op->batch.bytes = SLACK_INSTALL_PAGE_BYTES;
    op->op.row = slack__kv_page(slack__slice(prefix), slack__slice(after));
    op_submit(op, prefix ? 0 : SLACK_ENOMEM);
}

static bool is_any(const char *expected)
{
    return strcmp(expected, SLACK_ENTRIES_ANY_VERSION) == 0;
}

static void clear_done(slack_store_op_t *clear)
{
    const slack_entries_op_t *op = SLACK_CONTAINER(clear, slack_entries_op_t, clear);
    work_went(op->work, clear->status);
}

/* Deletes the entry, in the same transaction before the operation itself. */
static void clear_submit(slack_entries_op_t *op)
{
    const slack_installations_t *in = op->work->in;
    op->clear =
        (slack_store_op_t){.kind = SLACK_STORE_KV_DELETE,
                           .row = slack__kv_to_row(&(slack_kv_entry_t){
                               .key = slack__slice(op->one.key), .until_ms = SLACK_KV_FOREVER}),
                           .done = clear_done};
    slack__link_init(&op->clear.link);
    op->work->busy++;
    in->submit(in->place, &op->clear);
}

/* The value and the version of the entry for a record. */
static int seal_record(slack_entries_op_t *op, const slack_install_record_t *record,
                       slack_slice_t *ret)
{
    slack_entries_work_t *work = op->work;
    const slack_install_place_t place = slack__install_place(record, work->in->client_id);
    int rc = key_of(work, &place, &op->one.key);
    if (rc != 0) return rc;
    op->one.record = *record;
    op->one.version = slack__arena_printf(work->arena, "%016" PRIx64 "%016" PRIx64,
                                          slack__random_u64(), slack__random_u64());
    const char *text = slack__install_write(work->arena, record);
    if (op->one.version == NULL || text == NULL) return SLACK_ENOMEM;
    *ret = slack__slice(text);
    if (work->in->keys == NULL) return 0;
    return slack__seal(work->in->keys, slack__slice(op->one.key), *ret, work->arena, ret);
}

void slack__entries_swap(slack_entries_work_t *work, slack_entries_op_t *op,
                         const slack_install_record_t *record, const char *expected)
{
    slack_slice_t value = {NULL, 0};
    op_init(work, op, SLACK_STORE_KV_SWAP, 0);
    int rc = seal_record(op, record, &value);
    const bool any = is_any(expected);
    if (rc == 0 && any) clear_submit(op);
    op->op.row =
        slack__kv_to_row(&(slack_kv_entry_t){.key = slack__slice(op->one.key),
                                             .version = slack__slice(op->one.version),
                                             .value = value,
                                             .until_ms = SLACK_KV_FOREVER,
                                             .expected = slack__slice(any ? "" : expected)});
    op_submit(op, rc);
}

void slack__entries_delete(slack_entries_work_t *work, slack_entries_op_t *op, const char *key,
                           const char *expected)
{
    op_init(work, op, SLACK_STORE_KV_DELETE, 0);
    if (is_any(expected)) expected = "";
    op->op.row = slack__kv_to_row(&(slack_kv_entry_t){.key = slack__slice(key),
                                                      .until_ms = SLACK_KV_FOREVER,
                                                      .expected = slack__slice(expected)});
    op_submit(op, 0);
}

/* ---- places ---- */

size_t slack__install_places(const slack_install_place_t *wanted, bool org,
                             slack_install_place_t ret[SLACK_INSTALL_PLACES])
{
    const char *const enterprise = wanted->enterprise_id, *const team = wanted->team_id;
    const slack_install_place_t places[SLACK_INSTALL_PLACES] = {
        {wanted->client_id, enterprise, "", wanted->user_id},
        {wanted->client_id, enterprise, team, wanted->user_id},
        {wanted->client_id, "", team, wanted->user_id}};
    size_t count = 0;
    if (*enterprise) ret[count++] = places[0];
    if (*enterprise && *team && !org) ret[count++] = places[1];
    if (*team && !org) ret[count++] = places[2];
    return count;
}
