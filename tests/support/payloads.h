/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_PAYLOADS_H
#define SLACK_TESTS_SUPPORT_PAYLOADS_H

#include <stddef.h>

/*
 * Real payloads, which are no part of the repository: the folder that SLACK_PAYLOADS_DIR names,
 * else shared/payloads beside the repository. A test that finds none is skipped.
 */

typedef void (*payload_fn)(const char *name, const char *text, size_t len, void *ctx);

/* Call fn with every file of a folder ("commands"), in order of names. Returns how many there were;
 * skips the running test when the folder is not there. */
size_t payloads_each(const char *folder, payload_fn fn, void *ctx);

#endif
