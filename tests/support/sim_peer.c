/* SPDX-License-Identifier: MIT */
#include "support/sim_peer.h"
#include "support/test.h"

#include "sim/installs.h"
#include "sim/responses.h"
#include "util/form.h"

#define ANSWER_MAX ((size_t)8 << 20)

/* ---- life ---- */

void sim_peer_open(sim_peer_t *peer, const sim_options_t *options)
{
    char error[SIM_PROBLEM_SIZE];
    const slack_curl_options_t curl_options = {.user_agent = "test", .concurrency = 512};
    static const sim_options_t defaults = {.people = SIM_USERS_FIRST};
    memset(peer, 0, sizeof *peer);
    assert_true(world_open(&peer->world));
    peer->token = SIM_PEER_BOT_TOKEN;
    peer->arena = slack__arena_new(0, (size_t)64 << 20);
    assert_non_null(peer->arena);
    if (sim_open(&peer->sim, peer->world.net, options ? options : &defaults, error) != 0)
        fail_msg("%s", error);
    assert_int_equal(slack__curl_new(&peer->curl, peer->world.net, &curl_options), 0);
}

void sim_peer_close(sim_peer_t *peer)
{
    bool curl_closed = false, sim_closed = false;
    slack__curl_close(peer->curl, world_set_flag, &curl_closed);
    world_until(&peer->world, curl_closed);
    sim_close(peer->sim, world_set_flag, &sim_closed);
    world_until(&peer->world, sim_closed);
    world_close(&peer->world);
    slack__arena_free(peer->arena);
}

void sim_peer_pass_ms(sim_peer_t *peer, uint64_t ms)
{
    peer->world.mono_us += ms * 1000;
    slack__net_clock_moved(peer->world.net);
    world_turn(&peer->world);
}

const char *sim_peer_text(sim_peer_t *peer, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *made = slack__arena_vprintf(peer->arena, format, ap);
    va_end(ap);
    assert_non_null(made);
    return made;
}

/* ---- calls ---- */

static const slack_json_t *parse(sim_peer_t *peer, const char *text, size_t len)
{
    const slack_json_t *json = NULL;
    return slack__json_parse(peer->arena, text, len, &json, NULL) == 0 ? json : NULL;
}

static void on_result(const slack_curl_result_t *result, void *user_data)
{
    sim_peer_answer_t *answer = user_data;
    answer->done = true;
    answer->status = result->status == 0 ? result->http_status : result->status;
    answer->body = parse(answer->peer, result->body, result->body_len);
    answer->text = slack__arena_strdup(answer->peer->arena, result->body);
    answer->location =
        slack__arena_strdup(answer->peer->arena, slack__curl_header(result, "Location"));
}

void sim_peer_start(sim_peer_t *peer, const sim_peer_request_t *request, sim_peer_answer_t *answer)
{
    char authorization[160], type[80], cookie[160];
    const char *headers[4] = {NULL};
    size_t count = 0;
    bool whole = strncmp(request->target, "http", 4) == 0;
    const char *url = slack__arena_printf(peer->arena, "%s%s", whole ? "" : peer->sim->env.base_url,
                                          request->target);
    assert_non_null(url);
    const char *token = request->token ? request->token : "";
    snprintf(authorization, sizeof authorization, "Authorization: %s%s",
             strchr(token, ' ') ? "" : "Bearer ", token);
    snprintf(cookie, sizeof cookie, "Cookie: %s", peer->cookie ? peer->cookie : "");
    snprintf(type, sizeof type, "Content-Type: %s", request->type ? request->type : "");
    if (request->token) headers[count++] = authorization;
    if (peer->cookie) headers[count++] = cookie;
    if (request->type) headers[count] = type;
    *answer = (sim_peer_answer_t){.peer = peer};
    const char *body = request->body;
    if (body) body = quoted(slack__arena_strdup(peer->arena, body));
    const slack_curl_request_t curl_request = {
        .method = request->method,
        .url = url,
        .headers = headers,
        .body = body,
        .body_len = body ? strlen(body) : 0,
        .timeout_ms = 20000,
        .body_max = ANSWER_MAX,
    };
    assert_int_equal(slack__curl_send(peer->curl, &curl_request, on_result, answer), 0);
}

static const slack_json_t *wait_for(sim_peer_t *peer, sim_peer_answer_t *answer)
{
    world_until(&peer->world, answer->done);
    peer->status = answer->status;
    peer->text = answer->text;
    peer->location = answer->location;
    return answer->body;
}

const slack_json_t *sim_peer_call(sim_peer_t *peer, const sim_peer_request_t *request)
{
    sim_peer_answer_t answer;
    sim_peer_start(peer, request, &answer);
    return wait_for(peer, &answer);
}

