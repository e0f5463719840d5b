/* SPDX-License-Identifier: MIT */
#include "sim/send.h"

#include <stdio.h>
#include <string.h>

#include "sim/payloads.h"
#include "sim/say.h"
#include "sim/transcript_text.h"

static const char no_app[] =
    "no app is connected: start one with the variables of `slackapp sim env`, or give its request "
    "URL with `slackapp sim request-url URL`";

/* --- the end --- */

static void finish(sim_send_t *send)
{
    sim_json_builder_t *json = &send->json;
    const sim_entry_t *entry = sim_transcript_find(&send->sim->workspace.transcript, send->entry);
    const char *line = entry ? sim_entry_line(entry, json->arena) : "";
    const slack_json_t *answer = sim_json(
        json, "{ok: true, acked: %p, error: %s, wire: %s, took_ms: %llu, line: %s, ts: %s}",
        sim_json_bool(json, send->acked), send->error, send->wire,
        (unsigned long long)send->took_ms, line, send->message_ts);
    sim_answer_json(send->sim, send->request, 200, json->rc == 0 ? answer : NULL);
}

static void on_answer(const sim_answer_t *answer, void *user_data)
{
    sim_send_t *send = user_data;
    const char *outcome = "";
    send->wire = answer->wire;
    if (answer->took_ms > send->took_ms) send->took_ms = answer->took_ms;
    if (answer->acked) {
        if (send->outcome) outcome = send->outcome(send, answer->body);
    } else {
        /* The same over any wire. */
        if (send->watched) outcome = answer->timed_out ? "operation_timeout" : "dispatch_failed";
        send->acked = false;
        snprintf(send->error, sizeof send->error, "%s", answer->error);
    }
    if (--send->waiting > 0) return;
    sim_transcript_outcome(&send->sim->workspace.transcript, send->entry, "%s", outcome);
    finish(send);
}

/* --- the means --- */

/* Say why it cannot be done. Always false. */
SLACK_PRINTF(2, 3) static bool cannot(sim_send_t *send, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(send->problem, sizeof send->problem, format, ap);
    va_end(ap);
    return false;
}

static const char *arg(const sim_send_t *send, const char *name)
{
    return slack_json_str(slack__json_member(send->args, slack__slice(name)), "");
}

static bool deliver(sim_send_t *send, enum sim_delivery_kind kind, const slack_json_t *payload,
                    bool takes_body)
{
    const sim_delivery_request_t request = {kind, payload, takes_body, on_answer, send};
    int rc = send->json.rc != 0 ? send->json.rc : sim_deliver(send->sim, &request);
    if (rc != 0) return cannot(send, "%s", slack_strerror(rc));
    send->waiting++;
    send->watched = kind != SIM_DELIVERY_EVENT;
    return true;
}

/* An entry. Of what the person waits for the acknowledgement brings the outcome. */
SLACK_PRINTF(4, 5)
static void note(sim_send_t *send, enum sim_entry_kind kind, const char *where, const char *format,
                 ...)
{
    bool pending = kind != SIM_ENTRY_MESSAGE && kind != SIM_ENTRY_EVENT && kind != SIM_ENTRY_STEP;
    va_list ap;
    va_start(ap, format);
    const char *text = slack__arena_vprintf(send->json.arena, format, ap);
    va_end(ap);
    if (!text) send->json.rc = SLACK_ENOMEM;
    send->entry = sim_transcript_add(&send->sim->workspace.transcript, kind, pending, where,
                                     send->user->name, "%s", text ? text : "");
}

static const char *new_trigger(sim_send_t *send, const sim_view_t *view)
{
    sim_key_t *key = sim_key_new(&send->sim->workspace.keys, SIM_KEY_TRIGGER);
    key->user = send->user;
    if (view) snprintf(key->view_id, sizeof key->view_id, "%s", view->id);
    return key->text;
}

