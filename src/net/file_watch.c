/* SPDX-License-Identifier: MIT */
#include "net/file_watch.h"

static uv_stat_t stat_now(const char *path)
{
    uv_fs_t request;
    uv_stat_t found = {0};
    if (uv_fs_stat(NULL, &request, path, NULL) == 0) found = request.statbuf;
    uv_fs_req_cleanup(&request);
    return found;
}

static bool same_time(const uv_timespec_t *a, const uv_timespec_t *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

void slack__file_watch_mark(slack_file_watch_t *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        watch->marked[i] = stat_now(watch->paths[i]);
}

void slack__file_watch_add(slack_file_watch_t *watch, const char *path)
{
    if (!path || watch->count == SLACK_FILE_WATCH_FILES_MAX) return;
    watch->marked[watch->count] = stat_now(path);
    watch->paths[watch->count++] = path;
}

static void watch_settled(uv_timer_t *timer)
{
    slack_file_watch_t *watch = timer->data;
    bool changed = false;
    for (size_t i = 0; i < watch->count; i++) {
        const uv_stat_t now = stat_now(watch->paths[i]);
        const uv_stat_t *old = &watch->marked[i];
        changed |= old->st_dev != now.st_dev || old->st_ino != now.st_ino ||
                   old->st_size != now.st_size || !same_time(&old->st_mtim, &now.st_mtim) ||
                   !same_time(&old->st_ctim, &now.st_ctim);
        watch->marked[i] = now;
    }
    if (changed) watch->changed_fn(watch->user_data);
}

static void watch_polled(uv_fs_poll_t *poll, int status, const uv_stat_t *before,
                         const uv_stat_t *now)
{
    slack_file_watch_t *watch = poll->data;
    uv_timer_start(&watch->settle, watch_settled, watch->settle_ms, 0);
}

int slack__file_watch_start(slack_file_watch_t *watch, uv_loop_t *loop, unsigned period_ms,
                            void (*changed)(void *user_data), void *user_data)
{
    int rc = 0;
    if (watch->count == 0) return 0;
    watch->changed_fn = changed;
    watch->user_data = user_data;
    watch->settle_ms = period_ms / 4;
    uv_timer_init(loop, &watch->settle);
    watch->settle.data = watch;
    watch->handles = 1;
    for (size_t i = 0; i < watch->count; i++) {
        uv_fs_poll_init(loop, &watch->polls[i]);
        watch->polls[i].data = watch;
        watch->handles++;
        int error = uv_fs_poll_start(&watch->polls[i], watch_polled, watch->paths[i], period_ms);
        if (error != 0) rc = error;
    }
    /* libuv compares with its first look; what changed before that is found here. */
    uv_timer_start(&watch->settle, watch_settled, period_ms, 0);
    return rc;
}

static void watch_handle_closed(uv_handle_t *handle)
{
    slack_file_watch_t *watch = handle->data;
    if (--watch->handles == 0) watch->closed_fn(watch->user_data);
}

bool slack__file_watch_close(slack_file_watch_t *watch, void (*closed)(void *user_data))
{
    if (watch->handles == 0 || uv_is_closing((uv_handle_t *)&watch->settle)) return false;
    watch->closed_fn = closed;
    for (size_t i = 0; i < watch->count; i++)
        uv_close((uv_handle_t *)&watch->polls[i], watch_handle_closed);
    uv_close((uv_handle_t *)&watch->settle, watch_handle_closed);
    return true;
}
