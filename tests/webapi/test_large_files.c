/* SPDX-License-Identifier: MIT */
/*
 * A large file, to a server on threads of its own and back: the memory of the process stays flat.
 * The download breaks off in its middle, and goes on. SLACK_TEST_FILE_MIB is its size; ./dev files
 * takes 1024.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/heap.h"
#include "support/test.h"
#include "support/world.h"
#include "webapi/file_flow.h"

#define FLAT_KIB 8192
#define PIECE    ((size_t)64 << 10)

static uint64_t size;
static int listener;
static unsigned port;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned downloads; /* requests for the file */
static uint64_t arrived;   /* bytes of the upload */

/* The byte of the file at an offset that is a multiple of PIECE; the rest of a piece is zeros. */
static char mark_at(uint64_t offset)
{
    return (char)(1 + (offset / PIECE) % 100);
}

/* ---- the server ---- */

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void answer(int fd, const char *body)
{
    char text[512];
    const int len = snprintf(text, sizeof text,
                             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             "Content-Length: %zu\r\n\r\n%s",
                             strlen(body), body);
    send_all(fd, text, (size_t)len);
}

/* The first answer ends in the middle of the file. */
static void give_file(int fd, uint64_t from)
{
    char head[256], piece[PIECE] = "";
    pthread_mutex_lock(&lock);
    const uint64_t to = downloads++ == 0 ? size / 2 : size;
    pthread_mutex_unlock(&lock);
    const int len = snprintf(head, sizeof head,
                             "HTTP/1.1 %s\r\nContent-Length: %llu\r\nETag: \"1\"\r\n"
                             "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
                             from ? "206 Partial Content" : "200 OK",
                             (unsigned long long)(size - from), (unsigned long long)from,
                             (unsigned long long)(size - 1), (unsigned long long)size);
    bool open = send_all(fd, head, (size_t)len);
    for (uint64_t at = from; open && at < to;) {
        const size_t rest = PIECE - at % PIECE;
        memset(piece, 0, sizeof piece);
        piece[0] = at % PIECE ? 0 : mark_at(at);
        open = send_all(fd, piece, rest < to - at ? rest : (size_t)(to - at));
        at += rest;
    }
    if (to < size) shutdown(fd, SHUT_RDWR);
}

/* The bytes of the upload, which are read to the end. */
static void take_file(int fd, uint64_t left, const char *bytes, size_t have)
{
    char piece[PIECE], body[64];
    uint64_t at = 0;
    bool right = true;
    while (left > 0) {
        for (size_t i = 0; i < have; i++)
            if ((at + i) % PIECE == 0) right = right && bytes[i] == mark_at(at + i);
        at += have;
        left -= have;
        if (left == 0) break;
        const ssize_t n = recv(fd, piece, sizeof piece < left ? sizeof piece : (size_t)left, 0);
        if (n <= 0) return;
        bytes = piece;
        have = (size_t)n;
    }
    arrived = right ? at : 0;
    snprintf(body, sizeof body, "OK - %llu", (unsigned long long)at);
    answer(fd, body);
}

/* One request. False: the connection has ended. */
static bool serve(int fd)
{
    char head[8192 + 1], body[256];
    size_t len = 0;
    char *end = NULL;
    while (end == NULL) {
        const ssize_t n = recv(fd, head + len, sizeof head - 1 - len, 0);
        if (n <= 0) return false;
        len += (size_t)n;
        head[len] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    const char *range = strstr(head, "Range: bytes="), *length = strstr(head, "Content-Length: ");
    uint64_t left = length && length < end ? strtoull(length + 16, NULL, 10) : 0;
    size_t have = len - (size_t)(end + 4 - head);
    if (strncmp(head, "GET ", 4) == 0) {
        give_file(fd, range && range < end ? strtoull(range + 13, NULL, 10) : 0);
        return true;
    }
    if (strncmp(head, "POST /upload ", 13) == 0) {
        take_file(fd, left, end + 4, have);
        return true;
    }
    for (left -= have; left > 0; left -= have) { /* a call's arguments */
        const ssize_t n = recv(fd, body, sizeof body, 0);
        if (n <= 0) return false;
        have = (size_t)n;
    }
    snprintf(body, sizeof body,
             "{\"ok\":true,\"file_id\":\"F1\",\"files\":[],"
             "\"upload_url\":\"http://127.0.0.1:%u/upload\"}",
             port);
    answer(fd, body);
    return true;
}

static void *serve_all(void *fd)
{
    while (serve((int)(intptr_t)fd))
        ;
    close((int)(intptr_t)fd);
    return NULL;
}

static void *accept_all(void *unused)
{
    pthread_t thread;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;)
        if (pthread_create(&thread, NULL, serve_all, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
    return unused;
}

static void open_server(pthread_t *thread)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(thread, NULL, accept_all, NULL), 0);
}