/* A response URL; `message`: the one whose element was used, or NULL. */
static const slack_json_t *new_response_url(sim_send_t *send, const char *path,
                                            const sim_message_t *message)
{
    sim_key_t *key = sim_key_new(&send->sim->workspace.keys, SIM_KEY_RESPONSE_URL);
    key->user = send->user;
    key->channel = message ? message->channel : send->channel;
    if (message) snprintf(key->message_ts, sizeof key->message_ts, "%s", message->ts);
    return sim_json(&send->json, "'%s/%s/%s'", send->sim->base, path, key->text);
}

static const slack_json_t *merged(sim_send_t *send, const slack_json_t *a, const slack_json_t *b)
{
    return sim_json_merged(&send->json, a, b);
}

/* An interaction with the members `own`, and a trigger. */
static const slack_json_t *interaction(sim_send_t *send, const char *type, const sim_view_t *view,
                                       const slack_json_t *own)
{
    const slack_json_t *common = sim_payload_interaction(&send->json, type, send->user);
    const char *id = new_trigger(send, view);
    if (send->step)
        own = merged(send, own, sim_payload_step(&send->json, send->step, send->user, id));
    const slack_json_t *trigger = sim_json(&send->json, "{trigger_id: %s}", id);
    return merged(send, merged(send, common, own), trigger);
}

/* --- messages --- */

static bool send_message(sim_send_t *send)
{
    const char *thread_ts = arg(send, "thread");
    const char *text = sim_text_markup(send->json.arena, arg(send, "text"));
    char bot[SIM_ID_SIZE * 2];
    sim_message_t *message = NULL;
    if (!text) return cannot(send, "the text is too long");
    if (!*text) return cannot(send, "a message needs a text");
    if (!send->channel->bot_is_member)
        return cannot(send, "the bot is not in #%s: it would hear nothing", send->channel->name);
    if (*thread_ts && !sim_message_find(&send->sim->workspace.messages, send->channel, thread_ts))
        return cannot(send, "there is no message %.40s in that channel", thread_ts);
    snprintf(bot, sizeof bot, "<@%s>", sim_user_bot()->id);
    if (strcmp(arg(send, "kind"), "mention") == 0 && !strstr(text, bot))
        text = slack__arena_printf(send->json.arena, "%s %s", bot, text);

    const slack_json_t *content = text ? sim_person_content(&send->json, text) : NULL;
    const sim_message_draft_t draft = {
        .channel = send->channel, .author = send->user, .thread_ts = thread_ts, .content = content};
    if (!content || sim_message_add(&send->sim->workspace.messages, &draft, &message) != 0)
        return cannot(send, "%s", slack_strerror(SLACK_ENOMEM));
    snprintf(send->message_ts, sizeof send->message_ts, "%s", message->ts);
    note(send, SIM_ENTRY_MESSAGE,
         sim_text_place(send->json.arena, send->channel, *message->thread_ts), "%s",
         sim_text_plain(send->json.arena, text));
    bool good = deliver(send, SIM_DELIVERY_EVENT,
                        sim_payload_event(&send->sim->workspace.ids, &send->json,
                                          sim_event_message(&send->json, message)),
                        false);
    /* In a direct message Slack tells of the message alone. */
    if (!good || !strstr(text, bot) || send->channel->kind == SIM_CHANNEL_IM) return good;
    return deliver(send, SIM_DELIVERY_EVENT,
                   sim_payload_event(&send->sim->workspace.ids, &send->json,
                                     sim_event_mention(&send->json, message)),
                   false);
}

