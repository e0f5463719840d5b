/* SPDX-License-Identifier: MIT */
#include "util/alloc.h"
#include "webapi/download.h"
#include "webapi/response.h"
#include "webapi/upload.h"

/* Uploads and downloads outside the calls of a delivery, on the loop. */

typedef struct files_end {
    slack_client_t *held; /* a delivery's, which waits for the end; NULL: no delivery */
    slack_upload_fn uploaded;
    slack_download_fn downloaded;
    void *user_data;
} files_end_t;

static void flow_report(slack_file_flow_t *flow, const char *kind, int status, const char *error)
{
    files_end_t *end = flow->owner_data;
    slack_response_t done;
    if (end->held) {
        slack__response_fail(&done, end->uploaded || end->downloaded ? 0 : status);
        done.method = kind;
        if (done.status != 0) done.error = error;
        end->held->end(end->held, &done);
    } else if (!end->uploaded && !end->downloaded && status != 0 && status != SLACK_ECANCELED) {
        SLACK_LOG(slack__net_log(slack__webapi_net(&flow->client)), WARN, "file failed",
                  "kind=%s error=%s reason=%s", kind, slack_err_name(status), error);
    }
    slack__free(end);
}

static bool upload_ended(slack_file_flow_t *flow)
{
    const files_end_t *end = flow->owner_data;
    const slack_uploaded_t result = slack__upload_result(flow);
    slack_net_t *net = slack__webapi_net(&flow->client);
    const uint64_t since_us = slack__net_now_us(net);
    if (end->uploaded) end->uploaded(&result, end->user_data);
    slack__net_note_blocking(net, since_us, "upload", flow->name);
    flow_report(flow, "upload", result.status, result.error);
    return false;
}

static bool download_ended(slack_file_flow_t *flow)
{
    const files_end_t *end = flow->owner_data;
    const slack_downloaded_t result = slack__download_result(flow);
    slack_net_t *net = slack__webapi_net(&flow->client);
    const uint64_t since_us = slack__net_now_us(net);
    if (end->downloaded) end->downloaded(&result, end->user_data);
    slack__net_note_blocking(net, since_us, "download", flow->name);
    flow_report(flow, "download", result.status, result.error);
    return false;
}

/* Whether the program may begin here, by this client. */
static int client_check(slack_client_t *client, const char *function)
{
    const int rc = slack__webapi_act(client, function);
    if (rc != 0) return rc;
    return client ? 0 : SLACK_EINVAL;
}

static files_end_t *end_new(slack_client_t *client, const files_end_t *given)
{
    files_end_t *end = slack__malloc(sizeof *end);
    if (end == NULL) return NULL;
    *end = *given;
    if (client->begin) end->held = client;
    return end;
}

/* The begin of a flow has returned `rc`. */
static int begun(slack_client_t *client, const char *function, int rc, const char *why,
                 files_end_t *end)
{
    if (rc == 0 && end->held) client->begin(client);
    if (rc != 0) slack__free(end);
    return slack__webapi_refuse(client, function, rc, why);
}

int slack_upload(slack_client_t *client, const slack_upload_t *upload, slack_upload_fn fn,
                 void *user_data)
{
    static const slack_file_owner_t owner = {NULL, upload_ended};
    slack_file_flow_t *flow;
    int rc = client_check(client, __func__);
    if (rc != 0) return rc;
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (arena == NULL) return slack__webapi_refuse(client, __func__, SLACK_ENOMEM, NULL);
    const char *why = slack__webapi_check_blocks(client, arena, "files.completeUploadExternal",
                                                 slack__upload_blocks(arena, upload));
    if (why) rc = slack__webapi_refuse(client, __func__, SLACK_EINVAL, why);
    slack__arena_free(arena);
    if (rc != 0) return rc;
    files_end_t *end = end_new(client, &(files_end_t){.uploaded = fn, .user_data = user_data});
    rc = end ? slack__upload_begin(client, upload, &owner, &flow, &why) : SLACK_ENOMEM;
    if (rc == 0) flow->owner_data = end;
    return begun(client, __func__, rc, why, end);
}

int slack_download(slack_client_t *client, const slack_download_t *download, slack_download_fn fn,
                   void *user_data)
{
    static const slack_file_owner_t owner = {NULL, download_ended};
    slack_file_flow_t *flow;
    const char *why = NULL;
    int rc = client_check(client, __func__);
    if (rc != 0) return rc;
    files_end_t *end = end_new(client, &(files_end_t){.downloaded = fn, .user_data = user_data});
    rc = end ? slack__download_begin(client, download, &owner, &flow, &why) : SLACK_ENOMEM;
    if (rc == 0) flow->owner_data = end;
    return begun(client, __func__, rc, why, end);
}
