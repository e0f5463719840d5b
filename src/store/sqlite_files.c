/* SPDX-License-Identifier: MIT */
#include "store/sqlite_files.h"

#include <stddef.h>
#include <sys/stat.h>

void slack__sqlite_files_note(slack_sqlite_files_t *files, int64_t version)
{
    struct stat st;
    if (stat(files->name, &st) == 0) {
        files->device = st.st_dev;
        files->inode = st.st_ino;
        files->bytes = st.st_size;
    }
    if (stat(files->log_name, &st) == 0) {
        files->log_inode = st.st_ino;
        files->log_bytes = st.st_size;
    }
    files->version = version;
}

const char *slack__sqlite_files_spoilt(const slack_sqlite_files_t *files, int64_t version,
                                       int64_t (*needed)(void *user_data), void *user_data)
{
    struct stat st;
    if (files->inode == 0) return NULL;
    if (stat(files->name, &st) != 0 || st.st_dev != files->device || st.st_ino != files->inode)
        return "the file was removed or replaced while it was in use";
    if (st.st_size < files->bytes && st.st_size < needed(user_data))
        return "the file was cut short while it was in use";
    if (files->log_inode == 0) return NULL;
    if (stat(files->log_name, &st) != 0 || st.st_ino != files->log_inode)
        return "its log was removed or replaced while it was in use";
    if (version == files->version && st.st_size < files->log_bytes)
        return "its log was cut short while it was in use";
    return NULL;
}
