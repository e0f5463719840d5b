/* SPDX-License-Identifier: MIT */
#include "sim/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/bot_log.h"
#include "sim/file_urls.h"
#include "sim/installs.h"
#include "sim/message_list.h"
#include "sim/missed_messages.h"
#include "sim/mishaps.h"
#include "sim/page_state.h"
#include "sim/person.h"
#include "sim/resend.h"
#include "sim/responses.h"
#include "sim/status.h"
#include "sim/wire_entries.h"
#include "util/form.h"

/* How long a request waits, and how many wait at once. */
#define WAIT_MS   10000
#define WAITS_MAX 32

/* In `entries` of a wait: for an app, not for entries. */
#define FOR_AN_APP SIZE_MAX

/* A request that waits. It lies in the request's arena. */
typedef struct wait {
    slack_link_t link;
    sim_control_t *control;
    const sim_services_t *services;
    slack_http_request_t *request;
    slack_timer_t timer;
    size_t entries; /* that the transcript has to have, or FOR_AN_APP */
} wait_t;

static void respond_ok(slack_http_request_t *request)
{
    sim_json_builder_t json = {request->arena, 0};
    sim_respond_json(request, 200, sim_json(&json, "{ok: true}"));
}

/* --- transcript --- */

static const slack_json_t *transcript_json(const sim_entries_t *entries, sim_json_builder_t *json,
                                           bool complete)
{
    sim_list_t list;
    size_t settled = sim_entries_settled(entries);
    slack_link_t *link = entries->list.next;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < settled; i++, link = link->next)
        sim_list_add(json, &list, sim_entry_json(json, SLACK_CONTAINER(link, sim_entry_t, link)));
    return sim_json(json, "{ok: true, complete: %p, entries: %p}", sim_json_bool(json, complete),
                    sim_list_end(json, &list));
}

static bool wait_is_over(const wait_t *wait)
{
    const sim_services_t *services = wait->services;
    if (wait->entries == FOR_AN_APP) return sim_app_is_there(services);
    return sim_entries_settled(services->workspace->transcript.entries) >= wait->entries;
}

static void wait_end(wait_t *wait)
{
    sim_control_t *control = wait->control;
    const sim_services_t *services = wait->services;
    sim_json_builder_t json = {wait->request->arena, 0};
    slack__timer_stop(control->net, &wait->timer);
    slack__unlink(&wait->link);
    control->wait_count--;
    const slack_json_t *body =
        wait->entries == FOR_AN_APP
            ? sim_status_json(services, &json)
            : transcript_json(services->workspace->transcript.entries, &json, wait_is_over(wait));
    sim_respond_json(wait->request, 200, json.rc == 0 ? body : NULL);
}

static void wait_due(slack_timer_t *timer)
{
    wait_end(SLACK_CONTAINER(timer, wait_t, timer));
}

static void end_waits(sim_control_t *control, bool all)
{
    slack_link_t *link = control->waits.next;
    while (link != &control->waits) {
        wait_t *wait = SLACK_CONTAINER(link, wait_t, link);
        link = link->next;
        if (all || wait_is_over(wait)) wait_end(wait);
    }
}

static void control_look(slack_task_t *task)
{
    end_waits(SLACK_CONTAINER(task, sim_control_t, look), false);
}

void sim_control_init(sim_control_t *control, const sim_services_t *services, sim_feed_t *feed,
                      slack_net_t *net)
{
    memset(control, 0, sizeof *control);
    control->services = services;
    control->feed = feed;
    control->net = net;
    slack__link_init(&control->waits);
    slack__link_init(&control->look.link);
    control->look.run = control_look;
}

void sim_control_changed(sim_control_t *control)
{
    if (!slack__list_empty(&control->waits)) slack__task_post(control->net, &control->look);
}

void sim_control_close(sim_control_t *control)
{
    control->closing = true;
    slack__task_cancel(&control->look);
    end_waits(control, true);
}

