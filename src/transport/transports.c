/* SPDX-License-Identifier: MIT */
#include "transport/transports.h"

#include "util/error.h"

void slack__transports_init(slack_transports_t *transports)
{
    static const struct slack_transport_ops no_ops = {.name = "none"};
    transports->none.ops = &no_ops;
}

int slack__transports_create(slack_transports_t *transports,
                             const slack_transport_type_t *const *types,
                             const slack_options_t *options, char *error)
{
    slack_slice_t rest = slack__slice(options->transport), name;
    while (slack__slice_split(&rest, ',', &name)) {
        const slack_transport_type_t *const *found = types, *type;
        while ((type = *found) &&
               !slack__slice_eq(slack__slice_trim(name), slack__slice(type->name)))
            found++;
        if (type == NULL) {
            slack__explain(error,
                           "SLACK_TRANSPORT=%.40s: no such transport: must be http, socket, or "
                           "http,socket",
                           options->transport);
            return SLACK_ECONFIG;
        }
        if (slack__transports_find(transports, slack__slice(type->name)) ||
            transports->count == SLACK_TRANSPORTS_MAX) {
            slack__explain(error, "SLACK_TRANSPORT=%.40s: %s is named twice", options->transport,
                           type->name);
            return SLACK_ECONFIG;
        }
        slack_transport_t *t = NULL;
        int rc = type->create(&t, &transports->host, options, error);
        if (rc != 0) return rc;
        transports->list[transports->count++] = t;
    }
    return 0;
}

void slack__transports_destroy(slack_transports_t *transports)
{
    transports->catch_up = NULL;
    while (transports->count > 0) {
        slack_transport_t *t = transports->list[--transports->count];
        t->ops->destroy(t);
    }
}

slack_transport_t *slack__transports_find(const slack_transports_t *transports, slack_slice_t name)
{
    for (size_t i = 0; i < transports->count; i++)
        if (slack__slice_eq(name, slack__slice(transports->list[i]->ops->name)))
            return transports->list[i];
    return NULL;
}

slack_transport_t *slack__transports_of_row(const slack_transports_t *transports,
                                            slack_slice_t name)
{
    slack_transport_t *t = slack__transports_find(transports, name);
    return t ? t : (slack_transport_t *)(uintptr_t)&transports->none;
}

static bool is_running(const slack_transport_t *t)
{
    return t->state != SLACK_TRANSPORT_IDLE && t->state != SLACK_TRANSPORT_STOPPED;
}

void slack__transports_leave(slack_transports_t *transports)
{
    for (size_t i = 0; i < transports->count; i++)
        if (is_running(transports->list[i])) transports->list[i]->ops->leave(transports->list[i]);
}

void slack__transports_drain(slack_transports_t *transports)
{
    for (size_t i = 0; i < transports->count; i++)
        if (is_running(transports->list[i])) transports->list[i]->ops->drain(transports->list[i]);
}

void slack__transports_stop(slack_transports_t *transports)
{
    for (size_t i = 0; i < transports->count; i++)
        if (is_running(transports->list[i])) transports->list[i]->ops->stop(transports->list[i]);
}

unsigned slack__transports_reload(slack_transports_t *transports)
{
    unsigned count = 0;
    for (size_t i = 0; i < transports->count; i++)
        count += transports->list[i]->ops->reload(transports->list[i]);
    return count;
}

bool slack__transports_ready(const slack_transports_t *transports)
{
    bool any = false;
    for (size_t i = 0; i < transports->count; i++) {
        const slack_transport_t *t = transports->list[i];
        const bool ready = t->state == SLACK_TRANSPORT_READY;
        if (!ready && !t->switched_off) return false;
        any = any || (ready && t != transports->catch_up);
    }
    return any;
}

bool slack__transports_stopped(const slack_transports_t *transports)
{
    for (size_t i = 0; i < transports->count; i++)
        if (is_running(transports->list[i])) return false;
    return true;
}

bool slack__transports_busy(const slack_transports_t *transports)
{
    for (size_t i = 0; i < transports->count; i++) {
        slack_transport_stats_t stats = {0};
        transports->list[i]->ops->stats(transports->list[i], &stats);
        if (stats.under_way > 0) return true;
    }
    return false;
}
