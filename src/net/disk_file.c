/* SPDX-License-Identifier: MIT */
#include "net/disk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <slack/error.h>

#include "util/alloc.h"
#include "util/random.h"

int slack__disk_init(slack_disk_file_t *file, slack_net_t *net)
{
    *file = (slack_disk_file_t){.net = net, .fd = -1};
    file->block = slack__malloc(SLACK_DISK_BLOCK);
    return file->block ? 0 : SLACK_ENOMEM;
}

void slack__disk_done(slack_disk_file_t *file)
{
    slack__free(file->block);
    slack__free(file->path);
    slack__free(file->temp);
    file->block = file->path = file->temp = NULL;
}

/* --- operations ---------------------------------------------------------------------------- */

static void disk_run(uv_work_t *work)
{
    slack_disk_file_t *file = SLACK_CONTAINER(work, slack_disk_file_t, work);
    file->error = 0;
    file->run(file);
}

static void disk_ran(uv_work_t *work, int status)
{
    slack_disk_file_t *file = SLACK_CONTAINER(work, slack_disk_file_t, work);
    file->busy = false;
    file->net->working--;
    file->done(file);
}

static void disk_start(slack_disk_file_t *file, void (*run)(slack_disk_file_t *file),
                       void (*done)(slack_disk_file_t *file))
{
    file->run = run;
    file->done = done;
    file->busy = true;
    file->net->working++;
    uv_queue_work(slack__net_loop(file->net), &file->work, disk_run, disk_ran);
}

/* --- reading ------------------------------------------------------------------------------- */

/* A pipe would have no size, and would not say when it has bytes. */
static void run_check(slack_disk_file_t *file)
{
    struct stat st;
    if (fstat(file->fd, &st) != 0)
        file->error = errno;
    else if (!S_ISREG(st.st_mode))
        file->error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    else
        file->size = (uint64_t)st.st_size;
}

static void run_open(slack_disk_file_t *file)
{
    /* O_NONBLOCK: the opening of a pipe does not wait for its writer. */
    file->fd = file->path ? open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
    if (file->fd < 0)
        file->error = file->path ? errno : ENOMEM;
    else
        run_check(file);
}

void slack__disk_open(slack_disk_file_t *file, const char *path,
                      void (*done)(slack_disk_file_t *file))
{
    slack__free(file->path);
    file->path = slack__strdup(path);
    disk_start(file, run_open, done);
}

static void run_use(slack_disk_file_t *file)
{
    if (file->fd < 0)
        file->error = EBADF;
    else
        run_check(file);
}

void slack__disk_open_fd(slack_disk_file_t *file, int fd, void (*done)(slack_disk_file_t *file))
{
    file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    disk_start(file, run_use, done);
}

static void run_read(slack_disk_file_t *file)
{
    while (file->len < SLACK_DISK_BLOCK) {
        const ssize_t n = pread(file->fd, file->block + file->len, SLACK_DISK_BLOCK - file->len,
                                (off_t)(file->offset + file->len));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) file->error = errno;
        if (n <= 0) break;
        file->len += (size_t)n;
    }
    struct stat st;
    const bool known = file->error == 0 && fstat(file->fd, &st) == 0;
    if (known && (uint64_t)st.st_size != file->size) file->error = ESTALE;
}

void slack__disk_read(slack_disk_file_t *file, uint64_t offset,
                      void (*done)(slack_disk_file_t *file))
{
    file->offset = offset;
    file->len = 0;
    disk_start(file, run_read, done);
}

/* --- writing ------------------------------------------------------------------------------- */

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static void run_create(slack_disk_file_t *file)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    struct stat st;
    if (file->path == NULL || file->temp == NULL)
        file->error = ENOMEM;
    else if (stat(file->path, &st) == 0 && S_ISDIR(st.st_mode))
        file->error = EISDIR; /* the commit would fail, after all bytes */
    else if ((file->fd = open(file->temp, flags, 0600)) < 0)
        file->error = errno;
    if (file->fd >= 0) return;
    slack__free(file->temp); /* another one's file keeps its name */
    file->temp = NULL;
}

void slack__disk_create(slack_disk_file_t *file, const char *path,
                        void (*done)(slack_disk_file_t *file))
{
    const size_t folder = folder_len(path), size = folder + sizeof ".slack-0123456789abcdef.part";
    file->path = slack__strdup(path);
    file->temp = slack__malloc(size);
    if (file->temp)
        snprintf(file->temp, size, "%.*s.slack-%016" PRIx64 ".part", (int)folder, path,
                 slack__random_u64());
    disk_start(file, run_create, done);
}

static void run_write(slack_disk_file_t *file)
{
    size_t written = 0;
    while (written < file->len) {
        const ssize_t n = pwrite(file->fd, file->block + written, file->len - written,
                                 (off_t)(file->offset + written));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            file->error = n < 0 ? errno : EIO;
            return;
        }
        written += (size_t)n;
    }
    file->offset += file->len;
    file->len = 0;
}

void slack__disk_write(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file))
{
    disk_start(file, run_write, done);
}

/* The new name is on the disk once its folder is. */
static int sync_folder(slack_disk_file_t *file)
{
    const size_t len = folder_len(file->path);
    file->temp[len ? len : 1] = '\0'; /* the name in it is gone */
    if (len == 0) file->temp[0] = '.';
    const int fd = open(file->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int rc = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0) close(fd);
    /* Some file systems cannot do this with a folder; the file itself is safe. */
    return rc == EINVAL || rc == EROFS || rc == EACCES ? 0 : rc;
}

static void run_commit(slack_disk_file_t *file)
{
    run_write(file);
    if (file->error == 0 && fsync(file->fd) != 0) file->error = errno;
    if (file->error == 0 && rename(file->temp, file->path) != 0) file->error = errno;
    if (file->error != 0) return;
    file->error = sync_folder(file);
    slack__free(file->temp);
    file->temp = NULL;
}

void slack__disk_commit(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file))
{
    disk_start(file, run_commit, done);
}

static void run_close(slack_disk_file_t *file)
{
    if (file->fd >= 0 && close(file->fd) != 0 && errno != EINTR) file->error = errno;
    file->fd = -1;
    if (file->temp) unlink(file->temp);
    slack__free(file->temp);
    file->temp = NULL;
}

void slack__disk_close(slack_disk_file_t *file, void (*done)(slack_disk_file_t *file))
{
    disk_start(file, run_close, done);
}
