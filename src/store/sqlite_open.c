/* SPDX-License-Identifier: MIT */
#include "store/sqlite_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/options.h>

#include "util/alloc.h"

/* Files up to this size are checked as a whole when they are opened. */
#define CHECK_BYTES ((int64_t)16 << 20)
/* Kept out of a store that is another program's: "slki". */
#define APPLICATION_ID 0x736c6b69

/* A change makes the next number; a file of another schema is not opened. */
#define SCHEMA 1
static const char schema[] =
    "CREATE TABLE inbox("
    " id INTEGER PRIMARY KEY,"
    " key BLOB UNIQUE," /* NULL: none */
    " state INTEGER NOT NULL,"
    " owner INTEGER,"
    " due_ms INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " kind TEXT, name TEXT, transport TEXT, retry_num INTEGER, retry_reason TEXT, tenant TEXT,"
    " received_ms INTEGER NOT NULL,"
    " changed_ms INTEGER NOT NULL,"
    " done TEXT, error TEXT, payload BLOB, sum INTEGER);"
    "CREATE INDEX inbox_queued ON inbox(due_ms, id) WHERE state = 0;"
    "CREATE INDEX inbox_running ON inbox(owner, id) WHERE state = 1;"
    "CREATE INDEX inbox_over ON inbox(state, changed_ms) WHERE state >= 2;"
    "CREATE TABLE owners(id INTEGER PRIMARY KEY AUTOINCREMENT, lease_ms INTEGER NOT NULL);"
    "CREATE TABLE kv("
    " id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE,"
    " version BLOB,"
    " until_ms INTEGER NOT NULL,"
    " value BLOB, sum INTEGER NOT NULL);"
    "CREATE INDEX kv_over ON kv(until_ms);";

static int query_int(sqlite3 *sqlite, const char *text, int64_t *ret)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(sqlite, text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) *ret = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return slack__db_status(rc);
}

/* The directory remembers a new file only once it is synced itself. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? slack__strndup(path, (size_t)(slash - path) + 1) : slack__strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    slack__free(folder);
}

/* Only the owner may read it: it holds what people said. SQLite gives the log beside it the same
 * permissions. An existing file is not opened here: closing it would let go of the locks that
 * another store of this process has on it. */
static void make_private(slack_db_t *db)
{
    struct stat st;
    if (stat(db->path, &st) == 0) {
        if (S_ISREG(st.st_mode) && (st.st_mode & 077)) chmod(db->path, 0600);
        return;
    }
    int fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* also where a link leads to */
    if (fd < 0) return;
    close(fd);
    sync_folder(db->path);
    db->fresh = true;
}

/* Make the tables in a new file; refuse one that holds something else. */
static int prepare_schema(slack_db_t *db, const char *path, char *error)
{
    int64_t version = 0, application = 0, tables = 0;
    int rc = query_int(db->sqlite, "PRAGMA user_version", &version);
    if (rc == 0) rc = query_int(db->sqlite, "PRAGMA application_id", &application);
    if (rc == 0) rc = query_int(db->sqlite, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != 0) return slack__db_tell(db, rc, error);
    if (tables > 0 && application != APPLICATION_ID) {
        snprintf(error, SLACK_ERROR_TEXT_MAX, "%.150s holds another program's data", path);
        return SLACK_ECONFIG;
    }
    if (tables > 0 && version != SCHEMA) {
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "%.150s was written by a newer slackapp (schema %lld, this one knows %d)", path,
                 (long long)version, SCHEMA);
        return SLACK_ECONFIG;
    }
    if (tables > 0) return 0;
    if (!db->fresh && slack__owner_knows_store(&db->owner)) {
        slack__db_say(db, "it is empty, and was a store before",
                      "; remove FILE-owners to begin anew", error);
        return SLACK_ESTORE;
    }
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas, "PRAGMA user_version = %d; PRAGMA application_id = %d",
             SCHEMA, APPLICATION_ID);
    rc = slack__db_status(sqlite3_exec(db->sqlite, schema, NULL, NULL, NULL));
    if (rc == 0) rc = slack__db_status(sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL));
    return slack__db_tell(db, rc, error);
}

