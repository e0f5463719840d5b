/* SPDX-License-Identifier: MIT */
#include "sim/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

static sim_message_t *message_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, sim_message_t, link);
}

static slack_slice_t message_key(const void *value)
{
    return slack__slice(((const sim_message_t *)value)->ts);
}

int sim_messages_init(sim_messages_t *messages, sim_ids_t *ids, const sim_users_t *users,
                      const sim_feed_writer_t *feed)
{
    *messages = (sim_messages_t){.ids = ids, .users = users, .feed = feed};
    slack__link_init(&messages->list);
    messages->by_ts = slack__map_new_keyed(SIM_MESSAGES_MAX + 1, message_key);
    return messages->by_ts ? 0 : SLACK_ENOMEM;
}

/* --- the feed --- */

const slack_json_t *sim_message_entry(const sim_messages_t *messages, sim_json_builder_t *json,
                                      const sim_message_t *message)
{
    return sim_json(json, "{channel: %s, user?: %s, streaming?: %p, markdown?: %p, message: %p}",
                    message->channel->id, message->only_for ? message->only_for->id : NULL,
                    message->streaming ? sim_json_bool(json, true) : NULL,
                    message->markdown ? sim_json_bool(json, true) : NULL,
                    sim_feed_value(json, sim_message_shown(messages, json, message, "")));
}

static void feed_put(const sim_messages_t *messages, const sim_message_t *message)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(messages->feed, message->only_for ? "ephemeral" : "message", &json,
                 sim_message_entry(messages, &json, message));
}

/* A first message counts its replies. */
static void feed_put_head(const sim_messages_t *messages, const sim_message_t *reply)
{
    const sim_message_t *head = sim_message_find(messages, reply->channel, reply->thread_ts);
    if (head && head != reply && !reply->only_for) feed_put(messages, head);
}

static void feed_put_gone(const sim_messages_t *messages, const sim_message_t *message)
{
    sim_json_builder_t json = sim_feed_begin();
    sim_feed_end(messages->feed, "gone", &json,
                 sim_json(&json, "{channel: %s, ts: %s}", message->channel->id, message->ts));
}

/* --- messages --- */

static void message_free(sim_messages_t *messages, sim_message_t *message)
{
    slack__map_take(messages->by_ts, message_key(message));
    while (!slack__list_empty(&message->replies))
        slack__unlink(message->replies.next);
    slack__unlink(&message->reply);
    slack__unlink(&message->link);
    messages->count--;
    messages->bytes -= slack__arena_size(message->arena);
    slack__arena_free(message->arena);
    slack__free(message->reactions);
    slack__free(message);
}

void sim_message_remove(sim_messages_t *messages, sim_message_t *message)
{
    const sim_message_t *head = sim_message_find(messages, message->channel, message->thread_ts);
    const bool counted = slack__linked(&message->reply);
    feed_put_gone(messages, message);
    if (head == message) head = NULL;
    message_free(messages, message);
    if (head && counted) feed_put(messages, head);
}

/* Forget the oldest messages beyond the limits, up to the one that has grown. */
static void forget_oldest(sim_messages_t *messages, const sim_message_t *grown)
{
    while (messages->count > SIM_MESSAGES_MAX || messages->bytes > SIM_MESSAGES_BYTES_MAX) {
        sim_message_t *oldest = message_at(messages->list.next);
        if (oldest == grown) return;
        sim_message_remove(messages, oldest);
    }
}

void sim_messages_done(sim_messages_t *messages)
{
    while (!slack__list_empty(&messages->list))
        message_free(messages, message_at(messages->list.next));
    slack__map_free(messages->by_ts, NULL);
}

