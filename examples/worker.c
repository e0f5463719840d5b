/* SPDX-License-Identifier: MIT */
/*
 * Handlers that call a blocking library, SQLite. They run on workers, which are threads of the app,
 * and delay neither an ack nor another handler.
 *
 *     /note TEXT     stores a note
 *     /notes         posts all notes in the channel
 *
 *     build/slackapp sim                                    in one shell; in another:
 *     eval "$(build/slackapp sim env)"
 *     SLACK_TRANSPORT=socket build/examples/worker          and in a third, after the same eval:
 *     build/slackapp sim send command /note buy milk
 *     build/slackapp sim send command /notes
 *
 * The notes are in notes.db, or in the file that NOTES_DB names.
 */
#include <slack/slack.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path; /* set before the start, only read after it */

/* Open a connection for this handler: only one thread at a time may use an SQLite connection. */
static sqlite3 *open_notes(void)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open(path, &db);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(db, 5000); /* may block here */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "CREATE TABLE IF NOT EXISTS note (who TEXT, text TEXT)", NULL, NULL,
                          NULL);
    if (rc == SQLITE_OK) return db;
    fprintf(stderr, "worker: %s: %s\n", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    return NULL;
}

static int note(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const char *text = slack_json_str(slack_ctx_body(ctx), "/text");
    if (*text == '\0') return slack_ack_text(ctx, "usage: /note TEXT");
    sqlite3 *db = open_notes();
    sqlite3_stmt *insert = NULL;
    int rc = SQLITE_ERROR;
    if (db) rc = sqlite3_prepare_v2(db, "INSERT INTO note VALUES (?1, ?2)", -1, &insert, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(insert, 1, slack_ctx_user(ctx), -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(insert, 2, text, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(insert);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    if (rc != SQLITE_DONE) return SLACK_EIO; /* refused: Slack shows the user an error */
    return slack_ack_text(ctx, "Noted.");
}

/* The ack goes out before the work. Each slack_say() returns when Slack has the message, so the
 * messages arrive in order. */
static int notes(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    int rc = slack_ack(ctx);
    sqlite3 *db = rc == 0 ? open_notes() : NULL;
    sqlite3_stmt *select = NULL;
    if (rc == 0 &&
        (db == NULL || sqlite3_prepare_v2(db, "SELECT who, text FROM note ORDER BY rowid", -1,
                                          &select, NULL) != SQLITE_OK))
        rc = SLACK_EIO;
    unsigned count = 0;
    while (rc == 0 && !slack_ctx_canceled(ctx) && sqlite3_step(select) == SQLITE_ROW)
        rc = slack_say(ctx, "%u. %s (<@%s>)", ++count, (const char *)sqlite3_column_text(select, 1),
                       (const char *)sqlite3_column_text(select, 0));
    sqlite3_finalize(select);
    sqlite3_close(db);
    if (rc == 0 && count == 0) rc = slack_respond(ctx, "There are no notes.");
    return rc;
}

static int on_worker(slack_app_t *app, const char *command, slack_handler_fn fn)
{
    const slack_listener_t listener = {
        .kind = SLACK_KIND_COMMAND, .match = command, .run = SLACK_RUN_WORKER, .fn = fn};
    return slack_listen(app, &listener);
}

int main(void)
{
    slack_app_t *app = NULL;
    path = getenv("NOTES_DB") ? getenv("NOTES_DB") : "notes.db";
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = on_worker(app, "/note", note);
    if (rc == 0) rc = on_worker(app, "/notes", notes);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "worker: %s: %s\n", slack_strerror(rc), slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
