/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <slack/options.h>

#include "store/sqlite_db.h"
#include "util/alloc.h"

/*
 * The inbox in a file: one thread owns the database. It takes all that was submitted since its last
 * commit as one transaction, so one fsync serves many deliveries, and hands them back to the loop.
 *
 *     loop: submit -> waiting -> thread: BEGIN … COMMIT -> ended -> loop: op->done()
 */

/* The most operations of a transaction: what came behind them waits for its commit no longer than
 * it would anyway. */
#define BATCH_MAX 1024

typedef struct sqlite_store {
    slack_store_t store;
    slack_net_t *net;
    slack_db_t *db; /* the thread's */
    uv_thread_t thread;
    uv_async_t wakeup; /* something has ended */
    void (*close_fn)(void *user_data);
    void *close_data;
    slack_task_t task; /* the completions, off libuv's callback */

    uv_mutex_t lock; /* of all that follows */
    uv_cond_t work;
    slack_link_t waiting, ended;
    bool closing;
    bool over;           /* the thread has done its last */
    slack_db_time_t now; /* as the loop saw it last: a test's clock is the loop's alone */
    char error[SLACK_ERROR_TEXT_MAX]; /* of the last transaction that failed; to be logged */
    bool works;                       /* the last one was committed */
    char told[SLACK_ERROR_TEXT_MAX];  /* the loop's: what it logged, as long as that lasts */
} sqlite_store_t;

/* --- the thread ---------------------------------------------------------------------------- */

/* Behind those that have not had their turn. */
static void take(slack_link_t *batch, slack_link_t *from)
{
    slack_link_t *link;
    unsigned count = 0;
    for (link = batch->next; link != batch; link = link->next)
        count++;
    for (; count < BATCH_MAX && (link = slack__list_shift(from)); count++)
        slack__list_push(batch, link);
}

static void run_thread(void *arg)
{
    sqlite_store_t *s = arg;
    slack_link_t batch, ended;
    slack__link_init(&batch);
    slack__link_init(&ended);
    uv_mutex_lock(&s->lock);
    for (;;) {
        take(&batch, &s->waiting);
        if (slack__list_empty(&batch)) {
            if (s->closing) break;
            uv_cond_wait(&s->work, &s->lock);
            continue;
        }
        const slack_db_time_t now = s->now;
        uv_mutex_unlock(&s->lock);

        char error[SLACK_ERROR_TEXT_MAX] = "";
        int rc = slack__db_apply(s->db, &batch, &ended, &now, error);

        uv_mutex_lock(&s->lock);
        slack__list_splice(&s->ended, &ended);
        if (*error) memcpy(s->error, error, sizeof error);
        if (rc != SLACK_DB_READ) s->works = rc == 0;
        uv_async_send(&s->wakeup);
        uv_mutex_unlock(&s->lock);
        slack__db_rest(s->db);
        uv_mutex_lock(&s->lock);
    }
    uv_mutex_unlock(&s->lock);
    slack__db_close(s->db);
    uv_mutex_lock(&s->lock);
    s->over = true;
    uv_async_send(&s->wakeup);
    uv_mutex_unlock(&s->lock);
}

/* --- the loop ------------------------------------------------------------------------------ */

static void free_store(sqlite_store_t *s)
{
    uv_cond_destroy(&s->work);
    uv_mutex_destroy(&s->lock);
    slack__free(s);
}

static void on_closed(uv_handle_t *handle)
{
    sqlite_store_t *s = handle->data;
    void (*fn)(void *user_data) = s->close_fn;
    void *user_data = s->close_data;
    free_store(s);
    if (fn) fn(user_data);
}

/* One line when it begins to fail, or fails in another way, and one when it works again. */
static void tell(sqlite_store_t *s, const char *error, bool works)
{
    if (*error && strcmp(error, s->told) != 0) {
        SLACK_LOG(slack__net_log(s->net), ERROR, "store failed", "error=%s", error);
        snprintf(s->told, sizeof s->told, "%s", error);
    }
    if (works && *s->told) {
        SLACK_LOG(slack__net_log(s->net), INFO, "store works again", "was=%s", s->told);
        *s->told = '\0';
    }
}

