/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_ENTRIES_H
#define SLACK_OAUTH_ENTRIES_H

#include "oauth/installations.h"

/*
 * Operations on the entries of installations, for the files of this folder. Work submits some
 * operations together, which the store then takes in one transaction, and goes on when all of them
 * have ended:
 *
 *     slack__entries_begin(work, next);
 *     slack__entries_get(work, &op, &place);
 *     …
 *     slack__entries_wait(work);
 */
typedef struct slack_entries_work {
    slack_installations_t *in;
    slack_arena_t *arena; /* of the records that are read and written */
    unsigned busy;        /* operations that have not ended */
    unsigned tries;       /* how often another process was faster */
    int status;           /* the first failure since the beginning */
    void (*next)(struct slack_entries_work *work);
} slack_entries_work_t;

typedef struct slack_entries_op {
    slack_entries_work_t *work;
    slack_store_op_t op;
    slack_store_op_t clear; /* of a swap: deletes an entry without a version */
    slack_store_batch_t batch;
    slack_install_found_t one;    /* of a get; of a swap: what is stored now */
    slack_install_found_t *found; /* of a list: `batch.count` */
} slack_entries_op_t;

/* The texts of a page of a list, after which it ends early. */
#define SLACK_INSTALL_PAGE_BYTES ((size_t)256 * 1024)
/* The version of an entry whose own one is damaged: a swap and a delete that expect it take the
 * entry whatever its version is. */
#define SLACK_ENTRIES_ANY_VERSION "damaged"
/* The number of times that work begins again because another process was faster. */
#define SLACK_ENTRIES_TRIES 8

/* An object that begins with a slack_entries_work_t, on the heap. NULL: memory is out. */
void *slack__entries_work_new(slack_installations_t *in, size_t size);
void slack__entries_work_free(slack_entries_work_t *work);

void slack__entries_begin(slack_entries_work_t *work, void (*next)(slack_entries_work_t *work));
void slack__entries_wait(slack_entries_work_t *work);

/* Each submits an operation. The strings are borrowed until it has ended. */
void slack__entries_get(slack_entries_work_t *work, slack_entries_op_t *op,
                        const slack_install_place_t *place);
void slack__entries_get_key(slack_entries_work_t *work, slack_entries_op_t *op, const char *key);
void slack__entries_list(slack_entries_work_t *work, slack_entries_op_t *op, const char *prefix,
                         const char *after, unsigned limit);
void slack__entries_swap(slack_entries_work_t *work, slack_entries_op_t *op,
                         const slack_install_record_t *record, const char *expected);
/* `expected` of "": whatever the version is. */
void slack__entries_delete(slack_entries_work_t *work, slack_entries_op_t *op, const char *key,
                           const char *expected);

/* Whether an entry was read, and has a token that Slack has not refused. */
static inline bool slack__entries_usable(const slack_install_found_t *found)
{
    return *found->version && found->fault == 0 && *found->record.token.access &&
           !*found->record.token.refused;
}

/* The places of an installation in the order in which a lookup tries them. Returns their number. */
#define SLACK_INSTALL_PLACES 3
size_t slack__install_places(const slack_install_place_t *wanted, bool org,
                             slack_install_place_t ret[SLACK_INSTALL_PLACES]);

#endif
