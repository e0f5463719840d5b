/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "support/file.h"
#include "support/heap.h"
#include "support/http_bench.h"
#include "support/test.h"

/* Several apps on one port: the secret that signed a request names the app. */

#define SECRETS "A111:secret-one, A222:secret-old,A222:secret-new"

#define EVENT(app)                                                                                 \
    "{\"api_app_id\":\"" app "\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"app_mention\"}}"
#define DIALOG "payload=%7B%22type%22%3A%22dialog_submission%22%2C%22callback_id%22%3A%22c%22%7D"

static http_bench_t b;

static void start(const char *secrets)
{
    http_bench_open(&b);
    b.options.signing_secret = secrets;
    http_bench_start(&b);
}

static const http_reply_t *ask(const char *secret, const char *type, const char *body)
{
    return http_bench_ask(&b, &(signed_request_t){.secret = secret, .type = type, .body = body});
}

static const char *last_app(void)
{
    assert_true(b.mock.count > 0);
    return b.mock.deliveries[b.mock.count - 1].app_id;
}

#define BENCH_TEST(function) TEST_AROUND(function, (void)0, http_bench_close(&b))
#define APPS_TEST(function)  TEST_AROUND(function, start(SECRETS), http_bench_close(&b))

BENCH_TEST(each_app_has_its_secrets)
{
    static const struct {
        const char *secret, *type, *body;
        const char *app; /* NULL: refused */
    } cases[] = {
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A111"), "A111"},
        {"secret-old", SLACK_REQUEST_JSON, EVENT("A222"), "A222"},
        {"secret-new", SLACK_REQUEST_JSON, EVENT("A222"), "A222"},
        {"secret-one", SLACK_REQUEST_FORM, "command=%2Fsesame&api_app_id=A111", "A111"},
        {"secret-new", SLACK_REQUEST_FORM, "command=%2Fsesame&api_app_id=A222", "A222"},
        /* Legacy payloads name no app: the secret does. */
        {"secret-one", SLACK_REQUEST_FORM, DIALOG, "A111"},
        {"secret-old", SLACK_REQUEST_FORM, DIALOG, "A222"},
        {"secret-new", SLACK_REQUEST_JSON, "{\"api_app_id\":222,\"event\":{}}", "A222"},
        /* The secret of another app. */
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A222"), NULL},
        {"secret-new", SLACK_REQUEST_JSON, EVENT("A111"), NULL},
        {"secret-one", SLACK_REQUEST_FORM, "command=%2Fsesame&api_app_id=A222", NULL},
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A333"), NULL},
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A11"), NULL},
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A1111"), NULL},
        {"secret-one", SLACK_REQUEST_JSON, EVENT("a111"), NULL},
        {"secret-one", SLACK_REQUEST_JSON, EVENT("A111\\u0000"), NULL},
    };
    start(SECRETS);
    size_t taken = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world_forget_log(&b.mock.world);
        const http_reply_t *reply = ask(cases[i].secret, cases[i].type, cases[i].body);
        taken += cases[i].app != NULL;
        if (reply->status != (cases[i].app ? 200 : 401) || b.mock.count != taken)
            fail_msg("%zu: %d, %zu deliveries", i, reply->status, b.mock.count);
        if (cases[i].app)
            assert_string_equal(last_app(), cases[i].app);
        else
            assert_int_equal(
                world_log_count(&b.mock.world,
                                "level=warn event=\"request refused\" status=401 reason="
                                "\"api_app_id is another app's than the secret\" "
                                "peer=127.0.0.1"),
                1);
        assert_int_equal(world_log_count(&b.mock.world, "secret-"), 0);
        assert_int_equal(world_log_count(&b.mock.world, "sesame"), 0);
    }
}

