/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "net/file_watch.h"
#include "support/alloc_fail.h"
#include "support/file.h"
#include "support/test.h"

#define PERIOD_MS   8
#define PATIENCE_NS ((uint64_t)20 * 1000 * 1000 * 1000)

/* A folder with two files, and a watch over both. */
typedef struct scene {
    uv_loop_t loop;
    slack_file_watch_t watch;
    char dir[32], one[64], two[64];
    unsigned changes;
    bool close_in_change;
    bool closed;
} scene_t;

static void scene_closed(void *user_data)
{
    scene_t *s = user_data;
    assert_false(s->closed);
    s->closed = true;
}

static void scene_changed(void *user_data)
{
    scene_t *s = user_data;
    s->changes++;
    if (s->close_in_change) assert_true(slack__file_watch_close(&s->watch, scene_closed));
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

static void scene_start(scene_t *s)
{
    assert_int_equal(slack__file_watch_start(&s->watch, &s->loop, PERIOD_MS, scene_changed, s), 0);
}

static void scene_open(scene_t *s)
{
    scene_add(s);
    scene_start(s);
}

static void scene_close(scene_t *s)
{
    if (!s->close_in_change) assert_true(slack__file_watch_close(&s->watch, scene_closed));
    assert_false(slack__file_watch_close(&s->watch, scene_closed));
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    unlink(s->one);
    unlink(s->two);
    rmdir(s->dir);
}

static void run_for(scene_t *s, uint64_t ns)
{
    const uint64_t until = uv_hrtime() + ns;
    const unsigned before = s->changes;
    while (uv_hrtime() < until && s->changes == before)
        uv_run(&s->loop, UV_RUN_ONCE);
}

/* Nothing is reported while the files are checked a few times. */
static void expect_none(scene_t *s)
{
    const unsigned before = s->changes;
    run_for(s, (uint64_t)4 * PERIOD_MS * 1000 * 1000);
    assert_int_equal(s->changes, before);
}

/* The change is reported, once. */
static void expect_one(scene_t *s)
{
    const unsigned before = s->changes;
    run_for(s, PATIENCE_NS);
    assert_int_equal(s->changes, before + 1);
    expect_none(s);
}

static scene_t s;
#define SCENE_TEST(function) TEST_AROUND(function, (void)0, scene_close(&s))

SCENE_TEST(test_changes)
{
    char other[64];
    scene_open(&s);
    expect_none(&s);
    file_write(s.two, "22"); /* in place */
    expect_one(&s);
    snprintf(other, sizeof other, "%s/other", s.dir);
    file_write(other, "1"); /* replaced by a file of the same size */
    assert_int_equal(rename(other, s.one), 0);
    expect_one(&s);
    file_write(s.one, "11");
    file_write(s.two, "2"); /* both at once */
    expect_one(&s);
    unlink(s.one);
    expect_one(&s);
    file_write(s.one, "11");
    expect_one(&s);
}

/* A link to a link that is swapped; the watched name stays the same. */
SCENE_TEST(test_links)
{
    char data[64], part[64];
    scene_add(&s);
    snprintf(data, sizeof data, "%s/data", s.dir);
    snprintf(part, sizeof part, "%s/part", s.dir);
    unlink(s.one);
    assert_int_equal(symlink(s.two, data), 0);
    assert_int_equal(symlink(data, s.one), 0);
    slack__file_watch_mark(&s.watch);
    scene_start(&s);
    expect_none(&s);
    assert_int_equal(symlink("/dev/null", part), 0);
    assert_int_equal(rename(part, data), 0);
    expect_one(&s);
    unlink(data);
}

/* A change between the mark and the start is reported, one before the last mark is not. */
SCENE_TEST(test_marks)
{
    scene_add(&s);
    file_write(s.one, "changed");
    scene_start(&s);
    expect_one(&s);
    file_write(s.one, "changed again");
    slack__file_watch_mark(&s.watch);
    expect_none(&s);
}

TEST(test_ends)
{
    scene_open(&s); /* before the first check */
    scene_close(&s);

    scene_open(&s); /* during a check */
    uv_run(&s.loop, UV_RUN_NOWAIT);
    scene_close(&s);
    assert_int_equal(s.changes, 0);

    scene_open(&s); /* inside its own callback */
    s.close_in_change = true;
    file_write(s.one, "changed");
    run_for(&s, PATIENCE_NS);
    scene_close(&s);
    assert_int_equal(s.changes, 1);
}

TEST(test_nothing_to_watch)
{
    slack_file_watch_t watch = {0};
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    slack__file_watch_add(&watch, NULL);
    assert_int_equal(slack__file_watch_start(&watch, &loop, PERIOD_MS, scene_changed, NULL), 0);
    assert_false(slack__file_watch_close(&watch, scene_closed));
    assert_int_equal(uv_loop_close(&loop), 0);
}

static int watch_once(void *ctx)
{
    scene_open(&s);
    file_write(s.one, "changed");
    expect_one(&s);
    scene_close(&s);
    return 0;
}

TEST(test_it_allocates_nothing)
{
    assert_int_equal(alloc_fail_each(watch_once, NULL), 0);
}
