/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_SOCKET_ENVELOPES_H
#define SLACK_TRANSPORT_SOCKET_ENVELOPES_H

#include "transport/transport.h"
#include "transport_socket/inflight.h"
#include "transport_socket/recent_acks.h"
#include "transport_socket/session.h"
#include "util/buf.h"

/* Turns messages into deliveries, and acks into frames. Knows which envelopes wait for their ack,
 * and which connection brought each. */
typedef struct slack_envelopes slack_envelopes_t;

/* The functions of the transport that the envelopes call. Every member is mandatory. */
typedef struct slack_envelopes_events {
    /* Pass `in` to the session that it names. */
    void (*feed)(slack_envelopes_t *envelopes, const slack_session_input_t *in);
    /* A delivery is about to go to the host: report READY first if that is due. Return false if
     * this slot's connection delivers no more envelopes. */
    bool (*takes)(slack_envelopes_t *envelopes, unsigned slot);
    /* Send a text on this connection, or on another one that is open. 0; SLACK_ECLOSED. */
    int (*send)(slack_envelopes_t *envelopes, unsigned slot, uint32_t generation, const char *text,
                size_t len);
} slack_envelopes_events_t;

struct slack_envelopes {
    const slack_envelopes_events_t *events;
    slack_transport_t *transport;
    slack_net_t *net;
    slack_inflight_t inflight;
    slack_recent_acks_t recent_acks;
    slack_buf_t frame; /* the ack that is being written */
    bool full;         /* the last envelope was not taken; logged once */
    uint64_t delivered, acked, ack_lost;
};

/* Both pointers are borrowed. 0; SLACK_ENOMEM. Call _done() in any case. */
int slack__envelopes_init(slack_envelopes_t *envelopes, slack_transport_t *transport,
                          const slack_envelopes_events_t *events, size_t inflight_max);
void slack__envelopes_done(slack_envelopes_t *envelopes);

/* Read a text message, NUL-terminated, that this connection brought. 0; SLACK_ENOMEM: it was not
 * read at all. */
int slack__envelopes_read(slack_envelopes_t *envelopes, unsigned slot, uint32_t generation,
                          const char *text, size_t len);

/* As slack_transport_ops.ack. */
int slack__envelopes_ack(slack_envelopes_t *envelopes, const slack_delivery_t *d,
                         const slack_ack_t *ack);

#endif
