/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The time of a slow server for large texts: 5 MB a second, with pauses of PAUSE_MS. A server that
 * hangs has none of it. */
#define NS_PER_BYTE 200
#define PAUSE_MS    1500

/* --- parameters ---------------------------------------------------------------------------- */

static void add_param(slack_pg_params_t *params, const char *value, size_t len, int format)
{
    params->values[params->count] = value;
    params->lengths[params->count] = (int)len; /* a text has at most SLACK_STORE_BYTES_MAX */
    params->formats[params->count++] = format;
}

void slack__pg_int(slack_pg_params_t *params, int64_t number)
{
    const uint64_t big = htobe64((uint64_t)number);
    char *at = params->numbers[params->count];
    memcpy(at, &big, sizeof big);
    add_param(params, at, sizeof big, 1);
}

void slack__pg_bytes(slack_pg_params_t *params, slack_slice_t bytes)
{
    add_param(params, bytes.len > 0 ? bytes.ptr : NULL, bytes.len, 1);
}

void slack__pg_some(slack_pg_params_t *params, slack_slice_t bytes)
{
    add_param(params, bytes.len > 0 ? bytes.ptr : "", bytes.len, 1);
}

void slack__pg_text(slack_pg_params_t *params, const char *text)
{
    add_param(params, text, strlen(text), 0);
}

/* --- results ------------------------------------------------------------------------------- */

int64_t slack__pg_get_int(const PGresult *result, int row, int column)
{
    uint64_t big;
    if (PQgetisnull(result, row, column) || PQgetlength(result, row, column) != sizeof big)
        return 0;
    memcpy(&big, PQgetvalue(result, row, column), sizeof big);
    return (int64_t)be64toh(big);
}

slack_slice_t slack__pg_get_bytes(const PGresult *result, int row, int column)
{
    return (slack_slice_t){PQgetvalue(result, row, column),
                           (size_t)PQgetlength(result, row, column)};
}

int slack__pg_take_int(slack_pg_t *pg, PGresult *result, void *number)
{
    if (PQntuples(result) > 0) *(int64_t *)number = slack__pg_get_int(result, 0, 0);
    return 0;
}

int slack__pg_take_changed(slack_pg_t *pg, PGresult *result, void *count)
{
    *(size_t *)count = (size_t)strtoul(PQcmdTuples(result), NULL, 10);
    return 0;
}

/* --- the session ---------------------------------------------------------------------------- */

void slack__pg_hang_up(slack_pg_t *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg->sent = pg->received = 0;
}

void slack__pg_limit(slack_pg_t *pg, uint64_t deadline_ns)
{
    pg->deadline_ns = deadline_ns;
    pg->allowed_ns = 0;
}

void slack__pg_allow(slack_pg_t *pg, size_t bytes)
{
    pg->allowed_ns += bytes * NS_PER_BYTE;
}

bool slack__pg_wait(slack_pg_t *pg, bool for_write)
{
    for (;;) {
        const uint64_t now = uv_hrtime(), paused_ns = pg->moved_ns + PAUSE_MS * PG_MS_NS;
        const uint64_t latest = pg->deadline_ns + pg->allowed_ns;
        uint64_t until = latest < paused_ns ? latest : paused_ns;
        if (until < pg->deadline_ns) until = pg->deadline_ns;
        if (now >= until) return false;
        struct pollfd fd = {.fd = PQsocket(pg->conn),
                            .events = (short)(POLLIN | (for_write ? POLLOUT : 0))};
        const int n = poll(&fd, 1, (int)((until - now) / PG_MS_NS) + 1);
        if (n > 0) pg->moved_ns = uv_hrtime();
        if (n > 0) return true;
        if (n < 0 && errno != EINTR) return false;
    }
}

/* Expect the result of a statement, if libpq has taken it. */
static void expect(slack_pg_t *pg, bool sent, slack_pg_take_fn take, void *user_data)
{
    if (sent)
        pg->expected[pg->sent++] = (slack_pg_expected_t){take, user_data};
    else if (pg->status == 0)
        pg->status = slack__pg_explain(pg, NULL);
}

