/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_STORE_SUITE_H
#define SLACK_TESTS_SUPPORT_STORE_SUITE_H

#include "store/store.h"

/* One suite for every backend: it checks the promises of store/store.h. `clean` empties the place
 * that `rest` names; NULL: nothing to empty. Returns main()'s result. */
int store_suite(const slack_store_ops_t *ops, const char *rest, void (*clean)(void));
/* The cases about claims. */
int store_suite_claims(void);
/* The cases about ordering keys. */
int store_suite_order(void);
/* The cases about entries. */
int store_suite_entries(void);

#endif
