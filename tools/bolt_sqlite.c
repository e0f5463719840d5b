/* SPDX-License-Identifier: MIT */
/*
 * The tables of the SQLite3InstallationStore of Bolt for Python. Each change adds a row; Bolt takes
 * the newest one. Source:
 *   github.com/slackapi/python-slack-sdk, slack_sdk/oauth/installation_store/sqlite3/__init__.py
 *
 * The file is another program's: it is opened for reading only, its views and triggers are not
 * used, and everything has a bound.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "cli/command_line.h"
#include "bolt_record.h"
#include "util/file.h"
#include "util/json.h"

#define TEXT_MAX     65536
#define COLUMNS_MAX  64
#define RECORD_BYTES ((size_t)4 << 20)
#define BUSY_MS      5000
/* Steps of SQLite's machine for one workspace. */
#define STEPS_MAX  ((size_t)100000000)
#define STEPS_EACH 1000

#define INSTALLATIONS "slack_installations"
#define BOTS          "slack_bots"
#define OF_PLACE                                                                                   \
    " WHERE client_id = ?1 AND coalesce(enterprise_id, '') = ?2 AND coalesce(team_id, '') = ?3"
#define NEWEST " ORDER BY installed_at DESC, id DESC"

typedef struct reader {
    const import_from_t *from;
    import_sink_t *sink;
    slack_arena_t *arena; /* of one workspace */
    sqlite3 *db;
    bool installations, bots; /* the tables that there are */
    size_t steps;
    bool ended;
    char problem[200]; /* of SQLite */
} reader_t;

static int count_steps(void *user_data)
{
    reader_t *reader = user_data;
    reader->steps += STEPS_EACH;
    return reader->steps > STEPS_MAX;
}

/* ---- statements ---- */

