/* SPDX-License-Identifier: MIT */
/* Servers that misbehave while a file is uploaded: early, endless, slow and missing answers. */
#include "support/alloc_fail.h"
#include "support/files_fixture.h"
#include "support/heap.h"

#define SIZE ((size_t)32 << 20) /* more than the kernel's buffers take while nobody reads */

/* The server's treatment of a request: the moment of its answer, the answer, and the end. */
enum when { AT_ONCE, AT_ITS_END };
enum then { CLOSES, STAYS, RESETS, REPEATS };

typedef struct misdeed {
    const char *name, *path;
    enum when when;
    const char *answer;
    enum then then;
    int status; /* 0: any error, since it is a race which one comes first */
    const char *error;
    unsigned requests; /* to that path, until the upload ends */
} misdeed_t;

#define OK     "HTTP/1.1 200 OK\r\n"
#define UPLOAD "/upload"
#define URL    "/api/files.getUploadURLExternal"
#define DONE   "/api/files.completeUploadExternal"

static const misdeed_t misdeeds[] = {
    {"an early 200, and it closes", UPLOAD, AT_ONCE, OK "Content-Length: 2\r\n\r\nOK", CLOSES, 0,
     "a.log: its bytes were not taken in 5 tries", 5},
    {"an early 200, and it reads no more", UPLOAD, AT_ONCE, OK "Content-Length: 2\r\n\r\nOK", STAYS,
     SLACK_ETIMEDOUT, "in 5 tries: no byte in 60000 ms", 5},
    {"an early 403", UPLOAD, AT_ONCE, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", STAYS,
     SLACK_EHTTP, "its bytes were refused: HTTP 403", 1},
    {"an early 500", UPLOAD, AT_ONCE, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", CLOSES,
     SLACK_EHTTP, "in 5 tries: HTTP 500", 5},
    {"lost at once", UPLOAD, AT_ONCE, "", CLOSES, SLACK_ECLOSED, "in 5 tries", 5},
    {"reset", UPLOAD, AT_ONCE, "", RESETS, SLACK_ECLOSED, "in 5 tries", 5},
    {"lost at the end", UPLOAD, AT_ITS_END, "", CLOSES, SLACK_ECLOSED, "in 5 tries", 5},
    {"lost in the answer", UPLOAD, AT_ITS_END, OK "Content-Length: 9\r\n\r\nO", CLOSES,
     SLACK_ECLOSED, "in 5 tries", 5},
    {"reads nothing", UPLOAD, AT_ONCE, "", STAYS, SLACK_ETIMEDOUT, "in 5 tries", 5},
    {"answers nothing", UPLOAD, AT_ITS_END, "", STAYS, SLACK_ETIMEDOUT, "in 5 tries", 5},
    {"an endless answer", UPLOAD, AT_ITS_END, OK "\r\n", REPEATS, SLACK_ETOOBIG,
     "its bytes were refused: the answer is larger than", 1},
    {"an endless head", UPLOAD, AT_ITS_END, OK "A: ", REPEATS, SLACK_EPROTO,
     "its bytes were refused", 1},
    {"no HTTP", UPLOAD, AT_ITS_END, "what?\r\n\r\n", CLOSES, SLACK_EPROTO, "were refused", 1},
    {"another count", UPLOAD, AT_ITS_END, OK "Content-Length: 6\r\n\r\nOK - 7", CLOSES,
     SLACK_EPROTO, "the server has counted other bytes than were sent", 5},
    {"the URL is lost", URL, AT_ITS_END, "", CLOSES, SLACK_ECLOSED, "getUploadURLExternal: ", 5},
    {"a URL of another host", URL, AT_ITS_END,
     OK "Content-Type: application/json\r\n\r\n"
        "{\"ok\":true,\"file_id\":\"F\",\"upload_url\":\"https://example.com/\"}",
     CLOSES, SLACK_EPROTO, "gave a URL that is neither Slack's nor of", 1},
    {"the end is lost, and files.info too", DONE, AT_ITS_END, "", CLOSES, SLACK_ECLOSED,
     "Slack may have shared the files: look before you upload them again", 1},
};

static const misdeed_t *now;
static unsigned requests; /* to its path */
static uv_tcp_t listener;
static unsigned server_port;
static char url[64], file_url[96];

/* ---- the server ---- */

typedef struct peer_conn {
    slack_link_t link; /* of all */
    uv_tcp_t tcp;
    char head[4096];
    size_t len, body;
    bool taken; /* the misdeed is done */
} peer_conn_t;

static slack_link_t conns = {&conns, &conns};

static void conn_closed(uv_handle_t *handle)
{
    peer_conn_t *conn = handle->data;
    slack__unlink(&conn->link);
    free(conn);
}

static void conn_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char bytes[65536];
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void conn_send(peer_conn_t *conn, const char *text, size_t len)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)len);
    (void)uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
}

static void conn_close(peer_conn_t *conn)
{
    if (!uv_is_closing((uv_handle_t *)&conn->tcp)) uv_close((uv_handle_t *)&conn->tcp, conn_closed);
}

static void misbehave(peer_conn_t *conn)
{
    static char endless[1 << 20];
    memset(endless, 'x', sizeof endless);
    conn->taken = true;
    requests++;
    conn_send(conn, now->answer, strlen(now->answer));
    if (now->then == REPEATS) conn_send(conn, endless, sizeof endless);
    if (now->then == STAYS) uv_read_stop((uv_stream_t *)&conn->tcp);
    if (now->then == CLOSES) conn_close(conn);
    if (now->then == RESETS) uv_tcp_close_reset(&conn->tcp, conn_closed);
}

