/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/arena.h"

static bool aligned(const void *ptr)
{
    return (uintptr_t)ptr % _Alignof(max_align_t) == 0;
}

TEST(test_one_allocation_for_little)
{
    size_t before = heap_count();
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_non_null(arena);
    for (int i = 0; i < 100; i++)
        assert_non_null(slack__arena_alloc(arena, 16));
    assert_int_equal(heap_count() - before, 1);
    slack__arena_free(arena);
    slack__arena_free(NULL);
    assert_int_equal(heap_live(), 0);
}

/* Allocations of many sizes are aligned, do not overlap and keep what was written to them. */
TEST(test_allocations_are_apart)
{
    enum { COUNT = 500 };
    unsigned char *ptrs[COUNT];
    slack_arena_t *arena = slack__arena_new(256, 0);
    for (size_t i = 0; i < COUNT; i++) {
        ptrs[i] = slack__arena_alloc(arena, i * 3);
        assert_non_null(ptrs[i]);
        assert_true(aligned(ptrs[i]));
        memset(ptrs[i], (int)(i & 0xFF), i * 3);
        slack__arena_strdup(arena, "x"); /* spoils the alignment */
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < i * 3; j++)
            assert_int_equal(ptrs[i][j], i & 0xFF);
    slack__arena_free(arena);
}

TEST(test_few_blocks)
{
    size_t before = heap_count();
    slack_arena_t *arena = slack__arena_new(1024, 0);
    for (int i = 0; i < 10000; i++)
        assert_non_null(slack__arena_alloc(arena, 100));
    assert_true(heap_count() - before <= 12); /* doubling: 1 KB to 1 MB */
    assert_true(slack__arena_size(arena) < 4 * 10000 * 112);
    slack__arena_free(arena);
}

/* A large request does not use up the rest of the block. */
TEST(test_large_request_keeps_the_block)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    char *small = slack__arena_alloc(arena, 16);
    assert_non_null(slack__arena_alloc(arena, 100000));
    assert_non_null(slack__arena_alloc(arena, 1500));
    char *next = slack__arena_alloc(arena, 16);
    assert_ptr_equal(next, small + 16);
    slack__arena_free(arena);
}

TEST(test_maximum)
{
    slack_arena_t *arena = slack__arena_new(1024, 4096);
    size_t taken = 0;
    assert_null(slack__arena_alloc(arena, 4096));
    assert_null(slack__arena_alloc(arena, SIZE_MAX));
    while (slack__arena_alloc(arena, 64))
        taken += 64;
    assert_true(slack__arena_size(arena) <= 4096);
    assert_true(taken >= 3500); /* nearly all of it is usable */
    assert_null(slack__arena_alloc(arena, SIZE_MAX));
    assert_null(slack__arena_alloc(arena, SIZE_MAX - 64));
    assert_null(slack__arena_strndup(arena, "x", SIZE_MAX));
    while (slack__arena_alloc(arena, 1))
        ;
    assert_null(slack__arena_printf(arena, "%0100d", 1)); /* a full arena fails, without harm */
    slack__arena_free(arena);

    arena = slack__arena_new(100000, 4096); /* the maximum limits the first block, too */
    assert_int_equal(slack__arena_size(arena), 4096);
    slack__arena_free(arena);
    arena = slack__arena_new(1, 1); /* less than the arena itself needs */
    assert_null(slack__arena_alloc(arena, 1));
    slack__arena_free(arena);
}

