/* SPDX-License-Identifier: MIT */
/* JSON that is made outside of a delivery, and of files. */

#include <unistd.h>

#include "support/alloc_fail.h"
#include "support/heap.h"
#include "support/test.h"
#include "util/json.h"

static slack_json_pool_t *pool;
static char path[] = "/tmp/slackapp-json-XXXXXX";

static int set_up(void **state)
{
    strcpy(path + sizeof path - 7, "XXXXXX");
    int fd = mkstemp(path);
    pool = slack_json_pool_new();
    return pool && fd >= 0 && close(fd) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    slack_json_pool_free(pool);
    unlink(path);
    return heap_live() == 0 ? 0 : -1;
}

#define POOL_TEST(name) TEST_CASE(name, set_up, tear_down, NULL)

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

POOL_TEST(test_values_of_a_pool)
{
    slack_json_list_t rows = {0};
    for (int i = 0; i < 40; i++)
        slack_pool_add(pool, &rows, slack_pool_jsonf(pool, "{n: %d}", i));
    const slack_json_t *v = slack_pool_jsonf(pool, "{text: %s, rows: %p}", "hi",
                                             slack_pool_array(pool, rows.items, rows.count));
    assert_int_equal(slack_json_int(v, "rows/39/n"), 39);
    const char *text = slack_pool_text(pool, slack_json_get(v, "/rows/0"));
    assert_string_equal(text, "{\"n\":0}");
    assert_int_equal(slack_json_int(slack_pool_parse(pool, text, strlen(text)), "n"), 0);
    assert_string_equal(slack_pool_text(pool, NULL), "null");
    assert_int_equal(slack_json_error(v), 0);
    assert_int_equal(slack_json_error(NULL), 0);
    assert_string_equal(slack_json_reason(v), "");
}

static void fails(const slack_json_t *v, int code, const char *reason)
{
    assert_non_null(v);
    assert_string_equal(slack_json_reason(v), reason);
    assert_int_equal(slack_json_error(v), code);
}

POOL_TEST(test_without_ctx_or_pool)
{
    static const char why[] =
        "there is no ctx or pool that this thread may use: outside of a delivery, use a "
        "slack_json_pool_new() and slack_pool_jsonf()";
    slack_json_list_t list = {0};
    fails(slack_jsonf(NULL, "{text: %s}", "x"), SLACK_EINVAL, why);
    fails(slack_json_parse(NULL, "1", 1), SLACK_EINVAL, why);
    fails(slack_json_file(NULL, path, NULL), SLACK_EINVAL, why);
    fails(slack_json_array(NULL, NULL, 0), SLACK_EINVAL, why);
    fails(slack_pool_jsonf(NULL, "1"), SLACK_EINVAL, why);
    slack_json_add(NULL, &list, slack_pool_jsonf(pool, "1"));
    slack_json_add(NULL, &list, slack_pool_jsonf(pool, "1"));
    fails(slack_pool_array(pool, list.items, list.count), SLACK_EINVAL, why);
    assert_null(slack_json_text(NULL, slack_pool_jsonf(pool, "1")));
    slack_json_pool_free(NULL);
}

POOL_TEST(test_failures)
{
    fails(slack_pool_parse(pool, "[1,]", 4), SLACK_EJSON,
          "slack_pool_parse: malformed JSON at offset 2: ,]");
    fails(slack_pool_parse(pool, "", 0), SLACK_EJSON,
          "slack_pool_parse: malformed JSON at offset 0: ");
    fails(slack_pool_parse(pool, NULL, 0), SLACK_EINVAL, "slack_pool_parse: the text is NULL");
    const slack_json_t *items[] = {slack_pool_jsonf(pool, "1"), NULL};
    fails(slack_pool_array(pool, items, 2), SLACK_EINVAL, "slack_pool_array: value 1 is NULL");
    items[1] = slack_pool_jsonf(pool, "[");
    fails(slack_pool_array(pool, items, 2), SLACK_ETEMPLATE,
          "slack_pool_jsonf: an array is not closed, at offset 1 of the template [");
    slack_json_pool_t *other = slack_json_pool_new();
    const slack_json_t *copy = slack_pool_jsonf(pool, "%p", slack_pool_jsonf(other, "%s", "x"));
    const slack_json_t *failed = slack_pool_jsonf(pool, "%p", slack_pool_jsonf(other, "{"));
    slack_json_pool_free(other); /* both are copies */
    assert_string_equal(slack_json_str(copy, ""), "x");
    fails(failed, SLACK_ETEMPLATE,
          "slack_pool_jsonf: an object is not closed, at offset 1 of the template {");
}

