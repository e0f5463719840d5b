/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include <slack/error.h>

#include "net/loop.h"
#include "net/tls.h"
#include "support/alloc_fail.h"
#include "support/certs.h"
#include "support/test.h"
#include "support/tls_memory.h"
#include "util/alloc.h"

#define WRITE_MAX ((size_t)1 << 20)

/* A client and a server, connected by memory only. */
typedef struct pair {
    slack_tls_t *client;
    slack_tls_t *server;
} pair_t;

/* `cert` without its suffix; "stranger" has a key of its own. */
static slack_tls_context_t *server_context(const char *cert)
{
    char name[64];
    slack_tls_context_t *context = NULL;
    snprintf(name, sizeof(name), "%s.pem", cert);
    const char *key = strcmp(cert, "stranger") == 0 ? "stranger.key" : "server.key";
    assert_int_equal(slack__tls_context_server(&context, certs_path(name), certs_path(key), NULL),
                     0);
    return context;
}

static slack_tls_context_t *client_context(const char *ca)
{
    slack_tls_context_t *context = NULL;
    assert_int_equal(slack__tls_context_client(&context, certs_path(ca)), 0);
    return context;
}

static void pair_open(pair_t *pair, const char *cert, const char *host)
{
    if (!certs_make()) skip();
    slack_tls_context_t *server = server_context(cert);
    slack_tls_context_t *client = client_context("ca.pem");
    assert_int_equal(slack__tls_new(&pair->client, client, host, WRITE_MAX), 0);
    assert_int_equal(slack__tls_new(&pair->server, server, NULL, WRITE_MAX), 0);
    slack__tls_context_unref(server); /* the sessions have their own references */
    slack__tls_context_unref(client);
}

static void pair_close(pair_t *pair)
{
    slack__tls_free(pair->client);
    slack__tls_free(pair->server);
}

/* Carry up to `most` bytes to the other side. Returns their number. */
static int carry(slack_tls_t *from, slack_tls_t *to, size_t most, size_t *ret_len)
{
    slack_buf_t *out = slack__tls_out(from);
    size_t len = out->len < most ? out->len : most;
    *ret_len = len;
    if (len == 0) return 0;
    int rc = slack__tls_feed(to, slack__buf_ptr(out), len);
    if (rc == 0) slack__buf_consume(out, len);
    return rc;
}

/* Shake hands, `step` bytes at a time. Returns the client's result, or the server's if it failed
 * first. */
static int shake_hands(pair_t *pair, size_t step)
{
    for (;;) {
        size_t there, back;
        int client = slack__tls_handshake(pair->client);
        int rc = carry(pair->client, pair->server, step, &there);
        if (rc != 0) return rc;
        int server = slack__tls_handshake(pair->server);
        rc = carry(pair->server, pair->client, step, &back);
        if (rc != 0) return rc;
        if (client != 0 && client != SLACK_EBUSY) return client;
        if (server != 0 && server != SLACK_EBUSY) return server;
        if (client == 0 && server == 0 && there + back == 0) return 0;
    }
}

TEST(test_handshake_in_steps)
{
    static const size_t steps[] = {1, 2, 5, 6, 100, SIZE_MAX};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        pair_t pair;
        char got[16];
        size_t len = 0, carried;
        pair_open(&pair, "server", "localhost");
        assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), SLACK_EBUSY);
        assert_int_equal(shake_hands(&pair, steps[i]), 0);
        assert_int_equal(slack__tls_handshake(pair.client), 0);

        assert_int_equal(slack__tls_write(pair.client, "ping", 4), 0);
        assert_int_equal(carry(pair.client, pair.server, SIZE_MAX, &carried), 0);
        assert_int_equal(slack__tls_read(pair.server, got, 3, &len), 0);
        assert_int_equal(len, 3);
        assert_memory_equal(got, "pin", 3);
        assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), 0);
        assert_int_equal(len, 1);
        assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), SLACK_EBUSY);

        assert_int_equal(slack__tls_write(pair.server, "pong", 4), 0);
        assert_int_equal(carry(pair.server, pair.client, SIZE_MAX, &carried), 0);
        assert_int_equal(slack__tls_read(pair.client, got, sizeof(got), &len), 0);
        assert_int_equal(len, 4);

        slack__tls_close(pair.client);
        assert_int_equal(carry(pair.client, pair.server, SIZE_MAX, &carried), 0);
        assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), SLACK_ECLOSED);
        assert_string_equal(slack__tls_reason(pair.server), "");
        assert_string_equal(slack__tls_reason(pair.client), "");
        pair_close(&pair);
    }
}

