/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "support/mock_host.h"
#include "transport_socket/connections.h"
#include "transport_socket/frame.h"
#include "transport_socket/socket.h"
#include "util/random.h"

/*
 * Socket Mode without a network. This file has the functions of connections.c and random.c, so the
 * linker leaves those files in the library. A line of the input is a step: what happens, the slot
 * in which it happens, and the rest, which is a message, a time or a number.
 */

#define MESSAGES_MAX 64
#define INFLIGHT_MAX 8
#define PASS_MAX_MS  40000

static struct wire {
    uint32_t generation;
    enum { NONE, CALLED, DIALED, OPEN, PARTED } state;
    bool full, broken;
    uint64_t seen_ms;
} wires[SLACK_SESSIONS_MAX];

static slack_connections_t *connections; /* of the transport that runs */
static unsigned aborted;                 /* descriptors that are not closed yet */

/* How often each envelope arrived, and how often it was acked. */
static struct envelope {
    char id[SLACK_ENVELOPE_ID_MAX];
    size_t len;
    unsigned arrived, acked;
    bool takes_body;
} envelopes[MESSAGES_MAX];

/* The entry of an id, a new one if need be; NULL: there is no room. */
static struct envelope *envelope_of(slack_slice_t id)
{
    for (struct envelope *e = envelopes; e < envelopes + MESSAGES_MAX; e++) {
        if (e->len == 0) memcpy(e->id, id.ptr, e->len = id.len);
        if (slack__slice_eq((slack_slice_t){e->id, e->len}, id)) return e;
    }
    return NULL;
}

uint64_t slack__random_u64(void)
{
    return 42;
}

/* ---- replaces connections.c ---- */

int slack__connections_init(slack_connections_t *c, const slack_options_t *options, char *error)
{
    connections = c;
    return 0;
}

void slack__connections_done(slack_connections_t *c)
{
    connections = NULL;
}

static struct wire *wire_of(unsigned slot, uint32_t generation)
{
    must(slot < SLACK_SESSIONS_MAX);
    return wires[slot].generation == generation ? &wires[slot] : NULL;
}

int slack__connections_perform(slack_connections_t *c, const slack_action_t *action)
{
    struct wire *wire = wire_of(action->slot, action->generation);
    switch (action->type) {
    case SLACK_DO_CALL:
        must(wires[action->slot].state < DIALED);
        wires[action->slot] = (struct wire){.generation = action->generation, .state = CALLED};
        return 0;
    case SLACK_DO_DIAL:
        must(wire && wire->state == CALLED);
        wire->state = DIALED;
        return 0;
    case SLACK_DO_CLOSE:
    case SLACK_DO_PING: must(wire && wire->state >= OPEN); return 0;
    case SLACK_DO_ABORT:
        must(wire && wire->state >= DIALED);
        wire->state = NONE;
        aborted++;
        return 0;
    case SLACK_DO_STOPPED:
        for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
            must(wires[i].state < DIALED);
        return 0;
    default: return 0;
    }
}

void slack__connections_break(slack_connections_t *c, unsigned slot, uint32_t generation)
{
    struct wire *wire = wire_of(slot, generation);
    if (wire) wire->broken = true;
}

int slack__connections_send(slack_connections_t *c, unsigned slot, uint32_t generation,
                            const char *text, size_t len)
{
    struct wire *wire = wire_of(slot, generation);
    if (!wire || wire->state < OPEN || wire->broken) return SLACK_ECLOSED;
    if (wire->full) return SLACK_EBUSY;
    must(len < SLACK_ACK_FRAME_LIMIT);

    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *frame = NULL;
    must(slack__json_parse(arena, text, len, &frame, NULL) == 0);
    slack_slice_t id;
    id.ptr = slack_json_strn(frame, "/envelope_id", &id.len);
    must(id.len > 0 && id.len <= SLACK_ENVELOPE_ID_MAX);
    struct envelope *e = envelope_of(id);
    must(e && ++e->acked <= e->arrived);
    must(e->takes_body || !slack_json_get(frame, "/payload"));
    slack__arena_free(arena);
    return 0;
}

