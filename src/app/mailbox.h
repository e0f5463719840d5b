/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_MAILBOX_H
#define SLACK_APP_MAILBOX_H

#include <stdatomic.h>

#include <slack/app.h>
#include <uv.h>

#include "net/loop.h"
#include "util/queue.h"

/*
 * Requests from other threads to the loop. slack_app_stop() and slack_app_reload() are legal in a
 * signal handler, so they take no lock: `senders` counts the threads that use the handle, and
 * closing waits until it is 0.
 */

/* The most posts that may wait. */
#define SLACK_POSTS_MAX 65536

typedef struct slack_mailbox {
    slack_app_t *app; /* opaque: only passed to functions of the program */
    uv_mutex_t lock;  /* for posts, count, closed */
    slack_link_t posts;
    size_t count;
    bool closed;
    atomic_bool refusing; /* the last post was refused */

    uv_async_t wakeup;
    atomic_bool wakeup_open;
    atomic_uint senders;
    atomic_uint stop_requests, reload_requests;
    unsigned stops_seen, reloads_seen; /* only the loop uses them */
    void (*woken)(void *user_data);
    void (*closed_fn)(void *user_data);
    void *user_data;
} slack_mailbox_t;

int slack__mailbox_init(slack_mailbox_t *mailbox, slack_app_t *app); /* 0; SLACK_ENOMEM */
void slack__mailbox_done(slack_mailbox_t *mailbox);

/* From now on the loop calls `woken` after each wake, and once for requests that came before. 0, or
 * libuv's error. */
int slack__mailbox_open(slack_mailbox_t *mailbox, uv_loop_t *loop, void (*woken)(void *user_data),
                        void *user_data);
/* Closes the handle and then calls `closed`. False if it was not open. */
bool slack__mailbox_close(slack_mailbox_t *mailbox, void (*closed)(void *user_data));

/* Any thread. */
void slack__mailbox_wake(void *mailbox);
int slack__mailbox_post(slack_mailbox_t *mailbox,
                        void (*fn)(slack_app_t *app, int status, void *user_data), void *user_data);

/* How many stops were requested since the last call, and whether a reload was requested. */
unsigned slack__mailbox_stops(slack_mailbox_t *mailbox);
bool slack__mailbox_reloads(slack_mailbox_t *mailbox);
/* Calls the posted functions with `status`. `net` may be NULL. */
void slack__mailbox_run(slack_mailbox_t *mailbox, slack_net_t *net, int status);
/* Takes no more posts, and calls the posted functions with SLACK_ECANCELED. */
void slack__mailbox_cancel(slack_mailbox_t *mailbox);

#endif
