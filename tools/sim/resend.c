/* SPDX-License-Identifier: MIT */
#include "sim/resend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/responses.h"

#define RETRIES_MAX 3 /* Slack redelivers an event so often */

/* The workspace whose feed has the delivery. */
static const sim_services_t *services_of(const sim_teams_t *teams, const sim_sent_t *sent)
{
    for (size_t i = 0; i < teams->count; i++)
        if (&teams->list[i]->workspace->transcript.feed == sent->feed) return teams->list[i];
    return teams->list[0];
}

/* The payload as that of a new delivery: an event has another event_id, since an app handles each
 * once; a command or an interaction has a new trigger for the same person and view. */
static const slack_json_t *fresh_payload(const sim_services_t *services, sim_json_builder_t *json,
                                         const sim_sent_t *sent)
{
    const char *user_id = slack_json_str(sent->payload, "/user/id");
    if (*slack_json_str(sent->payload, "/event_id")) {
        char id[SIM_ID_SIZE];
        sim_ids_next(services->workspace->ids, "Ev0", id);
        return sim_json_merged(json, sim_json(json, "{event_id: %s}", id), sent->payload);
    }
    if (!*slack_json_str(sent->payload, "/trigger_id")) return sent->payload;
    if (!*user_id) user_id = slack_json_str(sent->payload, "/user_id");
    sim_key_t *key = sim_key_new(&services->workspace->keys, SIM_KEY_TRIGGER);
    key->user = sim_user_by_id(&services->workspace->users, user_id);
    snprintf(key->view_id, sizeof key->view_id, "%s", slack_json_str(sent->payload, "/view/id"));
    const slack_json_t *trigger = sim_json(json, "{trigger_id: %s}", key->text);
    return sim_json_merged(json, trigger, sent->payload);
}

void sim_resend_request(const sim_services_t *services, slack_http_request_t *request,
                        const slack_json_t *args)
{
    sim_deliveries_t *deliveries = services->deliveries;
    sim_json_builder_t json = {request->arena, 0};
    const int64_t given = slack_json_int(args, "/number");
    const uint64_t number = given > 0 ? (uint64_t)given : deliveries->last_number;
    const bool retry = slack_json_bool(args, "/retry");
    sim_sent_t sent;
    if (!sim_deliveries_find(deliveries, number, &sent)) {
        sim_respond_error(request, 404,
                          "there is no delivery with that number any more: the newest 1000 can be "
                          "sent again");
        return;
    }
    if (retry && sent.kind != SIM_DELIVERY_EVENT) {
        sim_respond_error(request, 409,
                          "Slack sends a command or an interaction once: only an event comes again "
                          "as a redelivery");
        return;
    }
    if (!sim_deliveries_possible(deliveries)) {
        sim_respond_error(request, 409, "no app is connected");
        return;
    }
    const unsigned next = sent.retry_num < RETRIES_MAX ? sent.retry_num + 1 : RETRIES_MAX;
    const sim_delivery_request_t delivery = {
        .feed = sent.feed,
        .kind = sent.kind,
        .payload =
            retry ? sent.payload : fresh_payload(services_of(services->teams, &sent), &json, &sent),
        .takes_body = sent.takes_body,
        .number = retry ? number : 0,
        .retry_num = retry ? next : 0,
    };
    const int rc = json.rc != 0 ? json.rc : sim_deliver(deliveries, &delivery);
    if (rc == 0)
        sim_respond_json(request, 200,
                         sim_json(&json, "{ok: true, number: %" PRIu64 "}",
                                  retry ? number : deliveries->last_number));
    else
        sim_respond_error(request, 503, slack_strerror(rc));
}
