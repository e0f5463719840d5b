/* SPDX-License-Identifier: MIT */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/random.h"

#define BODY_MAX   ((size_t)4 * 1024 * 1024)
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)
#define TRANSFERS  64

static const sim_options_t defaults = {
    .host = "127.0.0.1",
    .signing_secret = "simulated-signing-secret",
    .bot_token = "xoxb-simulated-bot-token",
    .app_token = "xapp-1-simulated-app-token",
};

uint64_t sim_now_ms(const sim_t *sim)
{
    return slack__mono_ms(sim->clock);
}

unsigned sim_port(const sim_t *sim)
{
    return slack__http_server_port(sim->server);
}

/* --- answers --- */

static void answer_with(sim_t *sim, slack_http_request_t *request, int status, const char *type,
                        slack_slice_t body)
{
    char id[40];
    snprintf(id, sizeof id, "%016" PRIx64 "%016" PRIx64, slack__random_u64(), slack__random_u64());
    const slack_http_header_t headers[] = {
        {SLACK_SLICE("X-Slack-Req-Id"), slack__slice(id)},
        {SLACK_SLICE("X-OAuth-Scopes"), SLACK_SLICE("app_mentions:read,channels:history,"
                                                    "channels:read,chat:write,commands,"
                                                    "groups:history,groups:read,im:history,"
                                                    "im:read,users:read")},
    };
    const slack_http_response_t answer = {
        .status = status,
        .content_type = type,
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .body = body.ptr,
        .body_len = body.len,
    };
    /* Who went away does not wait for it any more. */
    (void)slack__http_respond(sim->server, request->id, &answer);
    slack__arena_free(request->arena);
}

void sim_answer_json(sim_t *sim, slack_http_request_t *request, int status,
                     const slack_json_t *body)
{
    slack_buf_t text;
    slack__buf_init(&text, ANSWER_MAX);
    int rc = body ? sim_json_write(&text, body) : SLACK_ENOMEM;
    if (rc != 0) {
        slack__buf_clear(&text);
        status = 500;
        (void)slack__buf_printf(&text, "{\"ok\":false,\"error\":\"internal_error\"}");
    }
    answer_with(sim, request, status, "application/json; charset=utf-8",
                (slack_slice_t){slack__buf_ptr(&text), text.len});
    slack__buf_done(&text);
}

void sim_answer_text(sim_t *sim, slack_http_request_t *request, int status, const char *text)
{
    answer_with(sim, request, status, "text/plain; charset=utf-8", slack__slice(text));
}

/* --- requests --- */

static void root_request(sim_t *sim, slack_http_request_t *request)
{
    bool root = strcmp(request->path.ptr, "/") == 0;
    sim_answer_text(sim, request, root ? 200 : 404,
                    root ? "A local Slack for tests. slackapp sim --help tells what it can do.\n"
                         : "There is nothing here.\n");
}

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    static const struct {
        const char *prefix;
        void (*take)(sim_t *sim, slack_http_request_t *request);
    } routes[] = {
        {"/api/", sim_webapi_request},
        {"/link/", sim_socket_request},
        {"/commands/", sim_hook_request},
        {"/actions/", sim_hook_request},
        {"/sim/", sim_control_request},
        {"/redirect/", sim_redirect_request},
        {"", root_request},
    };
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strncmp(request->path.ptr, routes[i].prefix, strlen(routes[i].prefix)) != 0) continue;
        routes[i].take(user_data, request);
        return;
    }
}

/* --- time --- */

static void on_timer(uv_timer_t *timer)
{
    sim_t *sim = timer->data;
    sim_tick(sim);
}

