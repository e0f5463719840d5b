/* SPDX-License-Identifier: MIT */
#include "app/mailbox.h"

#include <slack/error.h>

#include "util/alloc.h"

struct post {
    slack_link_t link;
    void (*fn)(slack_app_t *app, int status, void *user_data);
    void *user_data;
};

int slack__mailbox_init(slack_mailbox_t *mailbox, slack_app_t *app)
{
    mailbox->app = app;
    slack__link_init(&mailbox->posts);
    return uv_mutex_init(&mailbox->lock) == 0 ? 0 : SLACK_ENOMEM;
}

void slack__mailbox_done(slack_mailbox_t *mailbox)
{
    uv_mutex_destroy(&mailbox->lock);
}

/* ---- any thread ---- */

void slack__mailbox_wake(void *mailbox)
{
    slack_mailbox_t *m = mailbox;
    atomic_fetch_add(&m->senders, 1);
    if (atomic_load(&m->wakeup_open)) uv_async_send(&m->wakeup);
    atomic_fetch_sub(&m->senders, 1);
}

int slack__mailbox_post(slack_mailbox_t *mailbox,
                        void (*fn)(slack_app_t *app, int status, void *user_data), void *user_data)
{
    if (fn == NULL) return SLACK_EINVAL;
    struct post *post = slack__malloc(sizeof *post);
    if (post == NULL) return SLACK_ENOMEM;
    *post = (struct post){.fn = fn, .user_data = user_data};
    slack__link_init(&post->link);
    uv_mutex_lock(&mailbox->lock);
    int rc = mailbox->closed                     ? SLACK_ECANCELED
             : mailbox->count >= SLACK_POSTS_MAX ? SLACK_EBUSY
                                                 : 0;
    if (rc == 0) {
        slack__list_push(&mailbox->posts, &post->link);
        mailbox->count++;
    }
    uv_mutex_unlock(&mailbox->lock);
    if (rc == 0)
        slack__mailbox_wake(mailbox);
    else
        slack__free(post);
    return rc;
}

/* ---- on the loop ---- */

unsigned slack__mailbox_stops(slack_mailbox_t *mailbox)
{
    const unsigned requests = atomic_load(&mailbox->stop_requests);
    const unsigned stops = requests - mailbox->stops_seen;
    mailbox->stops_seen = requests;
    return stops;
}

bool slack__mailbox_reloads(slack_mailbox_t *mailbox)
{
    const unsigned requests = atomic_load(&mailbox->reload_requests);
    const bool reloads = mailbox->reloads_seen != requests;
    mailbox->reloads_seen = requests;
    return reloads;
}

/* The list is emptied first, so posts of the called functions wait for the next wakeup. Otherwise
 * a function that posts itself would never let the loop go on. */
void slack__mailbox_run(slack_mailbox_t *mailbox, slack_net_t *net, int status)
{
    slack_link_t batch, *link;
    slack__link_init(&batch);
    uv_mutex_lock(&mailbox->lock);
    slack__list_splice(&batch, &mailbox->posts);
    mailbox->count = 0;
    uv_mutex_unlock(&mailbox->lock);
    while ((link = slack__list_shift(&batch)) != NULL) {
        struct post *post = SLACK_CONTAINER(link, struct post, link);
        const uint64_t since_us = slack__net_now_us(net);
        post->fn(mailbox->app, status, post->user_data);
        slack__net_note_blocking(net, since_us, "post", "");
        slack__free(post);
    }
}

void slack__mailbox_cancel(slack_mailbox_t *mailbox)
{
    uv_mutex_lock(&mailbox->lock);
    mailbox->closed = true;
    uv_mutex_unlock(&mailbox->lock);
    slack__mailbox_run(mailbox, NULL, SLACK_ECANCELED);
}

static void mailbox_woken(uv_async_t *handle)
{
    slack_mailbox_t *mailbox = SLACK_CONTAINER(handle, slack_mailbox_t, wakeup);
    mailbox->woken(mailbox->user_data);
}

int slack__mailbox_open(slack_mailbox_t *mailbox, uv_loop_t *loop, void (*woken)(void *user_data),
                        void *user_data)
{
    mailbox->woken = woken;
    mailbox->user_data = user_data;
    int rc = uv_async_init(loop, &mailbox->wakeup, mailbox_woken);
    if (rc != 0) return rc;
    atomic_store(&mailbox->wakeup_open, true);
    slack__mailbox_wake(mailbox); /* for requests that came before */
    return 0;
}

static void wakeup_closed(uv_handle_t *handle)
{
    slack_mailbox_t *mailbox = SLACK_CONTAINER((uv_async_t *)handle, slack_mailbox_t, wakeup);
    mailbox->closed_fn(mailbox->user_data);
}

bool slack__mailbox_close(slack_mailbox_t *mailbox, void (*closed)(void *user_data))
{
    if (!atomic_exchange(&mailbox->wakeup_open, false)) return false;
    while (atomic_load(&mailbox->senders) > 0) {
        /* Another thread is between two instructions of slack__mailbox_wake(). */
    }
    mailbox->closed_fn = closed;
    uv_close((uv_handle_t *)&mailbox->wakeup, wakeup_closed);
    return true;
}
