/* SPDX-License-Identifier: MIT */
#include "dispatch/order_key.h"

#include "protocol/payload.h"
#include "util/json.h"

bool slack__order_key(const slack_dispatcher_t *dispatcher, const slack_delivery_t *d,
                      slack_slice_t *ret)
{
    slack_subject_t subject;
    *ret = (slack_slice_t){NULL, 0};
    if (!dispatcher->registry->ordered) return true;
    /* Listeners are searched for before the grant is known. An app of many workspaces has no bot of
     * its own, and the event names the bot for which Slack sends it. */
    const char *bot_user = slack__identity_own_grant(dispatcher->identity)->bot_user;
    if (*bot_user == '\0') bot_user = slack_json_str(d->body, "/authorizations/0/user_id");
    slack__subject_init(&subject, d->kind, d->body, bot_user);
    if (!slack__router_orders(dispatcher->registry->router, &subject, d->arena)) return true;
    const char *key =
        slack__arena_printf(d->arena, "conversation/%s/%s", slack__payload_channel(d->body),
                            slack__payload_thread_ts(d->body));
    if (key) *ret = slack__slice(key);
    return key != NULL;
}