const char *sim_peer_bot_token(const sim_peer_t *peer, size_t team)
{
    return sim_installs_bot_token(peer->sim->teams.list[team]);
}

sim_token_pair_t sim_peer_install(sim_peer_t *peer, size_t team, const char *scopes)
{
    sim_tokens_t *tokens = &peer->sim->oauth.tokens;
    const sim_grantor_t grantor = sim_grantor_bot(peer->sim->teams.list[team], false);
    sim_scope_set_t set = {{0}};
    slack_slice_t unknown;
    sim_token_pair_t pair;
    assert_true(sim_scope_set_read(&set, slack__slice(scopes), &unknown));
    sim_tokens_issue(tokens, sim_tokens_grant(tokens, &grantor, &set), &pair);
    sim_installs_update(&peer->sim->teams);
    return pair;
}

const slack_json_t *sim_peer_api(sim_peer_t *peer, const char *method, const char *body)
{
    const sim_peer_request_t request = {
        .method = "POST",
        .target = slack__arena_printf(peer->arena, "/api/%s", method),
        .token = peer->token,
        .type = "application/json; charset=utf-8",
        .body = body,
    };
    return sim_peer_call(peer, &request);
}

const char *sim_peer_api_error(sim_peer_t *peer, const char *method, const char *body)
{
    const slack_json_t *answer = sim_peer_api(peer, method, body);
    assert_int_equal(peer->status, 200);
    assert_true(slack_json_bool(answer, "/ok") != (*slack_json_str(answer, "/error") != '\0'));
    return slack_json_str(answer, "/error");
}

const slack_json_t *sim_peer_control(sim_peer_t *peer, const char *path, const char *body)
{
    const sim_peer_request_t request = {
        .method = body ? "POST" : "GET",
        .target = path,
        .type = body ? "application/json" : NULL,
        .body = body,
    };
    return sim_peer_call(peer, &request);
}

void sim_peer_fault(sim_peer_t *peer, const char *faults)
{
    const char *body = slack__arena_printf(peer->arena, "{'faults':'%s'}", faults);
    const slack_json_t *answer = sim_peer_control(peer, "/sim/fault", body);
    if (!slack_json_bool(answer, "/ok")) fail_msg("%s", slack_json_str(answer, "/error"));
}

void sim_peer_send(sim_peer_t *peer, const char *body, sim_peer_answer_t *answer)
{
    const sim_peer_request_t request = {
        .method = "POST",
        .target = "/sim/send",
        .type = "application/json",
        .body = body,
    };
    sim_peer_start(peer, &request, answer);
}

const slack_json_t *sim_peer_sent(sim_peer_t *peer, sim_peer_answer_t *answer)
{
    return wait_for(peer, answer);
}

const char *sim_peer_transcript(sim_peer_t *peer)
{
    const slack_json_t *answer = sim_peer_control(peer, "/sim/transcript", NULL);
    const char *text = "";
    slack_json_iter_t it = {0};
    while (slack_json_next(slack_json_get(answer, "/entries"), &it))
        text = slack__arena_printf(peer->arena, "%s%s\n", text, slack_json_str(it.value, "/line"));
    assert_non_null(text);
    return text;
}

/* ---- an app on a socket ---- */

static void on_open(slack_ws_t *ws, void *user_data)
{
    ((sim_app_t *)user_data)->opened = true;
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    sim_app_t *app = user_data;
    assert_true(text);
    assert_true(app->count < SIM_APP_MESSAGES);
    app->messages[app->count] = parse(app->peer, data, len);
    assert_non_null(app->messages[app->count]);
    app->count++;
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    sim_app_t *app = user_data;
    app->http_status = (unsigned)slack__ws_http_status(ws);
    app->ws = NULL;
    app->closed = true;
    app->status = status;
    app->code = code;
}

void sim_app_dial(sim_peer_t *peer, sim_app_t *app, const char *url)
{
    static const slack_ws_events_t events = {
        .open = on_open, .message = on_message, .closed = on_closed};
    const slack_ws_options_t options = {
        .url = url,
        .events = &events,
        .open_ms = 10000,
        .message_max = ANSWER_MAX,
        .write_max = ANSWER_MAX,
    };
    memset(app, 0, sizeof *app);
    app->peer = peer;
    assert_int_equal(slack__ws_connect(&app->ws, peer->world.net, &options, app), 0);
}

const slack_json_t *sim_app_connect(sim_peer_t *peer, sim_app_t *app)
{
    const sim_peer_request_t request = {
        .method = "POST", .target = "/api/apps.connections.open", .token = SIM_PEER_APP_TOKEN};
    const slack_json_t *answer = sim_peer_call(peer, &request);
    assert_true(slack_json_bool(answer, "/ok"));
    sim_app_dial(peer, app, slack_json_str(answer, "/url"));
    return sim_app_next(app);
}

