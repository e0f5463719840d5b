/* SPDX-License-Identifier: MIT */
#include "webapi/download.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/url.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/http_header.h"

/*
 *   (create the file) -> GET -> redirected: GET there
 *                         ^  -> 200, 206: write … write -> (commit) -> end
 *                         |  -> 429, 5xx, connection lost: wait, then ask for the rest
 *                         +---------------------------------------+
 *
 * The rest is asked for with Range, and If-Range names the version that came before: another
 * version, or a server that knows no ranges, answers with the whole file (RFC 9110 13.1.5).
 */

#define REDIRECTS_MAX 5
#define TRIES_MAX     10

typedef struct slack_download_flow {
    slack_file_flow_t flow;
    const char *url, *path;
    slack_file_write_fn write;
    void *user_data;
    uint64_t max_bytes;
    bool html;

    const char *at; /* the URL after redirects */
    unsigned redirects, tries;
    uint64_t have;       /* bytes that are written, in the block, or held */
    size_t held;         /* bytes for the program's function, which wait until it is free */
    uint64_t skip;       /* bytes of this answer that came before */
    uint64_t size;       /* of the file; UINT64_MAX: not known */
    const char *version; /* of the file: an ETag or a date; NULL: not known */
    bool takes;          /* this answer has the file */
    bool complete;       /* all of it has come */
    const char *content_type;
    int http_status;
} slack_download_flow_t;

static slack_download_flow_t *download_of(slack_file_flow_t *flow)
{
    return SLACK_CONTAINER(flow, slack_download_flow_t, flow);
}

static void get(slack_file_flow_t *flow);

/* --- the bytes ----------------------------------------------------------------------------- */

static void committed(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (slack__file_flow_disk(flow, "write")) slack__file_flow_end(flow);
}

/* The last bytes are on their way to the program or to the disk, or have come there. */
static void complete(slack_download_flow_t *download)
{
    slack_file_flow_t *flow = &download->flow;
    download->complete = true;
    if (flow->calling || flow->disk.busy) return; /* its end comes back here */
    if (download->write)
        slack__file_flow_end(flow);
    else
        slack__disk_commit(&flow->disk, committed);
}

static void write_held(slack_download_flow_t *download);

/* The sink has room again. */
static void go_on(slack_file_flow_t *flow)
{
    slack_download_flow_t *download = download_of(flow);
    if (download->held)
        write_held(download);
    else if (download->complete)
        complete(download);
    else if (flow->transfer && !flow->disk.busy)
        slack__curl_resume_sink(flow->transfer);
}

static void block_written(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (slack__file_flow_disk(flow, "write")) go_on(flow);
}

static void bytes_written(slack_file_flow_t *flow)
{
    const int64_t rc = flow->call->result;
    if (rc != 0)
        slack__file_flow_fail(flow, rc < 0 ? (int)rc : SLACK_EINVAL,
                              "its write function returned %s",
                              rc < 0 ? slack_err_name((int)rc) : "a positive number");
    else
        go_on(flow);
}

/* A window always fits: a block is written once there is no room for another one. */
static int write_to_disk(slack_download_flow_t *download, const char *data, size_t len)
{
    slack_disk_file_t *disk = &download->flow.disk;
    memcpy(disk->block + disk->len, data, len);
    disk->len += len;
    download->have += len;
    if (disk->len + SLACK_CURL_WINDOW <= SLACK_DISK_BLOCK) return 0;
    slack__disk_write(disk, block_written);
    return SLACK_CURL_LATER;
}

static void write_held(slack_download_flow_t *download)
{
    slack_file_call_t *call = download->flow.call;
    call->need = SLACK_FILE_WRITE;
    call->len = download->held;
    call->offset = download->have - download->held;
    download->held = 0;
    slack__file_flow_call(&download->flow, bytes_written);
}

/* The progress function may run on a worker at this moment: it does not look at these bytes. */
static int write_to_program(slack_download_flow_t *download, const char *data, size_t len)
{
    slack_file_flow_t *flow = &download->flow;
    memcpy(flow->call->bytes, data, len);
    download->held = len;
    download->have += len;
    if (!flow->calling) write_held(download);
    if (flow->over) return SLACK_ECANCELED;
    return flow->calling ? SLACK_CURL_LATER : 0;
}

