/* SPDX-License-Identifier: MIT */
#include "protocol/blocks.h"

#include <string.h>

/* The words of blocks.def. */
enum {
    NONE = SLACK_BLOCK_NONE,
    REQUIRED = SLACK_BLOCK_REQUIRED,
    NULLABLE = SLACK_BLOCK_NULLABLE,
    LIMITED = SLACK_BLOCK_LIMITED,
    ONCE = SLACK_BLOCK_ONCE,
    SUMMED = SLACK_BLOCK_SUMMED,
    JSON_TEXT = SLACK_BLOCK_JSON_TEXT,
};

/* clang-format off */
#define IN(place) UINT64_C(1) << SLACK_BLOCK_IN_##place
#define KIND(tag, type, places, most) {type, places, most, (const slack_block_field_t[]){
#define END {.name = "", .type = SLACK_BLOCK_END}}},
#define FIELD(flags_, member, type_, ...)                                                          \
        {.name = #member, .type = SLACK_BLOCK_##type_, .flags = flags_, __VA_ARGS__},
#define STRING(flags, name, min_, max_) FIELD(flags, name, STRING, .min = min_, .max = max_)
#define WORD(flags, name, list)         FIELD(flags, name, WORD, .words = list)
#define DATE(flags, name)               FIELD(flags, name, DATE, .words = "YYYY-MM-DD")
#define TIME(flags, name)               FIELD(flags, name, TIME, .words = "HH:mm")
#define BOOL(flags, name)               FIELD(flags, name, BOOL, .max = 0)
#define INT(flags, name, min_, max_)    FIELD(flags, name, INT, .min = min_, .max = max_)
#define NUMBER(flags, name)             FIELD(flags, name, NUMBER, .max = 0)
#define ANY(flags, name)                FIELD(flags, name, ANY, .max = 0)
#define OBJECT(flags, name, where)      FIELD(flags, name, OBJECT, .place = SLACK_BLOCK_IN_##where)
#define TEXT(flags, name, where, limit)                                                            \
        FIELD(flags, name, OBJECT, .place = SLACK_BLOCK_IN_##where, .chars = limit)
#define LIST(flags, name, where, min_, max_, id)                                                   \
        FIELD(flags, name, LIST, .place = SLACK_BLOCK_IN_##where, .min = min_, .max = max_,        \
              .words = id)
#define TEXTS(flags, name, where, min_, max_, limit)                                               \
        FIELD(flags, name, LIST, .place = SLACK_BLOCK_IN_##where, .min = min_, .max = max_,        \
              .chars = limit)
#define STRINGS(flags, name, min_, max_, limit)                                                    \
        FIELD(flags, name, STRINGS, .min = min_, .max = max_, .chars = limit)
#define WORDS(flags, name, list)        FIELD(flags, name, STRINGS, .min = 1, .words = list)
#define ROWS(flags, name, where, min_, max_)                                                       \
        FIELD(flags, name, ROWS, .place = SLACK_BLOCK_IN_##where, .min = min_, .max = max_)
#define MAP(flags, name, where)         FIELD(flags, name, MAP, .place = SLACK_BLOCK_IN_##where)
#define RULE(rule, members) {.name = "", .type = SLACK_BLOCK_##rule, .words = members},
/* clang-format on */

static const slack_block_kind_t kinds[] = {
#include "protocol/blocks.def"
};
_Static_assert(sizeof kinds / sizeof *kinds <= SLACK_BLOCK_KINDS_MAX, "raise the maximum");

const slack_block_kind_t *slack__block_kinds(size_t *ret_count)
{
    *ret_count = sizeof kinds / sizeof *kinds;
    return kinds;
}

const slack_block_kind_t *slack__block_kind(enum slack_block_place place, const char *type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const slack_block_kind_t *kind = &kinds[i];
        if (!(kind->places >> place & 1) || (type == NULL) != (kind->type == NULL)) continue;
        if (type == NULL || strcmp(kind->type, type) == 0) return kind;
    }
    return NULL;
}