static bool send_event(sim_send_t *send)
{
    const slack_json_t *event = slack_json_get(send->args, "/event");
    char ts[SIM_TS_SIZE];
    if (slack_json_type(event) != SLACK_JSON_OBJECT || !*slack_json_str(event, "/type"))
        return cannot(send, "an event is a JSON object with a type");
    sim_ids_ts(&send->sim->workspace.ids, ts);
    const slack_json_t *payload = event;
    const char *type = slack_json_str(event, "/type");
    if (slack_json_get(event, "/event")) { /* a whole body */
        type = slack_json_str(event, "/event/type");
        payload =
            merged(send, event, sim_payload_event(&send->sim->workspace.ids, &send->json, NULL));
    } else if (strcmp(type, "app_rate_limited") != 0) { /* which has no event in it */
        event = merged(send, event, sim_json(&send->json, "{event_ts: %s}", ts));
        payload = sim_payload_event(&send->sim->workspace.ids, &send->json, event);
    }
    note(send, SIM_ENTRY_EVENT, "", "causes the event %s", type);
    return deliver(send, SIM_DELIVERY_EVENT, payload, false);
}

/* --- commands --- */

static bool send_command(sim_send_t *send)
{
    const char *name = arg(send, "command");
    const char *text = sim_text_markup(send->json.arena, arg(send, "text"));
    if (!text) return cannot(send, "the text is too long");
    if (name[0] != '/' || !name[1]) return cannot(send, "a command begins with a slash");
    const slack_json_t *response_url = new_response_url(send, "commands", NULL);
    const sim_command_t command = {
        .user = send->user,
        .channel = send->channel,
        .name = name,
        .text = text,
        .response_url = slack_json_str(response_url, ""),
        .trigger_id = new_trigger(send, NULL),
    };
    note(send, SIM_ENTRY_COMMAND, sim_text_place(send->json.arena, send->channel, false),
         "runs %s%s%s", name, *text ? " " : "", sim_text_plain(send->json.arena, text));
    send->outcome = sim_outcome_command;
    return deliver(send, SIM_DELIVERY_COMMAND, sim_payload_command(&send->json, &command), true);
}

/* --- elements --- */

/* Where an element is. */
typedef struct place {
    const sim_message_t *message; /* this, or the view, or neither */
    const sim_view_t *view;
    sim_element_iter_t it;
} place_t;

static bool find_in_view(const sim_view_t *view, const char *action_id, place_t *ret)
{
    if (!view ||
        !sim_element_find(slack_json_get(view->body, "/blocks"), NULL, action_id, &ret->it))
        return false;
    ret->view = view;
    return true;
}

/* In the message that was named; else in the open modal, which hides the rest; else in the newest
 * message that has it; else in the home tab. */
static bool find_element(sim_send_t *send, const char *action_id, place_t *ret)
{
    const sim_messages_t *messages = &send->sim->workspace.messages;
    const char *ts = arg(send, "message");
    *ret = (place_t){0};
    if (!*ts && find_in_view(sim_view_top(&send->sim->workspace.views, send->user), action_id, ret))
        return true;
    for (slack_link_t *link = messages->list.prev; link != &messages->list; link = link->prev) {
        const sim_message_t *message = SLACK_CONTAINER(link, sim_message_t, link);
        const slack_json_t *blocks = slack_json_get(message->body, "/blocks");
        if (*ts && strcmp(message->ts, ts) != 0) continue;
        if (message->only_for && message->only_for != send->user) continue;
        if (!sim_element_find(blocks, NULL, action_id, &ret->it)) continue;
        ret->message = message;
        return true;
    }
    return !*ts &&
           find_in_view(sim_view_home(&send->sim->workspace.views, send->user), action_id, ret);
}

static bool send_click(sim_send_t *send)
{
    const char *action_id = arg(send, "action_id"), *value = arg(send, "value");
    char ts[SIM_TS_SIZE];
    place_t place;
    if (!find_element(send, action_id, &place))
        return cannot(send, "there is nothing with the action_id \"%.80s\" in %s", action_id,
                      *arg(send, "message") ? "that message" : "a message or an open view");
    const slack_json_t *state =
        sim_element_state(&send->json, place.it.element, *value ? value : NULL, send->problem);
    if (!state) return false;
    sim_ids_ts(&send->sim->workspace.ids, ts);
    const slack_json_t *own = sim_json(&send->json, "{actions: [%p], state: {values: {}}}",
                                       sim_payload_action(&send->json, &place.it, state, ts));
    own = merged(send, own, sim_payload_place(&send->json, place.message, place.view));
    if (place.message)
        own = merged(send, own,
                     sim_json(&send->json, "{response_url: %p}",
                              new_response_url(send, "actions", place.message)));
    send->step = sim_step_by_id(&send->sim->workspace.steps,
                                place.view ? place.view->step_id : place.message->step_id);
    note(send, SIM_ENTRY_CLICK, "", "clicks %s%s%s", action_id, *value ? ": " : "", value);
    return deliver(send, SIM_DELIVERY_INTERACTIVE,
                   interaction(send, "block_actions", place.view, own), false);
}

