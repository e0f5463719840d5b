/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_H
#define SLACK_NET_CURL_H

#include "net/loop.h"
#include "net/proxy.h"
#include "net/url.h"
#include "util/budget.h"

/*
 * libcurl's multi interface on the loop: one CURLM, one timer, one poll handle per socket. What
 * libcurl reports is collected first; callbacks run afterwards, from a task, and may call every
 * function below. Redirects are not followed. URLs are https, or http on loopback.
 *
 * A body in either direction lies in memory, or is streamed: a source gives the body of the request
 * in pieces, a sink takes the body of the response in pieces. A streamed transfer holds
 * SLACK_CURL_WINDOW bytes for each direction at most. It has a connection of its own (HTTP/1.1),
 * so that a sink that waits stops the peer and no other transfer.
 */
typedef struct slack_curl slack_curl_t;
/* A request that is under way; valid until its slack_curl_fn is called. */
typedef struct slack_transfer slack_transfer_t;

typedef struct slack_curl_options {
    const char *ca_file;    /* Optional, copied. */
    slack_proxy_t *proxy;   /* Optional, referenced. Used for the hosts that it serves. */
    const char *user_agent; /* Required, copied. */
    unsigned concurrency;   /* Required. Transfers under way at most; more get SLACK_EBUSY. */
} slack_curl_options_t;

int slack__curl_new(slack_curl_t **ret, slack_net_t *net, const slack_curl_options_t *options);
/* Every transfer under way ends with SLACK_ECANCELED, then `fn` is called and all is freed. */
void slack__curl_close(slack_curl_t *curl, void (*fn)(void *user_data), void *user_data);

/* A callback of a source or a sink has to wait: for bytes, or until its bytes are written. */
#define SLACK_CURL_LATER  1
#define SLACK_CURL_WINDOW ((size_t)64 << 10)

/* The connections to one host at most. A request over HTTP/1.1 takes one until its response is
 * there, and further requests wait in libcurl for theirs, in order. */
#define SLACK_CURL_HOST_CONNECTIONS 64

typedef struct slack_curl_result slack_curl_result_t;

/* The body of a request, in pieces. */
typedef struct slack_curl_source {
    /*
     * Put the next bytes at `to`, at most `max` of them, and set *ret_len. 0, and *ret_len is 0 at
     * the end of the body; SLACK_CURL_LATER: there are none yet, and slack__curl_resume() is called
     * when there are; a negative error ends the transfer with that status. It is not called again
     * after the end, or after `len` bytes.
     */
    int (*read)(void *user_data, char *to, size_t max, size_t *ret_len);
    /* The bytes of the body, which are sent as its Content-Length; a source that ends earlier ends
     * the transfer with SLACK_EIO. -1: unknown, and the body is sent in chunks. */
    int64_t len;
    void *user_data;
} slack_curl_source_t;

/*
 * Takes a response as it arrives. Both functions return 0; SLACK_CURL_LATER: nothing more before
 * slack__curl_resume(); or a negative error, which refuses the rest: the transfer ends with that
 * status. Bytes that arrived before a failure are given before the slack_curl_fn is called, unless
 * the sink waits.
 */
typedef struct slack_curl_sink {
    /* Optional. Called once when status and headers have arrived; the body of `head` is empty. */
    int (*head)(const slack_curl_result_t *head, void *user_data);
    /* The next bytes of the body, at least one; borrowed until the return. They are as the server
     * sent them: no compression is asked for, and none is undone. */
    int (*write)(const char *data, size_t len, void *user_data);
    void *user_data;
} slack_curl_sink_t;

typedef struct slack_curl_request {
    const char *method;         /* Required: a token, such as "POST", "GET", "DELETE". */
    const char *url;            /* Required. */
    const char *const *headers; /* Optional: "Name: value" strings, NULL at the end. */
    const void *body;           /* Copied. A POST without a body sends Content-Length: 0. libcurl
                                 * sends a body once, and never again on another connection. */
    size_t body_len;
    slack_curl_source_t source;      /* Optional, copied: gives the body, in place of `body`. */
    slack_curl_sink_t sink;          /* Optional, copied: takes the body of the response. */
    slack_transfer_t **ret_transfer; /* Optional: the transfer, if the request is accepted. */
    bool plain;                      /* http is allowed to every host */
    bool public_only; /* no connection to an address that is not public, and no proxy: SLACK_EINVAL
                       */
    bool keep_head;   /* the result has the headers */
    unsigned timeout_ms; /* the whole transfer; 0 if it is streamed: no limit */
    /* Optional: the longest time in which the peer neither sends nor takes a byte, on the clock of
     * the net. It does not run while a source or a sink waits. 0: no limit. */
    unsigned idle_ms;
    size_t body_max;        /* Required without a sink: of the response. */
    slack_budget_t *budget; /* Optional, borrowed: the memory of the responses of all transfers. */
    uint64_t tag;           /* This and `unheld` are not used here, but by a sender that wraps this
                             * one.
                             */
    bool unheld;            /* of a delivery that may end before the response */
} slack_curl_request_t;

/* Whether a body of the request or of the response is streamed. */
static inline bool slack__curl_is_streamed(const slack_curl_request_t *request)
{
    return request->source.read != NULL || request->sink.write != NULL;
}

struct slack_curl_result {
    int status;               /* 0: a response arrived, whatever its HTTP status; SLACK_ECONNECT,
                                 SLACK_ETLS, SLACK_ETIMEDOUT, SLACK_ETOOBIG, SLACK_EBUSY (the
                                 budget has no room for the response), SLACK_ECLOSED (the
                                 connection was lost), SLACK_EPROTO (not HTTP), SLACK_EHTTP (the
                                 proxy refused to connect), SLACK_EINVAL
                                 (the address is not public), SLACK_ECANCELED, SLACK_ENOMEM */
    const char *reason;       /* in words, without the URL; "" if status is 0 */
    int http_status;          /* 0 without a response */
    bool http2;               /* the response came over HTTP/2, whose connections take many requests
                               * at once */
    bool unsent;              /* safe to repeat: no byte of the request was sent, or the server
                                 refused its HTTP/2 stream and so has not processed it */
    const char *content_type; /* "" without one */
    int64_t retry_after_s;    /* of the header Retry-After; -1 without that header, 0 if it names no
                               * time in the future */
    const char *head;         /* the lines of the headers, each with CRLF, if they are kept; else ""
                               */
    const char *body;         /* NUL-terminated, "" if empty, or if a sink has taken it */
    size_t body_len;
};

/* Called exactly once per accepted request, on the loop, after slack__curl_send() has returned. */
typedef void (*slack_curl_fn)(const slack_curl_result_t *result, void *user_data);

/* 0; SLACK_EINVAL for a malformed request or a URL that may not be called; SLACK_EBUSY;
 * SLACK_ECANCELED after a close; SLACK_ENOMEM. */
int slack__curl_send(slack_curl_t *curl, const slack_curl_request_t *request, slack_curl_fn fn,
                     void *user_data);

/* The source has bytes, or the sink takes more. Does nothing if it does not wait. */
void slack__curl_resume_source(slack_transfer_t *transfer);
void slack__curl_resume_sink(slack_transfer_t *transfer);
/* End a transfer with SLACK_ECANCELED. Its slack_curl_fn is called later, and its source and its
 * sink no more. */
void slack__curl_cancel(slack_transfer_t *transfer);

/* A header of the response, "" without one. Only for the callback that got the result; borrowed
 * until it returns. */
const char *slack__curl_header(const slack_curl_result_t *result, const char *name);

#endif
