/* SPDX-License-Identifier: MIT */
#include "net/file_watch.h"

static bool same_time(const uv_timespec_t *a, const uv_timespec_t *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same(const slack_watch_stamp_t *a, const slack_watch_stamp_t *b)
{
    return a->error == b->error && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && same_time(&a->modified, &b->modified) &&
           same_time(&a->changed, &b->changed);
}

static slack_watch_stamp_t stamp_of(const uv_fs_t *look)
{
    if (look->result < 0) return (slack_watch_stamp_t){.error = (int)look->result};
    const uv_stat_t *info = &look->statbuf;
    return (slack_watch_stamp_t){
        .device = info->st_dev,
        .inode = info->st_ino,
        .size = info->st_size,
        .modified = info->st_mtim,
        .changed = info->st_ctim,
    };
}

void slack__file_watch_mark(slack_file_watch_t *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        uv_fs_t look;
        uv_fs_stat(NULL, &look, watch->paths[i], NULL); /* at once */
        watch->stamps[i] = stamp_of(&look);
        uv_fs_req_cleanup(&look);
    }
    watch->marked = watch->looking;
    watch->differs = false;
}

void slack__file_watch_add(slack_file_watch_t *watch, const char *path)
{
    if (!path || watch->count == SLACK_FILE_WATCH_FILES_MAX) return;
    watch->paths[watch->count++] = path;
    slack__file_watch_mark(watch);
}

static void on_closed(uv_handle_t *handle)
{
    slack_file_watch_t *watch = handle->data;
    if (--watch->handles == 0) watch->closed_fn(watch->user_data);
}

static void look_at_next(slack_file_watch_t *watch);

static void on_looked(uv_fs_t *look)
{
    slack_file_watch_t *watch = look->data;
    const slack_watch_stamp_t stamp = stamp_of(look);
    uv_fs_req_cleanup(look);
    watch->looking = false;
    if (uv_is_closing((uv_handle_t *)&watch->timer)) {
        if (--watch->handles == 0) watch->closed_fn(watch->user_data);
        return;
    }
    if (!watch->marked) {
        if (!same(&stamp, &watch->stamps[watch->at])) watch->differs = true;
        watch->stamps[watch->at] = stamp;
    }
    watch->marked = false;
    watch->at++;
    look_at_next(watch);
}

static void on_time(uv_timer_t *timer)
{
    slack_file_watch_t *watch = timer->data;
    watch->at = 0;
    watch->differs = false;
    look_at_next(watch);
}

/* A look that memory is missing for is taken in the next round. */
static void look_at_next(slack_file_watch_t *watch)
{
    while (watch->at < watch->count) {
        watch->look.data = watch;
        watch->looking =
            uv_fs_stat(watch->timer.loop, &watch->look, watch->paths[watch->at], on_looked) == 0;
        if (watch->looking) return;
        watch->at++;
    }
    uv_timer_start(&watch->timer, on_time, SLACK_FILE_WATCH_MS, 0);
    if (watch->differs) watch->changed_fn(watch->user_data);
}

int slack__file_watch_start(slack_file_watch_t *watch, uv_loop_t *loop,
                            void (*changed)(void *user_data), void *user_data)
{
    if (watch->count == 0) return 0;
    int rc = uv_timer_init(loop, &watch->timer);
    if (rc != 0) return rc;
    watch->timer.data = watch;
    watch->handles = 1;
    watch->changed_fn = changed;
    watch->user_data = user_data;
    return uv_timer_start(&watch->timer, on_time, SLACK_FILE_WATCH_MS, 0);
}

bool slack__file_watch_close(slack_file_watch_t *watch, void (*closed)(void *user_data))
{
    if (watch->handles == 0 || uv_is_closing((uv_handle_t *)&watch->timer)) return false;
    watch->closed_fn = closed;
    watch->handles += watch->looking;
    if (watch->looking) uv_cancel((uv_req_t *)&watch->look); /* or it ends by itself */
    uv_close((uv_handle_t *)&watch->timer, on_closed);
    return true;
}
