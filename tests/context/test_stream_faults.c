/* SPDX-License-Identifier: MIT */
/* A stream under faults: calls are refused, lost before Slack or behind it, or answered late. When
 * the stream ends without an error, the messages are the text: nothing is lost or comes twice. */
#include <stdlib.h>

#include <slack/stream.h>

#include "context/stream_sender.h"
#include "support/test.h"
#include "support/world.h"
#include "util/buf.h"
#include "util/json.h"
#include "webapi/webapi.h"

#define RUNS     400
#define TASKS    4
#define MESSAGES 16
#define TEXT_MAX ((size_t)64 << 10)

/* The messages that Slack has. */
static struct message {
    bool streams;
    slack_buf_t text;
} messages[MESSAGES];
static size_t count;
static bool edited;            /* a message was, where tasks are lines */
static char tasks[TASKS][16];  /* as they are shown last */
static char wanted[TASKS][16]; /* as they were appended last */

static world_t world;
static uint64_t seed;
static slack_buf_t put; /* what was appended */
static int ended;       /* the status of the end; 1: not yet */
static unsigned faults; /* per 100 calls */

static unsigned roll(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

/* ---- Slack ---- */

/* An argument of the form; "" without it. */
static const char *arg(const char *form, const char *name)
{
    static char values[4][TEXT_MAX];
    static unsigned turn;
    char *out = values[turn++ % 4], *end = out;
    char key[32];
    const int len = snprintf(key, sizeof key, "%s=", name);
    for (const char *at = form; at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        if (strncmp(at, key, (size_t)len) != 0) continue;
        for (at += len; *at && *at != '&'; at++) {
            unsigned byte = (unsigned char)*at;
            if (*at == '+') byte = ' ';
            if (*at == '%') sscanf(at + 1, "%2x", &byte), at += 2;
            *end++ = (char)byte;
        }
        break;
    }
    *end = '\0';
    return out;
}

static const char *append(struct message *m, const char *text)
{
    assert_int_equal(slack__buf_append(&m->text, text, strlen(text)), 0);
    return "";
}

/* A part: a text, or chunks with texts and tasks. */
static const char *append_part(struct message *m, const char *form)
{
    slack_json_iter_t it = {0};
    const slack_json_t *chunks = NULL;
    const char *text = arg(form, "chunks");
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (*text) assert_int_equal(slack__json_parse(arena, text, strlen(text), &chunks, NULL), 0);
    while (slack_json_next(chunks, &it)) {
        append(m, slack_json_str(it.value, "/text"));
        if (*slack_json_str(it.value, "/id"))
            snprintf(tasks[*slack_json_str(it.value, "/id") - '0'], sizeof tasks[0], "%s",
                     slack_json_str(it.value, "/status"));
    }
    slack__arena_free(arena);
    return append(m, arg(form, "markdown_text"));
}

/* Does what the call asks for. "" or the error. */
static const char *act(const char *method, const char *form)
{
    const unsigned ts = (unsigned)atoi(arg(form, "ts"));
    const bool start = strcmp(method, "chat.startStream") == 0;
    if (start || strcmp(method, "chat.postMessage") == 0) {
        assert_true(count < MESSAGES);
        slack__buf_init(&messages[count].text, TEXT_MAX);
        messages[count].streams = start;
        edited |= !start;
        return start ? append_part(&messages[count++], form)
                     : append(&messages[count++], arg(form, "text"));
    }
    assert_in_range(ts, 1, count);
    struct message *m = &messages[ts - 1];
    if (strcmp(method, "chat.update") == 0) {
        if (m->streams) return "streaming_state_conflict";
        edited = true;
        slack__buf_clear(&m->text);
        return append(m, arg(form, "text"));
    }
    if (!m->streams) return "message_not_in_streaming_state";
    if (strcmp(method, "chat.stopStream") == 0) m->streams = false;
    return append_part(m, form);
}

static int send_call(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data);
static void close_sender(void *sender, void (*fn)(void *user_data), void *user_data)
{
    fn(user_data);
}

static slack_timer_t timer;
static struct {
    slack_curl_fn fn;
    void *user_data;
    char method[32], form[TEXT_MAX * 3];
} call;

static int send_call(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    assert_null(call.fn); /* one call at a time */
    call.fn = fn;
    call.user_data = user_data;
    snprintf(call.method, sizeof call.method, "%s", strrchr(request->url, '/') + 1);
    snprintf(call.form, sizeof call.form, "%.*s", (int)request->body_len,
             (const char *)request->body);
    slack__timer_start(world.net, &timer, 1 + roll(500));
    return 0;
}

static void answer(slack_timer_t *fired)
{
    static const char *const words[] = {"internal_error", "fatal_error", "message_not_found",
                                        "streaming_state_conflict", "msg_too_long"};
    enum { NONE, REFUSED, BROKEN, LOST, LOST_BEHIND, LIMITED, KINDS } fault = NONE;
    char body[128];
    if (roll(100) < faults) fault = 1 + roll(KINDS - 1);
    const bool acts = fault == NONE || fault == LOST_BEHIND;
    const char *word = acts ? act(call.method, call.form) : words[roll(5)];
    snprintf(body, sizeof body, *word ? "{\"ok\":false,\"error\":\"%s\"}" : "{\"ok\":true%s", word);
    if (*word == '\0')
        snprintf(body + strlen(body), sizeof body - strlen(body), ",\"ts\":\"%zu\"}", count);
    const bool lost = fault == LOST || fault == LOST_BEHIND;
    const slack_curl_result_t result = {
        .status = lost ? SLACK_ECLOSED : 0,
        .reason = lost ? "lost" : "",
        .http_status = lost               ? 0
                       : fault == BROKEN  ? 500
                       : fault == LIMITED ? 429
                                          : 200,
        .content_type = "application/json",
        .retry_after_s = fault == LIMITED ? 1 : -1,
        .head = "",
        .body = lost              ? ""
                : fault == BROKEN ? "oops"
                                  : body,
        .body_len = lost              ? 0
                    : fault == BROKEN ? 4
                                      : strlen(body),
    };
    slack_curl_fn fn = call.fn;
    call.fn = NULL;
    fn(&result, call.user_data);
}

/* ---- the stream ---- */

static void end(slack_stream_t *stream, int status, void *user_data)
{
    assert_int_equal(ended, 1);
    ended = status;
}

static int on_end(slack_stream_t *stream, int status, void *user_data)
{
    end(stream, status, user_data);
    return 0;
}

static void write_some(slack_stream_t *stream)
{
    static const char *const statuses[] = {"in_progress", "complete", "error"};
    char text[2048];
    size_t len = 0;
    const size_t want = 1 + roll(roll(4) ? 40 : 2000);
    while (len < want) {
        const unsigned kind = roll(12);
        const char *piece = kind == 0   ? "\n\n"
                            : kind < 3  ? "\n"
                            : kind < 6  ? " "
                            : kind == 6 ? "\xe2\x82\xac"
                            : kind == 7 ? "\xf0\x9f\x98\x80"
                                        : "word";
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    text[len] = '\0';
    int rc = slack_stream_append(stream, text);
    if (rc == 0) assert_int_equal(slack__buf_append(&put, text, len), 0);
    if (roll(4)) return;
    const unsigned id = roll(TASKS);
    const char *status = statuses[roll(3)];
    rc = (slack_stream_chunkf)(stream, "{type: 'task_update', id: '%u', title: 'T', status: %s}",
                               id, status);
    if (rc == 0) snprintf(wanted[id], sizeof wanted[id], "%s", status);
}

/* Returns the status of the end. */
static int run(uint64_t of)
{
    slack_streams_t streams;
    slack_webapi_t *webapi;
    bool closed = false;
    const slack_sender_t sender = {send_call, close_sender, NULL};
    const slack_webapi_options_t options = {
        .api_url = "https://slack.com/api/", .concurrency = 1, .timeout_ms = 1, .sender = &sender};
    seed = of;
    faults = roll(50);
    count = 0;
    edited = false;
    memset(tasks, 0, sizeof tasks);
    memset(wanted, 0, sizeof wanted);
    ended = 1;
    call.fn = NULL;
    slack__buf_init(&put, TEXT_MAX);
    assert_true(world_open(&world));
    slack__timer_init(&timer, answer);
    assert_int_equal(slack__webapi_new(&webapi, world.net, &options), 0);
    slack__streams_init(&streams);
    streams.net = world.net;
    slack_client_t client = {
        .webapi = webapi, .token = "xoxb-1", .streams = &streams, .log = &world.logger};
    slack_stream_t *stream =
        slack_client_stream(&client, &(slack_stream_options_t){.channel = "C1", .fn = on_end});
    assert_non_null(stream);
    for (unsigned n = 1 + roll(60); n > 0 && ended == 1 && put.len < 30000; n--) {
        write_some(stream);
        world_pass_ms(&world, roll(10) ? roll(400) : roll(100000));
        world_turn(&world);
        if (slack__net_next_us(world.net) <= slack__mono_us(&world.clock))
            fail_msg("seed %llu: a timer fires again and again", (unsigned long long)of);
    }
    if (ended == 1) (void)slack_stream_stop(stream, NULL, NULL);
    for (int i = 0; i < 10000 && ended == 1; i++)
        world_pass_ms(&world, 1000);
    assert_int_not_equal(ended, 1);
    for (int i = 0; i < 100; i++)
        world_pass_ms(&world, 1000);
    slack_buf_t got;
    slack__buf_init(&got, TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        if (messages[i].text.len)
            slack__buf_append(&got, slack__buf_ptr(&messages[i].text), messages[i].text.len);
        slack__buf_done(&messages[i].text);
    }
    if (ended == 0 &&
        (got.len != put.len ||
         (put.len && memcmp(slack__buf_ptr(&got), slack__buf_ptr(&put), put.len) != 0)))
        fail_msg("seed %llu: %zu of %zu bytes in %zu messages", (unsigned long long)of, got.len,
                 put.len, count);
    for (int i = 0; i < TASKS && ended == 0 && !edited; i++)
        if (strcmp(tasks[i], wanted[i]) != 0 && strcmp(tasks[i], "pending") != 0)
            fail_msg("seed %llu: task %d is %s, not %s", (unsigned long long)of, i, tasks[i],
                     wanted[i]);
    slack__buf_done(&got);
    slack__buf_done(&put);
    slack__webapi_close(webapi, world_set_flag, &closed);
    world_until(&world, closed);
    world_close(&world);
    return ended;
}

TEST(the_messages_are_the_text)
{
    unsigned whole = 0;
    for (uint64_t i = 1; i <= RUNS; i++)
        whole += run(i) == 0;
    printf("# %u of %d\n", whole, RUNS);
    assert_in_range(whole, RUNS / 3, RUNS);
}
