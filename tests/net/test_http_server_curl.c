/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/certs.h"
#include "support/child.h"
#include "support/heap.h"
#include "support/http_fixture.h"
#include "support/test.h"

/* The HTTP server against curl, with and without TLS. */

/* Run curl with these arguments, and `input`. */
static void run_curl(http_fixture_t *fixture, child_t *child, const char *const *more,
                     const char *input)
{
    const char *args[20] = {"curl", "-sS", "--max-time", "15"};
    size_t count = 4;
    while (*more && count < 19)
        args[count++] = *more++;
    child_start(child, &fixture->world, args, input);
    if (!child->started) {
        child_done(child);
        slack__http_server_close(fixture->server, NULL, NULL);
        world_close(&fixture->world);
        skip();
    }
    child_wait(child);
    assert_int_equal(child->status, 0);
}

static void make_url(const http_fixture_t *fixture, char *url, size_t size, const char *path)
{
    snprintf(url, size, "http://127.0.0.1:%u%s", slack__http_server_port(fixture->server), path);
}

static void test_curl_keeps_the_connection(void **state)
{
    http_fixture_t f;
    child_t child;
    char one[100], two[100];
    fixture_open(&f);
    make_url(&f, one, sizeof one, "/one?x=y");
    make_url(&f, two, sizeof two, "/two");
    run_curl(&f, &child,
             (const char *const[]){"-w", " %{http_code} %{num_connects}\n", one, two, NULL}, NULL);
    assert_string_equal(child.out, "/one 200 1\n/two 200 0\n");
    child_done(&child);
    fixture_close(&f);
}

static void test_curl_uploads_chunks(void **state)
{
    http_fixture_t f;
    child_t child;
    char url[100], *body = calloc(1, 300001);
    assert_non_null(body);
    memset(body, 'x', 300000);
    fixture_open(&f);
    make_url(&f, url, sizeof url, "/upload");
    /* Chunked, since curl does not know the length; with Expect: 100-continue, as it does then. */
    run_curl(&f, &child,
             (const char *const[]){"-T", "-", "--expect100-timeout", "10", "-H",
                                   "Expect: 100-continue", url, NULL},
             body);
    assert_string_equal(f.last, "PUT /upload");
    assert_int_equal(child.out_len, 300000);
    assert_string_equal(child.out, body);
    child_done(&child);
    /* The same with its length told. */
    run_curl(&f, &child, (const char *const[]){"--data-binary", "@-", "-H", "Expect:", url, NULL},
             body);
    assert_string_equal(f.last, "POST /upload");
    assert_string_equal(child.out, body);
    child_done(&child);
    free(body);
    fixture_close(&f);
}

static void test_curl_head(void **state)
{
    http_fixture_t f;
    child_t child;
    char url[100];
    fixture_open(&f);
    make_url(&f, url, sizeof url, "/head");
    run_curl(&f, &child, (const char *const[]){"-I", url, NULL}, NULL);
    assert_non_null(strstr(child.out, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(child.out, "Content-Length: 5\r\n"));
    child_done(&child);
    run_curl(&f, &child, (const char *const[]){"-0", "-w", " %{http_version}", url, NULL}, NULL);
    assert_non_null(strstr(child.out, "/head 1."));
    child_done(&child);
    fixture_close(&f);
}

static void test_curl_with_tls(void **state)
{
    http_fixture_t f;
    child_t child;
    slack_tls_context_t *tls;
    char url[100], ca[4096];
    if (!certs_make()) skip();
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key"), NULL),
        0);
    fixture_open_tls(&f, tls);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/tls", slack__http_server_port(f.server));
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    char *body = calloc(1, 200001);
    assert_non_null(body);
    memset(body, 'y', 200000);
    run_curl(&f, &child,
             (const char *const[]){"--cacert", ca, "--data-binary", "@-", url, url, NULL}, body);
    assert_int_equal(child.out_len, 400000);
    child_done(&child);
    free(body);
    fixture_close(&f);
}

/* Runs curl with a client's certificate, NULL for none; its exit status. */
static int64_t curl_as(http_fixture_t *f, const char *ca, const char *cert)
{
    child_t child;
    char url[100], key[4096];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/tls", slack__http_server_port(f->server));
    snprintf(key, sizeof key, "%s", certs_path("server.key"));
    const char *const with[] = {"curl",   "-sS", "--max-time", "15", "--cacert", ca,
                                "--cert", cert,  "--key",      key,  url,        NULL};
    const char *const without[] = {"curl", "-sS", "--max-time", "15", "--cacert", ca, url, NULL};
    child_start(&child, &f->world, cert ? with : without, NULL);
    assert_true(child.started);
    child_wait(&child);
    const int64_t status = child.status;
    child_done(&child);
    return status;
}

/* Only a client of that name comes in; a context that is put in the place of another counts from
 * the next connection on. */
static void test_client_certificates(void **state)
{
    http_fixture_t f;
    slack_tls_context_t *tls, *open;
    char ca[4096], slack[4096], other[4096];
    if (!certs_make() || system("curl --version >/dev/null 2>&1") != 0) skip();
    snprintf(ca, sizeof ca, "%s", certs_path("ca.pem"));
    snprintf(slack, sizeof slack, "%s", certs_path("slack.pem"));
    snprintf(other, sizeof other, "%s", certs_path("other.pem"));
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key"), NULL),
        0);
    assert_int_equal(slack__tls_context_check_clients(tls, "/nowhere", "x", NULL), SLACK_ECONFIG);
    assert_int_equal(
        slack__tls_context_check_clients(tls, ca, "platform-tls-client.slack.com", NULL), 0);
    fixture_open_tls(&f, tls);
    assert_int_not_equal(curl_as(&f, ca, NULL), 0);
    assert_int_not_equal(curl_as(&f, ca, other), 0);
    assert_int_equal(f.requests, 0);
    assert_int_equal(curl_as(&f, ca, slack), 0);
    assert_int_equal(f.requests, 1);

    assert_int_equal(
        slack__tls_context_server(&open, certs_path("rsa.pem"), certs_path("rsa.key"), NULL), 0);
    slack__http_server_set_tls(f.server, open);
    slack__tls_context_unref(open);
    assert_int_equal(curl_as(&f, ca, NULL), 0);
    assert_int_equal(f.requests, 2);
    fixture_close(&f);
}

int main(void)
{
    heap_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curl_keeps_the_connection),
        cmocka_unit_test(test_curl_uploads_chunks),
        cmocka_unit_test(test_curl_head),
        cmocka_unit_test(test_curl_with_tls),
        cmocka_unit_test(test_client_certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
