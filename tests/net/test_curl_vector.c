/* SPDX-License-Identifier: MIT */
#include "support/heap.h"
#include "support/mock_host.h"
#include "support/slack_request.h"
#include "support/test.h"
#include "transport_http/http.h"

/* The example of https://docs.slack.dev/authentication/verifying-requests-from-slack, sent by the
 * curl of this machine. The mock host's clock stands at the example's time. */
#define BODY                                                                                       \
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="         \
    "G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"     \
    "collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%"             \
    "2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."               \
    "803a0bc887a14d10d2c447fce8b6703c"
#define SIGNATURE "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

typedef struct curl {
    uv_process_t process;
    uv_pipe_t out;
    char text[256]; /* what it printed */
    size_t len;
    unsigned open; /* handles */
    int64_t exit_status;
} curl_t;

static void on_closed(uv_handle_t *handle)
{
    ((curl_t *)handle->data)->open--;
}

static void curl_exited(uv_process_t *process, int64_t exit_status, int signal)
{
    curl_t *curl = process->data;
    curl->exit_status = signal ? -1 : exit_status;
    uv_close((uv_handle_t *)process, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
    (void)size;
    curl_t *curl = handle->data;
    *ret = uv_buf_init(curl->text + curl->len, (unsigned)(sizeof curl->text - 1 - curl->len));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    curl_t *curl = stream->data;
    if (len > 0)
        curl->len += (size_t)len;
    else if (len < 0)
        uv_close((uv_handle_t *)stream, on_closed);
}

static bool is_done(void *arg)
{
    return ((const curl_t *)arg)->open == 0;
}

/* POST `body` by curl. What it prints is the body and the status: "hello200". */
static void run_curl(mock_host_t *mock, unsigned port, const char *body, curl_t *ret)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/slack/events", port);
    const char *args[] = {
        "curl",        "-q",
        "--silent",    "--show-error",
        "--noproxy",   "*",
        "--max-time",  "10",
        "--write-out", "%{http_code}",
        "--header",    "X-Slack-Request-Timestamp: " SLACK_REQUEST_TIME,
        "--header",    "X-Slack-Signature: " SIGNATURE,
        "--data-raw",  body,
        url,           NULL,
    };
    memset(ret, 0, sizeof *ret);
    ret->process.data = ret->out.data = ret;
    assert_int_equal(uv_pipe_init(&mock->loop, &ret->out, 0), 0);
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&ret->out},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    const uv_process_options_t options = {
        .exit_cb = curl_exited,
        .file = "curl",
        .args = (char **)(uintptr_t)args,
        .stdio = stdio,
        .stdio_count = 3,
    };
    ret->open = 2;
    int rc = uv_spawn(&mock->loop, &ret->process, &options);
    assert_int_equal(rc, 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&ret->out, on_alloc, on_read), 0);
    mock_run_until(mock, is_done, ret);
    assert_int_equal(ret->exit_status, 0);
}

static void curl_sends_the_public_vector(void **state)
{
    (void)state;
    mock_host_t mock;
    mock_host_open(&mock);
    const slack_options_t options = {.http_host = "127.0.0.1",
                                     .http_port = "0",
                                     .http_path = "/slack/events",
                                     .signing_secret = SLACK_REQUEST_SECRET};
    slack_transport_t *t;
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(slack__transport_http.create(&t, &mock.host, &options, error), 0);
    assert_int_equal(mock_start(&mock, t), 0);
    mock_run_until_state(&mock, SLACK_TRANSPORT_READY);
    slack_transport_stats_t stats;
    t->ops->stats(t, &stats);

    curl_t curl;
    mock.script = MOCK_ACK;
    mock.ack = (slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, SLACK_SLICE("collected ")};
    run_curl(&mock, stats.port, BODY, &curl);
    assert_string_equal(curl.text, "collected 200");
    assert_int_equal(mock.count, 1);
    assert_int_equal(mock.deliveries[0].kind, SLACK_KIND_COMMAND);
    assert_non_null(strstr(mock.deliveries[0].body, "\"command\":\"/webhook-collect\""));

    char changed[] = BODY;
    changed[100] ^= 1;
    run_curl(&mock, stats.port, changed, &curl);
    assert_string_equal(curl.text, "401");
    assert_int_equal(mock.count, 1);

    mock_stop(&mock);
    mock_run_until_state(&mock, SLACK_TRANSPORT_STOPPED);
    mock_destroy(&mock, t);
    mock_host_close(&mock);
    assert_int_equal(heap_live(), 0);
}

int main(void)
{
    heap_install();
    const struct CMUnitTest tests[] = {cmocka_unit_test(curl_sends_the_public_vector)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
