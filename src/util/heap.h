/* SPDX-License-Identifier: MIT */
#ifndef SLACK_UTIL_HEAP_H
#define SLACK_UTIL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An intrusive priority queue. The node with the least key is first; equal keys keep the order in
 * which they were put in. It is a pairing heap (Fredman, Sedgewick, Sleator and Tarjan, 1986):
 * a put costs a comparison, a take the logarithm of the count.
 */
typedef struct slack_heap_node {
    struct slack_heap_node *child, *next; /* its first child; the next child of its parent */
    struct slack_heap_node **from;        /* the pointer to it; NULL: it is in no heap */
    uint64_t key, number;
} slack_heap_node_t;

/* All bits zero is an empty heap. It must not be moved while it has nodes. */
typedef struct slack_heap {
    slack_heap_node_t *first; /* NULL: it is empty */
    uint64_t puts;
} slack_heap_t;

/* Whether a node, which was all bits zero before its first put, is in a heap. */
static inline bool slack__heap_has(const slack_heap_node_t *node)
{
    return node->from != NULL;
}

void slack__heap_put(slack_heap_t *heap, slack_heap_node_t *node, uint64_t key);
void slack__heap_take(slack_heap_t *heap, slack_heap_node_t *node); /* any node of the heap */

#endif