POOL_TEST(test_template_of_a_file)
{
    write_file("// the blocks of a message\n"
               "{%{key}: [{type: 'section', text: '*%{name}* has %{n}: 100% %{nil}%{yes}'}],\r\n"
               " all: %{all}, accessory?: %{nil}, n?: %{n}, note: 'a\nb'}");
    const slack_json_t *args = slack_pool_jsonf(
        pool, "{key: 'blocks', name: %s, n: 5, nil: null, yes: true, all: [{}]}", "\"Ada\"");
    const slack_json_t *v = slack_pool_file(pool, path, args);
    assert_string_equal(slack_json_reason(v), "");
    assert_string_equal(slack_pool_text(pool, v),
                        "{\"blocks\":[{\"type\":\"section\",\"text\":\"*\\\"Ada\\\"* has 5: 100% "
                        "true\"}],\"all\":[{}],\"n\":5,\"note\":\"a\\nb\"}");
    write_file("\xef\xbb\xbf{type: 'plain', size: '50%'}"); /* as some editors begin a file */
    assert_string_equal(slack_json_str(slack_pool_file(pool, path, NULL), "size"), "50%");
}

POOL_TEST(test_files_that_fail)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"{\n  a: ,\n}", "2:6: a value is missing"},
        {"{a: %{x}}", "1:5: a %{name} that the arguments do not have"},
        {"{a: '%{x}'}", "1:6: a %{name} that the arguments do not have"},
        {"{a: '%{list}'}", "1:6: an array or an object inside quotes"},
        {"{%{list}: 1}", "1:2: a key that is no string"},
        {"{a: %s}", "1:5: '%' starts no %{name}"},
        {"{a: !!%d}", "1:5: '!' and '!!' stand before an integer conversion"},
        {"{a: '%{list", "1:6: '%{' is not closed"},
        {"", "1:1: a value is missing"},
    };
    const slack_json_t *args = slack_pool_jsonf(pool, "{list: []}");
    char want[256];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_file(bad[i].text);
        snprintf(want, sizeof want, "slack_pool_file: %s:%s", path, bad[i].why);
        fails(slack_pool_file(pool, path, args), SLACK_ETEMPLATE, want);
    }
    fails(slack_pool_file(pool, "/no/such", NULL), SLACK_ENOTFOUND,
          "slack_pool_file: /no/such: No such file or directory");
    assert_int_equal(slack_json_error(slack_pool_file(pool, "/tmp", NULL)), SLACK_EIO);
    fails(slack_pool_file(pool, NULL, NULL), SLACK_EINVAL, "slack_pool_file: the path is NULL");
    fails(slack_pool_file(pool, path, slack_pool_jsonf(pool, "{")), SLACK_ETEMPLATE,
          "slack_pool_jsonf: an object is not closed, at offset 1 of the template {");
}

/* If an allocation fails, the result is a failed value, never NULL and never a partial one. */
static int everything(void *arg)
{
    int rc = 0;
    slack_json_pool_t *own = slack_json_pool_new();
    slack_json_list_t list = {0};
    for (int i = 0; i < 20; i++)
        slack_pool_add(own, &list, slack_pool_jsonf(own, "{text: %s}", "some text of a row"));
    const slack_json_t *v = slack_pool_array(own, list.items, list.count);
    assert_non_null(v);
    rc = slack_json_error(v);
    if (rc == 0) assert_int_equal(slack_json_count(v, ""), 20);
    slack_json_pool_free(own);
    return own ? rc : SLACK_ENOMEM;
}

TEST(test_nth_allocation)
{
    assert_true(alloc_fail_each(everything, NULL) >= 10);
}