void sim_wake_at(sim_t *sim, uint64_t at_ms)
{
    uint64_t now_ms = sim_now_ms(sim);
    if (at_ms >= sim->wake_ms || uv_is_closing((uv_handle_t *)&sim->timer)) return;
    sim->wake_ms = at_ms;
    uv_update_time(slack__net_loop(sim->net));
    uv_timer_start(&sim->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

/* Somebody may be waiting for an entry like this. */
static void on_entry(const sim_entry_t *entry, void *user_data)
{
    sim_t *sim = user_data;
    if (sim->options.entry) sim->options.entry(entry, sim->options.user_data);
    sim_wake_at(sim, sim_now_ms(sim));
}

void sim_tick(sim_t *sim)
{
    sim->wake_ms = UINT64_MAX;
    sim_sockets_tick(sim);
    sim_deliveries_tick(sim);
    sim_control_tick(sim);
}

/* --- life --- */

/* Complete the options, in an arena of our own. */
static int take_options(sim_t *sim, const sim_options_t *given)
{
    sim->options = *given;
    if (sim->options.time_scale == 0) sim->options.time_scale = 1;
    if (sim->options.disable_after == 0) sim->options.disable_after = SIM_FAILURE_RATE_MIN;
    sim_failure_rate_init(&sim->failures, sim->options.disable_after, sim->options.time_scale);
    const struct {
        const char **field;
        const char *fallback;
    } strings[] = {
        {&sim->options.host, defaults.host},
        {&sim->options.signing_secret, defaults.signing_secret},
        {&sim->options.bot_token, defaults.bot_token},
        {&sim->options.app_token, defaults.app_token},
        {&sim->options.request_url, ""},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const char *value = *strings[i].field ? *strings[i].field : strings[i].fallback;
        *strings[i].field = slack__arena_strdup(sim->arena, value);
        if (!*strings[i].field) return SLACK_ENOMEM;
    }
    return 0;
}

static int fail(char *error, int rc, const char *what, const char *value)
{
    snprintf(error, SIM_PROBLEM_SIZE, "%s%s%.180s", what, *value ? ": " : "", value);
    return rc;
}

static int check_options(const sim_options_t *options, char *error)
{
    if (!slack__is_loopback(slack__slice(options->host)))
        return fail(error, SLACK_EINVAL, "the simulator listens on loopback addresses only, not on",
                    options->host);
    if (*options->request_url && !slack__url_allowed(options->request_url))
        return fail(error, SLACK_EINVAL,
                    "a request URL is https, or http on a loopback address, and not",
                    options->request_url);
    if (!*options->signing_secret || !*options->bot_token || !*options->app_token)
        return fail(error, SLACK_EINVAL, "a token and a signing secret cannot be empty", "");
    return 0;
}

static int listen_on(sim_t *sim, char *error)
{
    static const slack_http_limits_t limits = {
        .connections = 256,
        .target_bytes = 8192,
        .header_bytes = 32768,
        .header_count = 100,
        .body_bytes = BODY_MAX,
        .header_ms = 30000,
        .body_ms = 30000,
        .idle_ms = 60000,
    };
    const slack_http_server_options_t options = {
        .listen = {.host = sim->options.host,
                   .port = sim->options.port,
                   .open_ms = 10000,
                   .write_max = ANSWER_MAX},
        .limits = &limits,
        .fn = on_request,
        .user_data = sim,
    };
    int uv_error = 0;
    char port[80];
    int rc = slack__http_server_open(&sim->server, sim->net, &options, &uv_error);
    snprintf(port, sizeof port, "%u (%s)", options.listen.port,
             uv_error ? uv_strerror(uv_error) : slack_strerror(rc));
    if (rc != 0) return fail(error, rc, "cannot listen on port", port);
    bool ipv6 = strchr(options.listen.host, ':') != NULL;
    snprintf(sim->base, sizeof sim->base, ipv6 ? "http://[%.40s]:%u" : "http://%.40s:%u",
             options.listen.host, slack__http_server_port(sim->server));
    return 0;
}

/* What needs no handle on the loop. */
static int prepare(sim_t *sim, const sim_options_t *options, char *error)
{
    sim->arena = slack__arena_new(0, 0);
    int rc = sim->arena ? take_options(sim, options) : SLACK_ENOMEM;
    if (rc == 0) rc = check_options(&sim->options, error);
    if (rc == 0) rc = slack__signer_new(&sim->signer, sim->options.signing_secret);
    if (rc == 0 && *sim->options.request_url)
        rc = sim_request_url_set(sim, sim->options.request_url);
    return rc;
}

static void sim_free(sim_t *sim)
{
    sim_workspace_done(&sim->workspace);
    sim_request_url_done(&sim->request_url);
    slack__signer_free(sim->signer);
    slack__arena_free(sim->arena);
    slack__free(sim);
}

static void on_first_verify(const char *problem, void *user_data)
{
    sim_verify_wait_t *wait = user_data;
    slack__free(wait);
}

/* The URL is asked as soon as it is known; an app that is not there yet is asked again later. */
static void verify_url(sim_t *sim)
{
    sim_verify_wait_t *wait = slack__calloc(1, sizeof *wait);
    if (!wait) return;
    wait->fn = on_first_verify;
    wait->user_data = wait;
    if (sim_request_url_verify(sim, wait) != 0) slack__free(wait);
}

int sim_open(sim_t **ret, slack_net_t *net, const sim_options_t *options,
             char error[SIM_PROBLEM_SIZE])
{
    const slack_curl_options_t curl_options = {
        .user_agent = "Slackbot 1.0 (+https://api.slack.com/robots)",
        .concurrency = TRANSFERS,
    };
    sim_t *sim = slack__calloc(1, sizeof *sim);
    *error = '\0';
    if (!sim) return fail(error, SLACK_ENOMEM, slack_strerror(SLACK_ENOMEM), "");
    sim->net = net;
    sim->clock = slack__net_clock(net);
    sim->wake_ms = UINT64_MAX;
    sim_workspace_init(&sim->workspace, sim->clock, on_entry, sim);
    sim_faults_init(&sim->faults, sim->clock);
    sim_deliveries_init(&sim->deliveries);
    sim_sockets_init(&sim->sockets);
    sim_request_url_init(&sim->request_url);
    slack__link_init(&sim->polls);

    int rc = prepare(sim, options, error);
    if (rc == 0) rc = listen_on(sim, error);
    if (rc == 0) rc = slack__curl_new(&sim->curl, net, &curl_options);
    if (rc != 0) {
        if (!*error) fail(error, rc, slack_strerror(rc), "");
        if (sim->server) slack__http_server_close(sim->server, NULL, NULL);
        sim_free(sim);
        return rc;
    }
    uv_timer_init(slack__net_loop(net), &sim->timer);
    sim->timer.data = sim;
    if (sim->request_url.url) verify_url(sim);
    *ret = sim;
    return 0;
}

/* --- the end --- */

static void handle_closed(void *user_data)
{
    sim_t *sim = user_data;
    if (--sim->handles > 0) return;
    void (*fn)(void *user_data) = sim->closed;
    void *fn_user_data = sim->closed_user_data;
    sim_free(sim);
    if (fn) fn(fn_user_data);
}

static void on_timer_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

/* By now nothing is left that would answer a request. */
static void on_curl_closed(void *user_data)
{
    sim_t *sim = user_data;
    sim->handles = 2;
    slack__http_server_close(sim->server, handle_closed, sim);
    uv_close((uv_handle_t *)&sim->timer, on_timer_closed);
}

/* Sockets are given the time for a close handshake, then everything else goes. */
static void on_close_timer(uv_timer_t *timer)
{
    sim_t *sim = timer->data;
    sim_sockets_tick(sim);
    if (sim->sockets.count > 0) return;
    uv_timer_stop(timer);
    slack__curl_close(sim->curl, on_curl_closed, sim);
}

void sim_close(sim_t *sim, void (*fn)(void *user_data), void *user_data)
{
    if (sim->closing) return;
    sim->closing = true;
    sim->closed = fn;
    sim->closed_user_data = user_data;
    sim_deliveries_close(sim);
    sim_control_tick(sim);
    sim_sockets_close(sim);
    sim->wake_ms = 0; /* nobody else sets the timer any more */
    uv_timer_start(&sim->timer, on_close_timer, 0, 20);
}
