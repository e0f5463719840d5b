/* SPDX-License-Identifier: MIT */
#include "transport_socket/envelopes.h"

#include <string.h>

#include "protocol/kind.h"
#include "transport_socket/frame.h"

/* A frame needs in its arena: the text, yyjson's values (16 bytes each, and no more than one for 6
 * bytes of text), the delivery, and what the app adds. */
#define ARENA_FIRST(len) ((len) + (len) / 6 * 16 + 3072)
#define ARENA_MAX(len)   (SLACK_ARENA_MAX + 4 * (len))

/* A message and the connection that brought it. */
struct incoming {
    slack_envelopes_t *envelopes;
    unsigned slot;
    uint32_t generation;
    slack_arena_t *arena;
    slack_frame_t frame;
    uint64_t received_us;
};

int slack__envelopes_init(slack_envelopes_t *envelopes, slack_transport_t *transport,
                          const slack_envelopes_events_t *events, size_t inflight_max)
{
    char *frame;
    *envelopes =
        (slack_envelopes_t){.events = events, .transport = transport, .net = transport->host->net};
    slack__inflight_init(&envelopes->inflight, inflight_max);
    slack__buf_init(&envelopes->frame, SLACK_ACK_FRAME_LIMIT);
    /* Reserved once, so that no ack fails for lack of memory. */
    return slack__buf_reserve(&envelopes->frame, SLACK_ACK_FRAME_LIMIT, &frame);
}

void slack__envelopes_done(slack_envelopes_t *envelopes)
{
    slack__inflight_done(&envelopes->inflight);
    slack__recent_acks_done(&envelopes->recent_acks);
    slack__buf_done(&envelopes->frame);
}

/* --- messages in ------------------------------------------------------------------------------ */

static void feed_incoming(const struct incoming *m, slack_session_input_t in)
{
    in.slot = m->slot;
    in.generation = m->generation;
    m->envelopes->events->feed(m->envelopes, &in);
}

/* The connection that brought the envelope no longer has to wait for its ack. */
static void feed_acked(slack_envelopes_t *envelopes, const slack_inflight_entry_t *entry)
{
    const slack_session_input_t in = {
        .type = SLACK_INPUT_ACKED, .slot = entry->slot, .generation = entry->generation};
    envelopes->events->feed(envelopes, &in);
}

static void envelope_send(const struct incoming *m, const char *frame, size_t len)
{
    slack_envelopes_t *e = m->envelopes;
    if (e->events->send(e, m->slot, m->generation, frame, len) == 0) e->acked++;
}

/* Without an ack Slack would send it for ever, and no handler could read it. */
static void envelope_ack_malformed(const struct incoming *m)
{
    slack_envelopes_t *e = m->envelopes;
    const slack_slice_t id = m->frame.envelope_id;
    SLACK_LOG(e->net->log, WARN, "socket: envelope without a readable payload, acked",
              "type=%.64s envelope_id=%.*s", m->frame.name, (int)id.len, id.ptr);
    slack__buf_clear(&e->frame);
    if (slack__frame_write_ack(&e->frame, id, NULL) == 0)
        envelope_send(m, slack__buf_ptr(&e->frame), e->frame.len);
}

/* An envelope that is not taken gets no ack, so that Slack sends it again. */
static void envelopes_refuse(slack_envelopes_t *e, int reason)
{
    if (!e->full)
        SLACK_LOG(e->net->log, WARN, "socket: envelopes not taken, Slack will send them again",
                  "reason=%s inflight=%u", slack_err_name(reason), e->inflight.used);
    e->full = true;
}

/* True for a command or an interaction that has arrived before. If it still waits for its ack, the
 * ack will go to this connection; otherwise the same ack is sent again. */
static bool envelope_is_repeated(const struct incoming *m)
{
    slack_envelopes_t *e = m->envelopes;
    const slack_slice_t id = m->frame.envelope_id;
    slack_inflight_entry_t *entry = slack__inflight_find(&e->inflight, id);
    const char *ack = entry ? NULL : slack__recent_acks_find(&e->recent_acks, id);
    if (!entry && !ack) return false;
    SLACK_LOG(e->net->log, DEBUG, "socket: envelope known, not run again",
              "envelope_id=%.*s acked=%s", (int)id.len, id.ptr, entry ? "no" : "yes");
    if (ack) {
        envelope_send(m, ack, strlen(ack));
        return true;
    }
    const slack_inflight_entry_t before = *entry;
    entry->slot = m->slot;
    entry->generation = m->generation;
    feed_acked(e, &before);
    feed_incoming(m, (slack_session_input_t){.type = SLACK_INPUT_ENVELOPE});
    return true;
}

