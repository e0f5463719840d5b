/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <string.h>

#include "util/error.h"
#include "util/json.h"
#include "webapi/response.h"
#include "webapi/upload_flow.h"

/* The bytes of one file: a URL for them, the request, and other tries, each with a new URL. */

#define ANSWER_MAX ((size_t)16 << 10)

static void url_ask(slack_file_flow_t *flow);

void slack__upload_resume(slack_file_flow_t *flow)
{
    if (flow->transfer) slack__curl_resume_source(flow->transfer);
}

/* --- the bytes of a file ------------------------------------------------------------------- */

static void bytes_read(slack_file_flow_t *flow)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    const int64_t n = flow->call->result;
    upload->read = n > 0 ? (size_t)n : 0;
    upload->read_given = 0;
    if (n < INT_MIN)
        slack__file_flow_fail(flow, SLACK_EINVAL,
                              "its read function returned no error code: return a SLACK_E… code");
    else if (n < 0)
        slack__file_flow_fail(flow, (int)n, "its read function returned %s",
                              slack_err_name((int)n));
    else if (n == 0 || (uint64_t)n > flow->call->len)
        slack__file_flow_fail(flow, SLACK_EIO,
                              n ? "its read function returned more bytes than it was asked for: "
                                  "return max at most"
                                : "its read function has no more bytes, but its size says that "
                                  "there are more: correct size");
    else
        slack__upload_resume(flow);
}

static void block_read(slack_disk_file_t *disk)
{
    slack_file_flow_t *flow = SLACK_CONTAINER(disk, slack_file_flow_t, disk);
    if (!slack__file_flow_disk(flow, "read")) return;
    if (disk->len == 0)
        slack__file_flow_fail(flow, SLACK_EIO, "its size changed while it was read: upload a copy");
    else
        slack__upload_resume(flow);
}

/* The bytes that are ready, at most `max`; none: they are being read. */
static size_t ready_bytes(slack_upload_flow_t *upload, size_t max, const char **ret)
{
    slack_file_flow_t *flow = &upload->flow;
    const slack_upload_file_t *file = slack__upload_file(upload);
    const uint64_t left = file->size - upload->given;
    slack_disk_file_t *disk = &flow->disk;
    size_t ready = 0;
    if (max > left) max = (size_t)left;
    if (file->data) {
        *ret = file->data + upload->given;
        return max;
    }
    if (file->read) {
        slack_file_call_t *call = flow->call;
        if (upload->read == upload->read_given) {
            call->need = SLACK_FILE_READ;
            call->read = file->read;
            call->user_data = file->user_data;
            call->offset = upload->given;
            call->len = SLACK_CURL_WINDOW < left ? SLACK_CURL_WINDOW : (size_t)left;
            slack__file_flow_call(flow, bytes_read);
            if (flow->calling || flow->over) return 0;
        }
        *ret = call->bytes + upload->read_given;
        ready = upload->read - upload->read_given;
    } else if (!disk->busy) {
        const uint64_t end = disk->offset + disk->len;
        if (upload->given < disk->offset || upload->given >= end) {
            slack__disk_read(disk, upload->given, block_read);
            return 0;
        }
        *ret = disk->block + (upload->given - disk->offset);
        ready = (size_t)(end - upload->given);
    }
    return ready < max ? ready : max;
}

/* While the program runs on a worker, memory that is the worker's is not read. */
static int source_read(void *user_data, char *to, size_t max, size_t *ret_len)
{
    slack_upload_flow_t *upload = user_data;
    slack_file_flow_t *flow = &upload->flow;
    const char *bytes = NULL;
    if (flow->over) return SLACK_ECANCELED;
    if (flow->calling) return SLACK_CURL_LATER;
    const size_t len = ready_bytes(upload, max, &bytes);
    if (flow->over) return SLACK_ECANCELED;
    if (len == 0) return SLACK_CURL_LATER;
    memcpy(to, bytes, len);
    upload->given += len;
    if (slack__upload_file(upload)->read) upload->read_given += len;
    flow->progress.report.bytes = upload->given;
    *ret_len = len;
    slack__file_flow_progress(flow, upload->given == slack__upload_file(upload)->size);
    return 0;
}

/* --- a file -------------------------------------------------------------------------------- */

static const char *try_fault(const slack_upload_flow_t *upload, const slack_curl_result_t *result,
                             int *ret_status)
{
    slack_arena_t *arena = upload->flow.arena;
    const slack_upload_file_t *file = &upload->files[upload->index];
    *ret_status = result->status ? result->status : SLACK_EHTTP;
    if (result->status != 0) return slack__arena_strdup(arena, result->reason);
    if (result->http_status / 100 != 2)
        return slack__arena_printf(arena, "HTTP %d", result->http_status);
    *ret_status = SLACK_EPROTO;
    if (upload->given < file->size) return "the server answered before it had all bytes";
    return NULL;
}

