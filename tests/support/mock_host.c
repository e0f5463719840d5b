/* SPDX-License-Identifier: MIT */
#include "support/mock_host.h"
#include "support/test.h"

#include "support/heap.h"

#define DELIVERIES_MAX 4096

static mock_host_t *mock_of(slack_transport_t *t)
{
    return t->host_data;
}

/* ---- the host's functions ---- */

/* The states that may follow each state. */
static bool follows(enum slack_transport_state from, enum slack_transport_state to)
{
    switch (to) {
    case SLACK_TRANSPORT_IDLE: return false;
    case SLACK_TRANSPORT_STARTING: return from == SLACK_TRANSPORT_IDLE;
    case SLACK_TRANSPORT_READY:
        return from == SLACK_TRANSPORT_STARTING || from == SLACK_TRANSPORT_DEGRADED;
    case SLACK_TRANSPORT_DEGRADED:
        return from == SLACK_TRANSPORT_STARTING || from == SLACK_TRANSPORT_READY;
    case SLACK_TRANSPORT_STOPPED: return from != SLACK_TRANSPORT_STOPPED;
    }
    return false;
}

static void on_state(slack_transport_t *t, enum slack_transport_state state, int reason)
{
    mock_host_t *mock = mock_of(t);
    assert_int_equal(mock->depth, 0);
    if (mock->stopping) /* STARTING may still be reported before STOPPED */
        assert_true(state == SLACK_TRANSPORT_STARTING || state == SLACK_TRANSPORT_STOPPED);
    if (!follows(mock->state, state)) fail_msg("state %d after state %d", state, mock->state);
    mock->state = t->state = state;
    mock->reason = reason;
    mock->states++;
    if (state == SLACK_TRANSPORT_READY) mock->was_ready = true;
    if (state == SLACK_TRANSPORT_STOPPED) mock->stopped++;
    if (state == mock->stop_in) mock_stop(mock);
}

static void on_used(slack_transport_t *t)
{
    mock_of(t)->used++;
}

