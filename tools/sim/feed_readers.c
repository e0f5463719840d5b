/* SPDX-License-Identifier: MIT */
#include "sim/feed_readers.h"

#include <string.h>

#include "net/websocket.h"
#include "sim/responses.h"
#include "util/alloc.h"
#include "util/form.h"

/* No more is written to a socket that has so much to send. */
#define QUEUE_MAX ((size_t)256 << 10)
#define WRITE_MAX (QUEUE_MAX + SIM_FEED_ENTRY_MAX + 1024)
/* A reader says nothing but pong and Close. */
#define MESSAGE_MAX 1024
/* In one turn of the loop, for one reader. */
#define TURN_MAX 256
/* So often a silent reader is pinged, and one that does not answer is closed. */
#define PING_MS 30000

typedef struct feed_reader {
    slack_link_t link;
    sim_feed_readers_t *readers;
    slack_ws_t *ws;
    slack_timer_t timer;
    uint64_t after; /* the id of the last entry that was sent */
    bool ended;     /* a Close was sent */
    bool pinged;    /* and not answered yet */
} feed_reader_t;

static feed_reader_t *reader_at(slack_link_t *link)
{
    return SLACK_CONTAINER(link, feed_reader_t, link);
}

/* --- entries --- */

static void reader_end(feed_reader_t *reader, unsigned code, const char *reason)
{
    reader->ended = true;
    slack__ws_close(reader->ws, code, reason);
}

static void reader_reset(feed_reader_t *reader)
{
    static const char reset[] = "{\"kind\":\"reset\"}";
    (void)slack__ws_send(reader->ws, true, reset, sizeof reset - 1);
    reader_end(reader, 1000, "the feed does not go back so far");
}

/* Send what the socket takes. True: there is more, for the next turn. */
static bool reader_send(feed_reader_t *reader)
{
    slack_slice_t text;
    for (unsigned i = 0; i < TURN_MAX; i++) {
        slack_conn_t *conn = slack__ws_conn(reader->ws);
        if (reader->ended || !conn || slack__conn_queued(conn) >= QUEUE_MAX) return false;
        const enum sim_feed_state state =
            sim_feed_read(reader->readers->feed, reader->after, &text);
        if (state == SIM_FEED_END) return false;
        if (state == SIM_FEED_GONE) {
            reader_reset(reader);
            return false;
        }
        if (slack__ws_send(reader->ws, true, text.ptr, text.len) != 0) {
            slack__ws_abort(reader->ws); /* without memory: the page continues on another socket */
            return false;
        }
        reader->after++;
    }
    return true;
}

static void readers_pump(slack_task_t *task)
{
    sim_feed_readers_t *readers = SLACK_CONTAINER(task, sim_feed_readers_t, pump);
    bool more = false;
    for (slack_link_t *link = readers->list.next; link != &readers->list; link = link->next)
        more |= reader_send(reader_at(link));
    if (more) slack__task_post(readers->net, &readers->pump);
}

void sim_feed_readers_init(sim_feed_readers_t *readers, slack_net_t *net, const sim_feed_t *feed)
{
    *readers = (sim_feed_readers_t){.net = net, .feed = feed};
    slack__link_init(&readers->list);
    slack__link_init(&readers->pump.link);
    readers->pump.run = readers_pump;
}

void sim_feed_readers_grown(sim_feed_readers_t *readers)
{
    if (readers->count > 0 && !readers->closing) slack__task_post(readers->net, &readers->pump);
}

/* --- sockets --- */

static void reader_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
}

static void reader_ponged(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    ((feed_reader_t *)user_data)->pinged = false;
}

static void reader_drained(slack_ws_t *ws, void *user_data)
{
    sim_feed_readers_grown(((feed_reader_t *)user_data)->readers);
}

static void reader_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    feed_reader_t *reader = user_data;
    sim_feed_readers_t *readers = reader->readers;
    slack__timer_stop(readers->net, &reader->timer);
    slack__unlink(&reader->link);
    slack__free(reader);
    readers->count--;
    if (readers->closing && readers->count == 0) readers->closed(readers->user_data);
}

static void reader_due(slack_timer_t *timer)
{
    feed_reader_t *reader = SLACK_CONTAINER(timer, feed_reader_t, timer);
    if (reader->ended || reader->pinged) {
        slack__ws_abort(reader->ws);
        return;
    }
    reader->pinged = slack__ws_ping(reader->ws, "", 0) == 0;
    slack__timer_start(reader->readers->net, timer, PING_MS);
}

static int reader_accept(sim_feed_readers_t *readers, const slack_http_request_t *request,
                         uint64_t after)
{
    static const slack_ws_events_t events = {
        .message = reader_message,
        .pong = reader_ponged,
        .drained = reader_drained,
        .closed = reader_closed,
    };
    const slack_ws_options_t options = {
        .events = &events,
        .open_ms = 10000,
        .message_max = MESSAGE_MAX,
        .write_max = WRITE_MAX,
    };
    feed_reader_t *reader = slack__calloc(1, sizeof *reader);
    if (!reader) return SLACK_ENOMEM;
    reader->readers = readers;
    reader->after = after;
    slack__timer_init(&reader->timer, reader_due);
    const int rc = slack__ws_accept(&reader->ws, readers->net, request, &options, reader);
    if (rc != 0) {
        slack__free(reader);
        return rc == SLACK_ENOMEM ? 0 : rc; /* it has answered */
    }
    slack__list_push(&readers->list, &reader->link);
    readers->count++;
    slack__timer_start(readers->net, &reader->timer, PING_MS);
    sim_feed_readers_grown(readers);
    return 0;
}

void sim_feed_readers_request(sim_feed_readers_t *readers, slack_http_request_t *request)
{
    const slack_json_t *query = NULL;
    uint64_t after = 0;
    (void)slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                            request->query.len, &query);
    const char *text = slack_json_str(query, "/after");
    if (readers->count >= SIM_FEED_READERS_MAX || readers->closing) {
        /* A browser hides the answer to a WebSocket: the page asks again, without one. */
        sim_respond_error(request, 503,
                          readers->closing ? "The simulator ends."
                                           : "The simulator shows its page in too many tabs: "
                                             "close some of them.");
    } else if (!request->upgrade) {
        sim_respond_error(request, 426, "this is a WebSocket URL");
    } else if (!slack__parse_u64(slack__slice(text), UINT64_MAX, &after)) {
        sim_respond_error(request, 400,
                          "`after` is the id of an entry, as GET /sim/state gives it");
    } else if (reader_accept(readers, request, after) == SLACK_ENOMEM) {
        sim_respond_error(request, 503, "out of memory");
    } else {
        slack__arena_free(request->arena);
    }
}

void sim_feed_readers_close(sim_feed_readers_t *readers, void (*closed)(void *user_data),
                            void *user_data)
{
    readers->closing = true;
    readers->closed = closed;
    readers->user_data = user_data;
    slack__task_cancel(&readers->pump);
    for (slack_link_t *link = readers->list.next; link != &readers->list; link = link->next)
        slack__ws_abort(reader_at(link)->ws);
    if (readers->count == 0) closed(user_data);
}
