/* SPDX-License-Identifier: MIT */
/*
 * The disk of a bot that is killed: SQLite's own file system with a layer over it. Half of the
 * writes, by chance, reach the disk at once; the others stay in the memory of the process until
 * their file is synced. So SIGKILL leaves what a power cut leaves: all synced writes, and a random
 * part of the rest.
 *
 * DISK_FAULT names a file, whose text makes every write fail: "full", "readonly" or "error". With
 * an empty or missing file writes work. If DISK_LIES is set, a sync does nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/vfs_layer.h"

/* A write that is not on the disk yet. */
typedef struct held {
    struct held *next; /* the next one */
    sqlite3_int64 at;
    int len;
    char bytes[];
} held_t;

typedef struct disk_file {
    vfs_layer_file_t layer;
    held_t *first, *last;
    int keeps; /* set for the database and its log; writes to other files go to the disk */
} disk_file_t;

static unsigned seed;

static disk_file_t *disk(sqlite3_file *file)
{
    return (disk_file_t *)file;
}

static int fault(void)
{
    char what = '\0';
    const char *path = getenv("DISK_FAULT");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return SQLITE_OK;
    if (read(fd, &what, 1) != 1) what = '\0';
    close(fd);
    return what == 'f'   ? SQLITE_FULL
           : what == 'r' ? SQLITE_READONLY
           : what == 'e' ? SQLITE_IOERR_WRITE
                         : SQLITE_OK;
}

/* ---- held writes ---- */

static int overlaps(const disk_file_t *f, sqlite3_int64 at, int len)
{
    for (const held_t *h = f->first; h; h = h->next)
        if (at < h->at + h->len && h->at < at + len) return 1;
    return 0;
}

static int hold(disk_file_t *f, const void *data, int len, sqlite3_int64 at)
{
    held_t *h = malloc(sizeof *h + (size_t)len);
    if (!h) return SQLITE_IOERR_NOMEM;
    h->next = NULL;
    h->at = at;
    h->len = len;
    memcpy(h->bytes, data, (size_t)len);
    *(f->last ? &f->last->next : &f->first) = h;
    f->last = h;
    return SQLITE_OK;
}

static void drop(disk_file_t *f)
{
    while (f->first) {
        held_t *h = f->first;
        f->first = h->next;
        free(h);
    }
    f->last = NULL;
}

static int flush(disk_file_t *f)
{
    int rc = SQLITE_OK;
    for (const held_t *h = f->first; h && rc == SQLITE_OK; h = h->next)
        rc = f->layer.real->pMethods->xWrite(f->layer.real, h->bytes, h->len, h->at);
    if (rc == SQLITE_OK) drop(f);
    return rc;
}

static void overlay(const disk_file_t *f, char *out, int len, sqlite3_int64 at)
{
    for (const held_t *h = f->first; h; h = h->next) {
        sqlite3_int64 from = h->at > at ? h->at : at;
        sqlite3_int64 to = h->at + h->len < at + len ? h->at + h->len : at + len;
        if (from < to) memcpy(out + (from - at), h->bytes + (from - h->at), (size_t)(to - from));
    }
}

/* ---- the file ---- */

static int d_close(sqlite3_file *file)
{
    if (!getenv("DISK_LIES")) flush(disk(file));
    drop(disk(file));
    return SQLITE_OK;
}

static int d_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    int rc = vfs_real(file)->pMethods->xFileSize(vfs_real(file), ret);
    for (const held_t *h = disk(file)->first; rc == SQLITE_OK && h; h = h->next)
        if (h->at + h->len > *ret) *ret = h->at + h->len;
    return rc;
}

static int d_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    sqlite3_int64 size = 0;
    int rc = vfs_real(file)->pMethods->xRead(vfs_real(file), out, len, at);
    if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) return rc;
    overlay(disk(file), out, len, at);
    d_size(file, &size);
    return size >= at + len ? SQLITE_OK : rc;
}

static int d_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    disk_file_t *f = disk(file);
    int code = fault();
    if (code) return code;
    if (f->keeps && (rand_r(&seed) % 2 || overlaps(f, at, len))) return hold(f, data, len, at);
    return vfs_real(file)->pMethods->xWrite(vfs_real(file), data, len, at);
}

static int d_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = flush(disk(file));
    return rc ? rc : vfs_real(file)->pMethods->xTruncate(vfs_real(file), size);
}

static int d_sync(sqlite3_file *file, int flags)
{
    int code = fault();
    if (code) return code;
    if (getenv("DISK_LIES")) return SQLITE_OK;
    int rc = flush(disk(file));
    return rc ? rc : vfs_real(file)->pMethods->xSync(vfs_real(file), flags);
}

static void opened(sqlite3_file *file, const char *name, int flags)
{
    disk(file)->keeps = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
}

__attribute__((constructor)) static void install(void)
{
    static vfs_layer_t layer = {
        .file_bytes = sizeof(disk_file_t),
        .methods = {.xClose = d_close,
                    .xRead = d_read,
                    .xWrite = d_write,
                    .xTruncate = d_truncate,
                    .xSync = d_sync,
                    .xFileSize = d_size},
        .opened = opened,
    };
    seed = (unsigned)getpid();
    if (vfs_layer_install(&layer) != SQLITE_OK) abort();
}
