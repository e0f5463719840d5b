/* SPDX-License-Identifier: MIT */
#include "support/contract.h"
#include "support/http_peer.h"
#include "support/slack_request.h"
#include "support/test.h"
#include "transport_http/http.h"

typedef struct peer {
    mock_host_t *host;
    slack_transport_t *t;
    slack_options_t options; /* borrowed by the transport */
    bool keep_alive;
    http_peer_t *http; /* NULL before the first message, when the port is not known yet */
} peer_t;

static void *open_peer(mock_host_t *host, slack_transport_t **ret, bool keep_alive)
{
    peer_t *peer = calloc(1, sizeof *peer);
    assert_non_null(peer);
    peer->host = host;
    peer->keep_alive = keep_alive;
    peer->options.http_host = "127.0.0.1";
    peer->options.http_port = "0";
    peer->options.http_path = "/slack/events";
    peer->options.signing_secret = SLACK_REQUEST_SECRET;
    char error[SLACK_ERROR_TEXT_MAX];
    if (slack__transport_http.create(&peer->t, &host->host, &peer->options, error) != 0) {
        free(peer);
        return NULL;
    }
    *ret = peer->t;
    return peer;
}

static void *open_fresh(mock_host_t *host, slack_transport_t **ret)
{
    return open_peer(host, ret, false);
}

static void *open_kept(mock_host_t *host, slack_transport_t **ret)
{
    return open_peer(host, ret, true);
}

static char *request_of(const contract_message_t *message, size_t *ret_len)
{
    size_t body_len;
    const char *type;
    char headers[128] = "";
    if (message->retry_num > 0)
        snprintf(headers, sizeof headers, "X-Slack-Retry-Num: %d\r\nx-slack-retry-reason: %s\r\n",
                 message->retry_num, message->retry_reason);
    char *body = slack_request_body(message->kind, message->json, &body_len, &type);
    char *request = slack_request_signed(type, headers, body, body_len, ret_len);
    free(body);
    return request;
}

static int send_message(void *fixture, const contract_message_t *message)
{
    peer_t *peer = fixture;
    if (!peer->http) {
        slack_transport_stats_t stats;
        peer->t->ops->stats(peer->t, &stats);
        peer->http = http_peer_open(&peer->host->world.loop, stats.port, peer->keep_alive);
    }
    size_t len;
    char *request = request_of(message, &len);
    const http_pieces_t pieces = {message->split, message->bytewise};
    int number = http_peer_send(peer->http, request, len, pieces);
    free(request);
    return number;
}

static size_t wire_bytes(void *fixture, const contract_message_t *message)
{
    size_t len;
    free(request_of(message, &len));
    return len;
}

static enum slack_ack_outcome outcome_of(const http_reply_t *reply)
{
    bool no_retry = http_reply_has(reply, "X-Slack-No-Retry", "1");
    if (reply->status == 200 && !no_retry) return SLACK_ACK_OK;
    if (reply->status == 503 && !no_retry) return SLACK_ACK_LATER;
    if (reply->status == 404 && no_retry) return SLACK_ACK_REFUSE;
    fail_msg("no outcome looks like this:\n%s%s", reply->head, reply->body);
    return SLACK_ACK_OK;
}

static enum slack_ack_body body_of(const http_reply_t *reply)
{
    if (http_reply_has(reply, "Content-Type", "text/plain; charset=utf-8"))
        return SLACK_ACK_BODY_TEXT;
    if (http_reply_has(reply, "Content-Type", "application/json; charset=utf-8"))
        return SLACK_ACK_BODY_JSON;
    size_t len;
    assert_null(http_reply_header(reply, "Content-Type", &len));
    assert_int_equal(reply->body_len, 0);
    return SLACK_ACK_BODY_NONE;
}

static void answer(void *fixture, int number, contract_answer_t *ret)
{
    const peer_t *peer = fixture;
    const http_reply_t *reply = http_peer_reply(peer->http, number);
    if (reply->closed) ret->what = CONTRACT_CLOSED;
    if (!reply->done) return;
    ret->what = CONTRACT_ANSWER;
    ret->outcome = outcome_of(reply);
    ret->type = body_of(reply);
    ret->body = reply->body;
    ret->body_len = reply->body_len;
}

static void drop(void *fixture, int number)
{
    peer_t *peer = fixture;
    http_peer_drop(peer->http, number);
}

static void close_peer(void *fixture, bool *closed)
{
    peer_t *peer = fixture;
    if (peer->http)
        http_peer_close(peer->http, closed);
    else
        *closed = true;
    free(peer);
}

/* With a connection for each request, and with one for all consecutive requests. */
static const contract_fixture_t fresh = {
    "http", 0, open_fresh, send_message, wire_bytes, answer, drop, close_peer,
};
static const contract_fixture_t kept = {
    "http", 0, open_kept, send_message, wire_bytes, answer, drop, close_peer,
};

int main(void)
{
    return contract_main(&fresh) + contract_main(&kept);
}
