/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_RANDOM_H
#define SLACK_UTIL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A random number for backoffs, jitter and hash seeds, not for secrets. Thread-safe. */
uint64_t slack__random_u64(void);

/* Random bytes of the kernel for keys and nonces. False: the kernel gives none. Thread-safe. */
bool slack__random_secret(void *ret, size_t len);

#endif
