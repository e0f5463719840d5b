/* SPDX-License-Identifier: MIT */
#include "transport_history/handover.h"

#include "transport_history/event.h"
#include "util/json.h"

/* An event is a little larger than its message. */
#define EVENT_BYTES_MAX ((size_t)2 << 20)
/* For its values, beside its text. */
#define EVENT_ARENA_MAX (16 * EVENT_BYTES_MAX)

void slack__handover_init(slack_handover_t *handover)
{
    slack__buf_init(&handover->text, EVENT_BYTES_MAX);
}

void slack__handover_done(slack_handover_t *handover)
{
    slack__buf_done(&handover->text);
}

/* The message is done with: the cursor passes it. A walk that was stopped has no messages. */
static void handover_shift(slack_handover_t *handover)
{
    slack_walk_t *walk = handover->walk;
    const slack_missed_t *missed = slack__gather_first(&walk->gather);
    if (missed == NULL) return;
    slack__cursor_walked(&walk->channel->cursor, missed->ts);
    slack__gather_shift(&walk->gather);
    handover->message = false;
}

/* Whether the message leads to another event, and which one. */
static bool handover_wants(slack_handover_t *handover, const slack_json_t *message,
                           bool *ret_mention)
{
    const slack_catch_up_facts_t *facts = handover->facts;
    const char *type = slack__channel_types[handover->walk->channel->type].in_event;
    *ret_mention = handover->message || !handover->messages;
    if (!*ret_mention) return true;
    handover->message = true;
    return handover->mentions && slack__history_is_mention(message, type, facts->bot_user);
}

/* Makes the delivery of an event, in its own arena. */
static int handover_make(slack_handover_t *handover, const slack_json_t *message, bool mention,
                         slack_delivery_t **ret)
{
    const slack_channel_t *channel = handover->walk->channel;
    const slack_catch_up_facts_t *facts = handover->facts;
    const slack_origin_t origin = {channel->id, slack__channel_types[channel->type].in_event,
                                   facts->team, facts->app_id};
    slack__buf_clear(&handover->text);
    int rc = slack__history_write(&handover->text, message, &origin, mention);
    if (rc != 0) return rc;
    const slack_slice_t text = {slack__buf_ptr(&handover->text), handover->text.len};
    slack_arena_t *arena = slack__arena_new(0, EVENT_ARENA_MAX);
    const slack_json_t *body = NULL;
    rc = arena ? slack__json_parse(arena, text.ptr, text.len, &body, NULL) : SLACK_ENOMEM;
    const slack_net_t *net = handover->transport->host->net;
    if (rc == 0)
        *ret = slack__delivery_new(arena, body, SLACK_SLICE(""), slack__mono_us(net->clock));
    if (rc == 0 && *ret == NULL) rc = SLACK_ENOMEM;
    if (rc == 0) {
        (*ret)->recovered = true;
    } else {
        if (arena && slack__arena_is_full(arena)) rc = SLACK_ETOOBIG;
        slack__arena_free(arena);
    }
    return rc;
}

/* The next event of the first message. 1: it has none, and the message is done with. */
static int handover_try(slack_handover_t *handover, const slack_missed_t *missed)
{
    slack_arena_t *arena = slack__arena_new(0, EVENT_ARENA_MAX);
    const slack_json_t *message = NULL;
    slack_delivery_t *d = NULL;
    bool mention = false;
    int rc =
        arena ? slack__json_parse(arena, missed->json, missed->len, &message, NULL) : SLACK_ENOMEM;
    if (rc == 0 && handover_wants(handover, message, &mention))
        rc = handover_make(handover, message, mention, &d);
    if (rc == SLACK_ENOMEM && arena && slack__arena_is_full(arena)) rc = SLACK_ETOOBIG;
    slack__arena_free(arena);
    if (d) {
        handover->waits = true;
        handover->transport->host->deliver(handover->transport, d);
        return 0;
    }
    return rc ? rc : 1;
}

int slack__handover_next(slack_handover_t *handover)
{
    const slack_missed_t *missed;
    while ((missed = slack__gather_first(&handover->walk->gather)) != NULL) {
        const int rc = handover_try(handover, missed);
        if (rc == 0 || rc == SLACK_ENOMEM) return rc;
        if (rc < 0) { /* larger than any message of Slack's, or no JSON: the others go on */
            handover->skipped++;
            SLACK_LOG(handover->transport->host->net->log, WARN, "missed message skipped",
                      "channel=%s ts=%s error=%s hint=%s", handover->walk->channel->id, missed->ts,
                      slack_err_name(rc), "the app cannot read this message: read it in Slack");
        }
        handover_shift(handover);
    }
    return 1;
}

bool slack__handover_acked(slack_handover_t *handover, const slack_delivery_t *d,
                           const slack_ack_t *ack)
{
    handover->waits = false;
    if (ack->outcome == SLACK_ACK_LATER) return false;
    if (d->known)
        handover->known++;
    else
        handover->recovered++;
    handover->message = true;
    if (strcmp(slack_json_str(d->body, "/event/type"), "app_mention") == 0)
        handover_shift(handover);
    return true;
}
