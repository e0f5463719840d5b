/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <slack/options.h>

#include "util/error.h"

static const slack_store_ops_t *const stores[] = {
    &slack__store_sqlite,
    &slack__store_postgres,
    &slack__store_memory,
};

#define STORES "\"sqlite:PATH\", \"postgres://HOST/DATABASE\" or \"memory:\""

/* The engine that a URL names, and what follows its colon. NULL with a sentence in `error`. */
static const slack_store_ops_t *find_engine(const char *url, const char **ret_rest, char *error)
{
    slack_slice_t rest = slack__slice(url), scheme;
    slack__slice_split(&rest, ':', &scheme);
    *ret_rest = rest.ptr;
    if (slack__slice_eq(scheme, SLACK_SLICE("postgresql"))) scheme = SLACK_SLICE("postgres");
    for (size_t i = 0; rest.ptr && i < sizeof stores / sizeof *stores; i++)
        if (slack__slice_eq(scheme, slack__slice(stores[i]->scheme))) return stores[i];
    if (error && rest.ptr) /* names the scheme alone: what follows it may hold a password */
        slack__explain(error, "there is no store \"%.*s:\"; a store is " STORES,
                       scheme.len < 32 ? (int)scheme.len : 32, scheme.ptr);
    else
        slack__explain(error, "a store is " STORES);
    return NULL;
}

int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error)
{
    const char *rest;
    const slack_store_ops_t *engine = find_engine(url, &rest, error);
    return engine ? engine->open(ret, net, rest, error) : SLACK_ECONFIG;
}

int slack__store_open_later(slack_store_t **ret, slack_net_t *net, const char *url, char *error)
{
    const char *rest;
    const slack_store_ops_t *engine = find_engine(url, &rest, error);
    return engine ? engine->open_later(ret, net, rest, error) : SLACK_ECONFIG;
}

int slack__store_find(const char *url, char *error)
{
    const char *rest;
    const slack_store_ops_t *engine = find_engine(url, &rest, error);
    return engine ? engine->find(rest, error) : SLACK_ECONFIG;
}
