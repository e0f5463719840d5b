/* SPDX-License-Identifier: MIT */
/* Downloads: from the simulator, where connections break off, and from servers that misbehave. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/file.h"
#include "support/files_fixture.h"

static char private_url[160];

/* Puts a file of that size into the simulator. */
static void put(const char *name, size_t size)
{
    const slack_file_t file = {.data = ff.bytes, .size = size, .name = name};
    assert_int_equal(ff_upload(&(slack_upload_t){.files = &file, .count = 1}), 0);
    const sim_files_t *files = &peer.sim->services->workspace->files;
    const sim_file_t *newest = &files->ring[(files->count - 1) % SIM_FILES_MAX];
    sim_json_builder_t json = {peer.arena, 0};
    snprintf(private_url, sizeof private_url, "%s",
             slack_json_str(sim_file_json(&json, newest, peer.sim->env.base_url), "/url_private"));
}

static size_t got;
static int take_rc;

static int take(const void *bytes, size_t len, uint64_t offset, void *user_data)
{
    assert_int_equal(offset, got);
    assert_true(offset + len < sizeof ff.bytes);
    assert_memory_equal(bytes, ff.bytes + offset, len);
    got += len;
    return take_rc;
}

static void assert_file(const char *path, size_t size)
{
    struct stat st;
    size_t len;
    assert_string_equal(ff.error, "");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    const char *bytes = file_read(path, &len);
    assert_int_equal(len, size);
    assert_memory_equal(bytes, ff.bytes, size);
}

