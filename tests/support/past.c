/* SPDX-License-Identifier: MIT */
#include "support/past.h"

#include "app/inspect.h"
#include "support/heap.h"
#include "util/form.h"

void past_clear(past_t *past)
{
    for (size_t i = 0; i < past->message_count; i++)
        free(past->messages[i].members);
    memset(past, 0, sizeof *past);
}

void past_add_channel(past_t *past, const char *id, const char *type)
{
    assert_true(past->channel_count < PAST_CHANNELS);
    snprintf(past->channels[past->channel_count].id, 16, "%s", id);
    past->channels[past->channel_count++].type = type;
}

static void ts_of(char ret[24], int64_t at_s)
{
    snprintf(ret, 24, "%lld.000100", (long long)(PAST_WALL_S + at_s));
}

void past_say(past_t *past, const char *channel, int64_t at_s, int64_t thread_s,
              const char *members)
{
    assert_true(past->message_count < PAST_MESSAGES);
    past_message_t *message = &past->messages[past->message_count++];
    snprintf(message->channel, sizeof message->channel, "%s", channel);
    ts_of(message->ts, at_s);
    *message->thread = '\0';
    if (thread_s != PAST_ROOT) ts_of(message->thread, thread_s);
    message->members = strdup(members);
}

unsigned past_calls(const past_t *past, const char *method)
{
    unsigned count = 0;
    for (size_t i = 0; i < past->call_count; i++)
        count += !method || strcmp(past->calls[i].method, method) == 0;
    return count;
}

/* ---- answers ---- */

static void write_message(FILE *out, const past_t *past, const past_message_t *message)
{
    const char *latest = NULL;
    for (size_t i = 0; i < past->message_count; i++) {
        const past_message_t *other = &past->messages[i];
        const bool reply = strcmp(other->channel, message->channel) == 0 &&
                           strcmp(other->thread, message->ts) == 0;
        if (reply && (latest == NULL || strcmp(other->ts, latest) > 0)) latest = other->ts;
    }
    fprintf(out, "{'type':'message','ts':'%s'", message->ts);
    if (*message->thread) fprintf(out, ",'thread_ts':'%s'", message->thread);
    if (latest)
        fprintf(out, ",'thread_ts':'%s','reply_count':1,'latest_reply':'%s'", message->ts, latest);
    fprintf(out, "%s%s}", *message->members ? "," : "", message->members);
}

/* Which messages a method lists. */
static bool is_listed(const past_message_t *message, const slack_json_t *args, bool replies)
{
    const char *oldest = slack_json_str(args, "oldest"), *root = slack_json_str(args, "ts");
    if (strcmp(message->channel, slack_json_str(args, "channel")) != 0) return false;
    if (replies && strcmp(message->ts, root) == 0) return true; /* the root always is */
    if (*oldest && strcmp(message->ts, oldest) <= 0) return false;
    if (replies) return strcmp(message->thread, root) == 0;
    return *message->thread == '\0' || strstr(message->members, "thread_broadcast");
}

static const past_t *sorted_past;
static int by_ts(const void *a, const void *b)
{
    return strcmp(sorted_past->messages[*(const size_t *)a].ts,
                  sorted_past->messages[*(const size_t *)b].ts);
}

static void answer_messages(FILE *out, const past_t *past, const slack_json_t *args, bool replies)
{
    static size_t list[PAST_MESSAGES];
    size_t count = 0;
    for (size_t i = 0; i < past->message_count; i++)
        if (is_listed(&past->messages[i], args, replies)) list[count++] = i;
    sorted_past = past;
    qsort(list, count, sizeof *list, by_ts);
    const char *limit_text = slack_json_str(args, "limit"),
               *cursor = slack_json_str(args, "cursor");
    size_t limit = *limit_text ? strtoul(limit_text, NULL, 10) : 100;
    if (past->page_max && limit > past->page_max) limit = past->page_max;
    const size_t from = *cursor ? strtoul(cursor + 1, NULL, 10) : 0;
    const size_t to = from + limit < count ? from + limit : count;
    fprintf(out, "{'ok':true,'messages':[");
    for (size_t i = from; i < to; i++) { /* the page of a history is always newest first */
        const size_t at = replies ? i : past->oldest_first ? to - 1 - (i - from) : count - 1 - i;
        fprintf(out, "%s", i > from ? "," : "");
        write_message(out, past, &past->messages[list[at]]);
    }
    fprintf(out, "],'has_more':%s,'response_metadata':{'next_cursor':'%s%.0zu'}}",
            to < count ? "true" : "false", to < count ? "c" : "", to < count ? to : 0);
}

static void answer_channels(FILE *out, const past_t *past, const char *types)
{
    const char *between = "";
    fprintf(out, "{'ok':true,'channels':[");
    for (size_t i = 0; i < past->channel_count; i++) {
        if (strcmp(past->channels[i].type, types) != 0) continue;
        fprintf(out, "%s{'id':'%s'}", between, past->channels[i].id);
        between = ",";
    }
    fprintf(out, "]}");
}

static const char *type_of(const past_t *past, const char *channel)
{
    for (size_t i = 0; i < past->channel_count; i++)
        if (strcmp(past->channels[i].id, channel) == 0) return past->channels[i].type;
    return "";
}

/* Whether the scope "im:read" is missing that a call needs. */
static bool lacks_scope(const past_t *past, const char *method, const slack_json_t *args)
{
    static const char *const scopes[][2] = {{"public_channel", "channels"},
                                            {"private_channel", "groups"},
                                            {"mpim", "mpim"},
                                            {"im", "im"}};
    const bool list = strcmp(method, "users.conversations") == 0;
    const char *type =
        list ? slack_json_str(args, "types") : type_of(past, slack_json_str(args, "channel"));
    for (size_t i = 0; past->no_scope && i < 4; i++) {
        char scope[32];
        snprintf(scope, sizeof scope, "%s:%s", scopes[i][1], list ? "read" : "history");
        if (strcmp(scopes[i][0], type) == 0 && strcmp(scope, past->no_scope) == 0) return true;
    }
    return false;
}

