/* SPDX-License-Identifier: MIT */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/listen_address.h"
#include "support/certs.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/http_bench.h"
#include "support/test.h"

/* Where the transport listens, which proxies it trusts, and what it reads again. */

#define EVENT "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"a\"}}"

static http_bench_t b;

static int status_of(http_bench_t *bench, const char *headers)
{
    return http_bench_ask(bench, &(signed_request_t){.headers = headers, .body = EVENT})->status;
}

static void open_bench(http_bench_t *bench)
{
    http_bench_open(bench);
    bench->mock.world.logger.level = SLACK_LOG_DEBUG;
}

/* ---- addresses ---- */

#define BENCH_TEST(function) TEST_AROUND(function, open_bench(&b), http_bench_close(&b))

TEST(unix_socket)
{
    http_bench_t second;
    char path[64] = "/tmp/slackapp-XXXXXX", host[80];
    assert_non_null(mkdtemp(path));
    strcat(path, "/s");
    snprintf(host, sizeof host, "unix:%s", path);
    for (int round = 0; round < 2; round++) {
        open_bench(&b);
        b.options.http_host = host;
        http_bench_start(&b);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
        static const char bad[] = "POST /slack/events HTTP/1.0\r\n\r\n";
        assert_int_equal(write(fd, bad, sizeof bad - 1), sizeof bad - 1);
        char answer[200] = "";
        http_bench_recv(&b, fd, answer, sizeof answer - 1);
        assert_memory_equal(answer, "HTTP/1.1 401 ", 13);
        assert_true(world_logged(&b.mock.world, "peer=unix"));
        close(fd);

        open_bench(&second); /* the address is in use */
        second.options.http_host = host;
        assert_int_equal(http_bench_create(&second), 0);
        assert_int_equal(mock_start(&second.mock, second.t), SLACK_EIO);
        mock_destroy(&second.mock, second.t);
        mock_host_close(&second.mock);
        http_bench_close(&b);
        assert_int_equal(access(path, F_OK), -1);
        /* A socket file that a killed process left behind is replaced. */
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
        close(fd);
    }
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
}

TEST(several_on_one_port)
{
    http_bench_t one, two;
    char port[16];
    open_bench(&one);
    one.options.http_reuse_port = 1;
    http_bench_start(&one);
    snprintf(port, sizeof port, "%u", http_bench_stats(&one).port);
    open_bench(&two);
    two.options.http_port = port;
    two.options.http_reuse_port = 1;
    assert_int_equal(http_bench_create(&two), 0);
    assert_int_equal(mock_start(&two.mock, two.t), 0);
    mock_stop(&two.mock);
    mock_run_until_state(&two.mock, SLACK_TRANSPORT_STOPPED);
    mock_destroy(&two.mock, two.t);
    mock_host_close(&two.mock);
    assert_int_equal(status_of(&one, ""), 200);
    http_bench_close(&one);
}

BENCH_TEST(version_6)
{
    b.options.http_host = "::"; /* also accepts IPv4 */
    http_bench_start(&b);
    assert_int_equal(status_of(&b, ""), 200);
}

/* ---- proxies ---- */

BENCH_TEST(proxies_are_believed)
{
    b.options.http_trusted_proxies = "127.0.0.0/8";
    b.options.http_client_cert_header = "X-Client-DN: CN=platform-tls-client.slack.com";
    http_bench_start(&b);
    assert_int_equal(status_of(&b, "X-Forwarded-For: 198.51.100.7\r\n"), 401);
    assert_true(world_logged(&b.mock.world, "peer=198.51.100.7"));
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        {"X-Client-DN: CN=platform-tls-client.slack.com\r\n", 200},
        {"x-client-dn:  CN=platform-tls-client.slack.com \r\n", 200},
        {"X-Client-DN: cn=platform-tls-client.slack.com\r\n", 401},
        {"X-Client-DN: CN=platform-tls-client.slack.com.example\r\n", 401},
        {"X-Client-DN: CN=example.com,CN=platform-tls-client.slack.com\r\n", 401},
        {"X-Client-DN: O=CN\\=platform-tls-client.slack.com\r\n", 401},
        {"X-Client-DN: OU=x\\, CN\\=platform-tls-client.slack.com\r\n", 401},
        {"X-Client-DN: CN=platform-tls-client.slack.com+OU=x\r\n", 401},
        {"X-Client-DN: platform-tls-client.slack.com\r\n", 401},
        {"X-Client-DN:\r\n", 401},
        {"X-Client-DN: CN=platform-tls-client.slack.com\r\nX-Client-DN: x\r\n", 401},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(status_of(&b, cases[i].headers), cases[i].status);
}

