/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* O_PATH */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <slack/error.h>
#include <slack/export.h>

#include "util/alloc.h"
#include "util/str.h"

/* Returns -1. */
static int fail(slack_file_fault_t *fault, int error, const char *why)
{
    fault->error = error;
    fault->why = why;
    return -1;
}

static int fail_os(slack_file_fault_t *fault)
{
    return fail(fault, errno, strerror(errno));
}

/* --- permissions ------------------------------------------------------------------------------ */

/* Returns -1. */
static int SLACK_PRINTF(2, 3) refuse(slack_file_fault_t *fault, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(fault->text, sizeof fault->text, format, ap);
    va_end(ap);
    return fail(fault, 0, fault->text);
}

bool slack__file_permits(const struct stat *st, uid_t user, enum slack_file_use use,
                         slack_file_fault_t *fault)
{
    const unsigned mode = st->st_mode & 07777, write = S_IWGRP | S_IWOTH;
    const unsigned never = use == SLACK_FILE_PRIVATE ? write | S_IROTH : write;
    if (use == SLACK_FILE_PUBLIC) return true;
    if (st->st_uid != user && st->st_uid != 0) {
        refuse(fault, "it belongs to user %u: run this program as that user, or chown %u it",
               (unsigned)st->st_uid, (unsigned)user);
        return false;
    }
    if (!(mode & never)) return true;
    refuse(fault, "%s may %s it (mode %04o): chmod %04o it%s",
           mode & never & S_IRWXO ? "every user" : "its group", mode & write ? "change" : "read",
           mode, mode & ~(use == SLACK_FILE_PRIVATE ? write | S_IRWXO : write),
           st->st_uid == user ? "" : ", and chgrp it to a group of this program's user");
    return false;
}

static const char is_a_link[] = "it is a link, not a file";

/* Check an open file; 0 or -1. */
static int check(int fd, enum slack_file_use use, slack_file_fault_t *fault)
{
    struct stat st;
    struct statvfs mount;
    if (fstat(fd, &st) != 0) return fail_os(fault);
    if (S_ISDIR(st.st_mode)) return fail(fault, EISDIR, strerror(EISDIR));
    if (S_ISLNK(st.st_mode)) return fail(fault, ELOOP, is_a_link);
    if (!S_ISREG(st.st_mode)) return fail(fault, ENODEV, "it is a pipe or a device, not a file");
    if (slack__file_permits(&st, geteuid(), use, fault)) return 0;
    return fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_RDONLY) ? 0 : -1;
}

/* Open a file if it may be used; -1 with *fault. */
static int open_checked(const char *path, int flags, enum slack_file_use use,
                        slack_file_fault_t *fault)
{
    /* Without waiting for the writer of a pipe, or for a device. */
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0 && errno == ELOOP && (flags & O_NOFOLLOW)) return fail(fault, ELOOP, is_a_link);
    if (fd < 0) return fail_os(fault);
    if (check(fd, use, fault) == 0) return fd;
    close(fd);
    return -1;
}

int slack__file_check(const char *path, enum slack_file_use use, slack_file_fault_t *fault)
{
    int fd = open_checked(path, O_RDONLY, use, fault);
    if (fd >= 0) close(fd);
    return fd >= 0 ? 0 : -1;
}

int slack__file_check_private(const char *path, int flags, slack_file_fault_t *fault)
{
    int fd = open_checked(path, O_PATH | flags, SLACK_FILE_PRIVATE, fault);
    if (fd >= 0) close(fd);
    return fd >= 0 ? 0 : -1;
}

int slack__file_open_private(const char *path, int flags, slack_file_fault_t *fault)
{
    struct stat st;
    int fd = open_checked(path, O_RDWR | O_CREAT | flags, SLACK_FILE_PRIVATE, fault);
    /* The umask may have taken permissions away from a new file. */
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0 && st.st_uid == geteuid())
        fchmod(fd, 0600);
    return fd;
}