static bool send_options(sim_send_t *send)
{
    const char *action_id = arg(send, "action_id"), *typed = arg(send, "value");
    const char *block_id = action_id;
    const slack_json_t *where;
    char ts[SIM_TS_SIZE];
    place_t place;
    if (find_element(send, action_id, &place)) {
        block_id = slack_json_str(place.it.block, "/block_id");
        where = sim_payload_place(&send->json, place.message, place.view);
    } else {
        /* Options can be tried out before there is a select that asks for them. */
        sim_ids_ts(&send->sim->workspace.ids, ts);
        where = sim_json(&send->json,
                         "{container: {type: 'message', message_ts: %s, channel_id: %s,"
                         " is_ephemeral: false}, channel: {id: %s, name: %s}}",
                         ts, send->channel->id, send->channel->id,
                         sim_channel_command_name(send->channel));
    }
    const slack_json_t *own = sim_json(&send->json, "{action_id: %s, block_id: %s, value: %s}",
                                       action_id, block_id, typed);
    const slack_json_t *common =
        sim_payload_interaction(&send->json, "block_suggestion", send->user);
    note(send, SIM_ENTRY_OPTIONS, "", "types \"%s\" into %s", typed, action_id);
    send->outcome = sim_outcome_options;
    return deliver(send, SIM_DELIVERY_INTERACTIVE, merged(send, merged(send, common, own), where),
                   true);
}

static bool send_shortcut(sim_send_t *send)
{
    const char *callback_id = arg(send, "callback_id"), *message_ts = arg(send, "message");
    const sim_message_t *message = NULL;
    char ts[SIM_TS_SIZE];
    sim_ids_ts(&send->sim->workspace.ids, ts);
    const slack_json_t *own =
        sim_json(&send->json, "{callback_id: %s, action_ts: %s}", callback_id, ts);
    if (*message_ts) {
        message = sim_message_find(&send->sim->workspace.messages, NULL, message_ts);
        if (!message || message->only_for)
            return cannot(send, "there is no message %.40s", message_ts);
        own =
            merged(send, own,
                   sim_json(&send->json,
                            "{message_ts: %s, message: %p, response_url: %p,"
                            " channel: {id: %s, name: %s}}",
                            message->ts, message->body, new_response_url(send, "actions", message),
                            message->channel->id, sim_channel_command_name(message->channel)));
    }
    note(send, SIM_ENTRY_SHORTCUT, "", "uses the shortcut %s%s", callback_id,
         message ? " on a message" : "");
    return deliver(send, SIM_DELIVERY_INTERACTIVE,
                   interaction(send, message ? "message_action" : "shortcut", NULL, own), false);
}

/* --- modals --- */

/* The modal that the person sees. NULL when it is not the one that was named, or there is none. */
static sim_view_t *open_view(sim_send_t *send)
{
    const char *callback_id = arg(send, "callback_id");
    sim_view_t *view = sim_view_top(&send->sim->workspace.views, send->user);
    if (!view) {
        cannot(send, "%s has no modal open", send->user->name);
        return NULL;
    }
    const char *open = slack_json_str(view->body, "/callback_id");
    if (*callback_id && strcmp(open, callback_id) != 0) {
        cannot(send, "the open modal is \"%.80s\", not \"%.80s\"", open, callback_id);
        return NULL;
    }
    snprintf(send->view_id, sizeof send->view_id, "%s", view->id);
    send->step = sim_step_by_id(&send->sim->workspace.steps, view->step_id);
    return view;
}

