/* SPDX-License-Identifier: MIT */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/str.h"

/* The errno for a file that is not regular; open() of a regular file never sets it. */
#define NOT_REGULAR ENODEV

/* Open without waiting for the writer of a pipe, or for a device. */
static int open_regular(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return -1;
    int error = 0;
    if (fstat(fd, &st) != 0)
        error = errno;
    else if (!S_ISREG(st.st_mode))
        error = S_ISDIR(st.st_mode) ? EISDIR : NOT_REGULAR;
    if (error == 0) return fd;
    close(fd);
    errno = error;
    return -1;
}

int slack__file_check(const char *path)
{
    int fd = open_regular(path);
    if (fd >= 0) close(fd);
    return fd >= 0 ? 0 : -1;
}

const char *slack__file_why(int error)
{
    return error == NOT_REGULAR ? "it is a pipe or a device, not a file" : strerror(error);
}

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

static int read_from(int fd, size_t max, char **ret, size_t *ret_len)
{
    const size_t room = max + 2;
    char *data = slack__malloc(room);
    if (!data) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t len = read_up_to(fd, data, max + 1);
    if (len >= 0 && (size_t)len <= max) {
        data[len] = '\0';
        *ret = data;
        *ret_len = (size_t)len;
        return 0;
    }
    const int error = len < 0 ? errno : EFBIG;
    slack__wipe(data, len < 0 ? room : (size_t)len);
    slack__free(data);
    errno = error;
    return -1;
}

int slack__file_read(const char *path, size_t max, char **ret, size_t *ret_len)
{
    int fd = open_regular(path);
    if (fd < 0) return -1;
    int rc = read_from(fd, max, ret, ret_len);
    const int error = errno;
    close(fd);
    errno = error;
    return rc;
}

int slack__file_read_secret(const char *path, char **ret, const char **ret_why)
{
    char *text = NULL;
    size_t len = 0;
    if (slack__file_read(path, SLACK_FILE_MAX_BYTES, &text, &len) != 0) {
        if (errno == ENOMEM) return SLACK_ENOMEM;
        *ret_why = slack__file_why(errno);
        return SLACK_ECONFIG;
    }
    slack_slice_t kept = slack__slice_strip((slack_slice_t){text, len});
    int rc = SLACK_ECONFIG;
    if (kept.len == 0 || memchr(kept.ptr, '\0', kept.len)) {
        *ret_why = "it is empty, or no text";
    } else {
        char *secret = slack__strndup(kept.ptr, kept.len);
        rc = secret ? 0 : SLACK_ENOMEM;
        if (secret) *ret = secret;
    }
    slack__wipe(text, len);
    slack__free(text);
    return rc;
}
