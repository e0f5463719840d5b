/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/slack.h>

#include "ops/recorder.h"
#include "support/file.h"
#include "support/heap.h"
#include "support/test.h"
#include "support/world.h"
#include "util/alloc.h"

#define PENDING_MAX ((size_t)128 << 10)

static world_t world;
static slack_recorder_t *recorder;
static char dir[64], path[96], old[112];
static const char *all;

static int open_world(void **state)
{
    snprintf(dir, sizeof dir, "/tmp/slackapp-recorder-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/run.jsonl", dir);
    snprintf(old, sizeof old, "%s.old", path);
    recorder = NULL;
    return world_open(&world) ? 0 : -1;
}

static int close_world(void **state)
{
    world_close(&world);
    (void)unlink(path);
    (void)unlink(old);
    if (heap_live() != 0) return -1;
    return rmdir(dir);
}

#define RECORDER_TEST(function) TEST_CASE(function, open_world, close_world, NULL)

static int try_open(uint64_t max_bytes, char *error)
{
    const slack_recorder_options_t options = {.path = path,
                                              .api_url = "https://slack.com/api/",
                                              .max_bytes = max_bytes,
                                              .pending_max = PENDING_MAX};
    return slack__recorder_open(&recorder, world.net, &options, error);
}

static void begin(uint64_t max_bytes)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(try_open(max_bytes, error), 0);
    slack__recorder_begin(recorder, "U1", "B1", "T1");
}

static void end(void)
{
    bool closed = false;
    slack__recorder_close(recorder, world_set_flag, &closed);
    recorder = NULL;
    world_until(&world, closed);
}

static unsigned count(const char *text, const char *part)
{
    unsigned n = 0;
    while ((text = strstr(text, part)) != NULL) {
        n++;
        text += strlen(part);
    }
    return n;
}

/* ---- deliveries and acks ---- */

static int ack_rc;

static int take_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack);

static const struct slack_transport_ops wire = {.name = "wire", .ack = take_ack};
static slack_transport_t transport = {.ops = &wire};

static int take_ack(slack_transport_t *t, slack_delivery_t *d, const slack_ack_t *ack)
{
    assert_ptr_equal(t, &transport);
    return ack_rc;
}

static slack_delivery_t *new_delivery(uint64_t number, const char *json)
{
    const slack_json_t *body;
    slack_arena_t *arena = slack__arena_new(0, 0);
    slack_delivery_t *d = NULL;
    if (arena && slack__json_parse(arena, json, strlen(json), &body, NULL) == 0)
        d = slack__delivery_new(arena, body, SLACK_SLICE(""), 0);
    if (d == NULL) {
        slack__arena_free(arena);
        return NULL;
    }
    d->number = number;
    return d;
}

/* Records the delivery and puts the recorder's transport in front of its own, as the app does. */
static void deliver(slack_delivery_t *d)
{
    slack__record_delivery(recorder, &transport, d);
    d->transport = slack__recorder_transport(recorder, &transport);
}

static void ack(slack_delivery_t *d, const slack_ack_t *ack)
{
    assert_int_equal(d->transport->ops->ack(d->transport, d, ack), ack_rc);
}

static void deliver_one(uint64_t number)
{
    slack_delivery_t *d =
        new_delivery(number, "{\"command\":\"/x\",\"text\":\"hi\",\"token\":\"verysecret\"}");
    assert_non_null(d);
    deliver(d);
    slack__delivery_free(d);
}

