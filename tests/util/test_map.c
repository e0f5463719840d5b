/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/map.h"

static int freed;

static void count_free(void *value)
{
    freed++;
}

TEST(test_put_get_take)
{
    int a = 1, b = 2;
    slack_map_t *map = slack__map_new(10);
    assert_null(slack__map_get(map, SLACK_SLICE("a")));
    assert_null(slack__map_take(map, SLACK_SLICE("a")));
    assert_int_equal(slack__map_put(map, SLACK_SLICE("a"), &a), 0);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("a"), &b), SLACK_EALREADY);
    assert_ptr_equal(slack__map_get(map, SLACK_SLICE("a")), &a);
    assert_null(slack__map_get(map, SLACK_SLICE("b")));
    assert_null(slack__map_get(map, SLACK_SLICE("")));
    assert_int_equal(slack__map_count(map), 1);
    assert_ptr_equal(slack__map_take(map, SLACK_SLICE("a")), &a);
    assert_int_equal(slack__map_count(map), 0);
    assert_null(slack__map_get(map, SLACK_SLICE("a")));
    slack__map_free(map, NULL);
    slack__map_free(NULL, NULL);
    assert_int_equal(heap_live(), 0);
}

TEST(test_keys_are_bytes)
{
    int values[4];
    const slack_slice_t keys[] = {
        {"", 0}, {"\0", 1}, {"\0\0", 2}, {"a\0b", 3}}; /* differ in length or behind a NUL */
    slack_map_t *map = slack__map_new(10);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(slack__map_put(map, keys[i], &values[i]), 0);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(slack__map_get(map, keys[i]), &values[i]);
    assert_null(slack__map_get(map, (slack_slice_t){"a\0c", 3}));

    /* Longer than a word of the hash, with one byte different at each place. */
    char id[] = "0123456789abcdef0123456789abcdef-1";
    assert_int_equal(slack__map_put(map, slack__slice(id), id), 0);
    for (size_t i = 0; id[i]; i++) {
        id[i] ^= 1;
        assert_null(slack__map_get(map, slack__slice(id)));
        id[i] ^= 1;
    }
    assert_ptr_equal(slack__map_get(map, slack__slice(id)), id);

    char key[] = "copied";
    assert_int_equal(slack__map_put(map, slack__slice(key), key), 0);
    key[0] = 'x';
    assert_ptr_equal(slack__map_get(map, SLACK_SLICE("copied")), key);
    slack__map_free(map, NULL);
}

typedef struct word {
    char text[8];
} word_t;

static slack_slice_t text_of(const void *value)
{
    return slack__slice(((const word_t *)value)->text);
}

TEST(test_values_with_keys)
{
    word_t words[100];
    slack_map_t *map = slack__map_new_keyed(99, text_of);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("a"), &(word_t){"a"}), 0);
    size_t before = heap_count();
    for (unsigned i = 0; i < 100; i++) {
        snprintf(words[i].text, sizeof words[i].text, "%u", i);
        int want = i < 98 ? 0 : SLACK_EBUSY;
        assert_int_equal(slack__map_put(map, text_of(&words[i]), &words[i]), want);
    }
    assert_in_range(heap_count() - before, 0, 4); /* only the table's */
    assert_int_equal(slack__map_put(map, SLACK_SLICE("7"), &words[8]), SLACK_EALREADY);
    assert_ptr_equal(slack__map_get(map, SLACK_SLICE("7")), &words[7]);
    assert_ptr_equal(slack__map_take(map, SLACK_SLICE("7")), &words[7]);
    assert_null(slack__map_get(map, SLACK_SLICE("7")));
    assert_ptr_equal(slack__map_get(map, SLACK_SLICE("97")), &words[97]);
    freed = 0;
    slack__map_free(map, count_free);
    assert_int_equal(freed, 98);
    assert_int_equal(heap_live(), 0);
}

TEST(test_maximum)
{
    int value;
    slack_map_t *map = slack__map_new(2);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("a"), &value), 0);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("b"), &value), 0);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("c"), &value), SLACK_EBUSY);
    assert_int_equal(slack__map_put(map, SLACK_SLICE("a"), &value), SLACK_EALREADY);
    assert_non_null(slack__map_take(map, SLACK_SLICE("a")));
    assert_int_equal(slack__map_put(map, SLACK_SLICE("c"), &value), 0);
    freed = 0;
    slack__map_free(map, count_free);
    assert_int_equal(freed, 2);
}

/* Compared with a plain array while many keys are added and removed: no entry is lost where probes
 * cross. */
TEST(test_against_a_model)
{
    enum { KEYS = 400 };
    static int values[KEYS];
    char there[KEYS] = {0};
    size_t count = 0;
    unsigned random = 7;
    slack_map_t *map = slack__map_new(KEYS);
    for (int step = 0; step < 100000; step++) {
        random = random * 1103515245 + 12345;
        size_t i = (random >> 8) % KEYS;
        char text[16];
        int len = snprintf(text, sizeof text, "Ev%zu", i);
        slack_slice_t key = {text, (size_t)len};
        assert_ptr_equal(slack__map_get(map, key), there[i] ? &values[i] : NULL);
        if (random & 1 << 30) {
            assert_int_equal(slack__map_put(map, key, &values[i]), there[i] ? SLACK_EALREADY : 0);
            count += !there[i];
            there[i] = 1;
        } else {
            assert_ptr_equal(slack__map_take(map, key), there[i] ? &values[i] : NULL);
            count -= there[i] != 0;
            there[i] = 0;
        }
        assert_int_equal(slack__map_count(map), count);
    }
    slack__map_free(map, NULL);
}

static int fill(void *ctx)
{
    int rc = 0, value;
    slack_map_t *map = slack__map_new(100);
    if (!map) return SLACK_ENOMEM;
    for (int i = 0; i < 40; i++) {
        char key[8];
        snprintf(key, sizeof key, "%d", i);
        size_t count = slack__map_count(map);
        int one = slack__map_put(map, slack__slice(key), &value);
        assert_ptr_equal(slack__map_get(map, slack__slice(key)), one == 0 ? &value : NULL);
        assert_int_equal(slack__map_count(map), count + (one == 0));
        if (rc == 0) rc = one;
    }
    slack__map_free(map, NULL);
    return rc;
}

TEST(test_nth_allocation)
{
    /* The map, three sizes of its table (16, 32, 64), and one block for each entry. */
    assert_int_equal(alloc_fail_each(fill, NULL), 1 + 3 + 40);
}
