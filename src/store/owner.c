/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* F_OFD_SETLK: POSIX has it since 2024 */
#include "store/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int slack__owner_open(slack_owner_t *owner, const char *path, slack_file_fault_t *fault)
{
    char name[PATH_MAX]; /* SQLite's paths are shorter by more than the suffix */
    snprintf(name, sizeof name, "%s-owners", path);
    *owner = (slack_owner_t){.fd = slack__file_open_private(name, O_NOFOLLOW, fault)};
    return owner->fd >= 0 ? 0 : -1;
}

/* The lock belongs to the open file, not to the process. So two stores in one process are two
 * owners, and closing another descriptor of the file releases no lock. */
static struct flock byte_lock(int type, int64_t id)
{
    return (struct flock){
        .l_type = (short)type, .l_whence = SEEK_SET, .l_start = (off_t)id, .l_len = 1};
}

/* Whether another open file holds a lock on the byte; `unknown` if that cannot be found out. */
static bool is_locked(const slack_owner_t *owner, int64_t id, bool unknown)
{
    struct flock lock = byte_lock(F_WRLCK, id);
    return fcntl(owner->fd, F_OFD_GETLK, &lock) == 0 ? lock.l_type != F_UNLCK : unknown;
}

int slack__owner_take(slack_owner_t *owner, int64_t id)
{
    struct flock lock = byte_lock(F_WRLCK, id);
    if (fcntl(owner->fd, F_OFD_SETLK, &lock) != 0) return -errno;
    owner->id = id;
    return 0;
}

bool slack__owner_alive(const slack_owner_t *owner, int64_t id)
{
    return id == owner->id || is_locked(owner, id, true);
}

void slack__owner_wait(const slack_owner_t *owner, bool waits)
{
    struct flock lock = byte_lock(waits ? F_RDLCK : F_UNLCK, 0);
    fcntl(owner->fd, F_OFD_SETLK, &lock);
}

bool slack__owner_awaited(const slack_owner_t *owner)
{
    return is_locked(owner, 0, false);
}

bool slack__owner_knows_store(const slack_owner_t *owner)
{
    struct stat st;
    return fstat(owner->fd, &st) == 0 && st.st_size > 0;
}

/* If the write fails, an emptied store is taken for a new one later. */
void slack__owner_note_store(const slack_owner_t *owner)
{
    ssize_t n = slack__owner_knows_store(owner) ? 1 : pwrite(owner->fd, "1", 1, 0);
    (void)n;
}

void slack__owner_close(slack_owner_t *owner)
{
    if (owner->fd >= 0) close(owner->fd);
    owner->fd = -1;
}
