/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_SIM_PEER_H
#define SLACK_TESTS_SUPPORT_SIM_PEER_H

#include "net/websocket.h"
#include "sim/sim.h"
#include "support/world.h"

/*
 * A simulator in the test's process and its peers: a caller of its Web API and control API, an app
 * on a socket, an app behind a request URL. The test's clock stands still.
 */

typedef struct sim_peer {
    world_t world;
    sim_t *sim;
    slack_curl_t *curl;
    slack_arena_t *arena; /* of all JSON that these functions return */
    const char *token;    /* of sim_peer_api(): the bot's in the first workspace */
    const char *cookie;   /* of all calls; NULL for none */
    int status;           /* HTTP status of the last call */
    const char *text;     /* its body */
    const char *location; /* where it redirects to; "" for nowhere */
} sim_peer_t;

/* `options`, NULL for the defaults, are the simulator's. */
void sim_peer_open(sim_peer_t *peer, const sim_options_t *options);
void sim_peer_close(sim_peer_t *peer);

/* Moves the clock, and lets the simulator do what is due. */
void sim_peer_pass_ms(sim_peer_t *peer, uint64_t ms);

#define SIM_PEER_BOT_TOKEN "xoxb-simulated-bot-token"
#define SIM_PEER_APP_TOKEN "xapp-1-simulated-app-token"
#define SIM_PEER_SECRET    "simulated-signing-secret"

/* Formats a text, which lives until sim_peer_close(). */
const char *sim_peer_text(sim_peer_t *peer, const char *format, ...) SLACK_PRINTF(2, 3);

/* ---- calls ---- */

typedef struct sim_peer_request {
    const char *method; /* "GET", "POST" */
    const char *target; /* a path of the simulator, or a whole URL */
    const char *token;  /* NULL: no Authorization header. With a blank: its whole value */
    const char *type;   /* NULL: no Content-Type header */
    const char *body;   /* NULL: none */
} sim_peer_request_t;

/* A call under way. */
typedef struct sim_peer_answer {
    sim_peer_t *peer;
    bool done;
    int status;
    const slack_json_t *body; /* NULL if it is not JSON */
    const char *text;         /* the body */
    const char *location;     /* the header; "" for none */
} sim_peer_answer_t;

void sim_peer_start(sim_peer_t *peer, const sim_peer_request_t *request, sim_peer_answer_t *answer);
/* Starts a call and waits for its answer. */
const slack_json_t *sim_peer_call(sim_peer_t *peer, const sim_peer_request_t *request);
/* The bot's token in the nth workspace, from 0. NULL: the app is not installed. */
const char *sim_peer_bot_token(const sim_peer_t *peer, size_t team);
/* Slack's side of an installation in the nth workspace, with these scopes: the bot's new tokens. */
sim_token_pair_t sim_peer_install(sim_peer_t *peer, size_t team, const char *scopes);
/* A Web API method with a JSON body. */
const slack_json_t *sim_peer_api(sim_peer_t *peer, const char *method, const char *body);
/* The error of such a call; "" for success. */
const char *sim_peer_api_error(sim_peer_t *peer, const char *method, const char *body);
/* The control API: POST, or GET if `body` is NULL. */
const slack_json_t *sim_peer_control(sim_peer_t *peer, const char *path, const char *body);
/* Injects faults, as `slackapp sim fault` takes them. Fails the test on an error. */
void sim_peer_fault(sim_peer_t *peer, const char *faults);
/* POST /sim/send; the answer comes after the app's ack. */
void sim_peer_send(sim_peer_t *peer, const char *body, sim_peer_answer_t *answer);
const slack_json_t *sim_peer_sent(sim_peer_t *peer, sim_peer_answer_t *answer);
/* The text of the transcript, a line for each entry. */
const char *sim_peer_transcript(sim_peer_t *peer);

/* ---- an app on a socket ---- */

#define SIM_APP_MESSAGES 32

typedef struct sim_app {
    sim_peer_t *peer;
    slack_ws_t *ws; /* NULL once it is closed */
    bool opened;
    bool closed;
    int status;
    unsigned code; /* of the simulator's Close frame */
    unsigned http_status;
    const slack_json_t *messages[SIM_APP_MESSAGES];
    unsigned count; /* the messages that arrived */
    unsigned taken; /* those that sim_app_next() returned */
} sim_app_t;

/* Connects with a new URL, and waits for the first message. */
const slack_json_t *sim_app_connect(sim_peer_t *peer, sim_app_t *app);
/* Connects to a URL: then app->opened or app->closed is set. */
void sim_app_dial(sim_peer_t *peer, sim_app_t *app, const char *url);
/* Waits for the next message. */
const slack_json_t *sim_app_next(sim_app_t *app);
/* Acks an envelope, with a payload as JSON text or NULL. */
void sim_app_ack(sim_app_t *app, const slack_json_t *envelope, const char *payload);
void sim_app_close(sim_app_t *app);

/* ---- an app behind a request URL ---- */

#define SIM_RECEIVER_REQUESTS 32

typedef struct sim_receiver {
    sim_peer_t *peer;
    slack_http_server_t *server;
    char url[64];
    slack_http_request_t *requests[SIM_RECEIVER_REQUESTS];
    unsigned count;
    unsigned taken;
} sim_receiver_t;

void sim_receiver_open(sim_peer_t *peer, sim_receiver_t *receiver);
void sim_receiver_close(sim_receiver_t *receiver);
/* Sets the simulator's request URL to it, and answers the challenge. */
void sim_receiver_set(sim_receiver_t *receiver);
/* Waits for the next request, and checks its signature. */
slack_http_request_t *sim_receiver_next(sim_receiver_t *receiver);
/* The body of a request: JSON, the fields of a form, or the `payload` of an interaction. */
const slack_json_t *sim_receiver_json(sim_receiver_t *receiver,
                                      const slack_http_request_t *request);
/* Answers a request. `header` may be NULL. */
void sim_receiver_answer(sim_receiver_t *receiver, const slack_http_request_t *request, int status,
                         const char *type, const char *body, const slack_http_header_t *header);

#endif