/* An unknown secret signs nothing, and the app's id is not read before the signature holds. */
APPS_TEST(strangers_are_refused)
{
    const char *const secrets[] = {"secret", "secret-on", SLACK_REQUEST_SECRET};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        assert_int_equal(ask(secrets[i], NULL, EVENT("A111"))->status, 401);
        assert_int_equal(ask(secrets[i], NULL, "{")->status, 401);
    }
    assert_int_equal(b.mock.count, 0);
    assert_int_equal(
        world_log_count(&b.mock.world, "signature does not match SLACK_SIGNING_SECRET"), 6);
}

/* Requests without an app are answered for every app. */
APPS_TEST(challenges_and_certificate_checks)
{
    static const char challenge[] = "{\"type\":\"url_verification\",\"challenge\":\"c\"}";
    static const char *const secrets[] = {"secret-one", "secret-old", "secret-new"};
    for (size_t i = 0; i < 3; i++) {
        const http_reply_t *reply = ask(secrets[i], NULL, challenge);
        assert_int_equal(reply->status, 200);
        assert_string_equal(reply->body, "{\"challenge\":\"c\"}");
    }
    assert_int_equal(ask("another", NULL, challenge)->status, 401);
    assert_int_equal(ask("another", SLACK_REQUEST_FORM, "ssl_check=1&token=x")->status, 200);
    assert_int_equal(b.mock.count, 0);
}

/* A secret without an id is valid for every app. */
BENCH_TEST(one_app_needs_no_id)
{
    start("secret-old,secret-new");
    assert_int_equal(ask("secret-old", NULL, EVENT("A111"))->status, 200);
    assert_string_equal(last_app(), "A111");
    assert_int_equal(ask("secret-new", SLACK_REQUEST_FORM, DIALOG)->status, 200);
    assert_string_equal(last_app(), "");
}

TEST(lists_that_cannot_be)
{
    static const char *const lists[] = {
        "A111:secret,secret", "secret,A111:secret", "A111:",       "A111: ",
        "A111:secret,",       "a111:secret",        ":secret",     "A:secret",
        "A1 1:secret",        "secret:A111",        "T111:secret",
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        http_bench_open(&b);
        b.options.signing_secret = lists[i];
        int rc = http_bench_create(&b);
        if (rc != SLACK_ECONFIG) fail_msg("%s: %d", lists[i], rc);
        assert_non_null(strstr(b.error, "SLACK_SIGNING_SECRET is blank, has an empty secret"));
        mock_host_close(&b.mock);
        assert_int_equal(heap_live(), 0);
    }
}

/* An app is added while the process runs. */
BENCH_TEST(apps_of_a_file)
{
    char path[] = "/tmp/slackapp-XXXXXX";
    close(mkstemp(path));
    file_write(path, "A111:secret-one\n");
    http_bench_open(&b);
    b.options.signing_secret = "A111:secret-one";
    b.options.signing_secret_file = path;
    http_bench_start(&b);
    assert_int_equal(ask("secret-new", NULL, EVENT("A222"))->status, 401);
    mock_turns(&b.mock, 50);
    file_write(path, SECRETS "\n");
    world_until(&b.mock.world, world_logged(&b.mock.world, "signing secret read again"));
    assert_int_equal(ask("secret-new", NULL, EVENT("A222"))->status, 200);
    assert_string_equal(last_app(), "A222");
    unlink(path);
}

/* Without memory the answer makes Slack send the request again, or there is none. */
APPS_TEST(memory_may_run_out)
{
    assert_int_equal(ask("secret-new", SLACK_REQUEST_FORM, DIALOG)->status, 200);
    bool failed = true;
    size_t n = 0;
    for (; failed; n++) {
        const size_t before = b.mock.count;
        heap_fail_at(n, false);
        const http_reply_t *reply = ask("secret-new", SLACK_REQUEST_FORM, DIALOG);
        failed = heap_heal();
        const int status = reply->done ? reply->status : 0;
        if (!failed) assert_int_equal(status, 200);
        if (status != 0 && status != 503 && status != 200) fail_msg("%zu: %d", n, status);
        if (status == 200 && b.mock.count == before + 1) assert_string_equal(last_app(), "A222");
        assert_true(b.mock.count == before || status != 503);
    }
    assert_true(n > 3);
}