void slack__connections_report_seen(slack_connections_t *c)
{
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (wires[i].state >= OPEN)
            c->events->feed(c, &(slack_session_input_t){.type = SLACK_INPUT_SEEN,
                                                        .slot = i,
                                                        .generation = wires[i].generation,
                                                        .at_ms = wires[i].seen_ms});
}

bool slack__connections_open(const slack_connections_t *c)
{
    bool open = aborted > 0;
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (wires[i].state >= DIALED) open = true;
    return open;
}

/* ---- Slack ---- */

static void feed(unsigned slot, slack_session_input_t in)
{
    in.slot = slot;
    in.generation = wires[slot].generation;
    connections->events->feed(connections, &in);
}

static void wire_close(unsigned slot)
{
    if (wires[slot].state < DIALED) return;
    wires[slot].state = NONE;
    feed(slot, (slack_session_input_t){.type = SLACK_INPUT_CLOSED});
    connections->events->gone(connections);
}

/* Counts the envelope of a message. False: there are too many of them. */
static bool message_arrives(const char *text, size_t len)
{
    slack_frame_t frame;
    slack_arena_t *arena = slack__arena_new(0, 0);
    char *copy = slack__arena_alloc(arena, len + SLACK_JSON_PADDING);
    memcpy(copy, text, len);
    must(slack__frame_read(arena, copy, len, &frame) == 0);
    struct envelope *e = frame.envelope_id.len > 0 ? envelope_of(frame.envelope_id) : envelopes;
    if (e && frame.envelope_id.len > 0) {
        e->arrived++;
        e->takes_body |= frame.accepts_response_payload;
    }
    slack__arena_free(arena);
    return e != NULL;
}

static void wire_message(mock_host_t *mock, unsigned slot, const char *text, size_t len)
{
    if (wires[slot].state != OPEN || wires[slot].broken) return;
    if (slack__utf8_valid(text, len) != len || !message_arrives(text, len)) return;
    wires[slot].seen_ms = slack__mono_ms(&mock->world.clock);
    char *copy = malloc(len + 1);
    must(copy);
    memcpy(copy, text, len);
    copy[len] = '\0';
    connections->events->message(connections, slot, wires[slot].generation, copy, len);
    free(copy);
}

/* ---- steps ---- */

/* In the steps of the timers, as on a machine that is awake. */
static void pass_ms(mock_host_t *mock, uint64_t ms)
{
    world_t *world = &mock->world;
    for (const uint64_t end = world->mono_us + ms * 1000; world->mono_us < end;) {
        uint64_t next = slack__net_next_us(world->net);
        if (next > end) next = end;
        if (next > world->mono_us) world->mono_us = next;
        slack__net_clock_moved(world->net);
        mock_turns(mock, 2);
    }
}

/* The nth delivery without an ack. */
static void ack_one(mock_host_t *mock, unsigned slot, size_t nth)
{
    static const char text[] = "ok", json[] = "{\"a\":1}";
    const enum slack_ack_body type = (enum slack_ack_body)(nth / 3 % 3);
    for (size_t i = slot; i < mock->count; i++)
        if (mock->deliveries[i].d) {
            mock_ack(mock, i, (enum slack_ack_outcome)(nth % 3), type,
                     type == SLACK_ACK_BODY_NONE   ? ""
                     : type == SLACK_ACK_BODY_TEXT ? text
                                                   : json);
            return;
        }
}

