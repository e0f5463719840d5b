/* SPDX-License-Identifier: MIT */
#include "support/fault_vfs.h"
#include "support/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include <uv.h>

#include "support/vfs_layer.h"

/* A write since the last sync of its file. */
typedef struct pending {
    struct pending *prev; /* the one before it */
    sqlite3_int64 at;
    int len, old_len; /* old_len: the bytes that it replaced, up to the file's end then */
    char *now, *old;
} pending_t;

typedef struct disk_file {
    struct disk_file *next;
    char name[256];
    pending_t *last;
    sqlite3_int64 synced_size;
} disk_file_t;

typedef struct fault_file {
    vfs_layer_file_t layer;
    disk_file_t *disk; /* NULL: writes are not recorded */
} fault_file_t;

static uv_mutex_t lock;
static disk_file_t *disk;
static atomic_int write_code;
static atomic_uint syncs, sync_ms;

/* ---- the record of writes ---- */

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
    file->layer.real->pMethods->xFileSize(file->layer.real, &size);
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
    if (p->old_len) file->layer.real->pMethods->xRead(file->layer.real, p->old, p->old_len, at);
    file->disk->last = p;
}

/* ---- the file ---- */

static int f_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    fault_file_t *f = (fault_file_t *)file;
    int code = atomic_load(&write_code);
    if (code) return code;
    uv_mutex_lock(&lock);
    if (f->disk) remember(f, data, len, at);
    int rc = vfs_real(file)->pMethods->xWrite(vfs_real(file), data, len, at);
    uv_mutex_unlock(&lock);
    return rc;
}

static int f_sync(sqlite3_file *file, int flags)
{
    fault_file_t *f = (fault_file_t *)file;
    int code = atomic_load(&write_code);
    if (code) return code;
    uv_sleep(atomic_load(&sync_ms));
    uv_mutex_lock(&lock);
    int rc = vfs_real(file)->pMethods->xSync(vfs_real(file), flags);
    if (rc == SQLITE_OK && f->disk) forget(f->disk);
    uv_mutex_unlock(&lock);
    atomic_fetch_add(&syncs, 1);
    return rc;
}

static void opened(sqlite3_file *file, const char *name, int flags)
{
    if (!name || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) return;
    uv_mutex_lock(&lock);
    ((fault_file_t *)file)->disk = disk_file(name);
    uv_mutex_unlock(&lock);
}

static void removed(const char *name)
{
    uv_mutex_lock(&lock);
    forget(disk_file(name));
    uv_mutex_unlock(&lock);
}

void fault_vfs_install(void)
{
    static vfs_layer_t layer = {
        .file_bytes = sizeof(fault_file_t),
        .methods = {.xWrite = f_write, .xSync = f_sync},
        .opened = opened,
        .removed = removed,
    };
    assert_int_equal(uv_mutex_init(&lock), 0);
    assert_int_equal(vfs_layer_install(&layer), SQLITE_OK);
}

void fault_vfs_fail_writes(int code)
{
    atomic_store(&write_code, code);
}

void fault_vfs_slow_syncs(unsigned ms)
{
    atomic_store(&sync_ms, ms);
}

unsigned fault_vfs_syncs(void)
{
    return atomic_load(&syncs);
}

/* ---- the power cut ---- */

static void put(FILE *file, sqlite3_int64 at, const char *data, int len)
{
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fwrite(data, 1, (size_t)len, file), len);
}

/* Some of the pending writes have reached the disk, the oldest first. */
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