/* Answer when the transcript has that many entries, or an app is there, or after `ms`. */
static void wait_for(sim_control_t *control, const sim_services_t *services,
                     slack_http_request_t *request, size_t entries, uint64_t ms)
{
    wait_t *wait = slack__arena_calloc(request->arena, sizeof *wait);
    if (!wait || control->wait_count >= WAITS_MAX) {
        sim_respond_error(request, 503, "too many requests wait already");
        return;
    }
    wait->control = control;
    wait->services = services;
    wait->request = request;
    wait->entries = entries;
    slack__timer_init(&wait->timer, wait_due);
    slack__list_push(&control->waits, &wait->link);
    control->wait_count++;
    if (ms == 0 || control->closing || wait_is_over(wait))
        wait_end(wait);
    else
        slack__timer_start(control->net, &wait->timer, ms);
}

/* The query as an object; NULL if it is not a form. */
static const slack_json_t *query_json(const slack_http_request_t *request)
{
    const slack_json_t *query = NULL;
    (void)slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                            request->query.len, &query);
    return query;
}

/* A member of the query; "": there is none. */
static const char *query_text(const slack_http_request_t *request, const char *path)
{
    return slack_json_str(query_json(request), path);
}

/* `wait` of the query; 0 for none. */
static uint64_t query_wait(const slack_http_request_t *request)
{
    uint64_t number = 0;
    const char *text = query_text(request, "/wait");
    return slack__parse_u64(slack__slice(text), SIM_TRANSCRIPT_MAX, &number) ? number : 0;
}

static void get_status(sim_control_t *control, const sim_services_t *services,
                       slack_http_request_t *request, const slack_json_t *args)
{
    wait_for(control, services, request, FOR_AN_APP, query_wait(request) > 0 ? WAIT_MS : 0);
}

static void get_transcript(sim_control_t *control, const sim_services_t *services,
                           slack_http_request_t *request, const slack_json_t *args)
{
    uint64_t entries = query_wait(request);
    wait_for(control, services, request, (size_t)entries, entries > 0 ? WAIT_MS : 0);
}

static void clear_transcript(sim_control_t *control, const sim_services_t *services,
                             slack_http_request_t *request, const slack_json_t *args)
{
    sim_entries_clear(services->workspace->transcript.entries);
    respond_ok(request);
}

static void resend(sim_control_t *control, const sim_services_t *services,
                   slack_http_request_t *request, const slack_json_t *args)
{
    sim_resend_request(services, request, args);
}

/* --- messages --- */

static bool is_ts_or_none(const char *text)
{
    return !*text || sim_is_ts(text);
}

static void get_messages(sim_control_t *control, const sim_services_t *services,
                         slack_http_request_t *request, const slack_json_t *args)
{
    sim_workspace_t *workspace = services->workspace;
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *query = query_json(request);
    const char *name = slack_json_str(query, "/channel"), *limit = slack_json_str(query, "/limit");
    sim_message_query_t wanted = {
        .channel = *name ? sim_channel_find(&workspace->channels, name) : NULL,
        .thread = slack_json_str(query, "/thread"),
        .after = slack_json_str(query, "/after"),
        .before = slack_json_str(query, "/before"),
        .limit = SIM_MESSAGE_LIST_PAGE,
    };
    if (*name && !wanted.channel)
        sim_respond_error(request, 400, "there is no such channel: slackapp sim status names them");
    else if (!is_ts_or_none(wanted.after) || !is_ts_or_none(wanted.before) ||
             !is_ts_or_none(wanted.thread))
        sim_respond_error(request, 400,
                          "`after`, `before` and `thread` are the ts of a message, such as "
                          "1767225600.000001");
    else if (*limit &&
             (!slack__parse_u64(slack__slice(limit), SIM_MESSAGE_LIST_PAGE, &wanted.limit) ||
              wanted.limit == 0))
        sim_respond_error(request, 400, "`limit` is a number from 1 to 200");
    else
        sim_secrets_respond(&control->feed->redactor, request, &json,
                            sim_message_list(workspace, &json, &wanted));
}

