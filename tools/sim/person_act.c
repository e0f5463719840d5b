/* SPDX-License-Identifier: MIT */
#include "sim/person_act.h"

#include <stdio.h>
#include <string.h>

#include "sim/event_payloads.h"
#include "sim/interaction_payloads.h"
#include "sim/responses.h"

const char *sim_act_arg(const sim_act_t *act, const char *name)
{
    return slack_json_str(slack__json_member(act->args, slack__slice(name)), "");
}

const char *sim_act_newest(const sim_act_t *act)
{
    const sim_channel_t *channel = *sim_act_arg(act, "channel") ? act->channel : NULL;
    const sim_message_t *message = sim_message_newest(&act->services->workspace->messages, channel);
    return message ? message->ts : "newest";
}

const char *sim_act_ts(const sim_act_t *act, const char *name)
{
    const char *ts = sim_act_arg(act, name);
    return strcmp(ts, "newest") == 0 ? sim_act_newest(act) : ts;
}

bool sim_act_cannot(sim_act_t *act, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(act->problem, sizeof act->problem, format, ap);
    va_end(ap);
    return false;
}

void sim_act_entry(sim_act_t *act, enum sim_entry_kind kind, const char *where, const char *format,
                   ...)
{
    bool pending = kind != SIM_ENTRY_MESSAGE && kind != SIM_ENTRY_EVENT && kind != SIM_ENTRY_STEP;
    va_list ap;
    va_start(ap, format);
    const char *text = slack__arena_vprintf(act->json.arena, format, ap);
    va_end(ap);
    if (!text) act->json.rc = SLACK_ENOMEM;
    act->entry = sim_transcript_add(&act->services->workspace->transcript, kind, pending, where,
                                    act->user->name, "%s", text ? text : "");
}

/* --- deliveries --- */

void sim_act_finish(sim_act_t *act)
{
    sim_json_builder_t *json = &act->json;
    const sim_entry_t *entry =
        sim_transcript_find(&act->services->workspace->transcript, act->entry);
    const slack_json_t *answer = sim_json(
        json,
        "{ok: true, acked: %p, error: %s, wire: %s, took_ms: %llu, line: %s, ts: %s, body?: %p,"
        " file?: %p}",
        sim_json_bool(json, act->acked), act->error, act->wire, (unsigned long long)act->took_ms,
        entry ? sim_entry_line(entry, json->arena) : "", act->message_ts, act->body, act->file);
    sim_respond_json(act->request, 200, json->rc == 0 ? answer : NULL);
}

static void act_delivered(const sim_delivery_result_t *result, void *user_data)
{
    sim_act_t *act = user_data;
    const char *outcome = "";
    act->wire = result->wire;
    if (result->took_ms > act->took_ms) act->took_ms = result->took_ms;
    if (result->acked) {
        if (result->body) act->body = sim_json_copy(&act->json, result->body);
        if (act->outcome) outcome = act->outcome(act, result->body);
    } else {
        /* These words are the same for both transports, so that transcripts can be compared. */
        if (act->watched) outcome = result->timed_out ? "operation_timeout" : "dispatch_failed";
        act->acked = false;
        snprintf(act->error, sizeof act->error, "%s", result->error);
    }
    if (--act->waiting > 0) return;
    sim_transcript_outcome(&act->services->workspace->transcript, act->entry, "%s", outcome);
    sim_act_finish(act);
}

bool sim_act_deliver(sim_act_t *act, enum sim_delivery_kind kind, const slack_json_t *payload,
                     bool takes_body)
{
    const sim_delivery_request_t request = {
        .feed = &act->services->workspace->transcript.feed,
        .kind = kind,
        .payload = payload,
        .takes_body = takes_body,
        .fn = act_delivered,
        .user_data = act,
    };
    int rc = act->json.rc;
    const bool has_app = sim_team_has_app(act->services->team);
    if ((act->missed || !has_app) && kind == SIM_DELIVERY_EVENT && rc == 0) return true;
    if (!has_app)
        return sim_act_cannot(
            act, "the app is not installed in %s: slackapp sim install --workspace %s installs it",
            act->services->team->domain, act->services->team->domain);
    if (act->missed)
        return sim_act_cannot(act, "only events can be missed: this fails at once without an app");
    if (rc == 0) rc = sim_deliver(act->services->deliveries, &request);
    if (rc != 0) return sim_act_cannot(act, "%s", slack_strerror(rc));
    act->waiting++;
    act->watched = kind != SIM_DELIVERY_EVENT;
    return true;
}

bool sim_act_deliver_event(sim_act_t *act, const slack_json_t *event)
{
    const slack_json_t *payload =
        sim_event_payload(act->services->team, act->services->workspace->ids, &act->json, event);
    return sim_act_deliver(act, SIM_DELIVERY_EVENT, payload, false);
}

/* --- payloads --- */

const char *sim_act_trigger(sim_act_t *act, const sim_view_t *view)
{
    sim_key_t *key = sim_key_new(&act->services->workspace->keys, SIM_KEY_TRIGGER);
    key->user = act->user;
    if (view) snprintf(key->view_id, sizeof key->view_id, "%s", view->id);
    return key->text;
}

const slack_json_t *sim_act_response_url(sim_act_t *act, const char *path,
                                         const sim_message_t *message)
{
    sim_key_t *key = sim_key_new(&act->services->workspace->keys, SIM_KEY_RESPONSE_URL);
    key->user = act->user;
    key->channel = message ? message->channel : act->channel;
    if (message) snprintf(key->message_ts, sizeof key->message_ts, "%s", message->ts);
    return sim_json(&act->json, "'%s/%s/%s'", act->services->env->base_url, path, key->text);
}

const slack_json_t *sim_act_interaction(sim_act_t *act, const char *type, const sim_view_t *view,
                                        const slack_json_t *own)
{
    sim_json_builder_t *json = &act->json;
    const slack_json_t *common = sim_interaction_payload(json, type, act->user);
    const char *trigger_id = sim_act_trigger(act, view);
    if (act->step)
        own = sim_json_merged(json, own,
                              sim_interaction_step(json, act->step, act->user, trigger_id));
    return sim_json_merged(json, sim_json_merged(json, common, own),
                           sim_json(json, "{trigger_id: %s}", trigger_id));
}
