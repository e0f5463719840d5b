/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include <slack/error.h>

#include "support/certs.h"
#include "support/ends.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/alloc.h"

/*
 * TLS against peers that we did not write: the openssl command in both roles, and curl.
 */

#define ARGS_MAX 24

/* A child process: what we tell it, what it says. */
typedef struct child {
    uv_process_t process;
    uv_pipe_t in, out;
    char said[65536]; /* stdout, NUL-terminated */
    size_t len;
    char buf[4096];
    unsigned closes; /* of its three handles */
    bool exited;
    int64_t status;
} child_t;

static pid_t running; /* the child, if there is one */

static int kill_child(void **state)
{
    if (running) kill(running, SIGKILL);
    running = 0;
    return 0;
}

static void on_said_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
    child_t *child = handle->data;
    *ret = uv_buf_init(child->buf, sizeof(child->buf));
}

static void on_said(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    child_t *child = stream->data;
    if (len < 0) uv_read_stop(stream);
    for (ssize_t i = 0; i < len && child->len + 1 < sizeof(child->said); i++)
        child->said[child->len++] = buf->base[i];
}

static void on_exited(uv_process_t *process, int64_t status, int signal)
{
    child_t *child = process->data;
    child->exited = true;
    running = 0;
    child->status = status;
}

static void on_handle_closed(uv_handle_t *handle)
{
    ((child_t *)handle->data)->closes++;
}

static void child_close(child_t *child, world_t *world)
{
    uv_close((uv_handle_t *)&child->in, on_handle_closed);
    uv_close((uv_handle_t *)&child->out, on_handle_closed);
    uv_close((uv_handle_t *)&child->process, on_handle_closed);
    world_until(world, child->closes >= 3);
}

/* Start a command whose words are separated by single spaces. False when there is no such one. */
static bool SLACK_PRINTF(3, 4) child_start(child_t *child, world_t *world, const char *format, ...)
{
    char command[2048];
    char *args[ARGS_MAX + 1];
    size_t count = 0;
    va_list ap;
    va_start(ap, format);
    vsnprintf(command, sizeof(command), format, ap);
    va_end(ap);
    for (char *rest = command, *word; (word = strtok_r(rest, " ", &rest)) && count < ARGS_MAX;)
        args[count++] = word;
    args[count] = NULL;

    memset(child, 0, sizeof(*child));
    uv_pipe_init(&world->loop, &child->in, 0);
    uv_pipe_init(&world->loop, &child->out, 0);
    child->in.data = child->out.data = child->process.data = child;
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&child->in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->out},
        {.flags = UV_IGNORE},
    };
    uv_process_options_t options = {
        .file = args[0], .args = args, .exit_cb = on_exited, .stdio = stdio, .stdio_count = 3};
    int rc = uv_spawn(&world->loop, &child->process, &options);
    if (rc != 0) {
        assert_int_equal(rc, UV_ENOENT);
        child_close(child, world);
        return false;
    }
    running = child->process.pid;
    uv_read_start((uv_stream_t *)&child->out, on_said_alloc, on_said);
    return true;
}

static void child_tell(child_t *child, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));
    assert_int_equal(uv_try_write((uv_stream_t *)&child->in, &buf, 1), strlen(text));
}

/* End it, and wait for that. */
static void child_end(child_t *child, world_t *world)
{
    if (!child->exited) uv_process_kill(&child->process, SIGTERM);
    world_until(world, child->exited);
    child_close(child, world);
}

/* --- our client against openssl s_server ------------------------------------------------------ */

/* s_server on a free port, which it says. Every line that it reads it sends back turned around. */
static unsigned start_server(child_t *child, ends_t *e, const char *cert, const char *options)
{
    unsigned port = 0;
    char name[64];
    snprintf(name, sizeof(name), "%s.pem", cert);
    const char *key = strcmp(cert, "rsa") == 0        ? "rsa.key"
                      : strcmp(cert, "stranger") == 0 ? "stranger.key"
                                                      : "server.key";
    child_start(child, &e->world, "openssl s_server -accept 127.0.0.1:0 -rev -cert %s -key %s %s",
                certs_path(name), certs_path(key), options);
    while (port == 0 && !child->exited) {
        uv_run(&e->world.loop, UV_RUN_ONCE);
        const char *line = strstr(child->said, "ACCEPT 127.0.0.1:");
        if (line && strchr(line, '\n')) port = (unsigned)strtoul(line + 17, NULL, 10);
    }
    assert_true(port > 0);
    return port;
}