void slack__pg_send(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *params,
                    slack_pg_take_fn take, void *user_data)
{
    static const slack_pg_params_t none;
    char name[8];
    if (pg->sent == PG_EXPECTED_MAX - 1) { /* as much is on its way as may be */
        const int rc = slack__pg_drain(pg);
        pg->status = rc;
    }
    if (pg->status != 0) return;
    if (!params) params = &none;
    snprintf(name, sizeof name, "s%u", (unsigned)which);
    expect(pg,
           PQsendQueryPrepared(pg->conn, name, params->count, params->values, params->lengths,
                               params->formats, 1) == 1,
           take, user_data);
}

void slack__pg_send_text(slack_pg_t *pg, const char *sql, slack_pg_take_fn take, void *user_data)
{
    expect(pg, PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0) == 1, take,
           user_data);
}

/* Wait until libpq has a result. 0 or a status, after which there is no session. */
static int receive(slack_pg_t *pg)
{
    while (PQisBusy(pg->conn)) {
        /* libpq may wait for an answer that it had no memory for. */
        if (strstr(PQerrorMessage(pg->conn), "out of memory")) return slack__pg_explain(pg, NULL);
        const int unsent = PQflush(pg->conn);
        if (unsent < 0) return slack__pg_explain(pg, NULL);
        if (!slack__pg_wait(pg, unsent > 0)) return slack__pg_explain_silence(pg);
        if (PQconsumeInput(pg->conn) != 1) return slack__pg_explain(pg, NULL);
    }
    return 0;
}

/* A statement has one result, and NULL behind it. Without memory for it, the NULL comes alone. */
static void take_result(slack_pg_t *pg, PGresult *result)
{
    const slack_pg_expected_t *expected = &pg->expected[pg->received];
    const ExecStatusType status = PQresultStatus(result);
    if (!result && !pg->has_result && pg->status == 0) pg->status = slack__pg_no_memory(pg);
    pg->has_result = result != NULL;
    if (!result) pg->received++;
    if (!result || pg->status != 0) return;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        pg->status = slack__pg_explain(pg, result);
    else if (expected->take)
        pg->status = expected->take(pg, result, expected->user_data);
}

int slack__pg_drain(slack_pg_t *pg)
{
    int rc = 0;
    bool end = false;
    if (!pg->conn) return pg->status ? pg->status : SLACK_ESTORE;
    pg->has_result = false;
    if (PQpipelineSync(pg->conn) != 1) rc = slack__pg_explain(pg, NULL);
    while (rc == 0 && !end) {
        rc = receive(pg);
        if (rc != 0) break;
        PGresult *result = PQgetResult(pg->conn);
        const ExecStatusType status = PQresultStatus(result);
        end = result && status == PGRES_PIPELINE_SYNC;
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            rc = slack__pg_explain(pg, result);
        else if (!end && pg->received < pg->sent)
            take_result(pg, result);
        PQclear(result);
    }
    if (pg->status == SLACK_ENOMEM) rc = pg->status;
    if (rc != 0 || (pg->status != 0 && pg->remedy == PG_NEW_SESSION)) slack__pg_hang_up(pg);
    if (rc == 0) rc = pg->status;
    pg->sent = pg->received = 0;
    pg->status = 0;
    return rc;
}

int slack__pg_run(slack_pg_t *pg, enum pg_statement which, const slack_pg_params_t *params,
                  slack_pg_take_fn take, void *user_data)
{
    slack__pg_send(pg, which, params, take, user_data);
    return slack__pg_drain(pg);
}

int slack__pg_exec(slack_pg_t *pg, const char *sql, slack_pg_take_fn take, void *user_data)
{
    int rc = PQsendQuery(pg->conn, sql) == 1 ? 0 : slack__pg_explain(pg, NULL);
    PGresult *result = NULL;
    int failure = 0;
    while (rc == 0 && (rc = receive(pg)) == 0 && (result = PQgetResult(pg->conn))) {
        const ExecStatusType status = PQresultStatus(result);
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            rc = slack__pg_explain(pg, result);
        else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && failure == 0)
            failure = slack__pg_explain(pg, result);
        else if (failure == 0 && take)
            failure = take(pg, result, user_data);
        PQclear(result);
    }
    return rc ? rc : failure;
}
