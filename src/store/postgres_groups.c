/* SPDX-License-Identifier: MIT */
#include <endian.h>
#include <string.h>

#include <slack/error.h>

#include "store/postgres_internal.h"

/*
 * Operations on single rows go to the server in groups: one statement for all that do the same. Its
 * parameters are the present time, the owner and the transaction's number, and then arrays with an
 * element of each operation. A statement costs the server several times as much as a row does.
 *
 * All rows of a statement see the table as it was before. So an operation that touches what an
 * earlier one in the groups touches, its key, its ordering key or its row, comes after these
 * groups.
 */

/* Texts of the groups; more of them are sent at once. */
#define BYTES_MAX ((size_t)4 << 20)
/* Memory that a column keeps for the next transaction. */
#define BYTES_KEPT ((size_t)1 << 20)

/* In front of the elements of an array, each a number of 4 bytes: the dimensions, whether elements
 * may be NULL, their type, their number, the first index. */
#define ARRAY_HEADER 20
#define OID_BYTEA    17
#define OID_INT8     20

/* --- arrays --------------------------------------------------------------------------------- */

/* Returns 0 or SLACK_ENOMEM. */
static int append_number(slack_buf_t *column, uint32_t number)
{
    const uint32_t big = htobe32(number);
    return slack__buf_append(column, &big, sizeof big);
}

/* Begin an array, whose length is not known yet. */
static int begin_column(slack_buf_t *column, bool of_numbers)
{
    slack__buf_clear(column);
    column->max = SIZE_MAX / 2; /* BYTES_MAX, and one text behind them */
    const uint32_t header[] = {1, 1, of_numbers ? OID_INT8 : OID_BYTEA, 0, 1};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof header / sizeof *header; i++)
        rc = append_number(column, header[i]);
    return rc;
}

static int append_value(slack_buf_t *column, const slack_pg_params_t *row, int i)
{
    const char *value = row->values[i];
    if (!value) return append_number(column, UINT32_MAX);
    int rc = append_number(column, (uint32_t)row->lengths[i]);
    if (rc == 0) rc = slack__buf_append(column, value, (size_t)row->lengths[i]);
    return rc;
}

static slack_slice_t end_column(slack_buf_t *column, unsigned rows)
{
    char *header = slack__buf_ptr(column);
    const uint32_t big = htobe32(rows);
    memcpy(header + 12, &big, sizeof big);
    return (slack_slice_t){header, column->len};
}

/* --- groups --------------------------------------------------------------------------------- */

void slack__pg_add(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *row,
                   slack_pg_take_fn take, void *user_data)
{
    slack_pg_group_t *group = &pg->groups.of[which];
    int rc = 0;
    if (pg->status != 0) return;
    for (int i = 0; rc == 0 && i < row->count; i++) {
        slack_buf_t *column = &group->columns[i];
        const size_t before = group->rows > 0 ? column->len : 0;
        if (group->rows == 0) rc = begin_column(column, row->values[i] == row->numbers[i]);
        if (rc == 0) rc = append_value(column, row, i);
        pg->groups.bytes += column->len - before;
    }
    group->count = row->count;
    group->rows++;
    group->take = take;
    group->user_data = user_data;
    if (rc == 0) return;
    pg->status = slack__pg_no_memory(pg);
}

static void send_group(slack_pg_t *pg, enum pg_statement which)
{
    slack_pg_group_t *group = &pg->groups.of[which];
    slack_pg_params_t params = {0};
    if (group->rows == 0 || pg->status != 0) return;
    slack__pg_int(&params, pg->now_ms);
    slack__pg_int(&params, pg->owner);
    slack__pg_int(&params, pg->batch);
    for (int i = 0; i < group->count; i++)
        slack__pg_some(&params, end_column(&group->columns[i], group->rows));
    slack__pg_send(pg, which, &params, group->take, group->user_data);
}

/* The groups are empty. */
static void clear(slack_pg_groups_t *groups)
{
    for (unsigned which = 0; which < PG_GROUPS; which++) {
        slack_pg_group_t *group = &groups->of[which];
        for (int i = 0; i < group->count; i++)
            if (group->columns[i].cap > BYTES_KEPT) slack__buf_done(&group->columns[i]);
        group->rows = 0;
        group->count = 0;
    }
    groups->bytes = 0;
    memset(groups->touched, 0, sizeof groups->touched);
}

void slack__pg_flush(slack_pg_t *pg)
{
    for (unsigned which = 0; which < PG_GROUPS; which++)
        send_group(pg, which);
    clear(&pg->groups);
}

void slack__pg_groups_begin(slack_pg_t *pg)
{
    clear(&pg->groups);
    pg->groups.put_count = 0;
}

void slack__pg_groups_done(slack_pg_t *pg)
{
    for (unsigned which = 0; which < PG_GROUPS; which++)
        for (unsigned i = 0; i < PG_PARAMS_MAX; i++)
            slack__buf_done(&pg->groups.of[which].columns[i]);
}

/* --- the order of operations ------------------------------------------------------------------ */

/* True if the groups touch this. Two things may share a bit; then a group ends early. */
static bool touched(slack_pg_groups_t *groups, uint64_t hash)
{
    return groups->touched[hash % PG_TOUCHED / 64] >> hash % 64 & 1;
}

void slack__pg_keep_order(slack_pg_t *pg, const slack_store_op_t *op)
{
    slack_pg_groups_t *groups = &pg->groups;
    const slack_row_t *row = &op->row;
    uint64_t hashes[3];
    unsigned count = 0;
    bool again = groups->bytes > BYTES_MAX;
    if (row->id != 0) hashes[count++] = (uint64_t)row->id;
    if (row->key.len > 0) hashes[count++] = slack__pg_hash(row->key, (slack_slice_t){0});
    if (row->order.len > 0) hashes[count++] = slack__pg_hash(row->app, row->order);
    for (unsigned i = 0; i < count; i++)
        if (touched(groups, hashes[i])) again = true;
    if (again) slack__pg_flush(pg);
    for (unsigned i = 0; i < count; i++)
        groups->touched[hashes[i] % PG_TOUCHED / 64] |= UINT64_C(1) << hashes[i] % 64;
}
