/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_CURL_TRANSFER_H
#define SLACK_NET_CURL_TRANSFER_H

#include <curl/curl.h>

#include "net/curl.h"
#include "net/curl_head.h"
#include "util/buf.h"

/*
 * A transfer, as the files curl*.c share it. It is in curl->active while libcurl has it, and in
 * curl->ended until its callback has run. Within libcurl's callbacks data is only copied. The
 * program's functions run only from the task `tell`, for the transfers in curl->due.
 */

#define SLACK_CURL_IDLE_EASY_MAX 64 /* easy handles kept for the next transfers */

struct slack_curl {
    slack_net_t *net;
    CURLM *multi;
    uv_timer_t timer;
    slack_task_t tell;
    slack_link_t active;
    slack_link_t ended;
    slack_link_t due; /* transfer->due */
    slack_link_t sockets;
    unsigned count; /* active and ended */
    unsigned concurrency;
    bool faults; /* an active transfer has a fault that libcurl does not report */
    CURL *idle[SLACK_CURL_IDLE_EASY_MAX];
    unsigned idle_count;
    char *ca_file;
    char *user_agent;
    slack_proxy_t *proxy;
    bool closing;
    unsigned handles; /* not closed yet */
    void (*close_fn)(void *user_data);
    void *close_data;
};

/* The body of a request. */
typedef struct transfer_out {
    slack_curl_source_t source;
    slack_buf_t bytes; /* of the source, for libcurl; one window at most */
    size_t read;       /* by libcurl */
    uint64_t given;    /* by the source */
    bool over;         /* the source has given all */
    bool waits;        /* the source said SLACK_CURL_LATER */
    bool starved;      /* libcurl waits for bytes */
    bool begun;        /* libcurl has a connection for the request */
    bool repeats;      /* libcurl may send it twice: a second one does nothing more */
    long before;       /* bytes that it sent before the request, to a proxy */
} transfer_out_t;

/* The body of a response. */
typedef struct transfer_in {
    slack_curl_sink_t sink;
    slack_buf_t head;  /* the header lines, if they are kept; max 0: they are not */
    slack_buf_t bytes; /* the whole body; with a sink, one window that it has not taken */
    bool has_head;     /* the status and all headers have arrived */
    bool told_head;
    bool waits; /* the sink said SLACK_CURL_LATER */
    bool full;  /* libcurl waits for room */
} transfer_in_t;

/* The time without a byte of the peer. */
typedef struct transfer_idle {
    slack_timer_t timer;
    unsigned limit_ms; /* 0: none */
    uint64_t since_us; /* the last byte */
} transfer_idle_t;

struct slack_transfer {
    slack_link_t link; /* curl->active or curl->ended */
    slack_link_t due;  /* curl->due, or alone */
    slack_curl_t *curl;
    CURL *easy;
    struct curl_slist *headers;
    slack_curl_fn fn;
    void *user_data;
    slack_budget_t *budget; /* counts in.bytes; NULL: none does */
    int fault;              /* a failure that libcurl does not know; 0: no such failure */
    const char *why;        /* of a fault; NULL: the status says it */
    slack_curl_head_t head; /* as far as it has arrived */
    bool over;              /* libcurl has it no more */
    CURLcode code;          /* how it ended for libcurl */
    bool proxied, public_only;
    unsigned stream;     /* of HTTP/2; 0: no stream */
    bool stream_refused; /* by the server: no part of the request was processed */
    long refusal;        /* the status by which the proxy refused CONNECT; 0: it did not */
    char error[CURL_ERROR_SIZE];
    slack_curl_result_t result;
    transfer_out_t out;
    transfer_in_t in;
    transfer_idle_t idle;
    size_t body_len;
    char body[];
};

/* A socket of libcurl's. It lives until libuv has closed the poll handle, longer than its
 * descriptor.
 */
typedef struct slack_curl_socket {
    uv_poll_t poll;
    slack_link_t link; /* in slack_curl.sockets, until libcurl gives it up */
    slack_curl_t *curl;
    curl_socket_t fd;
    int events;
} slack_curl_socket_t;

static inline bool slack__transfer_has_sink(const slack_transfer_t *transfer)
{
    return transfer->in.sink.write != NULL;
}

static inline bool slack__transfer_has_source(const slack_transfer_t *transfer)
{
    return transfer->out.source.read != NULL;
}

static inline bool slack__transfer_is_streamed(const slack_transfer_t *transfer)
{
    return slack__transfer_has_sink(transfer) || slack__transfer_has_source(transfer);
}

/* Look at the transfer in the task `tell`. */
static inline void slack__transfer_post(slack_transfer_t *transfer)
{
    if (!slack__linked(&transfer->due)) slack__list_push(&transfer->curl->due, &transfer->due);
    slack__task_post(transfer->curl->net, &transfer->curl->tell);
}

/* The peer has sent or taken bytes. */
static inline void slack__transfer_note_bytes(slack_transfer_t *transfer)
{
    if (transfer->idle.limit_ms > 0)
        transfer->idle.since_us = slack__mono_us(slack__net_clock(transfer->curl->net));
}

/* curl_options.c: set all options of the transfer's easy handle. */
CURLcode slack__transfer_set_options(slack_transfer_t *transfer,
                                     const slack_curl_request_t *request, const slack_url_t *url);

/* curl_result.c: read transfer->result out of libcurl, which has ended the transfer with `code`, or
 * which has only its head so far. */
void slack__transfer_read_result(slack_transfer_t *transfer, CURLcode code);

/* curl_stream.c: take the transfer out of libcurl, and post its callback. */
void slack__transfer_end(slack_transfer_t *transfer, CURLcode code);
/* Give the sink what has arrived, and take from the source what libcurl waits for. True: the
 * transfer is over, and its callback is due. */
bool slack__transfer_step(slack_transfer_t *transfer);
/* Begin the time limit without a byte, and ask the source for the first bytes. */
void slack__transfer_begin(slack_transfer_t *transfer);

#endif
