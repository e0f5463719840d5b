/* SPDX-License-Identifier: MIT */
#include "support/fault_vfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <uv.h>

/* A write since the last sync of its file. */
typedef struct pending {
    struct pending *prev; /* the one before it */
    sqlite3_int64 at;
    int len, old_len; /* old_len: what was there before, up to the end of the file then */
    char *now, *old;
} pending_t;

typedef struct disk_file {
    struct disk_file *next;
    char name[256];
    pending_t *last;
    sqlite3_int64 synced_size;
} disk_file_t;

typedef struct fault_file {
    sqlite3_file base;
    disk_file_t *disk; /* NULL: not kept book of */
    sqlite3_file *real;
} fault_file_t;

static sqlite3_vfs *real_vfs;
static uv_mutex_t lock;
static disk_file_t *disk;
static atomic_int write_code;
static atomic_uint syncs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((fault_file_t *)file)->real;
}

/* --- book-keeping -------------------------------------------------------------------------- */

static disk_file_t *disk_file(const char *name)
{
    for (disk_file_t *d = disk; d; d = d->next)
        if (strcmp(d->name, name) == 0) return d;
    disk_file_t *d = calloc(1, sizeof *d);
    assert_non_null(d);
    snprintf(d->name, sizeof d->name, "%s", name);
    d->next = disk;
    disk = d;
    return d;
}

static void forget(disk_file_t *d)
{
    while (d->last) {
        pending_t *p = d->last;
        d->last = p->prev;
        free(p->now);
        free(p->old);
        free(p);
    }
}

static void remember(fault_file_t *file, const void *data, int len, sqlite3_int64 at)
{
    pending_t *p = calloc(1, sizeof *p);
    sqlite3_int64 size = 0;
    assert_non_null(p);
    file->real->pMethods->xFileSize(file->real, &size);
    if (!file->disk->last) file->disk->synced_size = size;
    p->prev = file->disk->last;
    p->at = at;
    p->len = len;
    p->now = malloc((size_t)len);
    assert_non_null(p->now);
    memcpy(p->now, data, (size_t)len);
    p->old_len = size <= at ? 0 : size - at < len ? (int)(size - at) : len;
    p->old = malloc((size_t)p->old_len + 1);
    assert_non_null(p->old);
    if (p->old_len) file->real->pMethods->xRead(file->real, p->old, p->old_len, at);
    file->disk->last = p;
}

/* --- the file ------------------------------------------------------------------------------ */

static int f_close(sqlite3_file *file)
{
    int rc = real_of(file)->pMethods->xClose(real_of(file));
    sqlite3_free(real_of(file));
    return rc;
}

static int f_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int f_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    fault_file_t *f = (fault_file_t *)file;
    int code = atomic_load(&write_code);
    if (code) return code;
    uv_mutex_lock(&lock);
    if (f->disk) remember(f, data, len, at);
    int rc = f->real->pMethods->xWrite(f->real, data, len, at);
    uv_mutex_unlock(&lock);
    return rc;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int f_sync(sqlite3_file *file, int flags)
{
    fault_file_t *f = (fault_file_t *)file;
    int code = atomic_load(&write_code);
    if (code) return code;
    uv_mutex_lock(&lock);
    int rc = f->real->pMethods->xSync(f->real, flags);
    if (rc == SQLITE_OK && f->disk) forget(f->disk);
    uv_mutex_unlock(&lock);
    atomic_fetch_add(&syncs, 1);
    return rc;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int f_lock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xLock(real_of(file), how);
}

static int f_unlock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), how);
}

static int f_check_lock(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int f_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int f_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int f_shm_unmap(sqlite3_file *file, int delete_it)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_check_lock,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_traits,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

/* --- the file system ----------------------------------------------------------------------- */

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    fault_file_t *f = (fault_file_t *)file;
    memset(f, 0, sizeof *f);
    f->real = sqlite3_malloc(real_vfs->szOsFile);
    if (!f->real) return SQLITE_NOMEM;
    memset(f->real, 0, (size_t)real_vfs->szOsFile);
    int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, ret_flags);
    if (rc != SQLITE_OK) {
        sqlite3_free(f->real);
        return rc;
    }
    if (name && flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) {
        uv_mutex_lock(&lock);
        f->disk = disk_file(name);
        uv_mutex_unlock(&lock);
    }
    f->base.pMethods = &methods;
    return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    uv_mutex_lock(&lock);
    forget(disk_file(name));
    uv_mutex_unlock(&lock);
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

void fault_vfs_install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(fault_file_t),
        .mxPathname = 512,
        .zName = "fault",
        .xOpen = v_open,
        .xDelete = v_delete,
        .xAccess = v_access,
        .xFullPathname = v_full_path,
        .xRandomness = v_random,
        .xSleep = v_sleep,
        .xCurrentTime = v_time,
    };
    real_vfs = sqlite3_vfs_find(NULL);
    assert_int_equal(uv_mutex_init(&lock), 0);
    assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

void fault_vfs_fail_writes(int code)
{
    atomic_store(&write_code, code);
}

unsigned fault_vfs_syncs(void)
{
    return atomic_load(&syncs);
}

/* --- the power cut ------------------------------------------------------------------------- */

static void put(FILE *file, sqlite3_int64 at, const char *data, int len)
{
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(data, 1, (size_t)len, file), len);
}

/* Some of the pending writes reach the disk after all, the oldest first. */
static void redo_some(FILE *file, const pending_t *p)
{
    if (!p) return;
    redo_some(file, p->prev);
    if (rand() % 2) put(file, p->at, p->now, p->len);
}

static void cut_file(const char *name, const char *copy)
{
    char buffer[4096];
    unlink(copy);
    FILE *from = fopen(name, "r"), *to = from ? fopen(copy, "w+") : NULL;
    if (!from) return;
    assert_non_null(to);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, from)) > 0;)
        assert_int_equal(fwrite(buffer, 1, n, to), n);
    fclose(from);
    const disk_file_t *d = disk_file(name);
    for (const pending_t *p = d->last; p; p = p->prev)
        put(to, p->at, p->old, p->old_len);
    assert_int_equal(fflush(to), 0);
    if (d->last) assert_int_equal(ftruncate(fileno(to), (off_t)d->synced_size), 0);
    redo_some(to, d->last);
    assert_int_equal(fclose(to), 0);
}

void fault_vfs_power_cut(const char *path, const char *copy)
{
    char from[512], to[512];
    uv_mutex_lock(&lock);
    cut_file(path, copy);
    snprintf(from, sizeof from, "%s-wal", path);
    snprintf(to, sizeof to, "%s-wal", copy);
    cut_file(from, to);
    uv_mutex_unlock(&lock);
    snprintf(to, sizeof to, "%s-shm", copy);
    unlink(to);
}