static const slack_json_t *message_body(const sim_messages_t *messages, sim_json_builder_t *json,
                                        const sim_message_t *message, const slack_json_t *content)
{
    const sim_team_t *team = message->channel->team;
    const slack_json_t *body =
        sim_json(json, "{type: 'message', user: %s, ts: %s}", message->author->id, message->ts);
    body = sim_json_merged(json, body, content);
    body = sim_json_merged(json, body, sim_json(json, "{team: %s}", team->id));
    if (message->author->bot || message->by_app)
        body = sim_json_merged(
            json, body,
            sim_json(json,
                     "{bot_id: %s, app_id: %s, bot_profile: {id: %s, app_id: %s, name: %s,"
                     " deleted: false, updated: %d, team_id: %s}}",
                     team->bot_id, SIM_APP_ID, team->bot_id, SIM_APP_ID, team->bot->name,
                     SIM_FOUNDED_S, team->id));
    if (!*message->thread_ts) return body;

    const sim_message_t *head = sim_message_find(messages, message->channel, message->thread_ts);
    const slack_json_t *thread = sim_json(json, "{thread_ts: %s}", message->thread_ts);
    if (head && head != message)
        thread = sim_json(json, "{thread_ts: %s, parent_user_id: %s}", message->thread_ts,
                          head->author->id);
    if (head && message->broadcast)
        thread = sim_json_merged(
            json, thread, sim_json(json, "{subtype: 'thread_broadcast', root: %p}", head->body));
    return sim_json_merged(json, body, thread);
}

/* Put a new message into the thread that it answers. */
static void thread_add(const sim_messages_t *messages, sim_message_t *message)
{
    sim_message_t *head = sim_message_find(messages, message->channel, message->thread_ts);
    if (head && head != message && !message->only_for)
        slack__list_push(&head->replies, &message->reply);
}

int sim_message_add(sim_messages_t *messages, const sim_message_draft_t *draft, sim_message_t **ret)
{
    sim_message_t *message = slack__calloc(1, sizeof *message);
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    if (!message || !json.arena) goto fail;
    slack__link_init(&message->reply);
    slack__link_init(&message->replies);
    message->arena = json.arena;
    message->channel = draft->channel;
    message->author = draft->author;
    message->by_app = draft->by_app;
    message->streaming = draft->streaming;
    message->markdown = draft->markdown;
    message->only_for = draft->only_for;
    sim_ids_ts(messages->ids, message->ts);
    if (draft->thread_ts && *draft->thread_ts) {
        const sim_message_t *head = sim_message_find(messages, draft->channel, draft->thread_ts);
        const char *root = head && *head->thread_ts ? head->thread_ts : draft->thread_ts;
        snprintf(message->thread_ts, sizeof message->thread_ts, "%s", root);
        message->broadcast = draft->broadcast;
    }
    if (draft->step_id) snprintf(message->step_id, sizeof message->step_id, "%s", draft->step_id);
    message->body = message_body(messages, &json, message, draft->content);
    if (json.rc != 0) goto fail;

    if (slack__map_put(messages->by_ts, message_key(message), message) != 0) goto fail;
    slack__list_push(&messages->list, &message->link);
    thread_add(messages, message);
    messages->count++;
    messages->bytes += slack__arena_size(message->arena);
    forget_oldest(messages, message);
    feed_put(messages, message);
    feed_put_head(messages, message);
    *ret = message;
    return 0;

fail:
    slack__arena_free(json.arena);
    slack__free(message);
    return SLACK_ENOMEM;
}

/* `edited` is the mark of an edit; NULL: none. */
static int message_replace(sim_messages_t *messages, sim_message_t *message,
                           const slack_json_t *content, const char *edited)
{
    sim_json_builder_t json = {slack__arena_new(1024, 0), 0};
    if (!json.arena) return SLACK_ENOMEM;
    const slack_json_t *body = message_body(messages, &json, message, content);
    if (edited)
        body = sim_json_merged(
            &json, body,
            sim_json(&json, "{edited: {user: %s, ts: %s}}", message->author->id, edited));
    if (json.rc != 0) {
        slack__arena_free(json.arena);
        return json.rc;
    }
    messages->bytes += slack__arena_size(json.arena) - slack__arena_size(message->arena);
    slack__arena_free(message->arena);
    message->arena = json.arena;
    message->body = body;
    forget_oldest(messages, message);
    feed_put(messages, message);
    return 0;
}