TEST(test_many_records)
{
    enum { SIZE = 300000 };
    static char sent[SIZE], got[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 31 >> 3);
    pair_t pair;
    size_t total = 0, len, carried;
    pair_open(&pair, "server", "localhost");
    assert_int_equal(shake_hands(&pair, SIZE_MAX), 0);
    assert_int_equal(slack__tls_write(pair.server, sent, SIZE), 0);
    while (carry(pair.server, pair.client, 50000, &carried) == 0 && carried > 0)
        while (slack__tls_read(pair.client, got + total, SIZE - total, &len) == 0)
            total += len;
    assert_int_equal(total, SIZE);
    assert_memory_equal(got, sent, SIZE);
    pair_close(&pair);
}

TEST(test_bounds)
{
    static char data[4 * WRITE_MAX];
    pair_t pair;
    char got[16];
    size_t len, carried;
    pair_open(&pair, "server", "localhost");
    assert_int_equal(shake_hands(&pair, SIZE_MAX), 0);
    assert_int_equal(slack__tls_write(pair.client, data, sizeof(data)), SLACK_ETOOBIG);
    assert_int_equal(slack__tls_out(pair.client)->len, 0);
    assert_string_equal(slack__tls_reason(pair.client), "");
    assert_int_equal(slack__tls_write(pair.client, "still good", 10), 0);
    assert_int_equal(carry(pair.client, pair.server, SIZE_MAX, &carried), 0);
    assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), 0);
    assert_int_equal(slack__tls_write(pair.client, data, WRITE_MAX), 0);
    assert_int_equal(slack__tls_feed(pair.server, data, sizeof(data)), SLACK_ETOOBIG);
    pair_close(&pair);
}

TEST(test_who_is_trusted)
{
    static const struct {
        const char *cert;
        const char *host;
        const char *reason; /* NULL: they are valid */
    } table[] = {
        {"server", "localhost", NULL},
        {"server", "LocalHost", NULL},
        {"server", "127.0.0.1", NULL},
        {"server", "::1", NULL},
        {"other", "other.example", NULL},
        {"server", "other.example", "the certificate is not for other.example"},
        {"server", "server", "the certificate is not for server"}, /* its CN is ignored */
        {"server", "127.0.0.2", "the certificate is not for 127.0.0.2"},
        {"server", "::2", "the certificate is not for ::2"},
        {"other", "127.0.0.1", "the certificate is not for 127.0.0.1"},
        {"expired", "localhost", "the certificate has expired"},
        {"expired", "127.0.0.1", "the certificate has expired"},
        {"stranger", "localhost", "the certificate is not signed by anyone trusted"},
        {"stranger", "127.0.0.1", "the certificate is not signed by anyone trusted"},
        {"stranger", "other.example", "the certificate is not signed by anyone trusted"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        pair_t pair;
        size_t carried;
        pair_open(&pair, table[i].cert, table[i].host);
        int rc = shake_hands(&pair, SIZE_MAX);
        assert_int_equal(rc, table[i].reason ? SLACK_ETLS : 0);
        assert_string_equal(slack__tls_reason(pair.client), table[i].reason ? table[i].reason : "");
        if (rc != 0) {
            /* The result stays the same, and the server receives the alert. */
            assert_int_equal(slack__tls_handshake(pair.client), SLACK_ETLS);
            assert_int_equal(slack__tls_write(pair.client, "x", 1), SLACK_ETLS);
            char got[16];
            size_t len;
            assert_int_equal(slack__tls_read(pair.client, got, sizeof(got), &len), SLACK_ETLS);
            slack__tls_close(pair.client);
            carry(pair.client, pair.server, SIZE_MAX, &carried);
            slack__tls_handshake(pair.server);
            assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), SLACK_ETLS);
            assert_string_not_equal(slack__tls_reason(pair.server), "");
        }
        pair_close(&pair);
    }
}

