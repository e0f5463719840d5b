/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_WATCH_H
#define SLACK_TRANSPORT_HTTP_WATCH_H

#include <stdbool.h>

#include <uv.h>

/* Tells when a file has become another, by looking at it now and then off the loop's thread: that
 * also sees what is moved or linked into its place. */
typedef struct slack_watch {
    uv_fs_poll_t poll;
    bool open;
    void (*changed)(void *user_data);
    void (*closed)(void *user_data);
    void *user_data;
} slack_watch_t;

/* `path` is borrowed. 0, or libuv's error. */
int slack__watch_start(slack_watch_t *watch, uv_loop_t *loop, const char *path,
                       void (*changed)(void *user_data), void *user_data);
/* `closed` follows, once; false where there is nothing to close. */
bool slack__watch_close(slack_watch_t *watch, void (*closed)(void *user_data));

#endif
