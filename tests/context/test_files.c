/* SPDX-License-Identifier: MIT */
/* Uploads and downloads of handlers, on the loop and on workers. */
#include <stdatomic.h>

#include "support/sim_bot.h"
#include "support/test.h"

#define SIZE 300000

static sim_bot_t bot;
static char bytes[SIZE + 1];

static struct {
    uv_thread_t handler; /* whose functions run there */
    atomic_uint begun, ended;
    atomic_int status;
    int rc;      /* what the handler returns, if not its status */
    bool reads;  /* the upload has a read function */
    bool awaits; /* the message */
    unsigned reports;
    uint64_t got;
    char ts[32], url[160], error[300];
} now;

static void assert_here(void)
{
    const uv_thread_t self = uv_thread_self();
    if (!uv_thread_equal(&now.handler, &self)) now.rc = SLACK_EMISMATCH;
}

static int64_t give(void *to, size_t max, uint64_t offset, void *user_data)
{
    assert_here();
    memcpy(to, bytes + offset, max);
    return (int64_t)max;
}

static int take(const void *data, size_t len, uint64_t offset, void *user_data)
{
    assert_here();
    if (offset != now.got || memcmp(data, bytes + offset, len) != 0) return SLACK_EMISMATCH;
    now.got += len;
    return 0;
}

static int report(const slack_file_progress_t *progress, void *user_data)
{
    assert_here();
    now.reports++;
    return 0;
}

/* ---- the handlers ---- */

static void done(int status, const char *error)
{
    snprintf(now.error, sizeof now.error, "%s", error);
    atomic_store(&now.status, status);
    atomic_fetch_add(&now.ended, 1);
}

static int downloaded(slack_ctx_t *ctx, const slack_downloaded_t *result, void *user_data)
{
    done(result->status, result->error);
    return now.rc ? now.rc : result->status;
}

static int uploaded(slack_ctx_t *ctx, const slack_uploaded_t *result, void *user_data)
{
    snprintf(now.ts, sizeof now.ts, "%s", result->ts);
    snprintf(now.url, sizeof now.url, "%s", slack_json_str(result->files, "/0/url_private"));
    if (result->status != 0) {
        done(result->status, result->error);
        return result->status;
    }
    const slack_download_t download = {.url = now.url, .write = take, .progress = report};
    return slack_download_then(ctx, &download, downloaded, NULL);
}

/* On either thread: the forms that end in _then wait on a worker. */
static int on_files(slack_ctx_t *ctx, void *user_data)
{
    const slack_file_t file = {.name = "a.log",
                               .data = now.reads ? NULL : bytes,
                               .read = now.reads ? give : NULL,
                               .size = SIZE};
    const slack_upload_t upload = {
        .files = &file, .count = 1, .await_message = now.awaits, .progress = report};
    now.handler = uv_thread_self();
    atomic_fetch_add(&now.begun, 1);
    int rc = slack_ack(ctx);
    if (rc == 0) rc = slack_upload_then(ctx, &upload, uploaded, NULL);
    if (rc != 0 && atomic_load(&now.ended) == 0) done(rc, slack_ctx_strerror(ctx, rc));
    return rc;
}

/* A handler makes a mistake, and gets a sentence for it. */
static int on_wrong(slack_ctx_t *ctx, void *user_data)
{
    const slack_file_t file = {.path = "/no/such/file"};
    slack_uploaded_t result;
    int rc = slack_ack(ctx);
    if (rc == 0)
        rc = slack_upload_wait(ctx, &(slack_upload_t){.files = &file, .count = 1}, &result);
    if (rc != 0 && result.status == rc) done(rc, result.error);
    return rc;
}

static void prepare(slack_app_t *app)
{
    const slack_listener_t listeners[] = {
        {.kind = SLACK_KIND_COMMAND, .match = "/loop", .fn = on_files},
        {.kind = SLACK_KIND_COMMAND, .match = "/worker", .fn = on_files, .run = SLACK_RUN_WORKER},
        {.kind = SLACK_KIND_COMMAND, .match = "/wrong", .fn = on_wrong, .run = SLACK_RUN_WORKER},
        {.kind = SLACK_KIND_COMMAND, .match = "/blocks", .fn = on_wrong},
    };
    bot.has_threads = true;
    for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++)
        assert_int_equal(slack_listen(app, &listeners[i]), 0);
}

