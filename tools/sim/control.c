/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "sim/send.h"
#include "util/form.h"

/*
 * The control API, under /sim/: JSON in, JSON out, {ok: false, error: SENTENCE} with a status of
 * its own where something cannot be done. Nothing of it exists at Slack.
 *
 * It has no token: it listens on loopback only. So that no web page in a browser of this machine
 * can use it, a request has to name a loopback host, and to carry JSON, which a page cannot send to
 * another origin unasked.
 */

/* How long somebody may wait, and how many at once. */
#define WAIT_MS   10000
#define POLLS_MAX 32

/* Somebody who waits, for entries or for an app. Lies in the request's arena. */
typedef struct poll {
    slack_link_t link;
    slack_http_request_t *request;
    uint64_t until_ms;
    size_t entries; /* that there have to be; SIZE_MAX: an app has to be there */
} poll_t;

static void refuse(sim_t *sim, slack_http_request_t *request, int status, const char *error)
{
    sim_json_builder_t json = {request->arena, 0};
    const slack_json_t *body = sim_json(&json, "{ok: false, error: %s}", error);
    sim_answer_json(sim, request, status, body);
}

/* An app that takes what is sent, as far as we know. */
static bool app_is_there(const sim_t *sim)
{
    return sim_sockets_ready(sim) > 0 || sim->request_url.verified;
}

/* --- answers --- */

static const slack_json_t *transcript_json(const sim_t *sim, sim_json_builder_t *json,
                                           bool complete)
{
    sim_list_t list;
    size_t settled = sim_transcript_settled(&sim->workspace.transcript);
    slack_link_t *link = sim->workspace.transcript.entries.next;
    sim_list_begin(json, &list, '[');
    for (size_t i = 0; i < settled; i++, link = link->next)
        sim_list_add(json, &list, sim_entry_json(json, SLACK_CONTAINER(link, sim_entry_t, link)));
    return sim_json(json, "{ok: true, complete: %p, entries: %p}", sim_json_bool(json, complete),
                    sim_list_end(json, &list));
}

static const slack_json_t *status_json(sim_t *sim, sim_json_builder_t *json)
{
    const slack_json_t *faults = sim_faults_json(&sim->faults, json);
    sim_list_t people, channels;
    const sim_user_t *user;
    const sim_channel_t *channel;
    sim_list_begin(json, &people, '[');
    for (size_t i = 0; (user = sim_user_at(i)); i++)
        sim_list_add(json, &people, sim_json(json, "{id: %s, name: %s}", user->id, user->name));
    sim_list_begin(json, &channels, '[');
    for (size_t i = 0; (channel = sim_channel_at(i)); i++)
        sim_list_add(json, &channels,
                     sim_json(json, "{id: %s, name: %s, type: %s, bot_is_member: %p}", channel->id,
                              channel->name, sim_channel_type(channel),
                              sim_json_bool(json, channel->bot_is_member)));
    return sim_json(json,
                    "{ok: true, app_is_there: %p, sockets: %zu, sockets_so_far: %llu,"
                    " faults: %p, faults_acted: %llu, request_url: %s,"
                    " request_url_verified: %p, events_off: %p, people: %p, channels: %p,"
                    " env: {SLACK_API_URL: '%s/api/', SLACK_BOT_TOKEN: %s, SLACK_APP_TOKEN: %s,"
                    " SLACK_SIGNING_SECRET: %s, SLACKAPP_SIM: %s}}",
                    sim_json_bool(json, app_is_there(sim)), sim_sockets_ready(sim),
                    (unsigned long long)sim->sockets.taken, faults,
                    (unsigned long long)sim->faults.acted, sim->request_url.url,
                    sim_json_bool(json, sim->request_url.verified),
                    sim_json_bool(json, sim->request_url.events_off), sim_list_end(json, &people),
                    sim_list_end(json, &channels), sim->base, sim->options.bot_token,
                    sim->options.app_token, sim->options.signing_secret, sim->base);
}

