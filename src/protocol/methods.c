/* SPDX-License-Identifier: MIT */
#include "protocol/methods.h"

#include <slack/api.h>
#include <stdlib.h>
#include <string.h>

/* The words of methods.def. */
enum {
    SPECIAL = SLACK_TIER_SPECIAL,
    READS = SLACK_METHOD_READS,
    REPEATABLE = SLACK_METHOD_REPEATABLE,
    ACTS = SLACK_METHOD_ACTS,
    PLAIN = SLACK_METHOD_PLAIN,
    TEAM = SLACK_METHOD_TEAM,
    NO_TOKEN = SLACK_METHOD_NO_TOKEN,
    DEPRECATED = SLACK_METHOD_DEPRECATED,
    ANY_TOKEN = SLACK_METHOD_ANY_TOKEN,
    CURSOR = SLACK_PAGES_CURSOR,
    PAGE = SLACK_PAGES_PAGE,
};

/* clang-format off */
#define METHOD(tag, name, tier, effect, flags, scopes)                                             \
    {name, sizeof(struct slack_##tag), tier, effect, flags, scopes, (const slack_arg_t[]){
#define ARG(tag, type, name)                                                                       \
        {#name, offsetof(struct slack_##tag, name), SLACK_ARG_##type, false},
#define REQUIRED(tag, type, name)                                                                  \
        {#name, offsetof(struct slack_##tag, name), SLACK_ARG_##type, true},
#define UPLOAD(tag, name)              /* no struct has it */
#define BOUNDS(method, name, min, max) /* args_check.c has them */
#define END                                                                                        \
        {.type = SLACK_ARG_NONE}}, SLACK_PAGES_NONE, 0, ""},
#define PAGES(kind, items, max)                                                                    \
        {.type = SLACK_ARG_NONE}}, kind, max, items},
/* clang-format on */

static const slack_method_t methods[] = {
#include "protocol/methods.def"
};

#define METHODS (sizeof methods / sizeof *methods)

static int compare_method(const void *name, const void *method)
{
    return strcmp(name, ((const slack_method_t *)method)->name);
}

const slack_method_t *slack__method(const char *name)
{
    return bsearch(name, methods, METHODS, sizeof *methods, compare_method);
}

bool slack__method_is(const char *name, enum slack_method_flag flag)
{
    const slack_method_t *method = slack__method(name);
    return method && method->flags & flag;
}

bool slack__method_has_scope(const char *name)
{
    const slack_method_t *method = slack__method(name);
    return method == NULL || *method->scopes;
}

const slack_method_t *slack__methods(size_t *ret_count)
{
    *ret_count = METHODS;
    return methods;
}
