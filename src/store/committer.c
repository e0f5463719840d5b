/* SPDX-License-Identifier: MIT */
#include "store/committer.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <slack/options.h>

#include "util/alloc.h"
#include "util/error.h"

/* So many commits are timed between two turns of the loop. */
#define COMMITS_MAX 64
/* From one line about a store that fails to the next. */
#define REPORT_MS 60000

typedef struct committer {
    slack_store_t store;
    slack_net_t *net;
    slack_db_t *db; /* the thread's */
    uv_thread_t thread;
    uv_async_t wakeup; /* the thread has ended operations, or itself */
    slack_task_t task; /* runs the completions, out of libuv's callback */
    void (*close_fn)(void *user_data);
    void *close_data;
    char reported[SLACK_ERROR_TEXT_MAX]; /* the failure that the log has; "": the store works */
    uint64_t failed_ms, reported_ms;     /* when it began; when the log had it last */

    int bell; /* an eventfd that wakes the thread */

    uv_mutex_t lock; /* of all that follows */
    slack_link_t waiting, ended;
    bool asleep; /* the thread waits for the bell */
    bool closing;
    bool over;                        /* the thread has closed the database */
    slack_db_time_t now;              /* of the last submission */
    char error[SLACK_ERROR_TEXT_MAX]; /* of the last transaction that failed; not logged yet */
    char notice[SLACK_DB_NOTICE_MAX];
    uint64_t commits_us[COMMITS_MAX]; /* since the last turn of the loop */
    unsigned commits;
    slack_store_figures_t figures; /* of the engine */
    slack_store_cause_t cause;     /* of the last failure */
    bool works;                    /* the last transaction was committed */
    unsigned changed;              /* by others: the user has not been called yet */
} committer_t;

/* --- for engines --------------------------------------------------------------------------- */

static slack_store_op_t *op_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, slack_store_op_t, link);
}

void slack__db_fail(slack_link_t *ops, int status)
{
    for (slack_link_t *link = ops->next; link != ops; link = link->next) {
        slack_store_op_t *op = op_at(link);
        op->status = status;
        op->duplicate = false;
        bool rows = op->kind == SLACK_STORE_CLAIM || op->kind == SLACK_STORE_LIST ||
                    op->kind == SLACK_STORE_KV_GET || op->kind == SLACK_STORE_KV_LIST;
        if (rows) slack__batch_drop(op->batch);
    }
}

void slack__db_give_up_late(slack_link_t *ops, slack_link_t *ended, uint64_t limit_ms)
{
    const uint64_t limit_ns = limit_ms * 1000000;
    slack_link_t late;
    slack__link_init(&late);
    do
        slack__list_push(&late, slack__list_shift(ops));
    while (!slack__list_empty(ops) && op_at(ops->next)->since_ns + limit_ns <= uv_hrtime());
    slack__db_fail(&late, SLACK_ESTORE);
    slack__list_splice(ended, &late);
}

/* --- the thread ---------------------------------------------------------------------------- */

/* The sentences that the engine has left, if any. Only the loop may write the log. */
static void take_notice(committer_t *c)
{
    if (*c->db->notice) memcpy(c->notice, c->db->notice, sizeof c->notice);
    *c->db->notice = '\0';
}

/* Fill the batch, behind the operations that the database was too busy for. */
static void fill_batch(committer_t *c, slack_link_t *batch)
{
    slack_link_t *link;
    unsigned count = 0;
    for (link = batch->next; link != batch; link = link->next)
        count++;
    for (; count < SLACK_DB_BATCH_MAX && (link = slack__list_shift(&c->waiting)); count++)
        slack__list_push(batch, link);
}

/* The lock is open during the call of the engine. */
static void apply_batch(committer_t *c, slack_link_t *batch)
{
    const slack_db_time_t now = c->now;
    char error[SLACK_ERROR_TEXT_MAX] = "";
    slack_link_t ended;
    slack__link_init(&ended);
    uv_mutex_unlock(&c->lock);
    const uint64_t begun_ns = uv_hrtime();
    const int rc = c->db->ops->apply(c->db, batch, &ended, &now, error);
    const uint64_t ended_ns = uv_hrtime();
    uv_mutex_lock(&c->lock);
    if (rc == 0 && c->commits < COMMITS_MAX)
        c->commits_us[c->commits++] = (ended_ns - begun_ns) / 1000;
    c->figures = c->db->figures;
    c->cause = c->db->cause;
    slack__list_splice(&c->ended, &ended);
    if (*error) memcpy(c->error, error, sizeof error);
    take_notice(c);
    if (rc != SLACK_DB_READ) c->works = rc == 0;
    uv_async_send(&c->wakeup);
}

