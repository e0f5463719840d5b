/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_H
#define SLACK_NET_CURL_H

#include "net/loop.h"
#include "net/proxy.h"
#include "net/url.h"
#include "util/budget.h"

/*
 * libcurl's multi interface on the loop: one CURLM, one timer, one poll handle per socket. Results
 * are collected first; the callbacks run afterwards, from a task. Redirects are not followed. URLs
 * are https, or http on loopback.
 */
typedef struct slack_curl slack_curl_t;

typedef struct slack_curl_options {
    const char *ca_file;    /* Optional, copied. */
    slack_proxy_t *proxy;   /* Optional, referenced. Used for the hosts that it serves. */
    const char *user_agent; /* Required, copied. */
    unsigned concurrency;   /* Required. Transfers under way at most; more get SLACK_EBUSY. */
} slack_curl_options_t;

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options);
/* Every transfer under way ends with SLACK_ECANCELED, then `fn` is called and all is freed. */
void slack__curl_close(slack_curl_t *curl, void (*fn)(void *user_data), void *user_data);

typedef struct slack_curl_request {
    const char *method;         /* Required: "POST", "GET" */
    const char *url;            /* Required. */
    const char *const *headers; /* Optional: "Name: value" strings, NULL at the end. */
    const void *body;           /* Copied. A POST without a body sends Content-Length: 0. libcurl
                                 * sends a body once, and never again on another connection. */
    size_t body_len;
    unsigned timeout_ms;    /* Required: the whole transfer. */
    size_t body_max;        /* Required: of the response. */
    slack_budget_t *budget; /* Optional, borrowed: the memory of the responses of all transfers. */
    uint64_t tag;           /* This and `unheld` are not used here, but by a sender that wraps this
                             * one.
                             */
    bool unheld;            /* of a delivery that may end before the response */
} slack_curl_request_t;

typedef struct slack_curl_result {
    int status;               /* 0: a response arrived, whatever its HTTP status; SLACK_ECONNECT,
                                 SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_ETOOBIG, SLACK_EBUSY (the
                                 budget has no room for the response), SLACK_ECLOSED (the
                                 connection was lost), SLACK_EPROTO (not HTTP), SLACK_EHTTP (the
                                 proxy refused to connect), SLACK_ECANCELED, SLACK_ENOMEM */
    const char *reason;       /* in words, without the URL; "" if status is 0 */
    int http_status;          /* 0 without a response */
    bool unsent;              /* safe to repeat: no byte of the request was sent, or the server
                                 refused its HTTP/2 stream and so has not processed it */
    const char *content_type; /* "" without one */
    int64_t retry_after_s;    /* of the header Retry-After; -1 without that header, 0 if it names no
                               * time in the future */
    const char *body;         /* NUL-terminated, "" if empty */
    size_t body_len;
} slack_curl_result_t;

/* Called exactly once per accepted request, on the loop, after slack__curl_send() has returned. */
typedef void (*slack_curl_fn)(const slack_curl_result_t *result, void *user_data);

/* 0; SLACK_EINVAL for a malformed request or a URL that may not be called; SLACK_EBUSY;
 * SLACK_ECANCELED after a close; SLACK_ENOMEM. */
int slack__curl_send(slack_curl_t *curl, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data);

/* A header of the response, "" without one. Within the callback only; borrowed until it returns. */
const char *slack__curl_header(const slack_curl_result_t *result, const char *name);

#endif
