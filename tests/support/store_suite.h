/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_STORE_SUITE_H
#define SLACK_TESTS_SUPPORT_STORE_SUITE_H

#include "store/store.h"

/* One suite for every backend: what store/store.h promises. `rest` names a place that `clean` (NULL
 * for nothing to do) makes empty. Returns what main() returns. */
int store_suite(const slack_store_ops_t *ops, const char *rest, void (*clean)(void));
/* The part of it that is about claims. */
int store_suite_claims(void);

#endif
