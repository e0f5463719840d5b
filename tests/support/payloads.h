/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PAYLOADS_H
#define SLACK_TESTS_SUPPORT_PAYLOADS_H

#include <stddef.h>

/*
 * Real payloads, which are not part of the repository: the folder in SLACK_PAYLOADS_DIR, or
 * shared/payloads beside the repository. A test without them is skipped.
 */

typedef void (*payload_fn)(const char *name, const char *text, size_t len, void *ctx);

/* Calls fn with every file of a folder ("commands"), sorted by name. Returns their number. Skips
 * the test if the folder is missing. */
size_t payloads_each(const char *folder, payload_fn fn, void *ctx);

#endif
