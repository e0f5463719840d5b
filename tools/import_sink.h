/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_IMPORT_SINK_H
#define TOOLS_IMPORT_SINK_H

#include "oauth/installation.h"
#include "protocol/seal.h"

/* The receiver of what an import finds. Sources call it; they know nothing of the store. */
typedef struct import_sink import_sink_t;
struct import_sink {
    /* A record, borrowed until the function returns. `from` names its file or row for a person.
     * False: the import cannot go on, and the source returns. */
    bool (*found)(import_sink_t *sink, const slack_install_record_t *record, const char *from);
    /* Something that is not imported, and why not. */
    void (*skipped)(import_sink_t *sink, const char *from, const char *why);
    /* A part of a record that has no place in the store, or files that are of no use to it. */
    void (*noted)(import_sink_t *sink, const char *from, const char *what);
};

/* The client id of the app: a source may hold installations of others. */
typedef struct import_from {
    const char *path;
    const char *client_id;
    slack_keyring_t *keys; /* for a file that is sealed; NULL: there are none */
} import_from_t;

/* The context of a sealed line, "export/CLIENT_ID": it opens for the same app only. NULL: memory is
 * out. */
const char *installs_export_context(slack_arena_t *arena, const char *client_id);

/*
 * The sources. CLI_OK, also if nothing was found; CLI_FAILED with a sentence in `problem`
 * (CLI_PROBLEM_SIZE bytes), and if found() returned false with an empty one.
 */

/* A file with one record a line, as `slackapp installs export --clear` writes it. */
int import_lines(const import_from_t *from, import_sink_t *sink, char *problem);
/* The folder of a FileInstallationStore of Bolt for JavaScript or Bolt for Python. */
int import_bolt_files(const import_from_t *from, import_sink_t *sink, char *problem);
/* The file of an SQLite3InstallationStore of Bolt for Python. */
int import_bolt_sqlite(const import_from_t *from, import_sink_t *sink, char *problem);

#endif
