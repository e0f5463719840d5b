/* SPDX-License-Identifier: MIT */
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

#include "sim/app_state.h"
#include "sim/file_urls.h"
#include "sim/install_page.h"
#include "sim/installs.h"
#include "sim/page_files.h"
#include "sim/response_urls.h"
#include "sim/responses.h"
#include "sim/site.h"
#include "sim/webapi.h"
#include "sim/webhooks.h"
#include "util/alloc.h"

#define BODY_MAX  (SIM_FILE_BYTES_MAX + 4096) /* a file, as a part of a form */
#define WRITE_MAX BODY_MAX
#define TRANSFERS 256 /* more deliveries at once fail, and come again later */

unsigned sim_port(const sim_t *sim)
{
    return slack__http_server_port(sim->server);
}

/* --- requests --- */

static const sim_services_t *of_path(const sim_t *sim, const slack_http_request_t *request)
{
    return sim_team_of_path(&sim->teams, request->path);
}

static void take_call(sim_t *sim, slack_http_request_t *request)
{
    sim_webapi_request(sim->services, request);
}

static void take_link(sim_t *sim, slack_http_request_t *request)
{
    sim_sockets_request(&sim->sockets, request);
}

static void take_response(sim_t *sim, slack_http_request_t *request)
{
    sim_response_url_request(of_path(sim, request), request);
}

static void take_webhook(sim_t *sim, slack_http_request_t *request)
{
    sim_webhook_request(of_path(sim, request), request);
}

static void take_upload(sim_t *sim, slack_http_request_t *request)
{
    sim_upload_request(&sim->teams, request);
}

static void take_download(sim_t *sim, slack_http_request_t *request)
{
    sim_download_request(of_path(sim, request), request);
}

static void take_redirect(sim_t *sim, slack_http_request_t *request)
{
    sim_request_url_redirect(&sim->request_url, request);
}

static void take_install(sim_t *sim, slack_http_request_t *request)
{
    sim_install_request(sim->services, request);
}

static void take_feed(sim_t *sim, slack_http_request_t *request)
{
    sim_feed_readers_request(&sim->readers, request);
}

static void take_control(sim_t *sim, slack_http_request_t *request)
{
    sim_control_request(&sim->control, request);
}

static void take_page(sim_t *sim, slack_http_request_t *request)
{
    sim_page_request(request);
}

/* The first row whose path is that of the request, or begins it if it ends in a slash. */
static const struct route {
    const char *path;
    bool of_slack; /* programs call it, under any name of the host */
    bool own_page; /* of the pages in a browser, only those of the simulator may use it */
    void (*take)(sim_t *sim, slack_http_request_t *request);
} routes[] = {
    {"/api/", true, false, take_call},          {"/link/", true, false, take_link},
    {"/commands/", true, false, take_response}, {"/actions/", true, false, take_response},
    {"/services/", true, false, take_webhook},  {"/triggers/", true, false, take_webhook},
    {"/upload/", true, false, take_upload},     {"/files-pri/", true, false, take_download},
    {"/redirect/", true, false, take_redirect}, {"/oauth/", false, false, take_install},
    {"/openid/", false, false, take_install},   {"/.well-known/", true, false, take_install},
    {"/sim/feed", false, true, take_feed},      {"/sim/", false, true, take_control},
    {"/page/", false, false, take_page},        {"/", false, false, take_page},
};

static const struct route *route_find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const size_t len = strlen(routes[i].path);
        const bool folder = len > 1 && routes[i].path[len - 1] == '/';
        if (folder ? strncmp(path, routes[i].path, len) == 0 : strcmp(path, routes[i].path) == 0)
            return &routes[i];
    }
    return NULL;
}