/* Without alternative names the common name counts, if there is one and no doubt. */
TEST(test_common_names_of_servers)
{
    static const struct {
        const char *subject;
        bool trusted;
    } table[] = {
        {"/CN=localhost", true},
        {"/O=CN=localhost", false},
        {"/CN=a.example/CN=localhost", false},
        {"/CN=localhost+O=x", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        pair_t pair;
        if (!certs_make()) skip();
        certs_sign(table[i].subject, "");
        pair_open(&pair, "client", "localhost");
        if (shake_hands(&pair, SIZE_MAX) != (table[i].trusted ? 0 : SLACK_ETLS))
            fail_msg("%s", table[i].subject);
        pair_close(&pair);
    }
}

/* A name is sent to the server before encryption begins; an address is not (RFC 6066). */
TEST(test_server_name)
{
    static const struct {
        const char *host;
        bool sent;
    } table[] = {{"localhost", true}, {"127.0.0.1", false}, {"::1", false}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        pair_t pair;
        pair_open(&pair, "server", table[i].host);
        assert_int_equal(slack__tls_handshake(pair.client), SLACK_EBUSY);
        const slack_buf_t *hello = slack__tls_out(pair.client);
        size_t len = strlen(table[i].host);
        bool found = false;
        for (size_t at = 0; at + len <= hello->len; at++)
            found |= memcmp(slack__buf_ptr(hello) + at, table[i].host, len) == 0;
        assert_int_equal(found, table[i].sent);
        pair_close(&pair);
    }
}

TEST(test_not_tls)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    pair_t pair;
    pair_open(&pair, "server", "localhost");
    assert_int_equal(slack__tls_handshake(pair.client), SLACK_EBUSY);
    assert_int_equal(slack__tls_feed(pair.client, answer, sizeof(answer) - 1), 0);
    assert_int_equal(slack__tls_handshake(pair.client), SLACK_ETLS);
    assert_string_equal(slack__tls_reason(pair.client), "what the peer sends is not TLS");
    assert_int_equal(slack__tls_feed(pair.server, "GET / HTTP/1.1\r\n\r\n", 18), 0);
    assert_int_equal(slack__tls_handshake(pair.server), SLACK_ETLS);
    pair_close(&pair);
}

TEST(test_a_changed_byte)
{
    pair_t pair;
    char got[16];
    size_t len;
    pair_open(&pair, "server", "localhost");
    assert_int_equal(shake_hands(&pair, SIZE_MAX), 0);
    assert_int_equal(slack__tls_write(pair.client, "ping", 4), 0);
    slack_buf_t *out = slack__tls_out(pair.client);
    slack__buf_ptr(out)[out->len - 1] ^= 1;
    assert_int_equal(slack__tls_feed(pair.server, slack__buf_ptr(out), out->len), 0);
    assert_int_equal(slack__tls_read(pair.server, got, sizeof(got), &len), SLACK_ETLS);
    assert_string_not_equal(slack__tls_reason(pair.server), "");
    pair_close(&pair);
}

static void write_file(const char *path, const char *text, const char *append_file)
{
    char buf[8192];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    FILE *more = append_file ? fopen(append_file, "r") : NULL;
    if (more) {
        fwrite(buf, 1, fread(buf, 1, sizeof(buf), more), file);
        fclose(more);
    }
    assert_int_equal(fclose(file), 0);
}

