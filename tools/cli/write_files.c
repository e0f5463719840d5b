/* SPDX-License-Identifier: MIT */
#include "cli/write_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_fail(const char *path, char problem[CLI_PROBLEM_SIZE])
{
    snprintf(problem, CLI_PROBLEM_SIZE, "cannot write %.200s: %s", path, strerror(errno));
    return false;
}

static bool join(char ret[PATH_MAX], const char *folder, const char *path,
                 char problem[CLI_PROBLEM_SIZE])
{
    if ((size_t)snprintf(ret, PATH_MAX, "%s/%s", folder, path) < PATH_MAX) return true;
    errno = ENAMETOOLONG;
    return write_fail(folder, problem);
}

/* Make the folders in which a path lies. */
static bool make_folders(const char *path, char problem[CLI_PROBLEM_SIZE])
{
    char part[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST) return write_fail(part, problem);
    }
    return true;
}

/* Names those in the way, as many as the sentence has room for. */
static bool none_is_there(const char *folder, const cli_file_t *files,
                          char problem[CLI_PROBLEM_SIZE])
{
    char path[PATH_MAX];
    struct stat found;
    size_t len = 0;
    for (const cli_file_t *file = files; file->path; file++) {
        if (!join(path, folder, file->path, problem)) return false;
        if (lstat(path, &found) != 0) continue;
        const char *before =
            len == 0 ? "these files are there already, and --force replaces them: " : ", ";
        if (len + strlen(before) + strlen(file->path) + 1 < CLI_PROBLEM_SIZE)
            len +=
                (size_t)snprintf(problem + len, CLI_PROBLEM_SIZE - len, "%s%s", before, file->path);
    }
    return len == 0;
}

static bool write_all(int fd, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        const ssize_t done = write(fd, text, left);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        text += done;
        left -= (size_t)done;
    }
    return true;
}

/* Write a new file beside the old one, whose mode it gets, and put it into its place. `old` is NULL
 * if there is none. */
static bool replace_file(const char *path, const struct stat *old, const char *text,
                         char problem[CLI_PROBLEM_SIZE])
{
    char temporary[PATH_MAX + 16];
    snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    const int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return write_fail(path, problem);
    bool good =
        write_all(fd, text) && (!old || fchmod(fd, old->st_mode & 0777) == 0) && fsync(fd) == 0;
    if (close(fd) != 0) good = false;
    if (good && rename(temporary, path) == 0) return true;
    write_fail(path, problem);
    unlink(temporary);
    return false;
}

static bool write_device(const char *path, const char *text, char problem[CLI_PROBLEM_SIZE])
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return write_fail(path, problem);
    bool good = write_all(fd, text);
    if (close(fd) != 0) good = false;
    return good || write_fail(path, problem);
}

/* A link is followed, so that the file behind it is replaced. */
bool cli_write_file(const char *path, const char *text, char problem[CLI_PROBLEM_SIZE])
{
    char real[PATH_MAX];
    struct stat found;
    if (stat(path, &found) != 0) return replace_file(path, NULL, text, problem);
    if (!S_ISREG(found.st_mode)) return write_device(path, text, problem);
    if (!realpath(path, real)) return write_fail(path, problem);
    return replace_file(real, &found, text, problem);
}

bool cli_write_files(const char *folder, const cli_file_t *files, bool replace,
                     char problem[CLI_PROBLEM_SIZE])
{
    if (!replace && !none_is_there(folder, files, problem)) return false;
    char path[PATH_MAX];
    for (const cli_file_t *file = files; file->path; file++)
        if (!join(path, folder, file->path, problem) || !make_folders(path, problem) ||
            !cli_write_file(path, file->text, problem))
            return false;
    return true;
}