void sim_request(sim_t *sim, slack_http_request_t *request)
{
    const struct route *route = route_find(request->path.ptr);
    if (!route)
        sim_respond_text(request, 404, "There is nothing here.\n");
    else if (!route->of_slack && !sim_site_is_loopback(request))
        sim_respond_text(request, 403, "The Host header is not a loopback host.\n");
    else if (sim_site_is_foreign(request) || (route->own_page && sim_site_is_cross(request)))
        sim_respond_text(request, 403,
                         "The simulator takes no requests from pages of other origins.\n");
    else
        route->take(sim, request);
}

static void server_request(slack_http_server_t *server, slack_http_request_t *request,
                           void *user_data)
{
    sim_request(user_data, request);
}

/* --- events of the parts --- */

static void transcript_complete(const sim_entry_t *entry, void *user_data)
{
    sim_t *sim = user_data;
    if (sim->options.entry) sim->options.entry(entry, sim->options.user_data);
    sim_control_changed(&sim->control);
}

static void feed_grown(void *user_data)
{
    sim_t *sim = user_data;
    sim_feed_readers_grown(&sim->readers);
}

static void app_changed(void *user_data)
{
    sim_t *sim = user_data;
    sim_app_changed(sim->services);
    sim_control_changed(&sim->control);
}

static void envelope_acked(const char *envelope_id, const slack_json_t *payload, void *user_data)
{
    sim_t *sim = user_data;
    sim_deliveries_acked(&sim->deliveries, envelope_id, payload);
}

static void sockets_closed(void *user_data)
{
    sim_t *sim = user_data;
    slack__task_post(sim->net, &sim->close_task);
}

static const sim_socket_events_t socket_events = {
    .changed = app_changed,
    .acked = envelope_acked,
    .closed = sockets_closed,
};

/* --- the start --- */

static int copy_options(sim_t *sim, const sim_options_t *given)
{
    sim_options_t *options = &sim->options;
    *options = *given;
    if (options->people == 0) options->people = SIM_PEOPLE_DEFAULT;
    if (options->seed == 0) options->seed = 1;
    if (options->workspaces == 0) options->workspaces = 1;
    if (options->time_scale == 0) options->time_scale = 1;
    if (options->disable_after == 0) options->disable_after = SIM_FAILURE_RATE_MIN;
    const struct {
        const char **field;
        const char *fallback;
    } strings[] = {
        {&options->host, "127.0.0.1"},
        {&options->signing_secret, "simulated-signing-secret"},
        {&options->bot_token, "xoxb-simulated-bot-token"},
        {&options->app_token, "xapp-1-simulated-app-token"},
        {&options->request_url, ""},
        {&options->client_id, "1000000000001.2000000000002"},
        {&options->client_secret, "simulated-client-secret"},
        {&options->redirect_uris, ""},
        {&options->bot_log, ""},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const char *value = *strings[i].field ? *strings[i].field : strings[i].fallback;
        *strings[i].field = slack__arena_strdup(sim->arena, value);
        if (!*strings[i].field) return SLACK_ENOMEM;
    }
    sim->env.app_token = options->app_token;
    sim->env.signing_secret = options->signing_secret;
    sim->env.client_id = options->client_id;
    sim->env.client_secret = options->client_secret;
    return 0;
}

static int open_error(char *error, int rc, const char *what, const char *value)
{
    snprintf(error, SIM_PROBLEM_SIZE, "%s%s%.180s", what, *value ? ": " : "", value);
    return rc;
}

static int check_options(const sim_options_t *options, char *error)
{
    if (!slack__is_loopback(slack__slice(options->host)))
        return open_error(error, SLACK_EINVAL,
                          "the simulator listens on loopback addresses only, not on",
                          options->host);
    if (*options->request_url && !slack__url_allowed(options->request_url))
        return open_error(error, SLACK_EINVAL,
                          "a request URL is https, or http on a loopback address, and not",
                          options->request_url);
    if (options->people < SIM_USERS_FIRST || options->people > SIM_USERS_MAX)
        return open_error(error, SLACK_EINVAL, "a workspace has from 4 to 2048 people", "");
    if (options->workspaces > SIM_TEAMS_MAX)
        return open_error(error, SLACK_EINVAL, "there are from 1 to 20 workspaces", "");
    if (options->organization > options->workspaces)
        return open_error(error, SLACK_EINVAL,
                          "an organization has at most as many workspaces as there are", "");
    if (!*options->signing_secret || !*options->bot_token || !*options->app_token ||
        !*options->client_id || !*options->client_secret)
        return open_error(error, SLACK_EINVAL,
                          "a token, a secret and the client id cannot be empty", "");
    return 0;
}

