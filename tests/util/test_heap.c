/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "util/heap.h"
#include "util/queue.h"

#define NODES 2000

static struct {
    slack_heap_node_t node;
    unsigned put; /* its place among the puts */
} items[NODES];

static unsigned next_random(uint32_t *seed)
{
    return (*seed = *seed * 1103515245 + 12345) >> 16;
}

/* The first node has the least key; of equal keys, it was put in before the others. */
static void drain(slack_heap_t *heap, unsigned count)
{
    uint64_t key = 0;
    for (unsigned put = 0; count > 0; count--) {
        slack_heap_node_t *first = heap->first;
        assert_non_null(first);
        const unsigned i = (unsigned)((size_t)((char *)first - (char *)items) / sizeof *items);
        assert_true(first->key > key || (first->key == key && items[i].put >= put));
        key = first->key;
        put = items[i].put;
        slack__heap_take(heap, first);
        assert_false(slack__heap_has(first));
    }
    assert_null(heap->first);
}

TEST(test_puts_and_takes_in_any_order)
{
    static const unsigned ranges[] = {1, 7, 1000, 60000};
    uint32_t seed = 1;
    for (unsigned r = 0; r < sizeof ranges / sizeof *ranges; r++) {
        slack_heap_t heap = {0};
        unsigned in = 0, puts = 0;
        for (unsigned n = 0; n < 20 * NODES; n++) {
            const unsigned i = next_random(&seed) % NODES;
            if (slack__heap_has(&items[i].node)) {
                slack__heap_take(&heap, &items[i].node);
                in--;
            } else {
                items[i].put = puts++;
                slack__heap_put(&heap, &items[i].node, next_random(&seed) % ranges[r]);
                in++;
            }
        }
        assert_true(in > NODES / 4);
        drain(&heap, in);
    }
}
