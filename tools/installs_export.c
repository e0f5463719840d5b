/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installs_commands.h"
#include "import_sink.h"

/*
 * The file has one record a line: as JSON with --clear, else sealed with the first key of
 * SLACK_STORE_KEY. Sealed is the default, since a file of tokens is what a backup copies and what
 * people forget. The command makes the file, with mode 0600, and never writes to an existing one or
 * to a terminal.
 */

typedef struct exporter {
    installs_session_t *session;
    bool clear;
    FILE *out;
    const char *context;
    size_t written, damaged;
    int rc;
} exporter_t;

/* "export/CLIENT_ID": a line is imported for the same app only. */
const char *installs_export_context(slack_arena_t *arena, const char *client_id)
{
    return slack__arena_printf(arena, "export/%s", client_id);
}

static int write_record(exporter_t *exporter, const slack_install_record_t *record)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const char *json = arena ? slack__install_write(arena, record) : NULL;
    slack_slice_t line = slack__slice(json);
    int rc = json ? 0 : SLACK_ENOMEM;
    if (rc == 0 && !exporter->clear)
        rc = slack__seal(exporter->session->keys, slack__slice(exporter->context), line, arena,
                         &line);
    if (rc == 0 && (fwrite(line.ptr, 1, line.len, exporter->out) != line.len ||
                    putc('\n', exporter->out) == EOF))
        rc = SLACK_EIO;
    slack__arena_free(arena);
    return rc;
}

static bool export_one(void *user_data, const slack_install_found_t *found)
{
    exporter_t *exporter = user_data;
    if (found->fault != 0) {
        exporter->damaged++;
        installs_fail(CLI_FAILED, "not exported: %s", found->why);
        return true;
    }
    exporter->rc = write_record(exporter, &found->record);
    exporter->written += exporter->rc == 0;
    return exporter->rc == 0;
}

static int export_all(exporter_t *exporter, const char *path)
{
    int rc = installs_each(exporter->session, export_one, exporter);
    const int error = errno;
    if (rc != 0) return installs_store_failed(rc);
    if (exporter->rc != 0)
        return installs_fail(CLI_FAILED, "cannot write %.100s: %s", path,
                             exporter->rc == SLACK_EIO ? strerror(error)
                                                       : slack_strerror(exporter->rc));
    if (fflush(exporter->out) != 0 || fsync(fileno(exporter->out)) != 0)
        return installs_fail(CLI_FAILED, "cannot write %.100s: %s", path, strerror(errno));
    return CLI_OK;
}

int installs_export(installs_session_t *session, const installs_request_t *request)
{
    const char *path = request->path;
    exporter_t exporter = {.session = session,
                           .clear = request->clear,
                           .context = installs_export_context(session->arena, session->client_id)};
    if (exporter.context == NULL) return installs_fail(CLI_FAILED, "memory is out");
    if (!request->clear && session->keys == NULL)
        return installs_fail(CLI_FAILED,
                             "SLACK_STORE_KEY is not set, so the file cannot be encrypted: "
                             "set it, or write the tokens in clear with --clear");
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return installs_fail(CLI_FAILED,
                             errno == EEXIST ? "%.100s exists: name a file that does not exist"
                                             : "cannot make %.100s: %s",
                             path, strerror(errno));
    exporter.out = fdopen(fd, "w");
    int status = exporter.out && fchmod(fd, 0600) == 0
                     ? export_all(&exporter, path)
                     : installs_fail(CLI_FAILED, "cannot write %.100s: %s", path, strerror(errno));
    if (exporter.out)
        fclose(exporter.out);
    else
        close(fd);
    if (status == CLI_OK && exporter.written == 0 && exporter.damaged > 0) status = CLI_FAILED;
    if (status != CLI_OK) { /* no file is left of which nothing can be imported */
        unlink(path);
        return status;
    }
    printf("exported %zu%s\n", exporter.written,
           request->clear ? ": every token is in the file in clear, delete it when it is imported"
                          : "");
    return exporter.damaged > 0 ? CLI_FAILED : CLI_OK;
}
