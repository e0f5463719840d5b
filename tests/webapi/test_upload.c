/* SPDX-License-Identifier: MIT */
/* Uploads to the simulator: where the bytes come from, faults, the message, cancellation. */
#include <fcntl.h>
#include <unistd.h>

#include "support/files_fixture.h"

static const sim_file_t *newest(void)
{
    const sim_files_t *files = &peer.sim->services->workspace->files;
    return &files->ring[(files->count - 1) % SIM_FILES_MAX];
}

static void assert_arrived(size_t size)
{
    assert_string_equal(ff.error, "");
    assert_int_equal(ff.status, 0);
    assert_int_equal(newest()->bytes, size);
    assert_true(newest()->completed);
    assert_memory_equal(newest()->data, ff.bytes, size);
}

/* ---- sources ---- */

static unsigned begins; /* how often `give` has begun at 0 */
static int64_t give_rc; /* what it returns behind the first window; 0: the bytes */

static int64_t give(void *to, size_t max, uint64_t offset, void *user_data)
{
    const size_t len = max < 1000 || offset % 3 ? max : max - 999;
    begins += offset == 0;
    if (offset > 0 && give_rc != 0) return give_rc;
    memcpy(to, ff.bytes + offset, len);
    return (int64_t)len;
}

static slack_file_t source(unsigned kind, size_t size)
{
    switch (kind) {
    case 0: return (slack_file_t){.data = ff.bytes, .size = size, .name = "a.log"};
    case 1: return (slack_file_t){.path = ff_make("a.log", size)};
    case 2: return (slack_file_t){.fd = open(ff_make("b", size), O_RDONLY), .name = "a.log"};
    default: return (slack_file_t){.read = give, .size = size, .name = "a.log"};
    }
}

FILES_TEST(bytes_come_from_anywhere)
{
    static const size_t sizes[] = {1, SLACK_CURL_WINDOW, SLACK_DISK_BLOCK, SLACK_DISK_BLOCK + 1,
                                   700000};
    for (unsigned kind = 0; kind < 4; kind++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const slack_file_t file = source(kind, sizes[i]);
            ff.progress = 0;
            ff_upload(&(slack_upload_t){.files = &file, .count = 1, .progress = ff_progress});
            if (file.fd) close(file.fd);
            assert_arrived(sizes[i]);
            assert_int_equal(ff.files, 1);
            assert_string_equal(newest()->name, "a.log");
            assert_true(ff.progress >= 1);
            assert_int_equal(ff.progress_bytes, sizes[i]);
        }
}

/* ---- faults ---- */

/* A fault is repaired by another try, with a new URL and from the first byte, or ends the upload
 * with a sentence. The file is shared at most once. */
static const struct fault {
    const char *words;
    unsigned count, after;
    int status;
    const char *error;
    unsigned urls; /* that Slack gave */
} faults[] = {
    {"upload-status 429 7", 1, 0, 0, "", 2},
    {"upload-status 429", 4, 0, 0, "", 5},
    {"upload-status 500", 1, 0, 0, "", 2},
    {"upload-status 404", 1, 0, 0, "", 2},
    {"upload-cut", 2, 0, 0, "", 3},
    {"upload-slow 70000", 1, 0, 0, "", 2}, /* longer than a minute */
    {"upload-slow 30000", 1, 0, 0, "", 1},
    {"upload-status 503", 9, 0, SLACK_EHTTP, "a.log: its bytes were not taken in 5 tries: HTTP 503",
     5},
    {"upload-status 403", 1, 0, SLACK_EHTTP, "a.log: its bytes were refused: HTTP 403: check", 1},
    {"upload-status 413", 1, 0, SLACK_EHTTP, "refused: HTTP 413: upload a smaller file", 1},
    {"api-status files.getUploadURLExternal 429 3", 1, 0, 0, "", 1},
    {"api-status files.getUploadURLExternal 500", 1, 0, 0, "", 1},
    {"api-error files.getUploadURLExternal missing_scope", 1, 0, SLACK_EAPI,
     "a.log: files.getUploadURLExternal: missing_scope", 0},
    {"api-status files.completeUploadExternal 429 3", 1, 0, 0, "", 1},
    {"api-status files.completeUploadExternal 500", 2, 0, 0, "", 1},
    {"api-error files.completeUploadExternal internal_error", 1, 0, 0, "", 1},
    {"api-error files.completeUploadExternal not_in_channel", 1, 0, SLACK_EAPI,
     "a.log: files.completeUploadExternal: not_in_channel", 1},
    {"api-error files.info missing_scope", 1, 0, SLACK_EAPI, "a.log: files.info: missing_scope", 1},
    {"api-error files.info file_not_found", 1, 0, SLACK_EAPI, "the files are shared, but", 1},
    {"late-share 9000", 1, 0, 0, "", 1},
    {"late-share 300000", 1, 0, SLACK_ETIMEDOUT, "their message has not come within 60 s", 1},
};