static int sink_write(const char *data, size_t len, void *user_data)
{
    slack_download_flow_t *download = user_data;
    slack_file_flow_t *flow = &download->flow;
    if (flow->over) return SLACK_ECANCELED;
    if (!download->takes) return 0; /* a page about an error */
    const size_t old = download->skip < len ? (size_t)download->skip : len;
    download->skip -= old;
    data += old;
    len -= old;
    if (len == 0) return 0;
    if (len > download->max_bytes - download->have) {
        slack__file_flow_fail(flow, SLACK_ETOOBIG,
                              "the file is larger than %" PRIu64 " bytes: raise max_bytes",
                              download->max_bytes);
        return SLACK_ETOOBIG;
    }
    int rc = download->write ? write_to_program(download, data, len)
                             : write_to_disk(download, data, len);
    flow->progress.report.bytes = download->have;
    if (rc == 0 && download->have < download->size) slack__file_flow_progress(flow, false);
    if (flow->over) return SLACK_ECANCELED;
    return flow->calling ? SLACK_CURL_LATER : rc;
}

/* --- the answer ---------------------------------------------------------------------------- */

static const char *header_of(slack_download_flow_t *download, const slack_curl_result_t *result,
                             const char *name)
{
    return slack__webapi_header(download->flow.webapi, result, name);
}

/* "bytes 5-9/10"; with an unknown size "bytes 5-9", or a star behind the slash. False: it is not
 * one.
 */
static bool read_content_range(const char *text, uint64_t *ret_first, uint64_t *ret_size)
{
    slack_slice_t rest = slack__slice(text), unit, first, last;
    uint64_t end;
    if (!slack__slice_split(&rest, ' ', &unit) ||
        !slack__slice_eq_nocase(unit, SLACK_SLICE("bytes")))
        return false;
    if (!slack__slice_split(&rest, '-', &first) || !slack__slice_split(&rest, '/', &last) ||
        !slack__parse_u64(first, INT64_MAX, ret_first) || !slack__parse_u64(last, INT64_MAX, &end))
        return false;
    *ret_size = UINT64_MAX;
    if (rest.len > 0 && !slack__slice_eq(rest, SLACK_SLICE("*")) &&
        !slack__parse_u64(rest, INT64_MAX, ret_size))
        return false;
    return *ret_first <= end && end < *ret_size;
}

/* Checks that the answer begins where the download ended, with the same version. An answer 206 to
 * If-Range need not repeat the version. NULL; or the fault. */
static const char *check_version(slack_download_flow_t *download, const slack_curl_result_t *head,
                                 uint64_t first, uint64_t size)
{
    const char *version = header_of(download, head, "ETag");
    if (*version != '"') /* a weak ETag does not name bytes (RFC 9110 13.1.5) */
        version = header_of(download, head, "Last-Modified");
    const bool began = download->have > 0, repeated = *version || head->http_status != 206;
    if (began && download->version && repeated && strcmp(version, download->version) != 0)
        return "the file changed while it was downloaded: download it again";
    if (began && size != download->size)
        return "the size of the file changed while it was downloaded: download it again";
    if (first > download->have)
        return "the server has left out a part of the file: download it again";
    download->skip = download->have - first;
    download->size = size;
    download->flow.progress.report.total = size == UINT64_MAX ? 0 : size;
    if (!began && *version) download->version = slack__arena_strdup(download->flow.arena, version);
    return NULL;
}

static int sink_head(const slack_curl_result_t *head, void *user_data)
{
    slack_download_flow_t *download = user_data;
    slack_file_flow_t *flow = &download->flow;
    uint64_t first = 0, size = UINT64_MAX;
    if (flow->over) return SLACK_ECANCELED;
    download->http_status = head->http_status;
    download->takes = false;
    if (head->http_status != 200 && head->http_status != 206) return 0;
    /* A file has a Content-Disposition; Slack's login page has none. */
    if (!download->html && strncasecmp(head->content_type, "text/html", strlen("text/html")) == 0 &&
        *header_of(download, head, "Content-Disposition") == '\0') {
        slack__file_flow_fail(flow, SLACK_EAUTH,
                              "a page of HTML came in place of the file: give the app the scope "
                              "files:read, and install it again; if the file is HTML, set html");
        return SLACK_EAUTH;
    }
    const char *length = header_of(download, head, "Content-Length");
    if (head->http_status == 206) {
        if (!read_content_range(header_of(download, head, "Content-Range"), &first, &size)) {
            slack__file_flow_fail(flow, SLACK_EPROTO,
                                  "an answer 206 without a valid Content-Range: check the proxy");
            return SLACK_EPROTO;
        }
    } else if (!slack__parse_u64(slack__slice(length), INT64_MAX, &size)) {
        size = UINT64_MAX;
    }
    const char *wrong = check_version(download, head, first, size);
    if (wrong) {
        slack__file_flow_fail(flow, SLACK_ECONFLICT, "%s", wrong);
        return SLACK_ECONFLICT;
    }
    if (size != UINT64_MAX && size > download->max_bytes) {
        slack__file_flow_fail(flow, SLACK_ETOOBIG,
                              "the file has %" PRIu64 " bytes, more than %" PRIu64
                              ": raise max_bytes",
                              size, download->max_bytes);
        return SLACK_ETOOBIG;
    }
    download->content_type = slack__arena_strdup(flow->arena, head->content_type);
    download->takes = true;
    /* The bytes of the connection that was lost may still be on their way. */
    return flow->calling || flow->disk.busy ? SLACK_CURL_LATER : 0;
}

