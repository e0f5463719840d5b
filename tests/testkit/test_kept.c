/* SPDX-License-Identifier: MIT */
/* What a handler keeps of a delivery and uses after its end: texts, JSON values, responses. */
#include <slack/slack.h>
#include <slack/test.h>

#include "support/heap.h"
#include "support/test.h"

static struct {
    const char *texts[3];
    const slack_json_t *values[4];
    const slack_response_t *response;
} kept;
static unsigned reports;

static void count_report(enum slack_log_level level, const char *line, size_t len, void *user_data)
{
    reports += strstr(line, "event=\"used after its end\"") != NULL;
}

static void keep_response(const slack_response_t *response, void *user_data)
{
    kept.response = response;
    kept.values[3] = slack_json_get(slack_response_json(response), "/user");
    kept.texts[2] = slack_response_str(response, "/user/name");
}

static int keep(slack_ctx_t *ctx, void *user_data)
{
    kept.texts[0] = slack_ctx_user(ctx);
    kept.values[0] = slack_ctx_event(ctx);
    kept.values[1] = slack_jsonf(ctx, "{text: 'x', list: [1, 2]}");
    kept.values[2] = slack_json_get(kept.values[1], "/list");
    kept.texts[1] = slack_json_str(kept.values[1], "/text");
    return slack_callf(slack_ctx_client(ctx), "users.info", keep_response, NULL, "{user: 'U1'}");
}

/* What a handler makes of a kept value; the second is that of a failed template. */
static int use(slack_ctx_t *ctx, void *user_data)
{
    for (size_t i = 0; i < sizeof kept.values / sizeof *kept.values; i++) {
        const slack_json_t *value = kept.values[i];
        const slack_json_t *const made[] = {slack_jsonf(ctx, "{text: 'x', blocks: %p}", value),
                                            slack_json_array(ctx, &value, 1),
                                            slack_json_get(value, "/text")};
        for (size_t k = 0; k < sizeof made / sizeof *made; k++) {
            assert_int_equal(slack_json_error(made[k]), SLACK_EINVAL);
            assert_non_null(strstr(slack_json_reason(made[k]), "after the end of its delivery"));
        }
        assert_null(slack_json_text(ctx, value));
        assert_int_equal(slack_ctx_set_assistant_context(ctx, value), SLACK_EINVAL);
        assert_int_equal(slack_defer(ctx, "job", value), SLACK_EINVAL);
        assert_int_equal(slack_say_json(ctx, value), SLACK_EINVAL);
    }
    return 0;
}

TEST(what_is_kept_is_recognised)
{
    slack_test_t *kit = NULL;
    const size_t before = heap_live();
    assert_int_equal(slack_test_new(&kit, &(slack_test_options_t){.log_fn = count_report}), 0);
    slack_on_message(slack_test_app(kit), "keep", keep, NULL);
    slack_on_message(slack_test_app(kit), "use", use, NULL);
    slack_test_expect(kit, "users.info", NULL);
    slack_test_answer(kit, "{ok: true, user: {name: 'ann'}}");
    slack_test_message(kit, "keep");

    for (size_t i = 0; i < sizeof kept.texts / sizeof *kept.texts; i++)
        assert_non_null(strstr("(delivery over)", kept.texts[i]));
    for (size_t i = 0; i < sizeof kept.values / sizeof *kept.values; i++) {
        slack_json_iter_t it = {0};
        reports = 0;
        assert_string_equal(slack_json_str(kept.values[i], "/text"), "");
        assert_string_equal(slack_json_str(kept.values[i], "text"), "");
        assert_int_equal(slack_json_type(kept.values[i]), SLACK_JSON_NONE);
        assert_int_equal(slack_json_count(kept.values[i], ""), 0);
        assert_int_equal(slack_json_int(kept.values[i], "/0"), 0);
        assert_false(slack_json_next(kept.values[i], &it));
        assert_int_equal(reports, 6);
    }
    reports = 0;
    assert_int_equal(slack_response_status(kept.response), SLACK_EINVAL);
    assert_string_equal(slack_response_error(kept.response), slack_strerror(SLACK_EINVAL));
    assert_null(slack_response_json(kept.response));
    assert_string_equal(slack_response_str(kept.response, "/user/name"), "");
    assert_int_equal(slack_response_http_status(kept.response), 0);
    assert_int_equal(reports, 5);
    slack_test_message(kit, "use");
    assert_int_equal(slack_test_expect_status(kit, 0), 0);
    slack_test_free(kit);
    assert_int_equal(heap_live(), before);
}

/* The memory of what has ended is bounded. */
TEST(what_is_kept_is_freed_in_the_end)
{
    slack_test_t *kit = NULL;
    assert_int_equal(slack_test_new(&kit, NULL), 0);
    slack_on_message(slack_test_app(kit), "keep", keep, NULL);
    static char text[1 << 16];
    memset(text, 'x', sizeof text - 1);
    size_t most = 0;
    for (int i = 0; i < 400; i++) { /* 25 MB in all */
        slack_json_pool_t *pool = slack_json_pool_new();
        slack_pool_jsonf(pool, "%s", text);
        slack_json_pool_free(pool);
        if (heap_bytes() > most) most = heap_bytes();
    }
    assert_in_range(most, 7 << 20, 12 << 20);
    slack_test_free(kit);
}
