/* SPDX-License-Identifier: MIT */
#ifndef SLACK_INBOX_OWN_PUT_H
#define SLACK_INBOX_OWN_PUT_H

#include <slack/inbox.h>

#include "inbox/inbox.h"

typedef void (*slack_cancel_fn)(slack_app_t *app, int status, void *user_data);

/* A row that the program stores outside of a delivery: a job, or a request of the outbox. It lies
 * in its arena. */
typedef struct slack_own_put {
    slack_link_t link; /* inbox->deferred: before the start */
    slack_inbox_t *inbox;
    slack_arena_t *arena;
    slack_store_op_t op; /* PUT, and its row */
    const char *own_key; /* of the program; NULL: none */
    slack_stored_fn stored;
    void *stored_data;
    /* Runs before `stored`, if it is set. */
    void (*done)(struct slack_own_put *own);
} slack_own_put_t;

/* A row that a program names has this key. It keeps the keys of the program apart from Slack's
 * event ids, from those of other kinds, and from those of other apps. NULL: memory is out. */
const char *slack__own_key(const slack_inbox_t *inbox, slack_arena_t *arena, slack_slice_t kind,
                           const char *own_key);

/* An object that begins with a slack_own_put_t, in an arena of its own. NULL: memory is out. */
void *slack__own_put_new(slack_inbox_t *inbox, size_t size);
/* Stores the row, or keeps it until the start. It needs its kind, name, payload, order, tenant and
 * due_ms; the rest is filled in. 0: `stored` will run, and the arena is freed then; SLACK_ENOMEM.
 */
int slack__own_put(slack_own_put_t *own);
/* Stores the rows from before the start. The second function ends them with SLACK_ECANCELED. */
void slack__own_puts_start(slack_inbox_t *inbox);
void slack__own_puts_cancel(slack_inbox_t *inbox);

/* Deletes the queued row that has the program's key. 0: `fn` will run. SLACK_EINVAL: no key;
 * SLACK_ECANCELED: the app is not running; SLACK_ENOMEM. */
int slack__own_cancel(slack_inbox_t *inbox, slack_slice_t kind, const char *own_key,
                      slack_cancel_fn fn, void *user_data);

#endif
