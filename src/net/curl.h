/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_H
#define SLACK_NET_CURL_H

#include "net/loop.h"
#include "net/proxy.h"
#include "net/url.h"

/*
 * libcurl's multi interface on the loop: one CURLM, one timer, a poll handle per socket. Results
 * are collected first and told afterwards, from a task. No redirects; https, and http on loopback
 * only.
 */
typedef struct slack_curl slack_curl_t;

typedef struct slack_curl_options {
    const char *ca_file;    /* Optional, copied. */
    slack_proxy_t *proxy;   /* Optional, referenced. Used for the targets that it serves. */
    const char *user_agent; /* Required, copied. */
    unsigned concurrency;   /* Required. Transfers under way; more are refused. */
} slack_curl_options_t;

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options);
/* Every transfer under way ends with SLACK_ECANCELED (told before `fn`), then all is freed. */
void slack__curl_close(slack_curl_t *curl, void (*fn)(void *user_data), void *user_data);

typedef struct slack_curl_request {
    const char *method;         /* Required: "POST", "GET" */
    const char *url;            /* Required. */
    const char *const *headers; /* Optional: "Name: value" strings, NULL at the end. */
    const void *body;           /* Copied. POST without a body sends Content-Length: 0. Never sent
                                 * a second time, not even by libcurl on another connection. */
    size_t body_len;
    unsigned timeout_ms; /* Required: the whole transfer. */
    size_t body_max;     /* Required: of the answer. */
    uint64_t tag;        /* Not looked at: for whoever stands between. */
} slack_curl_request_t;

typedef struct slack_curl_result {
    int status;               /* 0 when an answer arrived, whatever its HTTP status; SLACK_ECONNECT,
                                 SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_ETOOBIG, SLACK_ECLOSED (lost
                                 on the way), SLACK_EPROTO (no HTTP), SLACK_EHTTP (the proxy
                                 refused the way), SLACK_ECANCELED, SLACK_ENOMEM */
    const char *reason;       /* in words, without the URL; "" when status is 0 */
    int http_status;          /* 0 without an answer */
    bool unsent;              /* it failed before a byte of the request was sent: safe to repeat */
    const char *content_type; /* "" when there is none */
    int64_t retry_after_s;    /* -1 when there is none */
    const char *body;         /* NUL-terminated, "" when empty */
    size_t body_len;
} slack_curl_result_t;

/* Exactly once per accepted request, on the loop, never before slack__curl_send() returned. */
typedef void (*slack_curl_fn)(const slack_curl_result_t *result, void *user_data);

/* 0; SLACK_EINVAL for a URL that may not be called; SLACK_EBUSY; SLACK_ECANCELED after a close;
 * SLACK_ENOMEM. */
int slack__curl_send(slack_curl_t *curl, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data);

/* A header of the answer, "" when there is none. Inside the callback only; borrowed until it
 * returns. */
const char *slack__curl_header(const slack_curl_result_t *result, const char *name);

#endif
