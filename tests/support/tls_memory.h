/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_TLS_MEMORY_H
#define SLACK_TESTS_SUPPORT_TLS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * mbedTLS as it is packaged takes its memory by calloc(), which a program may have one of its own
 * of: this one fails on request. It is in those tests only that use these functions.
 */

/* False where something else is in its place, such as a sanitizer: skip the test. */
bool tls_memory_is_ours(void);
/* The nth calloc() from now fails (0: the very next one), once. */
void tls_memory_fail_at(size_t nth);
/* None fails any more. True when one did since tls_memory_fail_at(). */
bool tls_memory_heal(void);

#endif