/* True when the envelope became a delivery, which owns the arena now. */
static bool envelope_deliver(const struct incoming *m)
{
    slack_envelopes_t *e = m->envelopes;
    const slack_frame_t *frame = &m->frame;
    if (!e->events->takes(e, m->slot)) return false;
    slack_delivery_t *d =
        slack__delivery_new(m->arena, frame->payload, frame->envelope_id, m->received_us);
    /* The app acks an event that arrives again by itself. */
    if (d && d->kind != SLACK_KIND_EVENT && envelope_is_repeated(m)) return false;
    const slack_inflight_entry_t entry = {.envelope_id = frame->envelope_id,
                                          .slot = m->slot,
                                          .generation = m->generation,
                                          .body_allowed = frame->accepts_response_payload};
    int rc = d ? slack__inflight_add(&e->inflight, &entry, &d->handle) : SLACK_ENOMEM;
    if (rc) {
        envelopes_refuse(e, rc);
        return false;
    }
    e->full = false;
    if (!frame->known) d->kind = SLACK_KIND_UNKNOWN;
    d->retry_num = frame->retry_attempt;
    d->retry_reason = frame->retry_reason;
    d->body_allowed = frame->accepts_response_payload;
    e->delivered++;
    feed_incoming(m, (slack_session_input_t){.type = SLACK_INPUT_ENVELOPE});
    e->transport->host->deliver(e->transport, d);
    return true;
}

/* True if the arena no longer belongs to the caller. */
static bool handle_frame(const struct incoming *m, size_t len)
{
    const slack_logger_t *log = m->envelopes->net->log;
    const slack_frame_t *frame = &m->frame;
    switch (frame->type) {
    case SLACK_FRAME_HELLO:
        feed_incoming(m, (slack_session_input_t){.type = SLACK_INPUT_HELLO,
                                                 .life_ms = frame->life_ms,
                                                 .connections = frame->num_connections});
        break;
    case SLACK_FRAME_DISCONNECT:
        SLACK_LOG(log, DEBUG, "socket: disconnect", "slot=%u reason=%.64s", m->slot, frame->reason);
        feed_incoming(m,
                      (slack_session_input_t){.type = SLACK_INPUT_GOODBYE, .cause = frame->cause});
        break;
    case SLACK_FRAME_MALFORMED: envelope_ack_malformed(m); break;
    case SLACK_FRAME_ENVELOPE: return envelope_deliver(m);
    case SLACK_FRAME_UNKNOWN:
    case SLACK_FRAME_GARBAGE:
        SLACK_LOG(log, DEBUG, "socket: message ignored", "slot=%u bytes=%zu type=%.64s", m->slot,
                  len, frame->name);
        break;
    }
    return false;
}

int slack__envelopes_read(slack_envelopes_t *envelopes, unsigned slot, uint32_t generation,
                          const char *text, size_t len)
{
    struct incoming m = {.envelopes = envelopes, .slot = slot, .generation = generation};
    m.received_us = slack__mono_us(envelopes->net->clock);
    m.arena = slack__arena_new(ARENA_FIRST(len), ARENA_MAX(len));
    char *copy = m.arena ? slack__arena_alloc(m.arena, len + SLACK_JSON_PADDING) : NULL;
    int rc = SLACK_ENOMEM;
    bool taken = false;
    if (copy) {
        memcpy(copy, text, len);
        rc = slack__frame_read(m.arena, copy, len, &m.frame);
    }
    if (rc == 0)
        taken = handle_frame(&m, len);
    else
        envelopes_refuse(envelopes, rc);
    if (!taken) slack__arena_free(m.arena);
    return rc;
}

/* --- acks out --------------------------------------------------------------------------------- */

static int send_ack(slack_envelopes_t *e, const slack_inflight_entry_t *entry,
                    const slack_delivery_t *d, const slack_ack_t *ack)
{
    if (e->transport->state == SLACK_TRANSPORT_STOPPED) return SLACK_ECLOSED;
    if (ack->outcome == SLACK_ACK_LATER) return 0; /* without a frame Slack sends it again */
    /* Slack shows its own error to a person whose envelope gets no ack. */
    const bool waits = slack__kind_waits_for_ack(d->kind);
    if (ack->outcome == SLACK_ACK_REFUSE && ack->type == SLACK_ACK_BODY_NONE && waits) return 0;
    const slack_ack_t *body = ack->type == SLACK_ACK_BODY_NONE ? NULL : ack;
    slack__buf_clear(&e->frame);
    int rc = slack__frame_write_ack(&e->frame, entry->envelope_id, body);
    if (rc) return rc;
    const char *frame = slack__buf_ptr(&e->frame);
    if (d->kind != SLACK_KIND_EVENT)
        slack__recent_acks_add(&e->recent_acks, entry->envelope_id, frame, e->frame.len);
    return e->events->send(e, entry->slot, entry->generation, frame, e->frame.len);
}

int slack__envelopes_ack(slack_envelopes_t *envelopes, const slack_delivery_t *d,
                         const slack_ack_t *ack)
{
    const slack_inflight_entry_t *found = slack__inflight_get(&envelopes->inflight, d->handle);
    if (!found) return SLACK_ECLOSED;
    const slack_inflight_entry_t entry = *found;
    bool has_body = ack->outcome != SLACK_ACK_LATER && ack->type != SLACK_ACK_BODY_NONE;
    if (has_body && !entry.body_allowed) return SLACK_EACKBODY;
    int rc = send_ack(envelopes, &entry, d, ack);
    if (rc == SLACK_ETOOBIG) return rc;
    if (rc == 0)
        envelopes->acked++;
    else
        envelopes->ack_lost++;
    slack__inflight_remove(&envelopes->inflight, d->handle);
    feed_acked(envelopes, &entry);
    return rc;
}
