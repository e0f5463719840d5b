/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "net/file_watch.h"
#include "support/alloc_fail.h"
#include "support/file.h"
#include "support/test.h"

/* A folder with two files, and a watch over both. */
typedef struct scene {
    uv_loop_t loop;
    slack_file_watch_t watch;
    char dir[32], one[64], two[64];
    unsigned changes;
    bool close_in_change;
    bool closed;
} scene_t;

/* libuv's memory, which a look takes a copy of the path from. */
static bool memory_is_out;

static void *uv_take(size_t size)
{
    return memory_is_out ? NULL : malloc(size);
}

static void *uv_take_again(void *ptr, size_t size)
{
    return memory_is_out ? NULL : realloc(ptr, size);
}

static void *uv_take_zeroed(size_t count, size_t size)
{
    return memory_is_out ? NULL : calloc(count, size);
}

static void on_closed(void *user_data)
{
    scene_t *s = user_data;
    assert_false(s->closed);
    s->closed = true;
}

static void on_changed(void *user_data)
{
    scene_t *s = user_data;
    s->changes++;
    if (s->close_in_change) assert_true(slack__file_watch_close(&s->watch, on_closed));
}

static void scene_add(scene_t *s)
{
    memset(s, 0, sizeof *s);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    strcpy(s->dir, "/tmp/slackapp-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->one, sizeof s->one, "%s/one", s->dir);
    snprintf(s->two, sizeof s->two, "%s/two", s->dir);
    file_write(s->one, "1");
    file_write(s->two, "2");
    slack__file_watch_add(&s->watch, s->one);
    slack__file_watch_add(&s->watch, NULL);
    slack__file_watch_add(&s->watch, s->two);
}

static void scene_open(scene_t *s)
{
    scene_add(s);
    assert_int_equal(slack__file_watch_start(&s->watch, &s->loop, on_changed, s), 0);
}

static void scene_close(scene_t *s)
{
    if (!s->close_in_change) assert_true(slack__file_watch_close(&s->watch, on_closed));
    assert_false(slack__file_watch_close(&s->watch, on_closed));
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    unlink(s->one);
    unlink(s->two);
    rmdir(s->dir);
}

/* Its time has come: let it look, and wait until it has looked at everything. */
static void look(scene_t *s)
{
    uv_timer_start(&s->watch.timer, s->watch.timer.timer_cb, 0, 0);
    do
        uv_run(&s->loop, UV_RUN_ONCE);
    while (s->watch.looking);
}

static unsigned changes_seen(scene_t *s)
{
    const unsigned before = s->changes;
    look(s);
    return s->changes - before;
}

static void test_changes(void **state)
{
    scene_t s;
    char other[64];
    scene_open(&s);
    assert_int_equal(changes_seen(&s), 0);
    file_write(s.two, "22"); /* in place */
    assert_int_equal(changes_seen(&s), 1);
    assert_int_equal(changes_seen(&s), 0);
    snprintf(other, sizeof other, "%s/other", s.dir);
    file_write(other, "1"); /* moved into its place, as long as before */
    assert_int_equal(rename(other, s.one), 0);
    assert_int_equal(changes_seen(&s), 1);
    file_write(s.one, "11");
    file_write(s.two, "2");
    assert_int_equal(changes_seen(&s), 1); /* both at once */
    unlink(s.one);
    assert_int_equal(changes_seen(&s), 1);
    assert_int_equal(changes_seen(&s), 0);
    file_write(s.one, "11");
    assert_int_equal(changes_seen(&s), 1);
    assert_int_equal(changes_seen(&s), 0);
    scene_close(&s);
}

/* A link to a link that is swapped: the name that is watched stays the same. */
static void test_links(void **state)
{
    scene_t s;
    char data[64], part[64];
    scene_add(&s);
    snprintf(data, sizeof data, "%s/data", s.dir);
    snprintf(part, sizeof part, "%s/part", s.dir);
    unlink(s.one);
    assert_int_equal(symlink(s.two, data), 0);
    assert_int_equal(symlink(data, s.one), 0);
    slack__file_watch_mark(&s.watch);
    assert_int_equal(slack__file_watch_start(&s.watch, &s.loop, on_changed, &s), 0);
    assert_int_equal(changes_seen(&s), 0);
    assert_int_equal(symlink("/dev/null", part), 0);
    assert_int_equal(rename(part, data), 0);
    assert_int_equal(changes_seen(&s), 1);
    assert_int_equal(changes_seen(&s), 0);
    unlink(data);
    scene_close(&s);
}

/* What changed between the reading and the start is told; what was read already is not. */
static void test_marks(void **state)
{
    scene_t s;
    scene_add(&s);
    file_write(s.one, "changed");
    assert_int_equal(slack__file_watch_start(&s.watch, &s.loop, on_changed, &s), 0);
    assert_int_equal(changes_seen(&s), 1);
    file_write(s.one, "changed again");
    slack__file_watch_mark(&s.watch);
    assert_int_equal(changes_seen(&s), 0);

    /* Marked while it looks: what that brings may be older than the mark. */
    file_write(s.one, "old");
    uv_timer_start(&s.watch.timer, s.watch.timer.timer_cb, 0, 0);
    while (!s.watch.looking)
        uv_run(&s.loop, UV_RUN_ONCE);
    file_write(s.one, "newest");
    slack__file_watch_mark(&s.watch);
    while (s.watch.looking)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(changes_seen(&s), 0);
    assert_int_equal(s.changes, 1);
    scene_close(&s);
}

static void test_ends(void **state)
{
    scene_t s;
    scene_open(&s); /* before the first look */
    scene_close(&s);

    scene_open(&s); /* in the middle of one */
    uv_timer_start(&s.watch.timer, s.watch.timer.timer_cb, 0, 0);
    while (!s.watch.looking)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_close(&s);
    assert_int_equal(s.changes, 0);

    scene_open(&s); /* inside of its own callback */
    s.close_in_change = true;
    file_write(s.one, "changed");
    uv_timer_start(&s.watch.timer, s.watch.timer.timer_cb, 0, 0);
    while (s.changes == 0)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_close(&s);
    assert_int_equal(s.changes, 1);
}

static void test_nothing_to_watch(void **state)
{
    slack_file_watch_t watch = {0};
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    slack__file_watch_add(&watch, NULL);
    assert_int_equal(slack__file_watch_start(&watch, &loop, on_changed, NULL), 0);
    assert_false(slack__file_watch_close(&watch, on_closed));
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* A look that memory is missing for is taken later; no change is lost by it. */
static void test_no_memory(void **state)
{
    scene_t s;
    scene_open(&s);
    file_write(s.one, "changed");
    memory_is_out = true;
    assert_int_equal(changes_seen(&s), 0);
    memory_is_out = false;
    assert_int_equal(changes_seen(&s), 1);
    scene_close(&s);
}

static int watch_once(void *ctx)
{
    scene_t s;
    scene_open(&s);
    file_write(s.one, "changed");
    assert_int_equal(changes_seen(&s), 1);
    scene_close(&s);
    return 0;
}

static void test_it_allocates_nothing(void **state)
{
    assert_int_equal(alloc_fail_each(watch_once, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_nothing_to_watch),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_it_allocates_nothing),
    };
    uv_replace_allocator(uv_take, uv_take_again, uv_take_zeroed, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
