/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <slack/api/users.h>

#include "fuzz.h"
#include "protocol/signature.h"
#include "testkit/calls.h"
#include "util/form.h"

/*
 * Requests over HTTP to an app with listeners of each kind, signed as Slack signs them. Requests
 * are separated by a byte 0x1e. Their first line is "MODE METHOD TARGET"; lines of headers follow
 * up to an empty line, then the body. MODE says how the body is sent:
 *
 *   j  as JSON      p  as JSON in the `payload` of a form      f  as a form of its members
 *   r  as it is, with the input's own Content-Type             x  as r, with a wrong signature
 */

#define SECRET       "8f742231b10e8888abcd99yyyzzz85a5"
#define SEPARATOR    '\x1e'
#define REQUESTS_MAX 8
#define OTHER_MS     3000 /* the default ack has been sent by then */
#define ANSWER_MAX   ((size_t)1 << 20)

typedef struct world {
    kit_base_t base;
    kit_runner_t runner;
    kit_calls_t calls;
    slack_signer_t *signer;
    int fd;
} world_t;

static char folder[] = "/tmp/slackapp-fuzz-XXXXXX", host[64];

/* ---- the program ---- */

static int take_answer(slack_ctx_t *ctx, const slack_response_t *response, void *user_data)
{
    must(slack_response_error(response));
    return slack_response_status(response) == SLACK_EAPI ? 0 : slack_response_status(response);
}

/* Sends an ack of some form. Most forms fit some kinds only; the others are refused. */
static int ack(slack_ctx_t *ctx, size_t form, const char *text)
{
    switch (form % 10) {
    case 0: return slack_ack_text(ctx, "%s", text);
    case 1: return slack_ack_jsonf(ctx, "{text: %s, response_type: 'in_channel'}", text);
    case 2: return slack_ack_errorsf(ctx, "{b: %s}", text);
    case 3: return slack_ack_updatef(ctx, "{type: 'modal', title: %s, blocks: []}", text);
    case 4: return slack_ack_push(ctx, slack_json_get(slack_ctx_body(ctx), "/view"));
    case 5: return slack_ack_clear(ctx);
    case 6: return slack_ack_optionsf(ctx, "[{text: %s, value: %s}]", text, text);
    case 7: return slack_ack_option_groups(ctx, slack_json_get(slack_ctx_body(ctx), "/groups"));
    case 8: return slack_ack_json(ctx, slack_ctx_body(ctx));
    default: return slack_ack(ctx);
    }
}

/* Does some of what handlers do, by the lengths of the delivery's values. */
static int handle(slack_ctx_t *ctx, void *user_data)
{
    static const char *(*const readers[])(const slack_ctx_t *) = {
        slack_ctx_team,        slack_ctx_enterprise, slack_ctx_user,       slack_ctx_channel,
        slack_ctx_thread_ts,   slack_ctx_ts,         slack_ctx_actor_user, slack_ctx_actor_team,
        slack_ctx_app_id,      slack_ctx_trigger_id, slack_ctx_listener,   slack_ctx_response_url,
        slack_ctx_retry_reason};
    const slack_json_t *body = slack_ctx_body(ctx);
    size_t seed = 0, text_len = 0;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        seed += strlen(readers[i](ctx));
    const char *match = slack_ctx_match(ctx, 1), *text = slack_json_strn(body, "/text", &text_len);
    if (!text) text = match ? match : slack_json_str(slack_ctx_action(ctx), "/value");
    seed += strlen(slack_escape(ctx, text)) + (size_t)slack_ctx_is_edit(ctx) +
            slack_ctx_trigger_left_ms(ctx) + (size_t)slack_ctx_retry_num(ctx);
    int rc = 0;
    if (seed % 3 == 0) rc = ack(ctx, seed / 3, text);
    must(rc <= 0);
    if (seed % 5 == 0) slack_say(ctx, "%s", text);
    if (seed % 5 == 1) slack_respond(ctx, "%s", text);
    if (seed % 5 == 2) slack_call_then(ctx, slack_users_info(.user = text), take_answer, NULL);
    if (seed % 5 == 3) slack_view_open(ctx, slack_json_get(body, "/view"));
    if (seed % 5 == 4 && slack_ctx_kind(ctx) != SLACK_KIND_JOB) slack_defer(ctx, "later", body);
    if (seed % 7 == 0) slack_set_status(ctx, text);
    if (seed % 7 == 1) slack_complete(ctx, slack_ctx_inputs(ctx));
    if (seed % 7 == 2) slack_react(ctx, text);
    if (seed % 11 == 0) return SLACK_EINVAL;
    if (seed % 11 == 1) return SLACK_ETIMEDOUT;
    return 0;
}

