/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_VFS_LAYER_H
#define SLACK_TESTS_SUPPORT_VFS_LAYER_H

#include <sqlite3.h>

/* A layer over SQLite's own file system. A test replaces some of its methods; the others pass to
 * the file below. It uses nothing of the test framework, so that bots can link it. */

/* The first member of every file of the layer. */
typedef struct vfs_layer_file {
    sqlite3_file base;
    sqlite3_file *real;
} vfs_layer_file_t;

typedef struct vfs_layer {
    int file_bytes; /* of a file; zeroed when it is opened */
    sqlite3_io_methods
        methods; /* NULL passes to the file below. xClose is called before the real one. */
    /* Either may be NULL: a file was opened; a file is about to be removed. */
    void (*opened)(sqlite3_file *file, const char *name, int flags);
    void (*removed)(const char *name);
} vfs_layer_t;

/* The file below, and its methods. */
static inline sqlite3_file *vfs_real(sqlite3_file *file)
{
    return ((vfs_layer_file_t *)file)->real;
}

/* Installs the layer, which is borrowed, for all databases opened from now on. Called once per
 * process. Returns an SQLite code. */
int vfs_layer_install(vfs_layer_t *layer);

#endif
