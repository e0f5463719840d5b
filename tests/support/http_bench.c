/* SPDX-License-Identifier: MIT */
#include "support/http_bench.h"
#include "support/test.h"

#include <errno.h>
#include <sys/socket.h>

#include "support/heap.h"
#include "transport_http/http.h"

#define RECV_WAIT_NS UINT64_C(20000000000)

void http_bench_open(http_bench_t *b)
{
    memset(b, 0, sizeof *b);
    mock_host_open(&b->mock);
    b->mock.world.logger.level = SLACK_LOG_INFO;
    b->mock.script = MOCK_ACK;
    b->options.http_host = "127.0.0.1";
    b->options.http_port = "0";
    b->options.http_path = "/slack/events";
    b->options.signing_secret = SLACK_REQUEST_SECRET;
}

int http_bench_create(http_bench_t *b)
{
    return slack__transport_http.create(&b->t, &b->mock.host, &b->options, b->error);
}

slack_transport_stats_t http_bench_stats(const http_bench_t *b)
{
    slack_transport_stats_t stats = {0};
    b->t->ops->stats(b->t, &stats);
    return stats;
}

void http_bench_start(http_bench_t *b)
{
    assert_int_equal(http_bench_create(b), 0);
    assert_int_equal(mock_start(&b->mock, b->t), 0);
    mock_run_until_state(&b->mock, SLACK_TRANSPORT_READY);
    const unsigned port = http_bench_stats(b).port;
    if (port) b->slack = http_peer_open(&b->mock.world.loop, port, b->keep_alive);
}

void http_bench_close(http_bench_t *b)
{
    mock_stop(&b->mock);
    mock_run_until_state(&b->mock, SLACK_TRANSPORT_STOPPED);
    mock_destroy(&b->mock, b->t);
    bool closed = b->slack == NULL;
    if (b->slack) http_peer_close(b->slack, &closed);
    world_until(&b->mock.world, closed);
    mock_host_close(&b->mock);
    assert_int_equal(heap_live(), 0);
}

const http_reply_t *http_bench_wait(http_bench_t *b, int number)
{
    const http_reply_t *reply = http_peer_reply(b->slack, number);
    world_until(&b->mock.world, reply->done || reply->closed);
    return reply;
}

const http_reply_t *http_bench_send(http_bench_t *b, const char *bytes, size_t len,
                                    http_pieces_t pieces)
{
    return http_bench_wait(b, http_peer_send(b->slack, bytes, len, pieces));
}

const http_reply_t *http_bench_say(http_bench_t *b, const char *text)
{
    return http_bench_send(b, text, strlen(text), (http_pieces_t){0});
}

const http_reply_t *http_bench_ask(http_bench_t *b, const signed_request_t *request)
{
    size_t len;
    heap_pause();
    char *bytes = slack_request_make(request, &len);
    heap_resume();
    const http_reply_t *reply = http_bench_send(b, bytes, len, (http_pieces_t){0});
    free(bytes);
    return reply;
}

ssize_t http_bench_recv(http_bench_t *b, int fd, char *ret, size_t size)
{
    const uint64_t end = uv_hrtime() + RECV_WAIT_NS;
    for (;;) {
        ssize_t n = recv(fd, ret, size, 0);
        if (n >= 0) return n;
        assert_int_equal(errno, EAGAIN);
        if (uv_hrtime() > end)
            fail_msg("nothing was received for a long time: %s", b->mock.world.log);
        mock_turns(&b->mock, 1);
    }
}
