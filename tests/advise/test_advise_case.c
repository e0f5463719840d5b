/* SPDX-License-Identifier: MIT */
/* Answers: by options, and by a file. */

#include "advise/case.h"

#include "support/test.h"

static char problem[CLI_PROBLEM_SIZE];

static bool reads(const char *file, advise_case_t *ret)
{
    advise_case_init(ret);
    problem[0] = '\0';
    return advise_case_read(ret, slack__slice(file), problem) && advise_case_settle(ret, problem);
}

static void test_a_file_of_answers(void **state)
{
    advise_case_t c;
    assert_true(reads("# our case\n\n  platform = On-Premises \r\nrate=50\ncold-start =\t250\n"
                      "name = my-bot\nhost = a.example\nimage = r.example/x/y:1.2",
                      &c));
    assert_int_equal(c.platform, ADVISE_ON_PREMISES);
    assert_int_equal(c.cold_start_ms, 250);
    assert_int_equal(c.peak, 50); /* was not answered */
    assert_string_equal(c.name, "my-bot");
    assert_true(c.answered[ADVISE_Q_RATE] && !c.answered[ADVISE_Q_MACHINES]);
    char text[ADVISE_TEXT_SIZE];
    assert_string_equal(advise_case_text(&c, ADVISE_Q_PLATFORM, text), "on-premises");
    assert_string_equal(advise_case_text(&c, ADVISE_Q_RATE, text), "50");
    assert_string_equal(advise_case_text(&c, ADVISE_Q_HOST, text), "a.example");
    assert_true(reads("", &c));
    assert_true(reads("peak = 0", &c));
    assert_int_equal(c.rate, 0);
}

static void test_wrong_answers_have_a_sentence(void **state)
{
    static const struct wrong {
        const char *file, *sentence;
    } wrongs[] = {
        {"platform = moon", "line 1: platform takes kubernetes, vm, serverless, on-premises or "
                            "laptop, not \"moon\""},
        {"\nplatform", "line 2: a line is NAME = VALUE, or begins with \"#\""},
        {"machines = 0", "line 1: machines takes a whole number from 1 to 1000, not \"0\""},
        {"machines = -1", "line 1: machines takes a whole number from 1 to 1000, not \"-1\""},
        {"machines = 99999999999999999999",
         "line 1: machines takes a whole number from 1 to 1000, not \"99999999999999999999\""},
        {"machines =", "line 1: machines takes a whole number from 1 to 1000, not \"\""},
        {"color = red",
         "line 1: there is no question \"color\"; slackapp advise --help lists them"},
        {"ingress = yes\ningress = yes", "line 2: ingress is answered twice"},
        {"rate = 20\npeak = 10",
         "peak is 10 events a second, and the average, rate, is 20: it cannot be higher"},
        {"host = a..b", "line 1: host takes a host name in lower case, such as bot.example.com"},
        {"host = -a", "line 1: host takes a host name in lower case, such as bot.example.com"},
        {"host = a;rm", "line 1: host takes a host name in lower case, such as bot.example.com"},
        {"image = a b", "line 1: image takes an image such as registry.example.com/mybot:1"},
        {"image = \"x\"", "line 1: image takes an image such as registry.example.com/mybot:1"},
    };
    advise_case_t c;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        assert_false(reads(wrongs[i].file, &c));
        assert_string_equal(problem, wrongs[i].sentence);
    }
    static const char *const hosts[] = {
        "127.0.0.1",
        "a.-b",
        "a-.b",
        "a.0",
        ".a",
        "a.",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        assert_false(advise_case_answer(&c, ADVISE_Q_HOST, slack__slice(hosts[i]), problem));
    static const char *const names[] = {"",
                                        "1a",
                                        "-a",
                                        "a-",
                                        "A",
                                        "a_b",
                                        "a/b",
                                        "../a",
                                        "a{{b}}",
                                        "root",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_false(advise_case_answer(&c, ADVISE_Q_NAME, slack__slice(names[i]), problem));
        assert_non_null(strstr(problem, "name takes a name of up to 31"));
    }
}

static void test_each_word_has_a_meaning(void **state)
{
    for (unsigned q = 0; q < ADVISE_QUESTIONS; q++) {
        if (advise_questions[q].kind != ADVISE_CHOICE) continue;
        unsigned at = 0;
        for (; advise_word((enum advise_question)q, at).len > 0; at++)
            assert_true(advise_meaning((enum advise_question)q, at).len > 0);
        assert_true(at >= 2);
        assert_int_equal(advise_meaning((enum advise_question)q, at).len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_of_answers),
        cmocka_unit_test(test_wrong_answers_have_a_sentence),
        cmocka_unit_test(test_each_word_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
