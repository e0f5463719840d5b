/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LIMITS_H
#define SLACK_LIMITS_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file limits.h  What a stranger may cost the HTTP receiver.
 *
 * Every bound with its default, safe for the open internet. Slack's requests are a few KiB, its
 * widest bodies some hundred; proxies in front allow heads of 8 KiB or more.
 *
 * Memory of what is not verified yet is at most
 *
 *     connections * SLACK_HTTP_SMALL_BYTES + memory_bytes
 *
 * and up to 16 KiB per connection for the connection itself (with TLS some 50 KiB more). By default
 * that is 144 MiB while more than a thousand connections attack, and next to nothing without.
 */

/** @{ */
/** The default of slack_http_limits_t's field of that name. */
#define SLACK_HTTP_CONNECTIONS_DEFAULT          1024
#define SLACK_HTTP_CONNECTIONS_PER_PEER_DEFAULT 256
#define SLACK_HTTP_TARGET_BYTES_DEFAULT         (8 << 10)
#define SLACK_HTTP_HEADER_BYTES_DEFAULT         (16 << 10)
#define SLACK_HTTP_HEADER_COUNT_DEFAULT         100
#define SLACK_HTTP_BODY_BYTES_DEFAULT           (1 << 20)
#define SLACK_HTTP_MEMORY_BYTES_DEFAULT         (64 << 20)
#define SLACK_HTTP_FIRST_BYTE_MS_DEFAULT        10000
#define SLACK_HTTP_HEADER_MS_DEFAULT            10000
#define SLACK_HTTP_BODY_MS_DEFAULT              30000
#define SLACK_HTTP_IDLE_MS_DEFAULT              75000 /* longer than the usual proxy's side */
#define SLACK_HTTP_PIPELINED_DEFAULT            100
/** @} */

/** What a request may take without asking for a part of memory_bytes: nobody can use that up for
 * the small ones, which most are. */
#define SLACK_HTTP_SMALL_BYTES (64u << 10)

/** Every field is optional: 0 means its default. */
typedef struct slack_http_limits {
    /** At once, 1 to 65536. At the bound the one that has kept us waiting longest for a request is
     * closed for the new one; one that has brought a request of Slack's only when there are no
     * others. SLACK_HTTP_CONNECTIONS. */
    unsigned connections;
    /** The same for each address. Trusted proxies and Unix sockets know no such bound.
     * SLACK_HTTP_CONNECTIONS_PER_PEER. */
    unsigned connections_per_peer;
    /** Path and query; else 414. SLACK_HTTP_TARGET_BYTES. */
    unsigned target_bytes;
    /** All header lines together; else 431. SLACK_HTTP_HEADER_BYTES. */
    unsigned header_bytes;
    /** Header lines, 1 to 1000; else 431. SLACK_HTTP_HEADER_COUNT. */
    unsigned header_count;
    /** A body; else 413. SLACK_HTTP_BODY_BYTES. */
    unsigned body_bytes;
    /** All requests that are being read, beyond SLACK_HTTP_SMALL_BYTES of each; else 503.
     * SLACK_HTTP_MEMORY_BYTES. */
    unsigned memory_bytes;
    /** From the connection to the first byte; closed. SLACK_HTTP_FIRST_BYTE_MS. */
    unsigned first_byte_ms;
    /** From the first byte to the last header; else 408. SLACK_HTTP_HEADER_MS. */
    unsigned header_ms;
    /** From the last header to the end of the body; else 408. SLACK_HTTP_BODY_MS. */
    unsigned body_ms;
    /** Between requests; closed. SLACK_HTTP_IDLE_MS. */
    unsigned idle_ms;
    /** Requests in a row that a peer sends without awaiting the answers; the connection is closed
     * after the last. SLACK_HTTP_PIPELINED. */
    unsigned pipelined;
    /** Requests of a connection, then it is closed. Default: no bound. SLACK_HTTP_REQUESTS. */
    unsigned requests;
} slack_http_limits_t;

#ifdef __cplusplus
}
#endif
#endif