static int open_server(sim_t *sim, char *error)
{
    static const slack_http_limits_t limits = {
        .connections = 1024,
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
                   .write_max = WRITE_MAX},
        .limits = &limits,
        .fn = server_request,
        .user_data = sim,
    };
    int uv_error = 0;
    char port[80];
    int rc = slack__http_server_open(&sim->server, sim->net, &options, &uv_error);
    snprintf(port, sizeof port, "%u (%s)", options.listen.port,
             uv_error ? uv_strerror(uv_error) : slack_strerror(rc));
    if (rc != 0) return open_error(error, rc, "cannot listen on port", port);
    bool ipv6 = strchr(options.listen.host, ':') != NULL;
    snprintf(sim->env.base_url, sizeof sim->env.base_url,
             ipv6 ? "http://[%.40s]:%u" : "http://%.40s:%u", options.listen.host, sim_port(sim));
    return 0;
}

/* A workspace, and the parts that each workspace has for itself. */
typedef struct sim_home {
    sim_services_t services;
    sim_team_t team;
    sim_workspace_t workspace;
    sim_schedule_t schedule;
    sim_streams_t streams;
    sim_rate_limits_t rate_limits;
} sim_home_t;

/* The token of the nth workspace: the first has that of the options. NULL without memory. */
static const char *home_token(sim_t *sim, unsigned number)
{
    const char *token = sim->options.bot_token;
    return number == 1 ? token : slack__arena_printf(sim->arena, "%s-%u", token, number);
}

static int add_home(sim_t *sim, unsigned number, bool in_org)
{
    const sim_options_t *options = &sim->options;
    const char *token = home_token(sim, number);
    sim_home_t *home = token ? slack__calloc(1, sizeof *home) : NULL;
    if (!home) return SLACK_ENOMEM;
    sim_team_init(&home->team, number, in_org ? &sim->teams.org : NULL, token);
    const sim_transcript_t transcript = {
        .entries = &sim->entries,
        .workspace = options->workspaces > 1 ? home->team.domain : "",
        .feed = {&sim->feed, home->team.id},
    };
    const int rc =
        sim_workspace_init(&home->workspace, &home->team, &sim->ids, options->people, &transcript);
    if (rc != 0) {
        slack__free(home);
        return rc;
    }
    home->services = (sim_services_t){
        .team = &home->team,
        .workspace = &home->workspace,
        .schedule = &home->schedule,
        .streams = &home->streams,
        .rate_limits = &home->rate_limits,
        .teams = &sim->teams,
        .env = &sim->env,
        .oauth = &sim->oauth,
        .faults = &sim->faults,
        .sockets = &sim->sockets,
        .request_url = &sim->request_url,
        .deliveries = &sim->deliveries,
        .calls = &sim->calls,
        .seen = &sim->seen,
        .feed = &sim->feed_writer,
        .later = &sim->later,
        .time_scale = options->time_scale,
    };
    home->rate_limits.clock = sim->net->clock;
    home->rate_limits.limits = options->limits;
    home->rate_limits.time_scale = options->time_scale;
    sim_schedule_init(&home->schedule, &home->services, sim->net, options->time_scale);
    sim_streams_init(&home->streams, &home->services, sim->net, options->time_scale);
    sim->teams.list[sim->teams.count++] = &home->services;
    return 0;
}

static sim_home_t *home_at(const sim_t *sim, size_t index)
{
    return SLACK_CONTAINER(sim->teams.list[index], sim_home_t, services);
}

