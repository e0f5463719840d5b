/* SPDX-License-Identifier: MIT */
#include "listeners/pattern.h"
#include "support/json.h"

/* Searches `count` times `unit`, then `tail`. Returns the steps that were taken. */
static unsigned find(const char *pattern, const char *unit, size_t count, const char *tail,
                     int expected)
{
    slack_pattern_t *p = NULL;
    unsigned left = SLACK_PATTERN_STEPS_MAX;
    const char *text = slack__arena_printf(arena, "%s%s", repeated(unit, count), tail);
    assert_int_equal(slack__pattern_new(&p, pattern, NULL), 0);
    int rc = slack__pattern_find(p, text, &left, arena, NULL);
    slack__pattern_free(p);
    if (rc != expected) fail_msg("%s: %d, not %d", pattern, rc, expected);
    return SLACK_PATTERN_STEPS_MAX - left;
}

/* PCRE2 counts its match limit anew at each character; without a limit of the whole search these
 * take from 0.5 to 15 seconds. */
ARENA_TEST(test_a_search_ends_at_its_limit_wherever_it_spends_its_steps)
{
    static const struct {
        const char *pattern, *unit, *tail;
    } cases[] = {
        {"\\s+$", " ", "x"},                             /* tries the end again and again */
        {"(a+)+b", "a", "cb"},                           /* divides in every way */
        {"[\\w.+-]+@[\\w-]+\\.[\\w.]+", "a", "@."},      /* an address */
        {"\\s++x", " ", "yx"},                           /* passes blanks without going back */
        {"(?:a|aa)*+c", "a", "bc"},                      /* repeats a group */
        {"(?<=\\d)\\w*!", "0", "?!"},                    /* looks back */
        {"(?=[^b]*b[^b]*b[^b]*b).x", "a", "bbx"},        /* looks ahead */
        {"[0-9a-f]{60000}g", "0", "-g0123456789abcdef"}, /* fails late inside of one item */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(find(cases[i].pattern, cases[i].unit, 79000, cases[i].tail, SLACK_ETOOBIG),
                         SLACK_PATTERN_STEPS_MAX / 2);
}

/* Without these steps each search compares 72 million characters. */
ARENA_TEST(test_a_back_reference_takes_a_step_for_each_character)
{
    static const char *const patterns[] = {"(?i)^(a+)\\1$", "(?i)^(a+)\\g{-1}$",
                                           "(?i)^(?<half>a+)\\k<half>$",
                                           "(?i)^(?<half>a+)(?P=half)$"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        assert_int_equal(find(patterns[i], "a", 24000, "", SLACK_ETOOBIG),
                         SLACK_PATTERN_STEPS_MAX / 2);
}

ARENA_TEST(test_common_patterns_search_the_longest_message)
{
    static const struct {
        const char *pattern, *tail;
        int rc;
    } cases[] = {
        {"(?i)deploy (\\w+)", "Deploy web", 0},           {"\\bdeploy\\b", "deploy", 0},
        {"https?://[^\\s>|]+", "https://example.com", 0}, {"<@U\\w+>", "<@U1>", 0},
        {"^deploy", "deploy", SLACK_ENOTFOUND},           {"(?s)^the.*now$", "now", 0},
        {"[0-9a-f]{40}", "!", SLACK_ENOTFOUND},           {"(['\"`]).*?\\1", "'a'", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_in_range(
            find(cases[i].pattern, "the quick <http:/ fox> ", 1700, cases[i].tail, cases[i].rc), 1,
            SLACK_PATTERN_STEPS_MAX / 3);
}

ARENA_TEST(test_a_text_that_is_too_long_is_not_searched)
{
    find("b$", "a", SLACK_PATTERN_TEXT_MAX - 1, "b", 0);
    assert_int_equal(find("b$", "a", SLACK_PATTERN_TEXT_MAX, "b", SLACK_ETOOBIG), 0);
}
