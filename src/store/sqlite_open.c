/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <slack/options.h>

#include "store/sqlite_schema.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"

/* Files up to this size are checked whole when they are opened. */
#define CHECK_BYTES    ((int64_t)16 << 20)
#define APPLICATION_ID SLACK_SQLITE_APPLICATION
#define SCHEMA         SLACK_SQLITE_SCHEMA
#define INDEX_ORDERED                                                                              \
    "CREATE INDEX inbox_ordered ON inbox(app, ordering, state, due_ms, id)"                        \
    " WHERE ordering IS NOT NULL;"
#define INDEX_OWNED "CREATE INDEX kv_owned ON kv(owner) WHERE owner IS NOT NULL;"
/* Schema 3 had no ordering keys, schema 4 no owners of entries. */
#define FROM_4 "ALTER TABLE kv ADD COLUMN owner INTEGER;" INDEX_OWNED
#define FROM_3 "ALTER TABLE inbox ADD COLUMN ordering BLOB;" INDEX_ORDERED FROM_4
static const char schema[] =
    "CREATE TABLE inbox("
    " id INTEGER PRIMARY KEY,"
    " key BLOB UNIQUE," /* NULL: no key */
    " state INTEGER NOT NULL,"
    " owner INTEGER,"
    " due_ms INTEGER NOT NULL,"
    " planned_ms INTEGER NOT NULL,"
    " app INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " kind TEXT, name TEXT, transport TEXT, retry_num INTEGER, retry_reason TEXT, tenant TEXT,"
    " received_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL,"
    " done TEXT, error TEXT, payload BLOB, sum INTEGER,"
    " ordering BLOB);" /* NULL: no key, or the row is done */
    "CREATE INDEX inbox_queued ON inbox(app, due_ms, id) WHERE state = 0;"
    "CREATE INDEX inbox_running ON inbox(owner, id) WHERE state = 1;"
    "CREATE INDEX inbox_over ON inbox(state, changed_ms) WHERE state >= 2;" INDEX_ORDERED
    "CREATE TABLE apps(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT, lease_ms INTEGER NOT NULL);"
    "CREATE TABLE kv("
    " id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE,"
    " version BLOB,"
    " until_ms INTEGER NOT NULL,"
    " value BLOB, sum INTEGER NOT NULL,"
    " owner INTEGER);" /* NULL: none */
    "CREATE INDEX kv_over ON kv(until_ms);" INDEX_OWNED;

static int exec(slack_sqlite_t *s, const char *text)
{
    return slack__sqlite_status(sqlite3_exec(s->sqlite, text, NULL, NULL, NULL));
}

static int query_int(slack_sqlite_t *s, const char *text, int64_t *ret)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(s->sqlite, text, -1, &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return slack__sqlite_status(code);
}

/* A directory keeps a new file over a power cut only when it is synced itself. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slack__strndup(slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    slack__free(folder);
}

/* Make the file with permissions for its owner alone, since it holds what people said; SQLite gives
 * its log the same ones. An existing file has to have them, and is not opened here for more than a
 * look: closing it would release the locks that another store of this process has on it. SQLite
 * cannot say why a file cannot be made: it opens it for reading then, and reports that there is
 * none. */
static int make_private(slack_sqlite_t *s, char *error)
{
    slack_file_fault_t fault;
    if (slack__file_check_folder(s->path, &fault) != 0)
        return slack__sqlite_refuse(s, "", &fault, error);
    if (slack__file_check_private(s->path, 0, &fault) == 0) return 0;
    if (fault.error != ENOENT) return slack__sqlite_refuse(s, "", &fault, error);
    int fd = slack__file_open_private(s->path, 0, &fault); /* also where a link leads to */
    if (fd < 0) return slack__sqlite_refuse(s, ": it cannot be made", &fault, error);
    close(fd);
    sync_folder(s->path);
    s->fresh = true;
    return 0;
}

/* Check what SQLite opens beside the database itself, where a link may have led. */
static int check_beside(const slack_sqlite_t *s, char *error)
{
    slack_file_fault_t fault;
    if (slack__file_check_folder(s->files.name, &fault) != 0)
        return slack__sqlite_refuse(s, "", &fault, error);
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s%s", s->files.name, suffixes[i]);
        if (slack__file_check_private(name, O_NOFOLLOW, &fault) != 0 && fault.error != ENOENT)
            return slack__sqlite_refuse(s, suffixes[i], &fault, error);
    }
    return 0;
}

static int run_schema(slack_sqlite_t *s, const char *text, char *error)
{
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas, "PRAGMA user_version = %d; PRAGMA application_id = %d",
             SCHEMA, APPLICATION_ID);
    int rc = exec(s, text);
    if (rc == 0) rc = exec(s, pragmas);
    return slack__sqlite_explain(s, rc, error);
}