static int add_homes(sim_t *sim)
{
    const sim_options_t *options = &sim->options;
    const unsigned outside = options->workspaces - options->organization;
    sim->teams.org = (sim_org_t){
        .id = "E0SIM00001",
        .domain = "simulated-org",
        .name = "Simulated Organization",
        .bot_token = slack__arena_printf(sim->arena, "%s-org", options->bot_token),
    };
    int rc = sim->teams.org.bot_token ? 0 : SLACK_ENOMEM;
    for (unsigned i = 1; i <= options->workspaces && rc == 0; i++)
        rc = add_home(sim, i, i > outside);
    if (rc == 0) sim->services = sim->teams.list[0];
    return rc;
}

/* The tokens of the app, and those of the workspaces that have it from the start. */
static void init_oauth(sim_t *sim)
{
    const sim_options_t *options = &sim->options;
    sim->oauth.app = (sim_oauth_app_t){
        .client_id = options->client_id,
        .client_secret = options->client_secret,
        .redirect_uris = options->redirect_uris,
        .pkce = options->pkce,
    };
    sim_tokens_init(&sim->oauth.tokens, sim->net->clock, options->token_life_s * UINT64_C(1000));
    sim_codes_init(&sim->oauth.codes, sim->net->clock);
    sim_tokens_add(&sim->oauth.tokens, options->app_token, NULL);
    for (size_t i = 0; i < sim->teams.count; i++) {
        const sim_services_t *services = sim->teams.list[i];
        if (i == 0 ? !options->not_installed : options->installed)
            sim_install_fixed(services, false, services->team->bot_token);
    }
    const sim_services_t *last = sim->teams.list[sim->teams.count - 1];
    if (last->team->org && options->installed)
        sim_install_fixed(last, true, last->team->org->bot_token);
}

static int init_parts(sim_t *sim)
{
    sim_ids_init(&sim->ids, sim->net->clock);
    sim_keys_init(&sim->tickets, sim->net->clock, NULL);
    int rc = sim_feed_init(&sim->feed, sim->net->clock, feed_grown, sim);
    sim->feed_writer = (sim_feed_writer_t){&sim->feed, ""};
    sim_feed_readers_init(&sim->readers, sim->net, &sim->feed);
    if (rc == 0) rc = add_homes(sim);
    if (rc != 0) return rc;
    const sim_sockets_options_t sockets = {
        .net = sim->net,
        .faults = &sim->faults,
        .keys = &sim->tickets,
        .base_url = sim->env.base_url,
        .events = &socket_events,
        .user_data = sim,
    };
    const sim_request_url_options_t request_url = {
        .net = sim->net,
        .curl = sim->curl,
        .signer = sim->signer,
        .faults = &sim->faults,
        .base_url = sim->env.base_url,
        .time_scale = sim->options.time_scale,
        .disable_after = sim->options.disable_after,
        .changed = app_changed,
        .user_data = sim,
    };
    const sim_deliveries_options_t deliveries = {
        .net = sim->net,
        .faults = &sim->faults,
        .sockets = &sim->sockets,
        .request_url = &sim->request_url,
        .seen = &sim->seen,
        .time_scale = sim->options.time_scale,
    };
    sim_faults_init(&sim->faults, sim->net->clock, &sim->feed_writer, sim->options.seed);
    sim_sockets_init(&sim->sockets, &sockets);
    sim_request_url_init(&sim->request_url, &request_url);
    sim_deliveries_init(&sim->deliveries, &deliveries);
    sim_later_init(&sim->later, sim->net);
    init_oauth(sim);
    sim->later.pass_ms = sim->options.pass_ms;
    sim->later.user_data = sim->options.user_data;
    sim_control_init(&sim->control, sim->services, &sim->feed, sim->net);
    sim->control.bot_log = *sim->options.bot_log ? sim->options.bot_log : NULL;
    return 0;
}

static void first_verified(const char *problem, void *user_data)
{
    slack__free(user_data);
}

