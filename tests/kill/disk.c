/* SPDX-License-Identifier: MIT */
/*
 * The disk of a bot that is killed: SQLite's own file system with a layer over it. A write stays in
 * the memory of the process until the file is synced, or, for every second of them by chance,
 * reaches the disk at once, before those that came earlier. So what SIGKILL leaves is what a power
 * cut leaves: all that was synced, and of the rest a random part.
 *
 * DISK_FAULT names a file; what is in it decides what every write answers: "full", "readonly",
 * "error". Nothing, or no such file: they work. DISK_LIES set: what is synced is not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

/* A write that only this process knows of. */
typedef struct held {
    struct held *next; /* the one after it */
    sqlite3_int64 at;
    int len;
    char bytes[];
} held_t;

typedef struct disk_file {
    sqlite3_file base;
    sqlite3_file *real;
    held_t *first, *last;
    int keeps; /* the database and its log; other files pass */
} disk_file_t;

static sqlite3_vfs *real_vfs;
static unsigned seed;

static disk_file_t *disk(sqlite3_file *file)
{
    return (disk_file_t *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
    return disk(file)->real;
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

/* --- what is held -------------------------------------------------------------------------- */

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
        rc = f->real->pMethods->xWrite(f->real, h->bytes, h->len, h->at);
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

/* --- the file ------------------------------------------------------------------------------ */

static int d_close(sqlite3_file *file)
{
    if (!getenv("DISK_LIES")) flush(disk(file));
    drop(disk(file));
    int rc = real(file)->pMethods->xClose(real(file));
    sqlite3_free(real(file));
    return rc;
}

static int d_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    int rc = real(file)->pMethods->xFileSize(real(file), ret);
    for (const held_t *h = disk(file)->first; rc == SQLITE_OK && h; h = h->next)
        if (h->at + h->len > *ret) *ret = h->at + h->len;
    return rc;
}

static int d_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    sqlite3_int64 size = 0;
    int rc = real(file)->pMethods->xRead(real(file), out, len, at);
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
    return f->real->pMethods->xWrite(f->real, data, len, at);
}

static int d_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = flush(disk(file));
    return rc ? rc : real(file)->pMethods->xTruncate(real(file), size);
}

static int d_sync(sqlite3_file *file, int flags)
{
    int code = fault();
    if (code) return code;
    if (getenv("DISK_LIES")) return SQLITE_OK;
    int rc = flush(disk(file));
    return rc ? rc : real(file)->pMethods->xSync(real(file), flags);
}

static int d_lock(sqlite3_file *file, int how)
{
    return real(file)->pMethods->xLock(real(file), how);
}

static int d_unlock(sqlite3_file *file, int how)
{
    return real(file)->pMethods->xUnlock(real(file), how);
}

static int d_check_lock(sqlite3_file *file, int *ret)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), ret);
}

static int d_control(sqlite3_file *file, int op, void *arg)
{
    return real(file)->pMethods->xFileControl(real(file), op, arg);
}

static int d_sector(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int d_traits(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int d_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, ret);
}

static int d_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
}

static void d_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int d_shm_unmap(sqlite3_file *file, int delete_it)
{
    return real(file)->pMethods->xShmUnmap(real(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = d_close,
    .xRead = d_read,
    .xWrite = d_write,
    .xTruncate = d_truncate,
    .xSync = d_sync,
    .xFileSize = d_size,
    .xLock = d_lock,
    .xUnlock = d_unlock,
    .xCheckReservedLock = d_check_lock,
    .xFileControl = d_control,
    .xSectorSize = d_sector,
    .xDeviceCharacteristics = d_traits,
    .xShmMap = d_shm_map,
    .xShmLock = d_shm_lock,
    .xShmBarrier = d_shm_barrier,
    .xShmUnmap = d_shm_unmap,
};

/* --- the file system ----------------------------------------------------------------------- */

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    disk_file_t *f = disk(file);
    memset(f, 0, sizeof *f);
    f->real = sqlite3_malloc(real_vfs->szOsFile);
    if (!f->real) return SQLITE_NOMEM;
    memset(f->real, 0, (size_t)real_vfs->szOsFile);
    int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, ret_flags);
    if (rc != SQLITE_OK) {
        sqlite3_free(f->real);
        return rc;
    }
    f->keeps = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    f->base.pMethods = &methods;
    return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    return real_vfs->xDelete(real_vfs, name, sync);
}

static int v_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    return real_vfs->xAccess(real_vfs, name, flags, ret);
}

static int v_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    return real_vfs->xFullPathname(real_vfs, name, size, out);
}

static int v_random(sqlite3_vfs *vfs, int len, char *out)
{
    return real_vfs->xRandomness(real_vfs, len, out);
}

static int v_sleep(sqlite3_vfs *vfs, int us)
{
    return real_vfs->xSleep(real_vfs, us);
}

static int v_time(sqlite3_vfs *vfs, double *ret)
{
    return real_vfs->xCurrentTime(real_vfs, ret);
}

__attribute__((constructor)) static void install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(disk_file_t),
        .mxPathname = 512,
        .zName = "disk",
        .xOpen = v_open,
        .xDelete = v_delete,
        .xAccess = v_access,
        .xFullPathname = v_full_path,
        .xRandomness = v_random,
        .xSleep = v_sleep,
        .xCurrentTime = v_time,
    };
    seed = (unsigned)getpid();
    sqlite3_initialize();
    real_vfs = sqlite3_vfs_find(NULL);
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) abort();
}
