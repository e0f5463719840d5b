/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "net/curl_transfer.h"

void slack__transfer_end(slack_transfer_t *transfer, CURLcode code)
{
    if (transfer->over) return;
    transfer->over = true;
    transfer->code = code;
    slack__timer_stop(transfer->curl->net, &transfer->idle.timer);
    curl_multi_remove_handle(transfer->curl->multi, transfer->easy);
    slack__unlink(&transfer->link);
    slack__list_push(&transfer->curl->ended, &transfer->link);
    slack__transfer_post(transfer);
}

/* End it for a reason that libcurl does not know. Neither source nor sink is called again. */
static void transfer_fail(slack_transfer_t *transfer, int status)
{
    if (transfer->fault == 0) transfer->fault = status;
    if (transfer->over)
        slack__transfer_post(transfer);
    else
        slack__transfer_end(transfer, CURLE_ABORTED_BY_CALLBACK);
}

void slack__curl_cancel(slack_transfer_t *transfer)
{
    transfer_fail(transfer, SLACK_ECANCELED);
}

void slack__curl_resume_source(slack_transfer_t *transfer)
{
    if (!transfer->out.waits) return;
    transfer->out.waits = false;
    slack__transfer_note_bytes(transfer);
    slack__transfer_post(transfer);
}

void slack__curl_resume_sink(slack_transfer_t *transfer)
{
    if (!transfer->in.waits) return;
    transfer->in.waits = false;
    slack__transfer_note_bytes(transfer);
    slack__transfer_post(transfer);
}

/* Let libcurl go on in the directions that have bytes and room. */
static void transfer_unpause(slack_transfer_t *transfer)
{
    if (transfer->over) return;
    const int wait =
        (transfer->in.full ? CURLPAUSE_RECV : 0) | (transfer->out.starved ? CURLPAUSE_SEND : 0);
    /* libcurl may give bytes at once, to transfer_receive(). */
    CURLcode code = curl_easy_pause(transfer->easy, wait);
    if (code != CURLE_OK) slack__transfer_end(transfer, code);
}

/* Heeds the result of a sink's function. */
static void sink_returned(slack_transfer_t *transfer, int rc)
{
    if (rc < 0) transfer_fail(transfer, rc);
    if (rc > 0) transfer->in.waits = true;
}

static void transfer_feed_sink(slack_transfer_t *transfer)
{
    transfer_in_t *in = &transfer->in;
    if (in->waits || transfer->fault) return;
    if (in->has_head && !in->told_head) {
        in->told_head = true;
        slack__transfer_read_result(transfer, CURLE_OK);
        if (in->sink.head)
            sink_returned(transfer, in->sink.head(&transfer->result, in->sink.user_data));
    }
    if (in->waits || transfer->fault) return;
    if (in->bytes.len > 0) {
        const int rc =
            in->sink.write(slack__buf_ptr(&in->bytes), in->bytes.len, in->sink.user_data);
        slack__budget_give(transfer->budget, in->bytes.len);
        slack__buf_clear(&in->bytes);
        sink_returned(transfer, rc);
    }
    if (in->waits || transfer->fault || !in->full) return;
    in->full = false;
    transfer_unpause(transfer);
}

static void transfer_ask_source(slack_transfer_t *transfer)
{
    transfer_out_t *out = &transfer->out;
    const uint64_t len = (uint64_t)out->source.len; /* -1: a length that is never reached */
    if (out->waits || out->over || out->bytes.len > 0) return;
    size_t max = SLACK_CURL_WINDOW, n = 0;
    if (len - out->given < max) max = (size_t)(len - out->given);
    char *tail;
    int rc = slack__buf_reserve(&out->bytes, max, &tail);
    if (rc == 0) rc = out->source.read(out->source.user_data, tail, max, &n);
    out->waits = rc == SLACK_CURL_LATER;
    if (rc < 0) transfer_fail(transfer, rc);
    if (rc != 0 || transfer->over) return;
    slack__buf_commit(&out->bytes, n);
    out->given += n;
    out->over = n == 0 || out->given == len;
    if (n == 0 && out->source.len >= 0) transfer_fail(transfer, SLACK_EIO);
}

bool slack__transfer_step(slack_transfer_t *transfer)
{
    if (slack__transfer_has_sink(transfer)) transfer_feed_sink(transfer);
    if (slack__transfer_has_source(transfer) && !transfer->over) {
        transfer_ask_source(transfer);
        if (transfer->out.starved && (transfer->out.bytes.len > 0 || transfer->out.over)) {
            transfer->out.starved = false;
            transfer_unpause(transfer);
        }
    }
    if (!transfer->over) return false;
    if (transfer->in.waits && transfer->curl->closing) transfer->fault = SLACK_ECANCELED;
    return !transfer->in.waits || transfer->fault != 0 || transfer->code != CURLE_OK;
}

static void transfer_idle_fired(slack_timer_t *timer)
{
    slack_transfer_t *transfer = SLACK_CONTAINER(timer, slack_transfer_t, idle.timer);
    slack_net_t *net = transfer->curl->net;
    const uint64_t limit_us = (uint64_t)transfer->idle.limit_ms * 1000;
    /* The peer is not expected to send or take bytes while the program makes it wait. */
    if (transfer->in.waits || transfer->out.waits) slack__transfer_note_bytes(transfer);
    const uint64_t due_us = transfer->idle.since_us + limit_us;
    if (due_us > slack__mono_us(slack__net_clock(net)))
        slack__timer_start_at(net, timer, due_us);
    else
        transfer_fail(transfer, SLACK_ETIMEDOUT);
}

void slack__transfer_begin(slack_transfer_t *transfer)
{
    slack__timer_init(&transfer->idle.timer, transfer_idle_fired);
    slack__transfer_note_bytes(transfer);
    if (transfer->idle.limit_ms > 0)
        slack__timer_start(transfer->curl->net, &transfer->idle.timer, transfer->idle.limit_ms);
    if (slack__transfer_has_source(transfer)) slack__transfer_post(transfer);
}