/* ---- the client ---- */

static bool ended;
static char error[256];
static size_t heap_most;

static int report(const slack_file_progress_t *progress, void *user_data)
{
    if (heap_bytes() > heap_most) heap_most = heap_bytes();
    return 0;
}

static void uploaded(const slack_uploaded_t *result, void *user_data)
{
    ended = true;
    snprintf(error, sizeof error, "%s", result->error);
}

static void downloaded(const slack_downloaded_t *result, void *user_data)
{
    ended = true;
    snprintf(error, sizeof error, "%s", result->error);
}

/* Of this process, in KiB: VmHWM, VmRSS. */
static long memory(const char *name)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0) kib = atol(line + strlen(name) + 1);
    if (file) fclose(file);
    return kib;
}

static bool is_measurable(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    const char *preload = getenv("LD_PRELOAD");
    return !(preload && strstr(preload, "vgpreload"));
#endif
}

static void await_end(world_t *world, const char *what, size_t heap_before)
{
    FILE *peak = fopen("/proc/self/clear_refs", "w"); /* VmHWM begins anew */
    if (peak) fputs("5", peak);
    const bool reset = peak && fclose(peak) == 0;
    const long before = memory("VmRSS");
    while (!ended)
        uv_run(&world->loop, UV_RUN_ONCE);
    assert_string_equal(error, "");
    assert_true(heap_most - heap_before < (size_t)1 << 20);
    const long grown = memory("VmHWM") - before;
    if (reset && is_measurable() && grown > FLAT_KIB)
        fail_msg("%s: %ld KiB more memory", what, grown);
    printf("# %s of %llu MiB: at most %ld KiB more memory, %zu KiB of the library's heap\n", what,
           (unsigned long long)(size >> 20), grown, (heap_most - heap_before) >> 10);
    ended = false;
    heap_most = 0;
}

/* A sparse file with a mark at each piece, so that it takes little room. */
static void make_file(const char *path)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)size), 0);
    for (uint64_t at = 0; at < size; at += PIECE) {
        assert_int_equal(fseeko(file, (off_t)at, SEEK_SET), 0);
        fputc(mark_at(at), file);
    }
    assert_int_equal(fclose(file), 0);
}

static void check_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (uint64_t at = 0; at < size; at += PIECE) {
        assert_int_equal(fseeko(file, (off_t)at, SEEK_SET), 0);
        assert_int_equal(fgetc(file), mark_at(at));
    }
    assert_int_equal(fseeko(file, 0, SEEK_END), 0);
    assert_int_equal(ftello(file), size);
    fclose(file);
}

TEST(memory_stays_flat)
{
    static world_t world;
    pthread_t server;
    slack_webapi_t *webapi;
    char url[64], download_url[64], folder[] = "/tmp/slack-large-XXXXXX", path[64];
    const char *mib = getenv("SLACK_TEST_FILE_MIB");
    size = (mib ? strtoull(mib, NULL, 10) : 64) << 20;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/large.bin", folder);
    make_file(path);
    open_server(&server);
    assert_true(world_open(&world));
    world_run_clock(&world);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/", port);
    const slack_webapi_options_t options = {.api_url = url, .concurrency = 9, .timeout_ms = 20000};
    assert_int_equal(slack__webapi_new(&webapi, world.net, &options), 0);
    slack_client_t client = {.webapi = webapi, .log = &world.logger, .token = "xoxb-1"};
    const size_t heap_before = heap_bytes();

    const slack_file_t file = {.path = path};
    const slack_upload_t upload = {.files = &file, .count = 1, .progress = report};
    assert_int_equal(slack_upload(&client, &upload, uploaded, NULL), 0);
    await_end(&world, "upload", heap_before);
    assert_int_equal(arrived, size);

    snprintf(download_url, sizeof download_url, "http://127.0.0.1:%u/files-pri/F1", port);
    const slack_download_t download = {.url = download_url, .path = path, .progress = report};
    assert_int_equal(slack_download(&client, &download, downloaded, NULL), 0);
    await_end(&world, "download", heap_before);
    assert_int_equal(downloads, 2); /* the second one goes on */
    check_file(path);

    slack__webapi_close(webapi, world_set_flag, &ended);
    world_until(&world, ended);
    world_close(&world);
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    unlink(path);
    rmdir(folder);
}
