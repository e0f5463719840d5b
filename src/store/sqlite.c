/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <slack/options.h>

#include "store/sqlite_internal.h"
#include "store/sqlite_schema.h"
#include "util/error.h"

static const slack_db_ops_t engine = {
    .store = &slack__store_sqlite,
    .open = slack__sqlite_open,
    .apply = slack__sqlite_apply,
    .rest = slack__sqlite_rest,
    .close = slack__sqlite_close,
};

static unsigned get_u32(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 | bytes[3];
}

/* https://www.sqlite.org/fileformat2.html#the_database_header */
bool slack__sqlite_peek(const char *path, unsigned *ret_schema)
{
    unsigned char head[100];
    FILE *file = fopen(path, "re");
    const bool whole = file && fread(head, sizeof head, 1, file) == 1;
    if (file) fclose(file);
    if (!whole || get_u32(head + 68) != SLACK_SQLITE_APPLICATION) return false;
    *ret_schema = get_u32(head + 60);
    return true;
}

static int check_path(const char *path, char *error)
{
    const char *fault = NULL;
    if (!*path)
        fault = "a path has to follow \"sqlite:\"";
    else if (strcmp(path, ":memory:") == 0) /* SQLite's word for a database without a file */
        fault = "sqlite::memory: would lose what was acknowledged when the process ends; "
                "\"memory:\" is the store that does so";
    if (!fault) return 0;
    slack__explain(error, "%s", fault);
    return SLACK_ECONFIG;
}

static int sqlite_open(slack_store_t **ret, slack_net_t *net, const char *path, char *error)
{
    const int rc = check_path(path, error);
    return rc == 0 ? slack__committer_open(ret, &engine, net, path, error) : rc;
}

static int sqlite_find(const char *path, char *error)
{
    const int rc = check_path(path, error);
    if (rc != 0 || access(path, F_OK) == 0) return rc;
    slack__explain(error, "there is no store at %s: the app makes it when it starts", path);
    return SLACK_ENOTFOUND;
}

const slack_store_ops_t slack__store_sqlite = {
    .scheme = "sqlite",
    .durable = true,
    .open = sqlite_open,
    .open_later = sqlite_open,
    .find = sqlite_find,
    .submit = slack__committer_submit,
    .close = slack__committer_close,
};
