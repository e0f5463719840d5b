/* SPDX-License-Identifier: MIT */
#include <slack/alloc.h>
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/alloc.h"

static void *refuse_malloc(size_t size, void *user_data)
{
    ++*(int *)user_data;
    return NULL;
}

static void *refuse_realloc(void *ptr, size_t size, void *user_data)
{
    ++*(int *)user_data;
    return NULL;
}

static void ignore_free(void *ptr, void *user_data)
{
    *(int *)user_data += 100;
}

TEST(test_replacement_is_used)
{
    int calls = 0, one = 1;
    const slack_allocator_t none = {refuse_malloc, refuse_realloc, ignore_free, &calls};
    assert_int_equal(slack_set_allocator(&none), 0);
    assert_null(slack__malloc(1));
    assert_null(slack__calloc(1, 1));
    assert_null(slack__realloc(NULL, 1));
    assert_null(slack__realloc(&one, 8));
    assert_null(slack__strdup("x"));
    slack__free(NULL);
    assert_int_equal(calls, 5);
    slack__free(&one);
    assert_int_equal(calls, 105);

    assert_int_equal(slack_set_allocator(NULL), 0);
    void *ptr = slack__malloc(1);
    assert_non_null(ptr);
    slack__free(ptr);
    assert_int_equal(calls, 105);
}

TEST(test_incomplete_replacement)
{
    int calls = 0;
    slack_allocator_t a = {NULL, refuse_realloc, ignore_free, &calls};
    assert_int_equal(slack_set_allocator(&a), SLACK_EINVAL);
    a = (slack_allocator_t){refuse_malloc, NULL, ignore_free, &calls};
    assert_int_equal(slack_set_allocator(&a), SLACK_EINVAL);
    a = (slack_allocator_t){refuse_malloc, refuse_realloc, NULL, &calls};
    assert_int_equal(slack_set_allocator(&a), SLACK_EINVAL);
    void *ptr = slack__malloc(1); /* the old allocator is kept */
    assert_non_null(ptr);
    slack__free(ptr);
}

TEST(test_zeroed)
{
    assert_null(slack__calloc(SIZE_MAX / 2 + 1, 2));
    assert_null(slack__calloc(2, SIZE_MAX));
    unsigned char *bytes = slack__calloc(7, 3);
    for (int i = 0; i < 21; i++)
        assert_int_equal(bytes[i], 0);
    slack__free(bytes);
}

TEST(test_nothing_is_something)
{
    void *a = slack__malloc(0), *b = slack__calloc(0, 8), *c = slack__realloc(NULL, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
    c = slack__realloc(c, 0);
    assert_non_null(c);
    slack__free(a);
    slack__free(b);
    slack__free(c);
}

TEST(test_strings)
{
    assert_null(slack__strdup(NULL));
    assert_null(slack__strndup("x", SIZE_MAX));
    char *s = slack__strdup("abc");
    assert_string_equal(s, "abc");
    slack__free(s);
    s = slack__strndup("abcdef", 3);
    assert_string_equal(s, "abc");
    slack__free(s);
    s = slack__strndup(NULL, 0);
    assert_string_equal(s, "");
    slack__free(s);
}

TEST(test_secrets_are_wiped)
{
    heap_install();
    heap_watch("xoxb-1234");
    slack__free(slack__strdup("xoxb-1234"));
    assert_int_equal(heap_unwiped(), 1); /* the watch works */
    slack__free_secret(slack__strdup("xoxb-1234"));
    slack__free_secret(NULL);
    assert_int_equal(heap_unwiped(), 1);
    heap_watch(NULL);
    slack_set_allocator(NULL);

    char text[] = "xoxb-1234";
    slack__wipe(text, 4);
    assert_memory_equal(text, "\0\0\0\0-1234", sizeof text);
    slack__wipe(NULL, 0);
}

static int two_strings(void *ctx)
{
    char *a = slack__strdup("a");
    char *b = a ? slack__realloc(a, 100) : NULL;
    if (!b) {
        slack__free(a);
        return SLACK_ENOMEM;
    }
    slack__free(b);
    return 0;
}

TEST(test_nth_allocation)
{
    assert_int_equal(alloc_fail_each(two_strings, NULL), 2);
    slack_set_allocator(NULL);
}
