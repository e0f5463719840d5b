/* SPDX-License-Identifier: MIT */
#include "support/store_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

const char *const store_file_parts[STORE_FILE_PARTS] = {"", "-wal", "-shm", "-owners"};

static char folder[] = "/tmp/slackapp-store-XXXXXX";
static char url[64], copy[64];
static pid_t maker; /* a forked child must not remove the folder */

static void remove_parts(const char *path)
{
    for (unsigned i = 0; i < STORE_FILE_PARTS; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, store_file_parts[i]);
        unlink(name);
    }
}

static void remove_folder(void)
{
    if (getpid() != maker) return;
    store_file_clean();
    rmdir(folder);
}

const char *store_file_url(void)
{
    if (maker) return url;
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(1);
    }
    maker = getpid();
    atexit(remove_folder);
    snprintf(url, sizeof url, "sqlite:%s/inbox.db", folder);
    snprintf(copy, sizeof copy, "%s/copy.db", folder);
    return url;
}

const char *store_file_path(void)
{
    return store_file_url() + sizeof "sqlite:" - 1;
}

const char *store_file_copy(void)
{
    store_file_url();
    return copy;
}

void store_file_clean(void)
{
    remove_parts(store_file_path());
    store_file_clean_copy();
}

void store_file_clean_copy(void)
{
    remove_parts(store_file_copy());
}
