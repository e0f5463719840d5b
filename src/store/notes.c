/* SPDX-License-Identifier: MIT */
#include "store/notes.h"

#include <string.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/map.h"

typedef struct note {
    slack_link_t link; /* the one written longest ago first */
    slack_row_t row;   /* its texts lie in `bytes` */
    char bytes[];
} note_t;

struct slack_notes {
    slack_map_t *map;
    slack_link_t by_age;
};

static slack_slice_t key_of(const void *value)
{
    return ((const note_t *)value)->row.key;
}

slack_notes_t *slack__notes_new(void)
{
    slack_notes_t *notes = slack__calloc(1, sizeof *notes);
    if (!notes) return NULL;
    slack__link_init(&notes->by_age);
    notes->map = slack__map_new_keyed(SLACK_STORE_NOTES_MAX, key_of);
    if (notes->map) return notes;
    slack__free(notes);
    return NULL;
}

void slack__notes_free(slack_notes_t *notes)
{
    if (!notes) return;
    slack__map_free(notes->map, slack__free);
    slack__free(notes);
}

static void forget(slack_notes_t *notes, note_t *note)
{
    slack__map_take(notes->map, note->row.key);
    slack__unlink(&note->link);
    slack__free(note);
}

static note_t *find(slack_notes_t *notes, slack_slice_t key, int64_t now_ms)
{
    note_t *note = slack__map_get(notes->map, key);
    if (!note || note->row.due_ms > now_ms) return note;
    forget(notes, note);
    return NULL;
}

static slack_slice_t copy(char **at, slack_slice_t from)
{
    slack_slice_t to = {*at, from.len};
    if (from.len > 0) memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

static note_t *note_new(const slack_row_t *row)
{
    note_t *note = slack__malloc(sizeof *note + row->key.len + row->name.len + row->payload.len);
    if (!note) return NULL;
    char *at = note->bytes;
    note->row = (slack_row_t){.due_ms = row->due_ms};
    note->row.key = copy(&at, row->key);
    note->row.name = copy(&at, row->name);
    note->row.payload = copy(&at, row->payload);
    slack__link_init(&note->link);
    return note;
}

/* As SQLite compares blobs. */
static bool newer(slack_slice_t a, slack_slice_t b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least > 0 ? memcmp(a.ptr, b.ptr, least) : 0;
    return order != 0 ? order > 0 : a.len > b.len;
}

int slack__notes_put(slack_notes_t *notes, const slack_row_t *row, int64_t now_ms)
{
    note_t *old = find(notes, row->key, now_ms);
    if (old && newer(old->row.name, row->name)) return 0;
    note_t *note = note_new(row);
    if (!note) return SLACK_ENOMEM;
    if (!old && slack__map_count(notes->map) == SLACK_STORE_NOTES_MAX)
        old = SLACK_CONTAINER(notes->by_age.next, note_t, link);
    if (old) forget(notes, old);
    int rc = slack__map_put(notes->map, note->row.key, note);
    if (rc != 0)
        slack__free(note);
    else
        slack__list_push(&notes->by_age, &note->link);
    return rc;
}

const slack_row_t *slack__notes_get(slack_notes_t *notes, slack_slice_t key, int64_t now_ms)
{
    const note_t *note = find(notes, key, now_ms);
    return note ? &note->row : NULL;
}