/* `batch` has the operations that were too early for the database, or is empty. */
static void rest(committer_t *c, slack_link_t *batch, slack_db_wait_t *ret)
{
    slack_link_t *oldest = slack__list_empty(batch) ? c->waiting.next : batch->next;
    *ret = (slack_db_wait_t){.fd = -1, .ms = -1};
    c->db->waiting_ns = oldest == &c->waiting ? 0 : op_at(oldest)->since_ns;
    uv_mutex_unlock(&c->lock);
    const unsigned changed = c->db->ops->rest(c->db, ret);
    uv_mutex_lock(&c->lock);
    c->changed |= changed;
    c->db->figures.notifications += changed != 0;
    c->figures = c->db->figures;
    const bool notices = *c->db->notice != '\0';
    take_notice(c);
    if (changed || notices) uv_async_send(&c->wakeup);
}

/* Wait for the bell, and for the engine. True: the engine has got what it waits for. */
static bool sleep_until_due(committer_t *c, const slack_db_wait_t *wait)
{
    struct pollfd fds[] = {{.fd = c->bell, .events = POLLIN}, {.fd = wait->fd, .events = POLLIN}};
    uint64_t rings;
    c->asleep = true;
    uv_mutex_unlock(&c->lock);
    const int count = poll(fds, 2, wait->ms);
    const bool rung = count > 0 && fds[0].revents && read(c->bell, &rings, sizeof rings) > 0;
    uv_mutex_lock(&c->lock);
    c->asleep = false;
    return count == 0 || (count > 0 && !rung);
}

/* The lock is closed. */
static void wake(committer_t *c)
{
    static const uint64_t once = 1;
    const ssize_t n = c->asleep ? write(c->bell, &once, sizeof once) : 0;
    (void)n; /* the counter is never full */
    c->asleep = false;
}

static void run_thread(void *arg)
{
    committer_t *c = arg;
    slack_link_t batch;
    slack_db_wait_t wait;
    slack__link_init(&batch);
    uv_mutex_lock(&c->lock);
    rest(c, &batch, &wait);
    for (;;) {
        fill_batch(c, &batch);
        const bool idle = slack__list_empty(&batch);
        if (idle && c->closing) break;
        if (!idle) apply_batch(c, &batch);
        if (!idle || sleep_until_due(c, &wait)) rest(c, &batch, &wait);
    }
    uv_mutex_unlock(&c->lock);
    c->db->ops->close(c->db);
    uv_mutex_lock(&c->lock);
    c->over = true;
    uv_async_send(&c->wakeup);
    uv_mutex_unlock(&c->lock);
}

/* --- the loop ------------------------------------------------------------------------------ */

static void committer_closed(uv_handle_t *handle)
{
    committer_t *c = handle->data;
    void (*fn)(void *user_data) = c->close_fn;
    void *user_data = c->close_data;
    close(c->bell);
    uv_mutex_destroy(&c->lock);
    slack__free(c);
    if (fn) fn(user_data);
}

/* One line when the store begins to fail, or fails in another way, one a minute while it fails, and
 * one when it works again. */
static void report(committer_t *c, const char *error, bool works)
{
    const uint64_t now = slack__mono_ms(slack__net_clock(c->net));
    const bool another = *error && strcmp(error, c->reported) != 0;
    if (another && !*c->reported) c->failed_ms = now;
    if (another) {
        SLACK_LOG(slack__net_log(c->net), ERROR, "store failed", "error=%s", error);
        snprintf(c->reported, sizeof c->reported, "%s", error);
    } else if (*error && now - c->reported_ms >= REPORT_MS) {
        SLACK_LOG(slack__net_log(c->net), WARN, "store still fails", "for_s=%llu error=%s",
                  (unsigned long long)((now - c->failed_ms) / 1000), error);
    } else if (*error) {
        return;
    }
    c->reported_ms = now;
    if (works && *c->reported) {
        SLACK_LOG(slack__net_log(c->net), INFO, "store works again", "was=%s", c->reported);
        *c->reported = '\0';
    }
}

/* One line for each sentence. */
static void log_notice(committer_t *c, const char *notice)
{
    slack_slice_t rest = slack__slice(notice), line;
    while (rest.len > 0) {
        slack__slice_split(&rest, '\n', &line);
        SLACK_LOG(slack__net_log(c->net), WARN, "store warns", "warning=%.*s", (int)line.len,
                  line.ptr);
    }
}