/* --- the end of an answer ------------------------------------------------------------------ */

/* The URL that a redirect leads to. NULL: nowhere. */
static const char *redirect_to(slack_download_flow_t *download, const char *location)
{
    slack_url_t url;
    char *to = NULL;
    const char *copy = NULL;
    /* http is for a simulator on this machine, which is what such a server would ask for. */
    if (*location && slack__url_resolve(download->at, location, &to) == 0 &&
        slack__url_parse(&url, to) == 0 && *url.scheme.ptr == 'h' &&
        (url.secure || slack__webapi_owns(download->flow.webapi, to)))
        copy = slack__arena_strdup(download->flow.arena, to);
    slack__free(to);
    return copy;
}

static void redirected(slack_download_flow_t *download, const slack_curl_result_t *result)
{
    slack_file_flow_t *flow = &download->flow;
    const char *to = redirect_to(download, header_of(download, result, "Location"));
    if (++download->redirects > REDIRECTS_MAX || to == NULL) {
        slack__file_flow_fail(flow, SLACK_EHTTP, "%s: take url_private from files.info again",
                              to ? "it redirects too often"
                                 : "it redirects to a URL that is neither https nor of Slack's");
        return;
    }
    download->at = to;
    get(flow);
}

static void try_again(slack_download_flow_t *download, const slack_curl_result_t *result,
                      const char *why)
{
    slack_file_flow_t *flow = &download->flow;
    const uint64_t wait_ms = slack__file_flow_pause_ms(flow, result->retry_after_s);
    SLACK_LOG(slack__net_log(slack__webapi_net(&flow->client)), INFO,
              "download broke off, trying again",
              "file=%s bytes=%" PRIu64 " reason=%s wait_ms=%" PRIu64, flow->name, download->have,
              why, wait_ms);
    download->at = download->url;
    download->redirects = 0;
    slack__file_flow_wait(flow, wait_ms, get);
}

static void received(slack_file_flow_t *flow, const slack_curl_result_t *result)
{
    slack_download_flow_t *download = download_of(flow);
    const int http = result->http_status;
    char why[160];
    const bool whole =
        download->size == UINT64_MAX ? result->status == 0 : download->have == download->size;
    if (download->takes && whole && download->skip == 0) {
        slack__file_flow_progress(flow, true);
        if (!flow->over) complete(download);
        return;
    }
    if (result->status == 0 && http / 100 == 3) {
        redirected(download, result);
        return;
    }
    if (result->status != 0)
        snprintf(why, sizeof why, "%s", result->reason);
    else if (download->takes)
        snprintf(why, sizeof why, "the answer has less than the file");
    else
        snprintf(why, sizeof why, "HTTP %d", http);
    const int status = result->status    ? result->status
                       : download->takes ? SLACK_ECLOSED
                                         : SLACK_EHTTP;
    const bool lost = result->status == SLACK_ECONNECT || result->status == SLACK_ECLOSED ||
                      result->status == SLACK_ETIMEDOUT;
    const bool can_heal = result->status == 0
                              ? download->takes || http == 429 || http == 408 || http / 100 == 5
                              : lost;
    if (!can_heal)
        slack__file_flow_fail(flow, status, "%s: %s", why,
                              result->status != 0 ? slack__error_cure(result->status)
                              : http == 401 || http == 403
                                  ? "give the app the scope files:read, and invite it to a channel "
                                    "of the file"
                                  : "the file is deleted, or the app cannot see it: invite it to a "
                                    "channel of the file, and take url_private from files.info "
                                    "again");
    else if (download->tries >= TRIES_MAX)
        slack__file_flow_fail(flow, status, "%s, after %d tries: try later", why, TRIES_MAX);
    else
        try_again(download, result, why);
}

/* --- a request ----------------------------------------------------------------------------- */

