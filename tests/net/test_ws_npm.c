/* SPDX-License-Identifier: MIT */
/* WebSocket against the ws package of npm, which most of Slack's JavaScript runs on. */

#include <slack/error.h>

#include "net/websocket.h"
#include "support/child.h"
#include "support/npm.h"
#include "support/test.h"
#include "support/world.h"

typedef struct end {
    slack_ws_t *ws;
    bool echo;
    unsigned opens, messages, pongs, closes;
    bool text; /* the last message */
    size_t last_len;
    char heard[1000]; /* the messages since the last check, each with a '|' */
    int status;
    unsigned code;
} end_t;

static void on_open(slack_ws_t *ws, void *user_data)
{
    ((end_t *)user_data)->opens++;
}

static void on_message(slack_ws_t *ws, bool text, const char *data, size_t len, void *user_data)
{
    end_t *end = user_data;
    end->messages++;
    end->text = text;
    end->last_len = len;
    size_t at = strlen(end->heard);
    snprintf(end->heard + at, sizeof end->heard - at, "%.100s|", data);
    if (end->echo) assert_int_equal(slack__ws_send(ws, text, data, len), 0);
}

static void on_pong(slack_ws_t *ws, const char *data, size_t len, void *user_data)
{
    end_t *end = user_data;
    end->pongs++;
    assert_string_equal(data, "anyone?");
}

static void on_closed(slack_ws_t *ws, int status, unsigned code, void *user_data)
{
    end_t *end = user_data;
    end->closes++;
    end->status = status;
    end->code = code;
}

static const slack_ws_events_t events = {
    .open = on_open,
    .message = on_message,
    .pong = on_pong,
    .closed = on_closed,
};

static const slack_ws_options_t options = {
    .events = &events,
    .open_ms = 10000,
    .message_max = (size_t)1 << 20,
    .write_max = (size_t)1 << 20,
};

/* ---- our client, their server ---- */

typedef struct fixture {
    world_t world;
    child_t child;
    end_t end;
} fixture_t;

static void start_server(fixture_t *fixture)
{
    const char *folder = npm_folder();
    if (!folder) skip();
    memset(fixture, 0, sizeof *fixture);
    assert_true(world_open(&fixture->world));
    child_start(&fixture->child, &fixture->world,
                (const char *const[]){"node", npm_script("ws_peer.js"), folder, "server", NULL},
                NULL);
    assert_true(fixture->child.started);
    world_until(&fixture->world, fixture->child.lines >= 1);
}

static void join(fixture_t *fixture)
{
    char url[100];
    fixture->end = (end_t){0};
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/a%%20b?c", atoi(fixture->child.out));
    slack_ws_options_t client_options = options;
    client_options.url = url;
    assert_int_equal(
        slack__ws_connect(&fixture->end.ws, fixture->world.net, &client_options, &fixture->end), 0);
    world_until(&fixture->world, fixture->end.opens >= 1);
}

static void say(fixture_t *fixture, const char *text)
{
    assert_int_equal(slack__ws_send(fixture->end.ws, true, text, strlen(text)), 0);
}

/* So many messages were received. */
static void say_and_hear(fixture_t *fixture, const char *text, unsigned count, const char *want)
{
    unsigned before = fixture->end.messages;
    *fixture->end.heard = '\0';
    say(fixture, text);
    world_until(&fixture->world, fixture->end.messages >= before + count);
    assert_string_equal(fixture->end.heard, want);
    assert_true(fixture->end.text);
}

static void until_closed(fixture_t *fixture, int status, unsigned code)
{
    world_until(&fixture->world, fixture->end.closes >= 1);
    assert_int_equal(fixture->end.status, status);
    assert_int_equal(fixture->end.code, code);
}

TEST(test_client)
{
    fixture_t f;
    start_server(&f);
    join(&f);
    say_and_hear(&f, "h\xc3\xa9llo", 1, "h\xc3\xa9llo|");
    say_and_hear(&f, "fragments", 2, "one two three|pong between|");
    say_and_hear(&f, "ping", 1, "pong are you there?|");
    assert_int_equal(slack__ws_ping(f.end.ws, "anyone?", 7), 0);
    world_until(&f.world, f.end.pongs >= 1);

    char *big = calloc(1, 300000);
    assert_non_null(big);
    assert_int_equal(slack__ws_send(f.end.ws, false, big, 300000), 0);
    world_until(&f.world, f.end.messages >= 5);
    assert_int_equal(f.end.last_len, 300000);
    assert_false(f.end.text);
    free(big);

    slack__ws_close(f.end.ws, 1000, "good night");
    until_closed(&f, 0, 1000);
    join(&f);
    say(&f, "close");
    until_closed(&f, 0, 4001);
    join(&f);
    say(&f, "terminate");
    until_closed(&f, SLACK_ECLOSED, 0);
    join(&f);
    say(&f, "compress");
    until_closed(&f, SLACK_EPROTO, 0);

    world_until(&f.world, f.child.lines >= 9);
    child_wait(&f.child);
    assert_string_equal(strchr(f.child.out, '\n'), "\nconnection /a%20b?c plain\n"
                                                   "close 1000 good night\n"
                                                   "connection /a%20b?c plain\n"
                                                   "close 4001 \n"
                                                   "connection /a%20b?c plain\n"
                                                   "close 1006 \n"
                                                   "connection /a%20b?c plain\n"
                                                   "close 1002 a reserved bit is set\n");
    child_done(&f.child);
    world_close(&f.world);
}

/* ---- their client, our server ---- */

static void on_request(slack_http_server_t *server, slack_http_request_t *request, void *user_data)
{
    fixture_t *fixture = user_data;
    assert_int_equal(
        slack__ws_accept(&fixture->end.ws, fixture->world.net, request, &options, &fixture->end),
        0);
    slack__arena_free(request->arena);
}

TEST(test_server)
{
    fixture_t f;
    slack_http_server_t *server;
    char url[100];
    bool gone = false;
    const char *folder = npm_folder();
    if (!folder) skip();
    memset(&f, 0, sizeof f);
    f.end.echo = true;
    assert_true(world_open(&f.world));
    assert_int_equal(
        slack__http_server_open(&server, f.world.net,
                                &(slack_http_server_options_t){
                                    .listen = {.host = "127.0.0.1", .write_max = (size_t)1 << 20},
                                    .fn = on_request,
                                    .user_data = &f,
                                },
                                NULL),
        0);
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", slack__http_server_port(server));
    child_start(
        &f.child, &f.world,
        (const char *const[]){"node", npm_script("ws_peer.js"), folder, "client", url, NULL}, NULL);
    assert_true(f.child.started);
    until_closed(&f, 0, 4002);
    child_wait(&f.child);
    assert_string_equal(f.child.out, "open plain\ntext 6\nbinary 2\npong between\ntext 70100\n"
                                     "close 4002 \n");
    child_done(&f.child);
    slack__http_server_close(server, world_set_flag, &gone);
    world_until(&f.world, gone);
    world_close(&f.world);
}
