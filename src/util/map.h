/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_MAP_H
#define SLACK_UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/*
 * A hash map from byte strings to pointers, with a maximum. Keys are copied, unless the values hold
 * them. The hash is keyed by a random seed per map, since keys come from outside.
 */
typedef struct slack_map slack_map_t;

slack_map_t *slack__map_new(size_t max_entries);
/* A map of values that hold their keys, which must not change while the value is in the map. The
 * map copies nothing: a put takes no memory beside the table's. */
typedef slack_slice_t (*slack_map_key_fn)(const void *value);
slack_map_t *slack__map_new_keyed(size_t max_entries, slack_map_key_fn key_of);
/* Free the map; `free_value` (optional) is called for every value in it. */
void slack__map_free(slack_map_t *map, void (*free_value)(void *value));

void *slack__map_get(const slack_map_t *map, slack_slice_t key); /* NULL: there is none */
/* Insert a value, not NULL. 0; SLACK_EALREADY if the key is there, and nothing changes; SLACK_EBUSY
 * at the maximum; SLACK_ENOMEM. */
int slack__map_put(slack_map_t *map, slack_slice_t key, void *value);
/* Remove and return the value; NULL: there is none. */
void *slack__map_take(slack_map_t *map, slack_slice_t key);
size_t slack__map_count(const slack_map_t *map);

#endif