/* The lock is closed, and opened for the calls. */
static void tell_times(committer_t *c, const slack_link_t *ended)
{
    uint64_t commits_us[COMMITS_MAX];
    const unsigned commits = c->commits;
    memcpy(commits_us, c->commits_us, commits * sizeof *commits_us);
    c->commits = 0;
    c->store.figures = c->figures;
    c->store.cause = c->cause;
    uv_mutex_unlock(&c->lock);
    const uint64_t now = uv_hrtime();
    for (unsigned i = 0; c->store.timed && i < commits; i++)
        c->store.timed(c->store.changed_data, true, commits_us[i]);
    for (slack_link_t *link = ended->next; c->store.timed && link != ended; link = link->next)
        c->store.timed(c->store.changed_data, false, (now - op_at(link)->since_ns) / 1000);
    uv_mutex_lock(&c->lock);
}

static void run_completions(slack_task_t *task)
{
    committer_t *c = SLACK_CONTAINER(task, committer_t, task);
    char error[SLACK_ERROR_TEXT_MAX], notice[SLACK_DB_NOTICE_MAX];
    slack_link_t ended, *link;
    slack__link_init(&ended);
    uv_mutex_lock(&c->lock);
    slack__list_splice(&ended, &c->ended);
    memcpy(error, c->error, sizeof error);
    *c->error = '\0';
    memcpy(notice, c->notice, sizeof notice);
    *c->notice = '\0';
    const bool over = c->over, works = c->works;
    const unsigned changed = c->changed;
    c->changed = 0;
    tell_times(c, &ended);
    uv_mutex_unlock(&c->lock);

    log_notice(c, notice);
    report(c, error, works);
    while ((link = slack__list_shift(&ended))) {
        slack_store_op_t *op = SLACK_CONTAINER(link, slack_store_op_t, link);
        op->done(op);
    }
    if (changed && c->store.changed) c->store.changed(c->store.changed_data, changed);
    if (!over || uv_is_closing((uv_handle_t *)&c->wakeup)) return;
    uv_thread_join(&c->thread);
    slack__task_cancel(&c->task);
    uv_close((uv_handle_t *)&c->wakeup, committer_closed);
}

static void committer_woken(uv_async_t *handle)
{
    committer_t *c = handle->data;
    slack__task_post(c->net, &c->task);
}

void slack__committer_submit(slack_store_t *store, slack_store_op_t *op)
{
    committer_t *c = SLACK_CONTAINER(store, committer_t, store);
    const slack_clock_t *clock = slack__net_clock(c->net);
    const slack_db_time_t now = {slack__wall_ms(clock), slack__mono_ms(clock)};
    uv_mutex_lock(&c->lock);
    slack__list_push(&c->waiting, &op->link);
    op->since_ns = uv_hrtime();
    c->now = now;
    wake(c);
    uv_mutex_unlock(&c->lock);
}

void slack__committer_close(slack_store_t *store, void (*fn)(void *user_data), void *user_data)
{
    committer_t *c = SLACK_CONTAINER(store, committer_t, store);
    c->close_fn = fn;
    c->close_data = user_data;
    uv_mutex_lock(&c->lock);
    c->closing = true;
    wake(c);
    uv_mutex_unlock(&c->lock);
}

/* --- opening ------------------------------------------------------------------------------- */

/* Start the thread. On failure the committer is freed, if need be when its handle is closed. */
static int start_thread(committer_t *c)
{
    if (uv_mutex_init(&c->lock) != 0) {
        slack__free(c);
        return SLACK_ENOMEM;
    }
    c->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->bell < 0 || uv_async_init(slack__net_loop(c->net), &c->wakeup, committer_woken) != 0) {
        if (c->bell >= 0) close(c->bell);
        uv_mutex_destroy(&c->lock);
        slack__free(c);
        return SLACK_ENOMEM;
    }
    c->wakeup.data = c;
    if (uv_thread_create(&c->thread, run_thread, c) == 0) return 0;
    uv_close((uv_handle_t *)&c->wakeup, committer_closed);
    return SLACK_ESTORE;
}

int slack__committer_open(slack_store_t **ret, const slack_db_ops_t *engine, slack_net_t *net,
                          const char *place, char *error)
{
    char scratch[SLACK_ERROR_TEXT_MAX];
    if (!error) error = scratch;
    committer_t *c = slack__calloc(1, sizeof *c);
    if (!c) return SLACK_ENOMEM;
    c->store.ops = engine->store;
    c->net = net;
    c->task.run = run_completions;
    slack__link_init(&c->task.link);
    slack__link_init(&c->waiting);
    slack__link_init(&c->ended);
    int rc = engine->open(&c->db, place, slack__wall_ms(slack__net_clock(net)), error);
    if (rc != 0) {
        slack__free(c);
        return rc;
    }
    c->db->ops = engine;
    log_notice(c, c->db->notice);
    *c->db->notice = '\0';
    slack_db_t *db = c->db;
    rc = start_thread(c);
    if (rc != 0) {
        slack__explain(error, "the thread of the store could not be started");
        engine->close(db);
        return rc;
    }
    *ret = &c->store;
    return 0;
}