static char *copy_slice(slack_slice_t s)
{
    char *copy = malloc(s.len + 1);
    assert_non_null(copy);
    if (s.len > 0) memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

/* By malloc(): the library's allocator may be failing on purpose. */
static char *copy_json(const slack_json_t *value)
{
    heap_pause();
    slack_buf_t buf;
    slack__buf_init(&buf, 1 << 24);
    assert_int_equal(slack__json_write(&buf, value), 0);
    char *copy = copy_slice((slack_slice_t){slack__buf_ptr(&buf), buf.len});
    slack__buf_done(&buf);
    heap_resume();
    return copy;
}

static void on_deliver(slack_transport_t *t, slack_delivery_t *d)
{
    mock_host_t *mock = mock_of(t);
    assert_int_equal(mock->depth, 0);
    assert_true(mock->was_ready);
    assert_int_equal(mock->stopped, 0);
    assert_true(mock->count < DELIVERIES_MAX);
    assert_non_null(d->arena);
    assert_non_null(d->retry_reason);
    d->transport = t;
    mock->deliveries[mock->count++] = (mock_delivery_t){
        .d = d,
        .kind = d->kind,
        .body = copy_json(d->body),
        .key = copy_slice(d->key),
        .app_id = copy_slice(slack__slice(d->app_id)),
        .retry_num = d->retry_num,
        .retry_reason = copy_slice(slack__slice(d->retry_reason)),
        .wait_us = d->deadline_us ? d->deadline_us - d->received_us : 0,
        .body_allowed = d->body_allowed,
        .ack_status = 1,
    };
    if (mock->script == MOCK_STOP) mock_stop(mock);
    if (mock->script == MOCK_ACK) slack__task_post(mock->world.net, &mock->task);
}

static void run_acks(slack_task_t *task)
{
    mock_host_t *mock = SLACK_CONTAINER(task, mock_host_t, task);
    for (size_t i = 0; i < mock->count; i++)
        if (mock->deliveries[i].d && mock->deliveries[i].ack_status == 1)
            mock_ack(mock, i, mock->ack.outcome, mock->ack.type, mock->ack.body.ptr);
}

static int on_call(slack_transport_t *t, const char *method, slack_call_fn fn, void *user_data)
{
    mock_host_t *mock = mock_of(t);
    return mock->call ? mock->call(mock, method, fn, user_data) : SLACK_EINVAL;
}

static int on_visit(slack_transport_t *t, struct slack_http_request *request)
{
    mock_host_t *mock = mock_of(t);
    return mock->visit_status;
}

SLACK_PRINTF(2, 3)
static void on_error(slack_transport_t *t, const char *format, ...)
{
    mock_host_t *mock = mock_of(t);
    va_list ap;
    va_start(ap, format);
    vsnprintf(mock->error, sizeof mock->error, format, ap);
    va_end(ap);
}

/* ---- the host itself ---- */

void mock_host_open(mock_host_t *mock)
{
    memset(mock, 0, sizeof *mock);
    assert_true(world_open(&mock->world));
    world_run_clock(&mock->world);
    mock->world.wall_ms = (int64_t)MOCK_WALL_S * 1000;
    mock->host = (struct slack_transport_host){.net = mock->world.net,
                                               .state = on_state,
                                               .used = on_used,
                                               .deliver = on_deliver,
                                               .call = on_call,
                                               .visit = on_visit,
                                               .error = on_error};
    mock->visit_status = SLACK_ENOTFOUND;
    mock->task.run = run_acks;
    slack__link_init(&mock->task.link);
    mock->deliveries = calloc(DELIVERIES_MAX, sizeof *mock->deliveries);
    assert_non_null(mock->deliveries);
}

static void free_delivery(mock_delivery_t *delivery)
{
    assert_null(delivery->d);
    free(delivery->body);
    free(delivery->key);
    free(delivery->app_id);
    free(delivery->retry_reason);
}

void mock_host_close(mock_host_t *mock)
{
    slack__task_cancel(&mock->task);
    world_close(&mock->world);
    for (size_t i = 0; i < mock->count; i++)
        free_delivery(&mock->deliveries[i]);
    free(mock->deliveries);
}

int mock_start(mock_host_t *mock, slack_transport_t *t)
{
    mock->transport = t;
    t->host_data = mock;
    mock->depth++;
    int rc = t->ops->start(t);
    mock->depth--;
    return rc;
}

void mock_stop(mock_host_t *mock)
{
    mock->stopping = true;
    mock->depth++;
    mock->transport->ops->stop(mock->transport);
    mock->depth--;
}

void mock_drain(mock_host_t *mock)
{
    mock->depth++;
    mock->transport->ops->drain(mock->transport);
    mock->depth--;
}

int mock_ack(mock_host_t *mock, size_t nth, enum slack_ack_outcome outcome,
             enum slack_ack_body type, const char *body)
{
    assert_true(nth < mock->count);
    mock_delivery_t *delivery = &mock->deliveries[nth];
    assert_non_null(delivery->d);
    const slack_ack_t ack = {outcome, type, slack__slice(body)};
    mock->depth++;
    int rc = mock->transport->ops->ack(mock->transport, delivery->d, &ack);
    mock->depth--;
    delivery->ack_status = rc;
    if (rc == SLACK_ETOOBIG || rc == SLACK_EACKBODY) return rc;
    if (rc != 0 && rc != SLACK_ECLOSED) fail_msg("ack returned %s", slack_err_name(rc));
    slack__delivery_free(delivery->d);
    delivery->d = NULL;
    return rc;
}

void mock_destroy(mock_host_t *mock, slack_transport_t *t)
{
    for (size_t i = 0; i < mock->count; i++)
        if (mock->deliveries[i].d)
            assert_int_equal(mock_ack(mock, i, SLACK_ACK_LATER, SLACK_ACK_BODY_NONE, NULL),
                             SLACK_ECLOSED);
    t->ops->destroy(t);
    mock->transport = NULL;
}

/* ---- the loop ---- */

void mock_run_until_state(mock_host_t *mock, enum slack_transport_state state)
{
    world_until(&mock->world, mock->state == state);
}

void mock_run_until_count(mock_host_t *mock, size_t deliveries)
{
    world_until(&mock->world, mock->count >= deliveries);
}

void mock_turns(mock_host_t *mock, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        uv_run(&mock->world.loop, UV_RUN_NOWAIT);
}
