/* SPDX-License-Identifier: MIT */
#include "util/heap.h"

/* Makes the later one of two trees a child of the other. */
static slack_heap_node_t *meld(slack_heap_node_t *a, slack_heap_node_t *b)
{
    if (a == NULL) return b;
    if (b == NULL) return a;
    if (b->key != a->key ? b->key < a->key : b->number < a->number) {
        slack_heap_node_t *first = b;
        b = a;
        a = first;
    }
    b->next = a->child;
    if (b->next) b->next->from = &b->next;
    a->child = b;
    b->from = &a->child;
    return a;
}

/* Melds siblings, first in pairs, so that the next take finds half as many. */
static slack_heap_node_t *meld_all(slack_heap_node_t *node)
{
    slack_heap_node_t *pairs = NULL, *root = NULL;
    while (node) {
        slack_heap_node_t *a = node, *b = a->next;
        node = b ? b->next : NULL;
        a->next = NULL;
        if (b) b->next = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        slack_heap_node_t *next = pairs->next;
        pairs->next = NULL;
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

static void heap_add(slack_heap_t *heap, slack_heap_node_t *tree)
{
    heap->first = meld(heap->first, tree);
    if (heap->first) heap->first->from = &heap->first;
}

void slack__heap_put(slack_heap_t *heap, slack_heap_node_t *node, uint64_t key)
{
    *node = (slack_heap_node_t){.key = key, .number = ++heap->puts};
    heap_add(heap, node);
}

void slack__heap_take(slack_heap_t *heap, slack_heap_node_t *node)
{
    *node->from = node->next;
    if (node->next) node->next->from = node->from;
    heap_add(heap, meld_all(node->child));
    *node = (slack_heap_node_t){0};
}