TEST(test_strings)
{
    slack_arena_t *arena = slack__arena_new(0, 0);
    assert_null(slack__arena_strdup(arena, NULL));
    assert_string_equal(slack__arena_strdup(arena, "abc"), "abc");
    assert_string_equal(slack__arena_strndup(arena, "abcdef", 2), "ab");
    assert_string_equal(slack__arena_strndup(arena, NULL, 0), "");
    assert_string_equal(slack__arena_printf(arena, "%s-%d", "x", 7), "x-7");
    char *zeros = slack__arena_calloc(arena, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(zeros[i], 0);
    char *wide = slack__arena_printf(arena, "%*d", 20000, 1);
    assert_int_equal(strlen(wide), 20000);
    slack__arena_free(arena);
}

TEST(test_resizing)
{
    slack_arena_t *arena = slack__arena_new(1024, 0);
    char *a = slack__arena_realloc(arena, NULL, 0, 10);
    strcpy(a, "abcdefghi");
    assert_ptr_equal(slack__arena_realloc(arena, a, 10, 100), a); /* the newest: in place */
    assert_ptr_equal(slack__arena_realloc(arena, a, 100, 10), a);
    char *b = slack__arena_alloc(arena, 10);
    assert_true(b < a + 100);                         /* the memory that `a` freed is used again */
    char *c = slack__arena_realloc(arena, a, 10, 20); /* no longer the newest */
    assert_ptr_not_equal(c, a);
    assert_string_equal(c, "abcdefghi");
    assert_ptr_equal(slack__arena_realloc(arena, a, 10, 5), a);
    char *d = slack__arena_realloc(arena, c, 20, 5000); /* the newest, but the block is full */
    assert_string_equal(d, "abcdefghi");
    slack__arena_free(arena);
}

/* A buffer that grows step by step does not keep the memory of each step. */
TEST(test_large_growth_holds_one_copy)
{
    slack_arena_t *arena = slack__arena_new(1024, 200000);
    size_t size = 10000;
    char *text = slack__arena_alloc(arena, size);
    memset(text, 'a', size);
    for (; size < 100000; size += 5000) {
        text = slack__arena_realloc(arena, text, size, size + 5000);
        assert_non_null(text);
        memset(text + size, 'a', 5000);
    }
    for (size_t i = 0; i < size; i++)
        assert_int_equal(text[i], 'a');
    assert_true(slack__arena_size(arena) < size + 2048);
    assert_null(slack__arena_realloc(arena, text, size, 200000));
    slack__arena_free(arena);
}

TEST(test_wiped)
{
    heap_watch("xoxb-1234");
    slack_arena_t *arena = slack__arena_new(256, 0);
    for (int i = 0; i < 1000; i++)
        assert_non_null(slack__arena_strdup(arena, "xoxb-1234"));
    char *big = slack__arena_alloc(arena, 100000);
    memcpy(big + 99990, "xoxb-1234", 10);
    big = slack__arena_realloc(arena, big, 100000, 150000);
    memcpy(big + 149990, "xoxb-1234", 10);
    char *shrunk = slack__arena_alloc(arena, 100);
    memcpy(shrunk + 80, "xoxb-1234", 10);
    slack__arena_realloc(arena, shrunk, 100, 8);
    slack__arena_free(arena);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

static int use_arena(void *ctx)
{
    slack_arena_t *arena = slack__arena_new(256, 0);
    if (!arena) return SLACK_ENOMEM;
    bool ok = slack__arena_strdup(arena, "abc") != NULL;
    ok = slack__arena_calloc(arena, 1000) && ok;
    char *big = slack__arena_alloc(arena, 10000);
    ok = big && slack__arena_realloc(arena, big, 10000, 20000) && ok;
    ok = slack__arena_printf(arena, "%500d", 1) && ok; /* the arena works after a failure */
    slack__arena_free(arena);
    return ok ? 0 : SLACK_ENOMEM;
}

TEST(test_nth_allocation)
{
    assert_true(alloc_fail_each(use_arena, NULL) >= 4);
}

TEST(test_reset_frees_all_but_the_first_block)
{
    slack_arena_t *arena = slack__arena_new(1024, 64 << 10);
    const size_t blocks = heap_live(), size = slack__arena_size(arena);
    for (int i = 0; i < 100; i++) {
        for (size_t n = 1; n < 20000; n *= 3)
            memset(slack__arena_alloc(arena, n), 'x', n);
        slack__arena_reset(arena);
        assert_int_equal(heap_live(), blocks);
        assert_int_equal(slack__arena_size(arena), size);
    }
    assert_null(slack__arena_alloc(arena, 64 << 10));
    assert_true(slack__arena_is_full(arena));
    slack__arena_reset(arena);
    assert_false(slack__arena_is_full(arena));
    slack__arena_free(arena);
}
