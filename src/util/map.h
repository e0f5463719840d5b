/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_MAP_H
#define SLACK_UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/*
 * A hash map from byte strings to pointers, with a maximum. Keys are copied, unless the
 * values hold them. Hashing is keyed by a
 * random seed per map, since keys come from outside.
 */
typedef struct slack_map slack_map_t;

slack_map_t *slack__map_new(size_t max_entries);
/* A map of values that hold their own keys, which stay as they are while the value is in it:
 * nothing is copied, and putting a value takes no memory but the table's. */
typedef slack_slice_t (*slack_map_key_fn)(const void *value);
slack_map_t *slack__map_new_keyed(size_t max_entries, slack_map_key_fn key_of);
/* Frees the map; `free_value` (may be NULL) is called for every value left. */
void slack__map_free(slack_map_t *map, void (*free_value)(void *value));

void *slack__map_get(const slack_map_t *map, slack_slice_t key); /* NULL: not there */
/* Insert. 0; SLACK_EALREADY when the key is there (nothing changes); SLACK_EBUSY at the maximum;
 * SLACK_ENOMEM. `value` must not be NULL. */
int slack__map_put(slack_map_t *map, slack_slice_t key, void *value);
/* Remove and return the value; NULL when it was not there. */
void *slack__map_take(slack_map_t *map, slack_slice_t key);
size_t slack__map_count(const slack_map_t *map);

#endif
