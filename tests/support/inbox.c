/* SPDX-License-Identifier: MIT */
#include "support/inbox.h"
#include "support/test.h"

#include "app/inspect.h"
#include "support/store_file.h"

struct inbox inbox;

/* ---- handlers that note their runs ---- */

void inbox_note(const char *what)
{
    size_t len = strlen(inbox.order);
    snprintf(inbox.order + len, sizeof inbox.order - len, "%s", what);
}

int inbox_append(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(user_data);
    return 0;
}

int inbox_scripted(slack_ctx_t *ctx, void *user_data)
{
    if (user_data) inbox_note(user_data);
    unsigned i = inbox.runs < 8 ? inbox.runs : 7;
    inbox.attempts_seen[i] = slack_ctx_attempt(ctx);
    inbox.runs++;
    return inbox.outcomes[i];
}

int inbox_hold(slack_ctx_t *ctx, void *user_data)
{
    inbox_note(slack_json_str(slack_ctx_event(ctx), "/text"));
    slack_ctx_hold(ctx);
    inbox.held[inbox.held_count++] = ctx;
    return 0;
}

static void on_dead(slack_ctx_t *ctx, const slack_dead_t *dead, void *user_data)
{
    inbox.last_dead = *dead;
    snprintf(inbox.dead_error, sizeof inbox.dead_error, "%s", dead->error);
    assert_non_null(slack_ctx_body(ctx));
    inbox.deads++;
}

/* ---- the app ---- */

void inbox_open(const char *store, const slack_options_t *more)
{
    slack_options_t o = more ? *more : (slack_options_t){0};
    o.store = store;
    app_open(&inbox.f, &o);
    memset(inbox.outcomes, 0, sizeof inbox.outcomes);
    *inbox.order = *inbox.dead_error = '\0';
    inbox.runs = inbox.deads = inbox.held_count = 0;
    slack_on_dead(inbox.f.app, on_dead, NULL);
}

void inbox_deliver(const char *id, const char *text, app_ack_t *ack)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"type\":\"event_callback\",\"event_id\":\"%s\",\"team_id\":\"T1\",\"event\":{"
             "\"type\":\"message\",\"channel\":\"C1\",\"user\":\"U1\",\"ts\":\"%s.1\",\"text\":"
             "\"%s\"}}",
             id, id, text);
    app_inject(&inbox.f, body, ack);
}

void inbox_until_runs(unsigned count)
{
    world_until(&inbox.f.world, inbox.runs >= count);
    app_settle(&inbox.f);
}

int inbox_on_memory(void **state)
{
    inbox_open("memory:", NULL);
    return 0;
}

int inbox_clean(void **state)
{
    store_file_clean();
    return 0;
}

int inbox_on_sqlite(void **state)
{
    store_file_clean();
    inbox_open(store_file_url(), NULL);
    return 0;
}

void inbox_run_first(void)
{
    app_ack_t ack = {0};
    app_ready(&inbox.f);
    inbox_deliver("Ev1", "x", &ack);
    inbox_until_runs(1);
    assert_int_equal(ack.outcome, SLACK_ACK_OK);
}

void inbox_hold_first(bool deliver)
{
    app_ack_t ack = {0};
    app_ready(&inbox.f);
    if (deliver) inbox_deliver("Ev1", "h", &ack);
    inbox_until_held(1);
}

void inbox_until_held(unsigned count)
{
    world_until(&inbox.f.world, inbox.held_count >= count);
}

void inbox_restart(void)
{
    app_close(&inbox.f);
    inbox_open(store_file_url(), NULL);
}

void inbox_end_at_once(void)
{
    app_spin(&inbox.f);
    slack_app_stop(inbox.f.app); /* app_close() stops a second time, which ends the drain */
    app_close(&inbox.f);
}

static void dead_retried(slack_store_op_t *op)
{
    assert_int_equal(op->status, 0);
    assert_int_equal(op->batch->count, 1);
    op->kind = SLACK_STORE_STATS; /* the operation has ended */
}

void inbox_retry_dead(int64_t id)
{
    slack_store_t *store = slack__inspect_store(inbox.f.app);
    slack_store_batch_t batch = {.one = id != 0, .now_ms = INT64_MAX};
    slack_store_op_t op = {
        .kind = SLACK_STORE_RETRY, .row.id = id, .batch = &batch, .done = dead_retried};
    slack__link_init(&op.link);
    store->ops->submit(store, &op);
    world_until(&inbox.f.world,
                op.kind != SLACK_STORE_RETRY); /* until then the batch belongs to the store */
}