/* --- folders ---------------------------------------------------------------------------------- */

/* Check that no user can rename a folder: not every user may write to a folder above it, unless
 * that is sticky, as /tmp is. Ends at the root, or where it may not look. */
static int check_above(int fd, struct stat here, slack_file_fault_t *fault)
{
    struct stat above;
    int rc = 0, parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (rc == 0 && parent >= 0 && fstat(parent, &above) == 0 &&
           (above.st_dev != here.st_dev || above.st_ino != here.st_ino)) {
        here = above;
        if ((here.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
            rc = refuse(fault,
                        "every user may rename its folder: a folder above has mode %04o, chmod o-w "
                        "or +t that (see namei -l)",
                        (unsigned)here.st_mode & 07777);
        fd = parent;
        parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(fd);
    }
    if (parent >= 0) close(parent);
    return rc;
}

int slack__file_check_folder(const char *path, slack_file_fault_t *fault)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    char *folder = slack__strndup(slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    if (!folder) return fail(fault, ENOMEM, strerror(ENOMEM));
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 && fstat(fd, &st) == 0 ? 0 : fail_os(fault);
    if (rc != 0)
        ;
    else if (st.st_uid != geteuid() && st.st_uid != 0)
        rc = refuse(fault,
                    "its folder belongs to user %u: run this program as that user, or chown "
                    "%u the folder",
                    (unsigned)st.st_uid, (unsigned)geteuid());
    else if (st.st_mode & S_IWOTH)
        rc = refuse(fault,
                    "every user may make files in its folder (mode %04o): chmod o-w that, or "
                    "take another folder",
                    (unsigned)st.st_mode & 07777);
    else
        rc = check_above(fd, st, fault);
    if (fd >= 0) close(fd);
    slack__free(folder);
    return rc;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Read up to `size` bytes; -1 with errno. */
static ssize_t read_up_to(int fd, char *data, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, data + len, size - len);
        if (n == 0) break;
        if (n > 0)
            len += (size_t)n;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)len;
}

static ssize_t read_from(int fd, size_t max, char **ret, slack_file_fault_t *fault)
{
    const size_t room = max + 2;
    char *data = slack__malloc(room);
    if (!data) return fail(fault, ENOMEM, strerror(ENOMEM));
    ssize_t len = read_up_to(fd, data, max + 1);
    if (len >= 0 && (size_t)len <= max) {
        data[len] = '\0';
        *ret = data;
        return len;
    }
    const int error = len < 0 ? errno : EFBIG;
    slack__wipe(data, len < 0 ? room : (size_t)len);
    slack__free(data);
    return fail(fault, error, strerror(error));
}

ssize_t slack__file_read(const char *path, enum slack_file_use use, size_t max, char **ret,
                         slack_file_fault_t *fault)
{
    int fd = open_checked(path, O_RDONLY, use, fault);
    if (fd < 0) return -1;
    ssize_t len = read_from(fd, max, ret, fault);
    close(fd);
    return len;
}

int slack__file_read_secret(const char *path, char **ret, slack_file_fault_t *fault)
{
    char *text = NULL;
    ssize_t len = slack__file_read(path, SLACK_FILE_PRIVATE, SLACK_FILE_MAX_BYTES, &text, fault);
    if (len < 0) return fault->error == ENOMEM ? SLACK_ENOMEM : SLACK_ECONFIG;
    slack_slice_t kept = slack__slice_strip((slack_slice_t){text, (size_t)len});
    int rc = SLACK_ECONFIG;
    if (kept.len == 0 || memchr(kept.ptr, '\0', kept.len)) {
        fail(fault, 0, "it is empty, or no text");
    } else {
        char *secret = slack__strndup(kept.ptr, kept.len);
        rc = secret ? 0 : SLACK_ENOMEM;
        if (secret) *ret = secret;
    }
    slack__wipe(text, (size_t)len);
    slack__free(text);
    return rc;
}
