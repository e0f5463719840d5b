/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_CERTS_H
#define SLACK_TESTS_SUPPORT_CERTS_H

#include <stdbool.h>

/*
 * Certificates made by the openssl command, in a temporary folder that is removed at exit:
 *
 *     ca.pem                     the issuer of the others
 *     server.pem, server.key     for localhost, 127.0.0.1 and ::1
 *     locked.key                 server.key, encrypted
 *     rsa.pem, rsa.key           the same, with an RSA key
 *     other.pem, server.key      for other.example
 *     slack.pem, server.key      for platform-tls-client.slack.com
 *     fake.pem, stranger.key     the same, signed by itself
 *     expired.pem, server.key    as server.pem, until yesterday
 *     stranger.pem, stranger.key for localhost and 127.0.0.1, signed by itself
 */

/* Makes them at the first call. Returns false without an openssl command: skip the test. */
bool certs_make(void);

/* Makes client.pem with server.key for the subject and the alternative names, as openssl reads
 * both;
 * "": without alternative names. The next call replaces it. */
void certs_sign(const char *subject, const char *names);

/* The path of one of them, or of a file of the test's own in the same folder. Up to four results
 * are valid at a time. */
const char *certs_path(const char *name);

#endif
