/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TESTS_SUPPORT_FAULT_VFS_H
#define SLACK_TESTS_SUPPORT_FAULT_VFS_H

/*
 * A disk in the hands of a test: SQLite's own file system with a layer over it that counts, fails,
 * and remembers which writes were not synced yet. Any thread.
 */

/* Become SQLite's default file system. Once, before a database is opened. */
void fault_vfs_install(void);

/* From now on every write answers this SQLite code (SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR);
 * 0: they work again. */
void fault_vfs_fail_writes(int code);

/* From now on every sync takes so long; 0: as long as it takes. */
void fault_vfs_slow_syncs(unsigned ms);

/* How many syncs there were. */
unsigned fault_vfs_syncs(void);

/*
 * What a power cut at this moment would leave of the database at `path`, as a database at `copy`:
 * all that was synced, and of the writes after that a random part.
 */
void fault_vfs_power_cut(const char *path, const char *copy);

#endif
