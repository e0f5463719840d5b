/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "store/store.h"
#include "util/error.h"

/* The store of a library that was built without libpq. It opens nothing. */

static int missing_find(const char *conninfo, char *error)
{
    slack__explain(error, "this slackapp was built without PostgreSQL: install libpq-dev, then "
                          "build it again with meson setup -Dpostgres=enabled");
    return SLACK_ECONFIG;
}

static int missing_open(slack_store_t **ret, slack_net_t *net, const char *conninfo, char *error)
{
    return missing_find(conninfo, error);
}

/* Nothing is ever submitted, as there is no store. */
static void missing_submit(slack_store_t *store, slack_store_op_t *op)
{
}

static void missing_close(slack_store_t *store, void (*fn)(void *user_data), void *user_data)
{
}

const slack_store_ops_t slack__store_postgres = {
    .scheme = "postgres",
    .durable = true,
    .open = missing_open,
    .open_later = missing_open,
    .find = missing_find,
    .submit = missing_submit,
    .close = missing_close,
};