static int check_file(slack_db_t *db, char *error)
{
    int64_t pages = 0;
    int rc = query_int(db->sqlite, "PRAGMA page_size", &db->page_bytes);
    if (rc == 0) rc = query_int(db->sqlite, "PRAGMA page_count", &pages);
    if (rc != 0) return slack__db_tell(db, rc, error);
    if (pages > CHECK_BYTES / db->page_bytes) return 0;
    sqlite3_stmt *s = NULL;
    rc = sqlite3_prepare_v2(db->sqlite, "PRAGMA quick_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    rc = slack__db_status(rc);
    const char *said = rc == 0 ? (const char *)sqlite3_column_text(s, 0) : NULL;
    if (rc == 0 && (!said || strcmp(said, "ok") != 0)) {
        char what[80];
        snprintf(what, sizeof what, "it is damaged: %s", said ? said : "");
        slack__db_say(db, what, "; " SLACK_DB_REPAIR, error);
        rc = SLACK_ESTORE;
    } else if (rc != 0) {
        slack__db_tell(db, rc, error);
    }
    sqlite3_finalize(s);
    return rc;
}

static int tell_owners(const slack_db_t *db, int os, char *error)
{
    snprintf(error, SLACK_ERROR_TEXT_MAX, "%.100s: its file of owners: %.80s", db->path,
             strerror(-os));
    return SLACK_ESTORE;
}

static int become_owner(slack_db_t *db, char *error)
{
    char text[80];
    snprintf(text, sizeof text, "INSERT INTO owners(lease_ms) VALUES(%lld)",
             (long long)(db->now_ms + SLACK_STORE_LEASE_MS));
    int rc = slack__db_status(sqlite3_exec(db->sqlite, text, NULL, NULL, NULL));
    if (rc != 0) return slack__db_tell(db, rc, error);
    int os = slack__owner_take(&db->owner, sqlite3_last_insert_rowid(db->sqlite));
    return os == 0 ? 0 : tell_owners(db, os, error);
}

/* In one transaction, so that two that start together do not both make the tables, and nobody takes
 * an owner for gone that has not locked its byte yet. */
static int set_up(slack_db_t *db, const char *path, char *error)
{
    sqlite3_busy_handler(db->sqlite, slack__db_on_busy, db);
    sqlite3_wal_hook(db->sqlite, slack__db_on_commit, db);
    slack__db_be_patient(db, uv_hrtime());
    /* It lies beside the database itself, whatever links lead there: whoever shares the one has to
     * share the other. */
    int os = slack__owner_open(&db->owner, sqlite3_db_filename(db->sqlite, "main"));
    if (os != 0) return tell_owners(db, os, error);
    static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                  "PRAGMA journal_size_limit = 16777216;" /* what is kept of it */
                                  "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";
    int code, tries = 0;
    do /* SQLite itself does not wait where the log is begun by somebody else at the same moment */
        code = sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL);
    while ((code & 0xff) == SQLITE_BUSY && slack__db_on_busy(db, tries++));
    int rc = slack__db_status(code);
    if (rc == 0)
        rc = slack__db_status(sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    slack__db_wait_no_more(db);
    if (rc != 0) return slack__db_tell(db, rc, error);
    db->files.name = sqlite3_db_filename(db->sqlite, "main");
    db->files.log_name = sqlite3_filename_wal(db->files.name);
    rc = prepare_schema(db, path, error);
    if (rc == 0) rc = check_file(db, error);
    if (rc == 0) rc = become_owner(db, error);
    if (rc == 0)
        rc = slack__db_tell(
            db, slack__db_status(sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL)), error);
    if (rc == 0) slack__owner_note_store(&db->owner);
    return rc ? rc : slack__db_tell(db, slack__db_prepare(db), error);
}

/* SQLite says "unable to open database file", the system why. */
static void tell_open(slack_db_t *db, int rc, char *error)
{
    const int os = sqlite3_system_errno(db->sqlite);
    slack__db_tell(db, rc, error);
    if (os != 0) slack__db_say(db, strerror(os), "", error);
}

int slack__db_open(slack_db_t **ret, const char *path, int64_t now_ms, char *error)
{
    char why[SLACK_ERROR_TEXT_MAX] = "";
    slack_db_t *db = slack__calloc(1, sizeof *db);
    if (!db) return SLACK_ENOMEM;
    db->owner.fd = -1;
    db->now_ms = now_ms;
    db->path = slack__strdup(path);
    if (!db->path) {
        slack__db_close(db);
        return SLACK_ENOMEM;
    }
    make_private(db);
    int rc = slack__db_status(sqlite3_open_v2(
        path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    if (rc != 0)
        tell_open(db, rc, why);
    else if (sqlite3_db_readonly(db->sqlite, "main") == 1)
        rc = (slack__db_say(db, "it cannot be written to", "", why), SLACK_ESTORE);
    else
        rc = set_up(db, path, why);
    if (rc == 0) {
        *ret = db;
        return 0;
    }
    snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_STORE: %.242s", why);
    slack__db_close(db);
    return rc == SLACK_ECONFIG ? SLACK_ESTORE : rc;
}

void slack__db_close(slack_db_t *db)
{
    if (!db) return;
    slack__db_be_patient(db, uv_hrtime());
    if (db->statements[STATEMENTS - 1] && !db->spoilt)
        slack__stmt_run(slack__db_about(db, OWNER_GONE, db->owner.id));
    slack__db_finalize(db);
    sqlite3_close(db->sqlite);
    slack__owner_close(&db->owner);
    slack__free(db->path);
    slack__free(db);
}