/* "name/value=Ada, …" */
static const char *values_in_words(sim_send_t *send, const slack_json_t *values)
{
    const char *text = "";
    slack_json_iter_t it = {0};
    while (text && slack_json_next(values, &it))
        text = slack__arena_printf(send->json.arena, "%s%s%s", text, it.index > 1 ? ", " : " with ",
                                   slack_json_str(it.value, ""));
    return text ? text : "";
}

static bool send_submit(sim_send_t *send)
{
    const slack_json_t *values = slack_json_get(send->args, "/values");
    sim_view_t *view = open_view(send);
    if (!view) return false;
    const slack_json_t *state = sim_view_fill(&send->json, view, values, send->problem);
    if (!state) return false;
    const slack_json_t *own = sim_json(&send->json, "{view: %p, response_urls: []}",
                                       sim_payload_view(&send->json, view, state));
    note(send, SIM_ENTRY_SUBMIT, "", "submits %s%s", slack_json_str(view->body, "/callback_id"),
         values_in_words(send, values));
    send->outcome = sim_outcome_submission;
    return deliver(send, SIM_DELIVERY_INTERACTIVE, interaction(send, "view_submission", view, own),
                   true);
}

static bool send_close(sim_send_t *send)
{
    sim_view_t *view = open_view(send);
    if (!view) return false;
    bool notify = view->notify_on_close;
    const slack_json_t *own = sim_json(&send->json, "{view: %p, is_cleared: false}",
                                       sim_payload_view(&send->json, view, NULL));
    note(send, SIM_ENTRY_CLOSE, "", "closes %s", slack_json_str(view->body, "/callback_id"));
    own = merged(send, sim_payload_interaction(&send->json, "view_closed", send->user), own);
    sim_view_close(&send->sim->workspace.views, view);
    if (notify) return deliver(send, SIM_DELIVERY_INTERACTIVE, own, false);
    /* An app that does not ask for it is not told. */
    sim_transcript_outcome(&send->sim->workspace.transcript, send->entry, "%s", "");
    return send->json.rc == 0;
}

/* --- surfaces of the app --- */

static const sim_channel_t *im_of(const sim_send_t *send)
{
    return sim_channel_find(send->user->id);
}

static bool deliver_event(sim_send_t *send, const slack_json_t *event)
{
    return deliver(send, SIM_DELIVERY_EVENT,
                   sim_payload_event(&send->sim->workspace.ids, &send->json, event), false);
}

static bool send_open_home(sim_send_t *send)
{
    char ts[SIM_TS_SIZE];
    sim_ids_ts(&send->sim->workspace.ids, ts);
    note(send, SIM_ENTRY_EVENT, "", "opens the home tab");
    return deliver_event(
        send, sim_event_home_opened(&send->json, im_of(send),
                                    sim_view_home(&send->sim->workspace.views, send->user), ts));
}

/* A new thread with the channel beside it; or another channel beside the thread that is named. */
static bool send_open_assistant(sim_send_t *send)
{
    const char *thread_ts = arg(send, "thread"), *type = "assistant_thread_context_changed";
    char ts[SIM_TS_SIZE];
    sim_message_t *head = sim_message_find(&send->sim->workspace.messages, im_of(send), thread_ts);
    if (*thread_ts && (!head || !slack_json_get(head->body, "/assistant_app_thread")))
        return cannot(send, "%s has no assistant's thread %.40s", send->user->name, thread_ts);
    if (!head) {
        const sim_message_draft_t draft = {.channel = im_of(send),
                                           .author = sim_user_bot(),
                                           .content = sim_assistant_content(&send->json, "")};
        if (send->json.rc != 0 ||
            sim_message_add(&send->sim->workspace.messages, &draft, &head) != 0)
            return cannot(send, "%s", slack_strerror(SLACK_ENOMEM));
        type = "assistant_thread_started";
        snprintf(send->message_ts, sizeof send->message_ts, "%s", head->ts);
    }
    sim_ids_ts(&send->sim->workspace.ids, ts);
    note(send, SIM_ENTRY_EVENT, "", "%s %s", *thread_ts ? "looks at" : "opens the assistant beside",
         sim_text_place(send->json.arena, send->channel, false));
    return deliver_event(send, sim_event_assistant(&send->json, type, head, send->channel, ts));
}

