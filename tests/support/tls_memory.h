/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_TLS_MEMORY_H
#define SLACK_TESTS_SUPPORT_TLS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * mbedTLS as it is packaged allocates by calloc(). This calloc() replaces the C library's in
 * programs that use these functions, and fails on request.
 */

/* Returns false if another calloc() is in its place, such as a sanitizer's: skip the test. */
bool tls_memory_is_ours(void);
/* Makes the nth calloc() from now fail (0: the next one), once. */
void tls_memory_fail_at(size_t nth);
/* Ends tls_memory_fail_at(). Returns true if a calloc() has failed since. */
bool tls_memory_heal(void);

#endif