static unsigned files_in_folder(void)
{
    unsigned count = 0;
    DIR *dir = opendir(ff.folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(dir);
    return count;
}

FILES_TEST(bytes_go_anywhere)
{
    static const size_t sizes[] = {1, SLACK_CURL_WINDOW, SLACK_DISK_BLOCK, SLACK_DISK_BLOCK + 1,
                                   700000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *path = ff_make("a.log", 5); /* is replaced */
        put("a.log", sizes[i]);
        ff.progress = 0;
        assert_int_equal(ff_download(&(slack_download_t){
                             .url = private_url, .path = path, .progress = ff_progress}),
                         0);
        assert_file(path, sizes[i]);
        assert_int_equal(ff.progress_bytes, sizes[i]);
        assert_int_equal(files_in_folder(), 1);
        got = 0;
        assert_int_equal(ff_download(&(slack_download_t){.url = private_url, .write = take}), 0);
        assert_int_equal(got, sizes[i]);
    }
}

static const struct fault {
    const char *words;
    unsigned count;
    int status;
    const char *error;
} faults[] = {
    {"download-cut 0", 2, 0, ""},
    {"download-cut 1", 3, 0, ""},
    {"download-cut 100000", 5, 0, ""},
    {"download-cut 299999", 1, 0, ""},
    {"download-status 429 7", 1, 0, ""},
    {"download-status 503", 3, 0, ""},
    {"download-cut 10", 20, SLACK_ECLOSED, "after 10 tries"},
    {"download-status 500", 20, SLACK_EHTTP, "HTTP 500, after 10 tries"},
    {"download-status 404", 1, SLACK_EHTTP,
     "HTTP 404: the file is deleted, or the app cannot see it"},
};

FILES_TEST(a_download_goes_on_where_it_broke_off)
{
    put("a.log", 300000);
    const char *path = ff_path("copy");
    for (size_t i = 0; i < 2 * sizeof faults / sizeof *faults; i++) {
        const struct fault *row = &faults[i / 2];
        const slack_download_t download = {
            .url = private_url, .path = i % 2 ? path : NULL, .write = i % 2 ? NULL : take};
        got = 0;
        unlink(path);
        sim_peer_control(&peer, "/sim/fault/clear", "{}");
        ff_fault(row->words, row->count, 0);
        ff_download(&download);
        if (ff.status != row->status || !strstr(ff.error, row->error))
            fail_msg("%s: %d, %s\n%s", row->words, ff.status, ff.error, peer.world.log);
        if (row->status == 0 && i % 2) assert_file(path, 300000);
        if (row->status == 0 && i % 2 == 0) assert_int_equal(got, 300000);
        if (row->status != 0) assert_int_equal(files_in_folder(), 0); /* nothing is left */
    }
}

FILES_TEST(what_cannot_be_downloaded_is_explained)
{
    put("a.log", 1000);
    const struct {
        slack_download_t download;
        int begin, status;
        const char *error;
    } rows[] = {
        {{.url = private_url, .path = ff_path("no/copy")}, 0, SLACK_EIO, "cannot make it: No such"},
        {{.url = private_url, .path = ff.folder},
         0,
         SLACK_EIO,
         "cannot make it: Is a directory: name"},
        {{.url = private_url, .path = "/tmp/"},
         SLACK_EINVAL,
         0,
         "the path names no file: name one"},
        {{.url = private_url, .path = "/tmp/x", .write = take},
         SLACK_EINVAL,
         0,
         "it has path and write: set one of them"},
        {{.url = private_url, .write = take, .max_bytes = 999},
         0,
         SLACK_ETOOBIG,
         "the file has 1000 bytes, more than 999: raise max_bytes"},
        {{.url = private_url}, SLACK_EINVAL, 0, "the file goes nowhere: set path or write"},
        {{.write = take}, SLACK_EINVAL, 0, "there is no URL: pass url_private of a file"},
        {{.url = "https://drive.example.com/x", .write = take},
         SLACK_EINVAL,
         0,
         "the URL is neither https on a host of Slack's nor of the origin of SLACK_API_URL: pass "
         "url_private; an external file has no such URL"},
        {{.url = "https://files.slack.com.example.com/x", .write = take},
         SLACK_EINVAL,
         0,
         "the URL is neither https on a host of Slack's nor"},
        {{.url = "http://files.slack.com/x", .write = take},
         SLACK_EINVAL,
         0,
         "the URL is neither https on a host of Slack's nor"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        got = 0;
        world_forget_log(&peer.world);
        if (rows[i].begin) {
            assert_int_equal(slack_download(&ff.client, &rows[i].download, ff_downloaded, NULL),
                             rows[i].begin);
            assert_true(world_logged(&peer.world, rows[i].error));
        } else if (ff_download(&rows[i].download) != rows[i].status ||
                   !strstr(ff.error, rows[i].error)) {
            fail_msg("row %zu: %d, %s", i, ff.status, ff.error);
        }
    }
    take_rc = SLACK_ESTORE;
    got = 0;
    assert_int_equal(ff_download(&(slack_download_t){.url = private_url, .write = take}),
                     SLACK_ESTORE);
    take_rc = 0;
    ff.client.token = "xoxb-other";
    assert_int_equal(ff_download(&(slack_download_t){.url = private_url, .write = take}),
                     SLACK_EAUTH);
    assert_non_null(strstr(ff.error, "give the app the scope files:read"));
}

/* ---- servers that misbehave ---- */

#define ETAG "ETag: \"1\"\r\n"

/* The answers of a server, one after the other, then the last one again: a head, how many bytes of
 * the file follow and from where, and whether the connection ends. */
typedef struct piece {
    const char *head;
    size_t from, len;
    bool cut;
} piece_t;

static const struct script {
    const char *name;
    piece_t pieces[4];
    int status;
    const char *error;
    const char *asked; /* a part of the last request */
} scripts[] = {
    {"resumed",
     {{"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 60\r\nContent-Range: bytes 40-99/100\r\n" ETAG, 40,
       60, false}},
     0,
     "",
     "Range: bytes=40-\r\nIf-Range: \"1\"\r\n"},
    {"the whole file again",
     {{"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 40, true},
      {"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 100, false}},
     0,
     "",
     "Range: bytes=40-"},
    {"an earlier range",
     {{"200 OK\r\nContent-Length: 100\r\n", 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 70\r\nContent-Range: bytes 30-99/100\r\n", 30, 70,
       false}},
     0,
     "",
     "Range: bytes=40-\r\n"},
    {"another version",
     {{"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 40, true},
      {"200 OK\r\nContent-Length: 100\r\nETag: \"2\"\r\n", 0, 100, false}},
     SLACK_ECONFLICT,
     "the file changed while it was downloaded: download it again",
     ""},
    {"no version any more",
     {{"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 40, true},
      {"200 OK\r\nContent-Length: 100\r\n", 0, 100, false}},
     SLACK_ECONFLICT,
     "the file changed while it was downloaded: download it again",
     ""},
    {"a version that is not repeated",
     {{"200 OK\r\nContent-Length: 100\r\n" ETAG, 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 60\r\nContent-Range: bytes 40-99/100\r\n", 40, 60,
       false}},
     0,
     "",
     "If-Range: \"1\"\r\n"},
    {"another date",
     {{"200 OK\r\nContent-Length: 100\r\nLast-Modified: A\r\n", 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 60\r\nContent-Range: bytes 40-99/100\r\n"
       "Last-Modified: B\r\n",
       40, 60, false}},
     SLACK_ECONFLICT,
     "the file changed while it was downloaded: download it again",
     "If-Range: A\r\n"},
    {"another size",
     {{"200 OK\r\nContent-Length: 100\r\n", 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 61\r\nContent-Range: bytes 40-100/101\r\n", 40, 61,
       false}},
     SLACK_ECONFLICT,
     "the size of the file changed",
     ""},
    {"a gap",
     {{"200 OK\r\nContent-Length: 100\r\n", 0, 40, true},
      {"206 Partial Content\r\nContent-Length: 50\r\nContent-Range: bytes 50-99/100\r\n", 50, 50,
       false}},
     SLACK_ECONFLICT,
     "the server has left out a part of the file",
     ""},
    {"no range",
     {{"206 Partial Content\r\nContent-Length: 50\r\n", 0, 50, false}},
     SLACK_EPROTO,
     "an answer 206 without a valid Content-Range",
     "Accept-Encoding: identity\r\n"},
    {"a range of a size out of range",
     {{"206 Partial Content\r\nContent-Range: bytes 0-49/99999999999999999999\r\n", 0, 10, true}},
     SLACK_EPROTO,
     "an answer 206 without a valid Content-Range",
     ""},
    {"a range behind the end",
     {{"206 Partial Content\r\nContent-Range: bytes 0-50/50\r\n", 0, 10, true}},
     SLACK_EPROTO,
     "an answer 206 without a valid Content-Range",
     ""},
    {"a range backwards",
     {{"206 Partial Content\r\nContent-Range: bytes 5-4/50\r\n", 0, 10, true}},
     SLACK_EPROTO,
     "an answer 206 without a valid Content-Range",
     ""},
    {"a length out of range",
     {{"200 OK\r\nContent-Length: 99999999999999999999\r\n", 0, 10, true}},
     SLACK_EPROTO,
     "the answer has no valid Content-Length",
     ""},
    {"chunks", {{"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n", 0, 3, false}}, 0, "", ""},
    {"endless",
     {{"200 OK\r\nContent-Length: 99999999999\r\n", 0, 100, false}},
     SLACK_ETOOBIG,
     "more than 1000",
     ""},
    {"endless in chunks",
     {{"200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 0, 2000, false}},
     SLACK_ETOOBIG,
     "larger than 1000 bytes",
     ""},
    {"silent",
     {{"200 OK\r\nContent-Length: 100\r\n", 0, 10, false}},
     SLACK_ETIMEDOUT,
     "after 10 tries",
     "Range: bytes=10-"},
    {"a login page",
     {{"200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 10\r\n", 0, 10, false}},
     SLACK_EAUTH,
     "files:read",
     ""},
    {"a file of HTML",
     {{"200 OK\r\nContent-Type: text/html\r\nContent-Disposition: attachment\r\nContent-Length: "
       "10\r\n",
       0, 10, false}},
     0,
     "",
     ""},
    {"no HTTP", {{"what?\r\n", 0, 0, true}}, SLACK_EPROTO, "", ""},
    {"redirects without an end",
     {{"302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects too often: take url_private from files.info again",
     "GET /next "},
    {"redirects relative to a folder, without an end",
     {{"302 Found\r\nLocation: ../next?a#b\r\nContent-Length: 0\r\n", 0, 0, false},
      {"302 Found\r\nLocation: ?c\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects too often: take url_private from files.info again",
     "GET /files-pri/next?c "},
    {"a redirect to a socket",
     {{"302 Found\r\nLocation: wss://slack.com/\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects to a URL that is neither https nor of Slack's: take",
     ""},
    {"a redirect to a user",
     {{"302 Found\r\nLocation: https://slack.com@127.0.0.1:1/\r\nContent-Length: 0\r\n", 0, 0,
       false}},
     SLACK_EHTTP,
     "it redirects to a URL that is neither https nor of Slack's: take",
     ""},
    {"a redirect to http",
     {{"302 Found\r\nLocation: http://example.com/x\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects to a URL that is neither https nor of Slack's: take",
     ""},
    {"a redirect to another port of this machine",
     {{"302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects to a URL that is neither https nor of Slack's: take",
     ""},
    {"a redirect to nowhere",
     {{"302 Found\r\nLocation: //host/\r\nContent-Length: 0\r\n", 0, 0, false}},
     SLACK_EHTTP,
     "it redirects to a URL that is neither https nor of Slack's: take",
     ""},
};

static const piece_t *next_piece;
static char asked[2048]; /* the last request */

static void answer(peer_t *server, const peer_request_t *request, void *user_data)
{
    char text[4096];
    const piece_t *piece = next_piece;
    snprintf(asked, sizeof asked, "%s", request->text);
    const bool chunked = strstr(piece->head, "chunked") != NULL;
    int len = snprintf(text, sizeof text, "HTTP/1.1 %s%s", piece->head, chunked ? "" : "\r\n");
    for (size_t i = 0; i < piece->len; i++) /* letters, since the peer sends strings */
        text[len++] = (char)('a' + (piece->from + i) % 26);
    snprintf(text + len, sizeof text - (size_t)len, "%s",
             chunked && piece->len == 3 ? "\r\n0\r\n\r\n" : "");
    peer_send(server, request->connection, text);
    if (piece->cut) peer_hang_up(server, request->connection);
    if (piece[1].head) next_piece++;
}

FILES_PEER_TEST(servers_that_misbehave, answer)
{
    char url[80];
    for (size_t i = 0; i + 1 < sizeof ff.bytes; i++)
        ff.bytes[i] = (char)('a' + i % 26);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/files-pri/T1-F1/a.log?t=secret/x",
             peer_port(ff.server));
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        const struct script *row = &scripts[i];
        next_piece = row->pieces;
        ff.turn_ms = row->status == SLACK_ETIMEDOUT ? 2000 : 20;
        got = 0;
        ff_download(&(slack_download_t){.url = url, .write = take, .max_bytes = 1000});
        if (ff.status != row->status || !strstr(ff.error, row->error))
            fail_msg("%s: %d, %s", row->name, ff.status, ff.error);
        assert_true(row->status == 0 || strncmp(ff.error, "a.log: ", 7) == 0);
        if (!strstr(asked, row->asked)) fail_msg("%s asked:\n%s", row->name, asked);
        assert_int_equal(got, ff.got);
        assert_non_null(strstr(asked, "Authorization: Bearer " SIM_PEER_BOT_TOKEN "\r\n"));
    }
    assert_false(world_logged(&peer.world, "secret"));
}

/* ---- the token ---- */

static char redirect[256];
static unsigned elsewhere, with_token; /* requests to the other host; of these, with a token */

static void answer_with_redirect(peer_t *server, const peer_request_t *request, void *user_data)
{
    snprintf(asked, sizeof asked, "%s", request->text);
    peer_answer(server, request->connection, 302, redirect, "");
}

static void answer_elsewhere(slack_http_server_t *server, slack_http_request_t *request,
                             void *user_data)
{
    const slack_http_response_t response = {.status = 200, .body = ff.bytes, .body_len = 1000};
    elsewhere++;
    with_token += slack__http_header(request, "authorization", NULL).len > 0;
    slack__http_respond(server, request->id, &response);
    slack__arena_free(request->arena);
}

/* A redirect to a host that is not Slack's is followed over https, and without the token. */
FILES_PEER_TEST(the_token_stays_with_slack, answer_with_redirect)
{
    char url[80];
    bool closed = false;
    slack_tls_context_t *tls = NULL;
    slack_http_server_t *server = NULL;
    if (!certs_make()) skip();
    assert_int_equal(
        slack__tls_context_server(&tls, certs_path("server.pem"), certs_path("server.key"), NULL),
        0);
    const slack_http_server_options_t options = {
        .listen = {.host = "127.0.0.1", .tls = tls, .open_ms = 10000, .write_max = 65536},
        .fn = answer_elsewhere};
    assert_int_equal(slack__http_server_open(&server, peer.world.net, &options, NULL), 0);
    snprintf(redirect, sizeof redirect, "Location: https://localhost:%u/x?t=1\r\n",
             slack__http_server_port(server));
    snprintf(url, sizeof url, "http://127.0.0.1:%u/files-pri/T1-F1/a.log", peer_port(ff.server));
    ff.ca_file = certs_path("ca.pem");
    ff_reopen();
    got = 0;
    assert_int_equal(ff_download(&(slack_download_t){.url = url, .write = take}), 0);
    assert_int_equal(got, 1000);
    assert_int_equal(elsewhere, 1);
    assert_int_equal(with_token, 0);
    assert_non_null(strstr(asked, "Authorization: Bearer " SIM_PEER_BOT_TOKEN "\r\n"));
    ff.ca_file = NULL;
    ff_reopen(); /* a host that cannot prove its name gets nothing */
    assert_int_equal(ff_download(&(slack_download_t){.url = url, .write = take}), SLACK_ETLS);
    assert_int_equal(elsewhere, 1);
    slack__http_server_close(server, world_set_flag, &closed);
    world_until(&peer.world, closed);
    slack__tls_context_unref(tls);
}

/* A stop in every phase. */
FILES_TEST(a_stop_ends_all_downloads)
{
    put("a.log", 300000);
    for (unsigned turns = 0, late = 0; late < 3; turns++) {
        const slack_download_t downloads[] = {{.url = private_url, .path = ff_path("copy")},
                                              {.url = private_url, .write = take}};
        got = 0;
        ff.ended = 0;
        for (int i = 0; i < 2; i++)
            assert_int_equal(slack_download(&ff.client, &downloads[i], ff_downloaded, NULL), 0);
        for (unsigned i = 0; i < turns && ff.ended < 2; i++)
            ff_turn();
        late += ff.ended == 2;
        ff_reopen();
        assert_int_equal(ff.ended, 2);
        assert_true(ff.status == 0 || ff.status == SLACK_ECANCELED);
        assert_true(files_in_folder() <= 1); /* the whole file or none */
    }
}
