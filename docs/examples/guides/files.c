/* SPDX-License-Identifier: MIT */
/* The code of docs/guides/files.md. */
#include "guide.h"

#include <string.h>

static const char report[] = "day,orders\nMonday,7\nTuesday,9\n";

static int uploaded(slack_ctx_t *ctx, const slack_uploaded_t *result, void *user_data)
{
    (void)user_data;
    if (result->status != 0) return result->status; /* the log has result->error */
    return slack_say(ctx, "The report is complete.");
}

/* On the loop. */
static int send_report(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_file_t file = {
        .name = "orders.csv", .title = "Orders", .data = report, .size = sizeof report - 1};
    const slack_upload_t upload = {
        .files = &file, .count = 1, .initial_comment = "This week", .await_message = true};
    const int rc = slack_ack(ctx);
    return rc ? rc : slack_upload_then(ctx, &upload, uploaded, NULL);
}

static int show_progress(const slack_file_progress_t *progress, void *user_data)
{
    (void)user_data;
    printf("# %s: %llu of %llu bytes\n", progress->name, (unsigned long long)progress->bytes,
           (unsigned long long)progress->total);
    return 0; /* an error would end the upload */
}

/* On a worker. */
static int send_logs(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_file_t files[] = {
        {.path = "/proc/self/no-such-log"},
        {.name = "orders.csv", .data = report, .size = sizeof report - 1},
    };
    slack_uploaded_t result;
    int rc = slack_ack(ctx);
    if (rc != 0) return rc;
    rc = slack_upload_wait(
        ctx, &(slack_upload_t){.files = files, .count = 2, .progress = show_progress}, &result);
    return rc == SLACK_EIO ? slack_respond(ctx, "There is no log: %s", result.error) : rc;
}

static int count_lines(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    (void)offset;
    unsigned *lines = user_data;
    for (const char *at = bytes; (at = memchr(at, '\n', len - (size_t)(at - (const char *)bytes)));
         at++)
        ++*lines;
    return 0;
}

/* On a worker: somebody has shared a file. */
static int file_shared(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    const slack_response_t *info = NULL;
    const char *id = slack_json_str(slack_ctx_event(ctx), "/file_id");
    int rc = slack_call_wait(ctx, slack_files_info(.file = id), &info);
    if (rc != 0) return rc;
    unsigned lines = 0;
    const slack_download_t download = {.url = slack_response_str(info, "/file/url_private"),
                                       .write = count_lines,
                                       .user_data = &lines,
                                       .max_bytes = 10 << 20};
    rc = slack_download_wait(ctx, &download, NULL);
    return rc ? rc : slack_say(ctx, "%u lines", lines);
}

static int add_listeners(slack_app_t *app)
{
    const slack_listener_t on_logs = {
        .kind = SLACK_KIND_COMMAND, .match = "/logs", .run = SLACK_RUN_WORKER, .fn = send_logs};
    const slack_listener_t on_shared = {.kind = SLACK_KIND_EVENT,
                                        .match = "file_shared",
                                        .run = SLACK_RUN_WORKER,
                                        .fn = file_shared};
    int rc = slack_on_command(app, "/report", send_report, NULL);
    if (rc == 0) rc = slack_listen(app, &on_logs);
    return rc ? rc : slack_listen(app, &on_shared);
}

static void uploads_a_report(slack_test_t *t)
{
    slack_test_expect(t, "files.getUploadURLExternal", "{filename: 'orders.csv'}");
    slack_test_expect(t, "files.completeUploadExternal",
                      "{channel_id: 'C0TEST', initial_comment: 'This week'}");
    slack_test_expect(t, "files.info", NULL);
    slack_test_answer(t, "{ok: true, file: {shares: {public: {C0TEST: [{ts: '1.2'}]}}}}");
    slack_test_expect(t, "chat.postMessage", "{text: 'The report is complete.'}");
    slack_test_command(t, "/report", "");
    slack_test_advance_ms(t, 1000);
    slack_test_expect_status(t, 0);
}

static void explains_a_missing_log(slack_test_t *t)
{
    slack_test_expect(t, "response_url",
                      "{text: 'There is no log: /proc/self/no-such-log: cannot read it: No such "
                      "file or directory: correct the path'}");
    slack_test_command(t, "/logs", "");
    slack_test_expect_status(t, 0);
}

static void reads_a_file(slack_test_t *t)
{
    const char *url = "https://files.slack.com/files-pri/T1-F1/orders.csv";
    slack_test_file(t, url, report, sizeof report - 1);
    slack_test_expect(t, "files.info", "{file: 'F1'}");
    slack_test_answer(t, "{ok: true, file: {url_private: %s}}", url);
    slack_test_expect(t, "chat.postMessage", "{text: '3 lines'}");
    slack_test_event(t, "{type: 'file_shared', file_id: 'F1', channel: 'C0TEST'}");
    slack_test_expect_status(t, 0);
}

int main(void)
{
    const guide_test_t tests[] = {{"uploads a report", uploads_a_report},
                                  {"explains a missing log", explains_a_missing_log},
                                  {"reads a file", reads_a_file},
                                  {NULL, NULL}};
    return guide_run(add_listeners, tests);
}
