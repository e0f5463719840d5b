/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "protocol/dedupe_key.h"
#include "protocol/kind.h"

slack_delivery_t *slack__delivery_new(slack_arena_t *arena, const slack_json_t *body,
                                      slack_slice_t request, uint64_t received_us)
{
    slack_delivery_t *d = slack__arena_calloc(arena, sizeof *d);
    if (d == NULL) return NULL;
    d->arena = arena;
    d->kind = slack__kind_of(body);
    d->body = body;
    d->app_id = slack_json_str(body, "/api_app_id");
    d->retry_reason = "";
    d->received_us = received_us;
    slack__link_init(&d->link);
    if (!slack__kind_facts_of(d->kind)->recurs) d->key = request;
    if (d->kind == SLACK_KIND_EVENT && !slack__dedupe_event_key(arena, d->app_id, body, &d->key))
        return NULL;
    d->body_allowed = d->kind != SLACK_KIND_EVENT && slack__kind_takes_ack_body(d->kind, body);
    if (slack__kind_waits_for_ack(d->kind))
        d->deadline_us = received_us + (uint64_t)SLACK_ACK_DEADLINE_MS * 1000;
    return d;
}