static void answer_poll(sim_t *sim, poll_t *poll, bool complete)
{
    sim_json_builder_t json = {poll->request->arena, 0};
    const slack_json_t *body =
        poll->entries == SIZE_MAX ? status_json(sim, &json) : transcript_json(sim, &json, complete);
    sim_answer_json(sim, poll->request, 200, json.rc == 0 ? body : NULL);
}

/* --- waiting --- */

static bool fulfilled(const sim_t *sim, const poll_t *poll)
{
    if (poll->entries == SIZE_MAX) return app_is_there(sim);
    return sim_transcript_settled(&sim->workspace.transcript) >= poll->entries;
}

void sim_control_tick(sim_t *sim)
{
    const uint64_t now_ms = sim_now_ms(sim);
    slack_link_t *link = sim->polls.next;
    while (link != &sim->polls) {
        poll_t *poll = SLACK_CONTAINER(link, poll_t, link);
        link = link->next;
        bool complete = fulfilled(sim, poll);
        if (!complete && now_ms < poll->until_ms && !sim->closing) {
            sim_wake_at(sim, poll->until_ms);
            continue;
        }
        slack__unlink(&poll->link);
        sim->poll_count--;
        answer_poll(sim, poll, complete);
    }
}

/* Answer when there are that many entries, or an app, or after WAIT_MS. */
static void wait_for(sim_t *sim, slack_http_request_t *request, size_t entries, bool wait)
{
    poll_t *poll = slack__arena_calloc(request->arena, sizeof *poll);
    if (!poll || sim->poll_count >= POLLS_MAX) {
        refuse(sim, request, 503, "too many wait already");
        return;
    }
    poll->request = request;
    poll->entries = entries;
    poll->until_ms = sim_now_ms(sim) + (wait ? WAIT_MS : 0);
    slack__list_push(&sim->polls, &poll->link);
    sim->poll_count++;
    sim_control_tick(sim);
}

/* --- requests --- */

/* The number behind `name=` in the query; 0 where there is none. */
static uint64_t query_number(const slack_http_request_t *request, const char *name)
{
    const slack_json_t *query = NULL;
    uint64_t number = 0;
    if (slack__form_parse(request->arena, request->query.ptr ? request->query.ptr : "",
                          request->query.len, &query) != 0)
        return 0;
    const slack_json_t *value = slack__json_member(query, slack__slice(name));
    return slack__parse_u64(slack__slice(slack_json_str(value, "")), SIM_TRANSCRIPT_MAX, &number)
               ? number
               : 0;
}

static void get_status(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    wait_for(sim, request, SIZE_MAX, query_number(request, "wait") > 0);
}

static void get_transcript(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    uint64_t wait = query_number(request, "wait");
    wait_for(sim, request, (size_t)wait, wait > 0);
}

static void clear_transcript(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    sim_transcript_clear(&sim->workspace.transcript);
    sim_answer_json(sim, request, 200, sim_json(&json, "{ok: true}"));
}

static void disconnect(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *reason = slack_json_str(args, "/reason");
    size_t count = sim_sockets_disconnect(sim, *reason ? reason : "refresh_requested");
    sim_answer_json(sim, request, 200, sim_json(&json, "{ok: true, sockets: %zu}", count));
}

static void set_fault(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    sim_fault_t fault;
    size_t sockets = 0;
    if (!sim_fault_read(args, &fault, problem)) {
        refuse(sim, request, 400, problem);
        return;
    }
    if (fault.kind->point == SIM_POINT_NOW) {
        sockets = sim_sockets_fault(sim, &fault.effect, fault.left);
        sim->faults.acted += sockets;
        if (sockets == 0) {
            refuse(sim, request, 409, "no socket is open that it could happen to");
            return;
        }
    } else if (!sim_faults_add(&sim->faults, &fault)) {
        refuse(sim, request, 409, "there are too many faults; slackapp sim fault clear ends them");
        return;
    }
    SLACK_LOG(slack__net_log(sim->net), INFO, "fault", "name=\"%s\" sockets=%zu", fault.said,
              sockets);
    sim_answer_json(sim, request, 200,
                    sim_json(&json, "{ok: true, fault: %s, now: %p, sockets: %zu, left: %llu}",
                             fault.said, sim_json_bool(&json, sockets > 0), sockets,
                             (unsigned long long)fault.left));
}