static void write_missed(sim_control_t *control, const sim_services_t *services,
                         slack_http_request_t *request, const slack_json_t *args)
{
    const char *text = slack_json_str(args, "/text");
    const int64_t messages = slack_json_int(args, "/messages");
    const int64_t channels = slack_json_int(args, "/channels");
    const int64_t threads = slack_json_int(args, "/threads");
    char problem[SIM_PROBLEM_SIZE];
    if (messages < 1 || messages > SIM_MESSAGES_MAX || channels < 1 ||
        channels > SIM_MISSED_CHANNELS_MAX || threads < 0 || threads > 100) {
        snprintf(problem, sizeof problem,
                 "there are from 1 to %d messages, in 1 to %d channels, of which 0 to 100%% are "
                 "replies in threads",
                 SIM_MESSAGES_MAX, SIM_MISSED_CHANNELS_MAX);
        sim_respond_error(request, 400, problem);
        return;
    }
    const sim_missed_t missed = {.messages = (unsigned)messages,
                                 .channels = (unsigned)channels,
                                 .threads = (unsigned)threads,
                                 .text = *text ? text : "message"};
    const int rc = sim_missed_messages(services, &missed);
    if (rc == 0)
        respond_ok(request);
    else
        sim_respond_error(request, 503,
                          rc == SLACK_EBUSY ? "the workspace has no room for so many channels"
                                            : slack_strerror(rc));
}

static void get_state(sim_control_t *control, const sim_services_t *services,
                      slack_http_request_t *request, const slack_json_t *args)
{
    sim_page_state_request(services, control->feed, request);
}

static void get_wire(sim_control_t *control, const sim_services_t *services,
                     slack_http_request_t *request, const slack_json_t *args)
{
    sim_wire_entries_request(control->feed, request);
}

static void get_log(sim_control_t *control, const sim_services_t *services,
                    slack_http_request_t *request, const slack_json_t *args)
{
    uint64_t after = 0;
    if (!slack__parse_u64(slack__slice(query_text(request, "/after")), INT64_MAX, &after))
        after = 0;
    sim_bot_log_request(control->bot_log, after, control->feed, request);
}

static void get_file(sim_control_t *control, const sim_services_t *services,
                     slack_http_request_t *request, const slack_json_t *args)
{
    sim_file_show(services, query_text(request, "/id"), request);
}

/* --- the app's connections --- */

static void disconnect(sim_control_t *control, const sim_services_t *services,
                       slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *reason = slack_json_str(args, "/reason");
    size_t count =
        sim_sockets_disconnect(services->sockets, *reason ? reason : "refresh_requested");
    sim_respond_json(request, 200, sim_json(&json, "{ok: true, sockets: %zu}", count));
}

/* A request that waits for the url_verification. It lies in the request's arena. */
typedef struct url_wait {
    sim_verify_wait_t verify;
    slack_http_request_t *request;
} url_wait_t;

static void url_verified(const char *problem, void *user_data)
{
    url_wait_t *wait = user_data;
    if (*problem)
        sim_respond_error(wait->request, 409, problem);
    else
        respond_ok(wait->request);
}

static void set_request_url(sim_control_t *control, const sim_services_t *services,
                            slack_http_request_t *request, const slack_json_t *args)
{
    sim_request_url_t *request_url = services->request_url;
    const char *url = slack_json_str(args, "/url");
    url_wait_t *wait = slack__arena_calloc(request->arena, sizeof *wait);
    int rc = wait ? sim_request_url_set(request_url, url) : SLACK_ENOMEM;
    if (rc == SLACK_EINVAL) {
        sim_respond_error(request, 400, "a request URL is https, or http on a loopback address");
        return;
    }
    if (rc == 0 && !*url) {
        respond_ok(request);
        return;
    }
    if (rc == 0) {
        wait->request = request;
        wait->verify.fn = url_verified;
        wait->verify.user_data = wait;
        rc = sim_request_url_verify(request_url, &wait->verify);
    }
    if (rc != 0) sim_respond_error(request, 503, slack_strerror(rc));
}

/* --- installations --- */