BENCH_TEST(strangers_are_not)
{
    b.options.http_trusted_proxies = "192.0.2.0/24";
    b.options.http_client_cert_header = "X-Client-DN: CN=platform-tls-client.slack.com";
    http_bench_start(&b);
    assert_int_equal(status_of(&b, "X-Forwarded-For: 192.0.2.1\r\nX-Client-DN: "
                                   "CN=platform-tls-client.slack.com\r\n"),
                     401);
    assert_true(world_logged(&b.mock.world, "peer=127.0.0.1"));
}

TEST(wrong_options_are_named)
{
    open_bench(&b);
    b.options.http_trusted_proxies = "everybody";
    assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
    assert_non_null(strstr(b.error, "SLACK_HTTP_TRUSTED_PROXIES is \"everybody\""));
    b.options.http_trusted_proxies = NULL;
    static const char *const modes[] = {"0", "660 ", "0888", "01777", "rw", "-1"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        b.options.http_unix_mode = modes[i];
        assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
        assert_non_null(strstr(b.error, "SLACK_HTTP_UNIX_MODE is \""));
    }
    b.options.http_unix_mode = "0660";
    b.options.http_unix_group = "no-such-group";
    assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
    assert_non_null(strstr(b.error, "SLACK_HTTP_UNIX_GROUP is \"no-such-group\": this machine"));
    b.options.http_unix_group = NULL;
    const slack_listen_address_t address = {.variables = "SLACK_HTTP", .host = "unix:/run/s"};
    slack__listen_address_explain(&address, SLACK_EIO, UV_EPERM, b.error);
    assert_string_equal(b.error, "cannot listen on unix:/run/s: it cannot be given to the group in "
                                 "SLACK_HTTP_UNIX_GROUP; make the user of this program a member of "
                                 "it, and let its sandbox allow chown");
    static const char *const headers[] = {"X-Client-DN", "X-Client-DN: ", ": CN=x", " :", ":"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        b.options.http_client_cert_header = headers[i];
        assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
        assert_non_null(strstr(b.error, "HEADER has to be NAME: VALUE, such as "));
    }
    b.options.http_client_cert_header = "X: /C=US/O=Slack/CN=platform-tls-client.slack.com";
    assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
    assert_non_null(strstr(b.error, "SLACK_HTTP_CLIENT_CERT_HEADER has a subject like"));
    b.options.http_client_cert_header = NULL;
    b.options.http_tls_cert = "/nowhere.pem";
    assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
    assert_non_null(strstr(b.error, "have to be set together"));
    b.options.http_tls_key = "/nowhere.key";
    assert_int_equal(http_bench_create(&b), SLACK_ECONFIG);
    assert_non_null(strstr(b.error, "cannot use SLACK_HTTP_TLS_CERT=/nowhere.pem"));
    mock_host_close(&b.mock);
    assert_int_equal(heap_live(), 0);
}

/* ---- reload ---- */

BENCH_TEST(secret_is_read_again)
{
    char path[] = "/tmp/slackapp-XXXXXX";
    close(mkstemp(path));
    file_write(path, "another-secret\n");
    b.options.signing_secret = "another-secret";
    b.options.signing_secret_file = path;
    http_bench_start(&b);
    assert_int_equal(status_of(&b, ""), 401);
    mock_turns(&b.mock, 50);
    file_write(path, "yet-another," SLACK_REQUEST_SECRET "\n");
    world_until(&b.mock.world, world_logged(&b.mock.world, "read again"));
    assert_int_equal(status_of(&b, ""), 200);
    assert_false(world_logged(&b.mock.world, SLACK_REQUEST_SECRET));
    unlink(path);
}