/* Slack answers "OK - 123". */
static bool count_is_right(const slack_upload_flow_t *upload, const slack_curl_result_t *result)
{
    slack_slice_t body = slack__slice_strip((slack_slice_t){result->body, result->body_len});
    uint64_t count;
    if (body.len < 5 || memcmp(body.ptr, "OK - ", 5) != 0) return true;
    const slack_slice_t number = {body.ptr + 5, body.len - 5};
    return !slack__parse_u64(number, UINT64_MAX, &count) ||
           count == upload->files[upload->index].size;
}

static void file_received(slack_file_flow_t *flow, const slack_curl_result_t *result)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    const slack_upload_file_t *file = slack__upload_file(upload);
    int status;
    const char *why = try_fault(upload, result, &status);
    if (why == NULL && !count_is_right(upload, result))
        why = "the server has counted other bytes than were sent";
    if (why == NULL) {
        upload->sent(upload);
        return;
    }
    const int http = result->http_status;
    const bool can_heal = /* a URL may be used up or expired */
        result->status == SLACK_ECONNECT || result->status == SLACK_ECLOSED ||
        result->status == SLACK_ETIMEDOUT ||
        (result->status == 0 && (http / 100 == 2 || http / 100 == 5 || http == 404 || http == 408 ||
                                 http == 410 || http == 429));
    if (!can_heal)
        slack__file_flow_fail(flow, status, "its bytes were refused: %s: %s", why,
                              result->status ? slack__error_cure(status)
                              : http == 413  ? "upload a smaller file"
                                             : "check the proxy, and what kind of file it is");
    else if (file->once && upload->given > 0)
        slack__file_flow_fail(flow, status,
                              "its bytes were not taken: %s; its read function cannot begin again, "
                              "so the upload was not tried again",
                              why);
    else if (upload->tries >= SLACK_CALL_TRIES)
        slack__file_flow_fail(flow, status, "its bytes were not taken in %d tries: %s: try later",
                              SLACK_CALL_TRIES, why);
    else {
        const uint64_t wait_ms = slack__file_flow_pause_ms(flow, result->retry_after_s);
        SLACK_LOG(slack__net_log(slack__webapi_net(&flow->client)), INFO,
                  "upload failed, trying again", "file=%s reason=%s wait_ms=%llu tries=%u",
                  flow->name, why, (unsigned long long)wait_ms, upload->tries);
        slack__file_flow_wait(flow, wait_ms, url_ask);
    }
}

static void url_answered(slack_file_flow_t *flow, const slack_response_t *response)
{
    slack_upload_flow_t *upload = slack__upload_of(flow);
    slack_upload_file_t *file = slack__upload_file(upload);
    static const char *const headers[] = {"Content-Type: application/octet-stream", NULL};
    if (slack_response_status(response) != 0) {
        slack__file_flow_fail_call(flow, response, "");
        return;
    }
    const char *url = slack_response_str(response, "/upload_url");
    file->id = slack__arena_strdup(flow->arena, slack_response_str(response, "/file_id"));
    if (file->id == NULL || *file->id == '\0' || !slack__webapi_owns(flow->webapi, url)) {
        slack__file_flow_fail(flow, file->id ? SLACK_EPROTO : SLACK_ENOMEM,
                              "files.getUploadURLExternal gave a URL that is neither Slack's "
                              "nor of the origin of SLACK_API_URL: check SLACK_API_URL");
        return;
    }
    slack_curl_request_t request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .source = {.read = source_read, .len = (int64_t)file->size, .user_data = upload},
        .idle_ms = SLACK_FILE_IDLE_MS,
        .timeout_ms = slack__file_timeout_ms(file->size),
        .body_max = ANSWER_MAX,
    };
    upload->tries++;
    upload->given = upload->read = upload->read_given = 0;
    flow->disk.len = 0;
    flow->progress.report.bytes = 0;
    slack__file_flow_send(flow, &request, file_received);
}

static void url_ask(slack_file_flow_t *flow)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    const slack_upload_file_t *file = slack__upload_file(slack__upload_of(flow));
    const slack_json_t *args = NULL;
    const int rc = arena ? slack__jsonf(arena, &args, NULL,
                                        "{filename: %s, length: %llu, alt_txt?: %s,"
                                        " snippet_type?: %s}",
                                        file->name, (unsigned long long)file->size, file->alt_text,
                                        file->snippet_type)
                         : SLACK_ENOMEM;
    if (rc != 0)
        slack__file_flow_fail(flow, rc, "%s", slack_strerror(rc));
    else
        slack__file_flow_ask(flow, "files.getUploadURLExternal", args, url_answered);
    slack__arena_free(arena);
}

void slack__upload_bytes(slack_upload_flow_t *upload)
{
    upload->tries = 0;
    slack__backoff_reset(&upload->flow.backoff);
    url_ask(&upload->flow);
}