/* Change a file of schema 3. A process that runs with that schema does not know of ordering keys,
 * and would claim rows that have to wait. From now on such a process cannot open the file. */
static int migrate_3(slack_sqlite_t *s, char *error)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(s->sqlite, "SELECT id FROM owners", -1, &stmt, NULL);
    bool used = false;
    while (code == SQLITE_OK && !used && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        used = slack__owner_alive(&s->owner, sqlite3_column_int64(stmt, 0));
        code = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    int rc = slack__sqlite_status(code);
    if (rc != 0) return slack__sqlite_explain(s, rc, error);
    if (!used) return run_schema(s, FROM_3, error);
    slack__explain(
        error,
        "an older slackapp (schema 3, this one knows %d) uses %.150s: stop its processes, "
        "then start this one again",
        SCHEMA, s->path);
    return SLACK_ESTORE;
}

/* Make the tables in a new file; refuse one that holds something else. */
static int prepare_schema(slack_sqlite_t *s, char *error)
{
    int64_t version = 0, application = 0, tables = 0;
    int rc = query_int(s, "PRAGMA user_version", &version);
    if (rc == 0) rc = query_int(s, "PRAGMA application_id", &application);
    if (rc == 0) rc = query_int(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != 0) return slack__sqlite_explain(s, rc, error);
    if (tables > 0 && application != APPLICATION_ID) {
        slack__explain(error, "%.150s holds another program's data", s->path);
        return SLACK_ESTORE;
    }
    if (tables > 0 && version == 3) return migrate_3(s, error);
    if (tables > 0 && version == 4) return run_schema(s, FROM_4, error); /* others may go on */
    if (tables > 0 && version != SCHEMA) {
        slack__explain(error, "%.150s was written by %s slackapp (schema %lld, this one knows %d)",
                       s->path, version > SCHEMA ? "a newer" : "an older", (long long)version,
                       SCHEMA);
        return SLACK_ESTORE;
    }
    if (tables > 0) return 0;
    if (!s->fresh && slack__owner_knows_store(&s->owner)) {
        slack__sqlite_say(s, "it is empty, and was a store before",
                          "; remove FILE-owners to begin anew", error);
        return SLACK_ESTORE;
    }
    return run_schema(s, schema, error);
}

