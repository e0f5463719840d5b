/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_VFS_LAYER_H
#define SLACK_TESTS_SUPPORT_VFS_LAYER_H

#include <sqlite3.h>

/* A layer over SQLite's own file system, of which a test puts its own in the place of some methods;
 * the others pass. Nothing of the tests' framework is used, so that bots can have one, too. */

/* What a file of the layer begins with. */
typedef struct vfs_layer_file {
    sqlite3_file base;
    sqlite3_file *real;
} vfs_layer_file_t;

typedef struct vfs_layer {
    int file_bytes;             /* of a file; zeroed when it is opened */
    sqlite3_io_methods methods; /* NULL: passes. xClose is called before the real one. */
    /* Both optional: a file was opened, one is about to be removed. */
    void (*opened)(sqlite3_file *file, const char *name, int flags);
    void (*removed)(const char *name);
} vfs_layer_t;

/* The file below, and its methods. */
static inline sqlite3_file *vfs_real(sqlite3_file *file)
{
    return ((vfs_layer_file_t *)file)->real;
}

/* Have all databases that are opened from now on go through the layer, which is kept and filled in.
 * Once in a process. An SQLite code. */
int vfs_layer_install(vfs_layer_t *layer);

#endif
