/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "net/http_path.h"
#include "sim/responses.h"
#include "sim/sim.h"
#include "support/world.h"
#include "util/alloc.h"
#include "util/random.h"

/*
 * The simulator without a network: its control port, its Web API, and what an app answers. This
 * file has functions of http_server.c, curl.c, random.c and socket_mode.c, so the linker leaves
 * those files in their libraries.
 *
 * Steps are separated by a byte 0x1e. The first line of a step is one of these:
 *
 * METHOD TARGET [a|o|n]: a request with the lines behind as its body, in which a '$' stands for the
 * newest trigger_id. In place of the bot's token it has the app-level one, the organization's, or
 * none.
 *
 * ack: the app acks the oldest envelope, with those lines as its payload.
 *
 * answer STATUS: the request URL answers from now on with those lines as its body.
 *
 * pass MS: time passes.
 */

#define SEPARATOR    '\x1e'
#define CSRF         "00112233445566778899aabbccddeeff" /* of Slack's page */
#define STEPS_MAX    32
#define ENVELOPE_MAX 40
#define PASS_MAX_MS  600000

static sim_t *sim;
static sim_sockets_t *sockets;
static uint64_t random_number;

static bool answered[STEPS_MAX + 1]; /* the request of each step */
static char envelopes[STEPS_MAX][ENVELOPE_MAX];
static size_t envelope_count, acked_count;
static int url_status; /* 0: the request URL answers 200, with the challenge */
static slack_slice_t url_body;

/* ---- replaces random.c ---- */

uint64_t slack__random_u64(void)
{
    return ++random_number;
}

bool slack__random_secret(void *ret, size_t len)
{
    memset(ret, (int)(++random_number & 0xFF), len);
    return true;
}

/* ---- replaces http_server.c ---- */

int slack__http_server_open(slack_http_server_t **ret, slack_net_t *net,
                            const slack_http_server_options_t *options, int *ret_uv_error)
{
    static char server;
    *ret = (slack_http_server_t *)(void *)&server;
    return 0;
}

unsigned slack__http_server_port(const slack_http_server_t *server)
{
    return 4390;
}

void slack__http_server_close(slack_http_server_t *server, void (*fn)(void *user_data),
                              void *user_data)
{
    fn(user_data);
}

int slack__http_respond(slack_http_server_t *server, uint64_t request_id,
                        const slack_http_response_t *response)
{
    must(request_id <= STEPS_MAX && !answered[request_id]);
    answered[request_id] = true;
    must(response->status >= 200 && response->status < 600);
    if (!response->content_type || strncmp(response->content_type, "application/json", 16) != 0)
        return 0;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *body = NULL;
    must(slack__json_parse(arena, response->body, response->body_len, &body, NULL) == 0);
    slack__arena_free(arena);
    return 0;
}

int slack__http_upgrade(slack_http_server_t *server, uint64_t request_id, slack_conn_t **ret_conn,
                        slack_slice_t *ret_rest)
{
    must(request_id <= STEPS_MAX && !answered[request_id]);
    answered[request_id] = true;
    return SLACK_ECLOSED;
}

/* ---- replaces curl.c ---- */

typedef struct transfer {
    slack_link_t link;
    slack_buf_t body;
    slack_curl_fn fn;
    void *user_data;
} transfer_t;

static struct slack_curl {
    slack_net_t *net;
    slack_task_t task;
    slack_link_t transfers;
    void (*closed)(void *user_data);
    void *closed_data;
} curl;

static void transfer_end(transfer_t *transfer, slack_curl_result_t result)
{
    transfer->fn(&result, transfer->user_data);
    slack__buf_done(&transfer->body);
    slack__free(transfer);
}

static void transfers_end(slack_task_t *task)
{
    slack_link_t *link;
    while ((link = slack__list_shift(&curl.transfers))) {
        transfer_t *transfer = SLACK_CONTAINER(link, transfer_t, link);
        transfer_end(transfer, (slack_curl_result_t){
                                   .status = curl.closed ? SLACK_ECANCELED : 0,
                                   .reason = "",
                                   .http_status = curl.closed  ? 0
                                                  : url_status ? url_status
                                                               : 200,
                                   .content_type = url_status % 2 ? "application/json" : "",
                                   .retry_after_s = -1,
                                   .body = slack__buf_ptr(&transfer->body),
                                   .body_len = transfer->body.len,
                               });
        if (!curl.closed) break; /* one in each turn */
    }
    if (!slack__list_empty(&curl.transfers)) slack__task_post(curl.net, &curl.task);
    if (curl.closed) curl.closed(curl.closed_data);
}

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options)
{
    curl = (struct slack_curl){.net = net, .task.run = transfers_end};
    slack__link_init(&curl.task.link);
    slack__link_init(&curl.transfers);
    *ret = &curl;
    return 0;
}