static int check_content(slack_sqlite_t *s, char *error)
{
    int64_t pages = 0;
    int rc = query_int(s, "PRAGMA page_size", &s->page_bytes);
    if (rc == 0) rc = query_int(s, "PRAGMA page_count", &pages);
    if (rc != 0) return slack__sqlite_explain(s, rc, error);
    if (pages > CHECK_BYTES / s->page_bytes) return 0;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(s->sqlite, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    rc = slack__sqlite_explain(s, slack__sqlite_status(code), error);
    const char *found = rc == 0 ? (const char *)sqlite3_column_text(stmt, 0) : "ok";
    if (!found || strcmp(found, "ok") != 0) {
        char what[80];
        snprintf(what, sizeof what, "it is damaged: %s", found ? found : "");
        slack__sqlite_say(s, what, "; " SLACK_SQLITE_REPAIR, error);
        rc = SLACK_ESTORE;
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int become_owner(slack_sqlite_t *s, char *error)
{
    char text[80];
    snprintf(text, sizeof text, "INSERT INTO owners(lease_ms) VALUES(%lld)",
             (long long)(s->now_ms + SLACK_STORE_LEASE_MS));
    int rc = slack__sqlite_explain(s, exec(s, text), error);
    if (rc != 0) return rc;
    const int64_t id = sqlite3_last_insert_rowid(s->sqlite);
    const int os = -slack__owner_take(&s->owner, id);
    const slack_file_fault_t fault = {.error = os, .why = strerror(os)};
    return os == 0 ? 0 : slack__sqlite_refuse(s, "-owners", &fault, error);
}

/* Another program may have changed the ordering key of a row, so that no end makes the rows behind
 * it due. At the start they all become due; claims keep their order. */
static const char due_again[] = "UPDATE inbox INDEXED BY inbox_queued SET due_ms = planned_ms"
                                " WHERE state = 0 AND due_ms = 253402300799999"
                                " AND app IN (SELECT id FROM apps)";

/* An older process may use the file with this index, so it makes no other schema. */
static const char index_tenant[] = "CREATE INDEX IF NOT EXISTS inbox_tenant ON inbox(app, tenant)"
                                   " WHERE state = 0 AND tenant IS NOT NULL";

/* Begin the transaction that sets the database up. */
static int begin(slack_sqlite_t *s, char *error)
{
    static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                  "PRAGMA journal_size_limit = 16777216;"
                                  "PRAGMA secure_delete = ON;"
                                  "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";
    int code, tries = 0;
    sqlite3_busy_handler(s->sqlite, slack__sqlite_on_busy, s);
    sqlite3_wal_hook(s->sqlite, slack__sqlite_on_commit, s);
    slack__sqlite_be_patient(s, uv_hrtime());
    do /* SQLite does not wait by itself when another process begins the log at this moment */
        code = sqlite3_exec(s->sqlite, pragmas, NULL, NULL, NULL);
    while ((code & 0xff) == SQLITE_BUSY && slack__sqlite_on_busy(s, tries++));
    int rc = slack__sqlite_status(code);
    s->syncs = true;
    if (rc == 0) rc = exec(s, "BEGIN IMMEDIATE");
    slack__sqlite_wait_no_more(s);
    return slack__sqlite_explain(s, rc, error);
}

/* One transaction makes the tables and the owner: so two processes that start together do not both
 * make tables, and neither takes the other for dead before it has locked its byte. */
static int set_up(slack_sqlite_t *s, char *error)
{
    /* The file of owners lies beside the database itself, not beside a link to it: processes that
     * share the one have to share the other. */
    s->files.name = sqlite3_db_filename(s->sqlite, "main");
    s->files.log_name = sqlite3_filename_wal(s->files.name);
    slack_file_fault_t fault;
    int rc = check_beside(s, error);
    if (rc == 0 && slack__owner_open(&s->owner, s->files.name, &fault) != 0)
        rc = slack__sqlite_refuse(s, "-owners", &fault, error);
    if (rc == 0) rc = begin(s, error);
    if (rc == 0) rc = prepare_schema(s, error);
    if (rc == 0) rc = check_content(s, error);
    if (rc == 0) rc = slack__sqlite_explain(s, exec(s, index_tenant), error);
    if (rc == 0) rc = slack__sqlite_explain(s, exec(s, due_again), error);
    if (rc == 0) rc = become_owner(s, error);
    if (rc == 0) rc = slack__sqlite_explain(s, exec(s, "COMMIT"), error);
    if (rc == 0) rc = slack__sqlite_explain(s, slack__sqlite_scrub(s), error);
    if (rc != 0) return rc;
    slack__owner_note_store(&s->owner);
    return slack__sqlite_explain(s, slack__sqlite_prepare(s), error);
}

static int open_file(slack_sqlite_t *s, char *error)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = slack__sqlite_status(sqlite3_open_v2(s->path, &s->sqlite, flags, NULL));
    if (rc != 0) {
        /* SQLite says "unable to open database file"; the system says why. */
        const int os = sqlite3_system_errno(s->sqlite);
        slack__sqlite_explain(s, rc, error);
        const slack_file_fault_t fault = {.error = os, .why = strerror(os)};
        if (os != 0) slack__sqlite_refuse(s, "", &fault, error);
        return rc;
    }
    if (sqlite3_db_readonly(s->sqlite, "main") != 1) return 0;
    slack__sqlite_say(s, "it cannot be written to", "", error);
    return SLACK_ESTORE;
}

int slack__sqlite_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error)
{
    slack_sqlite_t *s = slack__calloc(1, sizeof *s);
    if (!s) return SLACK_ENOMEM;
    s->owner.fd = -1;
    s->now_ms = now_ms;
    /* SQLite may take a name that begins with "file:" for a URI. */
    const char *folder = strncmp(path, "file:", 5) == 0 ? "./" : "";
    const size_t size = strlen(folder) + strlen(path) + 1;
    s->path = slack__malloc(size);
    if (!s->path) {
        slack__free(s);
        return SLACK_ENOMEM;
    }
    snprintf(s->path, size, "%s%s", folder, path);
    int rc = make_private(s, error);
    if (rc == 0) rc = open_file(s, error);
    if (rc == 0) rc = set_up(s, error);
    if (rc == 0) {
        *ret = &s->db;
        return 0;
    }
    slack__sqlite_close(&s->db);
    return rc;
}

void slack__sqlite_close(slack_db_t *db)
{
    slack_sqlite_t *s = SLACK_CONTAINER(db, slack_sqlite_t, db);
    slack__sqlite_be_patient(s, uv_hrtime());
    if (s->statements[STATEMENTS - 1] && !s->spoilt) {
        slack__sqlite_end_entries_of(s, s->owner.id);
        slack__sqlite_step(slack__sqlite_about(s, OWNER_GONE, s->owner.id));
        slack__sqlite_empty_log(s);
    }
    slack__sqlite_finalize(s);
    sqlite3_close(s->sqlite);
    slack__owner_close(&s->owner);
    slack__free(s->path);
    slack__free(s);
}
