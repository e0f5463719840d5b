/* SPDX-License-Identifier: MIT */
#include "app/app.h"
#include "util/alloc.h"

/*
 * The way in from other threads. Stop and reload have to be legal in a signal handler, so they take
 * no lock: each counts itself among the senders while it uses the handle, and closing waits for
 * that count.
 */

struct post {
    slack_link_t link;
    void (*fn)(slack_app_t *app, int status, void *user_data);
    void *user_data;
};

void slack__app_wake(slack_app_t *app)
{
    atomic_fetch_add(&app->wakeup_senders, 1);
    if (atomic_load(&app->wakeup_open)) uv_async_send(&app->wakeup);
    atomic_fetch_sub(&app->wakeup_senders, 1);
}

void slack_app_stop(slack_app_t *app)
{
    atomic_fetch_add(&app->stop_requests, 1);
    slack__app_wake(app);
}

void slack_app_reload(slack_app_t *app)
{
    atomic_fetch_add(&app->reload_requests, 1);
    slack__app_wake(app);
}

int slack_app_post(slack_app_t *app, void (*fn)(slack_app_t *app, int status, void *user_data),
                   void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    struct post *post = slack__malloc(sizeof *post);
    if (post == NULL) return SLACK_ENOMEM;
    *post = (struct post){.fn = fn, .user_data = user_data};
    slack__link_init(&post->link);
    uv_mutex_lock(&app->posts_lock);
    int rc = app->posts_closed                  ? SLACK_ECANCELED
             : app->post_count >= APP_POSTS_MAX ? SLACK_EBUSY
                                                : 0;
    if (rc == 0) {
        slack__list_push(&app->posts, &post->link);
        app->post_count++;
    }
    uv_mutex_unlock(&app->posts_lock);
    if (rc == 0)
        slack__app_wake(app);
    else
        slack__free(post);
    return rc;
}

/* Run what is waiting now; what is posted meanwhile waits for the next wakeup. */
static void run_posts(slack_app_t *app, int status)
{
    slack_link_t batch;
    slack__link_init(&batch);
    uv_mutex_lock(&app->posts_lock);
    slack__list_splice(&batch, &app->posts);
    app->post_count = 0;
    uv_mutex_unlock(&app->posts_lock);
    slack_link_t *link;
    while ((link = slack__list_shift(&batch)) != NULL) {
        struct post *post = SLACK_CONTAINER(link, struct post, link);
        post->fn(app, status, post->user_data);
        slack__free(post);
    }
}

void slack__mailbox_run(slack_app_t *app)
{
    unsigned requests = atomic_load(&app->stop_requests);
    for (; app->stops_seen != requests; app->stops_seen++)
        slack__app_shutdown(app, 0);
    requests = atomic_load(&app->reload_requests);
    if (app->reloads_seen != requests) slack__app_reload(app); /* several are as good as one */
    app->reloads_seen = requests;
    run_posts(app, 0);
}

static void on_wakeup(uv_async_t *handle)
{
    slack_app_t *app = handle->data;
    slack__mailbox_run(app);
    slack__workers_run(app);
    slack__authorize_run(app);
}

int slack__mailbox_open(slack_app_t *app)
{
    int rc = uv_async_init(app->loop, &app->wakeup, on_wakeup);
    if (rc != 0)
        return slack__app_fail(app, SLACK_EIO, "cannot wake the loop: %s", uv_strerror(rc));
    app->wakeup.data = app;
    app->handles++;
    atomic_store(&app->wakeup_open, true);
    slack__app_wake(app); /* for what was asked before the start */
    return 0;
}

void slack__mailbox_close(slack_app_t *app)
{
    atomic_store(&app->wakeup_open, false);
    while (atomic_load(&app->wakeup_senders) > 0) {
        /* between two instructions of another thread: see slack__app_wake() */
    }
}

void slack__mailbox_cancel(slack_app_t *app)
{
    uv_mutex_lock(&app->posts_lock);
    app->posts_closed = true;
    uv_mutex_unlock(&app->posts_lock);
    run_posts(app, SLACK_ECANCELED);
}
