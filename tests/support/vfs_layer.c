/* SPDX-License-Identifier: MIT */
#include "support/vfs_layer.h"

#include <string.h>

static sqlite3_vfs *below;
static vfs_layer_t *layer;
static int (*close_own)(sqlite3_file *file);

/* ---- the file ---- */

static const sqlite3_io_methods *methods(sqlite3_file *file)
{
    return vfs_real(file)->pMethods;
}

static int f_close(sqlite3_file *file)
{
    if (close_own) close_own(file);
    int rc = methods(file)->xClose(vfs_real(file));
    sqlite3_free(vfs_real(file));
    return rc;
}

static int f_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    return methods(file)->xRead(vfs_real(file), out, len, at);
}

static int f_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    return methods(file)->xWrite(vfs_real(file), data, len, at);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return methods(file)->xTruncate(vfs_real(file), size);
}

static int f_sync(sqlite3_file *file, int flags)
{
    return methods(file)->xSync(vfs_real(file), flags);
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return methods(file)->xFileSize(vfs_real(file), size);
}

static int f_lock(sqlite3_file *file, int how)
{
    return methods(file)->xLock(vfs_real(file), how);
}

static int f_unlock(sqlite3_file *file, int how)
{
    return methods(file)->xUnlock(vfs_real(file), how);
}

static int f_check_lock(sqlite3_file *file, int *ret)
{
    return methods(file)->xCheckReservedLock(vfs_real(file), ret);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
    return methods(file)->xFileControl(vfs_real(file), op, arg);
}

static int f_sector(sqlite3_file *file)
{
    return methods(file)->xSectorSize(vfs_real(file));
}

static int f_traits(sqlite3_file *file)
{
    return methods(file)->xDeviceCharacteristics(vfs_real(file));
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return methods(file)->xShmMap(vfs_real(file), page, size, extend, ret);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return methods(file)->xShmLock(vfs_real(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
    methods(file)->xShmBarrier(vfs_real(file));
}

static int f_shm_unmap(sqlite3_file *file, int remove)
{
    return methods(file)->xShmUnmap(vfs_real(file), remove);
}

/* Version 2 is what WAL needs. */
static void fill(sqlite3_io_methods *m)
{
    close_own = m->xClose;
    m->iVersion = 2;
    m->xClose = f_close;
    if (!m->xRead) m->xRead = f_read;
    if (!m->xWrite) m->xWrite = f_write;
    if (!m->xTruncate) m->xTruncate = f_truncate;
    if (!m->xSync) m->xSync = f_sync;
    if (!m->xFileSize) m->xFileSize = f_size;
    m->xLock = f_lock;
    m->xUnlock = f_unlock;
    m->xCheckReservedLock = f_check_lock;
    m->xFileControl = f_control;
    m->xSectorSize = f_sector;
    m->xDeviceCharacteristics = f_traits;
    m->xShmMap = f_shm_map;
    m->xShmLock = f_shm_lock;
    m->xShmBarrier = f_shm_barrier;
    m->xShmUnmap = f_shm_unmap;
}

/* ---- the file system ---- */

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    vfs_layer_file_t *f = (vfs_layer_file_t *)file;
    memset(file, 0, (size_t)layer->file_bytes);
    f->real = sqlite3_malloc(below->szOsFile);
    if (!f->real) return SQLITE_NOMEM;
    memset(f->real, 0, (size_t)below->szOsFile);
    int rc = below->xOpen(below, name, f->real, flags, ret_flags);
    if (rc != SQLITE_OK) {
        sqlite3_free(f->real);
        return rc;
    }
    if (layer->opened) layer->opened(file, name, flags);
    f->base.pMethods = &layer->methods;
    return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    if (layer->removed) layer->removed(name);
    return below->xDelete(below, name, sync);
}

static int v_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    return below->xAccess(below, name, flags, ret);
}

static int v_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    return below->xFullPathname(below, name, size, out);
}

static int v_random(sqlite3_vfs *vfs, int len, char *out)
{
    return below->xRandomness(below, len, out);
}

static int v_sleep(sqlite3_vfs *vfs, int us)
{
    return below->xSleep(below, us);
}

static int v_time(sqlite3_vfs *vfs, double *ret)
{
    return below->xCurrentTime(below, ret);
}

static int v_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    return below->xGetLastError(below, len, out);
}

int vfs_layer_install(vfs_layer_t *own)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .mxPathname = 512,
        .zName = "layer",
        .xOpen = v_open,
        .xDelete = v_delete,
        .xAccess = v_access,
        .xFullPathname = v_full_path,
        .xRandomness = v_random,
        .xSleep = v_sleep,
        .xCurrentTime = v_time,
        .xGetLastError = v_last_error,
    };
    sqlite3_initialize();
    below = sqlite3_vfs_find(NULL);
    layer = own;
    fill(&layer->methods);
    vfs.szOsFile = layer->file_bytes;
    return sqlite3_vfs_register(&vfs, 1);
}
