/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_FILE_WATCH_H
#define SLACK_NET_FILE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

/*
 * Tells when one of a few files has become another, by looking at them every second off the loop's
 * thread: that also sees what is moved or linked into their place, as certbot and Kubernetes do.
 *
 * It compares with how the files were when they were marked. Whoever reads them marks them first:
 * then no change is missed, and one that was read already is not told.
 */
#define SLACK_FILE_WATCH_FILES_MAX 4
#define SLACK_FILE_WATCH_MS        1000

/* What tells one file from another of the same name. */
typedef struct slack_watch_stamp {
    int error; /* it cannot be looked at */
    uint64_t device, inode, size;
    uv_timespec_t modified, changed;
} slack_watch_stamp_t;

typedef struct slack_file_watch {
    size_t count;
    const char *paths[SLACK_FILE_WATCH_FILES_MAX];
    slack_watch_stamp_t stamps[SLACK_FILE_WATCH_FILES_MAX];
    uv_timer_t timer;
    uv_fs_t look;
    size_t at;        /* the file that is looked at */
    bool looking;     /* `look` is under way */
    bool marked;      /* meanwhile: what it brings is old */
    bool differs;     /* one of this round's files does */
    unsigned handles; /* timer and look, as long as they are in use */
    void (*changed_fn)(void *user_data);
    void (*closed_fn)(void *user_data);
    void *user_data;
} slack_file_watch_t;

/* Watch one file more, known from now on as it is now. `path` is borrowed for the watch's life;
 * NULL is none. Before the start; at most SLACK_FILE_WATCH_FILES_MAX of them. */
void slack__file_watch_add(slack_file_watch_t *watch, const char *path);
/* From now on the files are known as they are now. At any time. */
void slack__file_watch_mark(slack_file_watch_t *watch);

/* Begin to look; a watch without files never does. `changed` comes once for files that change
 * together. 0, or libuv's error. */
int slack__file_watch_start(slack_file_watch_t *watch, uv_loop_t *loop,
                            void (*changed)(void *user_data), void *user_data);
/* `closed` follows, once; false where there is nothing to close. */
bool slack__file_watch_close(slack_file_watch_t *watch, void (*closed)(void *user_data));

#endif
