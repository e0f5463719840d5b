/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store.h"
#include "support/store_suite.h"

static char folder[] = "/tmp/slackapp-store-XXXXXX";
static char path[64];

static void clean(void)
{
    static const char *const files[] = {"", "-wal", "-shm", "-owners"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, files[i]);
        unlink(name);
    }
}

int main(void)
{
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/inbox.db", folder);
    int failed = store_suite(&slack__store_sqlite, path, clean);
    clean();
    rmdir(folder);
    return failed;
}
