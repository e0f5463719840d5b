/* SPDX-License-Identifier: MIT */
/* Uploads to nginx and downloads from it: an early 413, ranges, another version in the middle. */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child.h"
#include "support/file.h"
#include "support/files_fixture.h"

/* It takes our socket, so that the port is the kernel's choice, and connections wait
 * while it is started again. */
static const char config[] =
    "daemon off; worker_processes 1; user root root; pid %s/pid; events {}\n"
    "http {\n"
    "  log_format f '$request_uri $status range=$http_range if=$http_if_range"
    " coding=$sent_http_content_encoding|';\n"
    "  access_log %s/access f; gzip on; gzip_types *; gzip_min_length 1;\n"
    "  client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s;\n"
    "  scgi_temp_path %s; default_type application/json;\n"
    "  server {\n"
    "    listen 127.0.0.1:%u; root %s;\n"
    "    location /files/ { alias %s/; %s }\n"
    "    location /upload { client_max_body_size 300k; proxy_pass http://127.0.0.1:%u/stored; }\n"
    "    location /stored { return 200 OK; }\n"
    "    location = /api/files.completeUploadExternal { return 200 '{\"ok\":true,\"files\":[]}'; "
    "}\n"
    "    location = /api/files.getUploadURLExternal {\n"
    "      return 200 "
    "'{\"ok\":true,\"file_id\":\"F1\",\"upload_url\":\"http://127.0.0.1:%u/upload\"}';\n"
    "    }\n"
    "  }\n"
    "}\n";

#define SIZE ((size_t)600000)

static child_t nginx;
static int listener = -1;
static unsigned port;
static char url[64];
static size_t got;

static void start(bool slow)
{
    char text[4096], listens[32];
    const char *f = ff.folder, *conf = ff_path("conf"), *rate = slow ? "limit_rate 20k;" : "";
    snprintf(listens, sizeof listens, "NGINX=%d;", listener);
    snprintf(text, sizeof text, config, f, f, f, f, f, f, f, port, f, f, rate, port, port);
    file_write(conf, text);
    const char *const args[] = {"env", listens,   "nginx", "-e", "/dev/null",
                                "-p",  ff.folder, "-c",    conf, NULL};
    child_start(&nginx, &peer.world, args, NULL);
}

static void stop(void)
{
    child_kill(&nginx);
    child_wait(&nginx);
    child_done(&nginx);
}

static void open_all(void)
{
    child_t version;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    ff_open(NULL);
    child_run(&version, &peer.world, "nginx -v");
    const bool is_there = version.started;
    if (is_there) child_wait(&version);
    child_done(&version);
    if (!is_there) return;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    port = ntohs(address.sin_port);
    start(false);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/", port);
    ff_reopen_at(url);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/files/a.log", port);
}

static void close_all(void)
{
    if (listener >= 0) {
        stop();
        close(listener);
        listener = -1;
    }
    ff_close();
}

#define NGINX_TEST(function) TEST_AROUND(function, open_all(), close_all())
#define NEED_NGINX                                                                                 \
    if (listener < 0) skip()

/* Waits until the log of nginx has the text so often: it is written behind the answer. */
static void assert_logged(const char *text, unsigned want)
{
    unsigned count = 0;
    for (int turns = 0; turns < 10000 && count < want; turns++) {
        count = 0;
        for (const char *at = file_read(ff_path("access"), NULL); (at = strstr(at, text)); at++)
            count++;
        ff_turn();
    }
    assert_int_equal(count, want);
}

NGINX_TEST(an_upload_that_is_too_large_is_refused_at_once)
{
    NEED_NGINX;
    for (size_t size = 100000; size <= 700000; size += 300000) {
        const slack_file_t file = {.data = ff.bytes, .size = size, .name = "a.log"};
        ff_upload(&(slack_upload_t){.files = &file, .count = 1});
        assert_int_equal(ff.status, size < 300000 ? 0 : SLACK_EHTTP);
        if (size > 300000) assert_non_null(strstr(ff.error, "its bytes were refused: HTTP 413"));
    }
    assert_logged("/upload 200", 1);
    assert_logged("/upload 413", 2); /* no other try */
}

static int take(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    assert_int_equal(offset, got);
    assert_memory_equal(bytes, ff.bytes + offset, len);
    got += len;
    return 0;
}

/* Downloads the file. With `size` the connection is lost behind the first bytes, and the file then
 * has that size; it is another one, unless the size is the same. */
static void download(size_t size)
{
    const struct timespec older[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    const slack_download_t request = {.url = url, .write = take};
    got = ff.ended = 0;
    ff_make("a.log", SIZE);
    if (size > 0) stop();
    if (size > 0) start(true);
    assert_int_equal(slack_download(&ff.client, &request, ff_downloaded, NULL), 0);
    while (size > 0 && got == 0)
        ff_turn();
    if (size > 0) stop();
    if (size > 0 && size != SIZE)
        assert_int_equal(utimensat(AT_FDCWD, ff_make("a.log", size), older, 0), 0);
    if (size > 0) start(false);
    ff_until(1);
}

NGINX_TEST(a_download_is_whole_and_plain)
{
    NEED_NGINX;
    download(0);
    assert_int_equal(ff.status, 0);
    assert_int_equal(got, SIZE);
    assert_logged("/files/a.log 200 range=- if=- coding=-|", 1);
}

NGINX_TEST(a_download_goes_on_by_range)
{
    NEED_NGINX;
    download(SIZE);
    assert_int_equal(ff.status, 0);
    assert_int_equal(got, SIZE);
    assert_logged("/files/a.log 206 range=bytes=", 1);
    assert_logged("if=\\x22", 1); /* the ETag */
}

NGINX_TEST(another_version_in_the_middle_is_a_conflict)
{
    NEED_NGINX;
    static const size_t sizes[] = {SIZE + 1, SIZE - 1, 10};
    for (size_t i = 0; i < 3; i++) {
        download(sizes[i]);
        assert_int_equal(ff.status, SLACK_ECONFLICT);
        assert_non_null(strstr(ff.error, "changed while it was downloaded: download it again"));
    }
}
