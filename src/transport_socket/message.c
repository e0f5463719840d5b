/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "transport_socket/link.h"

/* A frame in its arena: the text, yyjson's values (16 bytes for each, and hardly one in 6 bytes),
 * the delivery, and room for what the core adds. */
#define ARENA_FIRST(len) ((len) + (len) / 6 * 16 + 3072)
#define ARENA_MAX(len)   (SLACK_ARENA_MAX + 4 * (len))

static const slack_logger_t *log_of(const slack_socket_t *s)
{
    return slack__net_log(s->base.host->net);
}

static void hello(slack_socket_link_t *link, const slack_frame_t *frame)
{
    slack_session_input_t in = slack__socket_link_input(link, SLACK_INPUT_HELLO);
    in.life_ms = frame->life_ms;
    link->connections = frame->num_connections;
    slack__socket_feed(link->socket, &in);
}

static void goodbye(slack_socket_link_t *link, const slack_frame_t *frame)
{
    slack_session_input_t in = slack__socket_link_input(link, SLACK_INPUT_GOODBYE);
    in.cause = frame->cause;
    SLACK_LOG(log_of(link->socket), DEBUG, "socket: disconnect", "slot=%u reason=%.64s", link->slot,
              frame->reason);
    slack__socket_feed(link->socket, &in);
}

/* Nobody needs to see it, but without an ack it would come for ever. */
static void malformed(slack_socket_link_t *link, const slack_frame_t *frame)
{
    slack_socket_t *s = link->socket;
    SLACK_LOG(log_of(s), WARN, "socket: envelope without a readable payload, acked",
              "type=%.64s envelope_id=%.*s", frame->name, (int)frame->envelope_id.len,
              frame->envelope_id.ptr);
    slack__buf_clear(&s->frame);
    if (slack__frame_write_ack(&s->frame, frame->envelope_id, NULL) == 0 &&
        slack__socket_send(s, link->slot, link->generation, slack__buf_ptr(&s->frame),
                           s->frame.len) == 0)
        s->stats.acked++;
}

/* No place to remember it: it stays without an ack, so that Slack sends it again. */
static void put_off(slack_socket_t *s, int reason)
{
    if (!s->full)
        SLACK_LOG(log_of(s), WARN, "socket: envelopes put off, Slack is to send them again",
                  "reason=%s inflight=%u", slack_err_name(reason), s->inflight.used);
    s->full = true;
}

/* After our own Close in a drain or a stop nothing is taken any more; what a replaced connection
 * still brings is. */
static bool takes(const slack_socket_link_t *link)
{
    const slack_supervisor_t *sup = &link->socket->sup;
    if (sup->phase == SLACK_PHASE_RUNNING) return true;
    return sup->phase == SLACK_PHASE_DRAINING &&
           sup->sessions[link->slot].state != SLACK_SESSION_CLOSING;
}

/* A command or an interaction that was here before. One that still waits for its ack gets it by the
 * connection that brought it last; one that had it gets the same again. */
static bool repeated(slack_socket_link_t *link, slack_slice_t envelope_id)
{
    slack_socket_t *s = link->socket;
    slack_inflight_entry_t *entry = slack__inflight_find(&s->inflight, envelope_id);
    const char *frame = entry ? NULL : slack__recent_acks_find(&s->recent_acks, envelope_id);
    if (!entry && !frame) return false;
    SLACK_LOG(log_of(s), DEBUG, "socket: envelope known, not run again",
              "envelope_id=%.*s acked=%s", (int)envelope_id.len, envelope_id.ptr,
              entry ? "no" : "yes");
    if (entry) {
        slack_session_input_t in = {
            .type = SLACK_INPUT_ACKED, .slot = entry->slot, .generation = entry->generation};
        entry->slot = link->slot;
        entry->generation = link->generation;
        slack__socket_feed(s, &in);
        in = slack__socket_link_input(link, SLACK_INPUT_ENVELOPE);
        slack__socket_feed(s, &in);
    } else if (slack__socket_send(s, link->slot, link->generation, frame, strlen(frame)) == 0) {
        s->stats.acked++;
    }
    return true;
}

/* True when the arena has gone with a delivery. */
static bool envelope(slack_socket_link_t *link, slack_arena_t *arena, const slack_frame_t *frame,
                     uint64_t received_us)
{
    slack_socket_t *s = link->socket;
    slack__socket_tell(s); /* READY, where it came right behind hello */
    if (!takes(link)) return false;
    const slack_inflight_entry_t entry = {.envelope_id = frame->envelope_id,
                                          .slot = link->slot,
                                          .generation = link->generation,
                                          .body_allowed = frame->accepts_response_payload};
    slack_delivery_t *d = slack__delivery_new(arena, frame->payload, received_us);
    if (d && d->key.len == 0 && repeated(link, frame->envelope_id)) return false;
    int rc = d ? slack__inflight_add(&s->inflight, &entry, &d->handle) : SLACK_ENOMEM;
    if (rc) {
        put_off(s, rc);
        return false;
    }
    s->full = false;
    if (!frame->known) d->kind = SLACK_KIND_UNKNOWN;
    d->retry_num = frame->retry_attempt;
    d->retry_reason = frame->retry_reason;
    d->body_allowed = frame->accepts_response_payload;
    s->stats.delivered++;
    const slack_session_input_t in = slack__socket_link_input(link, SLACK_INPUT_ENVELOPE);
    slack__socket_feed(s, &in);
    s->base.host->deliver(&s->base, d);
    return true;
}

void slack__socket_read(slack_socket_link_t *link, const char *data, size_t len)
{
    slack_socket_t *s = link->socket;
    if (!takes(link)) return;
    uint64_t now_us = slack__mono_us(slack__net_clock(s->base.host->net));
    slack_arena_t *arena = slack__arena_new(ARENA_FIRST(len), ARENA_MAX(len));
    char *text = arena ? slack__arena_alloc(arena, len + SLACK_JSON_PADDING) : NULL;
    slack_frame_t frame;
    bool taken = false;
    if (text) memcpy(text, data, len);
    if (!text || slack__frame_read(arena, text, len, &frame) != 0) {
        put_off(s, SLACK_ENOMEM);
        /* It may have been hello, which does not come again. */
        if (s->sup.sessions[link->slot].state == SLACK_SESSION_GREETING) slack__ws_abort(link->ws);
        goto out;
    }
    switch (frame.type) {
    case SLACK_FRAME_HELLO: hello(link, &frame); break;
    case SLACK_FRAME_DISCONNECT: goodbye(link, &frame); break;
    case SLACK_FRAME_MALFORMED: malformed(link, &frame); break;
    case SLACK_FRAME_ENVELOPE: taken = envelope(link, arena, &frame, now_us); break;
    case SLACK_FRAME_UNKNOWN:
    case SLACK_FRAME_GARBAGE:
        SLACK_LOG(log_of(s), DEBUG, "socket: message ignored", "slot=%u bytes=%zu type=%.64s",
                  link->slot, len, frame.name);
        break;
    }
out:
    if (!taken) slack__arena_free(arena);
}