static void clear_faults(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    char problem[SIM_PROBLEM_SIZE];
    const char *name = slack_json_str(args, "/name");
    if (*name && !sim_fault_find(name, problem)) {
        refuse(sim, request, 400, problem);
        return;
    }
    size_t cleared = sim_faults_clear(&sim->faults, name);
    if (!*name || strcmp(name, "half-open") == 0) cleared += sim_sockets_bury(sim);
    sim_answer_json(sim, request, 200, sim_json(&json, "{ok: true, cleared: %zu}", cleared));
}

typedef struct url_wait {
    sim_verify_wait_t verify;
    sim_t *sim;
    slack_http_request_t *request;
} url_wait_t;

static void on_url_verified(const char *problem, void *user_data)
{
    url_wait_t *wait = user_data;
    sim_json_builder_t json = {wait->request->arena, 0};
    if (*problem)
        refuse(wait->sim, wait->request, 409, problem);
    else
        sim_answer_json(wait->sim, wait->request, 200, sim_json(&json, "{ok: true}"));
}

static void set_request_url(sim_t *sim, slack_http_request_t *request, const slack_json_t *args)
{
    sim_json_builder_t json = {request->arena, 0};
    const char *url = slack_json_str(args, "/url");
    url_wait_t *wait = slack__arena_calloc(request->arena, sizeof *wait);
    int rc = wait ? sim_request_url_set(sim, url) : SLACK_ENOMEM;
    if (rc == SLACK_EINVAL) {
        refuse(sim, request, 400, "a request URL is https, or http on a loopback address");
        return;
    }
    if (rc == 0 && !*url) {
        sim_answer_json(sim, request, 200, sim_json(&json, "{ok: true}"));
        return;
    }
    if (rc == 0) {
        wait->sim = sim;
        wait->request = request;
        wait->verify.fn = on_url_verified;
        wait->verify.user_data = wait;
        rc = sim_request_url_verify(sim, &wait->verify);
    }
    if (rc != 0) refuse(sim, request, 503, slack_strerror(rc));
}

static const struct route {
    const char *method;
    const char *path;
    void (*take)(sim_t *sim, slack_http_request_t *request, const slack_json_t *args);
} routes[] = {
    {"GET", "/sim/status", get_status},
    {"GET", "/sim/transcript", get_transcript},
    {"POST", "/sim/transcript/clear", clear_transcript},
    {"POST", "/sim/send", sim_send_start},
    {"POST", "/sim/request-url", set_request_url},
    {"POST", "/sim/disconnect", disconnect},
    {"POST", "/sim/fault", set_fault},
    {"POST", "/sim/fault/clear", clear_faults},
};

/* The host of a Host header without its port. */
static bool names_loopback(const slack_http_request_t *request)
{
    slack_slice_t host = slack__http_header(request, "host", NULL);
    if (!host.ptr) return false;
    for (size_t i = host.len; i > 0 && host.ptr[i - 1] != ']'; i--)
        if (host.ptr[i - 1] == ':') host.len = i - 1;
    return slack__is_loopback(host);
}

void sim_control_request(sim_t *sim, slack_http_request_t *request)
{
    const slack_json_t *args = NULL;
    bool post = slack__slice_eq(request->method, SLACK_SLICE("POST"));
    if (!names_loopback(request)) {
        refuse(sim, request, 403, "the host is none of this machine's loopback");
        return;
    }
    if (post && !sim_request_is(request, "application/json")) {
        refuse(sim, request, 415, "the body has to be application/json");
        return;
    }
    if (post && (slack__json_parse(request->arena, request->body ? request->body : "",
                                   request->body_len, &args, NULL) != 0 ||
                 slack_json_type(args) != SLACK_JSON_OBJECT)) {
        refuse(sim, request, 400, "the body is no JSON object");
        return;
    }
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(routes[i].path, request->path.ptr) != 0) continue;
        if (!slack__slice_eq(request->method, slack__slice(routes[i].method))) continue;
        routes[i].take(sim, request, args);
        return;
    }
    refuse(sim, request, 404, "the control API has nothing there");
}