static void open_bot(void)
{
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)((i * 2654435761u) >> 13);
    sim_bot_open_with(&bot, "socket", 1, NULL, prepare);
}

#define FILES_TEST(function) TEST_AROUND(function, open_bot(), sim_bot_close(&bot))

static void run(const char *command)
{
    const char *body =
        slack__arena_printf(bot.peer.arena, "{'kind':'command','command':'%s'}", command);
    atomic_store(&now.ended, 0);
    atomic_store(&now.begun, 0);
    now.got = now.reports = 0;
    now.rc = 0;
    sim_peer_send(&bot.peer, body, &bot.command);
}

static void run_to_end(const char *command)
{
    const uint64_t since_ns = uv_hrtime();
    run(command);
    while (atomic_load(&now.ended) == 0 && uv_hrtime() - since_ns < UINT64_C(20000000000))
        sim_bot_pass(&bot, 20);
    assert_int_equal(now.ended, 1);
    for (int i = 0; i < 20; i++)
        sim_bot_turn(&bot);
}

/* The program's functions run on the thread that has begun the upload. */
FILES_TEST(handlers_upload_and_download)
{
    static const char *const commands[] = {"/loop", "/worker"};
    for (unsigned i = 0; i < 8; i++) {
        now.reads = i & 2;
        now.awaits = i & 4;
        run_to_end(commands[i & 1]);
        assert_string_equal(now.error, "");
        assert_int_equal(now.status, 0);
        assert_int_equal(now.rc, 0);
        assert_int_equal(now.got, SIZE);
        assert_true(now.reports >= 2);
        assert_int_equal(*now.ts != '\0', now.awaits);
        for (int n = 0; n < 20; n++)
            sim_bot_pass(&bot, 20);
        const sim_message_t *message =
            sim_message_newest(&bot.peer.sim->services->workspace->messages, NULL);
        assert_string_equal(message->channel->id, "C0GENERAL1"); /* the delivery's */
    }
}

FILES_TEST(a_failure_is_explained)
{
    run_to_end("/wrong");
    assert_int_equal(now.status, SLACK_EIO);
    assert_string_equal(now.error, "/no/such/file: cannot read it: No such file or directory: "
                                   "correct the path");
    assert_true(world_logged(&bot.peer.world, "/no/such/file: cannot read it: No such file"));
    run_to_end("/blocks");
    assert_int_equal(now.status, SLACK_EDEADLK);
    assert_non_null(strstr(now.error, "slack_upload_wait would block the loop"));
    sim_bot_fault(&bot, "api-error files.completeUploadExternal is_archived", 1, 0);
    now.awaits = now.reads = false;
    run_to_end("/loop");
    assert_int_equal(now.status, SLACK_EAPI);
    assert_true(world_logged(&bot.peer.world, "files.completeUploadExternal: is_archived"));
}

/* The app stops after n turns of the loop. A worker's memory is not read once it has returned. */
TEST(a_stop_ends_what_handlers_wait_for)
{
    static const char *const commands[] = {"/loop", "/worker"};
    for (unsigned turns = 0; turns < 40; turns += turns < 12 ? 1 : 7)
        for (unsigned i = 0; i < 4; i++) {
            open_bot();
            now.reads = i & 2;
            now.awaits = true;
            run(commands[i & 1]);
            while (atomic_load(&now.begun) == 0)
                sim_bot_turn(&bot);
            for (unsigned n = 0; n < turns && atomic_load(&now.ended) == 0; n++)
                sim_bot_turn(&bot);
            sim_bot_close(&bot);
            assert_int_equal(now.ended, 1);
            if (now.status != 0 && now.status != SLACK_ECANCELED)
                fail_msg("turns %u way %u: %s: %s", turns, i, slack_err_name(now.status),
                         now.error);
        }
}
