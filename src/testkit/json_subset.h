/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTKIT_JSON_SUBSET_H
#define SLACK_TESTKIT_JSON_SUBSET_H

#include "util/json.h"

/* Whether `value` contains `part`. An object contains another one if it contains each of its
 * members, at any depth; an array contains another one if both have as many elements and each
 * element contains its counterpart; any other value contains only an equal one. On false the path
 * of the first difference is in `where` ("/blocks/0/type"), which the caller has set to "". */
bool slack__json_subset(const slack_json_t *value, const slack_json_t *part, char *where,
                        size_t size);

#endif
