/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_METHODS_H
#define SLACK_PROTOCOL_METHODS_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of the methods of the Web API: methods.def as a table, and its lookup. Pure. */

/* The type of an argument, and so of the member of its struct. */
enum slack_arg_type {
    SLACK_ARG_NONE,   /* behind the last argument */
    SLACK_ARG_ID,     /* const char *, never empty */
    SLACK_ARG_STRING, /* const char * */
    SLACK_ARG_BOOL,   /* slack_flag_t */
    SLACK_ARG_INT,    /* int64_t, or SLACK_ZERO */
    SLACK_ARG_JSON,   /* const slack_json_t * */
};

typedef struct slack_arg {
    const char *name;
    unsigned short offset; /* of the member in its struct */
    unsigned char type;
    bool required;
} slack_arg_t;

/* The effect of a second call, after the answer to the first one was lost. */
enum slack_method_effect {
    SLACK_METHOD_ACTS, /* may act again, or fail */
    SLACK_METHOD_REPEATABLE,
    SLACK_METHOD_READS,
};

/* Slack's rate limits, from 1 to 4. */
enum { SLACK_TIER_SPECIAL = 0 };

enum slack_method_flag {
    SLACK_METHOD_PLAIN = 0,
    SLACK_METHOD_TEAM = 1 << 0,     /* the token of an organization needs a `team_id` */
    SLACK_METHOD_NO_TOKEN = 1 << 1, /* the arguments have a secret in place of a token */
    SLACK_METHOD_DEPRECATED = 1 << 2,
    SLACK_METHOD_ANY_TOKEN = 1 << 3, /* a token is optional */
};

enum slack_method_pages {
    SLACK_PAGES_NONE,   /* not a list in pages */
    SLACK_PAGES_CURSOR, /* `cursor` and `limit` */
    SLACK_PAGES_PAGE,   /* `page` and `count` */
};

typedef struct slack_method {
    const char *name;
    unsigned short bytes; /* of its struct */
    unsigned char tier, effect, flags;
    const char *scopes;      /* of methods.def; "": none is needed */
    const slack_arg_t *args; /* up to the first SLACK_ARG_NONE */
    unsigned char pages;
    unsigned short page_max; /* the largest `limit` or `count`; 0: not known */
    const char *items;       /* the path of a page's items in the answer; "": it depends */
} slack_method_t;

/* The method of this name; NULL: it is not known. */
const slack_method_t *slack__method(const char *name);

/* Whether a method is known and has the flag. */
bool slack__method_is(const char *name, enum slack_method_flag flag);

/* Whether a call needs a scope; true for a method that is not known. */
bool slack__method_has_scope(const char *name);

/* All methods, sorted by name. */
const slack_method_t *slack__methods(size_t *ret_count);

#endif
