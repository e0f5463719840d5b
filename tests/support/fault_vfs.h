/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FAULT_VFS_H
#define SLACK_TESTS_SUPPORT_FAULT_VFS_H

/*
 * SQLite's own file system with a layer over it that counts syncs, fails writes, and remembers the
 * writes that were not synced yet. May be used from any thread.
 */

/* Makes the layer SQLite's default file system. Called once, before a database is opened. */
void fault_vfs_install(void);

/* Every later write fails with this SQLite code (SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR); with
 * 0 writes work again. */
void fault_vfs_fail_writes(int code);

/* Every later sync takes so long; 0: as long as it takes. */
void fault_vfs_slow_syncs(unsigned ms);

/* The number of syncs so far. */
unsigned fault_vfs_syncs(void);

/*
 * Copies what a power cut at this moment would leave of the database at `path` to `copy`: all
 * synced writes, and a random part of those after them.
 */
void fault_vfs_power_cut(const char *path, const char *copy);

#endif