static void complete(slack_task_t *task)
{
    sqlite_store_t *s = SLACK_CONTAINER(task, sqlite_store_t, task);
    char error[SLACK_ERROR_TEXT_MAX];
    slack_link_t ended, *link;
    slack__link_init(&ended);
    uv_mutex_lock(&s->lock);
    slack__list_splice(&ended, &s->ended);
    memcpy(error, s->error, sizeof error);
    *s->error = '\0';
    bool over = s->over, works = s->works;
    uv_mutex_unlock(&s->lock);

    tell(s, error, works);
    while ((link = slack__list_shift(&ended))) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->done(op);
    }
    if (!over || uv_is_closing((uv_handle_t *)&s->wakeup)) return;
    uv_thread_join(&s->thread);
    slack__task_cancel(&s->task);
    uv_close((uv_handle_t *)&s->wakeup, on_closed);
}

static void on_wakeup(uv_async_t *handle)
{
    sqlite_store_t *s = handle->data;
    slack__task_post(s->net, &s->task);
}

static void sqlite_submit(slack_store_t *store, slack_store_op_t *op)
{
    sqlite_store_t *s = SLACK_CONTAINER(store, sqlite_store_t, store);
    const slack_clock_t *clock = slack__net_clock(s->net);
    const slack_db_time_t now = {slack__wall_ms(clock), slack__mono_ms(clock)};
    uv_mutex_lock(&s->lock);
    slack__list_push(&s->waiting, &op->link);
    op->since_ns = uv_hrtime();
    s->now = now;
    uv_cond_signal(&s->work);
    uv_mutex_unlock(&s->lock);
}

static void sqlite_close(slack_store_t *store, void (*fn)(void *user_data), void *user_data)
{
    sqlite_store_t *s = SLACK_CONTAINER(store, sqlite_store_t, store);
    s->close_fn = fn;
    s->close_data = user_data;
    uv_mutex_lock(&s->lock);
    s->closing = true;
    uv_cond_signal(&s->work);
    uv_mutex_unlock(&s->lock);
}

/* --- opening ------------------------------------------------------------------------------- */

static int start_thread(sqlite_store_t *s)
{
    if (uv_mutex_init(&s->lock) != 0) return SLACK_ENOMEM;
    if (uv_cond_init(&s->work) != 0) {
        uv_mutex_destroy(&s->lock);
        return SLACK_ENOMEM;
    }
    if (uv_async_init(slack__net_loop(s->net), &s->wakeup, on_wakeup) == 0) {
        s->wakeup.data = s;
        if (uv_thread_create(&s->thread, run_thread, s) == 0) return 0;
        /* The handle cannot be given back at once, so the store goes when that is closed. */
        uv_close((uv_handle_t *)&s->wakeup, on_closed);
        return SLACK_EIO;
    }
    uv_cond_destroy(&s->work);
    uv_mutex_destroy(&s->lock);
    return SLACK_ENOMEM;
}

static int sqlite_open(slack_store_t **ret, slack_net_t *net, const char *rest, char *error)
{
    char scratch[SLACK_ERROR_TEXT_MAX];
    if (!error) error = scratch;
    if (!*rest) {
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_STORE: a path has to follow \"sqlite:\"");
        return SLACK_ECONFIG;
    }
    if (strcmp(rest, ":memory:") == 0) { /* SQLite's word for a database that nobody keeps */
        snprintf(error, SLACK_ERROR_TEXT_MAX,
                 "SLACK_STORE: sqlite::memory: would lose what was acknowledged when the process "
                 "ends; \"memory:\" is the store that does so");
        return SLACK_ECONFIG;
    }
    sqlite_store_t *s = slack__calloc(1, sizeof *s);
    if (!s) return SLACK_ENOMEM;
    s->store.ops = &slack__store_sqlite;
    s->net = net;
    s->task.run = complete;
    slack__link_init(&s->task.link);
    slack__link_init(&s->waiting);
    slack__link_init(&s->ended);
    int rc = slack__db_open(&s->db, rest, slack__wall_ms(slack__net_clock(net)), error);
    if (rc == 0) {
        rc = start_thread(s);
        if (rc == 0) {
            *ret = &s->store;
            return 0;
        }
        snprintf(error, SLACK_ERROR_TEXT_MAX, "SLACK_STORE: its thread could not be started");
        slack__db_close(s->db);
    }
    if (rc != SLACK_EIO) slack__free(s);
    return rc == SLACK_EIO ? SLACK_ESTORE : rc;
}

const slack_store_ops_t slack__store_sqlite = {
    .scheme = "sqlite",
    .durable = true,
    .open = sqlite_open,
    .submit = sqlite_submit,
    .close = sqlite_close,
};