static int go_on(slack_ctx_t *ctx, void *user_data)
{
    return slack_next(ctx);
}

static int visited(slack_http_visit_t *visit, void *user_data)
{
    const char *field = slack_http_query_field(visit, "q"),
               *form = slack_http_form_field(visit, "f");
    const char *cookie = slack_http_cookie(visit, "c"), *header = slack_http_get_header(visit, "X");
    slack_http_set_header(visit, "X-Cookie", cookie ? cookie : "");
    if (field && *field) return slack_http_redirect(visit, field);
    if (header) return slack_http_reply(visit, 200, header, form, form ? strlen(form) : 0);
    return form ? SLACK_EINVAL : slack_http_reply(visit, 200, NULL, "", 0);
}

static void listen_to_all(slack_app_t *app)
{
    const slack_listener_t others[] = {
        {.kind = SLACK_KIND_EVENT, .message = 1, .match = "^x(.*)y", .how = SLACK_MATCH_REGEX},
        {.kind = SLACK_KIND_EVENT, .match = "reaction_added", .ordered = 1, .max_running = 1},
        {.kind = SLACK_KIND_ACTION, .block_id = "b", .callback_id = "it"},
        {.kind = SLACK_KIND_JOB},
    };
    int (*const on[])(slack_app_t *, const char *, slack_handler_fn,
                      void *) = {slack_on_message,  slack_on_command,     slack_on_action,
                                 slack_on_shortcut, slack_on_view_closed, slack_on_view_submission,
                                 slack_on_options,  slack_on_dialog,      slack_on_function};
    int (*const every[])(slack_app_t *, slack_handler_fn, void *) = {
        slack_on_app_rate_limited, slack_on_assistant_started, slack_on_assistant_context,
        slack_on_assistant_message, slack_use};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        slack_listener_t listener = others[i];
        listener.fn = handle;
        must(slack_listen(app, &listener) == 0);
    }
    for (size_t i = 0; i < sizeof on / sizeof *on; i++)
        must(on[i](app, on[i] == slack_on_command ? "/it" : "it", handle, NULL) == 0);
    for (size_t i = 0; i < sizeof every / sizeof *every; i++)
        must(every[i](app, every[i] == slack_use ? go_on : handle, NULL) == 0);
    must(slack_http_route(app, "GET", "/hook", visited, NULL) == 0);
    must(slack_http_route(app, "POST", "/hook", visited, NULL) == 0);
}

/* ---- Slack's answers ---- */

static int answer_call(void *user_data, const kit_call_t *call, kit_answer_t *ret)
{
    world_t *world = user_data;
    switch (call->checks_token ? 0 : call->order % 8) {
    case 5: ret->http_status = 500; return 0;
    case 6: ret->status = SLACK_ECONNECT; return 0;
    case 7: return slack__jsonf(world->base.arena, &ret->body, NULL, "{ok: false, error: 'e'}");
    default: return slack__calls_default_answer(&world->base, call, &ret->body);
    }
}

static void drop_line(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    must(strlen(line) == len && !memchr(line, '\n', len));
}

/* ---- the world ---- */

static void remove_folder(void)
{
    rmdir(folder);
}

