/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_BUDGET_H
#define SLACK_UTIL_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Memory that many things share. Any thread. Arenas count themselves in `used`
 * (slack__arena_count_in()). */
typedef struct slack_budget {
    atomic_size_t used;
    size_t max;
} slack_budget_t;

/* Each thing may take so much whatever the others take, so that large things do not keep small ones
 * out. */
#define SLACK_BUDGET_SMALL_BYTES ((size_t)64 << 10)

/* Whether there is room for so many more bytes. NULL: there always is. */
static inline bool slack__budget_has(const slack_budget_t *budget, size_t bytes)
{
    return budget == NULL ||
           (bytes <= budget->max && atomic_load(&budget->used) <= budget->max - bytes);
}

static inline void slack__budget_take(slack_budget_t *budget, size_t bytes)
{
    if (budget) atomic_fetch_add(&budget->used, bytes);
}

static inline void slack__budget_give(slack_budget_t *budget, size_t bytes)
{
    if (budget) atomic_fetch_sub(&budget->used, bytes);
}

#endif
