/* SPDX-License-Identifier: MIT */
#ifndef SLACK_LIMITS_H
#define SLACK_LIMITS_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file limits.h  Limits of the HTTP transport.
 *
 * The defaults are safe on the open internet. A request from Slack has a few KiB, the largest some
 * hundred KiB. Proxies allow headers of 8 KiB or more.
 *
 * Until the app has verified the signature of a request, anyone may have sent it. The memory of all
 * such requests together is at most
 *
 *     connections * SLACK_HTTP_SMALL_BYTES + memory_bytes
 *
 * plus 16 KiB for each connection, and about 50 KiB more for a connection with TLS. With the
 * defaults and without TLS that is 144 MiB, reached only under attack on more than a thousand
 * connections.
 */

/** @{ */
/** The default of the field of this name in slack_http_limits_t. */
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
#define SLACK_HTTP_IDLE_MS_DEFAULT              75000 /* longer than most proxies wait */
#define SLACK_HTTP_PIPELINED_DEFAULT            100
/** @} */

/** The memory that each request may use without counting towards memory_bytes. Most requests need
 * no more than this, so a flood of large requests cannot block them. */
#define SLACK_HTTP_SMALL_BYTES (64u << 10)

/** The limits. Every field is Optional; 0 means its default, a constant above. Unless a field says
 * otherwise, sizes are 1 to 67108864 bytes and times 1 to 3600000 milliseconds. The description of
 * a field ends with the name of its environment variable. */
typedef struct slack_http_limits {
    /** Open connections, 1 to 65536. When the limit is reached, the app closes the connection that
     * has been idle longest to admit the new one. Connections that have sent a verified request
     * come last. If the process may not open enough files (RLIMIT_NOFILE), the app lowers this
     * limit. 256 files then remain for calls and the store, or half of all files if fewer than 512
     * are allowed. SLACK_HTTP_CONNECTIONS. */
    unsigned connections;
    /** Open connections from one address, or from one /64 of IPv6, 1 to 65536. When the limit is
     * reached, the app closes the connection of that address that has been idle longest. Trusted
     * proxies and Unix sockets have no such limit. SLACK_HTTP_CONNECTIONS_PER_PEER. */
    unsigned connections_per_peer;
    /** The path and query in bytes. Beyond it: status 414. SLACK_HTTP_TARGET_BYTES. */
    unsigned target_bytes;
    /** The header lines together in bytes. Beyond it: status 431. SLACK_HTTP_HEADER_BYTES. */
    unsigned header_bytes;
    /** The number of header lines, 1 to 1000. Beyond it: status 431. SLACK_HTTP_HEADER_COUNT. */
    unsigned header_count;
    /** The body in bytes. Beyond it: status 413. SLACK_HTTP_BODY_BYTES. */
    unsigned body_bytes;
    /** The memory of all requests that the app is reading, without the first SLACK_HTTP_SMALL_BYTES
     * of each, 1 to 1073741824 bytes. Peers that have sent no verified request may use half of it,
     * and those of one address a quarter. Beyond it: status 503, for the largest request of such a
     * peer. SLACK_HTTP_MEMORY_BYTES. */
    unsigned memory_bytes;
    /** The time from the connection to its first byte. After it the app closes the connection.
     * SLACK_HTTP_FIRST_BYTE_MS. */
    unsigned first_byte_ms;
    /** The time from the first byte to the last header. After it: status 408.
     * SLACK_HTTP_HEADER_MS. */
    unsigned header_ms;
    /** The time from the last header to the end of the body. After it: status 408.
     * SLACK_HTTP_BODY_MS. */
    unsigned body_ms;
    /** The time between two requests. After it the app closes the connection. SLACK_HTTP_IDLE_MS.
     */
    unsigned idle_ms;
    /** The requests that a peer sends in a row without waiting for the answers, 1 to 1000000. After
     * the last one the app closes the connection. SLACK_HTTP_PIPELINED. */
    unsigned pipelined;
    /** The requests on one connection, 1 to 1000000000. After the last one the app closes the
     * connection. Default: no limit. SLACK_HTTP_REQUESTS. */
    unsigned requests;
} slack_http_limits_t;

#ifdef __cplusplus
}
#endif
#endif
