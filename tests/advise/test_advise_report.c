/* SPDX-License-Identifier: MIT */
/* The answer: every part in text and in Markdown, as JSON, and as a diagram, for every kind of
 * case. */

#include "advise/diagram.h"
#include "advise/report.h"

#include "support/alloc_fail.h"
#include "support/test.h"

#define ALL 63U

static void make_case(advise_case_t *c, advise_plan_t *plan, const char *answers)
{
    char problem[CLI_PROBLEM_SIZE];
    advise_case_init(c);
    if (!advise_case_read(c, slack__slice(answers), problem)) fail_msg("%s", problem);
    assert_true(advise_case_settle(c, problem));
    advise_plan(c, plan);
}

static const char socket_case[] = "name=bot";
static const char http_case[] =
    "platform=kubernetes\nmachines=5\ningress=yes\naudience=distributed";
static const char neither_case[] = "audience=marketplace";
static const char *const cases[] = {socket_case, http_case, neither_case};

/* Outside code, no line of a terminal is wider than 79 columns. */
static void assert_narrow(const char *text)
{
    slack_slice_t rest = slack__slice(text), line;
    while (slack__slice_split(&rest, '\n', &line))
        if (line.len > 79 && !slack__slice_begins(line, SLACK_SLICE("    ")))
            fail_msg("%zu bytes: %.*s", line.len, (int)line.len, line.ptr);
}

static void test_a_page(void **state)
{
    for (size_t i = 0; i < 3; i++)
        for (int markdown = 0; markdown < 2; markdown++) {
            advise_case_t c;
            advise_plan_t plan;
            advise_page_t page;
            make_case(&c, &plan, cases[i]);
            advise_page_init(&page, markdown);
            advise_report_write(&page, &c, &plan, ALL);
            assert_int_equal(page.rc, 0);
            const char *text = slack__buf_ptr(&page.text);
            if (!markdown) assert_narrow(text);
            assert_non_null(strstr(text, "Decision matrix"));
            assert_non_null(strstr(text, "SLACK_DRAIN_MS=20000"));
            assert_non_null(strstr(text, "struct slack_transport_ops"));
            assert_non_null(strstr(text, i == 2 ? "Neither mode works" : "Recommended:"));
            assert_null(strstr(text, "(null)"));
            assert_non_null(strstr(text, markdown ? "| public ingress |" : "public ingress   "));
            assert_int_equal(strstr(text, "SLACK_SOCKET_CONNECTIONS=2") != NULL, i == 0);
            assert_int_equal(strstr(text, "SLACK_DRAIN_DELAY_MS=5000") != NULL, i == 1);
            advise_page_done(&page);
        }
}

static void test_one_part_alone(void **state)
{
    advise_case_t c;
    advise_plan_t plan;
    advise_page_t page;
    make_case(&c, &plan, socket_case);
    advise_page_init(&page, false);
    advise_report_write(&page, &c, &plan, 1U << ADVISE_PART_DIAGRAM);
    const char *text = slack__buf_ptr(&page.text);
    assert_non_null(strstr(text, "refresh_requested"));
    assert_null(strstr(text, "Recommended"));
    assert_null(strstr(text, "Sources"));
    advise_page_done(&page);
}

static void test_json(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        advise_case_t c;
        advise_plan_t plan;
        make_case(&c, &plan, cases[i]);
        slack_arena_t *arena = slack__arena_new(0, 0);
        sim_json_builder_t json = {arena, 0};
        const slack_json_t *answer = advise_report_json(&json, &c, &plan);
        assert_int_equal(json.rc, 0);
        static const char *const modes[] = {"socket", "http", "neither"};
        assert_string_equal(slack_json_str(answer, "/mode"), modes[i]);
        assert_int_equal(slack_json_int(answer, "/fit/http"), plan.percent[ADVISE_HTTP]);
        assert_int_equal(slack_json_int(answer, "/figures/grace_s"), plan.figures.grace_s);
        assert_int_equal(slack_json_int(answer, "/matrix/0/http/score"),
                         plan.rows[0].score[ADVISE_HTTP]);
        assert_non_null(strstr(slack_json_str(answer, "/diagram/svg"), "</svg>"));
        assert_true(
            strncmp(slack_json_str(answer, "/matrix/0/http/reasons/0/source"), "https", 5) == 0);
        assert_int_equal(slack_json_int(answer, "/case/machines"), c.machines);
        slack__arena_free(arena);
    }
}

static int write_all(void *data)
{
    advise_case_t c;
    advise_plan_t plan;
    advise_page_t page;
    make_case(&c, &plan, http_case);
    advise_page_init(&page, true);
    advise_report_write(&page, &c, &plan, 1U << ADVISE_PART_DECISION | 1U << ADVISE_PART_DIAGRAM);
    const int rc = page.rc;
    advise_page_done(&page);
    if (rc != 0) return rc;
    slack_arena_t *arena = slack__arena_new(0, 0);
    if (!arena) return SLACK_ENOMEM;
    sim_json_builder_t json = {arena, 0};
    const slack_json_t *answer = advise_report_json(&json, &c, &plan);
    if (!answer && json.rc == 0) json.rc = SLACK_EINVAL;
    slack__arena_free(arena);
    return json.rc;
}

static void test_without_memory(void **state)
{
    assert_in_range(alloc_fail_each(write_all, NULL), 50, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page),
        cmocka_unit_test(test_one_part_alone),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
