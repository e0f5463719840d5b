/* SPDX-License-Identifier: MIT */
#ifndef RUN_SOURCE_WATCH_H
#define RUN_SOURCE_WATCH_H

#include <stdbool.h>

#include <uv.h>

#include "cli/command_line.h"

/*
 * Reports when sources below a folder change: C, C++, headers, JSON, and the files of a build
 * system (run_is_source()). Hidden folders and node_modules are left out. The kernel watches the
 * folders, so an edit is seen at once, also one by an editor that moves a new file into place.
 */

#define RUN_FOLDERS_MAX 2000
/* An editor, or a checkout, changes several files: one report covers the changes of so long. */
#define RUN_SETTLE_MS 60

typedef struct run_watched_folder run_watched_folder_t;

typedef struct run_source_watch {
    uv_loop_t *loop;
    const char *output; /* a folder to leave out; NULL: none */
    run_watched_folder_t *folders;
    unsigned count;
    uv_timer_t settle;
    bool rescan; /* a folder has changed: there may be new ones */
    bool closing;
    char changed[256]; /* the first file of the report that comes next, within its folder */
    void (*fn)(const char *file, void *user_data);
    void *user_data;
} run_source_watch_t;

/* Whether a change of a file of this name is one of the program. */
bool run_is_source(const char *name);

/* Watch `folder` and all below it, but not `output` (optional). Both are borrowed. 0, or -1 with a
 * sentence in `problem`. */
int run_source_watch_start(run_source_watch_t *watch, uv_loop_t *loop, const char *folder,
                           const char *output, char problem[CLI_PROBLEM_SIZE]);
/* Stop. The loop runs until all handles are closed; `watch` stays until then. */
void run_source_watch_stop(run_source_watch_t *watch);

#endif