static bool send_step(sim_send_t *send)
{
    const char *callback_id = arg(send, "callback_id");
    sim_step_t *step = NULL;
    if (!*callback_id) return cannot(send, "a step has a callback_id");
    const slack_json_t *inputs =
        sim_step_inputs(&send->json, slack_json_get(send->args, "/values"), send->problem);
    if (!inputs) return false;
    if (sim_step_begin(&send->sim->workspace.steps, callback_id, inputs, &step) != 0)
        return cannot(send, "%s", slack_strerror(SLACK_ENOMEM));
    const char *words = sim_text_values(send->json.arena, step->inputs);
    note(send, SIM_ENTRY_STEP, "", "starts the step %s%s%s", step->callback_id, *words ? ": " : "",
         words);
    return deliver_event(send, sim_event_function(&send->sim->workspace.ids, &send->json, step));
}

/* --- the start --- */

static const struct kind {
    const char *name;
    bool (*start)(sim_send_t *send); /* false with a sentence in send->problem */
} kinds[] = {
    {"message", send_message},
    {"mention", send_message},
    {"command", send_command},
    {"click", send_click},
    {"options", send_options},
    {"shortcut", send_shortcut},
    {"submit", send_submit},
    {"close-view", send_close},
    {"event", send_event},
    {"open-home", send_open_home},
    {"open-assistant", send_open_assistant},
    {"step", send_step},
};

static bool find_people(sim_send_t *send)
{
    const char *user = arg(send, "user"), *channel = arg(send, "channel");
    send->user = sim_user_find(*user ? user : "ann");
    send->channel = sim_channel_find(*channel ? channel : "general");
    if (!send->user || send->user->bot)
        return cannot(send, "there is no person \"%.80s\"; there are ann, ben and cleo", user);
    if (!send->channel)
        return cannot(send,
                      "there is no channel \"%.80s\"; there are #general, #random, #lounge, "
                      "#secret, and @ann, @ben, @cleo for direct messages",
                      channel);
    /* Only the person herself can write in her direct messages. */
    if (send->channel->user_id) send->user = sim_user_by_id(send->channel->user_id);
    return true;
}

static bool start(sim_send_t *send)
{
    const char *name = arg(send, "kind");
    if (!find_people(send)) return false;
    if (!sim_app_reachable(send->sim)) return cannot(send, "%s", no_app);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0) return kinds[i].start(send);
    return cannot(send, "nothing of the kind \"%.80s\" can be sent", name);
}

void sim_send_start(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    sim_send_t *send = slack__arena_calloc(request->arena, sizeof *send);
    if (!send) {
        sim_answer_json(sim, request, 500, NULL);
        return;
    }
    send->sim = sim;
    send->request = request;
    send->json = json;
    send->args = args;
    send->acked = true;
    send->wire = "";
    bool good = start(send);
    if (send->waiting > 0) { /* on_answer() goes on */
        send->acked = good;
        if (!good) snprintf(send->error, sizeof send->error, "%s", send->problem);
        return;
    }
    if (good) {
        finish(send);
        return;
    }
    if (send->json.rc != 0) cannot(send, "%s", slack_strerror(send->json.rc));
    sim_transcript_outcome(&sim->workspace.transcript, send->entry, "not sent");
    sim_answer_json(sim, request, 400, sim_json(&json, "{ok: false, error: %s}", send->problem));
}
