/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_FILE_WATCH_H
#define SLACK_NET_FILE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * Reports when one of a few files has changed. libuv polls the files on a thread of its pool. It
 * also sees a file that somebody moves or links into place, as certbot and Kubernetes do.
 *
 * A file has changed if it differs from its state at the last mark. Mark the files before you read
 * them: then the watch misses no change, and reports no change that you have read.
 */
#define SLACK_FILE_WATCH_FILES_MAX 4
#define SLACK_FILE_WATCH_MS        1000

typedef struct slack_file_watch {
    size_t count;
    const char *paths[SLACK_FILE_WATCH_FILES_MAX];
    uv_stat_t marked[SLACK_FILE_WATCH_FILES_MAX]; /* zero: the file was not there */
    uv_fs_poll_t polls[SLACK_FILE_WATCH_FILES_MAX];
    uv_timer_t settle; /* from a change to the report, which covers all changes until then */
    unsigned settle_ms;
    unsigned handles; /* not closed yet */
    void (*changed_fn)(void *user_data);
    void (*closed_fn)(void *user_data);
    void *user_data;
} slack_file_watch_t;

/* Add a file, marked as it is now, before the start. At most SLACK_FILE_WATCH_FILES_MAX. `path` is
 * borrowed for the life of the watch; NULL is ignored. */
void slack__file_watch_add(slack_file_watch_t *watch, const char *path);
/* Mark all files as they are now. At any time. */
void slack__file_watch_mark(slack_file_watch_t *watch);

/* Poll the files every `period_ms`: SLACK_FILE_WATCH_MS in an app, less in tests. `changed` is
 * called once for files that change together. Without files nothing is started. 0; libuv's error,
 * and then some files are not polled. */
int slack__file_watch_start(slack_file_watch_t *watch, uv_loop_t *loop, unsigned period_ms,
                            void (*changed)(void *user_data), void *user_data);
/* Close what the start opened, whether it succeeded or not; `closed` is called once. False: there
 * is nothing to close. */
bool slack__file_watch_close(slack_file_watch_t *watch, void (*closed)(void *user_data));

#endif
