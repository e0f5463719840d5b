/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "support/file.h"
#include "support/heap.h"
#include "support/http_bench.h"
#include "support/test.h"

/* Checks of signatures that take several turns of the loop. */

#define OLD   "01,02,03,04,05,06,07,08,09,10,11,12,13,14,15,16"
#define EVENT "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{}}"
#define LEN   ((size_t)1 << 20)

static http_bench_t b;
static char secret_file[] = "/tmp/slackapp-checks-XXXXXX";

static void open_bench(void)
{
    http_bench_open(&b);
    file_write(secret_file, OLD);
    b.options.signing_secret = NULL;
    b.options.signing_secret_file = secret_file;
    http_bench_start(&b);
}

static void close_bench(void)
{
    http_bench_close(&b);
    unlink(secret_file);
}

#define CHECK_TEST(function) TEST_AROUND(function, open_bench(), close_bench())

static int send_large(const char *secret)
{
    size_t len;
    heap_pause();
    char *body = malloc(LEN + 1);
    assert_non_null(body);
    memset(body, ' ', LEN);
    memcpy(body, EVENT, sizeof EVENT - 1);
    char *bytes = slack_request_make(
        &(signed_request_t){.secret = secret, .body = body, .body_len = LEN}, &len);
    const int number = http_peer_send(b.slack, bytes, len, (http_pieces_t){0});
    heap_resume();
    free(bytes);
    free(body);
    return number;
}

/* A request is checked with the secrets that are valid at its end. */
CHECK_TEST(secrets_change_during_a_check)
{
    static const struct {
        const char *signs, *then;
        int status;
    } cases[] = {
        {"new", "new,03,04", 200}, {"16", "new,03,04", 401}, {"16", OLD, 200}, {"new", OLD, 401}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned turns = 0; turns < 5; turns++) {
            file_write(secret_file, OLD);
            assert_int_equal(b.t->ops->reload(b.t), 1);
            const int number = send_large(cases[i].signs);
            mock_turns(&b.mock, 10 * turns);
            file_write(secret_file, cases[i].then);
            assert_int_equal(b.t->ops->reload(b.t), 1);
            const http_reply_t *reply = http_bench_wait(&b, number);
            if (reply->status != cases[i].status)
                fail_msg("%zu, %u: %d\n%s", i, turns, reply->status, b.mock.world.log);
        }
    }
}
