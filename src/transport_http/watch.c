/* SPDX-License-Identifier: MIT */
#include "transport_http/watch.h"

#define LOOK_MS 1000

static void on_look(uv_fs_poll_t *poll, int status, const uv_stat_t *before, const uv_stat_t *now)
{
    slack_watch_t *watch = poll->data;
    if (status == 0) watch->changed(watch->user_data);
}

int slack__watch_start(slack_watch_t *watch, uv_loop_t *loop, const char *path,
                       void (*changed)(void *user_data), void *user_data)
{
    uv_fs_poll_init(loop, &watch->poll);
    watch->poll.data = watch;
    watch->open = true;
    watch->changed = changed;
    watch->user_data = user_data;
    return uv_fs_poll_start(&watch->poll, on_look, path, LOOK_MS);
}

static void on_closed(uv_handle_t *handle)
{
    slack_watch_t *watch = handle->data;
    watch->closed(watch->user_data);
}

bool slack__watch_close(slack_watch_t *watch, void (*closed)(void *user_data))
{
    if (!watch->open) return false;
    watch->open = false;
    watch->closed = closed;
    uv_close((uv_handle_t *)&watch->poll, on_closed);
    return true;
}
