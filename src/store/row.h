/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_ROW_H
#define SLACK_STORE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/str.h"

enum slack_row_state {
    SLACK_ROW_QUEUED, /* may be claimed from due_ms on */
    SLACK_ROW_RUNNING,
    SLACK_ROW_DONE,
    SLACK_ROW_DEAD
};
#define SLACK_ROW_STATES 4

/* What a store keeps of one event or job. The texts are borrowed: on the way in from the caller of
 * submit(), on the way out from the batch's arena. */
typedef struct slack_row {
    int64_t id; /* assigned by PUT; not 0 */
    enum slack_row_state state;
    slack_slice_t key;     /* unique while known; empty: no key, so the row is never a duplicate */
    slack_slice_t kind;    /* "event", "job" */
    slack_slice_t name;    /* the event's type, the job's name: for people */
    slack_slice_t payload; /* JSON text; empty once done */
    slack_slice_t transport;
    slack_slice_t retry_reason;
    slack_slice_t tenant; /* whose tokens the row needs, in the notation of protocol/tenant.h */
    slack_slice_t app;    /* whose row it is: no other app claims it */
    slack_slice_t order;  /* the ordering key; empty: none, so the row waits for no other row */
    slack_slice_t done;   /* the listeners that need not run again, in the inbox's notation */
    slack_slice_t error;  /* why the last attempt failed */
    int retry_num;
    unsigned attempt; /* attempts begun */
    bool damaged;     /* a store never writes such a value; a CLAIM, a KV_GET and a KV_LIST then
                         leave the payload out */
    int64_t received_ms, due_ms, changed_ms;
    int64_t planned_ms; /* due_ms as PUT gave it */
} slack_row_t;

/* The largest time of a row: the end of the year 9999. */
#define SLACK_ROW_TIME_MAX INT64_C(253402300799999)

/* due_ms of a queued row while another row with its ordering key comes first. */
#define SLACK_ROW_BEHIND SLACK_ROW_TIME_MAX

/* Copy a row and its texts. False: memory is out. */
bool slack__row_copy(slack_arena_t *arena, slack_row_t *ret, const slack_row_t *row);

/* The rows of an operation on several rows. */
typedef struct slack_store_batch {
    /* In. */
    unsigned limit;
    size_t
        bytes; /* CLAIM, KV_LIST: of texts; the row that reaches it is the last one; 0: no limit */
    int64_t now_ms; /* CLAIM, and RETRY and DROP of all */
    enum slack_row_state state;
    bool one;

    /* Out. */
    slack_arena_t *arena; /* holds the rows; the caller of submit() frees it; NULL: no rows */
    slack_row_t *rows;
    size_t count;
    int64_t next_ms;
    uint64_t counts[SLACK_ROW_STATES]; /* above `limit`: an estimate */
    int64_t
        oldest_ms[SLACK_ROW_STATES]; /* smallest received_ms, of done rows changed_ms; 0: no rows */
    char about[128];                 /* the engine, for people; "": it says nothing */
    uint64_t owners;                 /* other open stores */
    uint64_t bare_owners;            /* of them those that have no entry */
    uint64_t stateless;              /* damaged rows, which are in none of the states */
    int64_t stateless_id;            /* the smallest id of them */
} slack_store_batch_t;

/* The most bytes of all texts in one batch. A store in memory has the same limit for the texts of
 * queued and dead rows.
 */
#define SLACK_STORE_BYTES_MAX ((size_t)64 << 20)

/* Make room for `limit` rows and SLACK_STORE_BYTES_MAX of texts. 0; SLACK_ENOMEM. */
int slack__batch_begin(slack_store_batch_t *batch, unsigned limit);
/* Whether a batch has reached one of its limits. */
bool slack__batch_is_full(const slack_store_batch_t *batch);
/* Free the rows: a failed operation returns none. */
void slack__batch_drop(slack_store_batch_t *batch);
/* End a batch with the status of its operation. After a failure, or if nothing was found, it has no
 * arena. Returns `rc`. */
int slack__batch_end(slack_store_batch_t *batch, int rc);

#endif
