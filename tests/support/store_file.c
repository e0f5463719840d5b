/* SPDX-License-Identifier: MIT */
#include "support/store_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "support/postgres.h"

const char *const store_file_parts[STORE_FILE_PARTS] = {"", "-wal", "-shm", "-owners"};

static char folder[] = "/tmp/slackapp-store-XXXXXX";
static char url[128], path[64], copy[64];
static pid_t maker; /* a forked child must not remove the folder */

bool store_file_is_on_postgres(void)
{
    const char *engine = getenv("SLACK_TEST_STORE");
    return engine && strcmp(engine, "postgres") == 0;
}

static void remove_parts(const char *of)
{
    for (unsigned i = 0; i < STORE_FILE_PARTS; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", of, store_file_parts[i]);
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
    snprintf(path, sizeof path, "%s/inbox.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    if (store_file_is_on_postgres()) {
        const char *conninfo = postgres_start();
        if (!conninfo) exit(77); /* meson counts a skipped test */
        snprintf(url, sizeof url, "postgres:%s", conninfo);
    }
    snprintf(copy, sizeof copy, "%s/copy.db", folder);
    return url;
}

const char *store_file_path(void)
{
    store_file_url();
    return path;
}

const char *store_file_copy(void)
{
    store_file_url();
    return copy;
}

void store_file_clean(void)
{
    if (store_file_is_on_postgres() && getpid() == maker) postgres_clean();
    remove_parts(store_file_path());
    store_file_clean_copy();
}

void store_file_clean_copy(void)
{
    remove_parts(store_file_copy());
}