static void test_client(void **state)
{
    static const struct {
        const char *cert;
        const char *options;
        const char *host;
        const char *reason; /* NULL: they talk */
    } table[] = {
        {"server", "", "localhost", NULL},
        {"server", "-tls1_2", "localhost", NULL},
        {"server", "-tls1_3", "localhost", NULL},
        {"server", "-tls1_3 -num_tickets 5", "127.0.0.1", NULL},
        {"server", "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256", "localhost", NULL},
        {"server", "-tls1_2 -alpn h2,http/1.1", "localhost", NULL},
        {"server", "-tls1_3 -alpn http/1.1 -groups P-384", "localhost", NULL},
        {"rsa", "-tls1_2", "localhost", NULL},
        {"rsa", "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384", "127.0.0.1", NULL},
        {"rsa", "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305", "localhost", NULL},
        {"rsa", "-tls1_3", "localhost", NULL},
        {"other", "-tls1_2", "localhost", "the certificate is not for localhost"},
        {"other", "-tls1_3", "localhost", "the certificate is not for localhost"},
        {"other", "-tls1_2", "127.0.0.1", "the certificate is not for 127.0.0.1"},
        {"other", "-tls1_3", "127.0.0.1", "the certificate is not for 127.0.0.1"},
        {"expired", "-tls1_2", "localhost", "the certificate has expired"},
        {"expired", "-tls1_3", "localhost", "the certificate has expired"},
        {"stranger", "-tls1_2", "localhost", "the certificate is not signed by anyone trusted"},
        {"stranger", "-tls1_3", "localhost", "the certificate is not signed by anyone trusted"},
        {"server", "-tls1_1 -cipher ALL:@SECLEVEL=0", "localhost",
         "the peer refused the TLS session"},
        {"rsa", "-tls1_2 -cipher AES128-GCM-SHA256", "localhost", /* no forward secrecy */
         "the peer refused the TLS session"},
        {"server", "-tls1_3 -alpn h2", "localhost", "the peer refused the TLS session"},
    };
    if (!certs_make()) skip();
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ends_t e;
        child_t child;
        assert_true(ends_open(&e, true));
        e.client.greeting = "abc\n";
        unsigned port = start_server(&child, &e, table[i].cert, table[i].options);
        assert_int_equal(ends_connect_to(&e, table[i].host, port), 0);
        if (table[i].reason) {
            end_until_closed(&e.client);
            assert_int_equal(e.client.status, SLACK_ETLS);
            assert_string_equal(e.client.reason, table[i].reason);
            assert_int_equal(e.client.opens, 0);
        } else {
            end_until_received(&e.client, 4);
            assert_memory_equal(slack__buf_ptr(&e.client.received), "cba\n", 4);
            slack__conn_finish(e.client.conn);
            end_until_closed(&e.client);
            assert_int_equal(e.client.status, 0);
        }
        child_end(&child, &e.world);
        ends_close(&e);
    }
}

/* It goes, in the middle of everything. */
static void test_server_is_killed(void **state)
{
    if (!certs_make()) skip();
    ends_t e;
    child_t child;
    assert_true(ends_open(&e, true));
    unsigned port = start_server(&child, &e, "server", "");
    assert_int_equal(ends_connect_to(&e, "localhost", port), 0);
    world_until(&e.world, e.client.opens >= 1);
    uv_process_kill(&child.process, SIGKILL);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ECLOSED);
    child_end(&child, &e.world);
    ends_close(&e);
}

/* --- our server against openssl s_client and curl --------------------------------------------- */