/* The request URL is verified at the start. If the app is not there yet, the first delivery
 * verifies it again. */
static int use_request_url(sim_t *sim)
{
    sim_verify_wait_t *wait;
    int rc = *sim->options.request_url
                 ? sim_request_url_set(&sim->request_url, sim->options.request_url)
                 : 0;
    if (rc != 0 || !sim->request_url.url) return rc;
    wait = slack__calloc(1, sizeof *wait);
    if (!wait) return 0;
    wait->fn = first_verified;
    wait->user_data = wait;
    if (sim_request_url_verify(&sim->request_url, wait) != 0) slack__free(wait);
    return 0;
}

static void sim_free(sim_t *sim)
{
    for (size_t i = 0; i < sim->teams.count; i++) {
        sim_workspace_done(sim->teams.list[i]->workspace);
        slack__free(home_at(sim, i));
    }
    sim_entries_clear(&sim->entries);
    sim_deliveries_done(&sim->deliveries);
    sim_feed_done(&sim->feed);
    sim_request_url_done(&sim->request_url);
    slack__signer_free(sim->signer);
    slack__arena_free(sim->arena);
    slack__free(sim);
}

/* --- the end --- */

static void server_closed(void *user_data)
{
    sim_t *sim = user_data;
    void (*fn)(void *user_data) = sim->closed;
    void *fn_user_data = sim->closed_user_data;
    sim_free(sim);
    if (fn) fn(fn_user_data);
}

/* Transfers answer requests when they end, so the server goes last. */
static void curl_closed(void *user_data)
{
    sim_t *sim = user_data;
    slack__http_server_close(sim->server, server_closed, sim);
}

static void close_rest(slack_task_t *task)
{
    sim_t *sim = SLACK_CONTAINER(task, sim_t, close_task);
    slack__curl_close(sim->curl, curl_closed, sim);
}

static void readers_closed(void *user_data)
{
    sim_t *sim = user_data;
    sim_sockets_close(&sim->sockets);
}

void sim_close(sim_t *sim, void (*fn)(void *user_data), void *user_data)
{
    if (sim->closing) return;
    sim->closing = true;
    sim->closed = fn;
    sim->closed_user_data = user_data;
    sim_later_close(&sim->later);
    for (size_t i = 0; i < sim->teams.count; i++) {
        sim_schedule_done(sim->teams.list[i]->schedule);
        sim_streams_done(sim->teams.list[i]->streams);
    }
    sim_deliveries_close(&sim->deliveries);
    sim_control_close(&sim->control);
    sim_feed_readers_close(&sim->readers, readers_closed, sim);
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
    if (!sim) return open_error(error, SLACK_ENOMEM, slack_strerror(SLACK_ENOMEM), "");
    sim->net = net;
    sim_entries_init(&sim->entries, transcript_complete, sim);
    slack__link_init(&sim->close_task.link);
    sim->close_task.run = close_rest;
    sim->arena = slack__arena_new(0, 0);
    int rc = sim->arena ? copy_options(sim, options) : SLACK_ENOMEM;
    if (rc == 0) rc = check_options(&sim->options, error);
    if (rc == 0) rc = slack__signer_new(&sim->signer, sim->options.signing_secret);
    if (rc == 0) rc = open_server(sim, error);
    if (rc == 0) rc = slack__curl_new(&sim->curl, net, &curl_options);
    if (rc == 0) rc = init_parts(sim);
    if (rc == 0 && options->faults && !sim_faults_start(&sim->faults, options->faults, error))
        rc = SLACK_EINVAL;
    if (rc == 0) rc = use_request_url(sim);
    if (rc != 0) {
        if (!*error) open_error(error, rc, slack_strerror(rc), "");
        /* Both free themselves later, on the loop. */
        if (sim->curl) slack__curl_close(sim->curl, NULL, NULL);
        if (sim->server) slack__http_server_close(sim->server, NULL, NULL);
        sim_free(sim);
        return rc;
    }
    *ret = sim;
    return 0;
}