void slack__curl_close(slack_curl_t *ours, void (*fn)(void *user_data), void *user_data)
{
    curl.closed = fn;
    curl.closed_data = user_data;
    slack__task_post(curl.net, &curl.task);
}

int slack__curl_send(slack_curl_t *ours, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data)
{
    if (curl.closed) return SLACK_ECANCELED;
    transfer_t *transfer = slack__calloc(1, sizeof *transfer);
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *body = NULL;
    must(transfer && slack__url_allowed(request->url));
    transfer->fn = fn;
    transfer->user_data = user_data;
    slack__link_init(&transfer->link);
    slack__buf_init(&transfer->body, (size_t)1 << 20);
    if (url_status)
        must(slack__buf_append_slice(&transfer->body, url_body) == 0);
    else if (slack__json_parse(arena, request->body, request->body_len, &body, NULL) == 0)
        must(slack__buf_printf(&transfer->body, "%s", slack_json_str(body, "/challenge")) == 0);
    must(slack__buf_append_char(&transfer->body, '\0') == 0);
    transfer->body.len--;
    slack__arena_free(arena);
    slack__list_push(&curl.transfers, &transfer->link);
    slack__task_post(curl.net, &curl.task);
    return 0;
}

const char *slack__curl_header(const slack_curl_result_t *result, const char *name)
{
    if (strcmp(name, "Location") == 0 && url_status / 100 == 3) return result->body;
    return strcmp(name, "X-Slack-No-Retry") == 0 && url_status == 404 ? "1" : "";
}

/* ---- replaces socket_mode.c: an app with one socket ---- */

void sim_sockets_init(sim_sockets_t *s, const sim_sockets_options_t *options)
{
    *s = (sim_sockets_t){.options = *options, .greeted = 1};
    sockets = s;
}

const char *sim_sockets_url(sim_sockets_t *s, slack_arena_t *arena)
{
    return "ws://127.0.0.1:4390/link/?ticket=1";
}

void sim_sockets_request(sim_sockets_t *s, slack_http_request_t *request)
{
    sim_respond_text(request, 403, "");
}

/* Without a socket, deliveries go to the request URL. */
size_t sim_sockets_ready(const sim_sockets_t *s)
{
    return sim && sim->request_url.url ? 0 : 1; /* NULL while it opens */
}

int sim_sockets_send(sim_sockets_t *s, const char *text, size_t len)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *envelope = NULL;
    must(slack__json_parse(arena, text, len, &envelope, NULL) == 0);
    if (envelope_count < STEPS_MAX)
        snprintf(envelopes[envelope_count++], ENVELOPE_MAX, "%s",
                 slack_json_str(envelope, "/envelope_id"));
    slack__arena_free(arena);
    return 0;
}

size_t sim_sockets_disconnect(sim_sockets_t *s, const char *reason)
{
    must(strlen(reason) < SIZE_MAX);
    return 1;
}

size_t sim_sockets_fault(sim_sockets_t *s, const sim_effect_t *effect, uint64_t count)
{
    return 1;
}

size_t sim_sockets_drop_half_open(sim_sockets_t *s)
{
    return 0;
}

void sim_sockets_close(sim_sockets_t *s)
{
    s->options.events->closed(s->options.user_data);
}

/* ---- steps ---- */

/* The text with the newest trigger_id for each '$'. */
static slack_slice_t expand(slack_arena_t *arena, slack_slice_t text)
{
    const sim_keys_t *keys = &sim->services->workspace->keys;
    const char *trigger = "";
    for (size_t i = 0; i < keys->count && i < SIM_KEYS_MAX; i++)
        if (keys->ring[i].kind == SIM_KEY_TRIGGER) trigger = keys->ring[i].text;
    slack_buf_t out;
    slack__buf_init(&out, (size_t)1 << 20);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '$')
            slack__buf_printf(&out, "%s", trigger);
        else
            slack__buf_append_char(&out, text.ptr[i]);
    const char *copy = slack__arena_strndup(arena, out.len ? slack__buf_ptr(&out) : "", out.len);
    const size_t len = out.len;
    slack__buf_done(&out);
    must(copy);
    return (slack_slice_t){copy, len};
}

static char *arena_copy(slack_arena_t *arena, slack_slice_t text)
{
    char *copy = slack__arena_calloc(arena, text.len + SLACK_JSON_PADDING);
    must(copy);
    if (text.len > 0) memcpy(copy, text.ptr, text.len);
    return copy;
}