static void test_s_client(void **state)
{
    static const struct {
        const char *options;
        int status; /* of our server; 0: they talk */
    } table[] = {
        {"-verify_hostname localhost", 0},
        {"-verify_ip 127.0.0.1", 0},
        {"-tls1_2 -verify_hostname localhost", 0},
        {"-tls1_3 -verify_hostname localhost", 0},
        {"-tls1_2 -alpn h2,http/1.1", 0},
        {"-tls1_3 -alpn http/1.1", 0},
        {"-tls1_2 -maxfraglen 512", 0},
        {"-tls1_3 -groups P-256", 0},
        {"-tls1_2 -verify_hostname other.example", SLACK_ETLS},
        {"-tls1_1 -cipher ALL:@SECLEVEL=0", SLACK_ETLS},
        {"-tls1_2 -alpn h2", SLACK_ETLS},
        {"-tls1_3 -alpn h2", SLACK_ETLS},
    };
    if (!certs_make()) skip();
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ends_t e;
        child_t child;
        assert_true(ends_open(&e, true));
        e.server.echo = true;
        child_start(&child, &e.world,
                    "openssl s_client -quiet -connect 127.0.0.1:%u -CAfile %s "
                    "-verify_return_error -servername localhost %s",
                    slack__listen_port(e.listener), certs_path("ca.pem"), table[i].options);
        child_tell(&child, "hello\n");
        if (table[i].status == 0) {
            while (!strstr(child.said, "hello\n") && !child.exited)
                uv_run(&e.world.loop, UV_RUN_ONCE);
            assert_string_equal(child.said, "hello\n");
            slack__conn_finish(e.server.conn);
            world_until(&e.world, child.exited);
            end_until_closed(&e.server);
        } else {
            world_until(&e.world, child.exited);
            assert_int_not_equal(child.status, 0);
            end_until_closed(&e.server);
            assert_int_equal(e.server.received.len, 0);
        }
        assert_int_equal(e.server.status, table[i].status);
        child_end(&child, &e.world);
        ends_close(&e);
    }
}

/* curl's view of the whole: name, chain, ALPN, and 8 MiB whose last byte arrives before our FIN. */
static void test_curl(void **state)
{
    enum { SIZE = 8 << 20 };
    static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    static const char *const options[] = {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"};
    if (!certs_make()) skip();
    char *data = slack__malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(i ^ i >> 8 ^ i >> 16);
    for (size_t i = 0; i < 2; i++) {
        ends_t e;
        child_t child;
        assert_true(ends_open(&e, true));
        const char *got = certs_path("got");
        if (!child_start(&child, &e.world,
                         "curl -s -S --max-time 30 --noproxy * %s --cacert %s -o %s "
                         "https://localhost:%u/",
                         options[i], certs_path("ca.pem"), got, slack__listen_port(e.listener))) {
            ends_close(&e);
            slack__free(data);
            skip();
        }
        end_until_received(&e.server, 18);
        assert_memory_equal(slack__buf_ptr(&e.server.received), "GET / HTTP/1.1\r\n", 16);
        assert_int_equal(slack__conn_write(e.server.conn, head, sizeof(head) - 1), 0);
        assert_int_equal(slack__conn_write(e.server.conn, data, SIZE), 0);
        slack__conn_finish(e.server.conn);
        world_until(&e.world, child.exited);
        assert_int_equal(child.status, 0);
        end_until_closed(&e.server);
        assert_int_equal(e.server.status, 0);
        child_end(&child, &e.world);

        FILE *file = fopen(got, "r");
        assert_non_null(file);
        char *copy = slack__malloc(SIZE + 1);
        assert_int_equal(fread(copy, 1, SIZE + 1, file), SIZE);
        fclose(file);
        assert_memory_equal(copy, data, SIZE);
        slack__free(copy);
        ends_close(&e);
    }
    slack__free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_client, kill_child),
        cmocka_unit_test_teardown(test_server_is_killed, kill_child),
        cmocka_unit_test_teardown(test_s_client, kill_child),
        cmocka_unit_test_teardown(test_curl, kill_child),
    };
    heap_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
