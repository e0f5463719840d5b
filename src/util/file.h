/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_FILE_H
#define SLACK_UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * Opens files, and refuses those that other users of the machine may have changed or can read.
 * Reads small files that may hold secrets, and leaves no copy of the content in any buffer.
 *
 * The permissions are those of the open descriptor. A file on a read-only mount is accepted with
 * any owner and mode: nobody can change it there, and who may read it was decided by whoever
 * mounted it. Kubernetes, Docker and systemd mount secrets so.
 */

/* The purpose of a file, which decides who may read and write it. */
enum slack_file_use {
    SLACK_FILE_PUBLIC,  /* any permissions will do */
    SLACK_FILE_TRUSTED, /* the app relies on it: it belongs to the app's user or to root, and no
                         * other user may write to it */
    SLACK_FILE_PRIVATE  /* it is also secret: not every user may read it, but its group may */
};

/* Why a file cannot be used: the rest of "cannot read FILE: …". */
typedef struct slack_file_fault {
    int error;       /* errno; 0: the permissions, or the content */
    const char *why; /* constant, the next strerror()'s, or `text` */
    char text[128];
} slack_file_fault_t;

/* More than any secret or .env file has, so that a log file named by mistake is refused. */
#define SLACK_FILE_MAX_BYTES ((size_t)64 * 1024)

/* Read a file of at most `max` bytes; NUL-terminated, with one more byte of room. The caller wipes
 * and frees it. Never waits: pipes, devices and directories are refused. The length; -1 with
 * *fault (EFBIG past `max`, ENOMEM). */
ssize_t slack__file_read(const char *path, enum slack_file_use use, size_t max, char **ret,
                         slack_file_fault_t *fault);

/* Read the secret in a file, without the white space at its ends; the caller frees it with
 * slack__free_secret(). 0; SLACK_ECONFIG with *fault; SLACK_ENOMEM. */
int slack__file_read_secret(const char *path, char **ret, slack_file_fault_t *fault);

/* Whether slack__file_read() can open the file. 0; -1 with *fault. */
int slack__file_check(const char *path, enum slack_file_use use, slack_file_fault_t *fault);

/* Open a private file for reading and writing; a missing one is made with mode 0600, whatever the
 * umask. `flags` may be O_EXCL and O_NOFOLLOW. The descriptor; -1 with *fault. */
int slack__file_open_private(const char *path, int flags, slack_file_fault_t *fault);

/* Check a private file that is opened by somebody else: in contrast to slack__file_check(), no lock
 * of this process on the file is lost. `flags` may be O_NOFOLLOW. 0; -1 with *fault. */
int slack__file_check_private(const char *path, int flags, slack_file_fault_t *fault);

/* Check the folder of a private file: no user but the app's and root, and members of the folder's
 * group, may make, rename or remove files in it. 0; -1 with *fault. */
int slack__file_check_folder(const char *path, slack_file_fault_t *fault);

/* Whether permissions fit a use by `user`; else false with *fault. Pure. */
bool slack__file_permits(const struct stat *st, uid_t user, enum slack_file_use use,
                         slack_file_fault_t *fault);

#endif
