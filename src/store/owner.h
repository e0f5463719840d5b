/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_OWNER_H
#define SLACK_STORE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "util/file.h"

/*
 * Shows which owners of a store are alive on this machine. Owner n holds a lock on byte n of a file
 * beside the store, and the kernel releases it however the process ends. So no timeout has to pass,
 * and the reuse of a process number does no harm. Byte 0 belongs to no owner: processes that wait
 * for a turn to write share a lock on it.
 */
typedef struct slack_owner {
    int fd;
    int64_t id; /* this owner's; 0: no id yet */
} slack_owner_t;

/* Open or make "PATH-owners". 0; -1 with *fault. */
int slack__owner_open(slack_owner_t *owner, const char *path, slack_file_fault_t *fault);
/* Become owner `id`. 0 or -errno. */
int slack__owner_take(slack_owner_t *owner, int64_t id);
/* Show other processes that this owner waits for its turn to write, or no longer waits. */
void slack__owner_wait(const slack_owner_t *owner, bool waits);
/* Whether another process waits for its turn to write. */
bool slack__owner_awaited(const slack_owner_t *owner);
/* Whether owner `id`, which may be this one, is alive. True if this process cannot tell. */
bool slack__owner_alive(const slack_owner_t *owner, int64_t id);
/* Whether the file says that this place once had a store. */
bool slack__owner_knows_store(const slack_owner_t *owner);
/* Write into the file that this place has a store. */
void slack__owner_note_store(const slack_owner_t *owner);
void slack__owner_close(slack_owner_t *owner);

#endif