static void answer(FILE *out, const past_t *past, const char *method, const slack_json_t *args)
{
    const char *channel = slack_json_str(args, "channel");
    if (lacks_scope(past, method, args))
        fprintf(out, "{'ok':false,'error':'missing_scope','needed':'%s'}", past->no_scope);
    else if (strcmp(method, "auth.test") == 0)
        fprintf(out, "{'ok':true,'team_id':'T0TEAM','user_id':'U0BOT','bot_id':'B0BOT'}");
    else if (strcmp(method, "users.conversations") == 0)
        answer_channels(out, past, slack_json_str(args, "types"));
    else if (strcmp(method, "conversations.info") == 0)
        fprintf(out, "{'ok':%s,'error':'channel_not_found','channel':{'id':'%s','is_im':%s}}",
                *type_of(past, channel) ? "true" : "false", channel,
                strcmp(type_of(past, channel), "im") == 0 ? "true" : "false");
    else if (strcmp(method, "conversations.history") == 0 && *type_of(past, channel) == '\0')
        fprintf(out, "{'ok':false,'error':'channel_not_found'}");
    else
        answer_messages(out, past, args, strcmp(method, "conversations.replies") == 0);
}

/* ---- the sender ---- */

/* Calls of a method in the last minute, this one included. */
static unsigned calls_of_minute(const past_t *past, const char *method, uint64_t now_ms)
{
    unsigned count = 0;
    for (size_t i = past->call_count; i-- > 0 && now_ms - past->calls[i].at_ms < 60000;)
        count += strcmp(past->calls[i].method, method) == 0;
    return count;
}

static int past_send(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    past_t *past = sender;
    assert_true(past->waiting_count < PAST_WAITING_MAX && past->call_count < PAST_CALLS);
    heap_pause();
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *args = NULL;
    assert_int_equal(slack__form_parse(arena, request->body, request->body_len, &args), 0);
    const size_t n = past->waiting_count++, call = past->call_count++;
    const char *method = strrchr(request->url, '/') + 1;
    snprintf(past->calls[call].method, 32, "%s", method);
    snprintf(past->calls[call].channel, 16, "%s", slack_json_str(args, "channel"));
    past->calls[call].at_ms = slack__mono_ms(&past->f->world.clock);
    size_t size;
    past->waiting[n].fn = fn;
    past->waiting[n].user_data = user_data;
    snprintf(past->waiting[n].method, 32, "%s", method);
    snprintf(past->waiting[n].channel, 16, "%s", slack_json_str(args, "channel"));
    FILE *out = open_memstream(&past->waiting[n].body, &size);
    answer(out, past, method, args);
    fclose(out);
    quoted(past->waiting[n].body);
    slack__arena_free(arena);
    heap_resume();
    slack__task_post(slack__inspect_net(past->f->app), &past->task);
    return 0;
}

static void past_answer(past_t *past, size_t n)
{
    slack_curl_result_t result = {.reason = "",
                                  .http_status = 200,
                                  .content_type = "application/json",
                                  .retry_after_s = -1,
                                  .head = ""};
    const uint64_t now_ms = slack__mono_ms(&past->f->world.clock);
    const char *body = past->waiting[n].body;
    if (past->closed) {
        result.status = SLACK_ECANCELED;
        body = "";
    } else if (past->faulty && strcmp(past->waiting[n].channel, past->faulty) == 0) {
        result.http_status = past->fault.http_status;
        body = past->fault.body;
    } else if (past->broken > 0) {
        past->broken--;
        result.http_status = 500;
        body = "";
    } else if (past->a_minute &&
               calls_of_minute(past, past->waiting[n].method, now_ms) > past->a_minute) {
        past->refused++;
        result.http_status = 429;
        result.retry_after_s = 1;
        body = "{\"ok\":false,\"error\":\"ratelimited\"}";
    }
    result.body = body;
    result.body_len = strlen(body);
    past->waiting[n].fn(&result, past->waiting[n].user_data);
    if (heap_bytes() > past->peak) past->peak = heap_bytes();
    free(past->waiting[n].body);
}

static void past_work(slack_task_t *task)
{
    past_t *past = SLACK_CONTAINER(task, past_t, task);
    const size_t count = past->waiting_count;
    for (size_t i = 0; i < count; i++)
        past_answer(past, i);
    past->waiting_count -= count;
    memmove(past->waiting, past->waiting + count, past->waiting_count * sizeof *past->waiting);
    void (*closed)(void *user_data) = past->closed;
    if (closed == NULL || past->waiting_count > 0) return;
    past->closed = NULL;
    closed(past->closed_data);
}

static void past_close(void *sender, void (*fn)(void *user_data), void *user_data)
{
    past_t *past = sender;
    past->closed = fn;
    past->closed_data = user_data;
    slack__task_post(slack__inspect_net(past->f->app), &past->task);
}

void past_open(past_t *past, app_fixture_t *f, const slack_options_t *options)
{
    past->f = f;
    past->sender = (slack_sender_t){past_send, past_close, past};
    past->task.run = past_work;
    slack__link_init(&past->task.link);
    app_open(f, options);
    f->world.wall_ms = (PAST_WALL_S + past->now_s) * 1000;
    slack__inspect_set_sender(f->app, &past->sender);
}