static sqlite3_stmt *prepare(reader_t *reader, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (*reader->problem) return NULL;
    if (sqlite3_prepare_v2(reader->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        snprintf(reader->problem, sizeof reader->problem, "%s", sqlite3_errmsg(reader->db));
    else
        sqlite3_bind_text(stmt, 1, reader->from->client_id, -1, SQLITE_STATIC);
    return stmt;
}

/* Whether there is another row. */
static bool step(reader_t *reader, sqlite3_stmt *stmt)
{
    if (stmt == NULL || *reader->problem) return false;
    const int rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        snprintf(reader->problem, sizeof reader->problem, "%s",
                 rc == SQLITE_INTERRUPT ? "it is too large" : sqlite3_errmsg(reader->db));
    return rc == SQLITE_ROW;
}

/* A text in the arena; "" for NULL. */
static const char *text_in(reader_t *reader, sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    text = slack__arena_strdup(reader->arena, text ? text : "");
    if (text) return text;
    snprintf(reader->problem, sizeof reader->problem, "memory is out");
    return "";
}

/* The row as the JSON of a file: its columns have the names of the file's members. NULL or a
 * reason. */
static const char *read_row(reader_t *reader, sqlite3_stmt *stmt, bolt_record_t *ret)
{
    slack_slice_t pairs[2 * COLUMNS_MAX];
    const slack_json_t *value = NULL;
    size_t count = 0;
    for (int i = 0; i < sqlite3_column_count(stmt) && i < COLUMNS_MAX; i++) {
        pairs[count++] =
            slack__slice(slack__arena_strdup(reader->arena, sqlite3_column_name(stmt, i)));
        pairs[count] = slack__slice(text_in(reader, stmt, i));
        if (slack__utf8_valid(pairs[count].ptr, pairs[count].len) < pairs[count].len)
            return "a text is not UTF-8";
        count++;
    }
    if (slack__json_object(reader->arena, pairs, count / 2, &value) != 0) return "memory is out";
    return bolt_record_read(reader->arena, BOLT_PYTHON, value, ret);
}

/* ---- a workspace ---- */

typedef struct place {
    char enterprise_id[80], team_id[80];
} place_t;

static const char *name_of(const place_t *place, const char *what, char ret[200])
{
    snprintf(ret, 200, "%s of %.60s/%.60s", what,
             *place->enterprise_id ? place->enterprise_id : "-",
             *place->team_id ? place->team_id : "-");
    return ret;
}

static sqlite3_stmt *prepare_for(reader_t *reader, const char *sql, const place_t *place)
{
    sqlite3_stmt *stmt = prepare(reader, sql);
    if (stmt) {
        sqlite3_bind_text(stmt, 2, place->enterprise_id, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, place->team_id, -1, SQLITE_STATIC);
    }
    return stmt;
}

/* Reads the first row of a query. False: it has none, or the row is skipped. */
static bool read_first(reader_t *reader, const char *sql, const char *table, const place_t *place,
                       bolt_record_t *ret)
{
    char name[200];
    sqlite3_stmt *stmt = prepare_for(reader, sql, place);
    const bool found = step(reader, stmt);
    const char *why = found ? read_row(reader, stmt, ret) : NULL;
    if (why) reader->sink->skipped(reader->sink, name_of(place, table, name), why);
    sqlite3_finalize(stmt);
    return found && why == NULL;
}

static void give(reader_t *reader, const slack_install_record_t *record, const place_t *place)
{
    char name[200];
    if (!reader->ended && *record->token.access)
        reader->ended =
            !reader->sink->found(reader->sink, record, name_of(place, "the rows", name));
}

/* The newest row of each person but the installer, who is given. */
static void read_persons(reader_t *reader, const place_t *place, const char *installer)
{
    char last[80] = "", name[200];
    sqlite3_stmt *stmt = prepare_for(reader,
                                     "SELECT user_id, * FROM " INSTALLATIONS OF_PLACE
                                     " ORDER BY user_id, installed_at DESC, id DESC",
                                     place);
    while (!reader->ended && step(reader, stmt)) {
        bolt_record_t record;
        slack__arena_reset(reader->arena);
        const char *user_id = text_in(reader, stmt, 0);
        if (strcmp(user_id, last) == 0 || strcmp(user_id, installer) == 0) continue;
        snprintf(last, sizeof last, "%s", user_id);
        const char *why = read_row(reader, stmt, &record);
        if (why)
            reader->sink->skipped(reader->sink, name_of(place, user_id, name), why);
        else
            give(reader, &record.user, place);
    }
    sqlite3_finalize(stmt);
}

static void read_place(reader_t *reader, const place_t *place)
{
    bolt_record_t latest, other;
    char installer[80] = "";
    bool known = false;
    if (reader->installations) {
        known = read_first(reader, "SELECT * FROM " INSTALLATIONS OF_PLACE NEWEST, INSTALLATIONS,
                           place, &latest);
        if (read_first(reader,
                       "SELECT * FROM " INSTALLATIONS OF_PLACE " AND bot_token IS NOT NULL" NEWEST,
                       INSTALLATIONS, place, &other) &&
            known)
            bolt_record_join(&latest, &other);
    }
    if (reader->bots &&
        read_first(reader, "SELECT * FROM " BOTS OF_PLACE NEWEST, BOTS, place, &other)) {
        if (known)
            bolt_record_join(&latest, &other);
        else
            latest = other;
        known = true;
    }
    if (known) {
        give(reader, &latest.bot, place);
        if (*latest.user.about.user_id) give(reader, &latest.user, place);
        snprintf(installer, sizeof installer, "%s", latest.user.about.user_id);
    }
    if (reader->installations) read_persons(reader, place, installer);
}

/* ---- the file ---- */

/* Only plain tables: a view would run the file's own SQL, and a virtual table the code of a module
 * on what the file holds. */
static bool has_table(reader_t *reader, const char *name)
{
    sqlite3_stmt *stmt = prepare(reader, "SELECT 1 FROM pragma_table_list(?1)"
                                         " WHERE schema = 'main' AND type = 'table'");
    if (stmt) sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    const bool found = step(reader, stmt);
    sqlite3_finalize(stmt);
    return found;
}

static void note_others(reader_t *reader, const char *table, const char *sql)
{
    sqlite3_stmt *stmt = prepare(reader, sql);
    char text[120];
    if (step(reader, stmt) && sqlite3_column_int64(stmt, 0) > 0) {
        snprintf(text, sizeof text, "left out: %lld rows with other client ids",
                 (long long)sqlite3_column_int64(stmt, 0));
        reader->sink->noted(reader->sink, table, text);
    }
    sqlite3_finalize(stmt);
}

/* The places, of which each is read in its turn. */
static void read_places(reader_t *reader)
{
    const char *sql =
        "SELECT coalesce(enterprise_id, ''), coalesce(team_id, '') FROM " INSTALLATIONS
        " WHERE client_id = ?1 UNION SELECT coalesce(enterprise_id, ''),"
        " coalesce(team_id, '') FROM " BOTS " WHERE client_id = ?1 ORDER BY 1, 2";
    if (!reader->bots)
        sql =
            "SELECT DISTINCT coalesce(enterprise_id, ''), coalesce(team_id, '') FROM " INSTALLATIONS
            " WHERE client_id = ?1 ORDER BY 1, 2";
    if (!reader->installations)
        sql = "SELECT DISTINCT coalesce(enterprise_id, ''), coalesce(team_id, '') FROM " BOTS
              " WHERE client_id = ?1 ORDER BY 1, 2";
    sqlite3_stmt *stmt = prepare(reader, sql);
    while (!reader->ended && step(reader, stmt)) {
        place_t place;
        slack__arena_reset(reader->arena);
        snprintf(place.enterprise_id, sizeof place.enterprise_id, "%s", text_in(reader, stmt, 0));
        snprintf(place.team_id, sizeof place.team_id, "%s", text_in(reader, stmt, 1));
        read_place(reader, &place);
        reader->steps = 0;
    }
    sqlite3_finalize(stmt);
}

static void read_file(reader_t *reader)
{
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(reader->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(reader->db, SQLITE_LIMIT_LENGTH, TEXT_MAX);
    sqlite3_busy_timeout(reader->db, BUSY_MS);
    sqlite3_progress_handler(reader->db, STEPS_EACH, count_steps, reader);
    reader->installations = has_table(reader, INSTALLATIONS);
    reader->bots = has_table(reader, BOTS);
    if (*reader->problem) return;
    if (!reader->installations && !reader->bots) {
        snprintf(reader->problem, sizeof reader->problem,
                 "it has no table " INSTALLATIONS ", so it is not a store of Bolt for Python");
        return;
    }
    if (reader->installations)
        note_others(reader, INSTALLATIONS,
                    "SELECT count(*) FROM " INSTALLATIONS " WHERE client_id IS NOT ?1");
    if (reader->bots)
        note_others(reader, BOTS, "SELECT count(*) FROM " BOTS " WHERE client_id IS NOT ?1");
    read_places(reader);
}

int import_bolt_sqlite(const import_from_t *from, import_sink_t *sink, char *problem)
{
    reader_t reader = {.from = from, .sink = sink, .arena = slack__arena_new(0, RECORD_BYTES)};
    slack_file_fault_t fault;
    *problem = '\0';
    if (reader.arena == NULL)
        snprintf(reader.problem, sizeof reader.problem, "memory is out");
    else if (slack__file_check(from->path, SLACK_FILE_TRUSTED, &fault) != 0)
        snprintf(reader.problem, sizeof reader.problem, "%s", fault.why);
    else if (sqlite3_open_v2(from->path, &reader.db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        snprintf(reader.problem, sizeof reader.problem, "%s", sqlite3_errmsg(reader.db));
    else
        read_file(&reader);
    if (*reader.problem)
        snprintf(problem, CLI_PROBLEM_SIZE, "cannot read %.120s: %.110s", from->path,
                 reader.problem);
    sqlite3_close(reader.db);
    slack__arena_free(reader.arena);
    return *reader.problem || reader.ended ? CLI_FAILED : CLI_OK;
}