static void answer_well(peer_conn_t *conn)
{
    char body[200], text[400];
    snprintf(
        body, sizeof body,
        "{\"ok\":true,\"file_id\":\"F1\",\"files\":[],\"upload_url\":\"http://127.0.0.1:%u" UPLOAD
        "\"}",
        server_port);
    if (strstr(conn->head, "/api/files.info")) /* nobody knows */
        snprintf(body, sizeof body, "{\"ok\":false,\"error\":\"internal_error\"}");
    if (strncmp(conn->head, "GET ", 4) == 0) snprintf(body, sizeof body, "the file");
    snprintf(text, sizeof text,
             OK "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
             body);
    conn_send(conn, text, strlen(text));
    conn->len = conn->body = 0;
}

static void conn_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    peer_conn_t *conn = stream->data;
    if (n < 0) {
        conn_close(conn);
        return;
    }
    if (conn->taken) return;
    const size_t room = sizeof conn->head - 1 - conn->len;
    const size_t kept = (size_t)n < room ? (size_t)n : room;
    memcpy(conn->head + conn->len, buf->base, kept);
    conn->len += kept;
    conn->head[conn->len] = '\0';
    conn->body += (size_t)n;
    const char *end = strstr(conn->head, "\r\n\r\n");
    const char *length = strstr(conn->head, "Content-Length: ");
    if (end == NULL) return;
    const size_t whole =
        (size_t)(end + 4 - conn->head) + (length ? strtoul(length + 16, NULL, 10) : 0);
    char target[80];
    snprintf(target, sizeof target, "POST %s ", now->path);
    const bool it = strncmp(conn->head, target, strlen(target)) == 0;
    if (it && (now->when == AT_ONCE || conn->body >= whole))
        misbehave(conn);
    else if (conn->body >= whole)
        answer_well(conn);
}

static void accept_one(uv_stream_t *stream, int status)
{
    peer_conn_t *conn = calloc(1, sizeof *conn);
    assert_non_null(conn);
    conn->tcp.data = conn;
    slack__link_init(&conn->link);
    slack__list_push(&conns, &conn->link);
    uv_tcp_init(stream->loop, &conn->tcp);
    if (uv_accept(stream, (uv_stream_t *)&conn->tcp) == 0)
        uv_read_start((uv_stream_t *)&conn->tcp, conn_alloc, conn_read);
}

/* ---- the cases ---- */

static int64_t give(void *to, size_t max, uint64_t offset, void *user_data)
{
    memset(to, 'x', max);
    return (int64_t)max;
}

static void open_server(void)
{
    struct sockaddr_in address;
    int len = sizeof address;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(&peer.world.loop, &listener);
    assert_int_equal(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&listener, 16, accept_one), 0);
    uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &len);
    server_port = ntohs(address.sin_port);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/", server_port);
    ff_reopen_at(url);
}

static void close_server(void)
{
    for (slack_link_t *link = conns.next; link != &conns; link = link->next)
        conn_close(SLACK_CONTAINER(link, peer_conn_t, link));
    uv_close((uv_handle_t *)&listener, NULL);
}

#define SERVER_TEST(function)                                                                      \
    TEST_AROUND(function, (ff_open(NULL), open_server()), (close_server(), ff_close()))

SERVER_TEST(servers_that_misbehave)
{
    for (size_t i = 0; i < sizeof misdeeds / sizeof *misdeeds; i++) {
        now = &misdeeds[i];
        requests = 0;
        ff.turn_ms = now->status == SLACK_ETIMEDOUT ? 1000 : 20;
        ff_reopen_at(url);
        const slack_file_t file = {.read = give, .size = SIZE, .name = "a.log"};
        const slack_upload_t upload = {.files = &file, .count = 1, .channels = "C1"};
        ff_upload(&upload);
        const bool right = now->status ? ff.status == now->status : ff.status < 0;
        if (!right || !strstr(ff.error, now->error) || requests != now->requests)
            fail_msg("%s: %d, %u requests, %s\n%s", now->name, ff.status, requests, ff.error,
                     peer.world.log);
        world_forget_log(&peer.world);
    }
}

/* The nth allocation fails, or all from then on: an upload and a download end, and nothing leaks.
 * The server has memory of its own. */
static bool move_without_memory(size_t nth, bool all)
{
    static const misdeed_t none = {.path = "none"};
    static char path[128];
    now = &none;
    if (path[0] == '\0') snprintf(path, sizeof path, "%s", ff_make("a.log", 1000));
    const slack_file_t file = {.path = path};
    const slack_upload_t upload = {
        .files = &file, .count = 1, .channels = "C1", .progress = ff_progress};
    const slack_download_t download = {.url = file_url, .path = path, .progress = ff_progress};
    ff.ended = 0;
    heap_fail_at(nth, all);
    unsigned begun = slack_upload(&ff.client, &upload, ff_uploaded, NULL) == 0;
    begun += slack_download(&ff.client, &download, ff_downloaded, NULL) == 0;
    for (int i = 0; i < 60 && ff.ended < begun; i++)
        ff_turn();
    const bool failed = heap_heal();
    ff_until(begun);
    assert_true(failed || (begun == 2 && ff.error[0] == '\0'));
    return failed;
}

SERVER_TEST(files_survive_without_memory)
{
    snprintf(file_url, sizeof file_url, "http://127.0.0.1:%u/files-pri/T1-F1/a.log", server_port);
    (void)alloc_fail_attempts(move_without_memory);
}