FILES_TEST(faults_are_repaired_or_explained)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const struct fault *row = &faults[i];
        const slack_file_t file = source((unsigned)i % 4, 300000);
        const uint64_t before = peer.sim->services->workspace->files.count;
        sim_peer_control(&peer, "/sim/fault/clear", "{}");
        ff_fault(row->words, row->count, row->after);
        ff_upload(&(slack_upload_t){
            .files = &file, .count = 1, .channels = "C0GENERAL1", .await_message = true});
        if (file.fd) close(file.fd);
        if (ff.status != row->status || !strstr(ff.error, row->error))
            fail_msg("%s: %d, %s\n%s", row->words, ff.status, ff.error, peer.world.log);
        if (peer.sim->services->workspace->files.count - before != row->urls)
            fail_msg("%s: %d URLs", row->words,
                     (int)(peer.sim->services->workspace->files.count - before));
        if (row->status == 0) {
            assert_arrived(300000);
            assert_string_equal(ff.channel, "C0GENERAL1");
            assert_string_equal(ff.ts, newest()->shares[0].ts);
            assert_int_equal(newest()->share_count, 1);
        }
    }
}

/* ---- the message ---- */

FILES_TEST(one_message_has_several_files)
{
    const slack_file_t files[] = {
        {.data = ff.bytes, .size = 10, .name = "a.png", .title = "A", .alt_text = "a cat"},
        {.path = ff_make("b.py", 20), .snippet_type = "python"},
    };
    sim_peer_api(&peer, "chat.postMessage", "{'channel':'general','text':'head'}");
    const sim_message_t *head = sim_message_newest(&peer.sim->services->workspace->messages, NULL);
    const slack_upload_t upload = {.files = files,
                                   .count = 2,
                                   .channels = "C0GENERAL1",
                                   .thread_ts = head->ts,
                                   .initial_comment = "both",
                                   .await_message = true};
    assert_int_equal(ff_upload(&upload), 0);
    assert_int_equal(ff.files, 2);
    const sim_message_t *message =
        sim_message_newest(&peer.sim->services->workspace->messages, NULL);
    assert_string_equal(message->ts, ff.ts);
    assert_string_equal(message->thread_ts, head->ts);
    assert_member(message->body, "/text", "both");
    assert_member(message->body, "/files/0/title", "A");
    assert_member(message->body, "/files/0/alt_txt", "a cat");
    assert_member(message->body, "/files/1/name", "b.py");
    assert_member(message->body, "/files/1/mode", "snippet");
    /* In two channels; and in none, where only the app sees it. */
    slack_upload_t other = {
        .files = files, .count = 1, .channels = "C0RANDOM01,C0GENERAL1", .await_message = true};
    assert_int_equal(ff_upload(&other), 0);
    assert_string_equal(ff.channel, "C0RANDOM01");
    assert_int_equal(newest()->share_count, 2);
    other.channels = NULL;
    assert_int_equal(ff_upload(&other), 0);
    assert_string_equal(ff.ts, "");
    assert_int_equal(newest()->share_count, 0);
}

