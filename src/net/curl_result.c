/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slack/error.h>

#include "net/curl_transfer.h"
#include "net/tunnel.h"
#include "util/redact.h"

static int status_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return 0;
    case CURLE_OUT_OF_MEMORY: return SLACK_ENOMEM;
    case CURLE_OPERATION_TIMEDOUT: return SLACK_ETIMEDOUT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return SLACK_ECONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return SLACK_ETLS;
    case CURLE_GOT_NOTHING:
    case CURLE_ABORTED_BY_CALLBACK: /* see transfer_may_send() */
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND: /* see transfer_rewind() */
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE: return SLACK_ECLOSED;
    case CURLE_PROXY: return SLACK_ECONNECT;
    default: return SLACK_EPROTO; /* malformed HTTP, a malformed encoding */
    }
}

/* libcurl has one code for some failures that are not one. */
static CURLcode exact_code(slack_transfer_t *transfer, CURLcode code)
{
    curl_off_t first_us = 0;
    switch (code) {
    case CURLE_OK: /* or the connection has ended within the headers */
        return transfer->head.complete ? code : CURLE_PARTIAL_FILE;
    case CURLE_RECV_ERROR: /* or the chunks are malformed */
        return strstr(transfer->error, "chunked-encod") ? CURLE_WEIRD_SERVER_REPLY : code;
    case CURLE_OUT_OF_MEMORY: /* or a line is longer than libcurl takes */
        curl_easy_getinfo(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
        if (first_us == 0 || transfer->head.complete) return code;
        transfer->fault = SLACK_EPROTO;
        transfer->why = "a line in the headers of the answer is too long";
        return CURLE_WEIRD_SERVER_REPLY;
    default: /* or the connection was lost, and there is no other one */
        return transfer->out.begun &&
                       (status_of(code) == SLACK_ECONNECT || status_of(code) == SLACK_ETLS)
                   ? CURLE_ABORTED_BY_CALLBACK
                   : code;
    }
}

/* Whether no byte of the request was sent, or none was processed. A CONNECT is not part of it. */
static bool is_unsent(const slack_transfer_t *transfer)
{
    long sent_bytes = 0;
    curl_off_t ready_us = 0;
    if (transfer->stream_refused) return true;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    return sent_bytes == 0 || (transfer->proxied && ready_us == 0);
}

/* The reason of a failure, without the URL: libcurl's own words name hosts and ports at most. */
static const char *reason_of(slack_transfer_t *transfer, CURLcode code)
{
    char *text = transfer->error;
    if (transfer->why) return transfer->why;
    switch (transfer->fault) {
    case 0:
        if (code == CURLE_OK) return "";
        if (transfer->refusal) {
            snprintf(text, CURL_ERROR_SIZE, "the proxy %s: %ld",
                     slack__tunnel_words((int)transfer->refusal), transfer->refusal);
            return text;
        }
        if (transfer->stream_refused) return "the server refused the HTTP/2 stream";
        if (code == CURLE_SEND_FAIL_REWIND || code == CURLE_ABORTED_BY_CALLBACK)
            return "the connection was closed before an answer";
        if (!transfer->head.complete && code == CURLE_PARTIAL_FILE)
            return "the connection was closed within the headers of the answer";
        if (!text[0]) return curl_easy_strerror(code);
        text[slack__redact(text, strlen(text))] = '\0';
        return text;
    case SLACK_ETOOBIG:
        snprintf(text, CURL_ERROR_SIZE, "the answer is larger than %zu bytes",
                 transfer->in.bytes.max);
        return text;
    case SLACK_EBUSY: return "the memory for answers is used up";
    case SLACK_ETIMEDOUT:
        snprintf(text, CURL_ERROR_SIZE, "no byte in %u ms", transfer->idle.limit_ms);
        return text;
    case SLACK_EIO: return "the body of the request ended before its length";
    default: return slack_strerror(transfer->fault);
    }
}

/* NULL: the response has no such header. */
static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return NULL;
    return header->value;
}

/* libcurl takes a word for 0 and a number that is too large for 0, so numbers are read here. */
static int64_t retry_after_of(CURL *easy)
{
    const char *text = header_of(easy, "Retry-After");
    if (!text) return -1;
    size_t digits = strspn(text, "0123456789");
    if (digits > 0) {
        if (text[digits + strspn(text + digits, " \t")]) return 0; /* "30s", "1.5", "1e3" */
        return digits < 10 ? atoll(text) : INT32_MAX;
    }
    curl_off_t date_s = 0;
    /* The libcurl of a system whose time_t has 32 bits returns no more, whatever time_t is here. */
    if ((int32_t)curl_getdate(text, NULL) != -1)
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &date_s);
    return date_s > 0 ? date_s : 0;
}

void slack__transfer_read_result(slack_transfer_t *transfer, CURLcode code)
{
    slack_curl_result_t *result = &transfer->result;
    long http_status = 0, version = 0;
    char *content_type = NULL;
    if (!transfer->fault) code = exact_code(transfer, code);
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_status);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);

    /* libcurl reports the refusal of a proxy like a lost connection. */
    if (transfer->proxied && code != CURLE_OK)
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &transfer->refusal);
    if (transfer->refusal && slack__tunnel_status((int)transfer->refusal) == 0)
        transfer->refusal = 0;
    if (code == CURLE_OK) transfer->stream_refused = false;
    result->status = transfer->fault            ? transfer->fault
                     : transfer->refusal        ? slack__tunnel_status((int)transfer->refusal)
                     : transfer->stream_refused ? SLACK_ECONNECT
                                                : status_of(code);
    result->reason = reason_of(transfer, code);
    result->http_status = transfer->refusal ? 0 : (int)http_status;
    result->http2 = result->http_status > 0 && version == CURL_HTTP_VERSION_2_0;
    result->unsent = result->status != 0 && is_unsent(transfer);
    result->content_type = content_type ? content_type : "";
    result->retry_after_s = retry_after_of(transfer->easy);
    result->head = transfer->in.head.len > 0 ? slack__buf_ptr(&transfer->in.head) : "";
    const bool whole = !slack__transfer_has_sink(transfer) && transfer->in.bytes.len > 0;
    result->body = whole ? slack__buf_ptr(&transfer->in.bytes) : "";
    result->body_len = whole ? transfer->in.bytes.len : 0;
}

const char *slack__curl_header(const slack_curl_result_t *result, const char *name)
{
    const char *bytes = (const char *)result - offsetof(slack_transfer_t, result);
    const char *value = header_of(((const slack_transfer_t *)(const void *)bytes)->easy, name);
    return value ? value : "";
}