static void get(slack_file_flow_t *flow)
{
    slack_download_flow_t *download = download_of(flow);
    /* Without the first header a server may compress the file (RFC 9110, 12.5.3). */
    const char *headers[5] = {"Accept-Encoding: identity"};
    size_t count = 1;
    slack_arena_t *arena = slack__arena_new(0, 0);
    bool made = arena != NULL;
    if (made && slack__webapi_owns(flow->webapi, download->at))
        made = (headers[count++] = slack__arena_printf(arena, "Authorization: Bearer %s",
                                                       slack__client_token(&flow->client))) != NULL;
    if (made && download->have > 0)
        made = (headers[count++] = slack__arena_printf(arena, "Range: bytes=%" PRIu64 "-",
                                                       download->have)) != NULL;
    if (made && download->have > 0 && download->version)
        made = (headers[count++] = slack__arena_printf(arena, "If-Range: %s", download->version)) !=
               NULL;
    slack_curl_request_t request = {
        .method = "GET",
        .url = download->at,
        .headers = headers,
        .sink = {.head = sink_head, .write = sink_write, .user_data = download},
        .idle_ms = SLACK_FILE_IDLE_MS,
        .timeout_ms = slack__file_timeout_ms(
            (download->size == UINT64_MAX ? download->max_bytes : download->size) - download->have),
    };
    download->tries++;
    download->takes = false;
    download->skip = 0;
    if (made)
        slack__file_flow_send(flow, &request, received);
    else
        slack__file_flow_fail(flow, SLACK_ENOMEM, "%s", slack_strerror(SLACK_ENOMEM));
    slack__arena_free(arena);
}

static void file_created(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (slack__file_flow_disk(flow, "make")) get(flow);
}

static void download_start(slack_file_flow_t *flow)
{
    const slack_download_flow_t *download = download_of(flow);
    if (download->path)
        slack__disk_create(&flow->disk, download->path, file_created);
    else
        get(flow);
}

static const char *download_wrong(const slack_client_t *client, const slack_download_t *given)
{
    const slack_webapi_t *webapi = client ? slack__webapi_of(client) : NULL;
    if (given == NULL || given->url == NULL) return "there is no URL: pass url_private of a file";
    if ((given->path != NULL) == (given->write != NULL))
        return given->path ? "it has path and write: set one of them"
                           : "the file goes nowhere: set path or write";
    if (given->path && (*given->path == '\0' || given->path[strlen(given->path) - 1] == '/'))
        return "the path names no file: name one";
    if (webapi && !slack__webapi_owns(webapi, given->url))
        return "the URL is neither https on a host of Slack's nor of the origin of SLACK_API_URL: "
               "pass url_private; an external file has no such URL";
    return NULL;
}

static int download_init(slack_download_flow_t *download, const slack_download_t *given)
{
    slack_arena_t *arena = download->flow.arena;
    download->url = download->at = slack__arena_strdup(arena, given->url);
    download->path = slack__arena_strdup(arena, given->path);
    download->write = given->write;
    download->max_bytes = given->max_bytes ? given->max_bytes : SLACK_DOWNLOAD_BYTES_MAX;
    download->html = given->html;
    download->size = UINT64_MAX;
    download->flow.resume = go_on;
    if (!download->url || (given->path && !download->path)) return SLACK_ENOMEM;
    /* The query of a URL may be a secret. */
    const char *where = download->path;
    if (!where) where = slack__arena_strndup(arena, given->url, strcspn(given->url, "?#"));
    if (!where) return SLACK_ENOMEM;
    const char *slash = strrchr(where, '/'), *name = slash ? slash + 1 : where;
    download->flow.name = download->path ? download->path : name;
    download->flow.progress.report.name = name;
    if (!given->write && !given->progress) return 0;
    slack_file_call_t *call = slack__file_call_new(given->write != NULL);
    if (call == NULL) return SLACK_ENOMEM;
    call->write = given->write;
    call->user_data = given->user_data;
    call->progress = given->progress;
    call->progress_data = given->progress_data;
    download->flow.call = call;
    return 0;
}

int slack__download_begin(slack_client_t *client, const slack_download_t *given,
                          const slack_file_owner_t *owner, slack_file_flow_t **ret,
                          const char **ret_why)
{
    *ret_why = download_wrong(client, given);
    if (*ret_why) return SLACK_EINVAL;
    slack_file_flow_t *flow = slack__file_flow_new(sizeof(slack_download_flow_t), owner);
    int rc = flow ? download_init(download_of(flow), given) : SLACK_ENOMEM;
    if (rc == 0) rc = slack__file_flow_begin(flow, client, download_start, ret_why);
    if (rc != 0) slack__file_flow_drop(flow);
    *ret = rc == 0 ? flow : NULL;
    return rc;
}

slack_downloaded_t slack__download_result(slack_file_flow_t *flow)
{
    const slack_download_flow_t *download = download_of(flow);
    const slack_flow_fault_t *fault = &flow->fault;
    slack_downloaded_t result = {
        .status = fault->status,
        .error = "",
        .bytes = download->have,
        .content_type = download->content_type ? download->content_type : "",
        .http_status = download->http_status,
    };
    if (fault->status != 0) result.error = fault->why ? fault->why : slack_strerror(fault->status);
    return result;
}