static void world_open(world_t *world)
{
    static const kit_calls_events_t events = {answer_call};
    if (!*host) {
        must(mkdtemp(folder));
        snprintf(host, sizeof host, "unix:%s/s", folder);
        atexit(remove_folder);
    }
    *world = (world_t){.fd = -1};
    must(slack__kit_base_init(&world->base, INT64_C(1767225600000)) == 0);
    must(slack__runner_open(&world->runner, &world->base, 1000) == 0);
    world->base.bot_user = "U0BOT";
    world->base.bot_id = "B0BOT";
    world->base.team = "T0TEST";
    slack__calls_init(&world->calls, &world->base, &world->runner);
    slack__calls_listen(&world->calls, &events, world);
    const slack_options_t options = {.transport = "http,memory",
                                     .bot_token = "xoxb-test",
                                     .signing_secret = SECRET,
                                     .http_host = host,
                                     .store = "memory:",
                                     .log_level = SLACK_LOG_WARN,
                                     .http_limits = {.connections = 8},
                                     .log_fn = drop_line,
                                     .loop = &world->runner.loop};
    must(slack__inspect_app_new(&world->runner.app, &options) == 0);
    slack__inspect_check_lifetimes(world->runner.app);
    slack__inspect_set_clock(world->runner.app, &world->base.clock);
    slack__inspect_set_sender(world->runner.app, &world->calls.sender);
    listen_to_all(world->runner.app);
    must(slack__runner_start(&world->runner) == 0);
    must(slack__signer_new(&world->signer, SECRET) == 0);
}

static void world_close(world_t *world)
{
    slack_transport_stats_t stats = {0};
    must(slack__inspect_live(world->runner.app) == 0);
    must(slack_app_transport_stats(world->runner.app, "http", &stats) == 0);
    must(stats.delivered == stats.acked + stats.ack_lost);
    if (world->fd >= 0) close(world->fd);
    must(!*slack__inspect_misuse(world->runner.app));
    slack__runner_close(&world->runner);
    must(world->runner.status == 0 && world->base.failed == 0);
    slack__kit_base_done(&world->base);
    slack__signer_free(world->signer);
}

/* ---- requests ---- */

/* The body as the mode asks for it, and its media type. */
static void write_body(char mode, slack_slice_t text, slack_buf_t *out, const char **ret_type)
{
    const slack_json_t *value = NULL;
    slack_arena_t *arena = slack__arena_new(0, 0);
    const bool form = mode == 'p' || mode == 'f';
    *ret_type = form          ? "Content-Type: application/x-www-form-urlencoded\r\n"
                : mode == 'j' ? "Content-Type: application/json\r\n"
                              : "";
    if (mode == 'p') {
        const char *copy = slack__arena_strndup(arena, text.ptr, text.len);
        must(slack__jsonf(arena, &value, NULL, "{payload: %s}", copy) == 0);
    } else if (mode == 'f') {
        slack__json_parse(arena, text.ptr, text.len, &value, NULL);
    }
    if (!form || !value || slack__form_write(out, value) != 0)
        must(slack__buf_append_slice(out, text) == 0);
    slack__arena_free(arena);
}

/* The headers that decide where the body ends are the fuzzer's; fuzz_http has those. */
static bool frames(slack_slice_t line)
{
    static const char *const names[] = {"content-length", "transfer-encoding", "expect", "upgrade"};
    slack_slice_t name;
    slack__slice_split(&line, ':', &name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slack__slice_eq_nocase(slack__slice_trim(name), slack__slice(names[i]))) return true;
    return false;
}

static void append(slack_buf_t *out, slack_slice_t bytes, const char *behind)
{
    must(slack__buf_append_slice(out, bytes) == 0 && slack__buf_printf(out, "%s", behind) == 0);
}

