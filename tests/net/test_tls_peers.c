/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include <slack/error.h>

#include "support/certs.h"
#include "support/child.h"
#include "support/ends.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/alloc.h"

/* TLS against peers that we did not write: the openssl command in both roles, and curl. */

static child_t child;

/* Stop it, and wait until it has exited. */
static void end_child(void)
{
    child_kill(&child);
    child_wait(&child);
    child_done(&child);
}

/* ---- our client against openssl s_server ---- */

/* Start s_server on a free port, which it prints. It sends back each line in reverse order. */
static unsigned start_server(const char *cert, const char *options)
{
    char name[64];
    snprintf(name, sizeof(name), "%s.pem", cert);
    const char *key = strcmp(cert, "rsa") == 0        ? "rsa.key"
                      : strcmp(cert, "stranger") == 0 ? "stranger.key"
                                                      : "server.key";
    child_run(&child, &e.world, "openssl s_server -accept 127.0.0.1:0 -rev -cert %s -key %s %s",
              certs_path(name), certs_path(key), options);
    child_until(&child, "ACCEPT 127.0.0.1:");
    const char *line = strstr(child.out, "ACCEPT 127.0.0.1:");
    world_until(&e.world, strchr(line, '\n'));
    return (unsigned)strtoul(line + 17, NULL, 10);
}

TLS(test_client)
{
    static const struct {
        const char *cert;
        const char *options;
        const char *host;
        const char *reason; /* NULL: the session works */
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
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ends_reopen(&e);
        e.client.greeting = "abc\n";
        unsigned port = start_server(table[i].cert, table[i].options);
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
        end_child();
    }
}

/* The server is killed in the middle of everything. */
TLS(test_server_is_killed)
{
    unsigned port = start_server("server", "");
    assert_int_equal(ends_connect_to(&e, "localhost", port), 0);
    world_until(&e.world, e.client.opens >= 1);
    uv_process_kill(&child.process, SIGKILL);
    end_until_closed(&e.client);
    assert_int_equal(e.client.status, SLACK_ECLOSED);
    end_child();
}

/* ---- our server against openssl s_client and curl ---- */

TLS(test_s_client)
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
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ends_reopen(&e);
        e.server.echo = true;
        child_run(&child, &e.world,
                  "openssl s_client -quiet -connect 127.0.0.1:%u -CAfile %s "
                  "-verify_return_error -servername localhost %s",
                  slack__listen_port(e.listener), certs_path("ca.pem"), table[i].options);
        child_tell(&child, "hello\n");
        if (table[i].status == 0) {
            child_until(&child, "hello\n");
            assert_string_equal(child.out, "hello\n");
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
        end_child();
    }
}

/* curl checks name, chain and ALPN, and reads 8 MiB whose last byte arrives before our FIN. */
TLS(test_curl)
{
    enum { SIZE = 8 << 20 };
    static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    static const char *const options[] = {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"};
    char *data = slack__malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(i ^ i >> 8 ^ i >> 16);
    for (size_t i = 0; i < 2; i++) {
        ends_reopen(&e);
        const char *got = certs_path("got");
        child_run(&child, &e.world,
                  "curl -s -S --max-time 30 --noproxy * %s --cacert %s -o %s https://localhost:%u/",
                  options[i], certs_path("ca.pem"), got, slack__listen_port(e.listener));
        if (!child.started) {
            child_done(&child);
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
        end_child();

        assert_int_equal(file_size(got), SIZE);
        assert_memory_equal(file_read(got, NULL), data, SIZE);
    }
    slack__free(data);
}

int main(void)
{
    heap_install();
    return test_run_all(NULL, child_kill_left);
}