int sim_message_edit(sim_messages_t *messages, sim_message_t *message, const slack_json_t *content)
{
    char now[SIM_TS_SIZE];
    sim_ids_ts(messages->ids, now);
    return message_replace(messages, message, content, now);
}

int sim_message_set(sim_messages_t *messages, sim_message_t *message, const slack_json_t *content)
{
    return message_replace(messages, message, content, NULL);
}

void sim_message_streamed(sim_messages_t *messages, sim_message_t *message)
{
    message->streaming = false;
    feed_put(messages, message);
}

const char *sim_message_react(sim_messages_t *messages, sim_message_t *message, const char *name,
                              const sim_user_t *user, bool add)
{
    if (!message->reactions) message->reactions = slack__calloc(1, sizeof *message->reactions);
    if (!message->reactions) return "internal_error";
    const char *error =
        (add ? sim_reaction_add : sim_reaction_remove)(message->reactions, name, user);
    if (!error) feed_put(messages, message);
    return error;
}

void sim_message_pin(sim_messages_t *messages, sim_message_t *message, int64_t pinned_s)
{
    message->pinned_s = pinned_s;
    feed_put(messages, message);
}

sim_message_t *sim_message_find(const sim_messages_t *messages, const sim_channel_t *channel,
                                const char *ts)
{
    sim_message_t *message = slack__map_get(messages->by_ts, slack__slice(ts));
    return message && (!channel || message->channel == channel) ? message : NULL;
}

const slack_json_t *sim_message_detail(sim_json_builder_t *json, const sim_message_t *message)
{
    return sim_json(json, "{channel: %s, ts: %s, message: %p}", message->channel->id, message->ts,
                    message->body);
}

const sim_message_t *sim_message_newest(const sim_messages_t *messages,
                                        const sim_channel_t *channel)
{
    for (slack_link_t *link = messages->list.prev; link != &messages->list; link = link->prev) {
        const sim_message_t *message = message_at(link);
        if (!message->only_for && (!channel || message->channel == channel)) return message;
    }
    return NULL;
}

/* What the thread that begins with the message adds to its body; NULL without replies. */
static const slack_json_t *replies_json(const sim_messages_t *messages, sim_json_builder_t *json,
                                        const sim_message_t *message, const char *until)
{
    const sim_message_t *latest = NULL;
    size_t replies = 0;
    sim_user_set_t authors = {{0}};
    for (slack_link_t *link = message->replies.next; link != &message->replies; link = link->next) {
        const sim_message_t *reply = SLACK_CONTAINER(link, const sim_message_t, reply);
        if (*until && sim_ts_compare(reply->ts, until) > 0) continue;
        latest = reply;
        replies++;
        sim_user_set_put(&authors, reply->author, true);
    }
    if (!latest) return NULL;
    const slack_json_t *ids = sim_user_set_ids(json, messages->users, &authors);
    return sim_json(json,
                    "{thread_ts: %s, reply_count: %zu, reply_users_count: %zu, latest_reply: %s,"
                    " reply_users: %p, is_locked: false, subscribed: false}",
                    message->ts, replies, slack_json_count(ids, ""), latest->ts, ids);
}

const slack_json_t *sim_message_shown(const sim_messages_t *messages, sim_json_builder_t *json,
                                      const sim_message_t *message, const char *until)
{
    const slack_json_t *body = message->body;
    const slack_json_t *replies = replies_json(messages, json, message, until);
    if (replies) body = sim_json_merged(json, body, replies);
    if (message->reactions && message->reactions->count > 0)
        body = sim_json_merged(
            json, body,
            sim_json(json, "{reactions: %p}",
                     sim_reactions_json(json, messages->users, message->reactions)));
    if (message->pinned_s)
        body =
            sim_json_merged(json, body,
                            sim_json(json,
                                     "{pinned_to: [%s], pinned_info: {channel: %s, pinned_by: %s,"
                                     " pinned_ts: %" PRId64 "}}",
                                     message->channel->id, message->channel->id,
                                     message->channel->team->bot->id, message->pinned_s));
    return body;
}
