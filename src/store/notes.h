/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_NOTES_H
#define SLACK_STORE_NOTES_H

#include "store/store.h"

/* The notes of the store in memory, at most SLACK_STORE_NOTES_MAX: past them the one that was
 * written longest ago is forgotten. Times are in milliseconds. */
typedef struct slack_notes slack_notes_t;

slack_notes_t *slack__notes_new(void); /* NULL: memory is out */
void slack__notes_free(slack_notes_t *notes);

/* SLACK_STORE_NOTE and SLACK_STORE_RECALL. The note that was found is borrowed, NULL for none. */
int slack__notes_put(slack_notes_t *notes, const slack_row_t *row, int64_t now_ms);
const slack_row_t *slack__notes_get(slack_notes_t *notes, slack_slice_t key, int64_t now_ms);

#endif
