/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/certs.h"
#include "support/child.h"
#include "support/http_fixture.h"
#include "support/test.h"

/* The HTTP server against curl, with and without TLS. */

static http_fixture_t f;
static child_t child;

/* Run curl with these arguments and this input. Skips the test if there is no curl. */
static void run_curl(const char *const *more, const char *input)
{
    const char *args[20] = {"curl", "-sS", "--max-time", "15"};
    size_t count = 4;
    while (*more && count < 19)
        args[count++] = *more++;
    child_start(&child, &f.world, args, input);
    if (!child.started) {
        child_done(&child);
        skip();
    }
    child_wait(&child);
}

/* The same; curl succeeds. */
#define CURL(input, ...)                                                                           \
    do {                                                                                           \
        run_curl((const char *const[]){__VA_ARGS__, NULL}, input);                                 \
        assert_int_equal(child.status, 0);                                                         \
    } while (0)

static const char *url_of(char url[100], const char *path)
{
    snprintf(url, 100, "http%s://127.0.0.1:%u%s", strcmp(path, "/tls") == 0 ? "s" : "",
             slack__http_server_port(f.server), path);
    return url;
}

SERVED(test_curl_keeps_the_connection)
{
    char one[100], two[100];
    url_of(one, "/one?x=y");
    url_of(two, "/two");
    CURL(NULL, "-w", " %{http_code} %{num_connects}\n", one, two);
    assert_string_equal(child.out, "/one 200 1\n/two 200 0\n");
    child_done(&child);
}

SERVED(test_curl_uploads_chunks)
{
    char url[100], *body = calloc(1, 300001);
    assert_non_null(body);
    memset(body, 'x', 300000);
    url_of(url, "/upload");
    /* curl does not know the length: it sends chunks and Expect: 100-continue. */
    CURL(body, "-T", "-", "--expect100-timeout", "10", "-H", "Expect: 100-continue", url);
    assert_string_equal(f.last, "PUT /upload");
    assert_int_equal(child.out_len, 300000);
    assert_string_equal(child.out, body);
    child_done(&child);
    /* The same with a length. */
    CURL(body, "--data-binary", "@-", "-H", "Expect:", url);
    assert_string_equal(f.last, "POST /upload");
    assert_string_equal(child.out, body);
    child_done(&child);
    free(body);
}

SERVED(test_curl_head)
{
    char url[100];
    url_of(url, "/head");
    CURL(NULL, "-I", url);
    assert_non_null(strstr(child.out, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(child.out, "Content-Length: 5\r\n"));
    child_done(&child);
    CURL(NULL, "-0", "-w", " %{http_version}", url);
    assert_non_null(strstr(child.out, "/head 1."));
    child_done(&child);
}

CLOSED(test_curl_with_tls)
{
    slack_tls_context_t *tls;
    char url[100], ca[4096];
    if (!certs_make()) skip();
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key"), NULL),
        0);
    fixture_open_tls(&f, tls, NULL);
    url_of(url, "/tls");
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    char *body = calloc(1, 200001);
    assert_non_null(body);
    memset(body, 'y', 200000);
    CURL(body, "--cacert", ca, "--data-binary", "@-", url, url);
    assert_int_equal(child.out_len, 400000);
    child_done(&child);
    free(body);
}

/* Run curl with a client certificate, NULL for none, and return its exit status. */
static int64_t curl_as(const char *ca, const char *cert)
{
    char url[100], key[4096];
    url_of(url, "/tls");
    snprintf(key, sizeof key, "%s", certs_path("server.key"));
    run_curl(cert ? (const char *const[]){"--cacert", ca, "--cert", cert, "--key", key, url, NULL}
                  : (const char *const[]){"--cacert", ca, url, NULL},
             NULL);
    child_done(&child);
    return child.status;
}

/* Only a client with that name is admitted. A new TLS context is used from the next connection
 * on. */
CLOSED(test_client_certificates)
{
    slack_tls_context_t *tls, *open;
    char ca[4096], slack[4096], other[4096];
    if (!certs_make()) skip();
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    snprintf(slack, sizeof slack, "%s", certs_path("slack.pem"));
    snprintf(other, sizeof other, "%s", certs_path("other.pem"));
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key"), NULL),
        0);
    assert_int_equal(slack__tls_context_check_clients(tls, "/nowhere", "x", NULL), SLACK_ECONFIG);
    assert_int_equal(
        slack__tls_context_check_clients(tls, ca, "platform-tls-client.slack.com", NULL), 0);
    fixture_open_tls(&f, tls, NULL);
    assert_int_not_equal(curl_as(ca, NULL), 0);
    assert_int_not_equal(curl_as(ca, other), 0);
    assert_int_equal(f.requests, 0);
    assert_int_equal(curl_as(ca, slack), 0);
    assert_int_equal(f.requests, 1);

    assert_int_equal(
        slack__tls_context_server(&open, certs_path("rsa.pem"), certs_path("rsa.key"), NULL), 0);
    slack__http_server_set_tls(f.server, open);
    slack__tls_context_unref(open);
    assert_int_equal(curl_as(ca, NULL), 0);
    assert_int_equal(f.requests, 2);
}
