/* SPDX-License-Identifier: MIT */
#include "support/shared_store.h"

#include "support/postgres.h"
#include "support/store_file.h"

const char *shared_store;
char shared_store_postgres[] = "postgres";

int shared_store_begin(void **state)
{
    static char url[512];
    store_file_clean();
    shared_store = store_file_url();
    if (*state == NULL) return 0;
    const char *conninfo = postgres_start();
    if (conninfo) postgres_clean();
    snprintf(url, sizeof url, "postgres:%s", conninfo ? conninfo : "");
    shared_store = conninfo ? url : NULL;
    return 0;
}