TEST(test_context_files)
{
    static const char bad[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    if (!certs_make()) skip();
    slack_tls_context_t *context = NULL;
    const char *file = certs_path("made.pem");

    assert_int_equal(slack__tls_context_client(&context, certs_path("none.pem")), SLACK_ECONFIG);
    write_file(file, "", NULL);
    assert_int_equal(slack__tls_context_client(&context, file), SLACK_ECONFIG);
    write_file(file, "no certificate\n", NULL);
    assert_int_equal(slack__tls_context_client(&context, file), SLACK_ECONFIG);
    write_file(file, bad, NULL);
    assert_int_equal(slack__tls_context_client(&context, file), SLACK_ECONFIG);
    assert_null(context);
    write_file(file, bad, certs_path("ca.pem")); /* one valid protocol among invalid ones */
    assert_int_equal(slack__tls_context_client(&context, file), 0);
    slack__tls_context_unref(context);

    context = NULL;
    const char *cert = certs_path("server.pem"), *key = certs_path("server.key");
    assert_int_equal(slack__tls_context_server(&context, key, key, NULL), SLACK_ECONFIG);
    assert_int_equal(slack__tls_context_server(&context, cert, cert, NULL), SLACK_ECONFIG);
    key = certs_path("stranger.key"); /* the key of another certificate */
    assert_int_equal(slack__tls_context_server(&context, cert, key, NULL), SLACK_ECONFIG);
    assert_null(context);
    slack__tls_context_unref(NULL);
    slack__tls_free(NULL);
}

TEST(test_system_certificates)
{
    if (!certs_make()) skip();
    slack_tls_context_t *context = NULL;
    setenv("SSL_CERT_FILE", certs_path("ca.pem"), 1);
    assert_int_equal(slack__tls_context_client(&context, NULL), 0);
    slack__tls_context_unref(context);
    context = NULL;
    setenv("SSL_CERT_FILE", certs_path("none.pem"), 1);
    assert_int_equal(slack__tls_context_client(&context, NULL), SLACK_ECONFIG);
    assert_null(context);
    unsetenv("SSL_CERT_FILE");
    int found = access("/etc/ssl/certs/ca-certificates.crt", R_OK);
    if (found == 0) assert_int_equal(slack__tls_context_client(&context, NULL), 0);
    slack__tls_context_unref(context);
}

TEST(test_long_names)
{
    char name[300];
    if (!certs_make()) skip();
    slack_tls_context_t *context = client_context("ca.pem");
    slack_tls_t *tls = NULL;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(slack__tls_new(&tls, context, name, WRITE_MAX), SLACK_EINVAL);
    assert_null(tls);
    slack__tls_context_unref(context);
}

static int talk(pair_t *pair)
{
    char got[16];
    size_t len;
    int rc = shake_hands(pair, SIZE_MAX);
    if (rc == 0) rc = slack__tls_write(pair->client, "ping", 4);
    if (rc == 0) rc = carry(pair->client, pair->server, SIZE_MAX, &len);
    if (rc == 0) rc = slack__tls_read(pair->server, got, sizeof(got), &len);
    return rc;
}

/* A hello that comes in parts does not cost its turns, and bytes that are no hello cost no memory.
 */
TEST(test_records)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool ready;
    } table[] = {
        {"", 0, false},
        {"\x16\x03\x01\x00", 4, false},
        {"\x16\x03\x01\x00\x00", 5, true},
        {"\x16\x03\x01\x00\x02x", 6, false},
        {"\x16\x03\x01\x00\x02xy", 7, true},
        {"\x16\x03\x01\xff\xffxy", 7, false},
        {"GET /", 5, true},
        {"\x16\x02\x01\xff\xff", 5, true},
        {"\x18\x03\x01\xff\xff", 5, true},
    };
    char *filler = slack__calloc(1, WRITE_MAX);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        pair_t pair;
        pair_open(&pair, "server", "localhost");
        const size_t room = slack__tls_room(pair.server);
        assert_in_range(room, 4096, 16384);
        assert_int_equal(slack__tls_feed(pair.server, table[i].bytes, table[i].len), 0);
        assert_int_equal(slack__tls_has_record(pair.server), table[i].ready);
        assert_int_equal(slack__tls_room(pair.server), room - table[i].len);
        assert_int_equal(slack__tls_feed(pair.server, filler, room - table[i].len), 0);
        assert_int_equal(slack__tls_room(pair.server), 0);
        assert_true(slack__tls_has_record(pair.server));
        pair_close(&pair);
    }
    slack__free(filler);

    pair_t pair;
    pair_open(&pair, "server", "localhost");
    assert_int_equal(shake_hands(&pair, 100), 0);
    assert_true(slack__tls_room(pair.server) >= SLACK_READ_BUFFER_BYTES);
    pair_close(&pair);
}

static int whole_life(void *ctx)
{
    pair_t pair = {0};
    slack_tls_context_t *server = NULL, *client = NULL;
    const char *cert = certs_path("server.pem"), *key = certs_path("server.key");
    int rc = slack__tls_context_server(&server, cert, key, NULL);
    if (rc == 0) rc = slack__tls_context_client(&client, certs_path("ca.pem"));
    if (rc == 0) rc = slack__tls_new(&pair.client, client, "localhost", WRITE_MAX);
    if (rc == 0) rc = slack__tls_new(&pair.server, server, NULL, WRITE_MAX);
    if (rc == 0) rc = talk(&pair);
    pair_close(&pair);
    slack__tls_context_unref(server);
    slack__tls_context_unref(client);
    return rc;
}

TEST(test_no_memory)
{
    if (!certs_make()) skip();
    alloc_fail_each(whole_life, NULL);
}

/* mbedTLS's own allocations fail: the result is an error. There are too many to fail each, most of
 * them in the same calculations. */
TEST(test_mbedtls_has_no_memory)
{
    if (!certs_make() || !tls_memory_is_ours()) skip();
    bool failed = true;
    for (size_t nth = 0; failed; nth += 1 + nth / 16) {
        assert_in_range(nth, 0, 1000000);
        tls_memory_fail_at(nth);
        int rc = whole_life(NULL);
        failed = tls_memory_heal();
        if (!failed) assert_int_equal(rc, 0);
    }
}
