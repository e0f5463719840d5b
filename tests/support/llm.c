/* SPDX-License-Identifier: MIT */
#include "support/llm.h"
#include "support/test.h"

/* A request and its answer. */
typedef struct llm_visit {
    llm_t *llm;
    uv_tcp_t tcp;
    uv_timer_t timer;
    size_t piece, times;
    size_t len; /* of the request so far */
    bool answers;
    unsigned handles;
} visit_t;

static void visit_closed(uv_handle_t *handle)
{
    visit_t *visit = handle->data;
    if (--visit->handles > 0) return;
    if (visit->llm->visit == visit) visit->llm->visit = NULL;
    free(visit);
}

static void visit_end(visit_t *visit)
{
    if (uv_is_closing((uv_handle_t *)&visit->tcp)) return;
    uv_close((uv_handle_t *)&visit->tcp, visit_closed);
    uv_close((uv_handle_t *)&visit->timer, visit_closed);
}

/* Answers are small, so the kernel takes each piece at once, unless the peer is gone. */
static void next_piece(uv_timer_t *timer)
{
    visit_t *visit = timer->data;
    llm_t *llm = visit->llm;
    const char *piece = llm->pieces[visit->piece];
    if (piece == NULL) {
        if (!llm->stays) visit_end(visit);
        return;
    }
    const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)piece, (unsigned)strlen(piece));
    const int sent = uv_try_write((uv_stream_t *)&visit->tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        llm->broken++;
        visit_end(visit);
        return;
    }
    if (sent > 0) assert_int_equal(sent, buf.len);
    if (sent > 0 && ++visit->times >= (visit->piece == 1 ? llm->times : 0)) {
        visit->piece++;
        visit->times = 0;
    }
    uv_timer_start(timer, next_piece, llm->pause_ms, 0);
}

static void visit_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    visit_t *visit = handle->data;
    static char rest[256];
    const size_t room = LLM_REQUEST - 1 - visit->len;
    *ret = visit->answers || room == 0
               ? uv_buf_init(rest, sizeof rest)
               : uv_buf_init(visit->llm->request + visit->len, (unsigned)room);
}

/* Whether the request is there, with its body. */
static bool is_whole(const char *request)
{
    const char *length = strstr(request, "ontent-Length: "), *body = strstr(request, "\r\n\r\n");
    if (length == NULL) length = strstr(request, "ontent-length: ");
    return body && length && strlen(body + 4) >= strtoul(strchr(length, ' '), NULL, 10);
}

static void visit_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    visit_t *visit = stream->data;
    if (count < 0) {
        visit->llm->broken++;
        visit_end(visit);
        return;
    }
    if (visit->answers) return;
    visit->len += (size_t)count;
    visit->llm->request[visit->len] = '\0';
    if (!is_whole(visit->llm->request)) return;
    visit->answers = true;
    visit->llm->requests++;
    uv_timer_start(&visit->timer, next_piece, 0, 0);
}

static void on_connection(uv_stream_t *server, int status)
{
    llm_t *llm = server->data;
    visit_t *visit = calloc(1, sizeof *visit);
    assert_int_equal(status, 0);
    visit->llm = llm;
    visit->handles = 2;
    uv_tcp_init(server->loop, &visit->tcp);
    uv_timer_init(server->loop, &visit->timer);
    visit->tcp.data = visit->timer.data = visit;
    assert_int_equal(uv_accept(server, (uv_stream_t *)&visit->tcp), 0);
    uv_read_start((uv_stream_t *)&visit->tcp, visit_alloc, visit_read);
    llm->visit = visit;
}

void llm_open(llm_t *llm, world_t *world)
{
    struct sockaddr_in at;
    int len = sizeof at;
    memset(llm, 0, sizeof *llm);
    llm->world = world;
    uv_tcp_init(&world->loop, &llm->server);
    llm->server.data = llm;
    uv_ip4_addr("127.0.0.1", 0, &at);
    assert_int_equal(uv_tcp_bind(&llm->server, (struct sockaddr *)&at, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&llm->server, 8, on_connection), 0);
    uv_tcp_getsockname(&llm->server, (struct sockaddr *)&at, &len);
    snprintf(llm->url, sizeof llm->url, "http://127.0.0.1:%u", ntohs(at.sin_port));
}

void llm_close(llm_t *llm)
{
    if (llm->visit) visit_end(llm->visit);
    uv_close((uv_handle_t *)&llm->server, NULL);
    world_until(llm->world, llm->visit == NULL);
    world_turn(llm->world);
}
