/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installs_commands.h"
#include "import_sink.h"

/* Each record that a source finds goes into the store, unless the store has it, or has a newer one.
 */

typedef struct importer {
    import_sink_t sink;
    installs_session_t *session;
    const installs_request_t *request;
    size_t imported, unchanged, kept, skipped;
    int rc; /* of the store */
} importer_t;

static void import_skipped(import_sink_t *sink, const char *from, const char *why)
{
    importer_t *importer = SLACK_CONTAINER(sink, importer_t, sink);
    importer->skipped++;
    cli_printf("skipped    %s: %s\n", from, why);
}

static void import_noted(import_sink_t *sink, const char *from, const char *what)
{
    (void)sink;
    cli_printf("note       %s: %s\n", from, what);
}

static bool is_same(const slack_oauth_token_t *a, const slack_oauth_token_t *b)
{
    return strcmp(a->access, b->access) == 0 && strcmp(a->refresh, b->refresh) == 0;
}

static int import_put(importer_t *importer, slack_install_record_t *record,
                      const slack_install_found_t *there, const char *from)
{
    char text[INSTALLS_PLACE_SIZE];
    const slack_install_place_t place = slack__install_place(record, importer->session->client_id);
    if (*record->previous.access == '\0') record->previous = there->record.token;
    const bool dry = importer->request->dry_run;
    const int rc = dry ? 0 : installs_put(importer->session, record, there->version);
    if (rc == SLACK_ECONFLICT) {
        import_skipped(&importer->sink, from, "the app has just changed the entry: try again");
        return 0;
    }
    if (rc != 0) return rc;
    importer->imported++;
    cli_printf("%s %s from %s\n", dry ? "would import" : "imported  ",
               installs_place_text(&place, text), from);
    return 0;
}

static bool import_found(import_sink_t *sink, const slack_install_record_t *found, const char *from)
{
    importer_t *importer = SLACK_CONTAINER(sink, importer_t, sink);
    installs_session_t *session = importer->session;
    slack_install_record_t record;
    slack_install_found_t there;
    char text[INSTALLS_PLACE_SIZE], date[CLI_DATE_SIZE];
    installs_forget(session);
    int rc = slack__install_copy(session->arena, found, &record);
    if (rc == SLACK_EINVAL) {
        import_skipped(sink, from, "an id in it is not one that Slack makes");
        return true;
    }
    const slack_install_place_t place = slack__install_place(&record, session->client_id);
    if (rc == 0 && *session->app_id && *record.about.app_id &&
        strcmp(session->app_id, record.about.app_id) != 0) {
        import_skipped(sink, from, "it belongs to another app than SLACK_APP_ID");
        return true;
    }
    if (rc == 0) rc = installs_get(session, &place, &there);
    if (rc == 0 && there.fault != 0 && !importer->request->replace) {
        import_skipped(sink, from, there.why);
        return true;
    }
    if (rc == 0 && is_same(&there.record.token, &record.token)) {
        importer->unchanged++;
    } else if (rc == 0 && *there.version && there.record.changed_ms >= record.changed_ms &&
               !importer->request->replace) {
        importer->kept++;
        cli_printf("kept       %s: the store has a newer one, of %s; --replace replaces it\n",
                   installs_place_text(&place, text), cli_date(there.record.changed_ms, date));
    } else if (rc == 0) {
        rc = import_put(importer, &record, &there, from);
    }
    importer->rc = rc;
    return rc == 0;
}

/* The source for a path: what is there says which. A path without a file may be that of a store of
 * Bolt for JavaScript. */
static int import_any(const import_from_t *from, import_sink_t *sink, char *problem)
{
    char head[16] = "";
    struct stat st;
    const int fd = open(from->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const bool file = fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
    const ssize_t len = file && S_ISREG(st.st_mode) ? read(fd, head, sizeof head) : 0;
    if (fd >= 0) close(fd);
    if (!file) return import_bolt_files(from, sink, problem);
    if (len == sizeof head && memcmp(head, "SQLite format 3", sizeof head) == 0)
        return import_bolt_sqlite(from, sink, problem);
    return import_lines(from, sink, problem);
}

int installs_import(installs_session_t *session, const installs_request_t *request)
{
    importer_t importer = {.sink = {import_found, import_skipped, import_noted},
                           .session = session,
                           .request = request};
    const import_from_t from = {request->path, session->client_id, session->keys};
    char problem[CLI_PROBLEM_SIZE];
    int status = installs_need_key(session);
    if (status != CLI_OK) return status;
    status = import_any(&from, &importer.sink, problem);
    if (importer.rc != 0) installs_store_failed(importer.rc);
    if (*problem) installs_fail(CLI_FAILED, "%s", problem);
    printf("%s %zu, unchanged %zu, kept %zu, skipped %zu\n",
           request->dry_run ? "would import" : "imported", importer.imported, importer.unchanged,
           importer.kept, importer.skipped);
    return status == CLI_OK && importer.skipped == 0 ? CLI_OK : CLI_FAILED;
}
