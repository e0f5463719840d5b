/* SPDX-License-Identifier: MIT */
#ifndef SLACK_STORE_OWNER_H
#define SLACK_STORE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Which owners of a store on this machine are alive. Owner n holds a lock on byte n of a file
 * beside the store; the kernel lets go of it when the process ends, however it ends. So there is no
 * time to be waited out and no process number that could be somebody else's by now. Byte 0 is no
 * owner's: those who wait for their turn to write share a lock on it.
 */
typedef struct slack_owner {
    int fd;
    int64_t id; /* ours; 0: none taken */
} slack_owner_t;

/* Open or make "PATH-owners". 0 or -errno. */
int slack__owner_open(slack_owner_t *owner, const char *path);
/* Be owner `id` from now on. 0 or -errno. */
int slack__owner_take(slack_owner_t *owner, int64_t id);
/* That we wait for a turn to write, or wait no more; and whether anybody else does. */
void slack__owner_wait(const slack_owner_t *owner, bool waits);
bool slack__owner_awaited(const slack_owner_t *owner);
/* Whether somebody, or we, are owner `id`. True when it cannot be known. */
bool slack__owner_alive(const slack_owner_t *owner, int64_t id);
/* Whether there was a store here, which is noted in the file. */
bool slack__owner_knows_store(const slack_owner_t *owner);
void slack__owner_note_store(const slack_owner_t *owner);
void slack__owner_close(slack_owner_t *owner);

#endif
