/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_JSON_SUBSET_H
#define SLACK_TESTKIT_JSON_SUBSET_H

#include "util/json.h"

/*
 * Whether `value` contains `part`:
 *
 * - an object has every member of `part`, and the values of these members contain those of `part`;
 * - an array has as many elements as `part`, and each contains the element of `part`;
 * - any other value is equal to `part`.
 *
 * On false the path of the first difference is in `where` ("/blocks/0/type"), which the caller has
 * set to "".
 */
bool slack__json_subset(const slack_json_t *value, const slack_json_t *part, char *where,
                        size_t size);

#endif
