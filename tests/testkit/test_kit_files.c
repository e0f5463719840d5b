/* SPDX-License-Identifier: MIT */
/* Uploads and downloads of a bot in the kit. */
#include <unistd.h>

#include "support/kit.h"
#include "support/test.h"

#define URL "https://files.slack.com/files-pri/T1-F1/a.log"

static char content[300000], path[] = "/tmp/slack-kit-XXXXXX";
static size_t got;

static int take(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    if (offset != got || memcmp(bytes, content + offset, len) != 0) return SLACK_EMISMATCH;
    got += len;
    return 0;
}

static int downloaded(slack_ctx_t *ctx, const slack_downloaded_t *result, void *user_data)
{
    return result->status ? result->status : slack_say(ctx, "%zu bytes", got);
}

static int uploaded(slack_ctx_t *ctx, const slack_uploaded_t *result, void *user_data)
{
    const slack_download_t download = {.url = URL, .write = take};
    if (result->status != 0) return result->status;
    return slack_download_then(ctx, &download, downloaded, NULL);
}

static int on_files(slack_ctx_t *ctx, void *user_data)
{
    const slack_file_t file = {.path = path, .name = "a.log"};
    const slack_upload_t upload = {.files = &file, .count = 1};
    const int rc = slack_ack(ctx);
    got = 0;
    return rc ? rc : slack_upload_then(ctx, &upload, uploaded, NULL);
}

static void expect_upload(void)
{
    slack_test_expect(kit, "files.getUploadURLExternal", "{filename: 'a.log', length: '300000'}");
    slack_test_expect(kit, "files.completeUploadExternal", "{channel_id: 'C0TEST'}");
}

FINE_TEST(a_bot_uploads_and_downloads)
{
    static const char *const commands[] = {"/files", "/worker"};
    const int fd = mkstemp(path);
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i >> 8);
    assert_int_equal(write(fd, content, sizeof content), sizeof content);
    close(fd);
    const slack_listener_t worker = {
        .kind = SLACK_KIND_COMMAND, .match = "/worker", .run = SLACK_RUN_WORKER, .fn = on_files};
    slack_on_command(slack_test_app(kit), "/files", on_files, NULL);
    assert_int_equal(slack_listen(slack_test_app(kit), &worker), 0);
    slack_test_file(kit, URL, content, sizeof content);
    for (int i = 0; i < 2; i++) {
        expect_upload();
        slack_test_expect(kit, "chat.postMessage", "{text: '300000 bytes'}");
        slack_test_command(kit, commands[i], "");
        slack_test_expect_status(kit, 0);
    }
    slack_test_file(kit, URL, "other", 5); /* the newest content counts */
    expect_upload();
    slack_test_expect(kit, "response_url", NULL); /* the user is told */
    slack_test_command(kit, "/files", "");
    slack_test_expect_status(kit, SLACK_EMISMATCH);
    unlink(path);
}
