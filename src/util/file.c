/* SPDX-License-Identifier: MIT */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <slack/error.h>

#include "util/alloc.h"

/* Up to `size` bytes, or -1 with errno. */
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

static int read_from(int fd, char **ret, size_t *ret_len)
{
    const size_t room = SLACK_FILE_MAX_BYTES + 2;
    char *data = slack__malloc(room);
    if (!data) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t len = read_up_to(fd, data, SLACK_FILE_MAX_BYTES + 1);
    if (len >= 0 && (size_t)len <= SLACK_FILE_MAX_BYTES) {
        data[len] = '\0';
        *ret = data;
        *ret_len = (size_t)len;
        return 0;
    }
    const int error = len < 0 ? errno : EFBIG;
    slack__wipe(data, room);
    slack__free(data);
    errno = error;
    return -1;
}

int slack__file_read(const char *path, char **ret, size_t *ret_len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int rc = read_from(fd, ret, ret_len);
    const int error = errno;
    close(fd);
    errno = error;
    return rc;
}

int slack__file_read_secret(const char *path, char **ret, const char **ret_why)
{
    char *text = NULL;
    size_t len = 0;
    if (slack__file_read(path, &text, &len) != 0) {
        if (errno == ENOMEM) return SLACK_ENOMEM;
        *ret_why = strerror(errno);
        return SLACK_ECONFIG;
    }
    size_t end = len;
    if (end > 0 && text[end - 1] == '\n') end--;
    if (end > 0 && text[end - 1] == '\r') end--;
    text[end] = '\0';
    int rc = SLACK_ECONFIG;
    if (end == 0 || strlen(text) != end) {
        *ret_why = "it is empty, or no text";
    } else {
        char *secret = slack__strdup(text);
        rc = secret ? 0 : SLACK_ENOMEM;
        if (secret) *ret = secret;
    }
    slack__wipe(text, len);
    slack__free(text);
    return rc;
}