const slack_json_t *sim_app_next(sim_app_t *app)
{
    world_until(&app->peer->world, app->count >= app->taken + 1);
    return app->messages[app->taken++];
}

void sim_app_ack(sim_app_t *app, const slack_json_t *envelope, const char *payload)
{
    const char *id = slack_json_str(envelope, "/envelope_id");
    const char *text = quoted(slack__arena_printf(
        app->peer->arena, payload ? "{'envelope_id':'%s','payload':%s}" : "{'envelope_id':'%s'}",
        id, payload));
    assert_int_not_equal(*id, '\0');
    assert_int_equal(slack__ws_send(app->ws, true, text, strlen(text)), 0);
}

void sim_app_close(sim_app_t *app)
{
    if (app->ws) slack__ws_close(app->ws, 1000, "");
    world_until(&app->peer->world, app->closed);
}

/* ---- an app behind a request URL ---- */

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    sim_receiver_t *receiver = user_data;
    assert_true(receiver->count < SIM_RECEIVER_REQUESTS);
    receiver->requests[receiver->count++] = request;
}

void sim_receiver_open(sim_peer_t *peer, sim_receiver_t *receiver)
{
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .open_ms = 10000, .write_max = ANSWER_MAX},
        .fn = on_request,
        .user_data = receiver,
    };
    memset(receiver, 0, sizeof *receiver);
    receiver->peer = peer;
    assert_int_equal(slack__http_server_open(&receiver->server, peer->world.net, &options, NULL),
                     0);
    snprintf(receiver->url, sizeof receiver->url, "http://127.0.0.1:%u/slack/events",
             slack__http_server_port(receiver->server));
}

void sim_receiver_close(sim_receiver_t *receiver)
{
    bool closed = false;
    slack__http_server_close(receiver->server, world_set_flag, &closed);
    world_until(&receiver->peer->world, closed);
    for (unsigned i = 0; i < receiver->count; i++)
        slack__arena_free(receiver->requests[i]->arena);
}

void sim_receiver_set(sim_receiver_t *receiver)
{
    sim_peer_t *peer = receiver->peer;
    sim_peer_answer_t answer;
    const char *body = slack__arena_printf(peer->arena, "{\"url\": \"%s\"}", receiver->url);
    const sim_peer_request_t set = {
        .method = "POST", .target = "/sim/request-url", .type = "application/json", .body = body};
    sim_peer_start(peer, &set, &answer);
    slack_http_request_t *request = sim_receiver_next(receiver);
    const slack_json_t *challenge = sim_receiver_json(receiver, request);
    assert_string_equal(slack_json_str(challenge, "/type"), "url_verification");
    sim_receiver_answer(receiver, request, 200, "text/plain",
                        slack_json_str(challenge, "/challenge"), NULL);
    assert_true(slack_json_bool(wait_for(peer, &answer), "/ok"));
}

slack_http_request_t *sim_receiver_next(sim_receiver_t *receiver)
{
    slack_signer_t *signer = NULL;
    world_until(&receiver->peer->world, receiver->count >= receiver->taken + 1);
    slack_http_request_t *request = receiver->requests[receiver->taken++];
    slack_signed_request_t check = {.body = {request->body, request->body_len}};
    check.timestamp =
        slack__http_header(request, "X-Slack-Request-Timestamp", &check.timestamp_count);
    check.signature = slack__http_header(request, "X-Slack-Signature", &check.signature_count);
    assert_int_equal(slack__signer_new(&signer, SIM_PEER_SECRET), 0);
    int64_t now_s = slack__wall_ms(&receiver->peer->world.clock) / 1000;
    assert_int_equal(slack__signature_check(signer, &check, now_s, NULL, NULL), 0);
    slack__signer_free(signer);
    return request;
}

const slack_json_t *sim_receiver_json(sim_receiver_t *receiver, const slack_http_request_t *request)
{
    const slack_json_t *form = NULL;
    sim_peer_t *peer = receiver->peer;
    if (sim_request_is(request, "application/json"))
        return parse(peer, request->body, request->body_len);
    assert_true(sim_request_is(request, "application/x-www-form-urlencoded"));
    assert_int_equal(slack__form_parse(peer->arena, request->body, request->body_len, &form), 0);
    const char *payload = slack_json_str(form, "/payload");
    return *payload ? parse(peer, payload, strlen(payload)) : form;
}

void sim_receiver_answer(sim_receiver_t *receiver, const slack_http_request_t *request, int status,
                         const char *type, const char *body, const slack_http_header_t *header)
{
    const slack_http_response_t answer = {
        .status = status,
        .content_type = type,
        .headers = header,
        .header_count = header ? 1 : 0,
        .body = body,
        .body_len = strlen(body),
    };
    assert_int_equal(slack__http_respond(receiver->server, request->id, &answer), 0);
}