/* A person uninstalls the app, or takes back what that person has granted. */
static void uninstall(sim_control_t *control, const sim_services_t *services,
                      slack_http_request_t *request, const slack_json_t *args)
{
    const char *name = slack_json_str(args, "/user");
    const bool org_wide = slack_json_bool(args, "/organization");
    for (size_t i = 0; i < services->teams->count && org_wide && !services->team->org; i++)
        services = services->teams->list[i];
    if (sim_person_uninstalls(services, org_wide, name))
        respond_ok(request);
    else
        sim_respond_error(request, 409,
                          *name ? "that person has granted the app nothing there"
                                : "the app is not installed there");
}

static void set_access(sim_control_t *control, const sim_services_t *services,
                       slack_http_request_t *request, const slack_json_t *args)
{
    if (sim_installs_let_in(services, slack_json_bool(args, "/granted")))
        respond_ok(request);
    else
        sim_respond_error(request, 409,
                          "the workspace is in no organization that has installed the app, or its "
                          "access is so already");
}

/* As at Slack, rotation cannot be turned off again. */
static void set_rotation(sim_control_t *control, const sim_services_t *services,
                         slack_http_request_t *request, const slack_json_t *args)
{
    const int64_t seconds = slack_json_int(args, "/seconds");
    if (seconds < 1 || seconds > SIM_TOKEN_LIFE_MAX_S) {
        sim_respond_error(request, 400, "a token lives from 1 to 2592000 seconds");
        return;
    }
    services->oauth->tokens.life_ms = (uint64_t)seconds * 1000;
    respond_ok(request);
}

/* --- requests --- */

static void send_act(sim_control_t *control, const sim_services_t *services,
                     slack_http_request_t *request, const slack_json_t *args)
{
    sim_person_act(services, request, args);
}

static const struct endpoint {
    const char *method;
    const char *path;
    void (*take)(sim_control_t *control, const sim_services_t *services,
                 slack_http_request_t *request, const slack_json_t *args);
} endpoints[] = {
    {"GET", "/sim/status", get_status},
    {"GET", "/sim/transcript", get_transcript},
    {"POST", "/sim/transcript/clear", clear_transcript},
    {"GET", "/sim/messages", get_messages},
    {"GET", "/sim/state", get_state},
    {"GET", "/sim/wire", get_wire},
    {"GET", "/sim/log", get_log},
    {"GET", "/sim/file", get_file},
    {"POST", "/sim/missed", write_missed},
    {"POST", "/sim/send", send_act},
    {"POST", "/sim/resend", resend},
    {"POST", "/sim/uninstall", uninstall},
    {"POST", "/sim/access", set_access},
    {"POST", "/sim/rotation", set_rotation},
    {"POST", "/sim/request-url", set_request_url},
    {"POST", "/sim/disconnect", disconnect},
};

void sim_control_request(sim_control_t *control, slack_http_request_t *request)
{
    const slack_json_t *args = NULL;
    bool post = slack__slice_eq(request->method, SLACK_SLICE("POST"));
    if (post && !sim_request_is(request, "application/json")) {
        sim_respond_error(request, 415, "the body has to be application/json");
        return;
    }
    const slack_slice_t body = {request->body, request->body_len};
    if (post && (sim_json_given(request->arena, body, &args) != 0 ||
                 slack_json_type(args) != SLACK_JSON_OBJECT)) {
        sim_respond_error(request, 400, "the body is not a JSON object, or nested too deep");
        return;
    }
    const slack_json_t *name = slack_json_get(post ? args : query_json(request), "/workspace");
    const sim_services_t *services =
        name ? sim_team_find(control->services->teams, slack_json_str(name, ""))
             : control->services;
    if (!services) {
        sim_respond_error(request, 400,
                          "there is no such workspace: slackapp sim status names them");
        return;
    }
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        if (strcmp(endpoints[i].path, request->path.ptr) != 0) continue;
        if (!slack__slice_eq(request->method, slack__slice(endpoints[i].method))) continue;
        endpoints[i].take(control, services, request, args);
        return;
    }
    if (!sim_mishap_request(services, request, args))
        sim_respond_error(request, 404, "the control API has no such path");
}
