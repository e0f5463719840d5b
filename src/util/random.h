/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_RANDOM_H
#define SLACK_UTIL_RANDOM_H

#include <stdint.h>

/* A random number for backoffs, jitter and hash seeds, not for secrets. Thread-safe. */
uint64_t slack__random_u64(void);

#endif
