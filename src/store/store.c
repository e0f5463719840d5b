/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdio.h>

#include <slack/options.h>

/* One row per backend. */
static const slack_store_ops_t *const backends[] = {
    &slack__store_memory,
};

/* Only the scheme is named: what follows it may hold a password. */
static int refuse(char *error, slack_slice_t scheme)
{
    if (!error) return SLACK_ECONFIG;
    int len = scheme.len < 32 ? (int)scheme.len : 32;
    snprintf(error, SLACK_ERROR_TEXT_MAX,
             "SLACK_STORE: there is no store \"%.*s:\", there is \"memory:\"", len, scheme.ptr);
    return SLACK_ECONFIG;
}

int slack__store_open(slack_store_t **ret, slack_net_t *net, const char *url, char *error)
{
    slack_slice_t rest = slack__slice(url), scheme;
    slack__slice_split(&rest, ':', &scheme);
    for (size_t i = 0; rest.ptr && i < sizeof backends / sizeof *backends; i++)
        if (slack__slice_eq(scheme, slack__slice(backends[i]->scheme)))
            return backends[i]->open(ret, net, rest.ptr, error);
    return refuse(error, scheme);
}
