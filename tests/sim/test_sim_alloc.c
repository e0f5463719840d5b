/* SPDX-License-Identifier: MIT */
#include "sim/sim.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "support/world.h"

/* The simulator is opened, gets requests and is closed while each of its allocations fails in turn.
 * The requests have no connection, so nobody gets the responses. */

typedef struct request {
    const char *path;
    const char *body; /* NULL: a GET */
} request_t;

static const request_t *requests;

/* A request in an arena of its own, as the server makes it. NULL without memory. */
static slack_http_request_t *request_new(const request_t *from)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_http_request_t *request = arena ? slack__arena_calloc(arena, sizeof *request) : NULL;
    slack_http_header_t *headers = request ? slack__arena_calloc(arena, 3 * sizeof *headers) : NULL;
    char *body = headers ? slack__arena_strdup(arena, from->body ? from->body : "") : NULL;
    if (body) quoted(body);
    if (!body) {
        slack__arena_free(arena);
        return NULL;
    }
    headers[0] =
        (slack_http_header_t){SLACK_SLICE("Content-Type"), SLACK_SLICE("application/json")};
    headers[1] = (slack_http_header_t){SLACK_SLICE("Authorization"),
                                       SLACK_SLICE("Bearer xoxb-simulated-bot-token")};
    headers[2] = (slack_http_header_t){SLACK_SLICE("Host"), SLACK_SLICE("127.0.0.1:1")};
    request->id = 1;
    request->arena = arena;
    request->method = from->body ? SLACK_SLICE("POST") : SLACK_SLICE("GET");
    request->path = slack__slice(from->path);
    request->query = SLACK_SLICE("");
    request->headers = headers;
    request->header_count = 3;
    request->body = body;
    request->body_len = strlen(body);
    return request;
}

/* Hand over all requests. The simulator frees them. */
static int give(sim_t *sim)
{
    for (const request_t *from = requests; from->path; from++) {
        slack_http_request_t *request = request_new(from);
        if (!request) return SLACK_ENOMEM;
        request->server = sim->server;
        sim_request(sim, request);
    }
    return 0;
}

static int live(void *ctx)
{
    char error[SIM_PROBLEM_SIZE];
    /* Nobody listens at the URL: deliveries are sent, and fail. */
    const sim_options_t options = {.request_url = requests ? "http://127.0.0.1:1/" : NULL,
                                   .workspaces = 2,
                                   .bot_log = "/proc/self/status",
                                   .organization = 1,
                                   .installed = true};
    world_t world;
    sim_t *sim = NULL;
    bool closed = false;
    if (!world_open(&world)) return SLACK_ENOMEM;
    int rc = sim_open(&sim, world.net, &options, error);
    if (rc == 0) {
        if (requests) rc = give(sim);
        world_turn(&world);
        sim_close(sim, world_set_flag, &closed);
        world_until(&world, closed);
    }
    world_close(&world);
    return rc == SLACK_EIO ? SLACK_ENOMEM : rc; /* the listener failed */
}

TEST(opened_and_closed)
{
    requests = NULL;
    assert_true(alloc_fail_each(live, NULL) > 5);
}

TEST(called_by_an_app)
{
    static const request_t some[] = {
        {"/api/auth.test", "{}"},
        {"/api/chat.postMessage", "{'channel':'general','text':'t','blocks':[{'type':'actions',"
                                  "'elements':[{'type':'overflow'}]}]}"},
        {"/api/conversations.history", "{'channel':'C0GENERAL1'}"},
        {"/api/views.publish", "{'user_id':'U0ANN00001','view':{'type':'home','blocks':[]}}"},
        {"/api/conversations.create", "{'name':'inc'}"},
        {"/api/conversations.invite", "{'channel':'inc','users':'U0ANN00001'}"},
        {"/api/conversations.open", "{'users':'U0ANN00001,U0BEN00001'}"},
        {"/api/users.list", "{'limit':2}"},
        {"/api/auth.teams.list", "{}"},
        {"/api/chat.update", "{}"},
        {"/api/chat.startStream",
         "{'channel':'D0ANN00001','thread_ts':'1.2','markdown_text':'x','chunks':["
         "{'type':'task_update','id':'1','title':'a','status':'pending'}]}"},
        {"/api/chat.appendStream", "{'channel':'general','ts':'1.2','chunks':[]}"},
        {"/api/admin.users.list", "{}"},
        {"/api/chat.postMessage", "{'channel':'U0P0000004','text':'t'}"},
        {"/api/files.getUploadURLExternal", "{'filename':'f','length':1}"},
        {"/actions/x", "{'text':'x'}"},
        {"/sim/fault", "{'faults':'api-error pins.add missing_scope'}"},
        {"/api/pins.add", "{}"},
        {"/sim/fault", "{'faults':'50% api-lost *;50% api-slow auth.test'}"},
        {"/api/auth.test", "{}"},
        {NULL, NULL},
    };
    requests = some;
    assert_true(alloc_fail_each(live, NULL) > 50);
}