static void step(mock_host_t *mock, char what, unsigned slot, const char *rest, size_t len)
{
    struct wire *wire = &wires[slot];
    const enum slack_cause causes[] = {SLACK_CAUSE_REFUSED, SLACK_CAUSE_UNREACHED,
                                       SLACK_CAUSE_FATAL};
    char number[8] = "";
    memcpy(number, rest, len < 7 ? len : 7);
    const uint64_t n = strtoull(number, NULL, 10);
    switch (what) {
    case 'u':
        if (wire->state == CALLED) feed(slot, (slack_session_input_t){.type = SLACK_INPUT_URL});
        break;
    case 'f':
        if (wire->state != CALLED) break;
        wire->state = NONE;
        feed(slot, (slack_session_input_t){.type = SLACK_INPUT_CALL_FAILED,
                                           .cause = causes[n % 3],
                                           .retry_after_ms = n / 3 * 1000});
        connections->events->gone(connections);
        break;
    case 'o':
        if (wire->state != DIALED) break;
        wire->state = OPEN;
        feed(slot, (slack_session_input_t){.type = SLACK_INPUT_UPGRADED});
        break;
    case 'p':
        if (wire->state != OPEN) break;
        wire->state = PARTED;
        feed(slot, (slack_session_input_t){.type = SLACK_INPUT_PARTING});
        break;
    case 'c': wire_close(slot); break;
    case 'm': wire_message(mock, slot, rest, len); break;
    case 'x': wire->full = !wire->full; break;
    case 'a': ack_one(mock, slot, n); break;
    case 'w': pass_ms(mock, n % PASS_MAX_MS); break;
    case 'j': /* the machine sleeps */
        mock->world.mono_us += n * 1000;
        slack__net_clock_moved(mock->world.net);
        break;
    case 'd': mock_drain(mock); break;
    case 's': mock_stop(mock); break;
    default: break;
    }
}

/* The loop turns, and descriptors close. */
static void settle(mock_host_t *mock)
{
    mock_turns(mock, 3);
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX; i++)
        if (wires[i].broken) wire_close(i);
    for (; aborted > 0; aborted--)
        connections->events->gone(connections);
    size_t waiting = 0;
    for (size_t i = 0; i < mock->count; i++)
        waiting += mock->deliveries[i].d != NULL;
    must(waiting <= INFLIGHT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static mock_host_t mock;
    slack_socket_limits_t limits = slack__socket_limits_default;
    slack_transport_stats_t stats = {0};
    slack_transport_t *t;
    char error[SLACK_ERROR_TEXT_MAX];
    slack_slice_t rest = {(const char *)data, size}, line;
    memset(wires, 0, sizeof wires);
    memset(envelopes, 0, sizeof envelopes);
    mock_host_open(&mock);
    mock.world.running = false;
    mock.world.mono_us = (uint64_t)1000 * 1000 * 1000;
    limits.inflight_max = INFLIGHT_MAX;
    const slack_options_t options = {.app_token = "xapp-1-A1-1-x",
                                     .socket_connections = size > 0 ? 1 + *data % 3u : 1};
    must(slack__socket_create(&t, &mock.host, &options, &limits, error) == 0);
    must(mock_start(&mock, t) == 0);
    settle(&mock);
    for (int steps = 0; steps < 200 && slack__slice_split(&rest, '\n', &line); steps++) {
        if (mock.stopped) break;
        if (line.len >= 2)
            step(&mock, line.ptr[0], (unsigned char)line.ptr[1] % SLACK_SESSIONS_MAX, line.ptr + 2,
                 line.len - 2);
        settle(&mock);
    }
    if (!mock.stopped) mock_stop(&mock);
    for (int i = 0; i < 10 && !mock.stopped; i++)
        pass_ms(&mock, limits.close_ms);
    for (unsigned i = 0; i < SLACK_SESSIONS_MAX && !mock.stopped; i++)
        wire_close(i);
    settle(&mock);
    settle(&mock);
    must(mock.stopped == 1);
    t->ops->stats(t, &stats);
    must(stats.delivered == mock.count);
    mock_destroy(&mock, t);
    mock_host_close(&mock);
    return 0;
}
