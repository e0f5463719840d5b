/* SPDX-License-Identifier: MIT */
#include <slack/error.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/buf.h"

static void assert_content(const slack_buf_t *buf, const char *want)
{
    assert_int_equal(buf->len, strlen(want));
    assert_string_equal(slack__buf_ptr(buf), want); /* with its NUL */
}

TEST(test_append)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 1000);
    assert_null(slack__buf_ptr(&buf));
    assert_int_equal(slack__buf_append(&buf, NULL, 0), 0);
    assert_content(&buf, "");
    assert_int_equal(slack__buf_append(&buf, "ab", 2), 0);
    assert_int_equal(slack__buf_append_char(&buf, 'c'), 0);
    assert_int_equal(slack__buf_append_slice(&buf, SLACK_SLICE("de")), 0);
    assert_int_equal(slack__buf_printf(&buf, "%d%s", 12, "x"), 0);
    assert_content(&buf, "abcde12x");
    slack__buf_truncate(&buf, 100);
    slack__buf_truncate(&buf, 3);
    assert_content(&buf, "abc");
    slack__buf_clear(&buf);
    assert_content(&buf, "");
    slack__buf_done(&buf);
    slack__buf_done(&buf);
    assert_int_equal(slack__buf_append_char(&buf, 'z'), 0); /* may be used again */
    assert_content(&buf, "z");
    slack__buf_done(&buf);
}

TEST(test_maximum)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 10);
    assert_int_equal(slack__buf_append(&buf, "0123456789", 10), 0);
    assert_int_equal(slack__buf_append_char(&buf, 'x'), SLACK_ETOOBIG);
    assert_int_equal(slack__buf_printf(&buf, "x"), SLACK_ETOOBIG);
    assert_content(&buf, "0123456789");
    slack__buf_consume(&buf, 4); /* room for four again */
    assert_int_equal(slack__buf_append(&buf, "abcde", 5), SLACK_ETOOBIG);
    assert_content(&buf, "456789");
    assert_int_equal(slack__buf_append(&buf, "abcd", 4), 0);
    assert_content(&buf, "456789abcd");
    slack__buf_done(&buf);

    char *tail;
    slack__buf_init(&buf, SIZE_MAX);
    assert_int_equal(slack__buf_append_char(&buf, 'x'), 0);
    assert_int_equal(slack__buf_reserve(&buf, SIZE_MAX - 1, &tail), SLACK_ETOOBIG);
    assert_int_equal(slack__buf_reserve(&buf, SIZE_MAX, &tail), SLACK_ETOOBIG);
    slack__buf_done(&buf);
    slack__buf_init(&buf, 0);
    assert_int_equal(slack__buf_append(&buf, "", 0), 0);
    assert_int_equal(slack__buf_append(&buf, "x", 1), SLACK_ETOOBIG);
    slack__buf_done(&buf);
}

TEST(test_reserve)
{
    slack_buf_t buf;
    char *tail;
    slack__buf_init(&buf, 1000);
    assert_int_equal(slack__buf_append(&buf, "ab", 2), 0);
    assert_int_equal(slack__buf_reserve(&buf, 500, &tail), 0);
    memset(tail, 'x', 500);
    slack__buf_commit(&buf, 3);
    assert_content(&buf, "abxxx");
    slack__buf_done(&buf);
}

/* A queue of bytes returns what was put into it, for any mixture of sizes. */
TEST(test_queue)
{
    slack_buf_t buf;
    slack__buf_init(&buf, 300);
    const size_t before = heap_count();
    unsigned char in = 0, out = 0;
    unsigned random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * 1103515245 + 12345;
        size_t n = random >> 16 & 63;
        if (n <= buf.max - buf.len) {
            unsigned char bytes[64];
            for (size_t j = 0; j < n; j++)
                bytes[j] = in++;
            assert_int_equal(slack__buf_append(&buf, bytes, n), 0);
        }
        size_t take = (random >> 8 & 63) % (buf.len + 1);
        for (size_t j = 0; j < take; j++)
            assert_int_equal((unsigned char)slack__buf_ptr(&buf)[j], out++);
        slack__buf_consume(&buf, take);
        assert_int_equal(slack__buf_ptr(&buf)[buf.len], '\0');
        assert_true(buf.cap <= 301);
    }
    assert_true(heap_count() - before <= 2); /* from now on it moves within its memory */
    slack__buf_done(&buf);
}

TEST(test_growth_is_doubling)
{
    slack_buf_t buf;
    size_t before = heap_count();
    slack__buf_init(&buf, 1 << 20);
    for (int i = 0; i < 1 << 20; i++)
        assert_int_equal(slack__buf_append_char(&buf, 'x'), 0);
    assert_true(heap_count() - before <= 14); /* 256 bytes, then 512 … 1 MB and the NUL */
    slack__buf_done(&buf);
    assert_int_equal(heap_live(), 0);
}

TEST(test_wiped)
{
    slack_buf_t buf;
    heap_watch("xoxb-1234");
    slack__buf_init(&buf, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(slack__buf_append(&buf, "xoxb-1234", 9), 0); /* grows: old blocks go */
        if (i % 3 == 0) slack__buf_consume(&buf, 9);
    }
    slack__buf_consume(&buf, buf.len);
    slack__buf_done(&buf);
    assert_int_equal(heap_unwiped(), 0);
    heap_watch(NULL);
}

static int fill(void *ctx)
{
    slack_buf_t buf;
    int rc = 0;
    slack__buf_init(&buf, 10000);
    for (int i = 0; i < 200; i++) {
        size_t len = buf.len;
        int one = slack__buf_printf(&buf, "%020d", i);
        if (one != 0) assert_int_equal(buf.len, len);
        if (rc == 0) rc = one;
    }
    slack__buf_done(&buf);
    return rc;
}

TEST(test_nth_allocation)
{
    assert_true(alloc_fail_each(fill, NULL) >= 4);
}