TEST(changed_by_a_person)
{
    static const request_t some[] = {
        {"/sim/send", "{'kind':'link','url':'https://a.b/c','missed':true}"},
        {"/api/chat.unfurl",
         "{'channel':'C0GENERAL1','ts':'1000.000000','unfurls':{'https://a.b/c':{}}}"},
        {"/sim/send", "{'kind':'upload','name':'a','data':'AAEC'}"},
        {"/sim/send", "{'kind':'edit','text':'x'}"},
        {"/sim/send", "{'kind':'react','name':'eyes'}"},
        {"/sim/send", "{'kind':'unreact','name':'eyes'}"},
        {"/sim/send", "{'kind':'delete'}"},
        {"/sim/send", "{'kind':'open-messages','channel':'@ann'}"},
        {"/sim/resend", "{}"},
        {NULL, NULL},
    };
    requests = some;
    assert_true(alloc_fail_each(live, NULL) > 50);
}

TEST(installed_and_uninstalled)
{
    static const request_t some[] = {
        {"/oauth/v2/authorize", ""},
        {"/api/oauth.v2.access", "{'grant_type':'refresh_token','refresh_token':'x'}"},
        {"/api/oauth.v2.exchange", "{}"},
        {"/openid/connect/keys", "{}"},
        {"/sim/access", "{'granted':true}"},
        {"/api/auth.revoke", "{'test':true}"},
        {"/api/apps.uninstall", "{'client_id':'1000000000001.2000000000002',"
                                "'client_secret':'simulated-client-secret'}"},
        {"/sim/uninstall", "{}"},
        {NULL, NULL},
    };
    requests = some;
    assert_true(alloc_fail_each(live, NULL) > 50);
}

TEST(looked_at_on_its_page)
{
    static const request_t some[] = {
        {"/sim/send", "{'kind':'command','command':'/x','text':'y'}"},
        {"/sim/fault", "{'faults':'api-slow *'}"},
        {"/api/auth.test", "{}"},
        {"/sim/resend", "{}"},
        {"/sim/limits", "{'limits':'tiers'}"},
        {"/sim/clock", "{'ms':1}"},
        {"/sim/uninstall", "{}"},
        {"/sim/install", "{}"},
        {"/sim/fault", NULL},
        {"/sim/wire", NULL},
        {"/sim/log", NULL},
        {NULL, NULL},
    };
    requests = some;
    assert_true(alloc_fail_each(live, NULL) > 50);
}

TEST(used_by_a_person)
{
    static const request_t some[] = {
        {"/sim/send", "{'kind':'mention','text':'hi @ann'}"},
        {"/sim/send", "{'kind':'message','text':'hi','missed':true}"},
        {"/sim/missed", "{'messages':2,'channels':1,'threads':100}"},
        {"/sim/messages?x", "{}"},
        {"/sim/send", "{'kind':'react','name':'eyes'}"},
        {"/sim/send", "{'kind':'command','command':'/x','text':'y'}"},
        {"/sim/send", "{'kind':'shortcut','callback_id':'x','workspace':'simulated2'}"},
        {"/sim/send", "{'kind':'open-home'}"},
        {"/sim/send", "{'kind':'open-assistant'}"},
        {"/api/chat.startStream", "{'channel':'D0ANN00001','thread_ts':'1.2','markdown_text':'x'}"},
        {"/sim/send", "{'kind':'stop-stream','channel':'@ann'}"},
        {"/sim/send", "{'kind':'step','callback_id':'s','values':['a=1']}"},
        {"/sim/send", "{'kind':'options','action_id':'x','value':'y'}"},
        {"/sim/request-url", "{'url':'http://127.0.0.1:2/'}"},
        {NULL, NULL},
    };
    requests = some;
    assert_true(alloc_fail_each(live, NULL) > 50);
}