RECORDER_TEST(test_lines)
{
    begin(1 << 20);
    world.mono_us += 5000;
    slack_delivery_t *d = new_delivery(1, "{\"command\":\"/x\",\"token\":\"verysecret\"}");
    d->retry_num = 2;
    d->retry_reason = "http_timeout";
    deliver(d);
    assert_string_equal(d->transport->ops->name, "wire");
    ack(d, &(slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, SLACK_SLICE("a \"text\"")});
    d->number = 2;
    ack(d, &(slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_JSON, SLACK_SLICE("{\"a\":1}")});
    d->number = 3;
    ack(d, &(slack_ack_t){.outcome = SLACK_ACK_LATER});
    d->number = 4;
    d->known = true;
    ack(d, &(slack_ack_t){.outcome = SLACK_ACK_REFUSE});
    d->number = 0; /* a delivery from the store was not recorded */
    ack(d, &(slack_ack_t){.outcome = SLACK_ACK_OK});
    slack__delivery_free(d);
    world.mono_us += 1000;
    end();
    all = file_read(path, NULL);
    char *token = strstr(all, "redacted:");
    assert_non_null(token);
    memset(token + strlen("redacted:"), '#', 16);
    assert_string_equal(
        all, "{\"t\":0,\"type\":\"begin\",\"version\":1,\"wall_ms\":1000000,\"bot_user\":\"U1\","
             "\"bot_id\":\"B1\",\"team\":\"T1\"}\n"
             "{\"t\":5,\"type\":\"delivery\",\"n\":1,\"transport\":\"wire\",\"kind\":\"command\","
             "\"retry_num\":2,\"retry_reason\":\"http_timeout\",\"body\":{\"command\":\"/x\","
             "\"token\":\"redacted:################\"}}\n"
             "{\"t\":5,\"type\":\"ack\",\"n\":1,\"outcome\":\"ok\",\"text\":\"a \\\"text\\\"\"}\n"
             "{\"t\":5,\"type\":\"ack\",\"n\":2,\"outcome\":\"ok\",\"body\":{\"a\":1}}\n"
             "{\"t\":5,\"type\":\"ack\",\"n\":3,\"outcome\":\"later\"}\n"
             "{\"t\":5,\"type\":\"ack\",\"n\":4,\"outcome\":\"refuse\",\"known\":true}\n"
             "{\"t\":6,\"type\":\"end\"}\n");
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

RECORDER_TEST(test_nothing_before_it_begins)
{
    char error[SLACK_ERROR_TEXT_MAX];
    assert_int_equal(try_open(1 << 20, error), 0);
    deliver_one(1);
    end();
    assert_string_equal(file_read(path, NULL), "");
}

RECORDER_TEST(test_no_recorder)
{
    slack__recorder_begin(NULL, "", "", "");
    slack__record_delivery(NULL, NULL, NULL);
    assert_ptr_equal(slack__recorder_transport(NULL, &transport), &transport);
    end();
}

/* With SLACK_ECLOSED the app has acked and the peer is gone: recorded. After the other errors the
 * app acks again: not recorded. */
RECORDER_TEST(test_acks_that_fail)
{
    static const struct {
        int rc;
        unsigned lines;
    } cases[] = {{SLACK_ECLOSED, 1}, {SLACK_ETOOBIG, 0}, {SLACK_EACKBODY, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(1 << 20);
        slack_delivery_t *d = new_delivery(1, "{\"command\":\"/x\"}");
        deliver(d);
        ack_rc = cases[i].rc;
        ack(d, &(slack_ack_t){.outcome = SLACK_ACK_OK});
        ack_rc = 0;
        slack__delivery_free(d);
        end();
        assert_int_equal(count(file_read(path, NULL), "\"type\":\"ack\""), cases[i].lines);
    }
}

/* The recorder has a stand-in for each of SLACK_TRANSPORTS_MAX transports; the acks of one more are
 * not recorded. */
RECORDER_TEST(test_transports)
{
    slack_transport_t transports[SLACK_TRANSPORTS_MAX + 1];
    begin(1 << 20);
    for (size_t i = 0; i <= SLACK_TRANSPORTS_MAX; i++) {
        transports[i].ops = &wire;
        slack_transport_t *stand_in = slack__recorder_transport(recorder, &transports[i]);
        assert_int_equal(stand_in == &transports[i], i == SLACK_TRANSPORTS_MAX);
        assert_ptr_equal(slack__recorder_transport(recorder, &transports[i]), stand_in);
    }
    end();
}

/* ---- calls ---- */

static slack_curl_fn sent_fn;
static void *sent_data;
static int send_rc;

static int take_request(void *sender, const slack_curl_request_t *request, slack_curl_fn fn,
                        void *user_data)
{
    sent_fn = fn;
    sent_data = user_data;
    return send_rc;
}

static void close_at_once(void *sender, void (*fn)(void *user_data), void *user_data)
{
    fn(user_data);
}

static void count_result(const slack_curl_result_t *result, void *user_data)
{
    ++*(unsigned *)user_data;
}

static unsigned told;

static void call(slack_sender_t *sender, const char *url, const char *body,
                 const slack_curl_result_t *result)
{
    const slack_curl_request_t request = {
        .method = "POST", .url = url, .body = body, .body_len = strlen(body), .tag = 7};
    assert_int_equal(sender->send(sender->sender, &request, count_result, &told), send_rc);
    if (send_rc == 0) sent_fn(result, sent_data);
}

RECORDER_TEST(test_calls)
{
    slack_sender_t sender = {take_request, close_at_once, NULL};
    told = 0;
    begin(1 << 20);
    slack__recorder_wrap(&sender, recorder);
    static const char ok[] = "{\"ok\":true,\"access_token\":\"verysecret\"}";
    call(&sender, "https://slack.com/api/chat.postMessage",
         "channel=C1&text=%7B%7D&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D",
         &(slack_curl_result_t){
             .http_status = 200, .retry_after_s = -1, .body = ok, .body_len = strlen(ok)});
    call(&sender, "https://hooks.slack.com/commands/T1/2/verysecret", "{\"text\":\"x\"}",
         &(slack_curl_result_t){
             .http_status = 429, .retry_after_s = 30, .body = "<html>", .body_len = 6});
    call(&sender, "https://slack.com/api/auth.test", "",
         &(slack_curl_result_t){.status = SLACK_ECONNECT, .unsent = true, .body = ""});
    call(&sender, "https://slack.com/api/apps.connections.open", "",
         &(slack_curl_result_t){.http_status = 200, .body = ""});
    send_rc = SLACK_EBUSY;
    call(&sender, "https://slack.com/api/auth.test", "", NULL);
    send_rc = 0;
    assert_int_equal(told, 4);
    end();
    all = file_read(path, NULL);
    assert_null(strstr(all, "verysecret"));
    assert_null(strstr(all, "apps.connections.open"));
    assert_non_null(
        strstr(all, "\"type\":\"call\",\"c\":1,\"n\":7,\"method\":\"chat.postMessage\",\"args\":"
                    "{\"channel\":\"C1\",\"text\":\"{}\",\"blocks\":[{\"type\":\"divider\"}]}}\n"));
    assert_non_null(strstr(all, "\"type\":\"answer\",\"c\":1,\"http\":200,\"body\":{\"ok\":true,"));
    assert_non_null(strstr(all, "\"method\":\"response_url\",\"args\":{\"text\":\"x\"}}\n"));
    assert_non_null(strstr(all, "\"c\":2,\"http\":429,\"retry_after_s\":30,\"text\":\"\"}\n"));
    assert_non_null(strstr(all, "\"c\":3,\"error\":\"SLACK_ECONNECT\",\"unsent\":true}\n"));
    assert_int_equal(count(all, "\"type\":\"call\""), 3);
}

/* ---- the file ---- */

RECORDER_TEST(test_one_from_before_is_kept)
{
    begin(1 << 20);
    deliver_one(1);
    end();
    begin(1 << 20);
    end();
    assert_int_equal(count(file_read(old, NULL), "delivery"), 1);
    assert_int_equal(count(file_read(path, NULL), "delivery"), 0);
    begin(1 << 20);
    end();
    assert_int_equal(count(file_read(old, NULL), "delivery"), 0); /* only one old file is kept */
}

/* A file that is not a recording stays in place, and the recorder does not open. */
RECORDER_TEST(test_somebody_elses_file)
{
    char error[SLACK_ERROR_TEXT_MAX] = "";
    file_write(path, "important");
    assert_int_equal(try_open(1 << 20, error), SLACK_EIO);
    assert_non_null(strstr(error, "cannot be created: something else has that name"));
    assert_string_equal(file_read(path, NULL), "important");
    assert_int_not_equal(access(old, F_OK), 0);

    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(try_open(1 << 20, error), SLACK_EIO);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(try_open(1 << 20, error), SLACK_EIO);
    assert_int_equal(rmdir(path), 0);

    assert_true(snprintf(path, sizeof path, "%s/none/run.jsonl", dir) > 0);
    assert_int_equal(try_open(1 << 20, error), SLACK_EIO);
    assert_non_null(strstr(error, "No such file or directory"));
}

/* ---- bounds ---- */

/* The file has whole lines only, and as many as fit. */
RECORDER_TEST(test_its_size)
{
    const uint64_t max = 4000;
    begin(max);
    for (uint64_t n = 1; n <= 1000; n++) {
        deliver_one(n);
        if (n % 7 == 0) world_turn(&world);
    }
    end();
    all = file_read(path, NULL);
    const size_t len = strlen(all);
    assert_true(len <= max && len > max - 300);
    assert_int_equal(all[len - 1], '\n');
    assert_int_equal(count(world.log, "recording stopped"), 1);
    assert_non_null(strstr(world.log, "SLACK_RECORD_MIB is reached"));
}

/* One turn of the loop writes more lines than may be pending. */
RECORDER_TEST(test_a_slow_disk)
{
    begin(UINT64_MAX);
    slack_delivery_t *d = new_delivery(1, "{\"command\":\"/x\"}");
    deliver(d);
    size_t len = 4 << 10;
    char *text = slack__malloc(len);
    memset(text, 'x', len);
    for (int i = 0; i < 64; i++)
        ack(d, &(slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_TEXT, {text, len}});
    slack__free(text);
    slack__delivery_free(d);
    assert_int_equal(count(world.log, "recording stopped"), 1);
    assert_non_null(strstr(world.log, "the disk is too slow"));
    end();
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true((size_t)info.st_size > PENDING_MAX - 2 * len);
    assert_true((size_t)info.st_size <= PENDING_MAX);
}

/* A limit on the size of files fails a write like a full disk. */
RECORDER_TEST(test_a_full_disk)
{
    struct rlimit before, small = {.rlim_cur = 2000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    begin(1 << 20);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (uint64_t n = 1; n <= 100; n++)
        deliver_one(n);
    for (int i = 0; i < 10000 && !strstr(world.log, "recording stopped"); i++)
        uv_run(&world.loop, UV_RUN_ONCE);
    deliver_one(1);
    end();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(count(world.log, "recording stopped"), 1);
    assert_non_null(strstr(world.log, "file too large"));
    assert_int_equal(strlen(file_read(path, NULL)), 2000);
}

/* ---- out of memory ---- */

RECORDER_TEST(test_allocations)
{
    slack_delivery_t *d = new_delivery(1, "{\"command\":\"/x\",\"token\":\"t\"}");
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        char error[SLACK_ERROR_TEXT_MAX];
        slack_sender_t sender = {take_request, close_at_once, NULL};
        const slack_curl_request_t request = {
            .url = "https://slack.com/api/x", .body = "a=b", .body_len = 3};
        told = 0;
        heap_fail_at(n, false);
        int rc = try_open(1 << 20, error), sent = SLACK_ENOMEM;
        if (rc == 0) {
            slack__recorder_begin(recorder, "U1", "B1", "T1");
            slack__recorder_wrap(&sender, recorder);
            deliver(d);
            ack(d, &(slack_ack_t){SLACK_ACK_OK, SLACK_ACK_BODY_JSON, SLACK_SLICE("{\"a\":1}")});
            sent = sender.send(sender.sender, &request, count_result, &told);
            if (sent == 0)
                sent_fn(&(slack_curl_result_t){.http_status = 200, .body = "{}", .body_len = 2},
                        sent_data);
            world_turn(&world);
        }
        failed = heap_heal();
        if (rc == 0) end();
        assert_int_equal(told, sent == 0);
        if (failed) continue;
        assert_int_equal(rc, 0);
        assert_int_equal(count(file_read(path, NULL), "\n"), 6);
    }
    slack__delivery_free(d);
}
