/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TLS_H
#define SLACK_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * TLS by mbedTLS without I/O: bytes from the wire in, bytes for the wire out. TLS 1.2 and 1.3, ALPN
 * http/1.1. A client always verifies the peer's name.
 */

/* Certificates and settings, shared by sessions and counted by reference. */
typedef struct slack_tls_context slack_tls_context_t;
/* One connection's session. */
typedef struct slack_tls slack_tls_t;

/* A file that cannot be used, and why: "the key is not the certificate's". */
typedef struct slack_tls_fault {
    const char *file; /* as given */
    char why[160];
} slack_tls_fault_t;

/* The version of mbedTLS at run time: "3.6.6". */
#define SLACK_TLS_VERSION_SIZE 16
void slack__tls_version(char ret[SLACK_TLS_VERSION_SIZE]);

/* A client's context. `ca_file` NULL: the system's bundle (SSL_CERT_FILE, or the first file found
 * where systems keep it). The file is read now. 0; SLACK_ECONFIG if it cannot be read or holds no
 * certificate; SLACK_ETLS; SLACK_ENOMEM. */
int slack__tls_context_client(slack_tls_context_t **ret, const char *ca_file);
/* A server's context, from PEM files. Sessions are resumed by tickets, whose keys live as long as
 * the context. A context that checks its clients resumes no session. 0; SLACK_ECONFIG, with
 * *ret_fault (optional), if a file cannot be used; SLACK_ENOMEM; SLACK_ETLS. */
int slack__tls_context_server(slack_tls_context_t **ret, const char *cert_file,
                              const char *key_file, slack_tls_fault_t *ret_fault);
/* Before the first session: accept only clients with a certificate from one of these authorities
 * for this name (a dNSName; without one, the subject's CN). No session is resumed. `name` is
 * borrowed for the life of the context. 0; SLACK_ECONFIG and *ret_fault as above; SLACK_ENOMEM. */
int slack__tls_context_check_clients(slack_tls_context_t *context, const char *ca_file,
                                     const char *name, slack_tls_fault_t *ret_fault);
/* The bits of a server's RSA key; 0: it is of another kind. */
unsigned slack__tls_context_rsa_bits(const slack_tls_context_t *context);
slack_tls_context_t *slack__tls_context_ref(slack_tls_context_t *context);
void slack__tls_context_unref(slack_tls_context_t *context);

/* `host_name` is a name or an address; NULL for a server. A client verifies the certificate against
 * it, and sends a name as SNI. `write_max` limits the bytes that wait for the wire, not counting
 * what TLS adds to them. 0; SLACK_EINVAL; SLACK_ENOMEM; SLACK_ETLS. */
int slack__tls_new(slack_tls_t **ret, slack_tls_context_t *context, const char *host_name,
                   size_t write_max);
void slack__tls_free(slack_tls_t *tls);

/* Take bytes from the wire; copied until the session has read them. 0; SLACK_ETOOBIG; SLACK_ENOMEM.
 */
int slack__tls_feed(slack_tls_t *tls, const void *data, size_t len);
/* How many bytes may be fed now. Few before the handshake is done, so that peers who only wait use
 * little memory. */
size_t slack__tls_room(const slack_tls_t *tls);
/* Whether the handshake can continue: the bytes begin with a whole record, or with none at all, or
 * no more of them fit. */
bool slack__tls_has_record(const slack_tls_t *tls);
/* Bytes for the wire, written by the functions below. The caller consumes what it has sent. */
slack_buf_t *slack__tls_out(slack_tls_t *tls);

/* Continue the handshake. This may run on another thread, if no other function uses the session
 * meanwhile. 0: done; SLACK_EBUSY: more bytes are needed; SLACK_ETLS: it failed, see
 * slack__tls_reason(). */
int slack__tls_handshake(slack_tls_t *tls);
/* Read plaintext. 0 with *ret_len bytes; SLACK_EBUSY: more bytes from the wire are needed;
 * SLACK_ECLOSED after the peer's close_notify; SLACK_ETLS. */
int slack__tls_read(slack_tls_t *tls, void *data, size_t size, size_t *ret_len);
/* Encrypt all of the data. 0; SLACK_ETOOBIG; SLACK_ENOMEM; SLACK_ETLS. */
int slack__tls_write(slack_tls_t *tls, const void *data, size_t len);
/* Write close_notify. */
void slack__tls_close(slack_tls_t *tls);

/* Why the session failed, in words ("the certificate is not for wss.slack.com"); "" if it did not.
 */
const char *slack__tls_reason(const slack_tls_t *tls);

#endif