/* A request as the HTTP server would give it; false if that would have refused it. */
static bool request(uint64_t id, slack_slice_t method, slack_slice_t target, slack_slice_t token,
                    slack_slice_t body)
{
    static const char *const bearers[] = {"Bearer xoxb-simulated-bot-token",
                                          "Bearer xapp-1-simulated-app-token",
                                          "Bearer xoxb-simulated-bot-token-org", ""};
    const char *bearer = bearers[token.len == 0      ? 0
                                 : *token.ptr == 'a' ? 1
                                 : *token.ptr == 'o' ? 2
                                                     : 3];
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_http_request_t *r = slack__arena_calloc(arena, sizeof *r);
    slack_http_header_t *headers = slack__arena_calloc(arena, 4 * sizeof *headers);
    must(r && headers);
    headers[0] = (slack_http_header_t){SLACK_SLICE("Host"), SLACK_SLICE("127.0.0.1:4390")};
    headers[1] = (slack_http_header_t){SLACK_SLICE("Authorization"), slack__slice(bearer)};
    headers[2] = (slack_http_header_t){SLACK_SLICE("Content-Type"),
                                       SLACK_SLICE("application/json; charset=utf-8")};
    headers[3] = (slack_http_header_t){SLACK_SLICE("Cookie"), SLACK_SLICE("simulated-slack=" CSRF)};
    slack_slice_t path = {"", 0};
    body = expand(arena, body);
    slack__slice_split(&target, '?', &path);
    char *decoded = arena_copy(arena, path);
    if (*decoded != '/' || !slack__http_path_decode(decoded)) {
        slack__arena_free(arena);
        return false;
    }
    *r = (slack_http_request_t){.server = sim->server,
                                .id = id,
                                .arena = arena,
                                .method = method,
                                .path = slack__slice(decoded),
                                .query = {arena_copy(arena, target), target.len},
                                .headers = headers,
                                .header_count = 4,
                                .body = arena_copy(arena, body),
                                .body_len = body.len,
                                .peer = "127.0.0.1"};
    sim_request(sim, r);
    return true;
}

static void ack(slack_slice_t text)
{
    if (acked_count == envelope_count) return;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const slack_json_t *payload = NULL;
    slack__json_parse(arena, text.ptr, text.len, &payload, NULL);
    sockets->options.events->acked(envelopes[acked_count++], payload, sockets->options.user_data);
    slack__arena_free(arena);
}

static void pass_ms(world_t *world, uint64_t ms)
{
    for (const uint64_t end = world->mono_us + ms * 1000; world->mono_us < end;) {
        const uint64_t next = slack__net_next_us(world->net);
        world->mono_us = next < end && next > world->mono_us ? next : end;
        slack__net_clock_moved(world->net);
        world_turn(world);
    }
}

/* Returns true if the step has a request. */
static bool step(world_t *world, uint64_t id, slack_slice_t text)
{
    slack_slice_t line = {"", 0}, first = line, second = line;
    uint64_t number = 0;
    slack__slice_split(&text, '\n', &line);
    slack__slice_split(&line, ' ', &first);
    slack__slice_split(&line, ' ', &second);
    slack__parse_u64(second, PASS_MAX_MS, &number);
    if (slack__slice_eq(first, SLACK_SLICE("ack"))) {
        ack(text);
    } else if (slack__slice_eq(first, SLACK_SLICE("answer"))) {
        url_status = number >= 200 && number < 600 ? (int)number : 0;
        url_body = text;
    } else if (slack__slice_eq(first, SLACK_SLICE("pass"))) {
        pass_ms(world, number);
    } else {
        return request(id, first, second, line, text);
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t world;
    const sim_options_t options = {.workspaces = 2, .organization = 1, .installed = true};
    char error[SIM_PROBLEM_SIZE];
    bool closed = false, asked[STEPS_MAX + 1] = {false};
    slack_slice_t rest = {(const char *)data, size}, text;
    must(world_open(&world));
    world.logger.level = SLACK_LOG_WARN;
    random_number = 0;
    envelope_count = acked_count = 0;
    url_status = 0;
    memset(answered, 0, sizeof answered);
    sim = NULL;
    must(sim_open(&sim, world.net, &options, error) == 0);
    for (uint64_t id = 1; id <= STEPS_MAX && slack__slice_split(&rest, SEPARATOR, &text); id++) {
        asked[id] = step(&world, id, text);
        world_turn(&world);
    }
    sim_close(sim, world_set_flag, &closed);
    for (int i = 0; i < 20 && !closed; i++)
        world_turn(&world);
    must(closed && memcmp(asked, answered, sizeof asked) == 0);
    world_close(&world);
    return 0;
}
