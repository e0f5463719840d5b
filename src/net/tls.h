/* SPDX-License-Identifier: MIT */
#ifndef SLACK_NET_TLS_H
#define SLACK_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * TLS by mbedTLS with no I/O of its own: bytes of the wire in, bytes for the wire out. 1.2 and 1.3,
 * ALPN http/1.1, the peer's name always verified by a client.
 */

/* Certificates and settings, shared by sessions and counted by reference. */
typedef struct slack_tls_context slack_tls_context_t;
/* One connection's session. */
typedef struct slack_tls slack_tls_t;

/* Which file cannot be used, and why: "the key is not the certificate's". */
typedef struct slack_tls_fault {
    const char *file; /* as it was given */
    char why[160];
} slack_tls_fault_t;

/* A client's context. `ca_file` NULL: the system's bundle (SSL_CERT_FILE, else the first of the
 * places where systems keep it). The file is read here, once. 0; SLACK_ECONFIG when it cannot be
 * read or holds no certificate; SLACK_ETLS; SLACK_ENOMEM. */
int slack__tls_context_client(slack_tls_context_t **ret, const char *ca_file);
/* A server's context from PEM files. Sessions are resumed by tickets, whose keys go with it. 0;
 * SLACK_ECONFIG when a file cannot be used, with *ret_fault (optional) telling how; SLACK_ENOMEM;
 * SLACK_ETLS. */
int slack__tls_context_server(slack_tls_context_t **ret, const char *cert_file,
                              const char *key_file, slack_tls_fault_t *ret_fault);
/* Before the first session: take only clients with a certificate of one of these authorities, for
 * this name (a dNSName, or where there is none the subject's CN). `name` is borrowed for the
 * context's life. 0; SLACK_ECONFIG and *ret_fault as above; SLACK_ENOMEM. */
int slack__tls_context_check_clients(slack_tls_context_t *context, const char *ca_file,
                                     const char *name, slack_tls_fault_t *ret_fault);
slack_tls_context_t *slack__tls_context_ref(slack_tls_context_t *context);
void slack__tls_context_unref(slack_tls_context_t *context);

/* `host_name` is what a client verifies the certificate against (a name, or an address as text) and
 * sends as SNI where it is a name; NULL for a server. `write_max` bounds the bytes that wait for
 * the wire; what TLS adds to them is allowed for. 0, SLACK_EINVAL, SLACK_ENOMEM, SLACK_ETLS. */
int slack__tls_new(slack_tls_t **ret, slack_tls_context_t *context, const char *host_name,
                   size_t write_max);
void slack__tls_free(slack_tls_t *tls);

/* Bytes from the wire. Kept until the session has read them. 0, SLACK_ETOOBIG, SLACK_ENOMEM. */
int slack__tls_feed(slack_tls_t *tls, const void *data, size_t len);
/* Bytes for the wire, gathered by the calls below. Consume what was sent. */
slack_buf_t *slack__tls_out(slack_tls_t *tls);

/* Go on with the handshake. 0 when it is done, SLACK_EBUSY when it needs more bytes, SLACK_ETLS
 * when it failed: slack__tls_reason() tells how. */
int slack__tls_handshake(slack_tls_t *tls);
/* Read plaintext. 0 with *ret_len bytes, SLACK_EBUSY when more wire bytes are needed, SLACK_ECLOSED
 * after the peer's close_notify, SLACK_ETLS. */
int slack__tls_read(slack_tls_t *tls, void *data, size_t size, size_t *ret_len);
/* Encrypt all of it. 0, SLACK_ETOOBIG, SLACK_ENOMEM, SLACK_ETLS. */
int slack__tls_write(slack_tls_t *tls, const void *data, size_t len);
/* Say close_notify. */
void slack__tls_close(slack_tls_t *tls);

/* Why it failed, in words ("the certificate is not for wss.slack.com"); "" when it did not. */
const char *slack__tls_reason(const slack_tls_t *tls);

#endif