/* Writes the request. Returns its method. */
static slack_slice_t write_request(world_t *world, slack_slice_t text, slack_buf_t *out)
{
    slack_slice_t line = {"", 0}, mode = line, method = line;
    char timestamp[24], signature[SLACK_SIGNATURE_LEN + 1];
    const char *type;
    slack_buf_t head, body;
    slack__buf_init(&head, ANSWER_MAX);
    slack__buf_init(&body, ANSWER_MAX);
    slack__slice_split(&text, '\n', &line);
    slack__slice_split(&line, ' ', &mode);
    slack__slice_split(&line, ' ', &method);
    if (line.len == 0) line = SLACK_SLICE("/slack/events");
    if (method.len == 0) method = SLACK_SLICE("POST");
    append(&head, method, " ");
    append(&head, line, " HTTP/1.1\r\nHost: a\r\n");
    while (slack__slice_split(&text, '\n', &line) && line.len > 0)
        if (!frames(line)) append(&head, line, "\r\n");
    write_body(mode.len ? *mode.ptr : 'j', text, &body, &type);
    const slack_slice_t bytes = {body.len ? slack__buf_ptr(&body) : "", body.len};
    snprintf(timestamp, sizeof timestamp, "%lld",
             (long long)(slack__kit_wall_ms(&world->base) / 1000));
    must(slack__signature_make(world->signer, slack__slice(timestamp), bytes, signature) == 0);
    if (mode.len && *mode.ptr == 'x') signature[10] ^= 1;
    must(slack__buf_append_slice(out, (slack_slice_t){slack__buf_ptr(&head), head.len}) == 0);
    must(slack__buf_printf(out,
                           "%sX-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\n"
                           "Content-Length: %zu\r\n\r\n",
                           type, timestamp, signature, bytes.len) == 0);
    must(slack__buf_append_slice(out, bytes) == 0);
    slack__buf_done(&head);
    slack__buf_done(&body);
    return method;
}

static void dial(world_t *world)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", host + 5);
    world->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    must(world->fd >= 0);
    must(connect(world->fd, (struct sockaddr *)&address, sizeof address) == 0);
    must(fcntl(world->fd, F_SETFL, O_NONBLOCK) == 0);
}

/* Reads what has arrived. True if the server has closed the connection. */
static bool receive(world_t *world, slack_buf_t *in)
{
    char piece[4096];
    ssize_t n;
    while ((n = read(world->fd, piece, sizeof piece)) > 0)
        must(slack__buf_append(in, piece, (size_t)n) == 0);
    return n == 0;
}

/* Whether the bytes are exactly one answer. */
static bool is_one_answer(slack_buf_t *in, bool head)
{
    must(slack__buf_append_char(in, '\0') == 0);
    const char *text = slack__buf_ptr(in), *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "\r\nContent-Length: ");
    if (strncmp(text, "HTTP/1.1 ", 9) != 0 || !end || !length || length > end) return false;
    const size_t body_len = head ? 0 : strtoul(length + 18, NULL, 10);
    return (size_t)(end + 4 - text) + body_len == in->len - 1;
}

static void send_request(world_t *world, slack_slice_t text)
{
    slack_buf_t out, in;
    slack__buf_init(&out, 4 * ANSWER_MAX);
    slack__buf_init(&in, ANSWER_MAX);
    const slack_slice_t method = write_request(world, text, &out);
    if (world->fd < 0) dial(world);
    must(slack__runner_settle(&world->runner) == 0);
    const ssize_t sent = write(world->fd, slack__buf_ptr(&out), out.len);
    if (sent == (ssize_t)out.len) {
        must(slack__runner_settle(&world->runner) == 0);
        bool closed = receive(world, &in);
        if (!closed && in.len == 0) {
            must(slack__runner_advance_ms(&world->runner, OTHER_MS) == 0);
            closed = receive(world, &in);
        }
        must(is_one_answer(&in, slack__slice_eq(method, SLACK_SLICE("HEAD"))));
        if (!closed) goto out;
    }
    close(world->fd);
    world->fd = -1;
out:
    slack__buf_done(&out);
    slack__buf_done(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world_t world;
    slack_slice_t rest = {(const char *)data, size}, text;
    world_open(&world);
    for (int i = 0; i < REQUESTS_MAX && slack__slice_split(&rest, SEPARATOR, &text); i++)
        send_request(&world, text);
    world_close(&world);
    return 0;
}
