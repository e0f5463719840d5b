/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include <string.h>

#include "protocol/kind.h"

/* The key consists of the id of the event and the id of the app. It comes from the body alone, so a
 * redelivery over another transport has the same key. The app is part of it because one process may
 * serve several apps, and each of them handles the event. False if memory is out. */
static bool set_key(slack_delivery_t *d)
{
    slack_slice_t id, app;
    id.ptr = slack_json_strn(d->body, "/event_id", &id.len);
    app.ptr = slack_json_strn(d->body, "/api_app_id", &app.len);
    d->key = id;
    if (id.len == 0 || app.len == 0) return true;
    char *key = slack__arena_alloc(d->arena, id.len + 1 + app.len);
    if (key == NULL) return false;
    memcpy(key, id.ptr, id.len);
    key[id.len] = '@';
    memcpy(key + id.len + 1, app.ptr, app.len);
    d->key = (slack_slice_t){key, id.len + 1 + app.len};
    return true;
}

slack_delivery_t *slack__delivery_new(slack_arena_t *arena, const slack_json_t *body,
                                      uint64_t received_us)
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
    if (d->kind == SLACK_KIND_EVENT && !set_key(d)) return NULL;
    d->body_allowed = d->kind != SLACK_KIND_EVENT && slack__kind_takes_ack_body(d->kind, body);
    if (slack__kind_waits_for_ack(d->kind))
        d->deadline_us = received_us + (uint64_t)SLACK_ACK_DEADLINE_MS * 1000;
    return d;
}
