/* SPDX-License-Identifier: MIT */
#include "store/postgres_internal.h"

static const slack_db_ops_t engine = {
    .store = &slack__store_postgres,
    .open = slack__pg_open,
    .apply = slack__pg_apply,
    .rest = slack__pg_rest,
    .close = slack__pg_close,
};

static const slack_db_ops_t later = {
    .store = &slack__store_postgres,
    .open = slack__pg_open_later,
    .apply = slack__pg_apply,
    .rest = slack__pg_rest,
    .close = slack__pg_close,
};

static int postgres_open(slack_store_t **ret, slack_net_t *net, const char *conninfo, char *error)
{
    return slack__committer_open(ret, &engine, net, conninfo, error);
}

static int postgres_open_later(slack_store_t **ret, slack_net_t *net, const char *conninfo,
                               char *error)
{
    return slack__committer_open(ret, &later, net, conninfo, error);
}

const slack_store_ops_t slack__store_postgres = {
    .scheme = "postgres",
    .durable = true,
    .notifies = true,
    .open = postgres_open,
    .open_later = postgres_open_later,
    .find = slack__pg_find,
    .submit = slack__committer_submit,
    .close = slack__committer_close,
};