/* ---- what cannot be uploaded ---- */

static int64_t grow(void *to, size_t max, uint64_t offset, void *user_data)
{
    return (int64_t)max + 1;
}

FILES_TEST(a_bad_source_is_explained)
{
    char buffer[8];
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    const struct {
        slack_file_t file;
        int begin, status;
        const char *error;
    } rows[] = {
        {{.path = ff_path("missing")},
         0,
         SLACK_EIO,
         "missing: cannot read it: No such file or "
         "directory: correct the path"},
        {{.path = ff.folder}, 0, SLACK_EIO, "cannot read it: Is a directory"},
        {{.path = "/dev/null"},
         0,
         SLACK_EIO,
         "/dev/null: cannot read it: it is not a regular "
         "file: pass its bytes with a read function"},
        {{.fd = pipe_fds[0], .name = "p"}, 0, SLACK_EIO, "p: cannot read it: it is not a regular"},
        {{.fd = 9999, .name = "f"}, 0, SLACK_EIO, "f: cannot read it: Bad file descriptor"},
        {{.path = ff_make("empty", 0)}, 0, SLACK_EINVAL, "it is empty, and Slack takes no empty"},
        {{.read = grow, .size = 5, .name = "g"}, 0, SLACK_EIO, "returned more bytes than"},
        {{.name = "x"}, SLACK_EINVAL, 0, "a file has no bytes: set one of path, fd, data and read"},
        {{.data = buffer, .path = "x", .size = 1},
         SLACK_EINVAL,
         0,
         "a file has several of path, fd"},
        {{.read = grow, .fd = 5, .size = 1}, SLACK_EINVAL, 0, "a file has several of path, fd"},
        {{.data = buffer, .name = "x"}, SLACK_EINVAL, 0, "a file has no size"},
        {{.data = buffer, .size = 1}, SLACK_EINVAL, 0, "a file has no name: set one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const slack_upload_t upload = {.files = &rows[i].file, .count = 1};
        world_forget_log(&peer.world);
        if (rows[i].begin) {
            assert_int_equal(slack_upload(&ff.client, &upload, ff_uploaded, NULL), rows[i].begin);
            assert_true(world_logged(&peer.world, rows[i].error));
        } else if (ff_upload(&upload) != rows[i].status || !strstr(ff.error, rows[i].error)) {
            fail_msg("row %zu: %d, %s", i, ff.status, ff.error);
        }
    }
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* Slack would ignore a part of it, or of the channels. */
FILES_TEST(a_bad_upload_is_explained)
{
    slack_json_pool_t *pool = slack_json_pool_new();
    const slack_json_t *blocks = slack_pool_jsonf(pool, "[{type: 'divider'}]");
    const slack_file_t file = {.data = "x", .size = 1, .name = "a"};
    const struct {
        slack_upload_t upload;
        const char *error;
    } rows[] = {
        {{.files = &file}, "there are no files: pass some"},
        {{.files = &file, .count = 21}, "there are more than 20 files"},
        {{.files = &file, .count = 1, .initial_comment = "x", .blocks = blocks},
         "it has initial_comment and blocks, and Slack ignores the blocks: set one of them"},
        {{.files = &file, .count = 1, .thread_ts = "1.2", .channels = "C1,C2"},
         "it has thread_ts and several channels, and a thread is in one of them: set one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(slack_upload(&ff.client, &rows[i].upload, NULL, NULL), SLACK_EINVAL);
        assert_true(world_logged(&peer.world, rows[i].error));
    }
    slack_json_pool_free(pool);
}

static int truncate_once(const slack_file_progress_t *progress, void *user_data)
{
    return truncate(user_data, progress->bytes > 0 ? 600000 : 700000);
}

static int append_once(const slack_file_progress_t *progress, void *user_data)
{
    return truncate(user_data, 700001);
}

FILES_TEST(a_file_that_changes_its_size_fails)
{
    slack_file_progress_fn const changes[] = {truncate_once, append_once};
    for (int i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s", ff_make("log", 700000));
        const slack_file_t file = {.path = path};
        const slack_upload_t upload = {
            .files = &file, .count = 1, .progress = changes[i], .progress_data = path};
        assert_int_equal(ff_upload(&upload), SLACK_EIO);
        assert_non_null(strstr(ff.error, "log: its size changed while it was read: upload a copy"));
    }
}

/* A source that cannot begin again is tried once; if it has not been read, it may still be sent. */
FILES_TEST(a_source_that_reads_once_says_so)
{
    const slack_file_t file = {.read = give, .size = 300000, .name = "a", .once = true};
    const slack_upload_t upload = {.files = &file, .count = 1};
    ff_fault("upload-status 500", 1, 0);
    assert_int_equal(ff_upload(&upload), SLACK_EHTTP);
    assert_non_null(strstr(ff.error, "HTTP 500; its read function cannot begin again"));
    begins = 0;
    assert_int_equal(ff_upload(&upload), 0);
    assert_int_equal(begins, 1);
    give_rc = SLACK_ESTORE;
    assert_int_equal(ff_upload(&upload), SLACK_ESTORE);
    assert_string_equal(ff.error, "a: its read function returned SLACK_ESTORE");
    give_rc = INT64_MIN;
    assert_int_equal(ff_upload(&upload), SLACK_EINVAL);
    assert_string_equal(ff.error,
                        "a: its read function returned no error code: return a SLACK_E… code");
    give_rc = 0;
}

/* ---- the end ---- */

FILES_TEST(the_progress_function_ends_an_upload)
{
    const slack_file_t file = source(0, 700000);
    const slack_upload_t upload = {.files = &file, .count = 1, .progress = ff_progress};
    ff.progress_rc = SLACK_EBUSY;
    assert_int_equal(ff_upload(&upload), SLACK_EBUSY);
    assert_string_equal(ff.error, "a.log: the progress function has ended it");
    ff.progress_rc = 0;
    /* Also while it waits: it is told once a second. */
    ff_fault("upload-status 429 3600", 1, 0);
    assert_int_equal(slack_upload(&ff.client, &upload, ff_uploaded, NULL), 0);
    while (!world_logged(&peer.world, "trying again"))
        ff_turn();
    ff.progress_rc = SLACK_EBUSY;
    ff_until(2);
    assert_int_equal(ff.status, SLACK_EBUSY);
}

/* A stop in every phase: after n turns of the loop. */
FILES_TEST(a_stop_ends_all_uploads)
{
    for (unsigned turns = 0, late = 0; late < 3; turns += 1 + turns / 8) {
        const slack_file_t files[] = {source(0, 300000), source(1, 300000), source(3, 1000)};
        const slack_upload_t upload = {
            .files = files, .count = 3, .channels = "C0GENERAL1", .await_message = true};
        ff.ended = 0;
        assert_int_equal(slack_upload(&ff.client, &upload, ff_uploaded, NULL), 0);
        for (unsigned i = 0; i < turns && ff.ended == 0; i++)
            ff_turn();
        late += ff.ended;
        ff_reopen();
        assert_int_equal(ff.ended, 1);
        assert_true(ff.status == 0 || ff.status == SLACK_ECANCELED);
    }
}

FILES_TEST(the_number_of_transfers_has_a_limit)
{
    const slack_file_t file = source(0, 1000);
    const slack_upload_t upload = {.files = &file, .count = 1};
    for (unsigned i = 0; i < SLACK_FLOWS_MAX; i++)
        assert_int_equal(slack_upload(&ff.client, &upload, ff_uploaded, NULL), 0);
    assert_int_equal(slack_upload(&ff.client, &upload, ff_uploaded, NULL), SLACK_EBUSY);
    assert_true(world_logged(&peer.world, "64 uploads and downloads are under way: do less"));
    ff_until(SLACK_FLOWS_MAX);
}
